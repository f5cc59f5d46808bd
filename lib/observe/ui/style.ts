/** The style of the page, for light and dark, from a phone to a wide screen. */
export const STYLE = `:root{color-scheme:light dark;
--page:#f4f5f7;--card:#fff;--text:#16191f;--soft:#565e6c;--line:#dfe2e8;
--up:#157f43;--up-bg:#e2f5ea;--degraded:#8a5a00;--degraded-bg:#fdf0d2;--down:#b3201c;--down-bg:#fde6e4;
--out:#5b3fb0;--out-bg:#ece7fb;--unknown:#565e6c;--unknown-bg:#e9ebef}
@media (prefers-color-scheme:dark){:root{--page:#0f1217;--card:#191d24;
--text:#eceff4;--soft:#a4adbb;--line:#2c323d;
--up:#5fd792;--up-bg:#12301f;--degraded:#f3c05c;--degraded-bg:#352708;--down:#ff8f88;--down-bg:#401614;
--out:#bda8ff;--out-bg:#281f47;--unknown:#a4adbb;--unknown-bg:#272d37}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
-webkit-text-size-adjust:100%}
header,main{max-width:68rem;margin:0 auto;padding:0 1rem}
main{padding-bottom:3rem}
.hero{margin:1.25rem 0 1rem;padding:1.5rem;border-radius:1rem;background:var(--bg);border:1px solid var(--line);
border-left:.5rem solid var(--c)}
.hero p{margin:0}
.app{color:var(--text);font-weight:600;overflow-wrap:anywhere}
.app span{color:var(--soft);font-weight:400}
h1{margin:.1rem 0;font-size:clamp(1.9rem,6vw,3rem);line-height:1.1;letter-spacing:-.02em;color:var(--c)}
h2{font-size:.85rem;text-transform:uppercase;letter-spacing:.08em;color:var(--soft);margin:1.75rem 0 .6rem}
.soft{color:var(--soft);font-size:.9rem}
.UP{--c:var(--up);--bg:var(--up-bg)}.DEGRADED{--c:var(--degraded);--bg:var(--degraded-bg)}
.DOWN{--c:var(--down);--bg:var(--down-bg)}.OUT_OF_SERVICE{--c:var(--out);--bg:var(--out-bg)}
.UNKNOWN{--c:var(--unknown);--bg:var(--unknown-bg)}
.checks{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.75rem;padding:0;margin:0;
list-style:none}
.check{background:var(--card);border:1px solid var(--line);border-radius:.85rem;padding:1rem;min-width:0}
.check.DOWN,.check.OUT_OF_SERVICE,.check.DEGRADED{grid-column:1/-1;border-left:.4rem solid var(--c)}
.check h3{display:flex;flex-wrap:wrap;gap:.35rem .75rem;align-items:center;justify-content:space-between;margin:0;
font-size:1.05rem;overflow-wrap:anywhere}
.pill{color:var(--c);background:var(--bg);border-radius:1rem;padding:.1rem .7rem;font-size:.8rem;font-weight:700;
white-space:nowrap}
.pill::before{content:"";display:inline-block;width:.55rem;height:.55rem;border-radius:50%;background:currentColor;
margin-right:.4rem}
.facts{margin:.35rem 0 0}
.why{margin:.6rem 0 0;padding:.55rem .7rem;border-radius:.5rem;background:var(--bg);color:var(--text);
font:.9rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.strip{display:block;width:100%;height:.75rem;margin:.75rem 0 .1rem;border-radius:.25rem;background:var(--unknown-bg)}
.strip rect{fill:var(--c)}
details{margin-top:.5rem}
summary{cursor:pointer;color:var(--soft);font-size:.9rem;padding:.25rem 0;border-radius:.3rem}
:focus-visible{outline:3px solid var(--out);outline-offset:2px}
.changes,.parts{list-style:none;margin:.25rem 0 0;padding:0;font-size:.9rem}
.changes li,.parts li{border-top:1px solid var(--line);padding:.35rem 0;overflow-wrap:anywhere}
.changes b,.parts b{color:var(--c);font-weight:600}
dl{display:grid;grid-template-columns:minmax(7rem,16rem) 1fr;gap:.3rem 1rem;margin:.25rem 0;font-size:.9rem}
dt{color:var(--soft);overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}
#note{margin:1rem 0 0;padding:.7rem 1rem;border-radius:.6rem;background:var(--down-bg);color:var(--down);
font-weight:600}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}.hero{padding:1.1rem}}
@media (prefers-reduced-motion:no-preference){.hero,.pill{transition:background-color .2s}}
`
