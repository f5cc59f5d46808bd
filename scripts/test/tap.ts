import { Parser } from 'tap-parser'
import type { Result } from 'tap-parser'
import { stringify } from 'yaml'
import type { Ending } from './child.js'

/** The counts of a test program. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface TapReport extends Counts {
  /** One text for each failed assertion: its full name and its diagnosis. */
  readonly failures: readonly string[]
  /** Why assertions were skipped, each reason once. */
  readonly reasons: readonly string[]
  /** Comments of the tests, for example figures that they measured. */
  readonly comments: readonly string[]
}

const LAST_LOG_LENGTH = 4_000

/** Counts the output of a test program. An incomplete report and an exit code other than 0 count as failures. */
export function reportOf ({ stdout, stderr, code, signal }: Ending): TapReport {
  const report = readTap(stdout)
  if (code === 0 || report.failures.length > 0) return report
  const log = stderr.trimEnd().slice(-LAST_LOG_LENGTH).replace(/^/gm, '    ')
  return {
    ...report,
    failed: Math.max(1, report.failed),
    failures: [`the process ended with ${signal ?? `exit code ${String(code)}`}\n${log}`]
  }
}

function readTap (output: string): TapReport {
  const failures: string[] = []
  const reasons = new Set<string>()
  const comments: string[] = []
  const watch = (parser: Parser): void => {
    parser.on('child', watch)
    parser.on('comment', (comment: string) => {
      if (!/^# (\{|time=|Subtest)/.test(comment)) comments.push(comment.trim())
    })
    parser.on('assert', (result: Result) => {
      if (!result.ok && !result.closingTestPoint && !result.todo) failures.push(describe(result))
      if (typeof result.skip === 'string') reasons.add(result.skip)
    })
  }
  const parser = new Parser(({ ok }) => {
    if (!ok && failures.length === 0) failures.push('the report of the tests is not complete')
  })
  watch(parser)
  parser.end(output)
  const counts = countsOf(output)
  return { ...counts, failed: Math.max(counts.failed, failures.length), failures, reasons: [...reasons], comments }
}

/** Reads tap's own last line: `# { total: 5, pass: 2, fail: 1, todo: 1, skip: 1 }`. */
function countsOf (output: string): Counts {
  const line = output.match(/^# \{ total: .*\}$/gm)?.at(-1) ?? ''
  const count = (name: string): number => Number(new RegExp(`${name}: (\\d+)`).exec(line)?.[1] ?? 0)
  if (count('total') === 0) return { passed: 0, failed: 1, skipped: 0 }
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}

function describe ({ fullname, diag }: Result): string {
  return diag === null ? fullname : `${fullname}\n${stringify(diag).trimEnd().replace(/^/gm, '    ')}`
}
