import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type t from 'tap'
import { listen } from '../loopback.js'
import { AUTHORIZATION } from './admin.js'
import type { AdminInstance, AdminServerUnderTest } from './admin.js'

/** A request that the double has received. */
export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** The registration of an app. */
export type Registration = AdminInstance['registration']

const ACCEPT = 'application/vnd.spring-boot.actuator.v3+json'

/** Speaks the protocol of a Spring Boot Admin server. It reads the health of the apps when a test reads the apps. */
export class AdminDouble implements AdminServerUnderTest {
  /** The requests so far, in order. */
  readonly requests: ReceivedRequest[] = []
  /** Answers instead of the double, if it is set. */
  override: RequestListener | undefined
  readonly #registrations = new Map<string, Registration>()
  readonly #test: Pick<typeof t, 'teardown'>
  #server: Server
  #port = 0
  #waiting: (() => void)[] = []

  private constructor (test: Pick<typeof t, 'teardown'>) {
    this.#test = test
    this.#server = this.#newServer()
  }

  static async start (this: void, test: Pick<typeof t, 'teardown'>): Promise<AdminDouble> {
    const double = new AdminDouble(test)
    double.#port = await listen(test, double.#server)
    return double
  }

  get url (): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** The registrations of the apps that are registered. */
  get registered (): readonly Registration[] {
    return [...this.#registrations.values()]
  }

  /** Waits until the double has received a number of requests. */
  async received (count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
  }

  async instances (): Promise<readonly AdminInstance[]> {
    return await Promise.all([...this.#registrations].map(async ([id, registration]) =>
      ({ id, registration, ...await readInstance(registration) })))
  }

  async stop (): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async restart (): Promise<void> {
    this.#registrations.clear()
    this.#server = this.#newServer()
    this.#test.teardown(() => { this.#server.close() })
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
  }

  #newServer (): Server {
    return createServer((request, response) => { void this.#handle(request, response) })
  }

  async #handle (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    const received = { method, path, headers, body: await text(request) }
    this.requests.push(received)
    response.on('close', () => {
      for (const resume of this.#waiting.splice(0)) resume()
    })
    if (this.override === undefined) this.#answer(received, response)
    else this.override(request, response)
  }

  #answer ({ method, path, headers, body }: ReceivedRequest, response: ServerResponse): void {
    if (headers.authorization !== AUTHORIZATION) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="Realm"' }).end()
    } else if (method === 'POST' && path === '/instances') {
      this.#register(body, response)
    } else if (method === 'DELETE' && path.startsWith('/instances/')) {
      const id = path.slice('/instances/'.length)
      response.writeHead(this.#registrations.delete(id) ? 204 : 404).end()
    } else {
      sendJson(response, 404, failure(404))
    }
  }

  #register (body: string, response: ServerResponse): void {
    const registration = registrationIn(body)
    if (typeof registration === 'number') {
      sendJson(response, registration, failure(registration))
      return
    }
    const id = createHash('sha1').update(registration.healthUrl).digest('hex').slice(0, 12)
    this.#registrations.set(id, registration)
    sendJson(response, 201, { id }, { location: `${this.url}/instances/${id}` })
  }
}

/** Returns the registration of a body, or the status code of the refusal. */
function registrationIn (body: string): Registration | 400 | 500 {
  try {
    const registration = JSON.parse(body) as Registration
    const { name, healthUrl, metadata } = registration
    const isText = [name, healthUrl, ...Object.values(metadata)].every((value) => typeof value === 'string')
    return isText && name !== '' && URL.canParse(healthUrl) ? registration : 500
  } catch (error) {
    return error instanceof SyntaxError ? 400 : 500
  }
}

function failure (status: number): object {
  return { timestamp: new Date().toISOString(), status, path: '/instances' }
}

function sendJson (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** Reads an app as the server does: the details of its health, otherwise the components, and its links. */
async function readInstance (
  { managementUrl, healthUrl, metadata }: Registration
): Promise<Pick<AdminInstance, 'statusInfo' | 'endpoints'>> {
  const login = `${metadata['user.name'] ?? ''}:${metadata['user.password'] ?? ''}`
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`
  const headers = { accept: ACCEPT, ...(login !== ':' && { authorization }) }
  try {
    const health = await getJson(healthUrl, headers) as { status: string, details?: object, components?: object }
    const { _links: links = {} } = await getJson(managementUrl, headers) as Links
    return {
      statusInfo: { status: health.status, details: { ...health.details ?? health.components } },
      endpoints: Object.entries(links).flatMap(([id, { href: url, templated }]) =>
        id === 'self' || templated === true ? [] : [{ id, url }])
    }
  } catch (error) {
    return { statusInfo: { status: 'OFFLINE', details: { message: String(error) } }, endpoints: [] }
  }
}

interface Links {
  readonly _links?: Readonly<Record<string, { readonly href: string, readonly templated?: boolean }>>
}

async function getJson (url: string, headers: Record<string, string>): Promise<unknown> {
  return await (await fetch(url, { headers })).json()
}
