// Draws what was simulated: outcomes as JSON on standard input, an SVG on standard output.
import { json } from 'node:stream/consumers'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'

const outcomes = await json(process.stdin)
const names = outcomes.map(({ name }) => name)
const color = { field: 'design', type: 'nominal', title: null, sort: names, legend: { orient: 'bottom', columns: 1, labelLimit: 400 } }
const size = { width: 360, height: 240 }

/** By rank: as many points as there are services would say no more. */
const requests = outcomes.flatMap(({ name, requests }) => {
  const sorted = requests.toSorted((a, b) => a - b)
  const step = Math.max(1, Math.floor(sorted.length / 100))
  return sorted.map((rate, rank) => ({ design: name, rate, rank: rank + 1 })).filter(({ rank }) => rank % step === 0)
})
/** Only where it changes, and the ends. */
const wrong = outcomes.flatMap(({ name, wrong }) => wrong
  .map((services, nth) => ({ design: name, services, seconds: nth / 10 }))
  .filter(({ services }, nth) => nth === wrong.length - 1 || services !== wrong[nth - 1]))

const spec = {
  background: 'white',
  hconcat: [
    {
      ...size,
      title: 'What reaches each service while all is well',
      data: { values: requests },
      mark: 'line',
      encoding: {
        x: { field: 'rank', type: 'quantitative', title: 'services, by how many requests reach them' },
        y: { field: 'rate', type: 'quantitative', scale: { type: 'log' }, title: 'requests per second' },
        color
      }
    },
    {
      ...size,
      title: 'Services that are seen as what they are not',
      data: { values: wrong },
      mark: { type: 'line', interpolate: 'step-after' },
      encoding: {
        x: { field: 'seconds', type: 'quantitative', title: 'seconds since a database has gone slow' },
        y: { field: 'services', type: 'quantitative', scale: { type: 'symlog' }, title: 'services' },
        color
      }
    }
  ]
}

process.stdout.write(await new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG())
