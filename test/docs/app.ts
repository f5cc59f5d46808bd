import { join } from 'node:path'
import type { Test } from 'tap'
import { Program } from '../support/process.js'
import { freePort } from '../support/servers/free-port.js'
import { missing, startServer } from '../support/servers/index.js'
import type { TestServer } from '../support/servers/index.js'
import type { Block } from './pages.js'

/** An app that a page shows, in its own process. */
export interface PageApp {
  readonly program: Program
  /** The free port for each port that the page shows. */
  readonly ports: ReadonlyMap<string, string>
  /** The database of an app that reads `DATABASE_URL`. */
  readonly database: TestServer | undefined
}

/** Returns why the app of a block cannot start here, or `false` if it can. */
export function missingFor (block: Block): string | false {
  return usesDatabase(block) && missing('postgres')
}

/** Runs the app of a block on free ports. It ends with the test. */
export async function startPageApp (t: Test, block: Block): Promise<PageApp> {
  const ports = new Map<string, string>()
  for (const [, port = ''] of block.text.matchAll(/\bport: (\d+)/g)) ports.set(port, String(await freePort()))
  const text = block.text.replace(/\bport: (\d+)/g, (all, port: string) => `port: ${ports.get(port) ?? all}`)
  const name = block.language === 'js' && /\brequire\(/.test(text) ? 'app.cts' : 'app.ts'
  // The folder is inside the project, so that the app can import its packages.
  const folder = t.testdir({ [name]: text.replaceAll("'0.0.0.0'", "'127.0.0.1'") })
  const database = usesDatabase(block) ? await startServer(t, 'postgres') : undefined
  const env = database === undefined ? {} : { DATABASE_URL: database.url }
  const program = new Program(t, join(folder, name), env)
  await program.waitForLine(/listening at (http:\/\/127[\d.]+:\d+)/)
  return { program, ports, database }
}

function usesDatabase ({ text }: Block): boolean {
  return text.includes('DATABASE_URL')
}
