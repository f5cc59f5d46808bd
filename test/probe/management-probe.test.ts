import t from 'tap'

await t.test('management-probe reads process.argv, writes to process.stderr and calls process.exit()', async (t) => {
  const { argv } = process
  t.teardown(() => { process.argv = argv })
  process.argv = [process.execPath, 'management-probe', 'h:3000']
  const written = t.capture(process.stderr, 'write', (_text: string, done: () => void) => { done(); return true })
  const ended = t.capture(process, 'exit', () => undefined as never)
  await import('../../lib/probe/management-probe.js')
  t.match(written.args(), [[/^management-probe: expected a URL .*, got the string "h:3000"\nusage: /]])
  t.same(ended.args(), [[1]])
})
