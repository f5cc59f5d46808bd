// The app under test, in its own process. It carries out the commands that arrive over the IPC channel (`protocol.ts`).
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import management from '../../lib/index.js'
import { CUSTOM_KINDS, DEFAULT_TIMEOUT_MS } from './catalogue.js'
import { Chance } from './chance.js'
import { LogJudge } from './log-judge.js'
import { LoopWatch } from './loop-watch.js'
import type { Closed, Command, Done, Measurement, Message, Order } from './protocol.js'
import { PresentChecks } from './present-checks.js'
import { CheckToggler } from './check-toggler.js'
import { Violations } from './violations.js'

/** V8 needs two collections to free objects with weak references, and more to drop unused code. */
const COLLECTIONS = 8

/** The number and the interval of the samples of active resources. */
const SAMPLES = 10
const SAMPLE_EVERY_MS = 7

/** The time for which a closed app is watched: no check may be called. */
const AFTERMATH_MS = 300

/** The time that background runs and late calls need to end after the last answer. */
const QUIET_MS = 600

const seed = Number(process.argv[2])
const violations = new Violations()
const watch = new LoopWatch()
const log = new LogJudge(violations)

const app = Fastify({ forceCloseConnections: true, logger: { level: 'info', stream: log } })
await app.register(management, {
  kinds: CUSTOM_KINDS,
  checkDefaults: { timeout: DEFAULT_TIMEOUT_MS },
  showDetails: 'always'
})
const checks = new PresentChecks(app, violations)
const toggler = new CheckToggler(app, checks, new Chance(seed), violations)
checks.addAll()
const address = await app.listen({ host: '127.0.0.1', port: 0 })
watch.start()
process.on('message', (order) => { void handleOrder(order as Order) })
process.once('disconnect', endIfOrphaned)
sendMessage({ is: 'listening', address })

async function handleOrder ({ id, command }: Order): Promise<void> {
  const result = await carryOut(command)
  sendMessage({ is: 'done', id, result })
  if (command.do !== 'close') return
  process.off('disconnect', endIfOrphaned)
  process.disconnect()
}

/** Ends the process if the client disconnects without the command `close`. */
function endIfOrphaned (): void {
  process.exit(1)
}

async function carryOut (command: Command): Promise<Done[keyof Done]> {
  switch (command.do) {
    case 'measure': return await measure()
    case 'close': return await close()
    case 'switch': await turnSwitch(command.name, command.isBroken); break
    case 'toggle': toggle(command.isOn); break
    case 'trace': checks.observer.trace(command.isOn)
  }
  return null
}

function toggle (isOn: boolean): void {
  if (isOn) toggler.start()
  else toggler.stop()
}

/** Waits one turn of the event loop, so that mended calls settle and the engine sees the results. */
async function turnSwitch (name: string, isBroken: boolean): Promise<void> {
  checks.turn(name, isBroken)
  await turn()
}

async function measure (): Promise<Measurement> {
  await sleep(QUIET_MS)
  const lags = watch.takeLags()
  watch.stop()
  const resources = await lastingResources()
  const heapUsed = await collectGarbage()
  const { startupCalls, ledger: { calls, neverEnding }, observer: { traced, changes } } = checks
  const measurement = {
    heapUsed,
    resources,
    connections: await connections(),
    calls,
    startupCalls,
    never: neverEnding,
    traced,
    changes,
    logLines: log.count,
    toggled: toggler.count,
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

/** Returns the resources present in every sample. Single samples may include short-lived immediates of due timers. */
async function lastingResources (): Promise<Record<string, number>> {
  let lasting = countResources()
  for (let sample = 1; sample < SAMPLES; sample += 1) {
    await sleep(SAMPLE_EVERY_MS)
    const counts = countResources()
    const least = Object.entries(lasting).map(([type, count]) => [type, Math.min(count, counts[type] ?? 0)] as const)
    lasting = Object.fromEntries(least.filter(([, count]) => count > 0))
  }
  return lasting
}

function countResources (): Record<string, number> {
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
  checks.end()
  await turn()
  const { Timeout: timeouts = 0 } = countResources()
  await sleep(AFTERMATH_MS)
  return { durationMs, timeouts, resources: countResources(), violations: violations.take() }
}

function sendMessage (message: Message): void {
  process.send?.(message)
}
