/** The style of the page, for light and dark, from a phone to a wide screen. */
export const STYLE = `:root{color-scheme:light dark;
--page:#f3f4f6;--card:#fff;--text:#161a20;--soft:#555e6c;--line:#e0e3e9;--track:#eceef2;
--up:#167a42;--up-bg:#e3f5ea;--up-hero:#13683a;--up-on:#fff;
--degraded:#8a5a00;--degraded-bg:#fdf0d3;--degraded-hero:#ffc44d;--degraded-on:#2a1b00;
--down:#b42318;--down-bg:#fde8e6;--down-hero:#b3261b;--down-on:#fff;
--out:#5b3fb0;--out-bg:#ece8fb;--out-hero:#5538ab;--out-on:#fff;
--unknown:#5a6371;--unknown-bg:#e9ebef;--gray-hero:#4a5361}
@media (prefers-color-scheme:dark){:root{--page:#0e1116;--card:#181c23;--text:#e9edf3;--soft:#a3acba;--line:#2a303a;
--track:#232831;
--up:#5fd792;--up-bg:#12311f;--up-hero:#0f4d2b;--up-on:#e6fff1;
--degraded:#f3c05c;--degraded-bg:#352707;--degraded-hero:#6a4800;--degraded-on:#fff1d3;
--down:#ff8f87;--down-bg:#421715;--down-hero:#8a1d16;--down-on:#fff;
--out:#bda9ff;--out-bg:#291f49;--out-hero:#3e2a82;--out-on:#f4f0ff;
--unknown:#a3acba;--unknown-bg:#272d37;--gray-hero:#3a424e}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
.UP{--c:var(--up);--bg:var(--up-bg);--hero:var(--up-hero);--on:var(--up-on)}
.DEGRADED{--c:var(--degraded);--bg:var(--degraded-bg);--hero:var(--degraded-hero);--on:var(--degraded-on)}
.DOWN{--c:var(--down);--bg:var(--down-bg);--hero:var(--down-hero);--on:var(--down-on)}
.OUT_OF_SERVICE{--c:var(--out);--bg:var(--out-bg);--hero:var(--out-hero);--on:var(--out-on)}
.UNKNOWN{--c:var(--unknown);--bg:var(--unknown-bg)}
.in{max-width:66rem;margin:0 auto;padding:0 1.25rem}
main{padding-bottom:3rem}
p,h1,h2,h3,ul,ol,dl,dd{margin:0;padding:0}
ul,ol{list-style:none}
bdi,dd,.reason,.why{overflow-wrap:anywhere}
.defs{position:absolute;width:0;height:0}
.icon{flex:none;width:1.15em;height:1.15em;fill:var(--c);vertical-align:-.2em}
.sign{fill:none;stroke:var(--sign,var(--card));stroke-width:2.6;stroke-linecap:round;stroke-linejoin:round}
.soft{color:var(--soft);font-size:.9rem}
.nowrap,[data-ago]{white-space:nowrap}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.hero{background:var(--hero);color:var(--on);padding:1rem 0 1.4rem}
.bar{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between;font-size:.95rem}
#live{font-weight:600;white-space:nowrap}
#live:not(:empty)::before{content:"";display:inline-block;width:.6rem;height:.6rem;margin-right:.45rem;
border-radius:50%;background:currentColor}
.big{display:flex;gap:1.1rem;align-items:center;margin:1.6rem 0 1.3rem}
.big>.icon{width:4.5rem;height:4.5rem;fill:var(--on);--sign:var(--hero)}
h1{font-size:clamp(2.2rem,7vw,3.4rem);line-height:1.05;letter-spacing:-.025em;font-weight:750}
.lead{font-size:1.15rem;margin-top:.3rem;line-height:1.35}
.meta{font-size:.9rem;margin-top:.9rem}
.probes{display:flex;flex-wrap:wrap;gap:.5rem}
.probes li{display:flex;gap:.4rem;align-items:center;background:var(--card);color:var(--text);border-radius:2rem;
padding:.2rem .8rem .2rem .55rem;font-size:.9rem}
.probes b{color:var(--c)}
section{margin-top:1.6rem}
h2{display:flex;gap:.6rem;align-items:baseline;font-size:1.05rem;margin-bottom:.6rem}
.count{color:var(--soft);font-weight:400}
.span{margin-left:auto;color:var(--soft);font-size:.85rem;font-weight:400}
section>.soft{margin-top:.5rem}
.cards{display:grid;gap:.75rem}
.check{background:var(--card);border:1px solid var(--line);border-left:.4rem solid var(--c);border-radius:.75rem;
padding:1rem 1.1rem;min-width:0}
.check>*+*{margin-top:.6rem}
h3{display:flex;gap:.55rem;align-items:center;font-size:1.05rem;min-width:0}
.check>h3{font-size:1.2rem}
.pill{margin-left:auto;flex:none;color:var(--c);background:var(--bg);border-radius:1rem;padding:.1rem .7rem;
font-size:.85rem;font-weight:700}
.why{padding:.6rem .75rem;border-radius:.5rem;background:var(--bg);max-height:14rem;overflow:auto;
font:.92rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap}
.row .why{background:var(--track)}
.strip{display:block;width:100%;height:1.1rem;border-radius:.25rem;background:var(--track)}
.strip rect{fill:var(--c)}
.rows{background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow:hidden}
.row+.row{border-top:1px solid var(--line)}
.row .head{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,1.2fr) minmax(0,2fr);gap:.2rem 1rem;
align-items:center;padding:.6rem 1.1rem;font-size:1rem;color:var(--text)}
.row details>:not(summary){margin:.1rem 1.1rem .7rem}
.row summary:hover{background:var(--track)}
summary{cursor:pointer;color:var(--soft);font-size:.9rem}
details:not([open])>summary.head,details[open]>summary.head{list-style:none}
.row h3::after{content:"";flex:none;width:.4em;height:.4em;border:solid var(--soft);border-width:0 2px 2px 0;
transform:rotate(-45deg)}
.row div h3::after{content:none}
.row [open] h3::after{transform:rotate(45deg)}
:focus-visible{outline:3px solid var(--out);outline-offset:-3px}
.parts{font-size:.95rem}
.parts li{display:flex;flex-wrap:wrap;gap:.1rem .5rem;padding:.25rem 0}
.parts li>span{flex:1;min-width:0}
.parts .parts{width:100%;padding-left:1.6rem}
.parts b,.to{color:var(--c)}
section>.changes{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.3rem 1.1rem}
.changes{font-size:.92rem}
.changes li{display:flex;gap:.55rem;padding:.4rem 0}
.changes li+li{border-top:1px solid var(--line)}
.changes li>span{flex:1;min-width:0}
.changes .icon{margin-top:.2em}
.changes time{color:var(--soft);font-variant-numeric:tabular-nums;margin-right:.4rem}
.reason{display:block;font:.87rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.25rem 1.2rem;font-size:.9rem;margin:.5rem 0}
dt{color:var(--soft);overflow-wrap:anywhere}
#info{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.7rem 1.1rem}
#note{position:sticky;top:0;z-index:1;padding:.7rem 1.25rem;background:var(--text);color:var(--page);font-weight:600;
text-align:center}
.stale .hero{--hero:var(--gray-hero);--on:#fff}
.stale .in{filter:grayscale(1)}
@media (max-width:40rem){.in{padding:0 .9rem}.big>.icon{width:3.2rem;height:3.2rem}.big{margin:1.1rem 0 1rem}
.row .head{grid-template-columns:1fr auto}.row .strip{grid-column:1/-1;height:.8rem}.row h3::after{margin-left:auto}
dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}.lead{font-size:1.05rem}}
@media (prefers-reduced-motion:no-preference){.hero{transition:background-color .3s}}
`
