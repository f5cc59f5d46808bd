import createError from '@fastify/error'

/** Every error that the app answers with; what caused one is logged, and none of a visitor's business. */
export const errors = {
  DatabaseUnavailable: createError<[reason: { readonly cause: unknown }]>('DATABASE_UNAVAILABLE', 'the database is not available, try again later', 503),
  InventoryUnavailable: createError<[reason: { readonly cause: unknown }]>('INVENTORY_UNAVAILABLE', 'the inventory is not available, try again later', 503),
  BookUnknown: createError<[id: number]>('BOOK_UNKNOWN', 'there is no book %s', 404)
}
