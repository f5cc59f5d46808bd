import type { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { LONGEST_DELAY_MS, systemClock } from '../base/clock.js'
import { withTimeout } from '../base/with-timeout.js'
import { describe, reasonOf } from '../base/describe.js'
import { redactText } from '../base/redact.js'
import { redactAndTruncate, truncate } from '../base/truncate.js'
import { visible } from '../base/visible.js'
import { probe } from './http-probe.js'
import type { ProbeOptions, ProbeResult } from './http-probe.js'

const NAME = 'management-probe'

/** Access logs and service meshes recognize probes by the prefix `kube-probe/`. */
const USER_AGENT = `kube-probe/1.34 (${NAME})`

/**
 * The kubelet gives an exec probe 1 s by default, which includes the start of Node.js. On two busy cores the command
 * took 110 to 290 ms apart from the request. The rest is left for the container runtime and the output.
 */
const DEFAULT_TIMEOUT_MS = 600

/** In characters. Docker keeps 4,096 bytes of a health check's output. */
const LONGEST_URL = 200
const LONGEST_LINE = 2_000
const LONGEST_OPTION = 100

/** The longest wait for the output, in milliseconds. */
const LONGEST_WRITE_MS = 500

const USAGE = `usage: ${NAME} URL [--timeout MS] [--unix-socket PATH]`

const HELP = `${USAGE}

Sends one GET request to a URL, as the HTTP probe of the kubelet does.
If the status code is 200 to 399, prints the body and exits with 0.
Otherwise prints the reason and exits with 1.

  URL            must begin with http:// or https://; certificates are not verified
  --timeout MS   the limit for the whole probe, in milliseconds; default ${DEFAULT_TIMEOUT_MS}
  --unix-socket PATH
                 connects to a Unix socket instead of the host and the port of the URL
  --help         prints this text`

/** The streams that the command writes to. */
export interface Output {
  readonly stdout: Writable
  readonly stderr: Writable
}

/** The text that the command prints, and its exit code. */
interface Outcome {
  readonly exitCode: 0 | 1
  readonly text: string
}

interface ProbeArguments {
  readonly url: URL
  readonly timeoutMs: ProbeOptions['timeoutMs']
  readonly socketPath: ProbeOptions['socketPath']
}

/**
 * Runs `management-probe`: probes a URL, prints the result and returns the exit code, 0 or 1. Docker reserves 2.
 * If the probe passes, prints the body as `curl -f` does, so that `docker inspect` shows it.
 *
 * @param args the arguments without the program's name
 * @see https://docs.docker.com/reference/dockerfile/#healthcheck
 */
export async function run (args: readonly string[], { stdout, stderr }: Output): Promise<0 | 1> {
  const { exitCode, text } = await outcomeOf(args)
  if (text !== '') await write(exitCode === 0 ? stdout : stderr, `${text}\n`)
  return exitCode
}

async function outcomeOf (args: readonly string[]): Promise<Outcome> {
  let parsed: ProbeArguments | undefined
  try {
    parsed = readArguments(args)
  } catch (error) {
    return { exitCode: 1, text: `${NAME}: ${oneLine(reasonOf(error))}\n${USAGE}` }
  }
  if (parsed === undefined) return { exitCode: 0, text: HELP }
  const { url, ...options } = parsed
  return outcomeOfProbe(url, await probe(url, { ...options, userAgent: USER_AGENT }))
}

function outcomeOfProbe (url: URL, result: ProbeResult): Outcome {
  const { passed, body } = result
  if (passed) return { exitCode: 0, text: oneLine(body) }
  const shownUrl = redactAndTruncate(url.href, LONGEST_URL)
  const parts = [`${NAME}: GET ${shownUrl} failed`, result.reason, body].filter((part) => part !== '')
  return { exitCode: 1, text: oneLine(parts.join(': ')) }
}

/** Returns undefined for `--help`. Throws if an argument is wrong. */
function readArguments (args: readonly string[]): ProbeArguments | undefined {
  // Node.js takes long to read a long row of short options.
  if (args.some((argument) => /^-[^-]/.test(argument) && argument.length > LONGEST_OPTION)) {
    throw new Error(`expected short options of at most ${LONGEST_OPTION} characters`)
  }
  const { values: { help, timeout, 'unix-socket': socketPath }, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      timeout: { type: 'string' }, 'unix-socket': { type: 'string' }, help: { type: 'boolean', short: 'h' }
    }
  })
  if (help === true) return undefined
  if (socketPath?.trim() === '') throw new Error(`expected --unix-socket to be a path, got ${describe(socketPath)}`)
  return { url: readUrl(positionals), timeoutMs: readTimeout(timeout), socketPath }
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
  const expected = `a whole number of milliseconds from 1 to ${LONGEST_DELAY_MS}`
  throw new Error(`expected --timeout to be ${expected}, got ${describe(timeout)}`)
}

/**
 * Makes a text safe to print as one line. Without this, a server's answer could move the terminal's cursor
 * or forge lines of a log.
 */
function oneLine (text: string): string {
  const shown = visible(redactText(text).trim().replace(/\s+/g, ' '))
  return truncate(shown, LONGEST_LINE)
}

/** Waits until a text is written. Gives up after an error or 500 ms: the reader may have exited or stopped reading. */
async function write (stream: Writable, text: string): Promise<void> {
  const written = new Promise<void>((resolve) => {
    stream.once('error', () => resolve())
    stream.write(text, () => resolve())
  })
  await withTimeout(LONGEST_WRITE_MS, written, systemClock)
}
