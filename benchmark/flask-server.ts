import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { pinned, SERVER_CORE } from './cores.js'
import type { Server } from './server.js'

const run = promisify(execFile)
const environment = join(import.meta.dirname, '.venv')

/** Runs the Flask system under gunicorn with one worker. It needs Linux, because it reads CPU times from `/proc`. */
export class FlaskServer implements Server {
  readonly url: string
  readonly #child: ChildProcess

  private constructor (child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  /** Installs the Flask system and returns whether it can run on this machine. */
  static async install (): Promise<boolean> {
    if (process.platform !== 'linux') return false
    if (existsSync(join(environment, 'bin', 'gunicorn'))) return true
    try {
      await run('python3', ['-m', 'venv', environment])
      const requirements = join(import.meta.dirname, 'requirements.txt')
      await run(join(environment, 'bin', 'pip'), ['install', '--quiet', '--requirement', requirements])
      return true
    } catch (error) {
      console.error(`the Flask system is skipped: ${String(error)}`)
      return false
    }
  }

  static async start (): Promise<FlaskServer> {
    const [program, ...args] = pinned(SERVER_CORE, [
      join(environment, 'bin', 'gunicorn'),
      '--workers', '1',
      '--bind', '127.0.0.1:0',
      '--no-control-socket',
      '--chdir', join(import.meta.dirname, 'contestants'),
      'flask_system:app'
    ])
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    for await (const line of createInterface(child.stderr)) {
      const origin = /Listening at: (http:\S+)/.exec(line)?.[1]
      if (origin !== undefined) {
        child.stderr.resume()
        return new FlaskServer(child, `${origin}/z/health/liveness`)
      }
    }
    throw new Error('gunicorn has ended before it listened')
  }

  async cpuTime (): Promise<number> {
    const pid = Number(this.#child.pid)
    const workers = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
    const times = await Promise.all([pid, ...workers.trim().split(' ').map(Number)].map(cpuTimeOf))
    return times.reduce((sum, time) => sum + time, 0)
  }

  async end (): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }
}

/** Returns the CPU time of a process in microseconds. The kernel counts nanoseconds. */
async function cpuTimeOf (pid: number): Promise<number> {
  const [nanoseconds] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')
  return Number(nanoseconds) / 1_000
}
