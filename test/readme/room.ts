import { everyFile } from '../support/every-file.js'
import './readme.test.js'

await everyFile(import.meta.url)
