import type { CheckFunction } from '../../../health/check/check-function.js'
import { forHealthOnly } from '../../../health/health-only.js'
import { hasMethods, isRecord } from '../../../base/type-guards.js'
import { readyMade } from '../../kit/ready-made.js'
import { timed } from '../../kit/result.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { SharedRequest } from '../../kit/shared-request.js'
import { SMTP_MISTAKES } from './smtp-mistakes.js'

/**
 * The parts of a transporter of nodemailer that the check uses.
 *
 * @see `docs/ready-made-checks.md#smtp`
 */
export interface SmtpTransporter {
  verify (): Promise<unknown>
  readonly options: object
  readonly transporter: object
}

const CLIENT_TYPE = {
  check: 'smtp',
  description: 'a transporter of nodemailer for an SMTP server, or a function that returns one',
  is: isSmtp,
  mistakes: SMTP_MISTAKES
}

const WARNING = 'each run logs in to the mail server, which blocks clients with many logins, ' +
  'and an app without mail can still serve requests'

/**
 * Makes a check of kind `health` that connects and logs in to an SMTP server, with the app's own transporter.
 *
 * @param transporter a transporter of nodemailer for an SMTP server, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID
 * @example fastify.management.addCheck('health', 'mail', smtp(transporter), { interval: 60_000, timeout: 5_000 })
 * @see `docs/ready-made-checks.md#smtp`
 */
export function smtp (transporter: ClientSource<SmtpTransporter>): CheckFunction {
  const current = clientFrom(transporter, CLIENT_TYPE)
  const login = new SharedRequest(async (client: SmtpTransporter) => await timed(async () => await client.verify()))
  return forHealthOnly(readyMade(async ({ limit, details }) => {
    const client = current()
    const { host, port, secure } = { host: undefined, port: undefined, secure: undefined, ...client.options }
    Object.assign(details, { host, port, secure })
    if (isClosed(client)) throw new Error('the transporter is closed')
    const { latencyMs } = await login.send(client, limit)
    details['latencyMs'] = latencyMs
  }), WARNING)
}

/** Only a pool can be closed: other transporters open a connection for each mail, and for `verify()`. */
function isClosed (client: SmtpTransporter): boolean {
  return isRecord(client.transporter) && client.transporter['_closed'] === true
}

function isSmtp (value: unknown): value is SmtpTransporter {
  return hasMethods(value, 'verify', 'sendMail', 'close') && 'options' in value && isRecord(value.options) &&
    'transporter' in value && hasMethods(value.transporter, 'verify')
}
