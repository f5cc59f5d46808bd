import { readFile } from 'node:fs/promises'

/** Counts the connections of a server on IPv4 as the kernel sees them at the server's end: those that nobody has closed. */
export async function established (port: number): Promise<number> {
  const table = await readFile('/proc/net/tcp', 'utf8')
  const local = port.toString(16).toUpperCase().padStart(4, '0')
  // The local address, the remote one and the state, as proc(5) has them: 01 is TCP_ESTABLISHED.
  return [...table.matchAll(new RegExp(`^ *\\d+: [0-9A-F]{8}:${local} [0-9A-F]{8}:[0-9A-F]{4} 01 `, 'gm'))].length
}
