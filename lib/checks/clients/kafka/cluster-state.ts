import { reasonOf } from '../../../base/describe.js'
import { isRecord } from '../../../base/type-guards.js'

/** A partition as a broker describes it. */
export interface Partition {
  /** The id of the broker that leads it; -1 without a leader. */
  readonly leader: number
  readonly replicas: readonly unknown[]
  /** The replicas that are in sync. */
  readonly isr: readonly unknown[]
}

/** A named topic: its partitions, or the reason for which a broker does not describe it. */
export interface TopicState {
  readonly name: string
  readonly partitions: readonly Partition[]
  readonly problem?: string | undefined
}

/** The state of a cluster, as one broker describes it. */
export interface ClusterState {
  /** The number of brokers; undefined if the client cannot tell. */
  readonly brokers: number | undefined
  /** The id of the controller; -1 without a controller, undefined if the client cannot tell. */
  readonly controller: number | undefined
  readonly topics: readonly TopicState[]
}

/** @see https://kafka.apache.org/protocol#protocol_error_codes */
const PROBLEMS: Readonly<Record<number, string>> = {
  3: 'does not exist',
  5: 'has a partition without a leader',
  17: 'has an invalid name',
  29: 'is hidden: the user needs the right to describe it'
}

/**
 * Describes all topics in one request. Clients reject the whole answer for one bad topic, often without its name, so
 * the topics are then described one by one.
 *
 * @param describe rejects with the error of a topic
 */
export async function describeTopics (
  names: readonly string[], describe: (names: readonly string[]) => Promise<readonly TopicState[]>
): Promise<readonly TopicState[]> {
  if (names.length === 0) return []
  try {
    return await describe(names)
  } catch (error) {
    const problem = problemOf(error)
    if (problem === undefined) throw error
    const [name = ''] = names
    if (names.length === 1) return [{ name, partitions: [], problem }]
  }
  const topics: TopicState[] = []
  for (const name of names) topics.push(...await describeTopics([name], describe))
  return topics
}

/** The problem of a topic that a client's error reports; undefined for any other error. */
export function problemOf (error: unknown): string | undefined {
  const code = codesOf(error).find((code) => code in PROBLEMS)
  if (code !== undefined) return PROBLEMS[code]
  return reasonOf(error).startsWith('Unknown topic ') ? PROBLEMS[3] : undefined
}

/** How many causes below each other are read: a cause can be its own cause. */
const MOST_CAUSES = 4

/** The error codes of the protocol in an error and its causes. @platformatic/kafka names them `apiCode`. */
function codesOf (error: unknown, depth = 0): readonly number[] {
  if (!isRecord(error) || depth > MOST_CAUSES) return []
  const { apiCode, code, cause, errors } = error
  const own = [apiCode, code].filter((value) => typeof value === 'number')
  const others = Array.isArray(errors) ? [cause, ...errors as readonly unknown[]] : [cause]
  return [...own, ...others.flatMap((other) => codesOf(other, depth + 1))]
}
