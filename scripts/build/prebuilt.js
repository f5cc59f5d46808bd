// Evaluates modules of constants while building, so that users load their JSON instead of the packages they use.
import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { build, transform } from 'esbuild'
import { LIB } from './paths.js'
import { join } from 'node:path'

const PREBUILT = [
  'routes/schemas.ts', 'routes/sensible.ts', 'observe/ui/assets.ts', 'observe/ui/asset-names.ts'
].map((file) => join(LIB, file))

/** A Rollup plugin that replaces each module of constants by its values. */
export function prebuilt () {
  return {
    name: 'prebuilt',
    async load (id) {
      return PREBUILT.includes(id) ? await valuesOf(id) : null
    }
  }
}

async function valuesOf (file) {
  const constants = Object.entries(await evaluate(file))
  return constants.map(([name, value]) => `export const ${name} = ${jsonOf(value, `${name} in ${file}`)}\n`).join('')
}

async function evaluate (file) {
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    plugins: [minifiedPage()],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(process.cwd() + "/");'
    }
  })
  return await importText(text)
}

/** A plugin of esbuild that minifies the script and the style of the status page, before their hashes are made. */
function minifiedPage () {
  return {
    name: 'minified-page',
    setup: ({ onLoad }) => onLoad({ filter: /[\\/]observe[\\/]ui[\\/](script|style)\.ts$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'ts' })
      const constants = Object.entries(await importText(code)).map(async ([name, text]) => {
        const loader = name === 'STYLE' ? 'css' : 'js'
        // Each line becomes a line of the package.
        const minified = await transform(text, { loader, minify: true, lineLimit: 1_000 })
        return `export const ${name} = ${JSON.stringify(minified.code.trim())}\n`
      })
      return { contents: (await Promise.all(constants)).join('') }
    })
  }
}

async function importText (text) {
  return await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)
}

function jsonOf (value, name) {
  const json = JSON.stringify(value)
  // TypeBox marks schemas with properties that are not enumerable. Fastify and OpenAPI do not need them.
  if (json === undefined || !isDeepStrictEqual(JSON.parse(json), structuredClone(value))) {
    throw new Error(`${name} must be JSON, because the build evaluates it`)
  }
  return withLines(json)
}

/** Splits the long strings of a JSON text into their lines, because each of them would be one line of the code. */
function withLines (json) {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (string) => {
    const lines = JSON.parse(string).split('\n')
    return string.length < 1_000 ? string : `[${lines.map((line) => JSON.stringify(line)).join(',')}].join("\\n")`
  })
}
