import { everyFile } from '../support/every-file.js'
import './rolling.test.js'

await everyFile(import.meta.url)
