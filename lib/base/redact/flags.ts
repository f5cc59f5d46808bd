import type { Secrecy } from '../secret-name.js'
import { REDACTED } from './redacted.js'

const LONG_FLAG = /^--[A-Za-z]/

/**
 * Whether an argument after a secret flag is a flag of its own: it has a value itself (`--auth --port 80`). After the
 * flag of a password, every argument is taken for the password.
 *
 * @param next the argument after it, or the first character of it
 */
export function isFlagBefore (argument: string, next: string | undefined, secrecy: Secrecy): boolean {
  if (secrecy === 'all' || !LONG_FLAG.test(argument)) return false
  return argument.includes('=') || (next !== undefined && !next.startsWith('-'))
}

/** Flags of a user and a password: `--user admin:x`, `-u admin:x`, `-uadmin:x`, but not `--user 1000:1000`. */
/** curl joins short flags: `-sku admin:x`. */
const USER_FLAGS = '-[afgijklnqsvLIGJNORSZ0-3#]{0,6}[uU]|--(?:proxy-)?user|--(?:userpwd|login|creds|basic-auth)'
const USER_FLAG = new RegExp(`^(?:${USER_FLAGS})$`)
const USER = /^((?:(?:-[uU]|--[\w-]{1,20}=))?[^\s:"'=/-][^\s:"'/]{0,100}:)(?!\d{1,9}$|\/\/)([^]+)$/
const IN_TEXT = `((?<![\\w-])(?:${USER_FLAGS})(?:\\s{1,4}|=)?`
const NO_NUMBER = '(?!\\d{1,9}(?![^\\s"\'])|\\/\\/)'
const NAME = '[^\\s:"\'=/-][^\\s:"\'/]{0,100}:'
const USER_IN_TEXT = new RegExp(`${IN_TEXT}(?!(?:rl|ri|ser|rls):)${NAME})${NO_NUMBER}[^\\s"']+`, 'g')
const USER_IN_QUOTES = new RegExp(`${IN_TEXT}["']${NAME})${NO_NUMBER}[^"']+`, 'g')

/** Clients whose `-p` or `-a` is a password: `mysql -pSECRET`, `sshpass -p SECRET`, `redis-cli -a SECRET`. */
const CLIENT = new RegExp(`(?<![\\w-])(?:${[
  'mysql\\w{0,10}|mariadb[\\w-]{0,10}|mongo\\w{0,10}|redis-cli|sqlcmd',
  '7z\\w{0,2}|unzip|zip|mosquitto_\\w{3}|sshpass|plink|docker login|az login|ldap\\w{2,10}|smbclient'
].join('|')})(?:\\.exe)?\\s`)
const PASSWORD_OF_CLIENT = /((?<!\S)-(?:[paw]|P(?!\s?\d))\s{0,4})(?!-|\d{1,5}(?!\S)|\s|$)("[^"]*"?|'[^']*'?|\S+)/g
/** Without a client: a value with both letters and digits, but no name with a number such as `-port80`. */
const NAME_WITH_NUMBER = `(?:${[
  'age|arallel|aram|artition|ath|erl|g|hase|hp|ing|ipeline|latform|layer|lugin|ool|ort|ostgres(?:ql)?|reset|refix',
  'rimary|riority|rocess|rofile|roject|roxy|ublic|ython'
].join('|')})s?-?\\d{1,5}(?!\\S)`
const PASSWORD = new RegExp(`((?<!\\S)-p)(?!${NAME_WITH_NUMBER})(?=[^\\s=\\d]{0,64}\\d)(?=\\d{0,64}[A-Za-z])` +
  '[^\\s=/:]{5,}', 'g')

/** Redacts the passwords of flags that are no secret names: `-u admin:x`, `mysql -pSECRET`. */
export function redactShortFlags (text: string): string {
  if (!/(?<!\S)["']?-/.test(text)) return text
  const users = text.replace(USER_IN_TEXT, `$1${REDACTED}`).replace(USER_IN_QUOTES, `$1${REDACTED}`)
  return users.replace(CLIENT.test(users) ? PASSWORD_OF_CLIENT : PASSWORD, `$1${REDACTED}`)
}

/** Redacts the password in the argument after a flag such as `--user`. Returns `undefined` if it has none. */
export function redactUser (flag: string | undefined, argument: string): string | undefined {
  if (flag === undefined || !USER_FLAG.test(flag)) return undefined
  const [, user] = USER.exec(argument) ?? []
  return user === undefined ? undefined : user + REDACTED
}
