/** Words of sentences that may follow a name and a colon: "token: expected a string", "password: is too short". */
const PROSE: ReadonlySet<string> = new Set([
  'a access account all already an and any are argument as at auth authentication authenticator authorization',
  'bad be been before but by cannot challenge closed connect connection could credentials denied did do does',
  'either empty encrypted error exceeds exists expected expired failed failure fetch for forbidden found from',
  'got had has have header headers if illegal in incorrect insufficient internal invalid is it its key length',
  'lookup malformed method mismatch missing must name need needed needs neither network never no nonce none not',
  'null of on one only open operation option or parse permission please property provided realm received',
  'refused rejected request required requires scheme server should signature signing string such that the there',
  'this timeout timed to token tokens too type unable unauthenticated unauthorized undefined unexpected unknown',
  'unreachable unrecognized unset unsupported use user using value verification was were when will with without',
  'wrong you your'
].join(' ').split(' '))

/** Whether a word after a name and a colon continues a sentence. Ignores punctuation marks at its end. */
export function isProse (word: string): boolean {
  return word.length <= 20 && PROSE.has(word.replace(/[.,:;!?)\]}]{1,3}$/, '').toLowerCase())
}

/** Nouns and adjectives that may follow a name in a sentence: "password hash", "token count is wrong". */
const ENGLISH: ReadonlySet<string> = new Set([
  'absent age array attempt attempts backend bad blank body boolean bucket bytes cache change char check checks',
  'claim class client code column command continue count data database default email encoder endpoint entry',
  'false field file first flow form format function good grant hash hashes hint history host id ids input',
  'invalid issuer item key keys last length limit list login long manager map mode model module name new nil no',
  'node null number object old only pair parameter path plugin policy pool port present prompt protocol pair',
  'read reset reuse rotation rule rules safe salt same scope secret server service session set short size state',
  'store strength string strong table text true two type undefined update uri url usage username value values',
  'variable version void weak write yes'
].join(' ').split(' '))
const ENDING = new RegExp(`(?:${[
  'ed|ing|[ts]ions?|ments?|ness|[ai]ble|ful|less|ly|ity|ive|ous|[ae]nt|[ae]nce|ary|ory|ic|[aeiou]l|[a-z]{3}er|or|ers',
  'ors|ies|sts|ts|ds|ns|ms|ks|th'
].join('|')})$`)

/** Whether a word looks like a word of an English sentence. Ignores punctuation marks at its end. */
export function isEnglish (word: string): boolean {
  if (isProse(word)) return true
  const plain = word.slice(0, 40).replace(/[.,:;!?)\]}"']{1,3}$/, '')
  return /^[A-Z]?[a-z'’-]+$/.test(plain) && (ENGLISH.has(plain.toLowerCase()) || ENDING.test(plain))
}

/** Last words of the names of errors and states: "TokenExpiredError: jwt expired", "sessionTimeout: 5 minutes". */
const ERROR_WORDS =
  new RegExp(`(?:${[
    'denied|error|exception|expired|fail(?:ed|ure)?|found|invalid|limit|match|mismatch|missing|mode|rejected|required',
    'state|status|timeout|type|unavailable|warning'
  ].join('|')})$`, 'i')

/** Whether a text before a colon is the name of an error. */
export function isErrorName (name: string): boolean {
  return ERROR_WORDS.test(name)
}

/** Words before `key` in messages of databases, for example "dup key: { email: … }" of MongoDB. */
const BEFORE_KEY: ReadonlySet<string> = new Set([
  'cache', 'column', 'dictionary', 'dup', 'duplicate', 'foreign', 'hash', 'index', 'missing', 'object', 'partition',
  'primary', 'public', 'range', 'routing', 'shard', 'sort', 'such', 'unexpected', 'unique', 'unknown', 'unrecognized'
])
const BEFORE_TOKEN: ReadonlySet<string> = new Set(['illegal', 'unexpected'])

/** Whether the word before a name makes it harmless: "unexpected token: }". */
export function isHarmlessAfter (previous: string, name: string): boolean {
  const words = /^keys?$/i.test(name) ? BEFORE_KEY : /^tokens?$/i.test(name) ? BEFORE_TOKEN : undefined
  return words?.has(previous.toLowerCase()) ?? false
}
