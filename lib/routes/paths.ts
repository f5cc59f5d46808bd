import type { PrometheusRegistry } from '../options/metrics-option.js'
import type { Settings } from '../options/settings.js'

/** Whether the prefix itself answers with links. If the prefix is `/`, that path belongs to the app. */
export function hasLinks ({ endpoints, prefix }: Settings): boolean {
  return endpoints.links && prefix !== '/'
}

/** The registry that `/metrics` serves: the first in the option `metrics`. */
export function servedRegistry ({ endpoints, metrics }: Settings): PrometheusRegistry | undefined {
  return endpoints.metrics ? metrics.flatMap((target) => 'registry' in target ? [target.registry] : [])[0] : undefined
}

/** The paths of the enabled routes, without the prefix. */
export function pathsOf (settings: Settings): readonly string[] {
  const probes = [...settings.kinds].filter((kind) => kind !== 'health').map((kind) => `/health/${kind}`)
  const reports = (['health', 'history', 'ui', 'info', 'version'] as const).filter((name) => settings.endpoints[name])
  const metrics = servedRegistry(settings) === undefined ? [] : ['/metrics']
  const links = hasLinks(settings) ? ['', '/'] : []
  return [...probes, '/health/ping', '/health/*', ...reports.map((name) => `/${name}`), ...metrics, ...links]
}
