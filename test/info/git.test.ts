import t from 'tap'
import { gitSection } from '../../lib/info/git.js'
import { systemOf } from './fixtures/system-of.js'

const ID = '0123456789abcdef0123456789abcdef01234567'

await t.test('gitSection() returns no section without a readable git.properties', async (t) => {
  t.equal(await gitSection(systemOf(t.testdir())), undefined)
  t.equal(await gitSection(systemOf(t.testdir({ 'git.properties': {} }))), undefined)
})

await t.test('gitSection() returns no section when the branch, id and time are missing or empty', async (t) => {
  const text = 'git.remote.origin.url=https://u:p@h/r.git\ngit.branch=\ngit.commit.id= \n'
  t.equal(await gitSection(systemOf(t.testdir({ 'git.properties': text }))), undefined)
})

await t.test('gitSection() returns only the branch, the abbreviated id and the time', async (t) => {
  const text = `#Generated\ngit.branch=main\ngit.commit.id=${ID}\ngit.commit.id.abbrev=01234567\n` +
    'git.commit.time=2024-05-01T10\\:00\\:00Z\n' +
    'git.commit.user.email=a@b.example\ngit.remote.origin.url=https://u:p@h/r.git\n'
  t.same(await gitSection(systemOf(t.testdir({ 'git.properties': text }))), {
    branch: 'main', commit: { id: '01234567', time: '2024-05-01T10:00:00Z' }
  })
})

await t.test('gitSection() cuts a full id to 7 characters', async (t) => {
  for (const key of ['git.commit.id', 'git.commit.id.full']) {
    t.same(await gitSection(systemOf(t.testdir({ 'git.properties': `${key}=${ID}` }))), { commit: { id: '0123456' } })
  }
})

await t.test('gitSection() does not cut a text that is no id', async (t) => {
  const files = { 'git.properties': 'git.commit.id=https://u:p@h/' }
  t.same(await gitSection(systemOf(t.testdir(files))), { commit: { id: 'https://u:p@h/' } })
})

await t.test('gitSection() converts time formats that Actuator knows to UTC and keeps other formats', async (t) => {
  const times = {
    1714557600: '2024-05-01T10:00:00Z',
    '2024-05-01T12:00:00+0200': '2024-05-01T10:00:00Z',
    '2024-05-01T12:00:00+02:00': '2024-05-01T10:00:00Z',
    '2024-99-01T12:00:00+0200': '2024-99-01T12:00:00+0200',
    '01.05.2024 @ 10:00': '01.05.2024 @ 10:00'
  }
  for (const [written, time] of Object.entries(times)) {
    const folder = t.testdir({ 'git.properties': `git.commit.time=${written}` })
    t.same(await gitSection(systemOf(folder)), { commit: { time } }, written)
  }
})

await t.test('gitSection() returns a section when only the branch is known', async (t) => {
  t.same(await gitSection(systemOf(t.testdir({ 'git.properties': 'git.branch: main' }))), { branch: 'main' })
})
