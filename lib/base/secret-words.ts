/** Compares names without accents, capital letters and invisible characters: `Contraseña` is `contrasena`. */
export function plainName (name: string): string {
  return name.normalize('NFKD').replace(/[\p{M}\p{Cf}]/gu, '').normalize('NFC')
}

/** Words for passwords in other languages. */
const PASSWORDS_OF_LANGUAGES = [
  // Germanic, Romance, Slavic and other languages with Latin letters
  'kennwort', 'passwort', 'wachtwoord', 'adgangskode', 'lösenord', 'passord', 'lykilorð', 'contraseña', 'contrasenya',
  'contrasinal', 'senha', 'passe', 'motdepasse', 'parola', 'parolă', 'hasło', 'heslo', 'geslo', 'lozinka', 'zaporka',
  'jelszó', 'salasana', 'parool', 'slaptažodis', 'şifre', 'sandi', 'khẩu',
  // Languages with other letters
  'пароль', 'пароля', 'паролем', 'парола', 'лозинка', 'κωδικός', 'סיסמה', 'סיסמא', 'المرور', 'السر', 'पासवर्ड',
  'รหัสผ่าน', '密码', '密碼', '口令', 'パスワード', '暗証番号', '비밀번호', '암호', '패스워드'
].map((word) => plainName(word).toLowerCase())

export const FOREIGN_PASSWORD_WORDS: ReadonlySet<string> = new Set(PASSWORDS_OF_LANGUAGES)

/** Words of languages without spaces: such a word may be a part of a longer row of letters. */
export const FOREIGN_PASSWORD_PART =
  new RegExp(PASSWORDS_OF_LANGUAGES.filter((word) => /^[^\p{scx=Latn}\p{scx=Cyrl}]+$/u.test(word)).join('|'))

/** Words for other secrets in other languages. */
export const FOREIGN_SECRET_WORDS: ReadonlySet<string> = new Set([
  'geheim', 'geheimnis', 'geheimschlüssel', 'jeton', 'secreto', 'segredo', 'segreto', 'токен', 'секрет', '密钥', '密鑰',
  '令牌', '秘密', 'トークン', '토큰'
].map((word) => plainName(word).toLowerCase()))
