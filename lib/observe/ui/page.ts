import type { Component } from '../../health/component.js'
import type { ComponentStatus, Status } from '../../health/status.js'
import type { HistoryEntry } from '../history/history.js'
import { CLIENT, STYLESHEET } from './assets.js'
import { escape, factsOf, forHow, timeTag, WORDS } from './html.js'
import { stripOf } from './strip.js'

/** Everything that one request may see. Absent parts are hidden from it. */
export interface PageContent {
  readonly status: Status
  /** In milliseconds since 1970. */
  readonly now: number
  /** The start of the links to the static parts, relative to the page. */
  readonly base: string
  readonly version?: string
  readonly components?: Readonly<Record<string, Component>>
  /** Newest first. */
  readonly changes?: readonly HistoryEntry[]
  readonly info?: Readonly<Record<string, unknown>>
}

/** Writes the whole page. Every text of the app is escaped. */
export function pageOf (content: PageContent): string {
  const { status, base } = content
  const title = `${WORDS[status]}: ${nameIn(content)}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><link rel="icon" id="icon" href="${iconOf(status)}">
<link rel="stylesheet" href="${base}${STYLESHEET.name}"><script defer src="${base}${CLIENT.name}"></script></head>
<body><main><div id="note" hidden role="alert"></div><div id="news" class="sr" role="status"></div>
<div id="content">${heroOf(content)}${checksOf(content)}${infoOf(content)}</div></main></body></html>
`
}

function nameIn ({ info }: PageContent): string {
  const app = info?.['app'] as { readonly name?: unknown } | undefined
  return typeof app?.name === 'string' ? app.name : 'status'
}

function heroOf (content: PageContent): string {
  const { status, version, now } = content
  const shown = version === undefined ? '' : ` <span>version ${escape(version)}</span>`
  return `<section class="hero ${status}"><p class="app">${escape(nameIn(content))}${shown}</p>` +
    `<h1>${WORDS[status]}</h1><p class="soft">${summaryOf(content)} Checked at ${timeTag(now)}.</p></section>`
}

function summaryOf ({ components }: PageContent): string {
  if (components === undefined) return ''
  const all = Object.values(components)
  const ill = all.filter(({ status }) => status !== 'UP').length
  return ill === 0 ? 'All checks are up.' : `Not up: ${ill} of ${all.length}.`
}

/** Lists the components, the worst first. */
function checksOf ({ components, changes = [], now }: PageContent): string {
  if (components === undefined) return ''
  const all: typeof components = { lifecycle: { status: 'UP' }, ...components }
  const items = Object.entries(all).sort(([, left], [, right]) =>
    WORST_FIRST.indexOf(left.status) - WORST_FIRST.indexOf(right.status))
  const cards = items.map(([name, component]) => cardOf(name, component, {
    changes: changes.filter(({ check, kind }) => check === name && kind === undefined), now
  }))
  return `<h2>Checks</h2><ul class="checks">${cards.join('')}</ul>`
}

const WORST_FIRST: readonly ComponentStatus[] = ['DOWN', 'OUT_OF_SERVICE', 'DEGRADED', 'UNKNOWN', 'UP']

interface Recent {
  readonly changes: readonly HistoryEntry[]
  readonly now: number
}

function cardOf (name: string, component: Component, { changes, now }: Recent): string {
  const { status, since = changes[0]?.time } = component
  return `<li class="check ${status}"><h3><span>${escape(name)}</span><span class="pill">${WORDS[status]}</span></h3>` +
    sinceOf(component, since, now) + reasonOf(component) + lastFailureOf(component) + partsOf(component) +
    `${stripOf(name, status, changes, now)}</li>`
}

function sinceOf ({ durationMs }: Component, since: string | undefined, now: number): string {
  if (since === undefined) return ''
  const time = Date.parse(since)
  const duration = durationMs === undefined ? '' : ` · took ${durationMs} ms`
  return `<p class="facts soft">for ${forHow(now - time)}, since ${timeTag(time)}${duration}</p>`
}

function reasonOf ({ status, details }: Component): string {
  const reason = details?.['error'] ?? details?.['reason']
  return reason === undefined || status === 'UP' ? '' : `<p class="why">${escape(reason)}</p>`
}

/** While a check fails, its current reason stands above. */
function lastFailureOf ({ status, lastFailure }: Component): string {
  if (status !== 'UP' || lastFailure === undefined) return ''
  const { time, error = 'no reason' } = lastFailure
  return `<p class="facts soft">Last failure at ${timeTag(Date.parse(time))}: ${escape(error)}</p>`
}

function partsOf ({ components = {} }: Component): string {
  const parts = Object.entries(components).map(([name, { status, details }]) => {
    const error = details?.['error']
    const reason = error === undefined ? '' : `: ${escape(error)}`
    return `<li class="${status}">${escape(name)}: <b>${WORDS[status]}</b>${reason}</li>`
  })
  return parts.length === 0 ? '' : `<ul class="parts">${parts.join('')}</ul>`
}

function infoOf ({ info }: PageContent): string {
  if (info === undefined) return ''
  const rows = factsOf(info).map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`)
  return `<h2>Info</h2><details id="info"><summary>About this app</summary><dl>${rows.join('')}</dl></details>`
}

/** A dot in the color of the status. A data URL needs no request. */
function iconOf (status: Status): string {
  const color = { UP: '157f43', DEGRADED: 'c98a00', DOWN: 'c9302c', OUT_OF_SERVICE: '6b4fc0' }[status]
  const circle = `%3Ccircle cx='8' cy='8' r='7' fill='%23${color}'/%3E`
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E${circle}%3C/svg%3E`
}
