interface Channel {
  readonly hasSubscribers: boolean
}

type Event = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error'

/** The parts of a tracing channel that show whether it has subscribers. */
export interface TracingChannels extends Readonly<Record<Event, Channel>> {
  /** Whether any of the channels has subscribers. Bun has no such property. */
  readonly hasSubscribers?: boolean
}

/** Whether a tracing channel has subscribers. */
export function isTraced (tracing: TracingChannels): boolean {
  return tracing.hasSubscribers ?? hasSubscribedChannel(tracing)
}

function hasSubscribedChannel ({ start, end, asyncStart, asyncEnd, error }: TracingChannels): boolean {
  return [start, end, asyncStart, asyncEnd, error].some(({ hasSubscribers }) => hasSubscribers)
}
