import { picture, text } from './svg.js'
import type { Color } from './svg.js'
import type { Step } from './session.js'

const [WIDTH, COLUMNS, SIZE, LINE] = [480, 56, 13, 20] as const
const [LEFT, TOP] = [16, 64]
/** The duration of each step, in seconds. */
const PACE = 0.9

interface Line {
  readonly text: string
  readonly color: Color
  /** The time at which the line appears, in seconds. */
  readonly at: number
}

/** Draws a terminal that shows the steps one after the other. Readers who prefer less motion see all at once. */
export function terminal (steps: readonly Step[]): string {
  const lines = steps.flatMap((step, nth) => linesOf(step, nth * PACE))
  return picture({
    width: WIDTH,
    height: TOP + lines.length * LINE,
    title: 'The example breaks and recovers',
    description: steps.map((step) => 'comment' in step ? step.comment : `$ ${step.command} ${step.output}`).join(' '),
    css: '@media(prefers-reduced-motion:no-preference){.step{animation:appear 1ms both}}' +
      '@keyframes appear{from{opacity:0}to{opacity:1}}'
  }, [...frame(), ...lines.map(draw)])
}

function frame (): readonly string[] {
  const colors: readonly Color[] = ['red', 'amber', 'green']
  return [
    ...colors.map((color, nth) => `<circle cx="${22 + nth * 18}" cy="22" r="5.5" class="f-${color}"/>`),
    text(WIDTH / 2, 27, 'bookshop', { color: 'soft', size: SIZE, anchor: 'middle' })
  ]
}

function linesOf (step: Step, at: number): readonly Line[] {
  if ('comment' in step) return [{ text: step.comment, color: 'soft', at }]
  return [
    ...wrapped(`$ ${step.command}`).map((text) => ({ text, color: 'ink' as const, at })),
    ...wrapped(step.output).map((text) => ({ text, color: colorOf(step.output), at: at + PACE / 2 }))
  ]
}

function colorOf (output: string): Color {
  return output.endsWith('503') ? 'red' : 'green'
}

/** Breaks a text after each line of a terminal, as a terminal does. */
function wrapped (output: string): readonly string[] {
  return output.match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? []
}

function draw ({ text: shown, color, at }: Line, nth: number): string {
  const style = at === 0 ? '' : ` style="animation-delay:${Math.round(at * 100) / 100}s"`
  return `<g class="step"${style}>${text(LEFT, TOP + nth * LINE, shown, { color, size: SIZE, isMono: true })}</g>`
}
