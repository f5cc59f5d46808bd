import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import springBootAdmin from 'fastify-management-endpoints/spring-boot-admin'
import { buildApp } from '../../example/app.js'
import { openPage } from '../../test/support/browser.js'
import type { Page } from '../../test/support/browser.js'
import { startServer } from '../../test/support/servers/index.js'
import type { TestServer } from '../../test/support/servers/index.js'
import { prometheus } from '../../test/support/servers/prometheus.js'
import { LOGIN } from '../../test/support/spring-boot-admin/admin.js'
import type { AdminServerUnderTest } from '../../test/support/spring-boot-admin/admin.js'
import { startRealAdmin } from '../../test/support/spring-boot-admin/real.js'

const RULES = join(import.meta.dirname, '..', '..', 'example', 'monitoring', 'alerts.yml')
const HOST = '127.0.0.1'
/** As in example/kubernetes/deployment.yaml. */
const PROBE_MS = 5_000
/** As in example/monitoring/prometheus.yml. */
const SCRAPE = '15s'

/** The running example, and everything that watches it. */
export interface Stage {
  readonly app: FastifyInstance
  readonly url: string
  /** The messages of the app's log. */
  readonly messages: readonly string[]
  /** The status code of the latest readiness probe. */
  readonly probed: () => number
  readonly page: Page
  readonly prometheus: TestServer
  readonly admin: AdminServerUnderTest
}

/** Collects what must end, and ends it in the opposite order. */
export class Ends {
  readonly #ends: (() => unknown)[] = []

  teardown = (end: () => unknown): void => { this.#ends.push(end) }

  async endAll (): Promise<void> {
    for (const end of this.#ends.reverse()) await end()
  }
}

/** Starts the example, a prober instead of a kubelet, Prometheus, Spring Boot Admin and a browser. */
export async function setUp (ends: Ends): Promise<Stage> {
  const admin = await startRealAdmin(ends)
  const messages: string[] = []
  const app = await buildApp({ logger: { stream: messagesInto(messages) }, inventoryPort: 0 })
  ends.teardown(async () => await app.close())
  await app.register(springBootAdmin, { url: admin.url, ...LOGIN })
  const url = await app.listen({ port: 0, host: HOST })
  const { port } = app.server.address() as AddressInfo
  const rules = await readFile(RULES, 'utf8')
  const server = await startServer(ends, prometheus({ port, path: '/z/metrics', rules, interval: SCRAPE }))
  const probed = startProber(ends, `${url}/z/health/readiness`)
  const { page } = await openPage(ends, { viewport: { width: 1_000, height: 700 } })
  await page.goto(`${url}/z/ui`)
  return { app, url, messages, probed, page, prometheus: server, admin }
}

function messagesInto (messages: string[]): Writable {
  return new Writable({
    write (chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n')) messages.push((JSON.parse(line) as { msg: string }).msg)
      done()
    }
  })
}

/** Probes like a kubelet. Returns a function that returns the latest status code. */
function startProber (ends: Ends, url: string): () => number {
  let code = 0
  const probe = async (): Promise<void> => { code = (await fetch(url)).status }
  const timer = setInterval(() => { void probe() }, PROBE_MS)
  ends.teardown(() => clearInterval(timer))
  return () => code
}
