import t from 'tap'
import { errorIn, withChanges, withContent, withoutParts } from '../../lib/health/content.js'
import type { Component } from '../../lib/health/component.js'

/** A component that records which content has been made. */
function recorded (): { readonly component: Component, readonly made: readonly string[] } {
  const made: string[] = []
  const component = withContent({ status: 'UP', durationMs: 1 } as const, {
    details: () => {
      made.push('details')
      return { error: 'of details' }
    },
    components: () => {
      made.push('components')
      return { disk: { status: 'UP' } }
    },
    error: () => {
      made.push('error')
      return 'alone'
    }
  })
  return { component, made }
}

await t.test('withContent() makes details and parts when they are first read, and once', (t) => {
  const { component, made } = recorded()
  t.same([component.status, Object.keys(component)], ['UP', ['status', 'durationMs', 'details', 'components']])
  t.same(made, [])
  t.equal(
    JSON.stringify(component),
    '{"status":"UP","durationMs":1,"details":{"error":"of details"},"components":{"disk":{"status":"UP"}}}'
  )
  t.equal(component.details, component.details)
  t.same([...made].sort(), ['components', 'details'])
  t.end()
})

await t.test('withContent() adds only the properties that it can make', (t) => {
  t.same(Object.keys(withContent({ status: 'UP' }, { details: () => ({}) })), ['status', 'details'])
  t.same(Object.keys(withContent({ status: 'UP' }, { components: () => ({}) })), ['status', 'components'])
  t.end()
})

await t.test('withChanges() and withoutParts() copy a component and read nothing of it', (t) => {
  const { component, made } = recorded()
  const changed = withChanges(component, { status: 'DOWN', time: 'now' })
  const withDetails = withoutParts(changed)
  t.same([changed.status, changed.time, changed.durationMs], ['DOWN', 'now', 1])
  t.same(Object.keys(withDetails), ['status', 'durationMs', 'details', 'time'])
  t.same(made, [])
  t.same(withDetails, { status: 'DOWN', time: 'now', durationMs: 1, details: { error: 'of details' } })
  t.same([component.status, made], ['UP', ['details']])
  t.equal(changed.details, component.details)
  t.end()
})

await t.test('withChanges() and withoutParts() copy a component without such content', (t) => {
  const component: Component = { status: 'UP', components: {} }
  t.same(withChanges(component, { status: 'DOWN' }), { status: 'DOWN', components: {} })
  t.same(withoutParts(component), { status: 'UP' })
  t.end()
})

await t.test('errorIn() reads the error alone before the details are made, and from the details afterwards', (t) => {
  const { component, made } = recorded()
  t.equal(errorIn(component), 'alone')
  t.same(made, ['error'])
  t.equal(component.details?.['error'], 'of details')
  t.equal(errorIn(component), 'of details')
  t.equal(errorIn(withContent({ status: 'DOWN' }, { details: () => ({ error: 'e' }) })), 'e')
  t.equal(errorIn(withContent({ status: 'DOWN' }, { components: () => ({}) })), undefined)
  t.equal(errorIn({ status: 'DOWN', details: { error: 'e' } }), 'e')
  t.equal(errorIn({ status: 'DOWN' }), undefined)
  t.end()
})
