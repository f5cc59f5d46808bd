// Writes the licenses of the packages that dist/ contains parts of.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DIST, MODULES } from './paths.js'

/** Code of the first two is in dist/. The others are evaluated by the build, and dist/ contains the result. */
const PACKAGES = ['@fastify/error', 'fastify-plugin', '@fastify/sensible', 'typebox']
const PERMISSION = 'Permission is hereby granted'

/** The packages have the same license, so the file has its text once, after the copyright of each package. */
export async function writeLicenses () {
  const licenses = await Promise.all(PACKAGES.map(licenseOf))
  const [{ text }] = licenses
  const other = licenses.find((license) => wordsOf(license.text) !== wordsOf(text))
  if (other !== undefined) throw new Error(`the license of ${other.name} is not the MIT license; write its text too`)
  const copyrights = licenses.map(({ name, copyright }) => `${name}\n${copyright}\n`)
  const head = 'This package contains parts of these packages, under the MIT license.\n'
  await writeFile(join(DIST, 'THIRD-PARTY-LICENSES.txt'), [head, ...copyrights, text].join('\n'))
}

async function licenseOf (name) {
  const folder = join(MODULES, name)
  const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file))
  const license = await readFile(join(folder, file), 'utf8')
  const copyright = /^Copyright .*$/m.exec(license)?.[0]
  const start = license.indexOf(PERMISSION)
  if (copyright === undefined || start === -1) throw new Error(`the license of ${name} has another form`)
  return { name, copyright, text: `${license.slice(start).trim()}\n` }
}

function wordsOf (text) {
  return text.replace(/\s+/g, ' ')
}
