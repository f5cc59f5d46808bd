import { everyFile } from '../support/every-file.js'
import './figures.test.js'
import './simulation.test.js'

await everyFile(import.meta.url)
