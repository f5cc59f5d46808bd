import t from 'tap'
import { visible } from '../../lib/base/visible.js'

/** One character of each kind: C0, DEL, C1, direction, line separators, zero width, tags, fillers, lone surrogates. */
const INVISIBLE = [
  '\u0000', '\u0007', '\u0008', '\u000b', '\u001b', '\u001f', '\u007f', '\u0080', '\u0085', '\u009b', '\u009f',
  '\u061c', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068',
  '\u2069', '\u2028', '\u2029', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u180e', '\u034f',
  '\u115f', '\u3164', '\uffa0', '\ufff9', '\u{e0001}', '\u{e0041}', '\u{e0100}', '\ud800', '\udfff'
]

await t.test('visible() replaces each invisible character by its code', (t) => {
  const expected = INVISIBLE.map((character) => `a\\u{${character.codePointAt(0)?.toString(16)}}b`)
  t.same(INVISIBLE.map((character) => visible(`a${character}b`)), expected)
  t.end()
})

await t.test('visible() replaces tabs and line breaks by short escapes', (t) => {
  t.equal(visible('a\tb\r\nc'), 'a\\tb\\r\\nc')
  t.end()
})

await t.test('visible() keeps every other text, and its own result', (t) => {
  for (const text of ['', 'a b', 'C:\\n', 'größer 日本語 שלום', 'a\u00a0b', '❤️ 😀', visible('\n\u009b\ud800')]) {
    t.equal(visible(text), text)
  }
  t.end()
})
