import t from 'tap'
import { redactText } from '../../../lib/base/redact.js'

/** The texts whose redaction is not the expected one. */
function others (cases: Readonly<Record<string, string>>): Record<string, string> {
  const redacted = Object.keys(cases).map((text) => [text, redactText(text)] as const)
  return Object.fromEntries(redacted.filter(([text, shown]) => shown !== cases[text]))
}

await t.test('redactPairs() redacts arrays and objects as a whole', (t) => {
  t.same(others({
    '{"tokens":["a",{"b":"]"}],"port":80}': '{"tokens":[REDACTED],"port":80}',
    '{"password":12345678,"port":80}': '{"password":[REDACTED],"port":80}',
    '{\\"tokens\\":[\\"a]b\\"],\\"port\\":80}': '{\\"tokens\\":[REDACTED],\\"port\\":80}',
    "{ tokens: Map(1) { 'a' => 'b' }, port: 80 }": '{ tokens: [REDACTED], port: 80 }',
    'tokens: [ 1, 2 ], keys: {}': 'tokens: [ 1, 2 ], keys: {}',
    'password: [ 1, 2 ]': 'password: [REDACTED]',
    'token: Uint8Array(2) [ 1, 2 ]': 'token: [REDACTED]',
    'token: <Buffer 61 62>, x': 'token: [REDACTED], x',
    '{"tokens":["a': '{"tokens":[REDACTED]',
    "{\"tokens\":['a": '{"tokens":[REDACTED]',
    'tokens=[a]bc d': 'tokens=[REDACTED] d'
  }), {})
  t.end()
})

await t.test('redactPairs() finds the end of a quoted value', (t) => {
  t.same(others({
    "password='it's x' host=y": "password='[REDACTED]' host=y",
    'password="""a"b""" x': 'password="""[REDACTED]""" x',
    "password: b'x y' z": "password: b'[REDACTED]' z",
    '{\\"a\\":\\"password: \\\\\\"x\\\\\\" y\\"}': '{\\"a\\":\\"password: \\\\\\"[REDACTED]\\\\\\" y\\"}',
    '{"a":"password: \\"x"}': '{"a":"password: \\"[REDACTED]\\""}',
    '%22token%22%3A%22x%22%2C%22a%22': '%22token%22%3A%22[REDACTED]%22%2C%22a%22',
    '&quot;token&quot;:&quot;x&quot; y': '&quot;token&quot;:&quot;[REDACTED]&quot; y',
    'a=1&token%3Dx%26b%3D2': 'a=1&token%3D[REDACTED]%26b%3D2',
    'token=%22x': 'token=%22[REDACTED]%22'
  }), {})
  t.end()
})

await t.test('redactPairs() redacts several words of a password at the start of a line', (t) => {
  t.same(others({
    'passphrase: correct horse\nhost: x': 'passphrase: [REDACTED]\nhost: x',
    '{ password: red blue, host: x }': '{ password: [REDACTED], host: x }',
    'password: red blue host: x': 'password: [REDACTED] host: x',
    'wrong password: red, try again': 'wrong password: [REDACTED], try again',
    'password:\n': 'password:\n'
  }), {})
  t.end()
})

await t.test('redactPairs() keeps the next pair after an empty value', (t) => {
  t.same(others({
    'password= host=x': 'password= host=x',
    'password= x': 'password= [REDACTED]',
    '{tokens:5,auth:false}': '{tokens:5,auth:false}'
  }), {})
  t.end()
})

await t.test('redactPairs() redacts a value whose name is the value of another pair', (t) => {
  t.same(others({
    '{"name":"DB_PASSWORD","value":"x"}': '{"name":"DB_PASSWORD","value":"[REDACTED]"}',
    '<add key="password" value="x"/>': '<add key="password" value="[REDACTED]"/>',
    '{"name":"host","value":"x"}': '{"name":"host","value":"x"}',
    '{"name":"password"} {"name":5} {"value":"x"}': '{"name":"password"} {"name":5} {"value":"[REDACTED]"}',
    [`name="token"${' '.repeat(300)}value="x"`]: `name="token"${' '.repeat(300)}value="x"`
  }), {})
  t.end()
})

