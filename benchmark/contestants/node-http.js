// The lower limit: a constant body with the same headers as this package's probes.
import { createServer } from 'node:http'
import { HOST, listensOn } from './contestant.js'

const BODY = '{"status":"UP"}'
const HEADERS = {
  'cache-control': 'no-store, max-age=0, private',
  pragma: 'no-cache',
  expires: '0',
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(BODY)
}

const server = createServer((_request, response) => response.writeHead(200, HEADERS).end(BODY))
server.listen({ host: HOST, port: 0 }, () => listensOn(server.address().port, '/'))
