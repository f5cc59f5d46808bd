import { EXPECTED, FAULTS } from './expected.js'
import type { ExpectedResult, ExpectedResults, Fault } from './expected.js'

const CLIENTS: Readonly<Record<string, ExpectedResults>> = EXPECTED

/** Writes the expected results as a Markdown table: one line for each fault and result, with its clients. */
export function faultTable (): string {
  return ['| fault | status | `details.error` | clients |', '|---|---|---|---|', ...FAULTS.flatMap(linesOf)].join('\n')
}

function linesOf (fault: Fault): readonly string[] {
  const clients = new Map<string, string[]>()
  for (const [client, { [fault]: result }] of Object.entries(CLIENTS)) {
    if (result === undefined) continue
    const cells = cellsOf(result)
    clients.set(cells, [...clients.get(cells) ?? [], client])
  }
  return [...clients].map(([cells, names]) => `| ${fault} | ${cells} | ${names.join(', ')} |`)
}

function cellsOf ({ status, error, because = '' }: ExpectedResult): string {
  return `\`${status}\` | ${error === undefined ? `none: ${because}` : `\`${error}\``}`
}
