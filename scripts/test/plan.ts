import { delimiter, dirname, join } from 'node:path'
import { nodeBinary, OLDEST_NODE, otherMajors } from '../../test/support/packaging/nodes.js'
import { run } from './child.js'
import type { Environment } from './child.js'
import { checkCoverage } from './coverage.js'
import type { Options } from './options.js'
import type { Phase, Step } from './pool.js'
import { findIn, findRooms, ROOT, writeProgram } from './rooms.js'
import type { Room, Tier } from './rooms.js'
import { reportOf } from './tap.js'
import type { TapReport } from './tap.js'

/** How a step runs a test file. */
interface Setting {
  /** A version of Node, as npm knows it. `undefined` is the Node that runs this program. */
  readonly node: string | undefined
  /** For temporary files of this program. */
  readonly folder: string
  readonly env: Environment
}

const MODULES = join(ROOT, 'node_modules')
const ESLINT = join(MODULES, 'eslint/bin/eslint.js')
const TSC = join(MODULES, 'typescript/bin/tsc')

/** The rooms that take longest start first, so that no core is idle at the end. */
const TIERS: readonly Tier[] = ['packaging', 'single', 'process', 'portable']
/** Packaging tests every Node by itself. */
const WITHOUT_PACKAGING: readonly Tier[] = ['single', 'process', 'portable']

/** tsx compiles with esbuild. By default it waits for esbuild's thread without a limit, and then may hang for ever. */
const WITHOUT_WAITING_THREAD: Environment = { ESBUILD_WORKER_THREADS: '0' }

/** The phases of a run. Each has its temporary files in `folder`. */
export async function planOf ({ mode, paths, node, busy }: Options, folder: string): Promise<readonly Phase[]> {
  const setting = { node, folder, env: { TMPDIR: folder, ...WITHOUT_WAITING_THREAD } }
  if (mode === 'some') {
    return [{ busy, steps: (await Promise.all(paths.map(async (path) => await stepsFor(path, setting)))).flat() }]
  }
  const rooms = await findRooms()
  if (mode === 'nodes') return [{ busy, steps: nodeSteps(rooms, setting) }]
  if (mode === 'long') return longPhases(rooms, setting)
  return allPhases(rooms, setting, busy)
}

/** Lint, types and all rooms, and then the coverage that the rooms have reached together. */
function allPhases (rooms: readonly Room[], setting: Setting, busy: boolean): readonly Phase[] {
  const coverage = join(setting.folder, 'coverage')
  const covered = { ...setting, env: { ...setting.env, NODE_V8_COVERAGE: coverage } }
  const steps = [
    programStep('lint', [ESLINT, '--max-warnings', '0']),
    ...stepsIn(rooms, ['packaging'], setting),
    ...stepsIn(rooms, WITHOUT_PACKAGING, covered),
    programStep('types', [TSC])
  ]
  return [
    { busy, steps },
    { busy: false, steps: [{ name: 'coverage of lib/', run: async () => await checkCoverage(coverage) }] }
  ]
}

/** The tests that depend on the version of Node, on the other supported ones. */
function nodeSteps (rooms: readonly Room[], setting: Setting): readonly Step[] {
  return [
    ...stepsIn(rooms, ['process'], { ...setting, node: OLDEST_NODE }),
    ...otherMajors().flatMap((node) => stepsIn(rooms, ['portable'], { ...setting, node }))
  ]
}

/**
 * The proof of the thread, which measures times, then every room on every Node with more rounds, and then twice every
 * room on a machine whose cores other processes keep busy.
 */
function longPhases (rooms: readonly Room[], setting: Setting): readonly Phase[] {
  const env = { ...setting.env, TEST_LONG: '1' }
  const steps = [undefined, ...otherMajors()].flatMap((node) =>
    stepsIn(rooms, WITHOUT_PACKAGING, { ...setting, node, env })
  )
  // Installs test runners, bundlers and agents, and tests an app with each.
  const tools = stepsIn(rooms, ['packaging'], { ...setting, env })
  const beside = { busy: true, steps: stepsIn(rooms, TIERS, setting) }
  const proof = programStep('soak of the thread', ['--import', 'tsx', 'test/soak/thread/main.ts'])
  return [{ busy: false, steps: [proof] }, { busy: false, steps: [...tools, ...steps] }, beside, beside]
}

function stepsIn (rooms: readonly Room[], tiers: readonly Tier[], setting: Setting): readonly Step[] {
  const chosen = rooms
    .filter(({ tier }) => tiers.includes(tier))
    .toSorted((left, right) => TIERS.indexOf(left.tier) - TIERS.indexOf(right.tier))
  return chosen.map((room) => roomStep(room, setting))
}

/** The rooms and files at a path of the command line. */
async function stepsFor (path: string, setting: Setting): Promise<readonly Step[]> {
  const { rooms, files } = await findIn(path)
  return [
    ...stepsIn(rooms, TIERS, setting),
    ...files.map((file) => roomStep({ folder: file, tier: 'portable', files: [file] }, setting))
  ]
}

/** A room in its own process. */
function roomStep (room: Room, { node, folder, env }: Setting): Step {
  return {
    name: node === undefined ? room.folder : `${room.folder} on Node ${node}`,
    async run (slot) {
      const binary = node === undefined ? process.execPath : await nodeBinary(node)
      if (binary === undefined) return skipped(`npm has no Node ${node ?? ''} for this machine`)
      const path = `${dirname(binary)}${delimiter}${process.env['PATH'] ?? ''}`
      // tap's own names: the number of a process beside others, and the limit of a test in seconds.
      const ending = await run(binary, ['--import', 'tsx', await writeProgram(room, folder)], {
        ...env,
        PATH: path,
        TAP_JOB_ID: String(slot),
        TAP_TIMEOUT: '600'
      })
      return reportOf(ending)
    }
  }
}

/** A program that passes if it exits with 0. */
function programStep (name: string, args: readonly string[]): Step {
  return {
    name,
    async run () {
      const { code, stdout, stderr } = await run(process.execPath, args)
      if (code === 0) return { passed: 1, failed: 0, skipped: 0, failures: [], reasons: [], comments: [] }
      return { passed: 0, failed: 1, skipped: 0, failures: [`${stdout}${stderr}`.trim()], reasons: [], comments: [] }
    }
  }
}

function skipped (reason: string): TapReport {
  return { passed: 0, failed: 0, skipped: 1, failures: [], reasons: [reason], comments: [] }
}
