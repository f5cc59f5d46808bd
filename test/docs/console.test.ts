import { spawnSync } from 'node:child_process'
import t from 'tap'
import type { Test } from 'tap'
import { ExampleProcess } from '../support/example-process.js'
import { missingFor, startPageApp } from './app.js'
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
  const skip = noCurl || (app !== undefined && missingFor(app))
  await t.test(`${name} answers as ${place} shows`, { skip }, async (t) => {
    const ports = app === undefined ? await startExample(t) : (await startPageApp(t, app)).ports
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
