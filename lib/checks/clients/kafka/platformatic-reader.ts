import { isRecord } from '../../../base/type-guards.js'
import { describeTopics } from './cluster-state.js'
import type { ClusterState, Partition } from './cluster-state.js'
import type { KafkaReader } from './kafka-reader.js'

/** The parts of a client of `@platformatic/kafka` that the check uses. */
export interface PlatformaticClient {
  readonly closed: boolean
  metadata (options: {
    topics?: string[]
    forceUpdate?: boolean
    autocreateTopics?: boolean
    retries?: number
  }): Promise<object>
  listApis (): Promise<unknown>
}

/** The parts of the answer that the check uses. */
interface Metadata {
  readonly brokers: ReadonlyMap<number, unknown>
  readonly controllerId: number
  readonly topics: ReadonlyMap<string, { readonly partitions: readonly Partition[] }>
}

/** Reads the state over the connections of the app's own client, which keeps and reopens them. */
export class PlatformaticReader implements KafkaReader {
  readonly lastError = undefined
  readonly #client: PlatformaticClient

  constructor (client: PlatformaticClient) {
    this.#client = client
  }

  async read (topics: readonly string[]): Promise<ClusterState> {
    if (this.#client.closed) throw new Error('the client is closed')
    let { brokers, controllerId: controller } = await this.#metadata([])
    const states = await describeTopics(topics, async (names) => {
      const metadata = await this.#metadata(names)
      ;({ brokers, controllerId: controller } = metadata)
      return names.map((name) => ({ name, partitions: metadata.topics.get(name)?.partitions ?? [] }))
    })
    return { brokers: brokers.size, controller, topics: states }
  }

  close (): void {
    // The app closes its client.
  }

  async #metadata (topics: readonly string[]): Promise<Metadata> {
    // The client sorts the names in place.
    const options = { topics: [...topics], forceUpdate: true, autocreateTopics: false, retries: 0 }
    const metadata: unknown = await this.#client.metadata(options)
    if (isMetadata(metadata)) return metadata
    throw new Error('the client answered without metadata')
  }
}

function isMetadata (value: unknown): value is Metadata {
  return isRecord(value) && value['brokers'] instanceof Map && value['topics'] instanceof Map
}
