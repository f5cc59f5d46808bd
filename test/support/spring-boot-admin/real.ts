import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findBinary } from '../servers/binary.js'
import { freePort } from '../servers/free-port.js'
import { AUTHORIZATION, LOGIN } from './admin.js'
import type { AdminInstance, AdminServerUnderTest, StartAdminServer } from './admin.js'

const SOURCE = fileURLToPath(new URL('server', import.meta.url))
const TARGET = fileURLToPath(new URL('../../../node_modules/.cache/spring-boot-admin', import.meta.url))
const PROGRAMS = ['java', 'javac', 'mvn']

/** The server looks at its apps this often, in milliseconds. */
const LOOK_MS = 500

/** Returns why the real server cannot start here, or `false` if it can. */
export function missingRealAdmin (): string | false {
  const missing = PROGRAMS.filter((program) => findBinary(program) === undefined)
  return missing.length > 0 && `Spring Boot Admin needs ${missing.join(' and ')}`
}

/** Starts a real server. The first start downloads it from Maven Central, and builds it. */
export const startRealAdmin: StartAdminServer = async (test) => {
  if (!existsSync(join(TARGET, 'classes/AdminServer.class'))) await build()
  const port = await freePort()
  const server = new RealAdmin(port)
  test.teardown(async () => await server.stop())
  await server.restart()
  return server
}

async function build (): Promise<void> {
  const goals = ['package', 'dependency:copy-dependencies', '-DincludeScope=runtime']
  await promisify(execFile)('mvn', ['-q', '-B', '-f', SOURCE, `-Dtarget=${TARGET}`, ...goals])
}

class RealAdmin implements AdminServerUnderTest {
  readonly url: string
  readonly #port: number
  #process: ChildProcess | undefined

  constructor (port: number) {
    this.#port = port
    this.url = `http://127.0.0.1:${port}`
  }

  async instances (): Promise<readonly AdminInstance[]> {
    const headers = { accept: 'application/json', authorization: AUTHORIZATION }
    const response = await fetch(`${this.url}/instances`, { headers })
    const instances = await response.json() as (AdminInstance & { readonly registered: boolean })[]
    return instances.filter(({ registered }) => registered)
  }

  async stop (): Promise<void> {
    const running = this.#process
    if (running === undefined) return
    this.#process = undefined
    running.kill('SIGKILL')
    await once(running, 'close')
  }

  async restart (): Promise<void> {
    const monitor = 'spring.boot.admin.monitor'
    this.#process = spawn('java', [
      '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC',
      '-cp', `${join(TARGET, 'classes')}:${join(TARGET, 'dependency/*')}`, 'AdminServer',
      '--server.address=127.0.0.1', `--server.port=${this.#port}`,
      `--spring.security.user.name=${LOGIN.username}`, `--spring.security.user.password=${LOGIN.password}`,
      `--${monitor}.status-interval=${LOOK_MS}ms`, `--${monitor}.status-lifetime=${LOOK_MS - 100}ms`,
      '--spring.main.lazy-initialization=true', '--spring.main.banner-mode=off'
    ], { stdio: ['ignore', 'pipe', 'ignore'] })
    await started(this.#process)
  }
}

/** Resolves when the server is ready, and rejects with its output if it ends before. */
async function started (server: ChildProcess): Promise<void> {
  const { stdout } = server
  if (stdout === null) throw new Error('the server has no output')
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      lines.push(line)
      if (line.includes('Started AdminServer')) resolve()
    })
    server.once('close', () => reject(new Error(`Spring Boot Admin ended: ${lines.slice(-20).join('\n')}`)))
  })
}
