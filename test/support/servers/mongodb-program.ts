// Runs a double of MongoDB as its own process. The arguments are its port, user and password.
import { MongodbDouble } from './mongodb-double.js'

const [port, user = '', password = ''] = process.argv.slice(2)
await new MongodbDouble({ user, password }).listen(Number(port))
