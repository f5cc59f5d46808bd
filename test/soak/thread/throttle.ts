import { setTimeout as sleep } from 'node:timers/promises'
import { AppProcess, Repeated } from './app-process.js'

/** As a CPU limit of 30 % does it: the app stands still for 70 ms, ten times per second. */
const STOPPED_MS = 70
const RUNNING_MS = 30

/** More often than a kubelet, which probes once in 10 s by default. */
const PROBE_EVERY_MS = 250
const PROBE_TIMEOUT_MS = 1_000

/** The number of probes, and of those that have failed. */
export interface Throttled {
  readonly probes: number
  readonly failed: number
  readonly slowestMs: number
}

/** Stops and continues a healthy app for a time, and counts its failed liveness probes. */
export async function throttle (thread: boolean, seconds: number): Promise<Throttled> {
  const app = await AppProcess.start(thread)
  try {
    const probes = new Repeated(`${app.probes}/liveness`, PROBE_EVERY_MS, PROBE_TIMEOUT_MS)
    const load = new Repeated(app.url, PROBE_EVERY_MS, 60_000)
    const end = performance.now() + seconds * 1_000
    while (performance.now() < end) {
      app.kill('SIGSTOP')
      await sleep(STOPPED_MS)
      app.kill('SIGCONT')
      await sleep(RUNNING_MS)
    }
    const [answers] = await Promise.all([probes.stop(), load.stop()])
    const failed = answers.filter(({ status }) => status !== 200).length
    const slowestMs = Math.round(Math.max(...answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt)))
    return { probes: answers.length, failed, slowestMs }
  } finally {
    app.kill('SIGCONT')
    app.kill('SIGKILL')
  }
}
