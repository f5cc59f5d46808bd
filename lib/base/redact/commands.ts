import { isEnglish } from './prose.js'
import { REDACTED } from './redacted.js'

/** A value of a command, perhaps in quotes. */
const VALUE = '("[^"\\r\\n]*"?|\'[^\'\\r\\n]*\'?|`[^`\\r\\n]*`?|[^\\s"\'`,;<>()[\\]{}]+)'

/** Mechanisms of SASL (RFC 4422), as in SMTP: `AUTH PLAIN x`. */
const MECHANISM = 'PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|EXTERNAL|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI'
const IS_MECHANISM = new RegExp(`^(?:${MECHANISM})$`)

/** Redis, SMTP and others: `AUTH x`, `AUTH user x`, `AUTH PLAIN x`, `HELLO 3 AUTH default x`, `"auth" "x"`. */
const AUTH =
  new RegExp(`(?<![\\w-])((?:AUTH|"AUTH"|"auth")[ \\t]{1,4}(?:(?:${MECHANISM})[ \\t]{1,4})?)${VALUE}` +
    `(?:([ \\t]{1,4})${VALUE})?`, 'g')
/** The same in an array, and in Redis' protocol: `AUTH\r\n$1\r\nx`. */
const AUTH_IN_ARRAY = /(\[\s{0,8}(?:"auth"|'auth'),(?!\s{0,8}\[REDACTED)\s{0,8})[^\]]{1,500}/gi
const LINE_BREAK = '(?:\\r\\n|\\\\{1,8}r\\\\{1,8}n)'
const AUTH_IN_PROTOCOL = new RegExp(`((?<![A-Z])(?:AUTH|auth)${LINE_BREAK})` +
  `(?:\\$\\d{1,9}${LINE_BREAK}[^\\r\\n\\\\]*${LINE_BREAK}?){1,2}`, 'g')
const AUTH_DEFAULT = new RegExp(`((?<![\\w-])["']?auth["']?[ \\t]{1,4}["']?default["']?[ \\t]{1,4})${VALUE}`, 'gi')
const CONFIGURATION =
  new RegExp(`((?<![\\w-])(?:requirepass|masterauth|[a-z]{1,20}-key-file-pass)["']?[ \\t]{1,4})${VALUE}`, 'gi')
/** `ACL SETUSER u on >x`, and the hash of a password. */
const ACL = /(\bsetuser\b[^\r\n>#<!]{0,200}[\s"'][>#<!])[^\s"']+/gi

/** An unknown command may be a misspelled `AUTH`. */
const ARGUMENTS = /(\bwith args beginning with:[ \t]?)(?!\[REDACTED\]$)\S[^\r\n]*/gi

/** On Windows: `net use \\h\s /user:a x`, `net use \\h\s x /user:a`, `net user a x /add`, `schtasks /rp x`. */
const NET = '(\\bnet1?(?:\\.exe)?[ \\t]{1,4}'
const NO_SWITCH = '[ \\t]{1,4})(?![/*])'
const NET_USE = new RegExp(`${NET}use\\b[^\\r\\n/]{0,200}/user:\\S{1,100}${NO_SWITCH}${VALUE}`, 'gi')
const NET_USE_BEFORE =
  new RegExp(`${NET}use[ \\t]{1,4}(?:\\w:[ \\t]{1,4})?\\\\\\\\\\S{1,200}${NO_SWITCH}${VALUE}`, 'gi')
const NET_USER = new RegExp(`${NET}user[ \\t]{1,4}\\w{1,64}${NO_SWITCH}${VALUE}`, 'gi')
/** Commands whose last argument is a password or a token. */
const LAST_ARGUMENT = new RegExp(`(\\b(?:${[
  'rabbitmqctl (?:add_user|change_password|authenticate_user) \\S{1,64}', 'vault login', 'mysqladmin password',
  'htpasswd -\\w{0,4}b\\w{0,4} \\S{1,200} \\S{1,64}', 'aws configure set \\w{0,20}(?:secret|token)\\w{0,20}'
].join('|')}) )(?!-)${VALUE}`, 'gi')
/** `smbclient -U u%x`, and `u/x@` of Oracle. */
const AFTER_USER = /((?<!\S)-U\s{0,4}[^\s%]{1,64}%|(?:\bthin:|\bsqlplus |\bconn(?:ect)? )\w{1,64}\/)[^\s@/"']+/gi
const RUN_PASSWORD = new RegExp(`((?<!\\S)/rp[ \\t]{1,4})${VALUE}`, 'gi')

/** The key and the password of OpenSSL: `openssl enc -k x`. */
const OPENSSL = new RegExp(`((?<!\\S)-(?:k|K|pass|passin|passout|password|pskey|psk)[ \\t]{1,4})(?!-|\\[)${VALUE}`, 'g')

/** Login and password in quotes: `credentials "u" "x"`. */
const QUOTED = '(?:"[^"\\r\\n]{0,200}"|\'[^\'\\r\\n]{0,200}\')'
const CREDENTIALS =
  new RegExp(`(\\b(?:credentials?|log(?:in|on)|signin)\\b[:\\s(]{1,4}${QUOTED}[\\s,/:]{1,4})(?=["'])${VALUE}`, 'gi')

/** Redacts passwords in commands of Redis, of SMTP, of Windows and of OpenSSL. */
export function redactCommands (text: string): string {
  let redacted = text
    .replace(CREDENTIALS, `$1${REDACTED}`)
    .replace(ARGUMENTS, `$1${REDACTED}`)
    .replace(CONFIGURATION, redactUnlessEnglish)
    .replace(AUTH, redactAuth)
    .replace(AUTH_IN_ARRAY, `$1${REDACTED}`)
    .replace(AUTH_IN_PROTOCOL, `$1${REDACTED}`)
    .replace(AUTH_DEFAULT, redactUnlessEnglish)
    .replace(LAST_ARGUMENT, `$1${REDACTED}`)
    .replace(AFTER_USER, `$1${REDACTED}`)
    .replace(RUN_PASSWORD, `$1${REDACTED}`)
  if (/\bsetuser\b/i.test(redacted)) redacted = redacted.replace(ACL, `$1${REDACTED}`)
  if (/\bopenssl\b/i.test(redacted)) redacted = redacted.replace(OPENSSL, `$1${REDACTED}`)
  if (!/\bnet1?(?:\.exe)?\s/i.test(redacted)) return redacted
  return [NET_USE, NET_USE_BEFORE, NET_USER].reduce((all, pattern) => all.replace(pattern, `$1${REDACTED}`), redacted)
}

function redactUnlessEnglish (all: string, before: string, value: string): string {
  return isEnglish(value) || value === 'REDACTED' ? all : before + REDACTED
}

/** The second value is the password, and the first one may be. A sentence continues with a word: "AUTH failed: …". */
function redactAuth (all: string, before: string, ...[first = '', gap = '', second = '']: string[]): string {
  if (IS_MECHANISM.test(first) || isEnglish(first) || first.endsWith(':')) return all
  if (typeof second !== 'string' || !isEnglish(second)) return before + REDACTED
  return /[\d"'`]/.test(first) ? before + REDACTED + gap + second : all
}
