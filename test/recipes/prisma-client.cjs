// The client that `prisma generate` writes for a schema without models. The command itself downloads a program.
const { getPrismaClient } = require('@prisma/client/runtime/client.js')

const compiler = '@prisma/client/runtime/query_compiler_fast_bg.postgresql'

exports.PrismaClient = getPrismaClient({
  previewFeatures: [],
  activeProvider: 'postgresql',
  inlineSchema: `
generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
}
`,
  runtimeDataModel: { models: {}, enums: {}, types: {} },
  parameterizationSchema: { strings: [], graph: 'AAAA' },
  compilerWasm: {
    getRuntime: async () => require(`${compiler}.js`),
    getQueryCompilerWasmModule: async () =>
      new WebAssembly.Module(Buffer.from(require(`${compiler}.wasm-base64.js`).wasm, 'base64')),
    importName: './query_compiler_fast_bg.js'
  }
})
