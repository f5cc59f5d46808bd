/**
 * Returns what a function returns, or the fallback if the function throws.
 *
 * @example
 * attemptOr(() => JSON.parse('{'), undefined) // undefined
 */
export function attemptOr<T> (read: () => T, fallback: T): T {
  try {
    return read()
  } catch {
    return fallback
  }
}

/** Does the same for an asynchronous function: resolves with the fallback if the function throws or rejects. */
export async function awaitOr<T> (read: () => T | Promise<T>, fallback: T): Promise<T> {
  try {
    return await read()
  } catch {
    return fallback
  }
}
