import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './pages.js'

/** A command of a console block, with the output that the page shows. */
export interface Command {
  readonly command: string
  readonly output: string
}

const PROBE = join(ROOT, 'lib/probe/management-probe.ts')
const MARK = '--- end of a command ---'

/** The commands that readers have and tests replace: the packed command does not exist before the build. */
const PRELUDE = `
management_probe() { '${process.execPath}' --import tsx '${PROBE}' "$@"; }
npx() { [ "$1" = management-probe ] && shift && management_probe "$@"; }
node() { shift && management_probe "$@"; }
mark() { local status=$?; echo; echo '${MARK}'; return $status; }
`

/** Reads a console session: a line that begins with `$ ` is a command, and the lines after it are its output. */
export function readSession (text: string): readonly Command[] {
  const [before = '', ...parts] = text.split(/^\$ /m)
  if (before !== '') throw new Error(`a console block begins with "$ " and a command, got ${JSON.stringify(before)}`)
  return parts.map((part) => {
    const [, command = '', output = ''] = /^((?:.*\\\n)*.*)\n?([^]*)$/.exec(part) ?? []
    return { command, output: output.trimEnd() }
  })
}

/** Runs the commands in one shell, one after the other. Returns the output of each. */
export async function runSession (
  commands: readonly string[],
  ports: ReadonlyMap<string, string>
): Promise<readonly string[]> {
  const script = commands.map((command) => `${command}\nmark\n`).join('')
  const local = script.replace(/\b(localhost|127\.0\.0\.1):(\d+)/g, (all, _host, port: string) =>
    ports.has(port) ? `127.0.0.1:${ports.get(port) ?? ''}` : all)
  const { stdout } = await promisify(execFile)('bash', ['-c', `${PRELUDE}${local}`], { cwd: ROOT })
  return stdout.split(`\n${MARK}\n`).slice(0, commands.length).map((output) => output.trim())
}

/** Replaces times, durations and ports, which differ from run to run, by fixed values. */
function withoutChance (output: string): string {
  return output
    .replace(/"(time|since)":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '"$1":"TIME"')
    .replace(/"(durationMs|latencyMs)":\d+(\.\d+)?/g, '"$1":0')
    .replace(/^date: .*$/gim, 'date: DATE')
    .replace(/\b(localhost|127\.0\.0\.1):\d+/g, '127.0.0.1:PORT')
    .replace(/\r/g, '')
}

/** Whether a command printed the output of the page. There `…` stands for any text. */
export function isSame (printed: string, shown: string): boolean {
  const parts = withoutChance(shown).split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`).test(withoutChance(printed))
}