await t.test('redactPairs() redacts header lines up to their end, and shows the scheme', (t) => {
  t.same(others({
    'Authorization: Digest username="u", response="x"\nHost: y': 'Authorization: Digest [REDACTED]\nHost: y',
    'Cookie: a=b; c=d\\r\\nHost: y': 'Cookie: [REDACTED]\\r\\nHost: y',
    "-H 'Authorization: Digest a=\"b\"' x": "-H 'Authorization: Digest [REDACTED]' x",
    '"Cookie: a=\\"b\\"; c=d" x': '"Cookie: [REDACTED]" x',
    '"Cookie: a=b': '"Cookie: [REDACTED]',
    'Authorization: Bearer token expired': 'Authorization: Bearer token expired',
    "{ cookie: [ 'a' ], x: 1 }": '{ cookie: [REDACTED], x: 1 }',
    '["x-api-key","x"], ["token", "x"]': '["x-api-key","[REDACTED]"], ["token", "[REDACTED]"]',
    'one of "token", "x"': 'one of "token", "x"'
  }), {})
  t.end()
})

await t.test('redactMarkup() redacts the content of elements with a secret name', (t) => {
  t.same(others({
    '<a><password>x</password><b>y</b></a>': '<a><password>[REDACTED]</password><b>y</b></a>',
    '<entry key="db.password">x</entry>': '<entry key="db.password">[REDACTED]</entry>',
    '<entry name="host">x</entry>': '<entry name="host">x</entry>',
    '<tokens>512</tokens><password/><token />x': '<tokens>512</tokens><password/><token />x',
    '<password><token>x</token></password>': '<password>[REDACTED]</password>',
    '%3Cpassword%3Ex%3C%2Fpassword%3E': '%3Cpassword%3E[REDACTED]%3C%2Fpassword%3E',
    '<password>x <b>y': '<password>[REDACTED]<b>y',
    '<password> is required': '<password> is required'
  }), {})
  t.end()
})

await t.test('redactPem() keeps the first and the last line of a block', (t) => {
  t.same(others({
    'a -----BEGIN X-----\nMII\n-----END X----- b': 'a -----BEGIN X-----[REDACTED]-----END X----- b',
    '{"pem":"-----BEGIN X-----\\nMII\\n"}': '{"pem":"-----BEGIN X-----[REDACTED]"}',
    'a, MII\n-----END X-----': 'a,[REDACTED]-----END X-----',
    '-----BEGIN X----------END X-----': '-----BEGIN X----------END X-----',
    '-----BEGIN X-----a-----BEGIN X-----b': '-----BEGIN X-----[REDACTED]-----BEGIN X-----[REDACTED]',
    'a ----- b': 'a ----- b'
  }), {})
  t.end()
})

await t.test('redactUserinfo() redacts incomplete, encoded and unusual URLs', (t) => {
  t.same(others({
    'u:p@tcp(db:3306)/x': 'u:[REDACTED]@tcp(db:3306)/x',
    'u:p@db:5432/x': 'u:[REDACTED]@db:5432/x',
    'postgres%3A%2F%2Fu%3Ap%40db': 'postgres%3A%2F%2F[REDACTED]%40db',
    '{"a":"http:\\/\\/u:p@h"}': '{"a":"http:\\/\\/[REDACTED]@h"}',
    'a://u:p/q@h //u:@h //u:x //y:z': 'a://[REDACTED]@h //u:@h //u:x //y:z',
    'x@y //a:b//c:d': 'x@y //a:b//c:d'
  }), {})
  t.end()
})

await t.test('redactCredentials() redacts Negotiate and IDENTIFIED BY, and keeps prose', (t) => {
  t.same(others({
    'Negotiate YIIJvwYGKwYBBQUCoIIJ': 'Negotiate [REDACTED]',
    'negotiate authentication': 'negotiate authentication',
    [`bearer ${'x'.repeat(50)}`]: 'bearer [REDACTED]',
    "IDENTIFIED WITH x BY 'a b' y": 'IDENTIFIED WITH x BY [REDACTED] y',
    'Bearer%20abc basic realm': 'Bearer%20[REDACTED] basic realm'
  }), {})
  t.end()
})

