import { readFile } from 'node:fs/promises'

/** Counts the open connections of a server on IPv4, as the kernel sees them at the server's end. */
export async function established (port: number): Promise<number> {
  return establishedIn(await readFile('/proc/net/tcp', 'utf8'), port)
}

/**
 * Counts them in a table of the kernel. Linux writes the table in pieces. If other connections open and close
 * meanwhile, one connection can appear two or three times. Each connection has its own address at the client's end.
 */
export function establishedIn (table: string, port: number): number {
  const local = port.toString(16).toUpperCase().padStart(4, '0')
  // The local address, the remote one and the state, as proc(5) has them: 01 is TCP_ESTABLISHED.
  const rows = table.matchAll(new RegExp(`^ *\\d+: [0-9A-F]{8}:${local} ([0-9A-F]{8}:[0-9A-F]{4}) 01 `, 'gm'))
  return new Set(Array.from(rows, ([, remote]) => remote)).size
}
