/** A part of the example that can be broken at will, in the ways in which it would break by itself. */
export interface Breakable {
  /** Makes it fail at once. */
  break (): Promise<void>
  /** Makes it keep everybody waiting. */
  hang (): Promise<void>
  /** Makes it work again, with all that it held. */
  mend (): Promise<void>
}
