import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { Child } from './child.js'
import { CLIENT_LIMIT_MS, OURS } from './kind.js'
import type { ServerKind, Service } from './kind.js'
import type { Address, Place } from './place.js'

const COUNT =
  "SELECT count(*)::int AS count FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> $1"
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=20',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off'
]

/** PostgreSQL. Clients connect over TCP with the password. */
export const postgres: ServerKind = {
  packages: ['postgresql'],
  programs: ['initdb', 'postgres'],
  account: 'postgres',
  user: 'tester',
  protocol: 'postgres',
  path: '/postgres',
  prepare,
  connect: async (address) => {
    const client = await open(address)
    return { ping: async () => await client.query('SELECT 1'), close: async () => await client.end() }
  },
  changePassword,
  connections
}

async function prepare (place: Place): Promise<readonly Service[]> {
  const data = join(place.folder, 'data')
  const passwordFile = join(place.folder, 'password')
  await writeFile(passwordFile, place.password)
  const args = [
    '--pgdata',
    data,
    '--username',
    place.user,
    '--pwfile',
    passwordFile,
    '--auth-host=scram-sha-256',
    '--auth-local=reject',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync'
  ]
  await new Child({ program: 'initdb', args }, place).done()
  return [{
    program: 'postgres',
    args: ['-D', data, '-p', String(place.port), ...SETTINGS.flatMap((setting) => ['-c', setting])],
    // A fast shutdown, which does not wait for clients.
    stopSignal: 'SIGINT',
    answers: async () => await connections(place)
  }]
}

async function changePassword (address: Address, password: string): Promise<void> {
  const client = await open(address, OURS)
  try {
    await client.query(`ALTER ROLE ${client.escapeIdentifier(address.user)} PASSWORD ${client.escapeLiteral(password)}`)
  } finally {
    await client.end()
  }
}

async function connections (address: Address): Promise<number> {
  const client = await open(address, OURS)
  try {
    const { rows: [row] } = await client.query<{ count: number }>(COUNT, [OURS])
    return row?.count ?? 0
  } finally {
    await client.end()
  }
}

async function open ({ host, port, user, password }: Address, name = ''): Promise<pg.Client> {
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database: 'postgres',
    application_name: name,
    connectionTimeoutMillis: CLIENT_LIMIT_MS,
    query_timeout: CLIENT_LIMIT_MS
  })
  // The next query reports a lost connection.
  client.on('error', () => undefined)
  await client.connect()
  return client
}
