import { redactArguments } from '../base/redact.js'
import { truncate } from '../base/truncate.js'
import { present, type Attributes } from './attributes.js'
import { runtimeOf } from './runtime.js'
import type { System } from './system.js'

/** A limit is necessary: `node --eval` has its whole source on the command line. */
const LONGEST_COMMAND_LINE = 1_000

/**
 * Describes this process and its runtime in OpenTelemetry's `process.*` attributes. Redacts the arguments before it
 * joins them: in the joined text, the end of a value of `--password` is unknown.
 */
export function processAttributes ({ pid, argv, execArgv, execPath, versions }: System): Attributes {
  const [executable = execPath, ...scriptAndArguments] = argv
  const commandLine = redactArguments([executable, ...execArgv, ...scriptAndArguments]).join(' ')
  const runtime = runtimeOf(versions)
  return present({
    'process.pid': pid,
    'process.command_line': truncate(commandLine, LONGEST_COMMAND_LINE),
    'process.executable.path': execPath,
    'process.runtime.name': runtime.name,
    'process.runtime.version': runtime.version,
    'process.runtime.description': runtime.description
  })
}
