import { access, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import t from 'tap'
import { readPage, readPages, ROOT } from './pages.js'
import type { Page } from './pages.js'

interface Link {
  readonly isPicture: boolean
  readonly text: string
  /** Empty for a link within the page. */
  readonly file: string
  readonly anchor: string
}

/** Pages that other pages link to. */
const NOT_LISTED = ['README.md', 'CODE_OF_CONDUCT.md']

const pages = await readPages()

await t.test('every relative link leads to a file, and to a heading if it has an anchor', async (t) => {
  const broken: string[] = []
  for (const page of pages) {
    for (const { file, anchor } of linksOf(page)) {
      const target = file === '' ? page.path : posix.join(posix.dirname(page.path), file)
      if (!await isThere(target, anchor)) broken.push(`${page.path}: ${file}${anchor === '' ? '' : `#${anchor}`}`)
    }
  }
  t.same(broken, [])
})

await t.test('every link of a packed page leads to a packed file', async (t) => {
  const { files } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { files: readonly string[] }
  t.ok(files.includes('docs/*.md') && files.includes('*.md'), 'npm packs the pages, without pictures')
  const isPacked = (path: string): boolean => path.endsWith('.md') ? /^(docs\/)?[^/]*$/.test(path) : path === 'LICENSE'
  for (const page of pages) {
    const targets = linksOf(page).filter(({ isPicture, file }) => !isPicture && file !== '')
    const paths = targets.map(({ file }) => posix.join(posix.dirname(page.path), file))
    t.same(paths.filter((path) => !isPacked(path)), [], page.path)
  }
})

await t.test('every picture has a text that can replace it, because npm does not pack pictures', (t) => {
  for (const page of pages) {
    const pictures = linksOf(page).filter(({ isPicture }) => isPicture)
    t.same(pictures.filter(({ text }) => text.length < 40).map(({ file }) => file), [], page.path)
  }
  t.end()
})

await t.test('no page has a link to a repository of this package, as it has none yet', (t) => {
  for (const { path, text } of pages) t.notMatch(text, /github\.com\/[\w-]+\/fastify-management-endpoints/, path)
  t.end()
})

await t.test('the README links to every page', async (t) => {
  const linked = new Set(linksOf(await readPage('README.md')).map(({ file }) => file))
  const others = pages.map(({ path }) => path).filter((path) => !NOT_LISTED.includes(path))
  t.same(others.filter((path) => !linked.has(path)), [])
})

function linksOf ({ text }: Page): readonly Link[] {
  const prose = text.replace(/^```[^]*?^```$/gm, '').replace(/`[^`\n]*`/g, 'code')
  return [...prose.matchAll(/(!?)\[((?:!\[[^\]]*\]\([^)]*\)|[^\]])*)\]\(([^)\s]+)\)/g)]
    .map(([, mark, text = '', target = '']) => {
      const [file = '', anchor = ''] = target.split('#')
      return { isPicture: mark === '!', text, file, anchor }
    })
    .filter(({ file }) => !/^(https?|mailto):/.test(file))
}

async function isThere (path: string, anchor: string): Promise<boolean> {
  try {
    await access(join(ROOT, path))
    return anchor === '' || anchorsOf(await readPage(path)).has(anchor)
  } catch {
    return false
  }
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf ({ text }: Page): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.replace(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const anchor = plain.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')
    let unique = anchor
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}
