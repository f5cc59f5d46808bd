import { everyFile } from '../support/every-file.js'
import './cluster.test.js'
import './connections.test.js'
import './process-signals.test.js'
import './shutdown.test.js'

await everyFile(import.meta.url)
