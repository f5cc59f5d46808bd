import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect as connectSocket } from 'node:net'
import { join } from 'node:path'
import { connect } from 'amqplib'
import { established } from './established.js'
import { freePort } from './free-port.js'
import { CLIENT_LIMIT_MS } from './kind.js'
import type { ServerKind, Service, TestClient } from './kind.js'
import type { Address, Place } from './place.js'

/** RabbitMQ without plugins, and epmd, Erlang's name server for nodes. */
export const rabbitmq: ServerKind = {
  packages: ['rabbitmq-server'],
  programs: ['epmd', 'erl', 'rabbitmq-server'],
  account: 'rabbitmq',
  user: 'tester',
  protocol: 'amqp',
  path: '',
  prepare,
  connect: open,
  connections: async ({ port }) => await established(port)
}

async function prepare (place: Place): Promise<readonly Service[]> {
  const [epmdPort, distributionPort] = await Promise.all([freePort(), freePort()])
  // In Erlang's own syntax, which RabbitMQ reads faster.
  await writeFile(
    join(place.folder, 'advanced.config'),
    `[{rabbit, [{default_user, <<"${place.user}">>}, {default_pass, <<"${place.password}">>}]}].`
  )
  await writeFile(join(place.folder, 'enabled_plugins'), '[].')
  return [epmd(place, epmdPort), server(place, epmdPort, distributionPort)]
}

/** Starts epmd in the foreground. Otherwise the node starts an epmd that outlives it. */
function epmd ({ host }: Place, port: number): Service {
  return {
    program: 'epmd',
    args: ['-address', host, '-port', String(port)],
    stopSignal: 'SIGTERM',
    answers: async () => await accepts(host, port)
  }
}

function server (place: Place, epmdPort: number, distributionPort: number): Service {
  return {
    program: 'rabbitmq-server',
    args: [],
    env: { ...listening(place, epmdPort, distributionPort), ...files(place) },
    stopSignal: 'SIGTERM',
    answers: async () => {
      const client = await open(place)
      await client.close()
    }
  }
}

/** The flags also apply to the helper nodes that RabbitMQ starts. */
function listening ({ host, port }: Place, epmdPort: number, distributionPort: number): Record<string, string> {
  return {
    ERL_AFLAGS: `-start_epmd false -kernel inet_dist_use_interface {${host.replaceAll('.', ',')}}`,
    ERL_CRASH_DUMP_SECONDS: '0',
    ERL_EPMD_ADDRESS: host,
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: `test-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: host,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    // Schedulers that wait before they sleep halve the start time.
    RABBITMQ_SCHEDULER_BUSY_WAIT_THRESHOLD: 'short',
    // Several schedulers wait for each other, which takes minutes on a busy machine.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
    // Otherwise a shell in between receives the signal and delays it.
    RUNNING_UNDER_SYSTEMD: 'true'
  }
}

function files ({ folder }: Place): Record<string, string> {
  return {
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    // Standard output, so that a failed test shows the log.
    RABBITMQ_LOGS: '-'
  }
}

async function open ({ host, port, user, password }: Address): Promise<TestClient> {
  const connection = await connect({ hostname: host, port, username: user, password }, { timeout: CLIENT_LIMIT_MS })
  connection.on('error', () => undefined)
  return {
    ping: async () => {
      const channel = await connection.createChannel()
      await channel.close()
    },
    close: async () => await connection.close()
  }
}

async function accepts (host: string, port: number): Promise<void> {
  const socket = connectSocket({ host, port })
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
