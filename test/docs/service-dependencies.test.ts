import t from 'tap'
import { anyHealth } from '../../lib/checks/network/service-health.js'
import { healthUrl } from '../../lib/dependencies/address.js'
import { readPage } from './pages.js'
import { sectionOf, tablesIn } from './sections.js'

const page = await readPage('docs/service-dependencies.md')
const SERVICE = new URL('https://partner/health')

await t.test('every address of the table is completed as the page says', (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Addresses'))
  const pairs = rows.map(([address = '', url = '']) =>
    [lastCode(address), url === 'the address itself' ? lastCode(address) : lastCode(url)])
  t.ok(pairs.length >= 3)
  for (const [address = '', url = ''] of pairs) {
    t.equal(healthUrl('users', address, '', { scheme: 'http', prefix: '/z' }).href, url, address)
  }
  t.end()
})

await t.test('every status of the table is reported as the page says', (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Services of another make'))
  const words = rows.flatMap(([cell = '', reported = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, word = '']) => [word, firstCode(reported)] as const))
  t.ok(words.length >= 12)
  for (const [word, reported] of words) {
    const status = word === 'true' ? true : word
    t.match(anyHealth(SERVICE, { statusCode: 200, text: JSON.stringify({ status }) }), { status: reported }, word)
  }
  t.match(anyHealth(SERVICE, { statusCode: 200, text: '{"status":"broken"}' }), { status: 'DOWN' })
  t.match(anyHealth(SERVICE, { statusCode: 204, text: '' }), { status: 'UP' })
  t.end()
})

function firstCode (cell: string): string {
  return /`([^`]+)`/.exec(cell)?.[1] ?? ''
}

function lastCode (cell: string): string {
  return [...cell.matchAll(/`([^`]+)`/g)].at(-1)?.[1] ?? ''
}
