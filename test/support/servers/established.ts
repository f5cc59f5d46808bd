import { readFile } from 'node:fs/promises'

/** Counts the connections of a server on IPv4 as the kernel sees them at the server's end: those that nobody has closed. */
export async function established (port: number): Promise<number> {
  return establishedIn(await readFile('/proc/net/tcp', 'utf8'), port)
}

/**
 * Counts them in such a table. Linux writes it in pieces, and where connections come and go meanwhile, which other tests see to, the
 * same one may stand in it two and three times. No two have the same address at the client's end.
 */
export function establishedIn (table: string, port: number): number {
  const local = port.toString(16).toUpperCase().padStart(4, '0')
  // The local address, the remote one and the state, as proc(5) has them: 01 is TCP_ESTABLISHED.
  const rows = table.matchAll(new RegExp(`^ *\\d+: [0-9A-F]{8}:${local} ([0-9A-F]{8}:[0-9A-F]{4}) 01 `, 'gm'))
  return new Set(Array.from(rows, ([, remote]) => remote)).size
}
