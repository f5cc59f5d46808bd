// Builds dist/: the code in CommonJS, an ES module for each entry around it, the command, and the declarations.
import { mkdir, rm } from 'node:fs/promises'
import { buildCode } from './build/code.js'
import { buildDeclarations } from './build/declarations.js'
import { writeLicenses } from './build/licenses.js'
import { DIST } from './build/paths.js'

await rm(DIST, { recursive: true, force: true })
await mkdir(DIST)
await Promise.all([buildCode(), buildDeclarations(), writeLicenses()])
