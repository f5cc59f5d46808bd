// Runs an HTTP server as its own process. The arguments are its port, user and password. It answers each request with
// the last answer that it was given by PUT. At first that is the health of an OpenSearch cluster.
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { GREEN } from './http-double.js'
import type { HttpAnswer } from './http-double.js'

const [port, user = '', password = ''] = process.argv.slice(2)
const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

let answer: HttpAnswer = GREEN

const server = createServer((request, response) => {
  const isKnown = request.headers.authorization === authorization
  const reply = ({ statusCode, body }: HttpAnswer): void => {
    response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  if (!isKnown) response.writeHead(401, { 'content-type': 'text/plain' }).end('Unauthorized')
  else if (request.method !== 'PUT') reply(answer)
  else {
    void json(request).then((next) => {
      answer = next as HttpAnswer
      reply({ statusCode: 200, body: {} })
    })
  }
})
server.listen(Number(port), '127.0.0.1')
