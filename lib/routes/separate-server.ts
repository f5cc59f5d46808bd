import type { FastifyInstance } from 'fastify'
import type { HealthEngine } from '../health/engine.js'
import type { LoopBlocks } from '../observe/thread/loop-blocks.js'
import type { ListenSettings } from '../options/listen-option.js'
import type { Settings } from '../options/settings.js'
import { ManagementServer } from './management-server.js'
import type { ManagementServerDependencies } from './management-server.js'

/** The server of the option `listen`. */
export interface SeparateServer {
  /** Call this when the app is ready. Opens the port, or throws if the port is not available. */
  open (): Promise<void>
  /** Closes the port. Clients that still send a request or read an answer are disconnected after one second. */
  close (): Promise<void>
  /** Call this when the app begins to close. */
  closing? (): void
  readonly addresses: ReturnType<FastifyInstance['addresses']>
  /** The blocks of the event loop, if a thread serves the port. */
  readonly eventLoop?: LoopBlocks
}

/** The parts that a separate server needs. */
export interface SeparateServerDependencies extends ManagementServerDependencies {
  readonly engine: HealthEngine
  readonly settings: Pick<Settings, 'statusCodes'>
}

/** Creates the server of the option `listen`, with a thread of its own if the options say so. */
export async function createSeparateServer (
  { listen, ...others }: Omit<SeparateServerDependencies, 'listen'> & { readonly listen: ListenSettings }
): Promise<SeparateServer> {
  const { thread } = listen
  const dependencies = { ...others, listen }
  if (thread === undefined) return await ManagementServer.create(dependencies)
  // Imported here, so that apps without a thread do not load it.
  const { ThreadedServer } = await import('./threaded-server.js')
  return await ThreadedServer.create({ ...dependencies, thread })
}
