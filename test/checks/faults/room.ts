import { everyFile } from '../../support/every-file.js'
import './auto-checks.test.js'
import './mongodb.test.js'
import './mysql.test.js'
import './nats.test.js'
import './postgres.test.js'
import './rabbitmq.test.js'
import './redis.test.js'

await everyFile(import.meta.url)
