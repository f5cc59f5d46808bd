import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { binary, findBinary } from './binary.js'
import { established } from './established.js'
import { freePort } from './free-port.js'
import { answers, connectKafka } from './kafka.js'
import type { ServerKind, Service } from './kind.js'
import type { Place } from './place.js'

const SOURCE = fileURLToPath(new URL('kafka-broker', import.meta.url))
const JARS = fileURLToPath(new URL('../../../node_modules/.cache/kafka', import.meta.url))
const PROGRAMS = ['java', 'mvn']
const JAVA = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(JARS, '*')]

const runFile = promisify(execFile)

/** Returns why a real broker cannot start here, or `false` if it can. */
export function missingKafkaBroker (): string | false {
  const missing = PROGRAMS.filter((program) => findBinary(program) === undefined)
  return missing.length > 0 && `a broker of Kafka needs ${missing.join(' and ')}`
}

/** A real broker, which is also its own controller. The first start downloads it from Maven Central. */
export const kafkaBroker: ServerKind = {
  packages: [],
  programs: PROGRAMS,
  // The broker reads the folder of its code, which may be readable only for the current user.
  account: 'root',
  user: 'tester',
  protocol: 'kafka',
  path: '',
  prepare,
  connect: connectKafka,
  connections: async ({ port }) => await established(port)
}

async function prepare (place: Place): Promise<readonly Service[]> {
  if (!existsSync(JARS)) await download()
  const config = join(place.folder, 'server.properties')
  await writeFile(config, propertiesOf(place, await freePort()))
  const id = Buffer.alloc(16, 'kafka').toString('base64url')
  await runFile(binary('java'), [...JAVA, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', config])
  const args = [...JAVA, 'kafka.Kafka', config]
  return [{ program: 'java', args, stopSignal: 'SIGTERM', answers: async () => await answers(place) }]
}

/** Downloads into another folder, and renames it, so that no process ever sees half of it. */
async function download (): Promise<void> {
  const target = `${JARS}-${process.pid}`
  const options = ['-DincludeScope=runtime', `-DoutputDirectory=${target}`]
  await runFile(binary('mvn'), ['-q', '-B', '-f', SOURCE, 'dependency:copy-dependencies', ...options])
  await rename(target, JARS).catch(async (error: unknown) => {
    await rm(target, { recursive: true })
    if (!existsSync(JARS)) throw error
  })
}

function propertiesOf ({ folder, port, user, password }: Place, controllerPort: number): string {
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
    `username="${user}" password="${password}" user_${user}="${password}";`
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENTS://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENTS',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,CLIENTS:SASL_PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.clients.plain.sasl.jaas.config': login,
    'offsets.topic.replication.factor': 1,
    'log.dirs': join(folder, 'data')
  }).map((entry) => `${entry.join('=')}\n`).join('')
}
