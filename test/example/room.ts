import { everyFile } from '../support/every-file.js'
import './example.test.js'
import './kubernetes.test.js'
import './metrics.test.js'

await everyFile(import.meta.url)
