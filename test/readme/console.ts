import { ask } from '../support/app.js'

/** A command that the README shows, and what it shows as its output. */
export interface Command {
  readonly command: string
  readonly output: string
}

/** Reads a console session: lines that begin with `$ ` are commands, what follows each is its output. */
export function readSession (text: string): readonly Command[] {
  return text.split(/^\$ /m).filter((part) => part !== '').map((part) => {
    const [command = '', ...output] = part.trimEnd().split('\n')
    return { command, output: output.join('\n') }
  })
}

const ASK = /^ask (?:-X (?<method>\w+) )?"?localhost:3000(?<path>[^\s"]*)"?$/

/** Does what `ask` does: `curl -s -w ' %{http_code}\n'`. */
export async function runAsk (command: string, url: string): Promise<string> {
  const { path, method } = ASK.exec(command)?.groups ?? {}
  if (path === undefined) throw new Error(`no command that this test knows: ${command}`)
  const { status, text } = await ask(url + path, {}, method)
  return `${text} ${status}`
}

/** Puts the same in place of what differs from one run to the next: times, durations and ports. */
export function withoutChance (output: string): string {
  return output
    .replace(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '"time":"TIME"')
    .replace(/"durationMs":\d+(\.\d+)?/g, '"durationMs":0')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
}
