import t from 'tap'
import { readPage, readPages } from './pages.js'
import type { Page } from './pages.js'

const README_LINES = 250

const pages = await readPages()

await t.test('every line of a page contains one whole sentence', (t) => {
  for (const page of pages) {
    const lines = linesOf(page)
    t.same(lines.filter(hasTwoSentences), [], `${page.path}: two sentences in one line`)
    const parts = lines.filter((line, index) => /^[a-z]/.test(line) && isProse(lines[index - 1] ?? ''))
    t.same(parts, [], `${page.path}: a sentence that continues in the next line`)
  }
  t.end()
})

await t.test('every page begins with a heading and a sentence', (t) => {
  for (const { path, text } of pages) t.match(text, /^# .+\n\n[A-Z[`].*[.:]\n/, path)
  t.end()
})

await t.test(`the README has at most ${README_LINES} lines`, async (t) => {
  const { text } = await readPage('README.md')
  t.ok(text.trimEnd().split('\n').length <= README_LINES)
})

/** The lines that people write, without code blocks and tables. Code, links and pictures are replaced by words. */
function linesOf ({ text }: Page): readonly string[] {
  const written = text.replace(/^<!-- (\w+) -->$[^]*?^<!-- end of \1 -->$/gm, '')
  const prose = written.replace(/^```[^]*?^```$/gm, '').replace(/<!--[^]*?-->/g, '').replace(/!\[[^\]]*\]/g, 'Picture')
  return prose.split('\n').filter((line) => !line.startsWith('|')).map((line) =>
    line.replace(/`[^`]*`/g, 'Code').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'))
}

/** A bold or linked term before a full stop counts as a heading: `- **Signals.** The app …`. */
function hasTwoSentences (line: string): boolean {
  return /[a-z)\d][.!?] +["(]?[A-Z]/.test(line.replace(/^\s*(?:\d+\.|-) /, '').replace(/\*\*[^*]*\*\*/g, ''))
}

function isProse (line: string): boolean {
  return line !== '' && !/^[#|>]/.test(line) && !/[.:!?]$/.test(line)
}
