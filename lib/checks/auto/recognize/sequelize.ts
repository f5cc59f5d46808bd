import { peekKeys, peekMethods } from '../../../base/passive.js'
import type { Recognizer } from '../recognizer.js'

/** The parts of a Sequelize instance that the check uses. */
interface Sequelize {
  authenticate (options: { readonly logging: false, readonly useMaster: true }): PromiseLike<unknown>
}

/** An instance of Sequelize. `authenticate()` sends the query of its dialect, here to the primary. */
export const sequelizeRecognizer: Recognizer = {
  type: 'sequelize',
  decorators: { sequelize: 'sequelize' },
  classes: ['Sequelize'],
  fits: (value) => peekMethods(value, 'authenticate', 'query', 'define', 'transaction', 'getQueryInterface') &&
    peekKeys(value, 'options', 'models'),
  async load () {
    const { resolves } = await import('../../work/resolves.js')
    return (client) => resolves(async () => {
      await (client as Sequelize).authenticate({ logging: false, useMaster: true })
    }, { waitsFor: 'Sequelize' })
  }
}
