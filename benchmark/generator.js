// Sends so many requests over so many connections, and says how that went.
import autocannon from 'autocannon'

process.on('message', ({ url, amount, connections, timeoutMs = 60_000 }) => {
  let lastAt = performance.now()
  const started = lastAt
  // It looks only so often, in milliseconds, whether all is done.
  const running = autocannon({ url, amount, connections, timeout: timeoutMs / 1_000, sampleInt: 10 }, (error, result) => {
    if (error) throw error
    const { errors, non2xx, latency } = result
    process.send({ unanswered: errors, not2xx: non2xx, perSecond: amount / (lastAt - started) * 1_000, slowestMs: latency.max })
  })
  running.on('response', () => { lastAt = performance.now() })
})
process.on('disconnect', () => process.exit())
