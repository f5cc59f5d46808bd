// Parts of an SVG that is readable in light and in dark.

/** Each color in light and in dark. Programs that ignore media queries show the light color. */
const COLORS = {
  paper: ['#ffffff', '#0d1117'],
  ink: ['#1f2328', '#f0f6fc'],
  soft: ['#59636e', '#9198a1'],
  line: ['#d1d9e0', '#3d444d'],
  box: ['#f6f8fa', '#151b23'],
  green: ['#1a7f37', '#3fb950'],
  'green-box': ['#dafbe1', '#12261e'],
  amber: ['#9a6700', '#d29922'],
  'amber-box': ['#fff8c5', '#272115'],
  blue: ['#0969da', '#4493f8'],
  'blue-box': ['#ddf4ff', '#121d2f'],
  red: ['#d1242f', '#f85149'],
  'red-box': ['#ffebe9', '#25171c']
} as const

export type Color = keyof typeof COLORS

/** A color that also has a background of the same tone. */
export type Tone = 'green' | 'amber' | 'blue' | 'red'

const FONT = "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"
const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"

export interface Picture {
  readonly width: number
  readonly height: number
  readonly title: string
  /** The content in words, for screen readers. */
  readonly description: string
  /** Further rules of style. */
  readonly css?: string
}

/** Writes a picture as a file, with a background of its own, so that no page can make it unreadable. */
export function picture ({ width, height, title, description, css = '' }: Picture, parts: readonly string[]): string {
  const names = Object.keys(COLORS) as Color[]
  const rules = (nth: 0 | 1): string => names.map((name) => {
    return `.f-${name}{fill:${COLORS[name][nth]}}.s-${name}{stroke:${COLORS[name][nth]}}`
  }).join('')
  const style = `text{font-family:${FONT}}.mono{font-family:${MONO}}` +
    `.halo{stroke-width:5;stroke-linejoin:round;paint-order:stroke}${rules(0)}` +
    `@media(prefers-color-scheme:dark){${rules(1)}}${css}`
  const size = { x: 0.5, y: 0.5, width: width - 1, height: height - 1 }
  const background = rect({ ...size, fill: 'paper', stroke: 'line', rx: 10 })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      'role="img" aria-labelledby="title description">',
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${style}</style>`,
    background,
    ...parts,
    '</svg>\n'
  ].join('\n')
}

export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly fill: Color
  readonly stroke?: Color
  readonly rx?: number
}

export function rect ({ x, y, width, height, fill, stroke, rx = 6 }: Rect): string {
  const colors = stroke === undefined ? `f-${fill}` : `f-${fill} s-${stroke}`
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${rx}" class="${colors}"/>`
}

export interface TextStyle {
  readonly color?: Color
  /** In pixels. Default: 14. */
  readonly size?: number
  readonly isBold?: boolean
  readonly isMono?: boolean
  /** Hides lines behind the text. */
  readonly hasHalo?: boolean
  readonly anchor?: 'start' | 'middle' | 'end'
}

/** Writes lines of text. `y` is the base line of the first. */
export function text (x: number, y: number, lines: string | readonly string[], style: TextStyle = {}): string {
  const { color = 'ink', size = 14, isBold = false, isMono = false, hasHalo = false, anchor = 'start' } = style
  const attributes = [
    `font-size="${size}"`,
    ...isBold ? ['font-weight="600"'] : [],
    ...anchor === 'start' ? [] : [`text-anchor="${anchor}"`],
    `class="f-${color}${isMono ? ' mono' : ''}${hasHalo ? ' halo s-paper' : ''}"`
  ].join(' ')
  return [lines].flat().map((line, nth) => {
    return `<text x="${x}" y="${y + nth * Math.round(size * 1.35)}" ${attributes}>${escaped(line)}</text>`
  }).join('\n')
}

export interface LineStyle {
  readonly color?: Color
  readonly width?: number
  readonly isDashed?: boolean
}

/** Draws a line through points. */
export function line (points: readonly Point[], style: LineStyle = {}): string {
  const { color = 'soft', width = 1.5, isDashed = false } = style
  const path = points.map(([x, y], nth) => `${nth === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  const dashes = isDashed ? ' stroke-dasharray="5 4"' : ''
  return `<path d="${path}" fill="none" stroke-width="${width}" stroke-linejoin="round"${dashes} class="s-${color}"/>`
}

export type Point = readonly [x: number, y: number]

const HEAD = { length: 9, width: 4.5 }

/** Draws a line with an arrowhead at its last point. */
export function arrow (points: readonly Point[], style: LineStyle = {}): string {
  const [before, end] = [points.at(-2), points.at(-1)]
  if (before === undefined || end === undefined) throw new Error('an arrow needs two points')
  const angle = Math.atan2(end[1] - before[1], end[0] - before[0])
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const base: Point = [end[0] - HEAD.length * cos, end[1] - HEAD.length * sin]
  const corner = (side: number): Point => [base[0] - side * HEAD.width * sin, base[1] + side * HEAD.width * cos]
  const corners = [end, corner(1), corner(-1)].map(([x, y]) => `${round(x)},${round(y)}`).join(' ')
  const shaft = line([...points.slice(0, -1), [round(base[0]), round(base[1])]], style)
  return `${shaft}\n<polygon points="${corners}" class="f-${style.color ?? 'soft'}"/>`
}

/** Draws a rounded label with text in its center. `x` and `y` are the center. */
export function pill (x: number, y: number, width: number, label: string, tone: Tone): string {
  return rect({ x: x - width / 2, y: y - 14, width, height: 28, fill: `${tone}-box`, stroke: tone, rx: 14 }) + '\n' +
    text(x, y + 5, label, { color: tone, isBold: true, anchor: 'middle' })
}

export function escaped (value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

function round (value: number): number {
  return Math.round(value * 10) / 10
}
