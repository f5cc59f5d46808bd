import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from './rooms.js'

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type Environment = Readonly<Record<string, string | undefined>>

const GRACE_MS = 10_000
const POLL_MS = 50

const running = new Set<ChildProcess>()
let isEnding = false

/**
 * Runs a program in the root of the project until it ends. It leads a process group, so that a signal reaches all that
 * it starts.
 */
export async function run (program: string, args: readonly string[], env: Environment = {}): Promise<Ending> {
  if (isEnding) throw new Error('not started, because the tests are ending')
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  running.add(child)
  try {
    const ended = new Promise<void>((resolve, reject) => child.once('error', reject).once('close', () => resolve()))
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr }
  } finally {
    running.delete(child)
  }
}

/**
 * Ends every program that runs, with all processes of its group: first by SIGTERM, so that it can clean up, then by
 * SIGKILL.
 */
export async function endAll (): Promise<void> {
  isEnding = true
  const groups = [...running].map(({ pid }) => pid).filter((pid) => pid !== undefined)
  const deadline = performance.now() + GRACE_MS
  for (const group of groups) signalGroup(group, 'SIGTERM')
  while (groups.some((group) => signalGroup(group, 0)) && performance.now() < deadline) await sleep(POLL_MS)
  for (const group of groups) signalGroup(group, 'SIGKILL')
}

/** Keeps cores busy with processes that only compute, while some work is done. */
export async function besideBusyProcesses<T> (count: number, work: () => Promise<T>): Promise<T> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--eval', 'for (;;);'], { stdio: 'ignore', detached: true })
  )
  for (const child of children) running.add(child)
  try {
    return await work()
  } finally {
    for (const child of children) {
      child.kill('SIGKILL')
      running.delete(child)
    }
  }
}

/** Sends a signal to a process group. Returns whether any of its processes still exists. */
function signalGroup (group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    return false
  }
}
