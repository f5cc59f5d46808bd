import { redactText } from '../base/redact.js'
import { truncate } from '../base/truncate.js'
import { visible } from '../base/visible.js'

/**
 * Makes a text safe to print as one line. Without this, a server's answer could move the terminal's cursor
 * or forge lines of a log.
 */
export function oneLine (text: string, longest: number): string {
  return truncate(visible(redactText(text).trim().replace(/\s+/g, ' ')), longest)
}
