import { createServer } from 'node:http'
import { createTerminus } from '@godaddy/terminus'
import { HOST, check, listensOn } from './contestant.js'

const server = createServer((_request, response) => response.end())
createTerminus(server, { healthChecks: { '/healthcheck': async () => { await check?.() } } })
server.listen({ host: HOST, port: 0 }, () => listensOn(server.address().port, '/healthcheck'))
