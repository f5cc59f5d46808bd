import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { Child } from './child.js'
import { CLIENT_LIMIT_MS, OURS } from './kind.js'
import type { ServerKind, Service } from './kind.js'
import type { Address, Place } from './place.js'

const DATABASE = 'test'

/**
 * MariaDB keeps no client names, so our clients use their own database. The list also contains the server's threads.
 */
const COUNT = `
  SELECT count(*) AS count FROM information_schema.processlist
  WHERE NOT db <=> ? AND user NOT IN ('system user', 'event_scheduler')`

const SETTINGS = [
  '--skip-name-resolve',
  '--performance-schema=OFF',
  '--innodb-buffer-pool-size=8M',
  '--innodb-log-file-size=4M',
  '--innodb-flush-log-at-trx-commit=0',
  '--key-buffer-size=1M',
  '--aria-pagecache-buffer-size=1M'
]

/** MariaDB with one user, which may do anything over TCP. */
export const mariadb: ServerKind = {
  packages: ['mariadb-server'],
  programs: ['mariadb-install-db', 'mariadbd'],
  account: 'mysql',
  user: 'tester',
  protocol: 'mysql',
  path: `/${DATABASE}`,
  prepare,
  connect: async (address) => {
    const connection = await open(address, DATABASE)
    return { ping: async () => await connection.ping(), close: async () => await connection.end() }
  },
  changePassword,
  connections
}

async function prepare (place: Place): Promise<readonly Service[]> {
  const data = join(place.folder, 'data')
  const initFile = join(place.folder, 'init.sql')
  await writeFile(initFile, initSql(place))
  await new Child(
    { program: 'mariadb-install-db', args: ['--no-defaults', `--datadir=${data}`, '--skip-test-db', ...SETTINGS] },
    place
  ).done()
  const own = [
    `--datadir=${data}`,
    `--tmpdir=${place.folder}`,
    `--socket=${join(place.folder, 'socket')}`,
    `--pid-file=${join(place.folder, 'pid')}`
  ]
  return [
    {
      program: 'mariadbd',
      args: [
        '--no-defaults',
        ...own,
        `--init-file=${initFile}`,
        `--bind-address=${place.host}`,
        `--port=${place.port}`,
        '--max-connections=20',
        ...SETTINGS
      ],
      stopSignal: 'SIGTERM',
      answers: async () => await connections(place)
    }
  ]
}

/** The statements that run at each start before the server listens, one per line. */
function initSql ({ user, password }: Place): string {
  return [
    `CREATE DATABASE IF NOT EXISTS ${DATABASE};`,
    `CREATE DATABASE IF NOT EXISTS ${OURS};`,
    `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO '${user}'@'%';`
  ].join('\n')
}

async function changePassword (address: Address, password: string): Promise<void> {
  const connection = await open(address, OURS)
  try {
    await connection.query("ALTER USER ?@'%' IDENTIFIED BY ?", [address.user, password])
  } finally {
    await connection.end()
  }
}

async function connections (address: Address): Promise<number> {
  const connection = await open(address, OURS)
  try {
    const [[row]] = await connection.query<RowDataPacket[]>({ sql: COUNT, timeout: CLIENT_LIMIT_MS }, [OURS])
    return Number(row?.['count'])
  } finally {
    await connection.end()
  }
}

async function open ({ host, port, user, password }: Address, database: string): Promise<Connection> {
  const connection = await createConnection({ host, port, user, password, database, connectTimeout: CLIENT_LIMIT_MS })
  connection.on('error', () => undefined)
  return connection
}
