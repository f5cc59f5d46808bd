// Runs a double of MongoDB as a process of its own: its port, user and password are the arguments.
import { MongodbDouble } from './mongodb-double.js'

const [port, user = '', password = ''] = process.argv.slice(2)
await new MongodbDouble({ user, password }).listen(Number(port))
