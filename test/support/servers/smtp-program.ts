// Runs an SMTP server as its own process. The arguments are its port, user and password.
import { SMTPServer } from 'smtp-server'

const [port, user, password] = process.argv.slice(2)
/** So that a test can fill the server. */
const MAX_CLIENTS = 5

const server = new SMTPServer({
  name: 'localhost',
  // Its own certificate would have expired.
  disabledCommands: ['STARTTLS'],
  allowInsecureAuth: true,
  maxClients: MAX_CLIENTS,
  onAuth ({ username, password: received }, _session, done) {
    if (username === user && received === password) done(null, { user: username })
    else done(new Error('Invalid username or password'))
  }
})
server.on('error', (error) => console.error(error))
server.listen(Number(port), '127.0.0.1')
