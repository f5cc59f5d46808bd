import { arrow, picture, pill, rect, text } from './svg.js'
import type { Tone } from './svg.js'

const [WIDTH, HEIGHT] = [480, 560]
const FIRST = 66
const STEP = 132
const TALL = 84
/** The left and right edge of the questions, and the center of the kinds. */
const [LEFT, RIGHT, KIND] = [20, 286, 394]

interface Question {
  readonly question: readonly string[]
  readonly kind: string
  readonly tone: Tone
  readonly effect: string
  readonly example: string
}

const QUESTIONS: readonly Question[] = [
  {
    question: ['Does only a restart', 'of this process help?'],
    kind: 'liveness',
    tone: 'red',
    effect: 'restarts the container',
    example: 'never a database'
  },
  {
    question: ['Does it only matter', 'until the app has started?'],
    kind: 'startup',
    tone: 'blue',
    effect: 'waits until it passes',
    example: 'migration, cold cache'
  },
  {
    question: ['Is the app useless without it,', 'so that traffic must stay away?'],
    kind: 'readiness',
    tone: 'amber',
    effect: 'stops the traffic',
    example: 'its own database'
  }
]

/** The questions that lead to the kind of a check. */
export function kinds (): string {
  const answers = QUESTIONS.map(({ question, kind, example }) => `${question.join(' ')} Yes: ${kind} (${example}).`)
  return picture({
    width: WIDTH,
    height: HEIGHT,
    title: 'How to choose the kind of a check',
    description: `${answers.join(' ')} Otherwise: health (shown, without effect).`
  }, [
    text(LEFT, 38, 'The check fails. What should Kubernetes do?', { isBold: true, size: 16 }),
    ...QUESTIONS.flatMap(draw),
    ...otherwise(FIRST + QUESTIONS.length * STEP)
  ])
}

function draw ({ question, kind, tone, effect, example }: Question, nth: number): readonly string[] {
  const y = FIRST + nth * STEP
  const middle = y + TALL / 2
  return [
    rect({ x: LEFT, y, width: RIGHT - LEFT, height: TALL, fill: 'box', stroke: 'line', rx: 10 }),
    text(LEFT + 16, middle - 5, question, { size: 15 }),
    arrow([[RIGHT, middle], [KIND - 64, middle]], { color: tone }),
    text(RIGHT + 18, middle - 8, 'yes', { color: tone, isBold: true, anchor: 'middle' }),
    pill(KIND, middle, 124, kind, tone),
    text(KIND, middle + 33, effect, { size: 13, anchor: 'middle' }),
    text(KIND, middle + 51, example, { color: 'soft', size: 13, anchor: 'middle' }),
    arrow([[LEFT + 60, y + TALL], [LEFT + 60, y + STEP]]),
    text(LEFT + 72, y + TALL + 29, 'no')
  ]
}

function otherwise (y: number): readonly string[] {
  return [
    pill(LEFT + 60, y + 14, 120, 'health', 'green'),
    text(LEFT + 134, y + 19, 'shown at /health, no effect', { color: 'soft' }),
    text(LEFT, HEIGHT - 20, 'A check can have several kinds.', { color: 'soft' })
  ]
}
