import type { EndedProbe } from '../json-document.js'
import { shownUrl } from '../json-document.js'
import { sightOf } from './sight.js'
import type { Item, Sight } from './sight.js'

/** A status that the watch has seen. */
export interface Seen {
  readonly status: string
  /** The status before the last change, if the watch has seen one. */
  readonly was?: string
  /** The time of the last change, in milliseconds since 1970. */
  readonly at: number
}

/** A difference between two answers. `from` is absent in the first, and `to` if the component is gone. */
export interface Change {
  /** The name of the component, or the empty string for the app. */
  readonly name: string
  readonly from: string | undefined
  readonly to: Item | undefined
}

/** One URL, its last answer, and the changes since the watch began. */
export class WatchedApp {
  readonly url: URL
  readonly shownUrl: string
  /** Whether the last probe passed. */
  passes = false
  sight: Sight | undefined
  readonly #seen = new Map<string, Seen>()

  constructor (url: URL) {
    this.url = url
    this.shownUrl = shownUrl(url)
  }

  /** Records a probe and returns its changes. An answer without components changes none of them. */
  record ({ result, durationMs, time }: EndedProbe): readonly Change[] {
    this.passes = result.passed
    this.sight = sightOf(result, durationMs)
    const { app, components } = this.sight
    const changes = [['', app] as const, ...components ?? []].map(([name, item]) => this.#see(name, item, time))
    const gone = components === undefined ? [] : [...this.#seen.keys()].filter((name) => !isIn(name, components))
    return [...changes.filter((change) => change !== undefined), ...gone.map((name) => this.#forget(name))]
  }

  /** Returns the last status of a component, or of the app, with its last change. */
  seen (name = ''): Seen | undefined {
    return this.#seen.get(name)
  }

  #see (name: string, item: Item, time: Date): Change | undefined {
    const before = this.#seen.get(name)
    const { status } = item
    if (before?.status === status) return undefined
    this.#seen.set(name, { status, at: time.getTime(), ...(before !== undefined && { was: before.status }) })
    return { name, from: before?.status, to: item }
  }

  #forget (name: string): Change {
    const from = this.#seen.get(name)?.status
    this.#seen.delete(name)
    return { name, from, to: undefined }
  }
}

function isIn (name: string, components: NonNullable<Sight['components']>): boolean {
  return name === '' || components.has(name)
}
