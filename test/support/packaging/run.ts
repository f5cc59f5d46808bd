import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Shorter than the limit of a test, so that the failure shows the output, and no program outlives its test. */
const LIMIT_MS = 570_000

/** Runs a program without the variables that a test runner sets. Rejects with all of its output. */
export async function run (program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const limits = { maxBuffer: 64 * 1024 * 1024, timeout: LIMIT_MS, killSignal: 'SIGKILL' } as const
    const { stdout } = await execute(program, args, { cwd, env: cleanEnvironment(), ...limits })
    return stdout
  } catch (error) {
    throw new Error(`${[program, ...args].join(' ')} failed in ${cwd}\n${outputOf(error)}`, { cause: error })
  }
}

/** Runs the npm that started this process, otherwise the npm on the path. */
export async function npm (args: readonly string[], cwd: string): Promise<string> {
  const cli = process.env['npm_execpath']
  const quiet = [...args, '--no-audit', '--no-fund', '--prefer-offline']
  return cli?.endsWith('npm-cli.js') === true
    ? await run(process.execPath, [cli, ...quiet], cwd)
    : await run('npm', quiet, cwd)
}

function cleanEnvironment (): NodeJS.ProcessEnv {
  const ofTheRunner =
    /^(TAP|_TAPJS|TS_NODE|NODE_OPTIONS$|NODE_V8_COVERAGE$|npm_(package|lifecycle|command|config_(local_)?prefix))/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTheRunner.test(name)))
}

function outputOf (error: unknown): string {
  const { stdout = '', stderr = '', message = '' } = error as { stdout?: string, stderr?: string, message?: string }
  return `${stdout}${stderr}` || message
}
