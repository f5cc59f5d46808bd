import { Session } from 'node:inspector'
import type { Debugger } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { attemptOr } from '../../../base/attempt-or.js'
import type { Blocker } from '../messages.js'

/** Frames of Node, of code without a file, and of this package are not the app's. */
const FOREIGN = /^(?:node:|$)|\/fastify-management-endpoints\/(?:dist|lib)\//

const LONGEST_NAME = 100

/** The parts of an inspector session that the search uses. */
export interface MainThreadSession extends Pick<Session, 'disconnect'> {
  connectToMainThread (): void
  on (event: 'Debugger.scriptParsed', listener: (message: { readonly params: Script }) => void): unknown
  on (event: 'Debugger.paused', listener: (message: { readonly params: Pause }) => void): unknown
  post (method: 'Debugger.enable' | 'Debugger.pause' | 'Debugger.resume' | 'Debugger.disable', done?: Done): void
}

type Done = (error: Error | null) => void
type Script = Pick<Debugger.ScriptParsedEventDataType, 'scriptId' | 'url'>
type Pause = Pick<Debugger.PausedEventDataType, 'reason' | 'callFrames' | 'hitBreakpoints'>

/**
 * Finds the function that blocks the main thread. Pauses the main thread for a moment, and reads its stack. The pause
 * does not interrupt native code, for example of `node:crypto`: it waits until that returns to the function of the app.
 * Resolves to `undefined` if Node cannot tell, or if another debugger has paused the main thread.
 *
 * @see https://nodejs.org/api/inspector.html#sessionconnecttomainthread
 * @see https://chromedevtools.github.io/devtools-protocol/v8/Debugger/
 */
export async function findBlocker (
  newSession: () => MainThreadSession = () => new Session()
): Promise<Blocker | undefined> {
  const session = attemptOr(() => connected(newSession()), undefined)
  return session === undefined ? undefined : await new Search(session).run()
}

function connected (session: MainThreadSession): MainThreadSession {
  session.connectToMainThread()
  return session
}

class Search {
  readonly #session: MainThreadSession
  /** Set when the main thread handles the requests of this session. An earlier pause belongs to another debugger. */
  #isPausing = false
  #isOver = false
  /** The URLs of all scripts. Frames contain only the ids. */
  readonly #urls = new Map<string, string>()
  #end = (_blocker: Blocker | undefined): void => undefined

  constructor (session: MainThreadSession) {
    this.#session = session
  }

  async run (): Promise<Blocker | undefined> {
    const found = new Promise<Blocker | undefined>((resolve) => { this.#end = resolve })
    this.#session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => this.#urls.set(scriptId, url))
    this.#session.on('Debugger.paused', ({ params }) => {
      const isFirst = !this.#isOver
      this.#isOver = true
      if (isFirst) this.#end(this.#read(params))
    })
    // Both at once: after native code the main thread handles them together, before its function goes on.
    this.#session.post('Debugger.enable', (error) => {
      if (error === null) this.#isPausing = true
      else this.#end(undefined)
    })
    this.#session.post('Debugger.pause')
    const blocker = await found
    this.#session.post('Debugger.disable')
    this.#session.disconnect()
    return blocker
  }

  /** Reads the stack, and lets the main thread go on. Does not end the pause of another debugger. */
  #read ({ reason, callFrames, hitBreakpoints }: Pause): Blocker | undefined {
    if (!this.#isPausing || reason !== 'other' || (hitBreakpoints ?? []).length > 0) return undefined
    this.#session.post('Debugger.resume')
    const frames = callFrames.map((frame) => ({ ...frame, url: this.#urls.get(frame.location.scriptId) ?? '' }))
    const own = frames.find(({ url }) => !FOREIGN.test(url))
    return own && {
      function: own.functionName.slice(0, LONGEST_NAME),
      file: attemptOr(() => fileURLToPath(own.url), own.url),
      line: own.location.lineNumber + 1
    }
  }
}
