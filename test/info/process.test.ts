import t from 'tap'
import { processAttributes } from '../../lib/info/process.js'
import { surroundingsOf } from './fixtures/system-of.js'

await t.test('the process and its runtime are described', (t) => {
  const argv = ['/usr/bin/node', '/app/server.js', '--port', '80']
  t.same(processAttributes(surroundingsOf('/', { argv, execArgv: ['--enable-source-maps'] })), {
    'process.pid': 7,
    'process.command_line': '/usr/bin/node --enable-source-maps /app/server.js --port 80',
    'process.executable.path': '/usr/bin/node',
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '20.19.0',
    'process.runtime.description': 'Node.js'
  })
  t.end()
})

await t.test('secrets in the arguments are hidden', (t) => {
  const argv = ['node', 'server.js', '--password', 'a b', '--token=x', 'postgres://u:p@h/db']
  t.equal(processAttributes(surroundingsOf('/', { argv }))['process.command_line'],
    'node server.js --password [REDACTED] --token=[REDACTED] postgres://[REDACTED]@h/db')
  t.end()
})

await t.test('without arguments the command line is the executable', (t) => {
  t.equal(processAttributes(surroundingsOf('/', { argv: [] }))['process.command_line'], '/usr/bin/node')
  t.end()
})

await t.test('a command line of many letters is cut', (t) => {
  const { 'process.command_line': commandLine } = processAttributes(surroundingsOf('/', { argv: ['/usr/bin/node', '--eval', 'x'.repeat(5_000)] }))
  t.equal(String(commandLine).length, 1_001)
  t.end()
})
