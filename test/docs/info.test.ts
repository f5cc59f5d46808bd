import t from 'tap'
import { collectInfo } from '../../lib/info/collect.js'
import { kubernetesAttributes } from '../../lib/info/kubernetes.js'
import { systemOf } from '../info/fixtures/system-of.js'
import { readPage } from './pages.js'
import { sectionOf, tablesIn } from './sections.js'

const page = await readPage('docs/info.md')

await t.test('every variable of the table fills its attribute, and the first one counts', async (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Kubernetes'))
  t.ok(rows.length >= 13)
  const root = t.testdir()
  for (const [attribute = '', cell = ''] of rows) {
    const variables = codesIn(cell)
    for (const [index, variable] of variables.entries()) {
      const later = Object.fromEntries(variables.slice(index).map((name) => [name, `of ${name}`]))
      const env = { K8S_POD_NAME: 'web-0', ...(attribute === '`k8s.pod.name`' && { K8S_POD_NAME: '' }), ...later }
      const attributes = await kubernetesAttributes(systemOf(root, { env }))
      t.equal(attributes[codesIn(attribute)[0] ?? ''], `of ${variable}`, `${attribute} of ${variable}`)
    }
  }
})

await t.test('the table of attributes lists the attributes of a process', async (t) => {
  const [[, ...rows] = []] = tablesIn(sectionOf(page, 'Attributes'))
  const listed = rows.flatMap(([cell = '']) => codesIn(cell))
  const { 'trace.attributes': attributes } = await collectInfo({})
  t.same(Object.keys(attributes).filter((name) => !listed.includes(name) && !name.startsWith('k8s.')), [])
})

await t.test('the example of git.properties gives the section git', async (t) => {
  const file = page.blocks.find(({ text }) => text.includes('git.branch='))?.text ?? ''
  const root = t.testdir({ 'git.properties': file })
  const { git } = await collectInfo({}, systemOf(root, { cwd: root }))
  t.same(git, { branch: 'main', commit: { id: '4f1d0c2', time: '2026-11-28T10:00:00Z' } })
})

function codesIn (cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}
