import { lookup } from 'node:dns/promises'
import type { Server } from 'node:http'
import type { AddressInfo, ListenOptions } from 'node:net'
import { awaitOr } from '../../../base/attempt-or.js'

/**
 * Opens a server at an address. For `localhost`, opens one at each further address of this name too, as Fastify does.
 * If a further address is not available, it is left out.
 *
 * @throws the error of `server.listen()`
 */
export async function listenAll (create: () => Server, address: ListenOptions): Promise<readonly Server[]> {
  const first = await listening(create(), address)
  if (address.host !== 'localhost') return [first]
  const { address: used, port } = first.address() as AddressInfo
  const found = await awaitOr(async () => await lookup('localhost', { all: true }), [])
  const others = found.filter(({ address }) => address !== used)
  const opened = await Promise.all(others.map(async ({ address: host }) =>
    await awaitOr(async () => [await listening(create(), { ...address, host, port })], [])))
  return [first, ...opened.flat()]
}

async function listening (server: Server, address: ListenOptions): Promise<Server> {
  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
