import t from 'tap'
import { startApp } from '../support/app.js'

await t.test('info has the app and the attributes of its trace', async (t) => {
  const { get } = await startApp(t, { name: 'shop', version: '1.2.3' })
  t.match(await get('/z/info'), {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: {
      app: { name: 'shop', version: '1.2.3' },
      'trace.attributes': { 'service.name': 'shop', 'service.version': '1.2.3', 'process.pid': process.pid, 'process.runtime.name': 'nodejs' }
    }
  })
})

await t.test('the id of the instance is there when it was asked for', async (t) => {
  t.notMatch((await (await startApp(t)).get('/z/info')).text, /service\.instance\.id/)
  t.match((await (await startApp(t, { serviceInstanceId: 'shop-1' })).get('/z/info')).body, { 'trace.attributes': { 'service.instance.id': 'shop-1' } })
})

await t.test('a plugin adds a section, that is asked at each request', async (t) => {
  let waiting = 0
  const { get } = await startApp(t, {}, { after: (app) => { app.management.addInfo('queue', () => ({ waiting: waiting++ })) } })
  t.match((await get('/z/info')).body, { queue: { waiting: 0 } })
  t.match((await get('/z/info')).body, { queue: { waiting: 1 } })
})

await t.test('the version is text', async (t) => {
  const { get } = await startApp(t, { version: () => '1.2.3' })
  t.match(await get('/z/version'), { status: 200, text: '1.2.3', headers: { 'content-type': 'text/plain; charset=utf-8' } })
})

await t.test('a version that cannot be had is unknown', async (t) => {
  const failing = [() => { throw new Error('no') }, async () => await Promise.reject(new Error('no')), () => '', () => 1 as unknown as string, () => undefined as unknown as string]
  for (const version of failing) {
    const { get, lines } = await startApp(t, { version })
    for (let request = 0; request < 3; request++) t.match(await get('/z/version'), { status: 200, text: 'unknown' })
    t.match((await get('/z/info')).body, { app: { version: 'unknown' } })
    t.match(lines.filter((line) => line['function'] === 'version'), { length: 1 })
  }
})
