import { resolve } from 'node:path'
import { errors } from '../errors.js'
import { refuse, text } from '../base/rules.js'
import type { Rule } from '../base/rules.js'

/** In bytes. Linux allows 107 bytes, and macOS 103. Node 20 cuts a longer path, and listens at another one. */
const LONGEST_PATH = 103

const EXPECTED = `the path of a Unix socket with at most ${LONGEST_PATH} bytes`

/** Accepts the path of a Unix socket, and makes it absolute: the app may change its directory later. */
export const socketPath: Rule<string> = (value, option) => {
  const given = text(value, option)
  if (given.includes('\0')) return refuse(value, option, `${EXPECTED} and without the character U+0000`)
  const path = resolve(given)
  const length = Buffer.byteLength(path)
  if (length > LONGEST_PATH) {
    throw new errors.OptionInvalid(option, `${EXPECTED}, for example "/run/management.sock"`, `one of ${length} bytes`)
  }
  return path
}
