import t from 'tap'
import { filePath, httpUrl } from '../../../lib/checks/kit/rules.js'

const CODE = 'FST_MANAGEMENT_OPTION_INVALID'

await t.test('httpUrl throws for a URL with control or invisible characters', (t) => {
  for (const end of ['\0', '\x1b[31m', '\x9b', '\u202e', 'b\nc', '\ud800']) {
    const url = `http://a/${end}`
    t.throws(() => httpUrl(url, 'http.url'), {
      code: CODE, message: /^option "http\.url" must be a URL without control and invisible characters, got the string/
    }, JSON.stringify(url))
  }
  t.equal(httpUrl('http://a/b\n', 'http.url').href, 'http://a/b')
  t.equal(httpUrl('http://a/größe#x', 'http.url').href, 'http://a/gr%C3%B6%C3%9Fe')
  t.end()
})

await t.test('filePath throws for a path with a null character, which no file system accepts', (t) => {
  t.equal(filePath('/var', 'diskSpace.path'), '/var')
  t.throws(() => filePath('/var\0', 'diskSpace.path'), {
    code: CODE,
    message: 'option "diskSpace.path" must be a path without the character U+0000, got the string "/var\\u0000"'
  })
  t.throws(() => filePath(' ', 'diskSpace.path'), { code: CODE })
  t.end()
})
