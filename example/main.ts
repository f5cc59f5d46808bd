import { endWithShell } from '../scripts/end-with-shell.js'
import { buildApp } from './app.js'

/** The inventory listens on the next port. */
const HIGHEST_PORT = 65_534

endWithShell()
try {
  await start(readPort(process.env['PORT'] ?? '3000'), process.env['HOST'] ?? '127.0.0.1')
} catch (error) {
  console.error(reasonOf(error))
  process.exit(1)
}

async function start (port: number, host: string): Promise<void> {
  const app = await buildApp({ logger: true, inventoryPort: port === 0 ? 0 : port + 1 })
  const address = await app.listen({ port, host })
  app.log.info(`the inventory is at ${app.inventory.address}/z`)
  app.log.info(`the status page is at ${address}/z/ui`)
  app.log.info(`the management endpoints are at ${address}/z`)
}

function readPort (text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= HIGHEST_PORT) return port
  throw new Error(`PORT must be a whole number from 0 to ${HIGHEST_PORT}, got ${JSON.stringify(text)}`)
}

function reasonOf (error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `port ${String(error.port)} is taken; set PORT to a port that is free, with the next port free too`
  }
  return error.message
}
