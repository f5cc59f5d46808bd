import t from 'tap'
import { REDACTED, redactArguments, redactText } from '../../lib/base/redact.js'
import { ORDINARY_TEXTS, SECRETS, TEXTS_WITH_SECRET } from '../support/secret-texts.js'

await t.test('redactText() replaces secrets in a text', (t) => {
  const cases = {
    'postgres://u:p@h/db': 'postgres://[REDACTED]@h/db',
    'postgres://u:p@ss@h/db': 'postgres://[REDACTED]@h/db',
    'postgres://u:p/w?#@h/db': 'postgres://[REDACTED]@h/db',
    "postgres://u:it's@h/db": 'postgres://[REDACTED]@h/db',
    'redis://:p@h': 'redis://[REDACTED]@h',
    'https://token@h/a@b': 'https://[REDACTED]@h/a@b',
    'a://u:p@h,b://v:q@i': 'a://[REDACTED]@h,b://[REDACTED]@i',
    [`rds://u:${'x'.repeat(2000)}@h`]: 'rds://[REDACTED]@h',
    'get "https://u:p@h" failed': 'get "https://[REDACTED]@h" failed',
    '--password=x': '--password=[REDACTED]',
    'https://h/?token=x&a=b': 'https://h/?token=[REDACTED]&a=b',
    'https://h/?a=b&token=x': 'https://h/?a=b&token=[REDACTED]',
    'https://h/?user[token]=x&user%5Btoken%5D=y': 'https://h/?user[token]=[REDACTED]&user%5Btoken%5D=[REDACTED]',
    'url=https://h/?token=x': 'url=https://h/?token=[REDACTED]',
    'DB_PASSWORD=x DB_HOST=y': 'DB_PASSWORD=[REDACTED] DB_HOST=y',
    'password = x, host = y': 'password = [REDACTED], host = y',
    'password="a b" host=c': 'password="[REDACTED]" host=c',
    "password='a b' host=c": "password='[REDACTED]' host=c",
    'password="a \\" b" host=c': 'password="[REDACTED]" host=c',
    'password="a b': 'password="[REDACTED]"',
    'password="a b\\': 'password="[REDACTED]"',
    'password=a"b': 'password=[REDACTED]',
    'password="x=y" token=z': 'password="[REDACTED]" token=[REDACTED]',
    'AccountKey=abc==;EndpointSuffix=core': 'AccountKey=[REDACTED];EndpointSuffix=core',
    'open "https://h/?token=x" failed': 'open "https://h/?token=[REDACTED]" failed',
    '{"password":"x","port":80}': '{"password":"[REDACTED]","port":80}',
    "{ password: 'x', port: 80 }": "{ password: '[REDACTED]', port: 80 }",
    '{\\"password\\":\\"x\\"}': '{\\"password\\":\\"[REDACTED]\\"}',
    'Authorization: Bearer xyz': 'Authorization: Bearer [REDACTED]',
    'authorization: bearer xyz1': 'authorization: bearer [REDACTED]',
    'Basic dTpw': 'Basic [REDACTED]',
    'got eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln!': 'got [REDACTED]!',
    'got eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.': 'got [REDACTED]'
  }
  for (const [text, shown] of Object.entries(cases)) t.equal(redactText(text), shown, text.slice(0, 60))
  t.end()
})

for (const [form, texts] of Object.entries(TEXTS_WITH_SECRET)) {
  await t.test(`redactText() redacts secrets in ${form}`, (t) => {
    const redacted = texts.map((text) => redactText(text))
    t.same(redacted.filter((text) => SECRETS.test(text) || !text.includes(REDACTED)), [])
    t.same(redacted.map((text) => redactText(text)), redacted, 'a second run changes nothing')
    t.end()
  })
}

await t.test('redactText() keeps the ordinary messages of databases and libraries', (t) => {
  t.same(ORDINARY_TEXTS.map((text) => redactText(text)), ORDINARY_TEXTS)
  t.end()
})

await t.test('redactText() keeps prose and harmless values', (t) => {
  const texts = [
    '', 'password authentication failed for user "app"', 'Basic authentication failed', 'bearer token expired',
    'Bearer realm="api"', 'basic checks passed', 'invalid token: expected a string', 'password=', 'password=""',
    'keyboard=x', 'https://h:8080/a@b', 'http://[::1]:80/a@b', 'http://a:8080,http://b:80/c@d',
    'unknown_service:node', 'connect ECONNREFUSED 127.0.0.1:5432', 'eyJhbGci is no token', 'a@b.example'
  ]
  for (const text of texts) t.equal(redactText(text), text, text)
  t.end()
})

await t.test('redactText() keeps a number or a boolean, unless it has the name of a password', (t) => {
  const kept = [
    'keys=1042 tokens=512, pass=3; session=true auth=false', 'https://h/?tokens=3&session=true', 'token = 5, next',
    '(keys=3)', 'partitionKey=id', 'primary_key: "id"', 'https://h/?sort-key=name', 'spinCount=4', 'cookies=-1.5'
  ]
  for (const text of kept) t.equal(redactText(text), text)
  const cases = {
    'password=12345678': 'password=[REDACTED]',
    'https://h/?user_pin=1234&otp=567890': 'https://h/?user_pin=[REDACTED]&otp=[REDACTED]',
    'dbpwd=1': 'dbpwd=[REDACTED]',
    'passphrase: "true"': 'passphrase: "[REDACTED]"',
    'token=1234567890123456': 'token=[REDACTED]',
    'token="512"': 'token="[REDACTED]"',
    'tokens=512a': 'tokens=[REDACTED]',
    'session=trueish': 'session=[REDACTED]'
  }
  for (const [text, shown] of Object.entries(cases)) t.equal(redactText(text), shown)
  t.end()
})

