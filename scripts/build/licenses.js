// Writes the licenses of the packages that dist/ contains parts of.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DIST, MODULES } from './paths.js'

/** Code of the first two is in dist/. The others are evaluated by the build, and dist/ contains the result. */
const PACKAGES = ['@fastify/error', 'fastify-plugin', '@fastify/sensible', 'typebox']

export async function writeLicenses () {
  const texts = await Promise.all(PACKAGES.map(async (name) => `${name}\n\n${await licenseOf(name)}\n`))
  const head = 'This package contains parts of the following packages.\n'
  await writeFile(join(DIST, 'THIRD-PARTY-LICENSES.txt'), [head, ...texts].join(`\n${'-'.repeat(80)}\n\n`))
}

async function licenseOf (name) {
  const folder = join(MODULES, name)
  const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file))
  return (await readFile(join(folder, file), 'utf8')).trim()
}
