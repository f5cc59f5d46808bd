import { everyFile } from './every-file.js'
import './kubelet.test.js'

await everyFile(import.meta.url)
