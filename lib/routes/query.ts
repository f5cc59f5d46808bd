/** The options in the query of a health request. */
export interface HealthQuery {
  readonly verbose: boolean
  readonly exclude: ReadonlySet<string>
}

const DEFAULTS: HealthQuery = { verbose: false, exclude: new Set() }

/**
 * Reads `?verbose` and `?exclude=NAME` from a URL, as the Kubernetes API server does. It does not use the app's
 * query parser, and ignores everything else.
 *
 * @see https://kubernetes.io/docs/reference/using-api/health-checks/
 */
export function readQuery (url = ''): HealthQuery {
  const start = url.indexOf('?')
  if (start === -1) return DEFAULTS
  const query = new URLSearchParams(url.slice(start))
  return {
    verbose: query.getAll('verbose').some((value) => value !== 'false'),
    exclude: new Set(query.getAll('exclude'))
  }
}
