import { fetchAnswer } from '../support/app.js'

/** A command in the README, with the output that the README shows. */
export interface Command {
  readonly command: string
  readonly output: string
}

/** Reads a console session: a line that begins with `$ ` is a command, and the lines after it are its output. */
export function readSession (text: string): readonly Command[] {
  return text.split(/^\$ /m).filter((part) => part !== '').map((part) => {
    const [command = '', ...output] = part.trimEnd().split('\n')
    return { command, output: output.join('\n') }
  })
}

const ASK = /^ask (?:-X (?<method>\w+) )?"?localhost:3000(?<path>[^\s"]*)"?$/

/** Does the same as the shell function `ask`: `curl -s -w ' %{http_code}\n'`. */
export async function runAsk (command: string, url: string): Promise<string> {
  const { path, method } = ASK.exec(command)?.groups ?? {}
  if (path === undefined) throw new Error(`no command that this test knows: ${command}`)
  const { status, text } = await fetchAnswer(url + path, {}, method)
  return `${text} ${status}`
}

/** Replaces times, durations and ports, which differ from run to run, by fixed values. */
export function withoutChance (output: string): string {
  return output
    .replace(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '"time":"TIME"')
    .replace(/"durationMs":\d+(\.\d+)?/g, '"durationMs":0')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
}
