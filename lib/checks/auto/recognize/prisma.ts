import { hasProperties, peek, peekMethods } from '../../../base/passive.js'
import type { Recognizer } from '../recognizer.js'

/** The parts of a Prisma client that the check uses. */
interface Prisma {
  $queryRawUnsafe (sql: string): PromiseLike<unknown>
  $runCommandRaw (command: object): PromiseLike<unknown>
}

/** `$extends()` can be called on an extended client. */
const MOST_EXTENSIONS = 50

/**
 * A Prisma client. It is a proxy, so the own fields of its target are the hints: a proxy may connect when its methods
 * are read. The check uses the client without extensions, so that an extension cannot change the query.
 */
export const prismaRecognizer: Recognizer = {
  type: 'prisma',
  decorators: { prisma: 'prisma' },
  isProxy: true,
  fits: (value) => originalOf(value) !== undefined,
  parts: (client) => {
    const original = originalOf(client)
    return [original, peek(original, '_engineConfig', 'adapter', 'externalPool')]
  },
  async load () {
    const { resolves } = await import('../../work/resolves.js')
    return (client) => resolves(async () => await query(originalOf(client) as Prisma), { waitsFor: 'Prisma' })
  }
}

async function query (prisma: Prisma): Promise<unknown> {
  if (peek(prisma, '_activeProvider') === 'mongodb') return await prisma.$runCommandRaw({ ping: 1 })
  return await prisma.$queryRawUnsafe('SELECT 1')
}

/** Returns the client that `new PrismaClient()` has made, below its proxy and its extensions. */
function originalOf (client: unknown): object | undefined {
  let extended = client
  for (let count = 0; count < MOST_EXTENSIONS; count++) {
    const original = peek(extended, '_originalClient')
    if (hasProperties(original)) return isPrisma(original) ? original : undefined
    extended = peek(extended, '_appliedParent')
  }
  return undefined
}

function isPrisma (value: object): boolean {
  return typeof peek(value, '_activeProvider') === 'string' && typeof peek(value, '_clientVersion') === 'string' &&
    peekMethods(value, '$queryRawUnsafe', '$connect', '$disconnect')
}
