import t from 'tap'
import { isSecretText, isSecretUnder, secrecyOf } from '../../lib/base/secret-name.js'

/** The names that do not have the expected secrecy. */
function others (names: readonly string[], expected: string): string[] {
  return names.filter((name) => secrecyOf(name) !== expected)
}

await t.test('secrecyOf() is all for the name of a password', (t) => {
  t.same(others([
    'password', 'PASSWORD', 'dbPassword', 'DBPassword', 'DB_PASSWORD', 'PGPASSWORD', 'password2', '--password',
    'passwd', 'pwd', 'passphrase', 'mydbpassword', 'dbpwd', 'user.password', 'pin', 'PIN', 'user_pin', 'card-pin',
    'userPin', 'otp', 'userOTP', 'otpCode', 'pin_code', 'PINCode', 'password.value'
  ], 'all'), [])
  t.end()
})

await t.test('secrecyOf() is texts for another secret name', (t) => {
  t.same(others([
    'clientSecret', 'secrets', 'access_token', 'tokens', 'key', 'keys', 'api-key', 'apiKey', 'APIKey', 'X-API-Key',
    'apikey', 'credentials', 'Authorization', 'auth', 'cookie', 'sessionId', 'signature', 'SENTRY_DSN', 'bearer', 'jwt',
    'myauthtoken', 'awsaccesskey', 'mysecretkey', 'rsaprivatekey', 'fooapikey', 'passwordHash', 'token.value', 'pass',
    'passwords', 'passwordhash', 'pwdfile', 'passcode', 'dbpass', 'rootpw', 'userPw', 'DB_PW', 'PHPSESSID',
    'passwordLength', 'otpLength', 'publicApiKey', 'primaryAccessKey', 'publicKeyPassword_hint', 'key1'
  ], 'texts'), [])
  t.end()
})

await t.test('secrecyOf() returns none for a harmless name', (t) => {
  t.same(others([
    'monkey', 'keyboard', 'author', 'authority', 'tokenizer', 'primaryKeyboard', 'compass', 'port', 'user',
    'sessions_per', '', '-', '2', 'partitionKey', 'primaryKey', 'primary_keys', 'foreign-key', 'sortKey', 'cacheKeys',
    'routingKey', 'publicKey', 'columnKey', 'keyColumn', 'keyCount', 'count.key', 'PRIMARY_KEY', 'spinCount',
    'shippingPinCode', 'shippingPin', 'shipping', 'pinCount', 'pinned', 'pincode', 'opinion', 'gpioPin',
    'topping', 'bypass',
    'compass_x', 'passed', 'passenger', 'passport'
  ], 'none'), [])
  t.end()
})

await t.test('isSecretUnder() takes a secrecy instead of a name', (t) => {
  t.same([isSecretUnder('all', '5'), isSecretUnder('texts', '5'), isSecretUnder('texts', 'x')], [true, false, true])
  t.notOk(isSecretUnder('none', 'x'))
  t.end()
})

await t.test('isSecretText() is false for a number or a boolean, unless it has the name of a password', (t) => {
  for (const text of ['5', '-1.5', 'true', 'false', '512,']) {
    t.notOk(isSecretText('tokens', text), text)
    t.ok(isSecretText('password', text), text)
    t.notOk(isSecretText('port', text), text)
  }
  for (const text of ['abc', '1234567890', '5a', '0x5', '', '1.2.3']) t.ok(isSecretText('tokens', text), text)
  t.end()
})
