import { parseArgs } from 'node:util'

export const HELP = `Usage: npm test -- [options] [PATH ...]

  npm test                          lint, types, all tests with the coverage gate, packaging
  npm test -- test/health           only the tests below a folder, without lint, types and coverage
  npm test -- test/health/check/check.test.ts
                                    only one test file
  npm run test:watch [-- PATH ...]  reruns the tests that a change affects
  npm run test:nodes                the tests that depend on the version of Node, on the other Nodes
  npm run test:long                 every test on every Node, with more rounds, and beside busy processes

Options
  --node VERSION   run on this Node, for example 24 or 20.19.0; npm provides the binary
  --jobs N         run N processes at a time (default: one more than the machine has cores)
  --busy           keep every core busy with two other processes meanwhile
  --watch          as npm run test:watch
  --nodes          as npm run test:nodes
  --long           as npm run test:long
  --help           print this text
`

/** The parts that npm test can run. */
export type Mode = 'all' | 'some' | 'watch' | 'nodes' | 'long' | 'help'

export interface Options {
  readonly mode: Mode
  /** Files and folders, relative to the root of the project. */
  readonly paths: readonly string[]
  /** The version of Node to test on; `undefined` is the running one. */
  readonly node: string | undefined
  /** How many processes run at a time; `undefined` leaves the choice to the machine. */
  readonly jobs: number | undefined
  readonly busy: boolean
}

const MODES = ['help', 'watch', 'nodes', 'long'] as const

/** Reads the command line. Throws an Error with a message for the user if an option is wrong. */
export function readOptions (args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      watch: { type: 'boolean' },
      nodes: { type: 'boolean' },
      long: { type: 'boolean' },
      busy: { type: 'boolean' },
      node: { type: 'string' },
      jobs: { type: 'string' }
    }
  })
  const mode = MODES.find((name) => values[name] === true) ?? (positionals.length > 0 ? 'some' : 'all')
  return { mode, paths: positionals, node: values.node, jobs: jobsOf(values.jobs), busy: values.busy === true }
}

function jobsOf (text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new Error(`--jobs must be a whole number from 1 to 99, got ${JSON.stringify(text)}`)
}
