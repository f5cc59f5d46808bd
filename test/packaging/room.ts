import { everyFile } from '../support/every-file.js'
import './package.test.js'

await everyFile(import.meta.url)
