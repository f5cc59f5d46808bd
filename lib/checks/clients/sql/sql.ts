import type { CheckFunction } from '../../../health/check/check-function.js'
import { readyMade } from '../../kit/ready-made.js'
import type { Driver } from './driver.js'
import type { SqlSettings } from './sql-options.js'
import { SqlRunner } from './sql-runner.js'

/** Makes a check that queries a server for its version, on one of the app's own connections. */
export function sqlCheck<C extends object, P extends C> (driver: Driver<C, P>, settings: SqlSettings): CheckFunction {
  const runner = new SqlRunner(driver, settings)
  return readyMade(async (run) => await runner.run(run))
}
