import t from 'tap'
import { processAttributes } from '../../lib/info/process.js'
import type { Versions } from '../../lib/info/runtime.js'
import { systemOf } from './fixtures/system-of.js'

await t.test('processAttributes() describes the process and its runtime', (t) => {
  const argv = ['/usr/bin/node', '/app/server.js', '--port', '80']
  t.same(processAttributes(systemOf('/', { argv, execArgv: ['--enable-source-maps'] })), {
    'process.pid': 7,
    'process.command_line': '/usr/bin/node --enable-source-maps /app/server.js --port 80',
    'process.executable.path': '/usr/bin/node',
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '20.19.0',
    'process.runtime.description': 'Node.js'
  })
  t.end()
})

await t.test('processAttributes() names Bun and Deno, which claim a version of Node too', (t) => {
  const runtime = (versions: Versions): unknown[] => {
    const attributes = processAttributes(systemOf('/', { versions }))
    return ['name', 'version', 'description'].map((key) => attributes[`process.runtime.${key}`])
  }
  t.same(runtime({ node: '24.3.0', bun: '1.4.5' }), ['bun', '1.4.5', 'Bun'])
  t.same(runtime({ node: '24.3.0', deno: '2.9.6' }), ['deno', '2.9.6', 'Deno'])
  t.end()
})

await t.test('processAttributes() redacts secrets in the arguments', (t) => {
  const argv = ['node', 'server.js', '--password', 'a b', '--token=x', 'postgres://u:p@h/db']
  t.equal(processAttributes(systemOf('/', { argv }))['process.command_line'],
    'node server.js --password [REDACTED] --token=[REDACTED] postgres://[REDACTED]@h/db')
  t.end()
})

await t.test('processAttributes() returns the executable as the command line when there are no arguments', (t) => {
  t.equal(processAttributes(systemOf('/', { argv: [] }))['process.command_line'], '/usr/bin/node')
  t.end()
})

await t.test('processAttributes() cuts a long command line', (t) => {
  const argv = ['/usr/bin/node', '--eval', 'x'.repeat(5_000)]
  const { 'process.command_line': commandLine } = processAttributes(systemOf('/', { argv }))
  t.equal(String(commandLine).length, 1_001)
  t.end()
})
