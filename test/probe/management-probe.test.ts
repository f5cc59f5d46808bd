import t from 'tap'

await t.test('management-probe reads process.argv, writes to process.stderr and calls process.exit()', async (t) => {
  const { argv } = process
  t.teardown(() => { process.argv = argv })
  process.argv = [process.execPath, 'management-probe', 'h:3000']
  const texts: string[] = []
  t.capture(process.stderr, 'write', (text: string | Uint8Array, done?: () => void) => {
    // esbuild, which compiles the modules of tests, passes its own empty output on.
    if (text.length > 0) texts.push(String(text))
    done?.()
    return true
  })
  const ended = t.capture(process, 'exit', () => undefined as never)
  await import('../../lib/probe/management-probe.js')
  t.match(texts, [/^management-probe: expected a URL .*, got the string "h:3000"\nusage: /])
  t.equal(texts.length, 1)
  t.same(ended.args(), [[1]])
})
