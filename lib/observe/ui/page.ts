import type { Component } from '../../health/component.js'
import { LIFECYCLE } from '../../health/lifecycle.js'
import type { ComponentStatus, Status } from '../../health/status.js'
import type { HistoryEntry } from '../history/history.js'
import { CLIENT, STYLESHEET } from './assets.js'
import { cardOf, changeList, rowOf, sinceOf } from './check.js'
import type { Scale, Shown } from './check.js'
import { factList } from './facts.js'
import { agoTag, escape, favicon, foreign, icon, ICONS, timeTag, WORDS } from './html.js'
import { spanOf } from './strip.js'

/** Everything that one request may see. Absent parts are hidden from it. */
export interface PageContent {
  readonly status: Status
  /** In milliseconds since 1970. */
  readonly now: number
  /** When all checks had last answered, in ISO 8601. `undefined` before their first answers. */
  readonly time: string | undefined
  /** Whether a check has not answered yet, so that its result is older than the page. */
  readonly isLate: boolean
  /** The start of the links to the static parts, relative to the page. */
  readonly base: string
  readonly version?: string
  readonly components?: Readonly<Record<string, Component>>
  /** The status of each probe. */
  readonly probes?: readonly { readonly kind: string, readonly status: ComponentStatus }[]
  /** Newest first. */
  readonly changes?: readonly HistoryEntry[]
  readonly info?: Readonly<Record<string, unknown>>
}

const MOST_RECENT = 20
const WORST_FIRST: readonly ComponentStatus[] = ['DOWN', 'OUT_OF_SERVICE', 'DEGRADED', 'UNKNOWN', 'UP']

