import t from 'tap'
import { withOneLeadingSlash, withoutTrailingSlashes } from '../../lib/base/slashes.js'
import { superLinearGrowth } from '../support/growth.js'

await t.test('withoutTrailingSlashes() removes only the slashes at the end', (t) => {
  for (const [path, expected] of [
    ['', ''], ['/', ''], ['///', ''], ['/a', '/a'], ['/a/', '/a'], ['/a///', '/a'], ['//a//b//', '//a//b'], ['a', 'a']
  ] as const) t.equal(withoutTrailingSlashes(path), expected, path)
  t.end()
})

await t.test('withOneLeadingSlash() replaces the slashes at the start by one slash', (t) => {
  for (const [path, expected] of [
    ['', '/'], ['/', '/'], ['///', '/'], ['a', '/a'], ['/a', '/a'], ['///a', '/a'], ['//a//b//', '/a//b//']
  ] as const) t.equal(withOneLeadingSlash(path), expected, path)
  t.end()
})

await t.test('a long row of slashes takes linear time', async (t) => {
  const row = (length: number): string => `/a${'/'.repeat(length)}z`
  t.equal(await superLinearGrowth(withoutTrailingSlashes, row), undefined)
  t.equal(await superLinearGrowth(withOneLeadingSlash, (length) => '/'.repeat(length)), undefined)
  t.match(await superLinearGrowth((text) => text.replace(/\/+$/, ''), row), /ms for \d+ characters/)
})
