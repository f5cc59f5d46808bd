import { flag } from '../base/rules.js'
import { overrides } from './rules.js'

/**
 * The endpoints that can be turned off.
 *
 * @see `docs/options.md#endpoints`
 */
export interface Endpoints {
  /**
   * Serves `/info`.
   *
   * @default true
   * @example { info: false }
   * @see `docs/options.md#endpoints`
   */
  readonly info?: boolean | undefined
  /**
   * Serves `/version`.
   *
   * @default true
   * @example { version: false }
   * @see `docs/options.md#endpoints`
   */
  readonly version?: boolean | undefined
  /**
   * Serves `/health` and `/health/NAME`.
   *
   * @default true
   * @example { health: false }
   * @see `docs/options.md#endpoints`
   */
  readonly health?: boolean | undefined
  /**
   * Serves `/history`.
   *
   * @default true
   * @example { history: false }
   * @see `docs/history.md`
   */
  readonly history?: boolean | undefined
  /**
   * Serves the status page `/ui`.
   *
   * @default true
   * @example { ui: false }
   * @see `docs/status-page.md`
   */
  readonly ui?: boolean | undefined
  /**
   * Serves links to the other endpoints at the prefix, unless the prefix is `/`.
   *
   * @default true
   * @example { links: false }
   * @see `docs/options.md#endpoints`
   */
  readonly links?: boolean | undefined
  /**
   * Serves `/metrics`, if the option `metrics` has a registry.
   *
   * @default true
   * @example { metrics: false }
   * @see `docs/options.md#endpoints`
   */
  readonly metrics?: boolean | undefined
}

const ENDPOINTS: Readonly<Record<keyof Endpoints, boolean>> =
  { info: true, version: true, health: true, history: true, ui: true, links: true, metrics: true }

/** The rule of the option `endpoints`. */
export const endpoints = overrides(ENDPOINTS, flag)
