import type { TestClient } from './kind.js'
import { LineClient } from './line-client.js'
import { nodeProgram } from './node-program.js'
import type { Address } from './place.js'

/** An SMTP server of the package `smtp-server`, with one user. */
export const smtp = nodeProgram({ name: 'smtp', protocol: 'smtp', connect: open })

async function open (address: Address): Promise<TestClient> {
  const client = await LineClient.connect(address)
  const login = Buffer.from(`\0${address.user}\0${address.password}`).toString('base64')
  try {
    await client.expect(/^220 /)
    await client.ask('EHLO localhost', /^250 AUTH/m)
    await client.ask(`AUTH PLAIN ${login}`, /^235 /)
  } catch (error) {
    await client.close()
    throw error
  }
  return { ping: async () => await client.ask('NOOP', /^250 /), close: async () => await client.close() }
}
