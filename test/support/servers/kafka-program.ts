// Runs a double of a Kafka broker as its own process. The arguments are its port, and a user and a password, if any.
import { KafkaDouble } from './kafka-double.js'

const [port, user, password = ''] = process.argv.slice(2)
await new KafkaDouble(user === undefined ? undefined : { user, password }).listen(Number(port))
