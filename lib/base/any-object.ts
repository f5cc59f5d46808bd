/**
 * Any object with keys: a literal, an instance of a class, an object typed by an interface, or a map. An interface does
 * not fit `Record<string, unknown>`. Functions, arrays and promises are not accepted, because their content is not in
 * their keys.
 */
export type AnyObject = Readonly<Record<string, unknown>> | (object & {
  /** Functions have this property. */
  readonly [Symbol.hasInstance]?: never
  /** Arrays have this property. */
  readonly [Symbol.unscopables]?: never
  readonly then?: never
})
