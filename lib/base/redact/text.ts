import { redactCommands } from './commands.js'
import { redactCredentials } from './credentials.js'
import { redactShortFlags } from './flags.js'
import { redactMarkup } from './markup.js'
import { redactPairs } from './pairs.js'
import { redactPem } from './pem.js'
import { redactTokens } from './tokens.js'
import { redactUserinfo } from './urls.js'

/** Each step takes linear time for any text, also for a hostile one. A second run changes nothing. */
const STEPS: readonly ((text: string) => string)[] = [
  redactPem, redactUserinfo, redactTokens, redactCredentials, redactCommands, redactMarkup, redactPairs,
  redactShortFlags
]

/**
 * Replaces secrets in a text with `[REDACTED]`:
 * - private keys and other PEM blocks (RFC 7468)
 * - the userinfo of a URL (RFC 3986, section 3.2.1)
 * - tokens that begin with the text of a known service, and JSON Web Tokens (RFC 7519)
 * - credentials of the schemes Bearer and Basic (RFC 6750, RFC 7617)
 * - the content of XML elements with a secret name
 * - passwords in sentences (`with password x`) and in commands (`AUTH x`, `mysql -px`), if they look like one
 * - the value of a secret name (`token=…`, `"tokens":["…"]`, `x-api-key: …`, `--password …`), but not a number or
 *   boolean (`tokens=512`)
 *
 * Takes linear time for any text, also for a hostile text. Redacting a text twice gives the same result as once.
 *
 * @example
 * redactText('postgres://u:p@db/users?token=x&a=b') // 'postgres://[REDACTED]@db/users?token=[REDACTED]&a=b'
 */
export function redactText (text: string): string {
  return STEPS.reduce((redacted, step) => step(redacted), text)
}
