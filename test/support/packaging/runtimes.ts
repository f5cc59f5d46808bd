import { packagedBinary } from './binary.js'

/** The newest versions that the tests know. */
const BUN = '1.4.5'
const DENO = '2.9.6'

/** A runtime besides Node. */
export interface OtherRuntime {
  /** As in `process.runtime.name`. */
  readonly name: 'bun' | 'deno'
  readonly version: string
  /** Arguments before the file. */
  readonly args: readonly string[]
  readonly binary: () => Promise<string | undefined>
}

export const OTHER_RUNTIMES: readonly OtherRuntime[] = [
  {
    name: 'bun',
    version: BUN,
    args: [],
    binary: async () => await packagedBinary({
      packageName: `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`,
      version: BUN,
      executable: 'bin/bun',
      home: `bun-${BUN}`
    })
  },
  {
    name: 'deno',
    version: DENO,
    // The example imports `./app.js` and means `app.ts`, as TypeScript does.
    args: ['run', '--allow-all', '--node-modules-dir=manual', '--no-lock', '--unstable-sloppy-imports'],
    binary: async () => await packagedBinary({
      packageName: `@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`,
      version: DENO,
      executable: 'deno',
      home: `deno-${DENO}`
    })
  }
]
