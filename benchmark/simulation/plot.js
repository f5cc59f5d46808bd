// Draws the results of the simulation: reads outcomes as JSON from standard input, and writes an SVG.
import { json } from 'node:stream/consumers'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'

const outcomes = await json(process.stdin)
const names = outcomes.map(({ name }) => name)
const legend = { orient: 'bottom', columns: 1, labelLimit: 400 }
const color = { field: 'design', type: 'nominal', title: null, sort: names, legend }
const size = { width: 360, height: 240 }

/** The requests by rank, at most about 100 points per design. */
const requests = outcomes.flatMap(({ name, requests }) => {
  const sorted = requests.toSorted((a, b) => a - b)
  const step = Math.max(1, Math.floor(sorted.length / 100))
  return sorted.map((rate, rank) => ({ design: name, rate, rank: rank + 1 })).filter(({ rank }) => rank % step === 0)
})
/** The points at which the number of services changes, and the last point. */
const wrong = outcomes.flatMap(({ name, wrong }) => wrong
  .map((services, nth) => ({ design: name, services, seconds: nth / 10 }))
  .filter(({ services }, nth) => nth === wrong.length - 1 || services !== wrong[nth - 1]))

const spec = {
  background: 'white',
  hconcat: [
    {
      ...size,
      title: 'Requests to each service before a database is slow',
      data: { values: requests },
      mark: 'line',
      encoding: {
        x: { field: 'rank', type: 'quantitative', title: 'services, ordered by their requests' },
        y: { field: 'rate', type: 'quantitative', scale: { type: 'log' }, title: 'requests per second' },
        color
      }
    },
    {
      ...size,
      title: 'Services with a wrong status',
      data: { values: wrong },
      mark: { type: 'line', interpolate: 'step-after' },
      encoding: {
        x: { field: 'seconds', type: 'quantitative', title: 'seconds after a database has become slow' },
        y: { field: 'services', type: 'quantitative', scale: { type: 'symlog' }, title: 'services' },
        color
      }
    }
  ]
}

process.stdout.write(await new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG())
