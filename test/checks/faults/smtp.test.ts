import { createTransport } from 'nodemailer'
import t from 'tap'
import { smtp } from '../../../lib/checks/clients/smtp/smtp.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(300_000)

const connectNodemailer: Connect = ({ host, port, user, password }) => {
  const transporter = createTransport({ host, port, auth: { user, pass: password } })
  return { check: smtp(transporter), close: () => transporter.close() }
}

t.jobs = 4

await t.test('SMTP', { skip: missing('smtp'), buffered: true }, async (t) => {
  const server = await startServer(t, 'smtp')
  await t.test('transporter of nodemailer', async (t) => {
    await proveFaults(t, { server, connect: connectNodemailer, expected: EXPECTED.nodemailer })
  })
})
