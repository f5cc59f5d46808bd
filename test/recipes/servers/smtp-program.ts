// An SMTP server that accepts any login. The arguments are its port and the folder of the packages.
import { createRequire } from 'node:module'

interface Smtp {
  readonly SMTPServer: new (options: object) => { readonly listen: (port: number, host: string) => void }
}

const [port = '', packages = ''] = process.argv.slice(2)
const { SMTPServer } = createRequire(`${packages}/`)('smtp-server') as Smtp
new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onAuth: (auth: { username: string }, _session: unknown, done: (error: null, user: object) => void) => {
    done(null, { user: auth.username })
  }
}).listen(Number(port), '127.0.0.1')
