import { redactArguments } from '../base/redact.js'
import { present, type Attributes } from './attributes.js'
import type { System } from './system.js'

/** `node --eval` has its whole source on the command line. */
const LONGEST_COMMAND_LINE = 1_000

/**
 * This process and its runtime, in OpenTelemetry's `process.*` attributes. The arguments are redacted before they are joined:
 * afterwards nobody can tell where the value of `--password` ends.
 */
export function processAttributes ({ pid, argv, execArgv, execPath, nodeVersion }: System): Attributes {
  const [executable = execPath, ...scriptAndArguments] = argv
  return present({
    'process.pid': pid,
    'process.command_line': shorten(redactArguments([executable, ...execArgv, ...scriptAndArguments]).join(' ')),
    'process.executable.path': execPath,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': nodeVersion,
    'process.runtime.description': 'Node.js'
  })
}

function shorten (commandLine: string): string {
  return commandLine.length > LONGEST_COMMAND_LINE ? `${commandLine.slice(0, LONGEST_COMMAND_LINE)}…` : commandLine
}
