/**
 * The script of the page. It requests the page again every 5 s, and takes over its content. The server has escaped
 * every text, and a parsed document runs no scripts.
 */
export const SCRIPT = `'use strict'
const byId = (id, from = document) => from.getElementById(id)
let timer
function keepState (from, to) {
  for (const { id } of from.querySelectorAll('details[open][id]')) {
    const details = to.querySelector('#' + CSS.escape(id))
    if (details) details.open = true
  }
}
function show (page) {
  const [from, to] = [byId('content'), byId('content', page)]
  if (!to) throw new Error('no page')
  keepState(from, to)
  const focused = document.activeElement && document.activeElement.id
  if (document.title !== page.title) byId('news').textContent = page.title
  document.title = page.title
  byId('icon').href = byId('icon', page).href
  from.replaceWith(document.adoptNode(to))
  if (focused && byId(focused)) byId(focused).focus({ preventScroll: true })
}
async function refresh () {
  clearTimeout(timer)
  if (document.hidden) return
  const note = byId('note')
  try {
    const response = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(5000) })
    if (!response.ok) throw new Error('HTTP ' + response.status)
    show(new DOMParser().parseFromString(await response.text(), 'text/html'))
    note.hidden = true
  } catch (error) {
    const since = new Date().toLocaleTimeString()
    if (note.hidden) note.textContent = 'No answer since ' + since + '. This page shows the last answer.'
    note.hidden = false
  }
  clearTimeout(timer)
  timer = setTimeout(refresh, 5000)
}
document.addEventListener('visibilitychange', refresh)
timer = setTimeout(refresh, 5000)
`
