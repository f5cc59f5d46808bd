// Proves with real processes that a port with a thread keeps its promises: while functions block the app, while its CPU
// time is limited, and for a long time. Prints its measurements, and exits with 1 after any violation.
//
//   node --import tsx test/soak/thread/main.ts [blocks] [throttle] [soak]
//
// `THROTTLE_SECONDS` (600) and `SOAK_SECONDS` (3,600) change the lengths.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { block, bundleCommand } from './blocks.js'
import { soak } from './soak.js'
import { throttle } from './throttle.js'

const DURATIONS_MS = [300, 1_500, 3_000, 40_000]
const BLOCKERS = ['parseCsv', 'hashPassword', 'matchPattern', 'waitForLock']

const { THROTTLE_SECONDS: throttleSeconds = '600', SOAK_SECONDS: soakSeconds = '3600' } = process.env
const PARTS = { blocks: runBlocks, throttle: runThrottle, soak: runSoak } as const

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !(name in PARTS))
if (unknown !== undefined) throw new Error(`unknown part ${unknown}: the parts are ${Object.keys(PARTS).join(', ')}`)
const violations: string[] = []
for (const [name, run] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`${name}, Node.js ${process.versions.node}`)
  violations.push(...await run())
}
for (const violation of violations) console.log(`VIOLATION ${violation}`)
console.log(violations.length === 0 ? 'no violations' : `${violations.length} violations`)
process.exitCode = violations.length === 0 ? 0 : 1

async function runBlocks (): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'management-'))
  const found: string[] = []
  try {
    const command = bundleCommand(folder)
    for (const by of BLOCKERS) {
      for (const ms of DURATIONS_MS) {
        const { violations, slowestMs, blockedMs, probes, logged } = await block(by, ms, command)
        console.log(`${by}: ${blockedMs} ms, ${probes} probes, slowest ${slowestMs.toFixed(0)} ms, log: ${logged}`)
        found.push(...violations.map((violation) => `${by}, ${ms} ms: ${violation}`))
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return found
}

async function runThrottle (): Promise<readonly string[]> {
  const seconds = Number(throttleSeconds)
  const [withThread, without] = await Promise.all([throttle(true, seconds), throttle(false, seconds)])
  console.table({ 'with a thread': withThread, 'without a thread': without })
  return withThread.failed > 0 ? [`${withThread.failed} liveness probes failed with a thread`] : []
}

async function runSoak (): Promise<readonly string[]> {
  const { violations, rss, heap, ...counts } = await soak(Number(soakSeconds))
  const megabytes = (sizes: readonly number[]): string => sizes.map((size) => (size / 1e6).toFixed(1)).join(', ')
  console.table({ ...counts, 'resident memory (MB)': megabytes(rss), 'heap of the app (MB)': megabytes(heap) })
  return violations
}
