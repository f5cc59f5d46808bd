import { createServer } from 'node:net'
import { createTransport } from 'nodemailer'
import t from 'tap'
import { smtp } from '../../../../lib/checks/clients/smtp/smtp.js'
import type { SmtpTransporter } from '../../../../lib/checks/clients/smtp/smtp.js'
import { startApp } from '../../../support/app.js'
import { run } from '../../../support/check.js'
import { listen } from '../../../support/loopback.js'

/** A server that greets, accepts the login with `secret`, and says goodbye. */
async function startServer (test: Pick<typeof t, 'teardown'>): Promise<number> {
  return await listen(test, createServer((socket) => {
    socket.on('error', () => undefined).write('220 mouse ESMTP\r\n')
    socket.on('data', (chunk) => {
      const [command = '', , login = ''] = String(chunk).trim().split(' ')
      const password = Buffer.from(login, 'base64').toString().split('\0').at(-1)
      const answers: Readonly<Record<string, string>> = {
        EHLO: '250-mouse\r\n250 AUTH PLAIN',
        AUTH: password === 'secret' ? '235 welcome' : '535 wrong login',
        QUIT: '221 bye'
      }
      socket.write(`${answers[command] ?? '500 what'}\r\n`)
    })
  }))
}

await t.test('smtp() is UP with the address of a server that accepts the login, also through a pool', async (t) => {
  const port = await startServer(t)
  const auth = { user: 'tester', pass: 'secret' }
  const single = createTransport({ host: '127.0.0.1', port, secure: false, auth })
  const pool = createTransport({ pool: true, host: '127.0.0.1', port, secure: false, auth })
  t.teardown(() => pool.close())
  for (const source of [single, pool, () => single]) {
    const result = await run(smtp(source))
    t.match(result, { status: 'UP', details: { host: '127.0.0.1', port, secure: false, latencyMs: Number } })
    t.notMatch(JSON.stringify(result), /secret|tester/)
  }
})

await t.test('smtp() is DOWN with the reason when the password is wrong', async (t) => {
  const port = await startServer(t)
  const transporter = createTransport({ host: '127.0.0.1', port, auth: { user: 'tester', pass: 'wrong' } })
  const error = 'Invalid login: 535 wrong login'
  t.match(await run(smtp(transporter)), { status: 'DOWN', details: { error, host: '127.0.0.1', port } })
})

await t.test('smtp() is DOWN in time without a second login when the server hangs', async (t) => {
  let connections = 0
  const port = await listen(t, createServer(() => { connections += 1 }))
  const check = smtp(createTransport({ host: '127.0.0.1', port }))
  const error = 'no answer within 180 ms'
  for (let count = 0; count < 2; count++) t.match(await run(check, 200), { status: 'DOWN', details: { error } })
  t.equal(connections, 1)
})

await t.test('smtp() is DOWN when the pool of the transporter is closed', async (t) => {
  const pool = createTransport({ pool: true, host: '127.0.0.1', port: 1 })
  pool.close()
  t.match(await run(smtp(pool)), { status: 'DOWN', details: { error: 'the transporter is closed' } })
})

await t.test('smtp() is UP for a transporter without options of a server', async (t) => {
  const double = { verify: async () => await Promise.resolve(true), options: {}, transporter: { verify: () => true } }
  const transporter: SmtpTransporter = Object.assign(double, { sendMail: () => 0, close: () => 0 })
  t.match(await run(smtp(transporter)), { status: 'UP', details: { host: undefined } })
})

await t.test('addCheck() warns when smtp() is added for a probe, and not for health or a custom kind', async (t) => {
  const { app, lines } = await startApp(t, { kinds: ['mails'] })
  const check = smtp(createTransport({ host: '127.0.0.1', port: 1 }))
  app.management.addCheck(['health', 'mails'], 'mail', check)
  t.same(lines.filter(({ level }) => level === 'warn'), [])
  app.management.addCheck('readiness', 'mail', check)
  app.management.addCheck(['liveness', 'health'], 'mail-2', smtp(createTransport({ host: '127.0.0.1', port: 1 })))
  t.match(lines.filter(({ level }) => level === 'warn'), [
    { check: 'mail', kinds: ['readiness'], message: /^the check "mail" suits the kind health only: each run logs in / },
    { check: 'mail-2', kinds: ['liveness'] }
  ])
})
