import { everyFile } from '../every-file.js'
import './established.test.js'
import './fault-proxy.test.js'
import './servers.test.js'

await everyFile(import.meta.url)
