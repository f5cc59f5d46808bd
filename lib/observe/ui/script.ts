/**
 * The script of the page. It requests the page every 5 s, and takes over the parts that have changed, so that a
 * selected text stays selected. The server has escaped every text, and a parsed document runs no scripts. Without an
 * answer the page stays, turns gray and says so. `skew` is the clock of the server minus the clock of the browser.
 */
export const SCRIPT = `'use strict'
const PERIOD = 5000
const LIMIT = 10000
const UNITS = [['d', 86400000], ['h', 3600000], ['min', 60000]]
const byId = (id, from = document) => from.getElementById(id)
const note = byId('note')
let skew = 0
let timer
let isBusy = false
let brokenAt
function lengthOf (ms) {
  const at = UNITS.findIndex(([, size]) => ms >= size)
  if (at < 0) return Math.max(0, Math.floor(ms / 1000)) + ' s'
  return UNITS.slice(at, at + 2).map(([unit, size]) => {
    const count = Math.floor(ms / size)
    ms -= count * size
    return count + ' ' + unit
  }).join(' ')
}
function write (element, text) {
  if (element && element.textContent !== text) element.textContent = text
}
function tick () {
  const now = Date.now()
  for (const element of document.querySelectorAll('[data-ago]')) {
    write(element, lengthOf(now + skew - element.dataset.ago))
  }
  write(byId('live'), brokenAt ? 'No answer for ' + lengthOf(now - brokenAt) : 'Live')
}
function copyAttributes (from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && name !== 'open') from.removeAttribute(name)
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value)
  }
}
function morph (from, to) {
  if (from.nodeType !== 1) {
    if (from.data !== to.data) from.data = to.data
    return
  }
  if (from.isEqualNode(to)) return
  copyAttributes(from, to)
  const known = new Map([...from.children].filter(({ id }) => id).map((child) => [child.id, child]))
  let at = from.firstChild
  for (const next of [...to.childNodes]) {
    const fits = at && !at.id && at.nodeName === next.nodeName
    const match = next.id ? known.get(next.id) : fits ? at : undefined
    if (!match) {
      from.insertBefore(document.importNode(next, true), at)
      continue
    }
    if (match === at) at = at.nextSibling
    else from.insertBefore(match, at)
    morph(match, next)
  }
  while (at) {
    const rest = at.nextSibling
    at.remove()
    at = rest
  }
}
function show (page) {
  const [from, to] = [byId('management'), byId('management', page)]
  if (!to) throw new Error('the answer is another page')
  const files = (of) => [...of.querySelectorAll('link[rel=stylesheet],script')].map((file) =>
    file.getAttribute('href') || file.getAttribute('src')).join()
  if (files(page) !== files(document)) return location.reload()
  skew = to.dataset.now - Date.now()
  const focused = document.activeElement
  morph(from, to)
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true })
  if (document.title !== page.title) write(byId('news'), page.title)
  document.title = page.title
  byId('icon').href = byId('icon', page).href
}
function fail (error) {
  brokenAt ||= Date.now()
  const since = new Date(brokenAt).toLocaleTimeString()
  const reason = error.name === 'TypeError' ? 'the app cannot be reached' : error.message
  write(note, 'No answer since ' + since + ': ' + reason + '. You see the last answer. The page tries again every ' +
    PERIOD / 1000 + ' seconds.')
  note.hidden = false
  document.body.className = 'stale'
  document.title = document.title.replace(/^[^:]*/, 'No answer')
}
async function refresh () {
  clearTimeout(timer)
  if (document.hidden || isBusy) return
  isBusy = true
  try {
    const { origin, pathname, search } = location
    const answer = await fetch(origin + pathname + search, { cache: 'no-store', signal: AbortSignal.timeout(LIMIT) })
    if (!answer.ok) throw new Error('HTTP ' + answer.status + (/40[13]/.test(answer.status) ? ', log in again' : ''))
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    brokenAt = undefined
    note.hidden = true
    document.body.className = ''
  } catch (error) {
    fail(error)
  }
  isBusy = false
  tick()
  timer = setTimeout(refresh, PERIOD)
}
skew = byId('management').dataset.now - Date.now()
tick()
setInterval(tick, 1000)
document.addEventListener('visibilitychange', refresh)
timer = setTimeout(refresh, PERIOD)
`
