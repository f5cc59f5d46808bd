import { readFile } from 'node:fs/promises'
import t from 'tap'
import { DIAGRAMS } from '../../scripts/diagrams/diagrams.js'
import { arrow, text } from '../../scripts/diagrams/svg.js'
import { terminal } from '../../scripts/diagrams/terminal.js'

const FOLDER = new URL('../../docs/images/', import.meta.url)

await t.test('the diagrams of docs/images are as `npm run diagrams` writes them', async (t) => {
  for (const [name, svg] of DIAGRAMS) t.equal(await readFile(new URL(name, FOLDER), 'utf8'), svg, name)
})

await t.test('each picture has a color for light and for dark, a title and a description', async (t) => {
  const recording = await readFile(new URL('example.svg', FOLDER), 'utf8')
  for (const [name, svg] of [...DIAGRAMS, ['example.svg', recording] as const]) {
    t.match(svg, /\.f-ink\{fill:#1f2328\}[^]*@media\(prefers-color-scheme:dark\)\{[^]*\.f-ink\{fill:#f0f6fc\}/, name)
    t.match(svg, /<title id="title">.+<\/title>\n<desc id="description">.+<\/desc>/, name)
  }
})

await t.test('text() escapes markup, and writes one line below the other', (t) => {
  t.equal(
    text(1, 2, ['a < b & c', 'd'], { size: 10 }),
    '<text x="1" y="2" font-size="10" class="f-ink">a &lt; b &amp; c</text>\n' +
      '<text x="1" y="16" font-size="10" class="f-ink">d</text>'
  )
  t.end()
})

await t.test('arrow() throws without two points', (t) => {
  t.throws(() => arrow([[0, 0]]), { message: 'an arrow needs two points' })
  t.end()
})

await t.test('terminal() wraps long lines, and shows all lines at once without motion', (t) => {
  const svg = terminal([{ command: 'curl x', output: `${'y'.repeat(60)} 503` }, { comment: '# why?' }])
  t.match(svg, /class="f-red mono">y{56}</)
  t.match(svg, /class="f-red mono">y{4} 503</)
  t.match(svg, /<g class="step" style="animation-delay:0\.9s">.*# why\?/)
  t.match(svg, '@media(prefers-reduced-motion:no-preference){.step{animation:')
  t.end()
})
