import type { Queue } from 'bullmq'
import type { Connection, Mongoose } from 'mongoose'
import { bullmq } from '../lib/checks/clients/bullmq/bullmq.js'
import { mongoose } from '../lib/checks/clients/mongoose/mongoose.js'
import { progress } from '../lib/checks/work/progress.js'
import { resolves } from '../lib/checks/work/resolves.js'
import type { CheckFunction } from '../lib/index.js'

/** Clients, and things that a check waits for. */
interface Clients {
  readonly queue: Queue
  readonly odm: Mongoose
  readonly connection: Connection
  readonly rows: Promise<readonly object[]>
}

/** Accepted clients and functions. */
export function right ({ queue, odm, connection, rows }: Clients): readonly CheckFunction[] {
  const consumer = progress({ maxSilence: 30_000, pending: async () => await queue.getWaitingCount() })
  consumer.beat()
  return [
    mongoose(odm),
    mongoose(connection),
    mongoose(() => odm.connection, { writable: true, whenExhausted: 'DEGRADED' }),
    bullmq(queue),
    bullmq(() => queue, { maxWaiting: 1_000, maxFailed: undefined }),
    resolves(async () => await rows),
    resolves(async ({ signal }) => await fetch('http://a', { signal }), { waitsFor: 'a' }),
    resolves(() => rows),
    consumer,
    progress({ maxSilence: 30_000, pending: () => 0 })
  ]
}

/** Values that do not compile. */
export function wrong ({ queue, odm, rows }: Clients): void {
  // @ts-expect-error a model is not a connection
  mongoose(odm.model('User'))
  // @ts-expect-error mongoose has no queue
  mongoose(queue)
  // @ts-expect-error a promise of a connection is not a connection
  mongoose(async () => await odm.connect('mongodb://a'))
  // @ts-expect-error the option does not exist
  bullmq(queue, { maxDelayed: 1 })
  // @ts-expect-error a connection is not a queue
  bullmq(odm.connection)
  // @ts-expect-error a promise is not a function
  resolves(rows)
  // @ts-expect-error the function returns a promise
  resolves(() => 1)
  // @ts-expect-error the longest silence is missing
  progress({ pending: () => 0 })
  // @ts-expect-error a number of items is a number
  progress({ maxSilence: 1_000, pending: () => '0' })
}
