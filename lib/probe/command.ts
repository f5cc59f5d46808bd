import type { EventEmitter } from 'node:events'
import type { Writable } from 'node:stream'
import { systemClock } from '../base/clock.js'
import { reasonOf } from '../base/describe.js'
import { HELP, NAME, readArguments, USAGE } from './arguments.js'
import type { ProbeArguments } from './arguments.js'
import { probe } from './http-probe.js'
import type { ProbeResult } from './http-probe.js'
import { jsonDocument, shownUrl } from './json-document.js'
import { oneLine } from './one-line.js'
import { write } from './output.js'

/** Access logs and service meshes recognize probes by the prefix `kube-probe/`. */
const USER_AGENT = `kube-probe/1.34 (${NAME})`

/** In characters. Docker keeps 4,096 bytes of a health check's output. */
const LONGEST_LINE = 2_000

/** The most bytes of a body that `--json` and `--watch` read. */
const MOST_BYTES = 1024 * 1024

/** The streams that the command writes to. */
export interface Output {
  readonly stdout: Writable
  readonly stderr: Writable
}

/** The parts of the process that `--watch` uses. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  /** Emits SIGINT and SIGTERM, which end a watch. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>
}

/** The text that the command prints, the stream that receives it, and the exit code. */
interface Outcome {
  readonly exitCode: 0 | 1
  readonly text: string
  readonly stream: keyof Output
}

/**
 * Runs `management-probe`: probes a URL, prints the result and returns the exit code, 0 or 1. Docker reserves 2.
 * If the probe passes, prints the body as `curl -f` does, so that `docker inspect` shows it.
 *
 * @param args the arguments without the program's name
 * @see https://docs.docker.com/reference/dockerfile/#healthcheck
 */
export async function run (
  args: readonly string[], output: Output, surroundings: Surroundings = { env: process.env, signals: process }
): Promise<0 | 1> {
  let parsed: ProbeArguments | undefined
  try {
    parsed = readArguments(args)
  } catch (error) {
    const text = `${NAME}: ${oneLine(reasonOf(error), LONGEST_LINE)}\n${USAGE}`
    return await print({ exitCode: 1, text, stream: 'stderr' }, output)
  }
  if (parsed === undefined) return await print({ exitCode: 0, text: HELP, stream: 'stdout' }, output)
  const { intervalMs, urls: [url] } = parsed
  if (intervalMs === undefined) return await print(await outcomeOf(url, parsed), output)
  // Loaded here, because a kubelet starts this command every few seconds.
  const { watch } = await import('./watch/watch.js')
  const probeOnce = async (url: URL): Promise<ProbeResult> => await send(url, parsed)
  return await watch({ ...parsed, intervalMs }, { ...surroundings, ...output, probe: probeOnce, clock: systemClock })
}

async function send (url: URL, { timeoutMs, socketPath, json, intervalMs }: ProbeArguments): Promise<ProbeResult> {
  const readsAll = json || intervalMs !== undefined
  return await probe(url, { timeoutMs, socketPath, userAgent: USER_AGENT, ...(readsAll && { mostBytes: MOST_BYTES }) })
}

async function outcomeOf (url: URL, args: ProbeArguments): Promise<Outcome> {
  const startedAt = systemClock.now()
  const result = await send(url, args)
  const { passed, body } = result
  const exitCode = passed ? 0 : 1
  if (args.json) {
    const durationMs = systemClock.now() - startedAt
    const text = jsonDocument({ url, time: systemClock.date(), durationMs, result })
    return { exitCode, text, stream: 'stdout' }
  }
  if (passed) return { exitCode, text: oneLine(body, LONGEST_LINE), stream: 'stdout' }
  const parts = [`${NAME}: GET ${shownUrl(url)} failed`, result.reason, body].filter((part) => part !== '')
  return { exitCode, text: oneLine(parts.join(': '), LONGEST_LINE), stream: 'stderr' }
}

async function print ({ exitCode, text, stream }: Outcome, output: Output): Promise<0 | 1> {
  if (text !== '') await write(output[stream], `${text}\n`)
  return exitCode
}
