import createError from '@fastify/error'

/** Every error that the app sends to a visitor. The log has the cause; the visitor does not see it. */
export const errors = {
  DatabaseUnavailable: createError<[reason: { readonly cause: unknown }]>(
    'DATABASE_UNAVAILABLE',
    'the database is not available, try again later',
    503
  ),
  InventoryUnavailable: createError<[reason: { readonly cause: unknown }]>(
    'INVENTORY_UNAVAILABLE',
    'the inventory is not available, try again later',
    503
  ),
  BookUnknown: createError<[id: number]>('BOOK_UNKNOWN', 'there is no book %s', 404)
}
