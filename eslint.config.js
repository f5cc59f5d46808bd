import regexp from 'eslint-plugin-regexp'
import neostandard, { resolveIgnoresFromGitignore } from 'neostandard'
import tseslint from 'typescript-eslint'

const typed = {
  files: ['**/*.ts'],
  extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  languageOptions: {
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
  },
  rules: {
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    // Fastify's reply is a thenable that code need not await.
    'no-void': ['error', { allowAsStatement: true }],
    // Fastify hooks and handlers are async by contract, and `CheckResult` is a union with void.
    '@typescript-eslint/no-invalid-void-type': 'off'
  }
}

const lines = {
  rules: {
    '@stylistic/max-len': ['error', { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true }]
  }
}

const size = {
  files: ['lib/**/*.ts'],
  rules: {
    complexity: ['error', 10],
    'max-depth': ['error', 3],
    'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
    'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    'max-params': ['error', 4]
  }
}

const linear = {
  files: ['lib/**/*.ts', 'example/**/*.ts'],
  plugins: { regexp },
  rules: {
    // A pattern that takes super-linear time lets one hostile text block the event loop.
    'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    'regexp/no-super-linear-move': 'error'
  }
}

const redaction = {
  files: ['lib/base/redact/*.ts', 'lib/base/secret-name.ts'],
  // These patterns read texts whose length is limited before. `test/attacks/fuzz/` measures them.
  rules: { 'regexp/no-super-linear-move': 'off' }
}

const timers = {
  files: ['lib/**/*.ts'],
  ignores: ['lib/base/timers.ts'],
  rules: {
    // Fake timers replace these globals. `lib/base/timers.ts` has the real functions.
    'no-restricted-globals': [
      'error', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate',
      'queueMicrotask', 'performance'
    ],
    'no-restricted-imports': ['error', 'node:timers', 'node:timers/promises'],
    'no-restricted-properties': [
      'error', { object: 'process', property: 'nextTick' }, { object: 'AbortSignal', property: 'timeout' }
    ]
  }
}

export default tseslint.config(
  { ignores: [...resolveIgnoresFromGitignore(), 'test/packaging/fixtures/runners/*.ts'] },
  ...neostandard({ ts: true }),
  typed,
  lines,
  size,
  linear,
  redaction,
  timers
)
