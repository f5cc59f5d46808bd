import { hostname } from 'node:os'
import t from 'tap'
import { currentSystem } from '../../lib/info/system.js'

await t.test('currentSystem() describes this process', (t) => {
  const { env, pid, cwd, root, uid } = currentSystem()
  t.equal(env, process.env)
  t.same({ pid, cwd, root, uid }, { pid: process.pid, cwd: process.cwd(), root: '/', uid: process.getuid?.() })
  t.equal(currentSystem().hostname, hostname())
  t.end()
})

await t.test('currentSystem() returns the root when the working directory was removed', (t) => {
  t.intercept(process, 'cwd', { value: () => { throw new Error('ENOENT: uv_cwd') } })
  t.equal(currentSystem().cwd, '/')
  t.end()
})
