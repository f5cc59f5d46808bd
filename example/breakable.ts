/** A part of the example that you can break on purpose, in the same ways as it breaks by accident. */
export interface Breakable {
  /** Makes it fail at once. */
  break (): Promise<void>
  /** Makes every caller wait. */
  hang (): Promise<void>
  /** Makes it work again, with all of its data. */
  mend (): Promise<void>
}
