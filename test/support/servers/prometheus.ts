import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { established } from './established.js'
import { CLIENT_LIMIT_MS } from './kind.js'
import type { ServerKind, Service, TestClient } from './kind.js'
import type { Address, Place } from './place.js'

/** The app that a Prometheus collects: its loopback port, its path, and the text of a file of rules. */
export interface Scrape {
  readonly port: number
  readonly path: string
  readonly rules: string
  /** How often it collects the app and reads the rules. Default: four times a second. */
  readonly interval?: string
}

/** One series in the answer to a query, with its value. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const QUERY_LIMIT_MS = 60_000
const POLL_MS = 50

/** Prometheus, with one user. */
export function prometheus (scrape?: Scrape): ServerKind {
  return {
    packages: ['prometheus'],
    programs: ['prometheus', 'promtool', 'perl'],
    account: 'prometheus',
    user: 'tester',
    protocol: 'http',
    path: '',
    prepare: async (place) => await prepare(place, scrape),
    connect: open,
    connections: async ({ port }) => await established(port)
  }
}

/** Returns the series of a query. */
export async function query (address: Address, expression: string): Promise<readonly Series[]> {
  const { data } = await get(address, `/api/v1/query?query=${encodeURIComponent(expression)}`) as QueryAnswer
  return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
}

/** Repeats a query until its series satisfy a condition. Rejects with the last series after a minute. */
export async function queryUntil (
  address: Address, expression: string, isExpected: (series: readonly Series[]) => boolean
): Promise<readonly Series[]> {
  const deadline = performance.now() + QUERY_LIMIT_MS
  for (let seen = await query(address, expression); ; seen = await query(address, expression)) {
    if (isExpected(seen)) return seen
    if (performance.now() > deadline) throw new Error(`${expression} stays ${JSON.stringify(seen)}`)
    await sleep(POLL_MS)
  }
}

interface QueryAnswer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value: readonly [time: number, value: string]
    }[]
  }
}

async function prepare (place: Place, scrape: Scrape | undefined): Promise<readonly Service[]> {
  const { folder, host, port, user, password } = place
  const file = (name: string): string => join(folder, name)
  await writeFile(file('prometheus.yml'), configuration(scrape))
  await writeFile(file('rules.yml'), scrape?.rules ?? 'groups: []\n')
  await writeFile(file('web.yml'), JSON.stringify({ basic_auth_users: { [user]: bcrypt(password) } }))
  return [{
    program: 'prometheus',
    args: [
      `--config.file=${file('prometheus.yml')}`, `--web.config.file=${file('web.yml')}`,
      `--storage.tsdb.path=${file('data')}`, `--web.listen-address=${host}:${port}`
    ],
    stopSignal: 'SIGTERM',
    answers: async () => await get(place, '/-/ready')
  }]
}

/** JSON is YAML. */
function configuration (scrape: Scrape | undefined): string {
  const interval = scrape?.interval ?? '250ms'
  const job = scrape && {
    job_name: 'bookshop',
    metrics_path: scrape.path,
    static_configs: [{ targets: [`127.0.0.1:${scrape.port}`] }]
  }
  return JSON.stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: ['rules.yml'],
    scrape_configs: job === undefined ? [] : [job]
  })
}

/** Prometheus reads only hashes of bcrypt. Node has none, but Perl, which each Debian has, calls the C library. */
function bcrypt (password: string): string {
  const salt = `$2b$04$${randomBytes(16).toString('hex').slice(0, 22)}`
  return execFileSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', password, salt], { encoding: 'utf8' })
}

async function open (address: Address): Promise<TestClient> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ping = async (): Promise<unknown> => await get(address, '/api/v1/query?query=1', agent)
  try {
    await ping()
  } catch (error) {
    agent.destroy()
    throw error
  }
  return {
    ping,
    close: () => {
      agent.destroy()
      return Promise.resolve()
    }
  }
}

/** Without an agent, the request has its own connection. */
async function get (
  { host, port, user, password }: Address, path: string, agent: Agent | false = false
): Promise<unknown> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const pending = request({ host, port, path, auth: `${user}:${password}`, agent, timeout: CLIENT_LIMIT_MS }, resolve)
    pending.on('error', reject).on('timeout', () => pending.destroy(new Error('Prometheus does not answer'))).end()
  })
  const body = await text(response)
  if (response.statusCode !== 200) throw new Error(`Prometheus answered ${response.statusCode ?? 'nothing'}: ${body}`)
  return response.headers['content-type'] === 'application/json' ? JSON.parse(body) : body
}
