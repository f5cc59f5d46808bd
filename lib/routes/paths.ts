import type { Settings } from '../options/settings.js'

/** Whether the prefix itself has links. Where it is `/`, that path is the app's own. */
export function hasLinks ({ endpoints, prefix }: Settings): boolean {
  return endpoints.links && prefix !== '/'
}

/** The paths of the routes that are on, below the prefix. */
export function pathsOf (settings: Settings): readonly string[] {
  const probes = [...settings.kinds].filter((kind) => kind !== 'health').map((kind) => `/health/${kind}`)
  const reports = (['health', 'info', 'version'] as const).filter((name) => settings.endpoints[name]).map((name) => `/${name}`)
  return [...probes, '/health/ping', '/health/*', ...reports, ...hasLinks(settings) ? ['', '/'] : []]
}
