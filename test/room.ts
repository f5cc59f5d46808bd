import { everyFile } from './support/every-file.js'
import './auto-checks.test.js'
import './clock.test.js'
import './deadline.test.js'
import './describe.test.js'
import './guard.test.js'
import './index.test.js'
import './later.test.js'
import './lifecycle.test.js'
import './plain.test.js'
import './redact.test.js'
import './settings.test.js'

await everyFile(import.meta.url)
