import { hasMethods } from '../../../base/type-guards.js'
import type { WrongClient } from '../wrong-client.js'

/** Objects that users pass to `smtp` by mistake. */
export const SMTP_MISTAKES: readonly WrongClient[] = [
  {
    name: 'a transporter without a server that can be verified',
    is: (value) => hasMethods(value, 'sendMail'),
    remedy: 'pass a transporter for an SMTP server'
  },
  {
    name: 'the module nodemailer',
    is: (value) => hasMethods(value, 'createTransport'),
    remedy: 'pass the transporter that createTransport() returns'
  },
  {
    name: 'an SMTPConnection',
    is: (value) => hasMethods(value, 'login', 'quit', 'send'),
    remedy: 'pass a transporter'
  }
]