await t.test('redactText() does not change a redacted text', (t) => {
  const once = redactText('a://u:p@h?token=x password="y" Bearer z1 key=\'k\'')
  t.equal(redactText(once), once)
  t.end()
})

// With more than linear time, one of these texts would exceed the time limit of the test run.
await t.test('redactText() reads 128 KiB of hostile text to its end', (t) => {
  const seeds = [
    'a', 'a://', 'a://b:', '://:', '://@', '@', 'password=', 'password="', "token='\\", 'eyJ', 'eyJa.', 'eyJ_',
    'bearer ', 'a.b-', '"', '\\', ' ', '=', '%5D', '["', 'token=1', 'token=,', 'keyKey', 'pin-', '//a:', 'a:b@', 'a:b,',
    '%61', '%22', '<password>', '<p ', '&lt;a ', 'tokens:5,', 'passwordError:x,', 'password: the;', '-----BEGIN X-----',
    '-----END X-----', '--token ', '-u a:', 'mysql -p', 'key:[', "key:['", 'tokens:{a:1,', 'authorization: Bearer ',
    '"name":"password",', '\\"', "identified by '", 'negotiate ', 'token,"', 'password (', "password: 'it's ",
    'password ', 'password is ', 'password for user ', 'pass\u200b', 'password |', 'password\t', 'password<a',
    'AUTH a ', '"auth" "', '["auth", ', 'AUTH\r\n$', 'net use \\\\h ', 'net use /user:', 'openssl -k ',
    'requirepass ', 'setuser >', 'login "a" ', 'with args beginning with: ', 'value="x" ', 'value="x" name="token"',
    '<token value="x" ', 'пароль ', '密码', '---- BEGIN X ----', 'PuTTY-User-Key-File-2:', 'Private-Lines:', '" + "',
    '"x"\n', '-pa1', '-kkkku a:', 'token.a1b2c3d4 ', 'is was to ', 's:', 'MII', '(((', '\u0301'
  ]
  for (const seed of seeds) {
    const redacted = redactText(seed.repeat(2 ** 17 / seed.length))
    t.equal(redactText(redacted), redacted, seed)
  }
  t.end()
})

await t.test('redactArguments() replaces the value of a secret flag', (t) => {
  const cases: [string[], string[]][] = [
    [['--password', 'x', 'y'], ['--password', REDACTED, 'y']],
    [['--api-key', 'x'], ['--api-key', REDACTED]],
    [['-token', '-x'], ['-token', REDACTED]],
    [['--auth', '--port', '80'], ['--auth', '--port', '80']],
    [['--secret', '--token', 'x'], ['--secret', '--token', REDACTED]],
    [['--password=a b&c'], ['--password=[REDACTED]']],
    [['DB_PASSWORD=a b&c'], ['DB_PASSWORD=[REDACTED]']],
    [['--password='], ['--password=']],
    [['--token:x', 'X-Api-Key: hunter2'], ['--token:[REDACTED]', 'X-Api-Key:[REDACTED]']],
    [['--password', '--abc123', 'x'], ['--password', REDACTED, 'x']],
    [['--password', '--port', '80'], ['--password', REDACTED, '80']],
    [['--token', '--abc', '--x'], ['--token', REDACTED, '--x']],
    [['--token', '--abc'], ['--token', REDACTED]],
    [['--token', '--port=80'], ['--token', '--port=80']],
    [['--user', 'admin:x', '-u', 'admin:x y', '-uadmin:x'], ['--user', `admin:${REDACTED}`, '-u', `admin:${REDACTED}`,
      `-uadmin:${REDACTED}`]],
    [['--user', '1000:1000', '--user=1000:1000', '-u', 'x', '--users', 'a:b', '--user'], ['--user', '1000:1000',
      '--user=1000:1000', '-u', 'x', '--users', 'a:b', '--user']],
    [['-u', 'http://h:80', '-pAbcdef12', '-p8080', '-p', '80'], ['-u', 'http://h:80', `-p${REDACTED}`, '-p8080', '-p',
      '80']],
    [['--db', 'postgres://u:p@h/db'], ['--db', 'postgres://[REDACTED]@h/db']],
    [['password', 'x'], ['password', 'x']],
    [['--password'], ['--password']],
    [['--tokens', '5', '--session=true', 'keys=7'], ['--tokens', '5', '--session=true', 'keys=7']],
    [['--pin', '1234', '--otp=5678', '--partition-key', 'id'], ['--pin', REDACTED, '--otp=[REDACTED]',
      '--partition-key', 'id']],
    [[], []]
  ]
  for (const [argv, shown] of cases) t.same(redactArguments(argv), shown, argv.join(' '))
  t.end()
})
