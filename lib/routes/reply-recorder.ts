import type { FastifyReply } from 'fastify'
import { Deferred } from '../base/deferred.js'

type Method = (...parameters: never[]) => unknown

/**
 * Stands in for a reply while `auth` hooks decide how much a request may see. Whatever a hook sets or sends stays here:
 * the client receives nothing of it. Sending an answer in any form counts as a refusal. Decorators of the app work on
 * the recorder. `raw` is an imitation too, because some hooks read its status code.
 */
export class ReplyRecorder {
  /** Pass this to the hooks. */
  readonly reply: FastifyReply
  statusCode = 200
  #isAnswered = false
  readonly #answered = new Deferred<void>()
  readonly #headers = new Map<string, unknown>()
  /** Properties that hooks assign to the reply. */
  readonly #assigned = new Map<PropertyKey, unknown>()

  constructor (real: FastifyReply) {
    const own = new Map<PropertyKey, unknown>(Object.entries({
      ...this.#recordingMethods(),
      ...this.#answeringMethods(),
      ...this.#headerReaders(),
      request: real.request,
      server: real.server,
      log: real.log,
      raw: this.#raw(),
      then: this.#then
    }))
    const read = (key: PropertyKey, proxy: unknown): unknown => {
      if (key === 'statusCode') return this.statusCode
      if (key === 'sent') return this.#isAnswered
      if (own.has(key)) return own.get(key)
      if (this.#assigned.has(key)) return this.#assigned.get(key)
      // Fastify keeps its own state under symbols.
      return typeof key === 'symbol' ? undefined : Reflect.get(real, key, proxy)
    }
    const target = {}
    this.reply = new Proxy(target, {
      get: (_target, key, proxy) => read(key, proxy),
      set: (_target, key, value) => this.#assign(key, value),
      has: (_target, key) => key === 'statusCode' || key === 'sent' || own.has(key) || key in real
    }) as FastifyReply
  }

  get isAnswered (): boolean {
    return this.#isAnswered
  }

  /** Resolves when a hook sends an answer. */
  get answered (): Promise<void> {
    return this.#answered.promise
  }

  /** Like a reply, the recorder can be awaited: until it has been answered. */
  readonly #then = (onAnswered?: () => unknown): void => {
    void this.answered.then(() => onAnswered?.())
  }

  #answer (): FastifyReply {
    this.#isAnswered = true
    this.#answered.resolve()
    return this.reply
  }

  #assign (key: PropertyKey, value: unknown): true {
    if (key === 'statusCode') this.statusCode = Number(value)
    else this.#assigned.set(key, value)
    return true
  }

  #recordingMethods (): Record<string, Method> {
    const ignore = (): FastifyReply => this.reply
    const code = (value: unknown): FastifyReply => {
      const statusCode = Number(value)
      // Fastify throws too.
      if (!(statusCode >= 100 && statusCode <= 599)) throw new RangeError(`invalid status code: ${statusCode}`)
      this.statusCode = statusCode
      return this.reply
    }
    const header = (name: string, value: unknown): FastifyReply => {
      this.#headers.set(name.toLowerCase(), value)
      return this.reply
    }
    const headers = (values: object): FastifyReply => {
      for (const [name, value] of Object.entries(values)) header(name, value)
      return this.reply
    }
    /** Early hints are no answer. */
    const writeEarlyHints = (_hints: object, onWritten?: () => void): FastifyReply => {
      onWritten?.()
      return this.reply
    }
    const removeHeader = (name: string): FastifyReply => {
      this.#headers.delete(name.toLowerCase())
      return this.reply
    }
    return {
      code,
      status: code,
      header,
      headers,
      removeHeader,
      writeEarlyHints,
      type: ignore,
      serializer: ignore,
      trailer: ignore
    }
  }

  #answeringMethods (): Record<string, Method> {
    const answer = (): FastifyReply => this.#answer()
    return { send: answer, redirect: answer, callNotFound: answer, hijack: answer }
  }

  #headerReaders (): Record<string, Method> {
    return {
      getHeader: (name: string) => this.#headers.get(name.toLowerCase()),
      getHeaders: () => Object.fromEntries(this.#headers),
      hasHeader: (name: string) => this.#headers.has(name.toLowerCase())
    }
  }

  /** An imitation of Node's response, without a connection. */
  #raw (): object {
    const { getHeader, getHeaders, hasHeader } = this.#headerReaders()
    const setHeader = (name: string, value: unknown): void => { this.#headers.set(name.toLowerCase(), value) }
    const answer = (): void => { this.#answer() }
    const recorder = (): ReplyRecorder => this
    const raw = {
      get statusCode () { return recorder().statusCode },
      set statusCode (value: number) { recorder().statusCode = value },
      get headersSent () { return recorder().isAnswered },
      get writableEnded () { return recorder().isAnswered },
      getHeader,
      getHeaders,
      hasHeader,
      setHeader,
      removeHeader: (name: string) => { this.#headers.delete(name.toLowerCase()) },
      writeHead: answer,
      write: answer,
      end: answer,
      destroy: answer,
      on: () => raw,
      once: () => raw,
      off: () => raw,
      removeListener: () => raw
    }
    return raw
  }
}
