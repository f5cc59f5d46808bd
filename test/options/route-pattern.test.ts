import t from 'tap'
import { patternParts } from '../../lib/options/route-pattern.js'

/** Writes parameters in braces. */
function written (pattern: string): string {
  return patternParts(pattern).map(({ text, isParameter }) => isParameter ? `{${text}}` : text).join('|')
}

await t.test('patternParts() splits a path of the router into texts and parameters', (t) => {
  for (const [pattern, expected] of [
    ['/z', '/z'],
    ['', ''],
    ['/:tenant/z', '/|{tenant}|/z'],
    ['/:tenant', '/|{tenant}'],
    ['/:a-:b/z', '/|{a}|-|{b}|/z'],
    ['/:file.:ext', '/|{file}|.|{ext}'],
    ['/a::b/z', '/a|:|b/z'],
    ['/:id(^\\d+$)/z', '/|{id}|/z'],
    ['/:id(^(?:a|b)/:x$)/z', '/|{id}|/z'],
    ['/:id(\\))/z', '/|{id}|/z'],
    ['/:id(', '/|{id}'],
    ['/:id?', '/|{id}'],
    ['/a(b)/z', '/a(b)/z']
  ] as const) t.equal(written(pattern), expected, pattern)
  t.end()
})
