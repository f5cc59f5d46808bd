import t from 'tap'
import { establishedIn } from './established.js'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'

/** The columns that the counting ignores. */
const REST = '00000000:00000000 00:00000000 00000000     0        0 1669 1 00000000426d664e 100 0 0 10 0'

/** A table as the kernel writes it. Each row is a local address, a remote address and a state. */
function table (...rows: readonly (readonly [string, string, string])[]): string {
  const lines = rows.map(
    ([local, remote, state], index) =>
      `${String(index).padStart(4)}: ${local} ${remote} ${state} ${REST}`
  )
  return [HEAD, ...lines, ''].join('\n')
}

const ONE = ['0100007F:5BA0', '0100007F:D27E', '01'] as const
const ANOTHER = ['0100007F:5BA0', '0100007F:D280', '01'] as const
const OWN_END = ['0100007F:D27E', '0100007F:5BA0', '01'] as const
const LISTENING = ['0100007F:5BA0', '00000000:0000', '0A'] as const
const CLOSED_BY_CLIENT = ['0100007F:5BA0', '0100007F:D282', '08'] as const
const PORT = 0x5BA0

t.equal(establishedIn(table(), PORT), 0, 'no connection')
t.equal(
  establishedIn(table(LISTENING, ONE, OWN_END, ANOTHER, CLOSED_BY_CLIENT), PORT),
  2,
  'open connections count at the end of the server'
)
t.equal(
  establishedIn(table(LISTENING, ONE, ONE, ANOTHER, ONE), PORT),
  2,
  'a connection that appears three times counts once'
)
t.equal(
  establishedIn(table(ONE, ['0100007F:05BA', '0100007F:D27E', '01']), 0x5ba),
  1,
  'a port with three hexadecimal digits is found'
)
