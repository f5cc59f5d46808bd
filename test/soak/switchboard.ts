/** Knows which checks are broken. Used in the app's process. */
export class Switchboard {
  readonly #broken = new Map<string, (() => void)[]>()

  isBroken (name: string): boolean {
    return this.#broken.has(name)
  }

  /** Resolves when the check is mended. */
  async mended (name: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiting = this.#broken.get(name)
      if (waiting === undefined) resolve()
      else waiting.push(resolve)
    })
  }

  turn (name: string, isBroken: boolean): void {
    const waiting = this.#broken.get(name) ?? []
    if (isBroken) this.#broken.set(name, waiting)
    else this.#broken.delete(name)
    if (!isBroken) for (const resolve of waiting) resolve()
  }
}
