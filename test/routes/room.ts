import { everyFile } from '../support/every-file.js'
import './auth.test.js'
import './component.test.js'
import './disclosure.test.js'
import './health.test.js'
import './hostile-requests.test.js'
import './info.test.js'
import './links.test.js'
import './media-type.test.js'
import './schemas.test.js'
import './visibility.test.js'

await everyFile(import.meta.url)
