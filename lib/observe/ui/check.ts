import type { Component } from '../../health/component.js'
import type { HistoryEntry } from '../history/history.js'
import { factList } from './facts.js'
import { agoTag, durationOf, escape, foreign, icon, timeTag, WORDS } from './html.js'
import { countOf, stripOf } from './strip.js'
import type { Span } from './strip.js'

/** One check, or the lifecycle, as a request may see it. */
export interface Shown {
  readonly name: string
  readonly component: Component
  /** The changes of this check, newest first. */
  readonly changes: readonly HistoryEntry[]
}

/** The time that all checks of a page share. */
export interface Scale {
  /** In milliseconds since 1970. */
  readonly now: number
  readonly span: Span
}

const MOST_LISTED = 10
/** A longer text gets a scroll bar, which the keyboard must reach. */
const LONG = 600

/** The time of the last change: from the details, or from the history if the request may not see details. */
export function sinceOf ({ component, changes }: Shown): string | undefined {
  return component.since ?? changes[0]?.time
}

/** Writes a check that is not up: its reason, its times, its parts and what happened before. */
export function cardOf (shown: Shown, scale: Scale): string {
  const { name, component } = shown
  const { status } = component
  return `<li id="c-${escape(name)}" class="check ${status}"><h3>${icon(status)}${foreign(name)}` +
    `<span class="pill">${WORDS[status]}</span></h3>${reasonOf(component)}${timesOf(shown, scale)}` +
    `${pendingOf(component)}${partsOf(component)}${courseOf(shown, scale)}${moreOf(shown, scale)}</li>`
}

/** Writes a check that is up as one row, which opens if there is more to see. */
export function rowOf (shown: Shown, scale: Scale): string {
  const { name, component } = shown
  const { status } = component
  const since = sinceOf(shown)
  const head = `<h3>${icon(status)}${foreign(name)}</h3><span class="soft">${WORDS[status]}` +
    `${since === undefined ? '' : ` for ${agoTag(since, scale.now)}`}</span>${courseOf(shown, scale)}`
  const body = timesOf(shown, scale) + lastFailureOf(component, scale) + partsOf(component) +
    inside(shown, scale)
  const content = body === ''
    ? `<div class="head">${head}</div>`
    : `<details id="d-${escape(name)}"><summary class="head">${head}</summary>${body}</details>`
  return `<li id="c-${escape(name)}" class="row ${status}">${content}</li>`
}

/** Writes a reason. It keeps its line breaks and its writing direction. */
export function why (reason: unknown): string {
  const text = escape(reason)
  return `<p class="why" dir="auto"${text.length > LONG ? ' tabindex="0"' : ''}>${text}</p>`
}

function reasonOf ({ details = {} }: Component): string {
  const reason = details['error'] ?? details['reason']
  return reason === undefined ? '' : why(reason)
}

function timesOf (shown: Shown, { now }: Scale): string {
  const { time, durationMs } = shown.component
  const since = sinceOf(shown)
  const facts = [
    ...(since === undefined ? [] : [`since ${timeTag(since, now)}, for ${agoTag(since, now)}`]),
    ...(time === undefined || durationMs === undefined ? [] : [`ran ${agoTag(time, now)} ago`]),
    ...(durationMs === undefined ? [] : [`took ${durationOf(durationMs)}`])
  ]
  return facts.length === 0 ? '' : `<p class="soft">${facts.join(' · ')}</p>`
}

/** While a check fails, its current reason stands above. */
function lastFailureOf ({ lastFailure }: Component, { now }: Scale): string {
  if (lastFailure === undefined) return ''
  const { time, error = 'no reason' } = lastFailure
  return `<p class="soft">Last failure: ${timeTag(time, now)}, ${agoTag(time, now)} ago</p>${why(error)}`
}

/** The startup checks that keep the app out of service. */
function pendingOf ({ details }: Component): string {
  const pending = details?.['pending']
  if (!Array.isArray(pending) || pending.length === 0) return ''
  return `<p>Waits for ${pending.map((name) => `<b>${foreign(name)}</b>`).join(', ')}.</p>`
}

/** Writes the parts of a check, for example the checks of a service dependency. */
function partsOf ({ components = {} }: Component): string {
  const parts = Object.entries(components).map(([name, part]) => {
    const error = part.details?.['error']
    const reason = error === undefined ? '' : `: ${foreign(error)}`
    const text = `${foreign(name)} <b>${WORDS[part.status]}</b>${reason}`
    return `<li class="${part.status}">${icon(part.status)}<span>${text}</span>${partsOf(part)}</li>`
  })
  return parts.length === 0 ? '' : `<ul class="parts">${parts.join('')}</ul>`
}

function courseOf (shown: Shown, { span, now }: Scale): string {
  const { name, component: { status }, changes } = shown
  return stripOf({ name, status, since: sinceOf(shown), changes }, span, now)
}

function moreOf (shown: Shown, scale: Scale): string {
  const { name, component, changes } = shown
  const facts = otherFacts(component) === '' ? [] : ['Details']
  const title = [...facts, ...(changes.length === 0 ? [] : [countOf(changes.length)])].join(' and ')
  if (title === '') return ''
  return `<details id="d-${escape(name)}"><summary>${title}</summary>${inside(shown, scale)}</details>`
}

function inside ({ component, changes }: Shown, scale: Scale): string {
  return otherFacts(component) + changeList(changes.slice(0, MOST_LISTED), scale)
}

/** The details that stand nowhere else. */
function otherFacts ({ details = {} }: Component): string {
  const { error, reason, pending, ...others } = details
  return factList(others)
}

/** Lists changes, newest first. */
export function changeList (changes: readonly HistoryEntry[], { now }: Scale, isNamed = false): string {
  const items = changes.map(({ time, check, kind, from, to, error }) => {
    const name = isNamed ? `<b>${foreign(check)}</b>${kind === undefined ? '' : ` (${escape(kind)})`} ` : ''
    const reason = error === undefined ? '' : `<span class="reason" dir="auto">${escape(error)}</span>`
    return `<li class="${to}">${icon(to)}<span>${timeTag(time, now)} ${name}` +
      `<span class="soft">${WORDS[from]} →</span> <b class="to">${WORDS[to]}</b>${reason}</span></li>`
  })
  return items.length === 0 ? '' : `<ol class="changes">${items.join('')}</ol>`
}
