import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

export const SERVER_CORE = 0
export const CLIENT_CORE = 1

/** Whether processes can be pinned to one core. This needs a second core and the program `taskset`. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** Returns the command that runs another command on one core, if pinning is possible. */
export function pinned (core: number, command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return canPin ? ['taskset', '--cpu-list', String(core), ...command] : command
}
