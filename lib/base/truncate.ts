import { redactText } from './redact.js'

/** `redactAndTruncate()` reads more characters than it returns: a secret that is cut in two is not recognized. */
const LONGEST_READ = 16_000

/** Cuts a text to a length in characters and adds `…` if anything was cut off. Does not redact. */
export function truncate (text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** Redacts secrets in a text, then truncates it. */
export function redactAndTruncate (text: string, longest: number): string {
  return truncate(redactText(text.slice(0, LONGEST_READ)), longest)
}
