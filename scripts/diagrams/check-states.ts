import { arrow, picture, pill, rect, text } from './svg.js'
import type { Tone } from './svg.js'

const [WIDTH, HEIGHT] = [480, 588]
const MIDDLE = WIDTH / 2
/** The boxes of the states: their left and right edge, and their height. */
const [LEFT, RIGHT, TALL] = [24, 426, 86]
/** The vertical position of each state. */
const UNKNOWN = 38
const PASSING = 112
const FAILING = 292
const PAUSED = 472
/** The horizontal position of the arrows down and up. */
const DOWN = 60
const UP = 260

/** The states of a check, and the runs that change them. */
export function checkStates (): string {
  return picture({
    width: WIDTH,
    height: HEIGHT,
    title: 'The states of a check',
    description: 'A check is UNKNOWN until its first run. A passed run makes it UP or DEGRADED: code 200. ' +
      'A failed run makes it DOWN or OUT_OF_SERVICE: code 503. After the first run, a passing check fails after ' +
      'failureThreshold failed runs in a row, and passes again after successThreshold passed runs in a row. ' +
      'After a timeout, the check pauses. Probes get DOWN at once, and a run in the background ends the pause.'
  }, [...unknown(), ...passing(), ...failing(), ...paused()])
}

function unknown (): readonly string[] {
  return [
    pill(MIDDLE, UNKNOWN, 110, 'UNKNOWN', 'blue'),
    arrow([[MIDDLE, UNKNOWN + 14], [MIDDLE, PASSING]]),
    text(MIDDLE - 12, UNKNOWN + 46, 'first run passes', { color: 'soft', anchor: 'end' }),
    arrow([[MIDDLE + 55, UNKNOWN], [452, UNKNOWN], [452, FAILING + TALL / 2], [RIGHT, FAILING + TALL / 2]]),
    text(444, UNKNOWN + 20, 'first run fails', { color: 'soft', anchor: 'end' })
  ]
}

function passing (): readonly string[] {
  return [
    box(PASSING, 'green', 'passing', 'code 200'),
    ...statuses(PASSING, 'green', 'UP', 'DEGRADED')
  ]
}

function failing (): readonly string[] {
  return [
    arrow([[DOWN, PASSING + TALL], [DOWN, FAILING]], { color: 'red' }),
    label(DOWN, FAILING - 52, 'failureThreshold', 'failed runs in a row'),
    arrow([[UP, FAILING], [UP, PASSING + TALL]], { color: 'green' }),
    label(UP, FAILING - 52, 'successThreshold', 'passed runs in a row'),
    box(FAILING, 'red', 'failing', 'code 503'),
    ...statuses(FAILING, 'red', 'OUT_OF_SERVICE', 'DOWN')
  ]
}

function paused (): readonly string[] {
  return [
    arrow([[DOWN, FAILING + TALL], [DOWN, PAUSED]], { color: 'amber' }),
    label(DOWN, PAUSED - 52, 'timeout', 'is over without a result'),
    arrow([[UP, PAUSED], [UP, FAILING + TALL]], { color: 'amber' }),
    text(UP + 12, PAUSED - 52, ['after the pause:', 'one run in background'], { color: 'soft' }),
    box(PAUSED, 'amber', 'pausing', 'code 503'),
    text(LEFT + 16, PAUSED + 52, [
      'Probes get DOWN at once and start no run.',
      'Each further timeout doubles the pause.'
    ])
  ]
}

function box (y: number, tone: Tone, name: string, code: string): string {
  return [
    rect({ x: LEFT, y, width: RIGHT - LEFT, height: TALL, fill: 'box', stroke: tone, rx: 10 }),
    text(LEFT + 16, y + 27, name, { color: tone, isBold: true, size: 15 }),
    text(RIGHT - 16, y + 27, code, { color: 'soft', anchor: 'end' })
  ].join('\n')
}

function statuses (y: number, tone: Tone, first: string, second: string): readonly string[] {
  const width = 178
  return [
    pill(LEFT + 16 + width / 2, y + 58, width, first, tone),
    pill(RIGHT - 16 - width / 2, y + 58, width, second, tone)
  ]
}

/** Names the option that limits a change, beside its arrow. */
function label (x: number, y: number, option: string, rest: string): string {
  return text(x + 12, y, option, { isMono: true, isBold: true }) + '\n' + text(x + 12, y + 19, rest, { color: 'soft' })
}
