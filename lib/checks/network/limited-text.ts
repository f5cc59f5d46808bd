import type { Readable } from 'node:stream'

/** Reads a stream as text. Throws and destroys the stream if it has more than `maxBytes` bytes. */
export async function readLimitedText (stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream.iterator() as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Error(`the body is larger than ${maxBytes / 1024} KiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
