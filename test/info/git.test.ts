import t from 'tap'
import { gitSection } from '../../lib/info/git.js'
import { surroundingsOf } from './fixtures/system-of.js'

const ID = '0123456789abcdef0123456789abcdef01234567'

await t.test('without a readable git.properties there is no section', async (t) => {
  t.equal(await gitSection(surroundingsOf(t.testdir())), undefined)
  t.equal(await gitSection(surroundingsOf(t.testdir({ 'git.properties': {} }))), undefined)
})

await t.test('a file with nothing to show gives no section', async (t) => {
  const text = 'git.remote.origin.url=https://u:p@h/r.git\ngit.branch=\ngit.commit.id= \n'
  t.equal(await gitSection(surroundingsOf(t.testdir({ 'git.properties': text }))), undefined)
})

await t.test('branch, abbreviated id and time are shown, and nothing else', async (t) => {
  const text = `#Generated\ngit.branch=main\ngit.commit.id=${ID}\ngit.commit.id.abbrev=01234567\ngit.commit.time=2024-05-01T10\\:00\\:00Z\n` +
    'git.commit.user.email=a@b.example\ngit.remote.origin.url=https://u:p@h/r.git\n'
  t.same(await gitSection(surroundingsOf(t.testdir({ 'git.properties': text }))), {
    branch: 'main', commit: { id: '01234567', time: '2024-05-01T10:00:00Z' }
  })
})

await t.test('an id that is not abbreviated is cut to 7 characters', async (t) => {
  for (const key of ['git.commit.id', 'git.commit.id.full']) {
    t.same(await gitSection(surroundingsOf(t.testdir({ 'git.properties': `${key}=${ID}` }))), { commit: { id: '0123456' } })
  }
})

await t.test('times that Actuator knows become UTC, others stay', async (t) => {
  const times = {
    1714557600: '2024-05-01T10:00:00Z',
    '2024-05-01T12:00:00+0200': '2024-05-01T10:00:00Z',
    '2024-05-01T12:00:00+02:00': '2024-05-01T10:00:00Z',
    '2024-99-01T12:00:00+0200': '2024-99-01T12:00:00+0200',
    '01.05.2024 @ 10:00': '01.05.2024 @ 10:00'
  }
  for (const [written, time] of Object.entries(times)) {
    t.same(await gitSection(surroundingsOf(t.testdir({ 'git.properties': `git.commit.time=${written}` }))), { commit: { time } }, written)
  }
})

await t.test('a branch alone is a section', async (t) => {
  t.same(await gitSection(surroundingsOf(t.testdir({ 'git.properties': 'git.branch: main' }))), { branch: 'main' })
})
