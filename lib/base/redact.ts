export { redactArguments } from './redact/arguments.js'
export { REDACTED } from './redact/redacted.js'
export { redactText } from './redact/text.js'
