import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { System } from './system.js'
import { readTextFile } from '../base/text-file.js'

/**
 * The id of this package, for hashing. It must never change: all hosts would get new ids. All apps on one host share
 * their `host.id`, because the attribute names the host, not the app.
 */
const APPLICATION_ID = 'c6d1462e049e440d968835b59731c0dc'

const ID = /^[0-9a-f]{32}$/

/**
 * Reads machine-id(5), or the file of D-Bus, which is older, and returns a hash of the id. The id itself is
 * confidential: "the machine ID should be hashed with a cryptographic, keyed hash function, using a fixed,
 * application-specific key". Returns `undefined` if no file contains an id.
 *
 * `sd_id128_get_machine_app_specific()` returns the same hash. An administrator finds the host of a hash with
 * `systemd-id128 machine-id --app-specific=c6d1462e049e440d968835b59731c0dc`.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/machine-id.html
 * @see https://www.freedesktop.org/software/systemd/man/latest/sd_id128_get_machine.html
 */
export async function hashedMachineId (system: System): Promise<string | undefined> {
  const id = await readMachineId(system)
  return id === undefined ? undefined : hash(id)
}

async function readMachineId ({ root }: System): Promise<string | undefined> {
  for (const path of ['etc/machine-id', 'var/lib/dbus/machine-id']) {
    const [line = ''] = (await readTextFile(join(root, path)))?.trim().split('\n') ?? []
    const id = line.trim().toLowerCase().replaceAll('-', '')
    // An id of zeros only is unset, and so is `uninitialized`, which systemd writes before the first boot.
    if (ID.test(id) && !/^0+$/.test(id)) return id
  }
  return undefined
}

/** HMAC-SHA256 with the machine id as the key, shortened to a UUID of version 4 (RFC 9562, section 5.4). */
function hash (machineId: string): string {
  const bytes = createHmac('sha256', Buffer.from(machineId, 'hex')).update(Buffer.from(APPLICATION_ID, 'hex')).digest()
  bytes[6] = 0x40 | (bytes.readUInt8(6) & 0x0f)
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f)
  return bytes.toString('hex', 0, 16)
}
