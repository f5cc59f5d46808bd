/**
 * A message of OpenSSL: a thread id, `error:CODE`, the library, the function, the reason, and perhaps the source file,
 * its line and the number of a TLS alert. Each part has a limit, so that a hostile text takes linear time.
 */
const MESSAGE = new RegExp([
  /(?:[0-9A-F]{6,32}:)?error:[0-9A-F]{8}:[^:\n]{0,100}:[^:\n]{0,100}:([^:\n]{1,200})/.source,
  /(?::[^:\n]{0,300}:\d{1,6}(?::SSL alert number \d{1,4})?:?\s{0,2})?/.source
].join(''), 'gi')

/**
 * Keeps only the reason of each OpenSSL message in a text.
 *
 * @example
 * withoutOpenssl('80BC2BB5:error:0A00010B:SSL routines::wrong version number:../x.c:350:') // 'wrong version number'
 */
export function withoutOpenssl (text: string): string {
  return text.includes('error:') ? text.replace(MESSAGE, '$1') : text
}
