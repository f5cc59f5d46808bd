import type { FastifyPluginCallback } from 'fastify'
import Type from 'typebox'
import type { Static } from 'typebox'
import { errors } from '../errors.js'
import { Stock } from '../inventory.js'

const BookDraft = Type.Object({ title: Type.String({ minLength: 1 }), author: Type.String({ minLength: 1 }) })
const StoredBook = Type.Object({ id: Type.Integer(), ...BookDraft.properties })
const Params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }) })

type Draft = Static<typeof BookDraft>
type Book = Static<typeof StoredBook>

/** How long a visitor waits for the inventory, in milliseconds. */
const INVENTORY_TIMEOUT_MS = 1_000

/** The shop itself. If a dependency is unavailable, it answers 503, never 500. */
export const books: FastifyPluginCallback = (fastify, _options, done) => {
  const { db, inventory, management } = fastify

  fastify.get('/books', { schema: { response: { 200: Type.Array(StoredBook) } } },
    async () => await db.query<Book>('SELECT id, title, author FROM books ORDER BY id'))

  fastify.post<{ Body: Draft }>(
    '/books',
    { schema: { body: BookDraft, response: { 201: StoredBook } } },
    async ({ body }, reply) => {
      const [book] = await db.query<Book>(
        'INSERT INTO books (title, author) VALUES ($1, $2) RETURNING id, title, author',
        body.title,
        body.author
      )
      return await reply.code(201).send(book)
    }
  )

  fastify.get<{ Params: Static<typeof Params> }>(
    '/books/:id/stock',
    { schema: { params: Params, response: { 200: Stock } } },
    async ({ params: { id } }) => {
      const found = await db.query('SELECT 1 FROM books WHERE id = $1', id)
      if (found.length === 0) throw new errors.BookUnknown(id)
      return await stockOf(inventory.address, id)
    }
  )

  management.addInfo('books', async () => ({ count: (await db.query('SELECT 1 FROM books')).length }))
  done()
}

async function stockOf (address: string, id: number): Promise<unknown> {
  try {
    const response = await fetch(`${address}/stock/${id}`, { signal: AbortSignal.timeout(INVENTORY_TIMEOUT_MS) })
    if (!response.ok) throw new Error(`the inventory answered ${response.status}`)
    return await response.json()
  } catch (cause) {
    throw new errors.InventoryUnavailable({ cause })
  }
}
