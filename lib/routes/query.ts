/** What the query of a health request asks for. */
export interface HealthQuery {
  readonly verbose: boolean
  readonly exclude: ReadonlySet<string>
}

const NONE: HealthQuery = { verbose: false, exclude: new Set() }

/**
 * Reads `?verbose` and `?exclude=NAME` of a URL, as the Kubernetes API server has them, whatever the app makes of queries. What makes
 * no sense is ignored.
 *
 * @see https://kubernetes.io/docs/reference/using-api/health-checks/
 */
export function readQuery (url = ''): HealthQuery {
  const at = url.indexOf('?')
  if (at === -1) return NONE
  const query = new URLSearchParams(url.slice(at))
  return { verbose: query.getAll('verbose').some((value) => value !== 'false'), exclude: new Set(query.getAll('exclude')) }
}
