import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { ExampleProcess } from '../support/example-process.js'
import { Program } from '../support/process.js'
import { freePort } from '../support/servers/free-port.js'
import { missing, startServer } from '../support/servers/index.js'
import { isSame, readSession, runSession } from './console.js'
import { placeOf, readPages } from './pages.js'
import type { Block } from './pages.js'

/** The console blocks that run against one app, in order. */
interface Session {
  /** `undefined` is the example app. */
  readonly app: Block | undefined
  readonly blocks: Block[]
}

const LISTENS = /\.listen\(\{.*port: (\d+)/
const noCurl = spawnSync('curl', ['--version']).error !== undefined && 'curl is not installed'
const pages = await readPages()

for (const { app, blocks } of pages.flatMap(sessionsOf)) {
  const place = blocks.map(placeOf).join(', ')
  const name = app === undefined ? 'the example' : `the app at ${placeOf(app)}`
  const needsPostgres = app?.text.includes('DATABASE_URL') === true
  const skip = noCurl || (needsPostgres && missing('postgres'))
  await t.test(`${name} answers as ${place} shows`, { skip }, async (t) => {
    const ports = app === undefined ? await startExample(t) : await startApp(t, app, needsPostgres)
    const commands = blocks.flatMap(({ text }) => readSession(text))
    const outputs = await runSession(commands.map(({ command }) => command), ports)
    for (const [index, { command, output }] of commands.entries()) {
      const printed = outputs[index] ?? 'nothing: an earlier command has ended the shell'
      if (!isSame(printed, output)) t.equal(printed, output, command)
    }
  })
}

/** The app of a block is the latest block above it on the page that listens, otherwise the example. */
function sessionsOf ({ blocks }: { readonly blocks: readonly Block[] }): readonly Session[] {
  const sessions = new Map<Block | undefined, Session>()
  let latest: Block | undefined
  for (const block of blocks) {
    if (/^[jt]s$/.test(block.language) && LISTENS.test(block.text)) latest = block
    if (block.language !== 'console' || block.note.startsWith('none')) continue
    const app = block.note === 'example' ? undefined : latest
    const session = sessions.get(app) ?? { app, blocks: [] }
    session.blocks.push(block)
    sessions.set(app, session)
  }
  return [...sessions.values()]
}

async function startExample (t: Test): Promise<ReadonlyMap<string, string>> {
  const address = await new ExampleProcess(t, { PORT: '0' }).listening()
  return new Map([['3000', new URL(address).port]])
}

/** Runs the block on free ports. Returns the free port for each port of the page. */
async function startApp (
  t: Test,
  { text, language }: Block,
  needsPostgres: boolean
): Promise<ReadonlyMap<string, string>> {
  const ports = new Map<string, string>()
  for (const [, port = ''] of text.matchAll(/\bport: (\d+)/g)) ports.set(port, String(await freePort()))
  const local = text.replace(/\bport: (\d+)/g, (all, port: string) => `port: ${ports.get(port) ?? all}`)
  const name = language === 'js' && /\brequire\(/.test(text) ? 'app.cts' : 'app.ts'
  // The folder is inside the project, so that the block can import its packages.
  const folder = t.testdir({ [name]: local.replaceAll("'0.0.0.0'", "'127.0.0.1'") })
  const env = needsPostgres ? { DATABASE_URL: (await startServer(t, 'postgres')).url } : {}
  await new Program(t, join(folder, name), env).waitForLine(/listening at (http:\/\/127[\d.]+:\d+)/)
  return ports
}
