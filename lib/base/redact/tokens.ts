import { REDACTED } from './redacted.js'

/**
 * Beginnings by which the services themselves recognize leaked tokens, with the characters that may follow. Each is
 * matched as far as it goes, so that a token of an unexpected length is redacted too.
 *
 * @see https://docs.github.com/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
 */
const PATTERNS: readonly string[] = [
  // GitHub, GitLab, npm, PyPI, RubyGems, Docker, Hugging Face
  'gh[opsur]_[A-Za-z0-9]{4,}', 'github_pat_\\w{4,}',
  'gl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|soat|wt)-[\\w.-]{4,}',
  'npm_(?!config|package|lifecycle|execpath|command|node)[A-Za-z0-9]{6,}', 'pypi-[\\w-]{8,}', 'rubygems_[0-9a-f]{8,}',
  'dckr_(?:pat|oat)_[\\w-]{4,}', 'hf_[A-Za-z0-9]{16,}',
  // Slack
  'xox[a-z](?:\\.xox[a-z])?-[\\w.-]{4,}', 'xapp-[\\w-]{8,}',
  '(?<=hooks\\.slack\\.com/(?:services|workflows)/)[\\w/-]{8,}',
  // Amazon, Google, Azure, DigitalOcean
  'AKIA[A-Za-z0-9]{4,}', '(?:ASIA|ABIA|ACCA)[A-Z0-9]{16,}', 'AIza[\\w-]{10,}', 'ya29\\.[\\w-]{8,}',
  'GOCSPX-[\\w-]{8,}',
  'do[opr]_v1_[0-9a-f]{8,}',
  // OpenAI, Anthropic, Stripe, Square, Shopify, Twilio, SendGrid, Mailgun, Telegram
  'sk-[\\w-]{6,}', 'xai-\\w{12,}', 'gsk_\\w{12,}', '[rs]k_(?:live|test)_\\w{4,}', 'whsec_[\\w+/=]{8,}',
  'sq0[a-z]{3}-[\\w-]{8,}',
  'shp(?:at|ca|pa|ss)_\\w{8,}',
  'SK[0-9a-f]{32}', 'SG\\.[\\w-]{8,}(?:\\.[\\w-]{4,})?', 'key-[0-9a-f]{32}', '\\d{8,10}:AA[\\w-]{30,}',
  // HashiCorp, Grafana, Sentry, New Relic, Postman, Linear, Notion, Figma, Atlassian, Tailscale, age
  'hv[bs]\\.[\\w-]{8,}', '[\\w]{14}\\.atlasv1\\.[\\w-]{8,}', 'gl(?:c|sa)_[\\w+/=-]{8,}', 'sntry[su]_[\\w+/=-]{8,}',
  'NRAK-[A-Z0-9]{8,}',
  'PMAK-[0-9a-f-]{8,}', 'lin_(?:api|oauth)_\\w{8,}', 'ntn_\\w{8,}', 'figd_[\\w-]{8,}',
  'AT(?:ATT|CTT|BB)3?[\\w+/=-]{16,}',
  // Private keys of OpenSSH, and keys and certificates in DER, without their first line
  'b3BlbnNzaC1rZXk[\\w+/=]*', 'MII[A-Za-z0-9+/]{40,}={0,2}', 's(?::|%3A)[\\w-]{24,}\\.[\\w%+/=]{20,}',
  'tskey-[\\w-]{8,}', 'r8_\\w{20,}',
  'sbp_[0-9a-f]{20,}', 'pplx-\\w{20,}', 'EAAC[A-Za-z0-9]{20,}', 'AGE-SECRET-KEY-1[A-Z0-9]{8,}',
  // JSON Web Tokens (RFC 7519), also without their signature, and encrypted ones
  'eyJ[\\w-]+(?:\\.[\\w-]*){2,4}', 'eyJ[\\w-]{12,}(?:\\.[\\w-]*)?'
]

/** A match starts only at the first character of a word, so each word is read once. */
const TOKEN = new RegExp(`(?<![A-Za-z0-9])(?:${PATTERNS.join('|')})`, 'g')

/** Redacts tokens of services that begin with a known text. */
export function redactTokens (text: string): string {
  return text.replace(TOKEN, REDACTED)
}
