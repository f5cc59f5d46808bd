// The app that is soaked, in a process of its own: it obeys the commands that come over the IPC channel (`protocol.ts`).
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import management from '../../lib/index.js'
import { CUSTOM_KINDS, DEFAULT_TIMEOUT_MS } from './catalogue.js'
import { Chance } from './chance.js'
import { LogJudge } from './log-judge.js'
import { LoopWatch } from './loop-watch.js'
import type { Closed, Command, Done, Measurement, Message, Order } from './protocol.js'
import { Residents } from './residents.js'
import { Stirrer } from './stirrer.js'
import { Violations } from './violations.js'

/** More than the two that V8 needs to take what has weak references, and enough to drop code that is not used any more. */
const COLLECTIONS = 8

/** How often, and after how many milliseconds, one looks again for what keeps the process alive. */
const LOOKS = 10
const LOOK_EVERY_MS = 7

/** How long after its end a closed app is watched: nothing may be called any more. */
const AFTERMATH_MS = 300

/** For what was under way when the last probe was answered: calls of checks that run in the background, late ones too. */
const QUIET_MS = 600

const seed = Number(process.argv[2])
const violations = new Violations()
const watch = new LoopWatch()
const log = new LogJudge(violations)

const app = Fastify({ forceCloseConnections: true, logger: { level: 'info', stream: log } })
await app.register(management, { kinds: CUSTOM_KINDS, checkDefaults: { timeout: DEFAULT_TIMEOUT_MS }, showDetails: 'always' })
const residents = new Residents(app, violations)
const stirrer = new Stirrer(app, residents, new Chance(seed), violations)
residents.addAll()
const address = await app.listen({ host: '127.0.0.1', port: 0 })
watch.start()
process.on('message', (order) => { void obey(order as Order) })
process.once('disconnect', endIfOrphaned)
tell({ is: 'listening', address })

async function obey ({ id, command }: Order): Promise<void> {
  const result = await carryOut(command)
  tell({ is: 'done', id, result })
  if (command.do !== 'close') return
  process.off('disconnect', endIfOrphaned)
  process.disconnect()
}

/** The client is gone without a word. */
function endIfOrphaned (): void {
  process.exit(1)
}

async function carryOut (command: Command): Promise<Done[keyof Done]> {
  switch (command.do) {
    case 'measure': return await measure()
    case 'close': return await close()
    case 'switch': await turnSwitch(command.name, command.isBroken); break
    case 'stir': stir(command.isOn); break
    case 'trace': residents.observer.trace(command.isOn)
  }
  return null
}

function stir (isOn: boolean): void {
  if (isOn) stirrer.start()
  else stirrer.stop()
}

/** What hung and is mended has settled, and the engine knows, a turn of the event loop later. */
async function turnSwitch (name: string, isBroken: boolean): Promise<void> {
  residents.turn(name, isBroken)
  await turn()
}

async function measure (): Promise<Measurement> {
  await sleep(QUIET_MS)
  const lags = watch.takeLags()
  watch.stop()
  const lasting = await lastingResources()
  const heapUsed = await collectGarbage()
  const { startupCalls, ledger: { calls, neverEnding }, observer: { traced, changes } } = residents
  const measurement = {
    heapUsed,
    resources: lasting,
    connections: await connections(),
    calls,
    startupCalls,
    never: neverEnding,
    traced,
    changes,
    logLines: log.count,
    stirred: stirrer.count,
    lags,
    worstLagMs: watch.worstMs,
    violations: violations.take()
  }
  watch.start()
  return measurement
}

async function collectGarbage (): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('this process needs --expose-gc')
  for (let round = 0; round < COLLECTIONS; round += 1) {
    globalThis.gc()
    await turn()
  }
  return process.memoryUsage().heapUsed
}

/** What is there whenever one looks: a timer in the background makes an immediate when it is due, which is gone at once. */
async function lastingResources (): Promise<Record<string, number>> {
  let lasting = resources()
  for (let look = 1; look < LOOKS; look += 1) {
    await sleep(LOOK_EVERY_MS)
    const counts = resources()
    lasting = Object.fromEntries(Object.entries(lasting).map(([type, count]) => [type, Math.min(count, counts[type] ?? 0)] as const).filter(([, count]) => count > 0))
  }
  return lasting
}

function resources (): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const type of process.getActiveResourcesInfo().sort()) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

async function connections (): Promise<number> {
  return await new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => error === null ? resolve(count) : reject(error))
  })
}

async function close (): Promise<Closed> {
  watch.stop()
  const started = performance.now()
  await app.close()
  const durationMs = performance.now() - started
  residents.end()
  await turn()
  const { Timeout: timeouts = 0 } = resources()
  await sleep(AFTERMATH_MS)
  return { durationMs, timeouts, resources: resources(), violations: violations.take() }
}

function tell (message: Message): void {
  process.send?.(message)
}
