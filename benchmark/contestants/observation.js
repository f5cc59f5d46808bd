// The options of this package without its page and history endpoint, with both as by default, or with metrics too.
import { Registry } from 'prom-client'

export const OBSERVATION = {
  off: { endpoints: { history: false, ui: false } },
  page: {},
  metrics: { metrics: new Registry() }
}
