const SLASH = '/'

/**
 * Removes the slashes at the end of a path. Reads each slash once: the expression `/\/+$/` would start again at each
 * slash of a long row in the middle.
 */
export function withoutTrailingSlashes (path: string): string {
  let end = path.length
  while (end > 0 && path[end - 1] === SLASH) end -= 1
  return path.slice(0, end)
}

/** Gives a path one slash at its start. An address that starts with two slashes names a host. */
export function withOneLeadingSlash (path: string): string {
  let start = 0
  while (path[start] === SLASH) start += 1
  return SLASH + path.slice(start)
}
