#!/usr/bin/env node
import { run } from './command.js'

// Not by `process.exitCode`: what is still to be written to a pipe that nobody reads would keep the process.
process.exit(await run(process.argv.slice(2), process))
