import type { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { LONGEST_DELAY_MS, systemClock } from '../base/clock.js'
import { withTimeout } from '../base/with-timeout.js'
import { describe, reasonOf } from '../base/describe.js'
import { redactAndTruncate } from '../base/truncate.js'
import { probe } from './http-probe.js'
import type { ProbeOptions, ProbeResult } from './http-probe.js'

const NAME = 'management-probe'

/** Access logs and meshes know probes by how it begins. */
const USER_AGENT = `kube-probe/1.34 (${NAME})`

const DEFAULT_TIMEOUT_MS = 1_000

/** Docker keeps 4,096 bytes of what a health check says. */
const LONGEST_URL = 200
const LONGEST_LINE = 2_000

const LONGEST_WRITE_MS = 500

const USAGE = `usage: ${NAME} URL [--timeout MS]`

const HELP = `${USAGE}

Asks a URL once, as the HTTP probe of the kubelet does. Exits with 0 when the answer is
200 to 399, and prints its body; else exits with 1, and prints the reason.

  URL            begins with http:// or https://; certificates are not verified
  --timeout MS   how long all of it may take, in milliseconds; default ${DEFAULT_TIMEOUT_MS}
  --help         prints this`

/** Where the command writes. */
export interface Output {
  readonly stdout: Writable
  readonly stderr: Writable
}

/** What the command has to say, and its exit code. */
interface Outcome {
  readonly exitCode: 0 | 1
  readonly text: string
}

/** What is to be asked. */
interface Question {
  readonly url: URL
  readonly timeoutMs: ProbeOptions['timeoutMs']
}

/**
 * Runs `management-probe`: probes a URL, says on the output what came of it, and gives the exit code, 0 or 1; 2 is Docker's own.
 * As `curl -f` it prints the body of what passes, so that `docker inspect` shows it.
 *
 * @param args without the program's name
 * @see https://docs.docker.com/reference/dockerfile/#healthcheck
 */
export async function run (args: readonly string[], { stdout, stderr }: Output): Promise<0 | 1> {
  const { exitCode, text } = await outcomeOf(args)
  if (text !== '') await write(exitCode === 0 ? stdout : stderr, `${text}\n`)
  return exitCode
}

async function outcomeOf (args: readonly string[]): Promise<Outcome> {
  let question: Question | undefined
  try {
    question = readArguments(args)
  } catch (error) {
    return { exitCode: 1, text: `${NAME}: ${oneLine(reasonOf(error))}\n${USAGE}` }
  }
  if (question === undefined) return { exitCode: 0, text: HELP }
  const { url, timeoutMs } = question
  return outcomeOfProbe(url, await probe(url, { timeoutMs, userAgent: USER_AGENT }))
}

function outcomeOfProbe (url: URL, result: ProbeResult): Outcome {
  const { passed, body } = result
  if (passed) return { exitCode: 0, text: oneLine(body) }
  const shownUrl = redactAndTruncate(url.href, LONGEST_URL)
  const said = [`${NAME}: GET ${shownUrl} failed`, result.reason, body].filter((part) => part !== '')
  return { exitCode: 1, text: oneLine(said.join(': ')) }
}

/** Nothing where help is asked for. Throws where it is used wrongly. */
function readArguments (args: readonly string[]): Question | undefined {
  const { values: { help, timeout }, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { timeout: { type: 'string' }, help: { type: 'boolean', short: 'h' } }
  })
  return help === true ? undefined : { url: readUrl(positionals), timeoutMs: readTimeout(timeout) }
}

function readUrl ([url, ...more]: readonly string[]): URL {
  if (url === undefined) throw new Error('expected a URL, got none')
  if (more.length > 0) throw new Error(`expected one URL, got ${more.length + 1}`)
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return new URL(url)
  throw new Error(`expected a URL that begins with http:// or https://, got ${describe(url)}`)
}

function readTimeout (timeout = String(DEFAULT_TIMEOUT_MS)): number {
  const timeoutMs = Number(timeout)
  if (/^\d+$/.test(timeout) && timeoutMs >= 1 && timeoutMs <= LONGEST_DELAY_MS) return timeoutMs
  throw new Error(`expected --timeout to be a whole number of milliseconds from 1 to ${LONGEST_DELAY_MS}, got ${describe(timeout)}`)
}

/** One line that a terminal shows as it is: whoever answers could else move its cursor, or make up lines of a log. */
function oneLine (text: string): string {
  return redactAndTruncate(text.trim().replace(/\s+/g, ' ').replace(/\p{C}/gu, escaped), LONGEST_LINE)
}

function escaped (character: string): string {
  return `\\u{${Number(character.codePointAt(0)).toString(16)}}`
}

/** Waits until a text is written, or is not to be: who reads it may have gone away, or have stopped reading. */
async function write (stream: Writable, text: string): Promise<void> {
  const written = new Promise<void>((resolve) => {
    stream.once('error', () => resolve())
    stream.write(text, () => resolve())
  })
  await withTimeout(LONGEST_WRITE_MS, written, systemClock)
}