/** Writes the whole page. Every text of the app is escaped. */
export function pageOf (content: PageContent): string {
  const { status, base, now, changes = [] } = content
  const name = nameIn(content)
  const title = `${WORDS[status]}: ${name ?? 'status'}`
  const scale = { now, span: spanOf(changes, now) }
  const shown = shownIn(content)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><link rel="icon" id="icon" href="${favicon(status)}">
<link rel="stylesheet" href="${base}${STYLESHEET.name}"><script defer src="${base}${CLIENT.name}"></script></head>
<body>${ICONS}<div id="note" role="alert" hidden></div><div id="news" class="sr" role="status"></div>
<main id="management" data-now="${now}">${heroOf(content, shown)}<div class="in">${checksOf(shown, scale)}` +
    `${recentOf(changes, scale)}${infoOf(content)}</div></main></body></html>
`
}

function heroOf (content: PageContent, shown: readonly Shown[]): string {
  const { status, version, now, time, isLate } = content
  const name = nameIn(content)
  const bar = [
    ...(name === undefined ? [] : [`<b>${foreign(name)}</b>`]),
    ...(version === undefined ? [] : [foreign(version)]),
    ...placeIn(content).map(foreign)
  ]
  const results = time === undefined
    ? 'No results yet'
    : `Results of ${timeTag(time, now)}, <span class="nowrap">${agoTag(time, now)} ago</span>`
  return `<header class="hero ${status}"><div class="in"><p class="bar"><span>${bar.join(' · ')}</span>` +
    `<span id="live"></span></p><div class="big">${icon(status)}<div><h1>${WORDS[status]}</h1>` +
    `${leadOf(shown, now)}</div></div>${probesOf(content)}<p class="meta">${results}` +
    `${isLate ? ', while a check still runs' : ''}<noscript>. Reload the page for newer results.</noscript></p>` +
    '</div></header>'
}

/** Names the worst check, since when, and how many others are not up. */
function leadOf (shown: readonly Shown[], now: number): string {
  const [first, ...others] = shown.filter(({ component: { status } }) => status !== 'UP')
  if (first === undefined) return shown.length === 0 ? '' : '<p class="lead">Everything is up.</p>'
  const since = sinceOf(first)
  const word = WORDS[first.component.status].toLowerCase()
  const state = since === undefined ? `is ${word}` : `has been ${word} for <b>${agoTag(since, now)}</b>`
  const more = others.length === 0 ? '' : `, and ${others.length} more ${others.length === 1 ? 'is' : 'are'} not up`
  return `<p class="lead"><b>${foreign(first.name)}</b> ${state}${more}.</p>`
}

function probesOf ({ probes = [] }: PageContent): string {
  const items = probes.map(({ kind, status }) =>
    `<li class="${status}">${icon(status)}<span>${escape(kind)} <b>${WORDS[status]}</b></span></li>`)
  return items.length === 0 ? '' : `<ul class="probes" aria-label="Probes">${items.join('')}</ul>`
}

function checksOf (shown: readonly Shown[], scale: Scale): string {
  const legend = `<span class="span">last ${scale.span.name}</span>`
  const section = (title: string, kind: string, items: readonly string[]): string => items.length === 0
    ? ''
    : `<section><h2>${title} <span class="count">${items.length}</span>${legend}</h2>` +
      `<ul class="${kind}">${items.join('')}</ul></section>`
  const isUp = ({ component: { status } }: Shown): boolean => status === 'UP'
  return section('Not up', 'cards', shown.filter((one) => !isUp(one)).map((one) => cardOf(one, scale))) +
    section('Up', 'rows', shown.filter(isUp).map((one) => rowOf(one, scale)))
}

/** All checks and the lifecycle, the worst first, and among equals the last change first. */
function shownIn ({ components, changes = [] }: PageContent): readonly Shown[] {
  if (components === undefined) return []
  const all: typeof components = { [LIFECYCLE]: { status: 'UP' }, ...components }
  const shown = Object.entries(all).map(([name, component]) => ({ name, component, changes: [] as HistoryEntry[] }))
  const byName = new Map(shown.map((one) => [one.name, one]))
  for (const change of changes) if (change.kind === undefined) byName.get(change.check)?.changes.push(change)
  return shown.sort((left, right) => rankOf(left) - rankOf(right) || latestOf(right).localeCompare(latestOf(left)))
}

function rankOf ({ component: { status } }: Shown): number {
  return WORST_FIRST.indexOf(status)
}

/** Checks that are up keep their order. */
function latestOf (shown: Shown): string {
  return shown.component.status === 'UP' ? '' : sinceOf(shown) ?? ''
}

/** Lists the last changes of all checks. The first results after a start are one line. */
function recentOf (changes: readonly HistoryEntry[], scale: Scale): string {
  if (changes.length === 0) return ''
  const isFirst = ({ from, to }: HistoryEntry): boolean => from === 'UNKNOWN' && to === 'UP'
  const others = changes.filter((change) => !isFirst(change))
  const recent = others.slice(0, MOST_RECENT)
  const count = others.length > recent.length ? ` <span class="count">${recent.length} of ${others.length}</span>` : ''
  const first = startOf(changes.filter(isFirst), scale)
  return `<section><h2>Recent changes${count}</h2>${changeList(recent, scale, true)}${first}</section>`
}

function startOf (firsts: readonly HistoryEntry[], { now }: Scale): string {
  const oldest = firsts.at(-1)
  if (oldest === undefined) return ''
  const checks = firsts.length === 1 ? '1 check' : `${firsts.length} checks`
  return `<p class="soft">The first results of ${checks} were up, from ${timeTag(oldest.time, now)} on.</p>`
}

function infoOf ({ info }: PageContent): string {
  if (info === undefined) return ''
  return '<section><h2>Info</h2><details id="info"><summary>About this app</summary>' +
    `${factList(info)}</details></section>`
}

function nameIn ({ info }: PageContent): string | undefined {
  const app = info?.['app'] as { readonly name?: unknown } | undefined
  return typeof app?.name === 'string' ? app.name : undefined
}

/** The pod or the host, because a load balancer may lead to any instance. */
function placeIn ({ info }: PageContent): readonly string[] {
  const attributes = info?.['trace.attributes'] as Readonly<Record<string, unknown>> | undefined
  const place = attributes?.['k8s.pod.name'] ?? attributes?.['host.name']
  return typeof place === 'string' ? [place] : []
}
