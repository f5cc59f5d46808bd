import { createHook } from 'node:async_hooks'
import t from 'tap'
import type { ManagementOptions } from '../../lib/index.js'
import { portOf, startApp } from '../support/app.js'
import { exchange } from '../support/raw-socket.js'

const HIDDEN: Readonly<Record<string, ManagementOptions>> = {
  'are never shown': { showComponents: 'never' },
  'are hidden by a function': { showComponents: () => false },
  'are hidden by an async function': { showComponents: async () => await Promise.resolve(false) },
  'are hidden by a function that throws': { showComponents: () => { throw new Error('no') } },
  'require auth, which the request does not pass': {
    showComponents: 'authorized', auth: async () => await Promise.resolve(false)
  },
  'are off': { endpoints: { health: false } }
}

/** Counts the promises, timers and other asynchronous resources that are created during a call. */
async function resourcesOf (call: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  const hook = createHook({ init: (_id, type) => { counts[type] = (counts[type] ?? 0) + 1 } }).enable()
  await call()
  hook.disable()
  return counts
}

for (const [title, options] of Object.entries(HIDDEN)) {
  await t.test(`hidden and unknown names get the same bytes when components ${title}`, async (t) => {
    let runs = 0
    const checks = { readiness: { known: () => { runs += 1 } } }
    const { app } = await startApp(t, { ...options, checks })
    for (const [method, rest, header] of [
      ['GET', '', ''], ['HEAD', '', ''], ['POST', '', ''], ['OPTIONS', '', ''], ['GET', '?verbose', ''],
      ['GET', '/', ''], ['GET', '%00', ''], ['GET', '', 'Management-Hop: 1\r\nManagement-Timeout: 50\r\n'],
      ['GET', '', 'Accept: application/vnd.spring-boot.actuator.v3+json\r\n'], ['GET', '', 'If-None-Match: *\r\n'],
      ['GET', '', 'Range: bytes=0-0\r\n'], ['GET', '', 'Expect: 100-continue\r\n']
    ] as const) {
      const [hidden, unknown] = await Promise.all(['known', 'other'].map(async (name) => {
        const head = `${method} /z/health/${name}${rest} HTTP/1.1\r\nHost: app\r\nConnection: close\r\n${header}\r\n`
        const received = await exchange(t, portOf(app.server), head)
        return received.replace(/^date: .*$/im, '').replaceAll(name, 'NAME')
      }))
      t.match(hidden, /^HTTP\/1\.1 [14]\d\d /)
      t.equal(hidden, unknown, `${method} ${rest} ${header}`)
    }
    t.equal(runs, 0)
  })

  await t.test(`hidden and unknown names cause the same work when components ${title}`, async (t) => {
    const checks = { readiness: { known: async () => { await new Promise(setImmediate) } } }
    const { app } = await startApp(t, { ...options, checks })
    const request = async (name: string): Promise<unknown> => await app.inject(`/z/health/${name}`)
    for (const name of ['known', 'other', 'known', 'other']) await request(name)
    const [hidden, unknown] = [await resourcesOf(() => request('known')), await resourcesOf(() => request('other'))]
    t.ok(Object.keys(hidden).length > 0)
    t.same(hidden, unknown)
  })
}

await t.test('the count of resources shows the run of a check', async (t) => {
  const checks = { readiness: { known: async () => { await new Promise(setImmediate) } } }
  const { app } = await startApp(t, { checks })
  const request = async (name: string): Promise<unknown> => await app.inject(`/z/health/${name}`)
  for (const name of ['known', 'other']) await request(name)
  const [shown, unknown] = [await resourcesOf(() => request('known')), await resourcesOf(() => request('other'))]
  t.ok(Number(shown['Immediate']) > Number(unknown['Immediate']))
})

await t.test('?exclude with a hidden name runs the same checks as with an unknown name', async (t) => {
  const runs: string[] = []
  const checks = { readiness: { known: () => { runs.push('known') }, more: () => { runs.push('more') } } }
  for (const options of Object.values(HIDDEN)) {
    const { get } = await startApp(t, { ...options, checks })
    for (const path of ['/z/health/readiness?exclude=', '/z/health/readiness?verbose&exclude=']) {
      const [hidden, unknown] = [await get(`${path}known`), await get(`${path}other`)]
      t.same([hidden.status, hidden.text], [unknown.status, unknown.text])
      t.same(runs.splice(0).sort(), ['known', 'known', 'more', 'more'])
    }
  }
})
