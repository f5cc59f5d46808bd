import { everyFile } from '../support/every-file.js'
import './cli.test.js'
import './exit.test.js'
import './hostile-checks.test.js'
import './management-probe.test.js'
import './shutdown-hosts.test.js'
import './shutdown.test.js'
import './whole-life.test.js'

await everyFile(import.meta.url)
