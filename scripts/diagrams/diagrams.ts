import { checkStates } from './check-states.js'
import { kinds } from './kinds.js'
import { shutdown } from './shutdown.js'

/** The diagrams by file name, without the recording of the example. */
export const DIAGRAMS: ReadonlyMap<string, string> = new Map([
  ['shutdown.svg', shutdown()],
  ['check-states.svg', checkStates()],
  ['kinds.svg', kinds()]
])

export const RECORDING = 'example.svg'
