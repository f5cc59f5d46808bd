import { readdirSync, readFileSync } from 'node:fs'

/** A process as proc(5) shows it. */
export interface Process {
  readonly pid: number
  readonly parent: number
  /** A letter, for example `T`: stopped by a signal. Never `Z` or `X`: processes that have ended are left out. */
  readonly state: string
  /** The start time, because Linux reuses process ids. */
  readonly startTicks: string
}

/**
 * A process with all of its descendants. PostgreSQL puts each into its own session, so no process group has them all.
 */
export function processTree (root: number): readonly Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((found) => found !== undefined)
  const tree = all.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid))
  return tree
}

/** Whether a process still exists. */
export function isAlive ({ pid, startTicks }: Process): boolean {
  return readProcess(pid)?.startTicks === startTicks
}

/** Sends a signal to the processes that still exist. */
export function signalAll (processes: readonly Process[], signal: NodeJS.Signals): void {
  for (const { pid } of processes.filter(isAlive)) sendSignal(pid, signal)
}

function sendSignal (pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

function isGone (error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH'
}

/** Ignores processes that have ended: in some containers, no parent collects them and they stay. */
function readProcess (pid: number): Process | undefined {
  const stat = readStat(pid)
  // The name comes first, and may contain any character.
  const [state = '', parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const startTicks = fields[17]
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined
  return { pid, parent: Number(parent), state, startTicks }
}

function readStat (pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}
