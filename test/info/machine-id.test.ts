import t from 'tap'
import { hashedMachineId } from '../../lib/info/machine-id.js'
import { systemOf } from './fixtures/system-of.js'

const ID = '3d1219c7c4c5404aaa1f6d2a48adfda4'
/** Printed by `systemd-id128 machine-id --app-specific=c6d1462e049e440d968835b59731c0dc` on a host with that id. */
const HASH = '91073be3a56d4ad2a5e986e20ff326b4'

await t.test('hashedMachineId() returns the same hash as systemd-id128', async (t) => {
  t.equal(await hashedMachineId(systemOf(t.testdir({ etc: { 'machine-id': `${ID}\n` } }))), HASH)
})

await t.test('hashedMachineId() accepts capital letters, dashes and more lines', async (t) => {
  for (const content of [ID.toUpperCase(), `${ID}\nmore`, '3d1219c7-c4c5-404a-aa1f-6d2a48adfda4', ` ${ID} `]) {
    t.equal(await hashedMachineId(systemOf(t.testdir({ etc: { 'machine-id': content } }))), HASH, content)
  }
})

await t.test('hashedMachineId() reads the file of D-Bus when /etc has no valid id', async (t) => {
  const folder = t.testdir({
    etc: { 'machine-id': 'uninitialized\n' },
    var: { lib: { dbus: { 'machine-id': `${ID}\n` } } }
  })
  t.equal(await hashedMachineId(systemOf(folder)), HASH)
})

await t.test('hashedMachineId() returns undefined without a valid id', async (t) => {
  for (const id of ['', '\n', 'uninitialized\n', 'abc', '0'.repeat(32), 'g'.repeat(32), `${ID}0`]) {
    const folder = t.testdir({ etc: { 'machine-id': id } })
    t.equal(await hashedMachineId(systemOf(folder)), undefined, JSON.stringify(id))
  }
  t.equal(await hashedMachineId(systemOf(t.testdir())), undefined)
})
