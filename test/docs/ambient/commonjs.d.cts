// The package as `require()` returns it: the plugin function, with the other exports as properties.
import { errors, management as plugin } from '../../../lib/index.js'

declare function management (...args: Parameters<typeof plugin>): ReturnType<typeof plugin>

declare namespace management {
  export { errors, plugin as default, plugin as management }
}

export = management
