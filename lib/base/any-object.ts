/**
 * Any object with keys, also a map and an object typed by an interface; no function, array or promise.
 *
 * @see `docs/typescript.md#details-and-info`
 */
export type AnyObject = Readonly<Record<string, unknown>> | (object & {
  /** Functions have this property. */
  readonly [Symbol.hasInstance]?: never
  /** Arrays have this property. */
  readonly [Symbol.unscopables]?: never
  readonly then?: never
})
