#!/usr/bin/env node
import { run } from './command.js'

// Do not set `process.exitCode` instead: output to a pipe without a reader would keep the process alive.
process.exit(await run(process.argv.slice(2), process))
