// Prints the Debian packages of the test servers that are not installed here, and of the programs that test the
// documentation: `apt-get install $(npm run --silent servers)`.
import { findBinary } from '../test/support/servers/binary.js'
import { servers } from '../test/support/servers/index.js'

const chromium = { packages: ['chromium'], programs: ['chromium'] }
const curl = { packages: ['curl'], programs: ['curl'] }
/** Debian's nginx without optional modules. It only checks a configuration. */
const nginx = { packages: ['nginx-light'], programs: ['nginx'] }
const missing = [...Object.values(servers), chromium, curl, nginx].filter(({ programs }) =>
  programs.some((program) => findBinary(program) === undefined)
)
console.log(missing.flatMap(({ packages }) => packages).join(' '))
