import t from 'tap'
import { fetchAnswer } from '../support/app.js'
import { missingFor, startPageApp } from './app.js'
import { blocksOf, readPage } from './pages.js'
import type { Block } from './pages.js'

const blocks = blocksOf([await readPage('docs/getting-started.md')], 'js', 'json')
const [app, line] = blocks as [Block, Block]

await t.test('the first app shows and logs a stopped database like the page', { skip: missingFor(app) }, async (t) => {
  const { program, ports, database } = await startPageApp(t, app)
  const url = `http://127.0.0.1:${ports.get('3000') ?? ''}/z/health`
  t.match(await fetchAnswer(`${url}/readiness`), { status: 200 })
  await database?.stop()
  while ((await fetchAnswer(`${url}/readiness`)).status !== 503);
  t.match(await fetchAnswer(`${url}/readiness`), { status: 503, text: '{"status":"DOWN"}' })
  t.match(await fetchAnswer(`${url}/liveness`), { status: 200, text: '{"status":"UP"}' })

  const shown = JSON.parse(line.text) as Record<string, unknown>
  const printed = JSON.parse(await program.waitForLine(/^(.*"check":"db".*"to":"DOWN".*)$/)) as Record<string, unknown>
  t.same(Object.keys(printed).filter((key) => !['time', 'pid', 'hostname'].includes(key)), Object.keys(shown))
  // A probe can still find a connection that the server has just closed, so the reason itself varies.
  for (const { msg } of [printed, shown]) t.match(msg, /^check "db" is DOWN: .*(ECONNREFUSED|terminat)/)
  await database?.start()
  while ((await fetchAnswer(`${url}/readiness`)).status !== 200);
})
