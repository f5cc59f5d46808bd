import { everyFile } from '../support/every-file.js'
import './command.test.js'
import './http-probe.test.js'
import './management-probe.test.js'

await everyFile(import.meta.url)
