import { parseArgs } from 'node:util'
import { LONGEST_DELAY_MS } from '../base/clock.js'
import { describe } from '../base/describe.js'
import type { ProbeOptions } from './http-probe.js'

/**
 * The kubelet gives an exec probe 1 s by default, which includes the start of Node.js. On two busy cores the command
 * took 110 to 290 ms apart from the request. The rest is left for the container runtime and the output.
 */
const DEFAULT_TIMEOUT_MS = 600

/** A person waits longer than a kubelet. The checks of an app have 800 ms by default. */
const WATCH_TIMEOUT_MS = 2_000
const DEFAULT_INTERVAL_MS = 2_000
const SHORTEST_INTERVAL_MS = 100

const LONGEST_OPTION = 100

export const NAME = 'management-probe'

export const USAGE =
  `usage: ${NAME} [--watch] URL... [--json] [--timeout MS] [--interval MS] [--unix-socket PATH]`

export const HELP = `${USAGE}

Sends one GET request to a URL, as the HTTP probe of the kubelet does.
If the status code is 200 to 399, prints the body and exits with 0.
Otherwise prints the reason and exits with 1.

  URL            must begin with http:// or https://; certificates are not verified
  --json         prints the result as one line of JSON, whether the probe passes or fails
  --timeout MS   the limit for the whole probe, in milliseconds; default ${DEFAULT_TIMEOUT_MS},
                 with --watch ${WATCH_TIMEOUT_MS}
  --unix-socket PATH
                 connects to a Unix socket instead of the host and the port of the URL
  --watch        probes one or more URLs again and again, and shows their components and changes;
                 in a pipe it prints one line for each change, with --json one line for each probe;
                 after Ctrl+C it exits with 0 if the last probe of each URL has passed, otherwise with 1
  --interval MS  the pause between two probes of a URL, with --watch; default ${DEFAULT_INTERVAL_MS}
  --help         prints this text`

export interface ProbeArguments extends Pick<ProbeOptions, 'timeoutMs' | 'socketPath'> {
  readonly urls: readonly [URL, ...URL[]]
  readonly json: boolean
  /** The pause between two probes, or `undefined` for a single probe. */
  readonly intervalMs: number | undefined
}

/** Returns undefined for `--help`. Throws if an argument is wrong. */
export function readArguments (args: readonly string[]): ProbeArguments | undefined {
  // Node.js takes long to read a long row of short options.
  if (args.some((argument) => /^-[^-]/.test(argument) && argument.length > LONGEST_OPTION)) {
    throw new Error(`expected short options of at most ${LONGEST_OPTION} characters`)
  }
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      watch: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      timeout: { type: 'string' },
      interval: { type: 'string' },
      'unix-socket': { type: 'string' },
      help: { type: 'boolean', short: 'h' }
    }
  })
  const { help, watch, json, timeout, interval, 'unix-socket': socketPath } = values
  if (help === true) return undefined
  if (socketPath?.trim() === '') throw new Error(`expected --unix-socket to be a path, got ${describe(socketPath)}`)
  if (interval !== undefined && !watch) throw new Error('expected --interval only together with --watch')
  return {
    urls: readUrls(positionals, watch),
    json,
    timeoutMs: readDelay('timeout', timeout, watch ? WATCH_TIMEOUT_MS : DEFAULT_TIMEOUT_MS, 1),
    intervalMs: watch ? readDelay('interval', interval, DEFAULT_INTERVAL_MS, SHORTEST_INTERVAL_MS) : undefined,
    socketPath
  }
}

function readUrls ([first, ...more]: readonly string[], watch: boolean): [URL, ...URL[]] {
  if (first === undefined) throw new Error('expected a URL, got none')
  if (more.length > 0 && !watch) throw new Error(`expected one URL, got ${more.length + 1}; for several, pass --watch`)
  return [readUrl(first), ...more.map(readUrl)]
}

function readUrl (url: string): URL {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return new URL(url)
  throw new Error(`expected a URL that begins with http:// or https://, got ${describe(url)}`)
}

function readDelay (name: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback
  const delayMs = Number(text)
  if (/^\d+$/.test(text) && delayMs >= least && delayMs <= LONGEST_DELAY_MS) return delayMs
  const expected = `a whole number of milliseconds from ${least} to ${LONGEST_DELAY_MS}`
  throw new Error(`expected --${name} to be ${expected}, got ${describe(text)}`)
}
