import { onAbort } from '../../base/on-abort.js'

/** The lives of the checks that share one function, which can be in several apps. */
export class Lives {
  readonly #lives = new Set<AbortSignal>()
  readonly #onEnd: () => void

  /** @param onEnd called when the last of the checks has run for the last time */
  constructor (onEnd: () => void) {
    this.#onEnd = onEnd
  }

  /** Follows the life of the check that runs. Does nothing if the life is known, or has ended. */
  follow (life: AbortSignal): void {
    if (life.aborted || this.#lives.has(life)) return
    this.#lives.add(life)
    onAbort(life, () => {
      this.#lives.delete(life)
      if (this.#lives.size === 0) this.#onEnd()
    })
  }
}