await t.test('redactPairs() decides in sentences by the look of the value', (t) => {
  t.same(others({
    'login with password abc1 failed': 'login with password [REDACTED] failed',
    'login with password abc failed': 'login with password abc failed',
    'login with password zyx, try again': 'login with password [REDACTED], try again',
    'the password is zyx.': 'the password is [REDACTED].',
    'the password is "a b" here': 'the password is "[REDACTED]" here',
    'Password for user "u": zyx': 'Password for user "u": [REDACTED]',
    'password Hunter and passWord': 'password Hunter and passWord',
    'password p@ss, 1234': 'password [REDACTED], 1234',
    'password 1234, pin 17': 'password [REDACTED], pin 17',
    'Passwort falsch, Passwort a1': 'Passwort falsch, Passwort [REDACTED]',
    'password sha256 /run/a1 10.0.0.1': 'password sha256 /run/a1 10.0.0.1',
    'password 10.0.0.1': 'password 10.0.0.1',
    'password /run/a1': 'password /run/a1',
    'password xy': 'password xy',
    'token is 3f9a21bc!': 'token is [REDACTED]!',
    'token 1b4e28ba-2fa1-11d2-883f-0016d3cca427': 'token [REDACTED]',
    'secret db-credentials-v2 and token service12': 'secret db-credentials-v2 and token service12',
    'api key 3f9a21bc, key 3f9a21bc': 'api key [REDACTED], key 3f9a21bc',
    'secret is "x", key is "x"': 'secret is "[REDACTED]", key is "x"'
  }), {})
  t.end()
})

await t.test('redactPairs() redacts values in tables, in brackets and after a dot', (t) => {
  t.same(others({
    '| password | zyx | u |': '| password | [REDACTED] | u |',
    'user|password|token': 'user|password|token',
    'token\tzyx': 'token\t[REDACTED]',
    'token\t"x y"': 'token\t"[REDACTED]"',
    'key\tzyx': 'key\tzyx',
    'password<zyx> password<string>': 'password<[REDACTED]> password<string>',
    'key[3f9a21bc] key[name] tokens[0]': 'key[[REDACTED]] key[name] tokens[0]',
    'token.3f9a21bc token.expired': 'token.[REDACTED] token.expired',
    'auth.3f9a21bc': 'auth.3f9a21bc'
  }), {})
  t.end()
})

await t.test('redactPairs() redacts a value before its name', (t) => {
  t.same(others({
    '<add value="x" name="password"/>': '<add value="[REDACTED]" name="password"/>',
    '{"value":"x","name":"TOKEN"}': '{"value":"[REDACTED]","name":"TOKEN"}',
    '{"value":"x"},{"name":"TOKEN"}': '{"value":"x"},{"name":"TOKEN"}',
    '{"value":5,"name":"TOKEN"}': '{"value":5,"name":"TOKEN"}',
    '{"value":"name=\'token\'"}': '{"value":"name=\'token\'"}'
  }), {})
  t.end()
})

await t.test('redactMarkup() redacts the attributes of elements with a secret name', (t) => {
  t.same(others({
    '<token type="a" value="x"/>': '<token type="a" value="[REDACTED]"/>',
    '<token value="512" v=x>y</token>': '<token value="512" v=x>[REDACTED]</token>',
    '<name>tokens</name><value>512</value>': '<name>tokens</name><value>512</value>',
    '<name>host</name><value>x</value>': '<name>host</name><value>x</value>',
    '<token value="a value=b"></token>': '<token value="[REDACTED]"></token>'
  }), {})
  t.end()
})

await t.test('redactCommands() redacts passwords of commands, and keeps sentences', (t) => {
  t.same(others({
    'AUTH u zyx': 'AUTH [REDACTED]',
    'AUTH zyx1 failed': 'AUTH [REDACTED] failed',
    'AUTH zyx failed': 'AUTH zyx failed',
    'AUTH failed: x': 'AUTH failed: x',
    'AUTH x: failed': 'AUTH x: failed',
    'AUTH PLAIN zyx': 'AUTH PLAIN [REDACTED]',
    'auth default zyx': 'auth default [REDACTED]',
    'auth default value': 'auth default value',
    'with args beginning with: \'x\' \'y\'\nz': 'with args beginning with: [REDACTED]\nz',
    'net use X: \\\\h\\s /user:a zyx': 'net use X: \\\\h\\s /user:a [REDACTED]',
    'openssl enc -k zyx -a': 'openssl enc -k [REDACTED] -a',
    'ACL SETUSER u on >zyx ~*': 'ACL SETUSER u on >[REDACTED] ~*',
    'credentials "u" "x"': 'credentials "u" [REDACTED]',
    'tool -pabc123 -pport80 -port80': 'tool -p[REDACTED] -p[REDACTED] -port80'
  }), {})
  t.end()
})
