import { hostname, release, tmpdir, type } from 'node:os'
import type { Environment } from '../base/environment.js'

/** All that `/info` is read from, in one place, so that a test can stand in for a host, a container or a pod. */
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
  /** The operating system's name as `uname` has it: `Linux`, `Darwin`, `Windows_NT`. */
  readonly osType: string
  readonly osRelease: string
  /** Node's version without the `v`. */
  readonly nodeVersion: string
  /** The folder in which `/etc`, `/proc` and `/var` are looked up. */
  readonly root: string
  /** The user the process runs as; `undefined` where there is no such number, as on Windows. */
  readonly uid: number | undefined
}

/** The surroundings of this process as they are now. Never throws: a working directory may have been removed meanwhile. */
export function currentSystem (): System {
  return {
    env: process.env,
    argv: process.argv,
    execArgv: process.execArgv,
    execPath: process.execPath,
    pid: process.pid,
    cwd: attempt(() => process.cwd(), '/'),
    tmpdir: tmpdir(),
    hostname: attempt(hostname, ''),
    arch: process.arch,
    platform: process.platform,
    osType: attempt(type, ''),
    osRelease: attempt(release, ''),
    nodeVersion: process.versions.node,
    root: '/',
    uid: process.getuid?.()
  }
}

function attempt (read: () => string, otherwise: string): string {
  try {
    return read()
  } catch {
    return otherwise
  }
}
