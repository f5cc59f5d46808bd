import t from 'tap'
import { reportOf } from '../../scripts/test/tap.js'

const ENDED_WELL = { code: 0, signal: null, stderr: '' }
const PASSING = 'TAP version 14\nok 1 - it works\n1..1\n# { total: 1, pass: 1 }\n'

await t.test('reportOf() counts a passing program', (t) => {
  t.same(reportOf({ ...ENDED_WELL, stdout: PASSING }), {
    passed: 1,
    failed: 0,
    skipped: 0,
    failures: [],
    reasons: [],
    comments: []
  })
  t.end()
})

await t.test('reportOf() names a failed assertion with its test and its diagnosis', (t) => {
  const stdout =
    [
      'TAP version 14',
      '# Subtest: a probe',
      '    not ok 1 - is answered',
      '      ---',
      '      found: 503',
      '      ...',
      '    1..1',
      'not ok 1 - a probe',
      '1..1',
      '# { total: 1, fail: 1 }',
      ''
    ].join('\n')
  t.match(reportOf({ ...ENDED_WELL, code: 1, stdout }), {
    passed: 0,
    failed: 1,
    failures: [/^a probe > is answered\n {4}found: 503$/]
  })
  t.end()
})

await t.test('reportOf() fails a program that ends early, prints nothing or exits with another code', (t) => {
  const cut = 'TAP version 14\nok 1 - it works\n'
  t.match(reportOf({ ...ENDED_WELL, stdout: cut }), {
    failed: 1,
    failures: ['the report of the tests is not complete']
  })
  t.match(reportOf({ ...ENDED_WELL, stdout: '' }), { failed: 1 })
  t.match(reportOf({ ...ENDED_WELL, stdout: PASSING, code: 1, stderr: 'a leak' }), {
    passed: 1,
    failed: 1,
    failures: [/^the process ended with exit code 1\n {4}a leak$/]
  })
  t.match(reportOf({ ...ENDED_WELL, stdout: PASSING, code: null, signal: 'SIGKILL' }), {
    failed: 1,
    failures: [/^the process ended with SIGKILL/]
  })
  t.end()
})

await t.test('reportOf() gives the reason for a skipped test', (t) => {
  const stdout = 'TAP version 14\nok 1 - Redis # SKIP redis is not installed\n1..1\n# { total: 1, skip: 1 }\n'
  t.match(reportOf({ ...ENDED_WELL, stdout }), {
    passed: 0,
    failed: 0,
    skipped: 1,
    reasons: ['redis is not installed']
  })
  t.end()
})
