import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The folder with the files for Prometheus and Grafana. */
export const folder = fileURLToPath(new URL('../../../example/monitoring/', import.meta.url))

export const alerts = `${folder}alerts.yml`

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[]
  readonly templating: { readonly list: readonly { readonly name: string }[] }
}

export async function dashboard (): Promise<Dashboard> {
  return JSON.parse(await readFile(`${folder}dashboard.json`, 'utf8')) as Dashboard
}

/** The queries of the dashboard for all jobs and instances. */
export async function dashboardQueries (): Promise<readonly string[]> {
  const { panels, templating } = await dashboard()
  const values: Readonly<Record<string, string>> = { __rate_interval: '1m' }
  const names = ['__rate_interval', ...templating.list.map(({ name }) => name)]
  return panels.flatMap(({ targets }) => targets).map(({ expr }) =>
    names.reduce((query, name) => query.replaceAll(`$${name}`, values[name] ?? '.*'), expr))
}
