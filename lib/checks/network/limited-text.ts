import type { Readable } from 'node:stream'

/** Reads a stream as text, up to so many bytes. Throws when there are more, and lets go of the rest. */
export async function limitedText (stream: Readable, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream.iterator() as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > mostBytes) throw new Error(`the answer is over ${mostBytes / 1024} KiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
