// Sends a number of requests over a number of connections, and returns the result to the parent process.
import autocannon from 'autocannon'

process.on('message', ({ url, amount, connections, timeoutMs = 60_000, rate }) => {
  let lastAt = performance.now()
  const started = lastAt
  // autocannon checks every `sampleInt` milliseconds whether all requests are done.
  const options = { url, amount, connections, timeout: timeoutMs / 1_000, sampleInt: 10, overallRate: rate }
  const running = autocannon(options, (error, result) => {
    if (error) throw error
    const { errors, non2xx, latency } = result
    const perSecond = amount / (lastAt - started) * 1_000
    process.send({ unanswered: errors, not2xx: non2xx, perSecond, slowestMs: latency.max })
  })
  running.on('response', () => { lastAt = performance.now() })
})
process.on('disconnect', () => process.exit())
