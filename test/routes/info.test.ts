import { readFile } from 'node:fs/promises'
import t from 'tap'
import { startApp } from '../support/app.js'

await t.test('/info shows the app and its resource attributes', async (t) => {
  const { get } = await startApp(t, { name: 'shop', version: '1.2.3' })
  t.match(await get('/z/info'), {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: {
      app: { name: 'shop', version: '1.2.3' },
      'trace.attributes': {
        'service.name': 'shop',
        'service.version': '1.2.3',
        'process.pid': process.pid,
        'process.runtime.name': 'nodejs'
      }
    }
  })
})

await t.test('/version and /info take the version from the app\'s package.json by default', async (t) => {
  const { get } = await startApp(t)
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  t.equal((await get('/z/version')).text, version)
  t.match((await get('/z/info')).body, { app: { version }, 'trace.attributes': { 'service.version': version } })
})

await t.test('/info shows service.instance.id when the option serviceInstanceId is set', async (t) => {
  t.notMatch((await (await startApp(t)).get('/z/info')).text, /service\.instance\.id/)
  t.match((await (await startApp(t, { serviceInstanceId: 'shop-1' })).get('/z/info')).body, {
    'trace.attributes': { 'service.instance.id': 'shop-1' }
  })
})

await t.test('addInfo() adds a section that is read at each request', async (t) => {
  let waiting = 0
  const { get } = await startApp(t, {}, {
    after: (app) => {
      app.management.addInfo('queue', () => ({ waiting: waiting++ }))
    }
  })
  t.match((await get('/z/info')).body, { queue: { waiting: 0 } })
  t.match((await get('/z/info')).body, { queue: { waiting: 1 } })
})

await t.test('/version answers with text', async (t) => {
  const { get } = await startApp(t, { version: () => '1.2.3' })
  t.match(await get('/z/version'), {
    status: 200,
    text: '1.2.3',
    headers: { 'content-type': 'text/plain; charset=utf-8' }
  })
})

await t.test('/version answers unknown when the function version fails', async (t) => {
  const failing = [
    () => { throw new Error('no') },
    async () => await Promise.reject(new Error('no')),
    () => '',
    () => 1 as unknown as string,
    () => undefined as unknown as string
  ]
  for (const version of failing) {
    const { get, lines } = await startApp(t, { version })
    for (let request = 0; request < 3; request++) t.match(await get('/z/version'), { status: 200, text: 'unknown' })
    t.match((await get('/z/info')).body, { app: { version: 'unknown' } })
    t.match(lines.filter((line) => line['function'] === 'version'), { length: 1 })
  }
})
