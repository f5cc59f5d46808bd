import { hostname, release, tmpdir, type } from 'node:os'
import { attemptOr } from '../base/attempt-or.js'
import type { Environment } from '../base/environment.js'
import type { Versions } from './runtime.js'

/** All inputs of `/info` in one object, so that a test can simulate a host, a container or a pod. */
export interface System {
  readonly env: Environment
  /** The executable, the main script and its arguments, as `process.argv`. */
  readonly argv: readonly string[]
  /** Node's own flags, as `process.execArgv`. */
  readonly execArgv: readonly string[]
  readonly execPath: string
  readonly pid: number
  readonly cwd: string
  readonly tmpdir: string
  readonly hostname: string
  /** As `process.arch`: `x64`, `arm64`… */
  readonly arch: string
  /** As `process.platform`: `linux`, `win32`… */
  readonly platform: string
  /** The operating system's name, as `uname` reports it: `Linux`, `Darwin`, `Windows_NT`. */
  readonly osType: string
  readonly osRelease: string
  /** The versions of the runtime and its parts, as `process.versions`. */
  readonly versions: Versions
  /** The folder that contains `etc`, `proc`, `usr` and `var`. */
  readonly root: string
  /** The number of the process's user; `undefined` if users have no number, as on Windows. */
  readonly uid: number | undefined
}

/** The root, if the working directory was removed. */
export function workingDirectory (): string {
  return attemptOr(() => process.cwd(), '/')
}

/** Reads the system of this process. Never throws, even if the working directory was removed. */
export function currentSystem (): System {
  return {
    env: process.env,
    argv: process.argv,
    execArgv: process.execArgv,
    execPath: process.execPath,
    pid: process.pid,
    cwd: workingDirectory(),
    tmpdir: tmpdir(),
    hostname: attemptOr(hostname, ''),
    arch: process.arch,
    platform: process.platform,
    osType: attemptOr(type, ''),
    osRelease: attemptOr(release, ''),
    versions: process.versions,
    root: '/',
    uid: process.getuid?.()
  }
}
