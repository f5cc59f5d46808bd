import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { fetchAnswer, portOf } from '../support/app.js'
import { ExampleProcess } from '../support/example-process.js'

/** An embedded Postgres takes seconds to open, and much longer on a busy machine. */
t.setTimeout(180_000)

const UP = { status: 200, body: { status: 'UP' } }
const DOWN = { status: 503, body: { status: 'DOWN' } }

await t.test('the example', async (t) => {
  const example = new ExampleProcess(t, { PORT: '0' })
  const address = await example.listening()
  t.beforeEach(async () => {
    await example.post('/mend/db')
    await example.post('/mend/inventory')
    await example.getUntil(200, '/z/health')
    await example.getUntil(200, '/z/health/startup')
  })

  await t.test('prints the address of the status page', async (t) => {
    const page = example.lines.map((line) => /the status page is at (\S+)"/.exec(line)?.[1]).find(Boolean)
    t.equal(page, `${address}/z/ui`)
    t.match(await fetchAnswer(page ?? ''), { status: 200, text: /<h1>Up</ })
  })

  await t.test('answers every endpoint when all is well', async (t) => {
    t.match(await example.get('/z'), { status: 200, body: { _links: { health: {}, info: {}, version: {} } } })
    for (const probe of ['startup', 'liveness', 'readiness', 'ping']) {
      t.match(await example.get(`/z/health/${probe}`), UP, probe)
    }
    t.match(await example.get('/z/health'), {
      status: 200,
      body: {
        status: 'UP',
        components: {
          migration: { status: 'UP' },
          db: { status: 'UP' },
          inventory: { status: 'UP', components: { shelves: { status: 'UP' } } }
        }
      }
    })
    t.match(await example.get('/z/info'), {
      status: 200,
      body: { app: { name: 'bookshop', version: '1.0.0' }, books: { count: 2 } }
    })
    t.match(await example.get('/z/version'), { status: 200, text: '1.0.0' })
    t.match(await example.get('/books/1/stock'), { status: 200, body: { copies: 3 } })
  })

  await t.test('with its database gone is not ready, says why, and is alive', async (t) => {
    const books = await example.get('/books')
    await example.post('/break/db')
    t.match(await example.get('/z/health/readiness'), DOWN)
    const reason = { status: 'DOWN', components: { db: { status: 'DOWN', details: { error: 'PGlite is closed' } } } }
    t.match(await example.get('/z/health/readiness?verbose'), { status: 503, body: reason })
    t.match(await example.get('/z/health'), { status: 503, body: reason })
    t.match(await example.get('/z/health/liveness'), UP)
    t.match(await example.get('/z/health/startup'), UP, 'startup is over')
    t.match(await example.get('/books'), { status: 503, body: { code: 'DATABASE_UNAVAILABLE' } })
    t.match(await example.get('/z/info'), {
      status: 200,
      body: { app: { name: 'bookshop' }, books: { error: 'unavailable' } }
    })

    await example.post('/mend/db')
    t.match(await example.getUntil(200, '/z/health/readiness'), UP)
    t.match(await example.getUntil(200, '/z/health'), { status: 200 })
    t.same((await example.get('/books')).body, books.body, 'with the books that it had')
  })

  await t.test('with its database hanging answers, and names the hang', async (t) => {
    await example.post('/hang/db')
    for (const [path, expected] of [
      ['/z/health/readiness', DOWN],
      ['/z/health', DOWN],
      ['/z/health/liveness', UP]
    ] as const) {
      t.match(await example.get(path), expected, path)
    }
    t.match(await example.get('/z/health/readiness?verbose'), {
      body: { components: { db: { details: { error: 'timed out after 800 ms' } } } }
    })
    t.match(await example.get('/books'), { status: 503, body: { code: 'DATABASE_UNAVAILABLE' } })

    await example.post('/mend/db')
    t.match(await example.getUntil(200, '/z/health/readiness'), UP)
    t.match(await example.get('/books'), { status: 200 })
  })

  await t.test('with the inventory gone is ready, but not well', async (t) => {
    await example.post('/break/inventory')
    t.match(await example.get('/z/health'), {
      status: 503,
      body: {
        status: 'DOWN',
        components: { db: { status: 'UP' }, inventory: { status: 'DOWN', details: { error: /ECONNREFUSED/ } } }
      }
    })
    t.match(await example.get('/z/health/inventory'), DOWN)
    t.match(await example.get('/z/health/readiness'), UP)
    t.match(await example.get('/z/health/liveness'), UP)
    t.match(await example.get('/books/1/stock'), { status: 503, body: { code: 'INVENTORY_UNAVAILABLE' } })
    t.match(await example.get('/books'), { status: 200 })

    await example.post('/mend/inventory')
    t.match(await example.getUntil(200, '/z/health'), UP)
    t.match(await example.get('/books/1/stock'), { status: 200 })
  })

  await t.test('with the inventory hanging names the hang', async (t) => {
    await example.post('/hang/inventory')
    t.match(await example.get('/z/health'), {
      status: 503,
      body: {
        components: { inventory: { status: 'DOWN', details: { error: /^GET .* failed: no answer within 720 ms$/ } } }
      }
    })
    t.match(await example.get('/z/health/readiness'), UP)
    t.match(await example.get('/books/1/stock'), { status: 503, body: { code: 'INVENTORY_UNAVAILABLE' } })

    await example.post('/mend/inventory')
    t.match(await example.getUntil(200, '/z/health'), UP)
    t.match(await example.get('/books/1/stock'), { status: 200 })
  })

  await t.test('closes on SIGTERM, even while all that it depends on hangs', async (t) => {
    await example.post('/hang/db')
    await example.post('/hang/inventory')
    const health = example.get('/z/health')
    example.kill('SIGTERM')
    await Promise.allSettled([health])
    t.match(await example.ending, { code: 0, signal: null, stderr: '' })
  })
})

await t.test('an invalid port ends the example with a message', async (t) => {
  await Promise.all(['http', '65535', ''].map(async (PORT) => {
    const { code, stderr } = await new ExampleProcess(t, { PORT }).ending
    t.equal(code, 1)
    t.equal(stderr, `PORT must be a whole number from 0 to 65534, got "${PORT}"\n`)
  }))
})

await t.test('a port that is taken ends the example with a message', async (t) => {
  const port = await takenPort(t)
  const { code, stderr } = await new ExampleProcess(t, { PORT: String(port) }).ending
  t.equal(code, 1)
  t.equal(stderr, `port ${port} is taken; set PORT to a port that is free, with the next port free too\n`)
})

/** Below the ports that the system assigns, because other tests use those and the next port must be free. */
async function takenPort (t: Test): Promise<number> {
  for (;;) {
    const server = createServer().listen(20_000 + Math.floor(Math.random() * 10_000), '127.0.0.1')
    t.teardown(() => server.close())
    if (await once(server, 'listening').then(() => true, () => false)) return portOf(server)
  }
}
