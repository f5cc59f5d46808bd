import { EXPECTED, FAULTS } from './expected.js'
import type { Expected, Fault, Seen } from './expected.js'

const CLIENTS: Readonly<Record<string, Expected>> = EXPECTED

/** What was seen of each fault as a table in Markdown: a line for each way in which it was seen, with the clients that saw it so. */
export function faultTable (): string {
  return ['| fault | status | `details.error` | clients |', '|---|---|---|---|', ...FAULTS.flatMap(linesOf)].join('\n')
}

function linesOf (fault: Fault): readonly string[] {
  const clients = new Map<string, string[]>()
  for (const [client, { [fault]: seen }] of Object.entries(CLIENTS)) {
    if (seen !== undefined) clients.set(wayOf(seen), [...clients.get(wayOf(seen)) ?? [], client])
  }
  return [...clients].map(([way, names]) => `| ${fault} | ${way} | ${names.join(', ')} |`)
}

function wayOf ({ status, error }: Seen): string {
  return `\`${status}\` | ${error === undefined ? 'none: the driver asks again by itself' : `\`${error}\``}`
}
