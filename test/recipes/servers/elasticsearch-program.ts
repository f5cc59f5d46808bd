// A double of Elasticsearch: a healthy cluster, whatever the request. The argument is its port.
import { createServer } from 'node:http'

const [port] = process.argv.slice(2)
const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }
createServer((_request, response) => response.writeHead(200, headers).end('{"status":"green"}'))
  .listen(Number(port), '127.0.0.1')
