/** A request as a client sends it, without its length. */
export interface KafkaRequest {
  readonly key: number
  readonly version: number
  readonly correlationId: number
  /** Reads the body. */
  readonly body: KafkaReader
}

/** The keys of the requests that the double answers. */
export const KEYS = { metadata: 3, saslHandshake: 17, apiVersions: 18, saslAuthenticate: 36 } as const

/** The first version of each request whose lengths are compact and whose structures end with tagged fields. */
const FIRST_COMPACT: Readonly<Record<number, number>> = {
  [KEYS.metadata]: 9, [KEYS.saslHandshake]: Infinity, [KEYS.apiVersions]: 3, [KEYS.saslAuthenticate]: 2
}

export function isCompact (key: number, version: number): boolean {
  return version >= (FIRST_COMPACT[key] ?? Infinity)
}

export function readRequest (bytes: Buffer): KafkaRequest {
  const header = new KafkaReader(bytes, false)
  const [key, version, correlationId] = [header.int16(), header.int16(), header.int32()]
  // The client's id has the same form in all versions.
  header.text()
  const body = new KafkaReader(header.rest, isCompact(key, version))
  body.tags()
  return { key, version, correlationId, body }
}

/** Reads the fields of a request. */
export class KafkaReader {
  readonly #bytes: Buffer
  readonly #isCompact: boolean
  #at = 0

  constructor (bytes: Buffer, isCompact: boolean) {
    this.#bytes = bytes
    this.#isCompact = isCompact
  }

  get rest (): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  int16 (): number {
    return this.#bytes.readInt16BE(this.#skip(2))
  }

  int32 (): number {
    return this.#bytes.readInt32BE(this.#skip(4))
  }

  flag (): boolean {
    return this.#bytes.readInt8(this.#skip(1)) === 1
  }

  uuid (): Buffer {
    return this.#bytes.subarray(this.#at, this.#skip(16) + 16)
  }

  text (): string | undefined {
    const length = this.#isCompact ? this.#varint() - 1 : this.int16()
    return length < 0 ? undefined : this.#take(length).toString()
  }

  bytes (): Buffer {
    return this.#take(this.#isCompact ? this.#varint() - 1 : this.int32())
  }

  list<T> (read: () => T): readonly T[] | undefined {
    const length = this.#isCompact ? this.#varint() - 1 : this.int32()
    return length < 0 ? undefined : Array.from({ length }, read)
  }

  /** Clients send no tagged fields. */
  tags (): void {
    if (this.#isCompact) this.#varint()
  }

  #take (length: number): Buffer {
    const start = this.#skip(length)
    return this.#bytes.subarray(start, start + length)
  }

  #skip (length: number): number {
    this.#at += length
    return this.#at - length
  }

  #varint (): number {
    const byte = this.#bytes.readUInt8(this.#skip(1))
    return byte < 128 ? byte : byte - 128 + 128 * this.#varint()
  }
}

/** Writes the fields of an answer. */
export class KafkaWriter {
  readonly #parts: Buffer[] = []
  readonly #isCompact: boolean

  constructor (isCompact: boolean) {
    this.#isCompact = isCompact
  }

  int8 (value: number): this {
    return this.#add(Buffer.from([value]))
  }

  int16 (value: number): this {
    return this.#add(Buffer.from([value >> 8, value]))
  }

  int32 (value: number): this {
    return this.#add(Buffer.from([value >> 24, value >> 16, value >> 8, value]))
  }

  int64 (value: number): this {
    return this.int32(0).int32(value)
  }

  uuid (bytes: Buffer): this {
    return this.#add(bytes)
  }

  text (value: string | null): this {
    const bytes = Buffer.from(value ?? '')
    const length = value === null ? -1 : bytes.length
    return (this.#isCompact ? this.#varint(length + 1) : this.int16(length)).#add(bytes)
  }

  bytes (value: Buffer): this {
    return (this.#isCompact ? this.#varint(value.length + 1) : this.int32(value.length)).#add(value)
  }

  list<T> (values: readonly T[], write: (value: T) => unknown): this {
    if (this.#isCompact) this.#varint(values.length + 1)
    else this.int32(values.length)
    values.forEach(write)
    return this
  }

  tags (): this {
    return this.#isCompact ? this.#varint(0) : this
  }

  /** The answer with its length and the number of its request. */
  answerTo ({ key, version, correlationId }: KafkaRequest): Buffer {
    // The answer to ApiVersions has the header of the first version, so that every client can read it.
    const tags = isCompact(key, version) && key !== KEYS.apiVersions ? Buffer.alloc(1) : Buffer.alloc(0)
    const body = Buffer.concat([tags, ...this.#parts])
    const header = new KafkaWriter(false).int32(4 + body.length).int32(correlationId)
    return Buffer.concat([...header.#parts, body])
  }

  #varint (value: number): this {
    const bytes = []
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128)
    return this.#add(Buffer.from([...bytes, rest]))
  }

  #add (bytes: Buffer): this {
    this.#parts.push(bytes)
    return this
  }
}
