// Prints the Debian packages of the test servers that are not installed here, and of curl, which runs the commands of
// the documentation: `apt-get install $(npm run --silent servers)`.
import { findBinary } from '../test/support/servers/binary.js'
import { servers } from '../test/support/servers/index.js'

const curl = { packages: ['curl'], programs: ['curl'] }
const missing = [...Object.values(servers), curl].filter(({ programs }) =>
  programs.some((program) => findBinary(program) === undefined)
)
console.log(missing.flatMap(({ packages }) => packages).join(' '))
