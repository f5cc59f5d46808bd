import { arrow, line, picture, rect, text } from './svg.js'
import type { Color, Tone } from './svg.js'

const [WIDTH, HEIGHT] = [480, 632]
/** The horizontal position of each party. */
const KUBELET = 78
const SERVICE = 164
const BALANCER = 250
const APP = 336
const STATES = APP + 16
/** The vertical position of each event, from top to bottom. */
const TOP = 66
const SIGNAL = 136
const REMOVED = 200
const PROBE = 246
const LATE = 300
const OUT = 340
const DELAY_OVER = 386
const EXIT = 494
const KILL = 556
const END = 576

/** The sequence from SIGTERM to the end of the process. */
export function shutdown (): string {
  return picture({
    width: WIDTH,
    height: HEIGHT,
    title: 'Graceful shutdown, from SIGTERM to exit',
    description: 'At 0 s the kubelet sends SIGTERM. Readiness answers 503 at once, and liveness still 200. ' +
      'The Service removes the pod, and the load balancer reads 503 and stops sending. Late requests are answered. ' +
      'At 5 s, when the delay is over, the app accepts no new connections, answers the open requests and runs its ' +
      'onClose hooks. It exits at the latest at 15 s. At 30 s the kubelet would send SIGKILL.'
  }, [...parties(), ...before(), ...outOfService(), ...closing(), ...limits()])
}

function parties (): readonly string[] {
  const head = (x: number, ...label: readonly string[]): string => {
    return text(x, label.length === 1 ? 42 : 33, label, { isBold: true, anchor: 'middle' })
  }
  return [
    head(KUBELET, 'kubelet'),
    head(SERVICE, 'Service'),
    head(BALANCER, 'load', 'balancer'),
    head(APP, 'your app'),
    ...[KUBELET, SERVICE, BALANCER, APP].map((x) => line([[x, TOP], [x, END]], { color: 'line' })),
    bar(SERVICE, TOP, REMOVED, 'green'),
    bar(BALANCER, TOP, OUT, 'green'),
    bar(APP, TOP, SIGNAL, 'green'),
    bar(APP, SIGNAL, DELAY_OVER, 'amber'),
    bar(APP, DELAY_OVER, EXIT, 'blue')
  ]
}

function before (): readonly string[] {
  return [
    state(TOP + 26, 'green', 'in service', 'all probes 200'),
    message(SERVICE, APP, TOP + 38, '', 'green'),
    message(BALANCER, APP, TOP + 38, 'requests', 'green')
  ]
}

function outOfService (): readonly string[] {
  return [
    time(SIGNAL, '0 s'),
    message(KUBELET, APP, SIGNAL, 'SIGTERM', 'ink'),
    state(SIGNAL + 26, 'amber', 'out of service', 'readiness 503', 'liveness 200', 'still answers', 'everything'),
    text(SERVICE - 14, REMOVED - 14, ['removes', 'the pod'], { color: 'soft', anchor: 'end' }),
    message(BALANCER, APP, PROBE, 'probe', 'soft'),
    message(APP, BALANCER, PROBE + 20, '', 'amber'),
    text(BALANCER - 14, PROBE + 25, '503', { color: 'amber', isBold: true, hasHalo: true, anchor: 'end' }),
    message(BALANCER, APP, LATE, 'request', 'green'),
    message(APP, BALANCER, LATE + 20, '', 'green'),
    text(BALANCER - 14, LATE + 25, '200', { color: 'green', isBold: true, hasHalo: true, anchor: 'end' }),
    text(BALANCER - 14, OUT + 10, 'stops sending', { color: 'soft', hasHalo: true, anchor: 'end' })
  ]
}

function closing (): readonly string[] {
  const steps = ['accepts no new connections', 'answers open requests', 'runs the onClose hooks']
  return [
    time(DELAY_OVER, '5 s'),
    line([[KUBELET, DELAY_OVER], [APP - 8, DELAY_OVER]], { color: 'blue', width: 1, isDashed: true }),
    text((KUBELET + APP) / 2, DELAY_OVER - 6, 'the delay is over', { hasHalo: true, anchor: 'middle' }),
    state(DELAY_OVER + 26, 'blue', 'closing'),
    ...steps.map((step, nth) => text(APP - 16, DELAY_OVER + 24 + nth * 22, step, {
      color: 'soft', hasHalo: true, anchor: 'end'
    }))
  ]
}

function limits (): readonly string[] {
  return [
    time(EXIT, '≤ 15 s'),
    message(APP, KUBELET, EXIT, 'exits with 0', 'ink'),
    time(KILL, '30 s'),
    message(KUBELET, APP, KILL, 'SIGKILL, if it still runs', 'red', true),
    text(WIDTH / 2, HEIGHT - 18, 'delay 5 s + timeout 10 s < grace period 30 s', { color: 'soft', anchor: 'middle' })
  ]
}

function bar (x: number, from: number, to: number, tone: Tone): string {
  return rect({ x: x - 6, y: from, width: 12, height: to - from, fill: `${tone}-box`, stroke: tone, rx: 3 })
}

function time (y: number, label: string): string {
  return text(12, y + 5, label, { isBold: true })
}

/** Names a state of the app and its effects. */
function state (y: number, tone: Tone, name: string, ...effects: readonly string[]): string {
  return text(STATES, y, name, { color: tone, isBold: true }) + '\n' + text(STATES, y + 20, effects, { color: 'soft' })
}

/** Draws an arrow between two parties, with a label above. */
function message (from: number, to: number, y: number, label: string, color: Color, isDashed = false): string {
  const gap = from < to ? 8 : -8
  const shaft = arrow([[from + gap, y], [to - gap, y]], { color, isDashed })
  if (label === '') return shaft
  return `${shaft}\n` +
    text((from + to) / 2, y - 7, label, { color, isBold: true, hasHalo: true, anchor: 'middle' })
}
