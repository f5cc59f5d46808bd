import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

export const SERVER_CORE = 0
export const CLIENT_CORE = 1

/** Whether a process can be kept on one core: there has to be a second, and the program for it. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** The command that runs another on one core, where that can be had. */
export function pinned (core: number, command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return canPin ? ['taskset', '--cpu-list', String(core), ...command] : command
}
