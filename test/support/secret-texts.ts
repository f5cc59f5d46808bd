import { MESSAGES } from './ordinary-texts.js'

/** The secrets in the texts below. */
export const SECRETS = /abcdef|12345678/

/** Texts with a secret, by their form. */
export const TEXTS_WITH_SECRET: Readonly<Record<string, readonly string[]>> = {
  'quoted names, with texts, arrays and objects': [
    '{"password":12345678,"tokens":["abcdef"]}', '{"tokens":{"a":["x",{"b":"abcdef"}]},"x":1}',
    '{ tokens: [ \'abcdef\', \'x\' ], port: 5 }', 'tokens: Map(1) { \'a\' => \'abcdef\' }',
    'tokens: [Object: null prototype] { a: \'abcdef\' }', 'secret: <Buffer 61 abcdef 62>',
    'key: Uint8Array(3) [ 12345678, 12345678 ]', '{\\"tokens\\":[\\"ab]c\\",\\"abcdef\\"]}',
    '{"a":"{\\"b\\":\\"{\\\\\\"password\\\\\\":\\\\\\"x\\\\\\\\\\\\\\"abcdef\\\\\\"}\\"}"}', '{"tokens":["abcdef',
    'tokens:\n   [ \'abcdef\',\n \'abcdef\' ]', '["authorization","Bearer abcdef"]', '[["password","abcdef"]]',
    '{"name":"DB_PASSWORD","value":"abcdef"}', '{ name: \'TOKEN\', value: \'abcdef\' }',
    '{\\"name\\":\\"TOKEN\\",\\"value\\":\\"abcdef\\"}', '{password:abcdef,host:x}',
    '{"auth":{"user":"u","pass":"abcdef"}}'
  ],
  'header lines': [
    'x-api-key: abcdef', 'Authorization: Digest username="u", response="abcdef"', 'Cookie: user=abc; sid=abcdef; x',
    'Set-Cookie: sid=abcdef; Path=/', 'proxy-authorization: Basic abcdef==', 'Authorization: token abcdef',
    'Authorization: abcdef', 'authorization: ApiKey abcdef', 'x-amz-security-token: abcdef', 'x-goog-api-key:abcdef',
    'X-Vault-Token: abcdef', 'private-token: abcdef', 'x-functions-key: abcdef',
    'curl -H "Authorization: AWS4-HMAC-SHA256 Credential=abcdef/x, Signature=abcdef" https://h/',
    'rawHeaders: [ \'x-api-key\', \'abcdef\' ]'
  ],
  flags: [
    'cmd --password abcdef', 'cmd --password --abcdef', 'cmd --password "x abcdef"', 'cmd --token --abc123abcdef',
    'cmd --user admin:abcdef', 'curl -u admin:abcdef http://h', 'curl -u "admin:x abcdef" h',
    'curl --user=admin:abcdef h', 'curl -uadmin:abcdef h', 'mysql -u root -pabcdef db', 'sshpass -p \'abcdef\' ssh h',
    'redis-cli -a abcdef ping', 'tool -pAbcdef12345678', 'Command failed: mysqldump --password=abcdef db'
  ],
  'PEM blocks': [
    '-----BEGIN PRIVATE KEY-----\nabcdef\n-----END PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----\\nabcdef\\n-----END RSA PRIVATE KEY-----\\n',
    '-----BEGIN PRIVATE KEY-----\nabcdef', 'abcdef==\n-----END PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,12345678\n\nabcdef\n-----END X-----',
    '"-----BEGIN PRIVATE KEY-----\\nabcdef', '-----BEGIN+PRIVATE+KEY-----%0Aabcdef%0A-----END+PRIVATE+KEY-----'
  ],
  URLs: [
    'postgres://u:abcdef@db', 'postgres:\\/\\/u:abcdef@db', 'postgres%3A%2F%2Fu%3Aabcdef%40db',
    'u:abcdef@tcp(db:3306)/x', 'u:abcdef@host:5432/db', '//u:abcdef@h/', 'mongodb://u:ab/cd?abcdef@h',
    'redis://abcdef@h', 'postgres://u:x/x/x/abcdef@h', 'http:\\\\u:abcdef@h',
    'jdbc:mysql://h/db?user=u&password=abcdef', 'url: "amqp://u:abcdef@h"'
  ],
  'tokens of known services': [
    'ghp_abcdef1234', 'glpat-abcdef12', 'xoxb-12345678-abcdef', 'xoxp-abcdef', 'AKIAabcdef1234',
    'AKIAIOSFODNN12345678', 'sk-abcdef', 'sk-proj-abcdef', 'sk_live_abcdef', 'npm_abcdef1234',
    'eyJhbGciOiJub25lIn0abcdef.', 'key eyJhbGciOiJub25lIn0.abcdef', 'AIzaSyabcdef123', 'ya29.abcdef12',
    'SG.abcdef12.abcd', 'hvs.abcdef12', 'https://hooks.slack.com/services/T000/B00/abcdef', 'pypi-abcdef12',
    'dckr_pat_abcdef', 'Bearer abcdef', 'Bearer%20abcdef12', 'Negotiate YIIabcdef12345678'
  ],
  markup: [
    '<password>abcdef</password>', '<db:password type="x">abcdef</db:password>',
    '<Password><![CDATA[abcdef]]></Password>', '<password>abcdef', '<add key="password" value="abcdef"/>',
    '<property name="db.password" value="abcdef"/>', '<entry key="password">abcdef</entry>',
    '&lt;password&gt;abcdef&lt;/password&gt;', '\\u003cpassword\\u003eabcdef\\u003c/password\\u003e',
    '<password><v>abcdef</v></password>', '<x password="abcdef"/>', '<x pin=\'12345678\'/>',
    '&quot;password&quot;:&quot;abcdef&quot;', '\\u0022password\\u0022:\\u0022abcdef\\u0022', '<pin>12345678</pin>'
  ],
  forms: [
    'password%5B%5D=abcdef', 'tokens=[abc]abcdef next', '[ \'--password\', \'abcdef\' ]', 'password[]=abcdef',
    'password[0][x]=abcdef', 'user%5Bpassword%5D%5B%5D=abcdef', 'a=1&password%3Dabcdef',
    '%22password%22%3A%22abcdef%22', '%7B%22password%22%3A12345678%7D', 'a+password=abcdef', '%70assword=abcdef',
    'p%61ssword=abcdef', 'api+key=abcdef', 'password=abc+abcdef', 'q=%26token%3Dabcdef%26x',
    '%2522token%2522%253A%2522abcdef%2522', 'password=\u001b[32mabcdef\u001b[39m',
    'password: \u001b[32m\'x abcdef\'\u001b[39m', '\u001b[1mpassword\u001b[22m: abcdef', 'sig=abcdef%3D&x'
  ],
  'names and values': [
    'password -> abcdef', 'password → abcdef', "password?: 'abcdef'", 'password：abcdef',
    'password!=abcdef', 'xai-abcdef1234567',
    'dbpwd=abcdef', 'password:\n   \'abcdef long\'', 'PASSWORD: 12345678', 'pin: 12345678', 'otp=12345678',
    'passphrase: correct abcdef', 'pwd : abcdef', 'password := abcdef', '\'password\' => \'abcdef\'',
    'password => abcdef', 'password: abcdef', 'secret: abcdef', 'token:abcdef', 'api key: abcdef',
    'password : "abcdef"', 'my_pw=abcdef', 'dbpass: abcdef', 'rootpw=abcdef', 'PGPASSFILE_PASS=abcdef',
    'PassWord=abcdef', 'userPw=abcdef', 'passcode: abcdef', 'PHPSESSID=abcdef', 'password\\u003dabcdef',
    'github_pat_abcdef', 'CREATE USER x IDENTIFIED BY \'abcdef\'', 'ALTER ROLE x PASSWORD \'abcdef\'',
    'setPassword(\'abcdef\')', '"password" with value "abcdef" fails to match',
    'The property \'options.password\' is invalid. Received \'abcdef\'', 'Key (token)=(abcdef) already exists.',
    'password = "x \\" abcdef"', 'password=\'it\'s abcdef\'', 'password="""a"b abcdef"""',
    'b\'x\' password: b\'abcdef x\'', 'connectionString=Server=x;Password=abcdef', 'AccountKey=abcdef;x',
    'DSN=abcdef', 'password\n: abcdef', 'PASSWORD="abcdef', 'password:abcdef,host:x', '- password: abcdef',
    'password= abcdef', 'password=  abcdef'
  ],
  sentences: [
    'password abcdef', '(password abcdef)', 'connect failed with password abcdef', 'password is "abcdef"',
    'password was abcdef', 'set password to abcdef', 'Password for user: abcdef', 'credentials "u" "abcdef"',
    'the password is abcdef.', 'login with password Abc12345678', 'password abc12345678 was refused',
    'Password for user postgres: abcdef', 'secret is "abcdef"', 'token is abcdef12345678',
    'with api key abcdef12345678', 'using password abcdef, user u', 'my password is abcdef!',
    'Password for "u": abcdef', 'password of admin is abcdef', 'password changed to abcdef', 'password \'abcdef\'',
    'password `abcdef`', 'user u password abcdef', 'username u, password abcdef', 'pwd abcdef12345678',
    'login failed (user: u, password abcdef)'
  ],
  'tables and brackets': [
    'password\tabcdef', 'password|abcdef', '| password | abcdef |', 'password<abcdef>', 'token.abcdef12345678',
    'key[abcdef12345678]', 'password[abcdef]', 'password(abcdef)', 'password{abcdef}', 'password  abcdef',
    'token\tabcdef', 'user|u|password|abcdef', 'password│abcdef'
  ],
  attributes: [
    '<token value="abcdef"/>', '<token value="abcdef"></token>', '<add value="abcdef" name="password"/>',
    '<x value=\'abcdef\' key=\'token\' />', '{"value":"abcdef","name":"DB_PASSWORD"}',
    '{ value: \'abcdef\', name: \'TOKEN\' }', '&lt;token value=&quot;abcdef&quot;/&gt;',
    '<input value="abcdef" type="password">', '<meta content="abcdef" name="csrf-token">',
    '<a:Token a="b" Value = "abcdef" />', '<пароль>abcdef</пароль>', '<password value="abcdef" type="x">t</password>',
    '{\\"value\\":\\"abcdef\\",\\"name\\":\\"TOKEN\\"}', '<token value=\\"abcdef\\"/>'
  ],
  'names of other languages': [
    'пароль: abcdef', 'contraseña=abcdef', 'senha: abcdef', 'mot de passe : abcdef', 'passwort=abcdef',
    'kennwort: abcdef', '密码：abcdef', '密码=abcdef', '用户密码: abcdef', '"contraseña":"abcdef"', 'Contrasen\u0303a: abcdef',
    'ПАРОЛЬ=abcdef', 'парольБД=abcdef', 'hasło: abcdef', 'contrasena: abcdef', 'wachtwoord=abcdef', '비밀번호: abcdef',
    'パスワード=abcdef', 'mot_de_passe=abcdef', 'ｐａｓｓｗｏｒｄ=abcdef', 'motDePasse: abcdef', 'DBPasswort=abcdef'
  ],
  'names with invisible characters': [
    'pass\u200bword=abcdef', 'pass\u00adword: abcdef', '"pass\u200bword":"abcdef"', 'password\u200b=abcdef',
    'p\u2060assword=abcdef', 'to\ufeffken: abcdef', 'password=\u200babcdef'
  ],
  'keys in other forms': [
    '\'-----BEGIN PRIVATE KEY-----\\n\' +\n  \'abcdef\\n\' +\n \'-----END PRIVATE KEY-----\'',
    '\'-----BEGIN PRIVATE KEY-----\' + \'abcdef\'',
    '[ \'-----BEGIN PRIVATE KEY-----\', \'abcdef\', \'-----END PRIVATE KEY-----\' ]',
    '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "x y"\nabcdef\n---- END SSH2 ENCRYPTED PRIVATE KEY ----',
    'PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: x\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\n' +
      'abcdef\nPrivate-MAC: abcdef',
    'Private-Lines: 1\nabcdef', 'b3BlbnNzaC1rZXktdjEAAAAAabcdef',
    '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nabcdef\n-----END PGP PRIVATE KEY BLOCK-----'
  ],
  'commands of databases': [
    'AUTH abcdef', 'auth default abcdef', 'AUTH default abcdef',
    'ERR unknown command \'AUTX\', with args beginning with: \'abcdef\' ', 'HELLO 3 AUTH u abcdef',
    'CONFIG SET requirepass abcdef', 'ACL SETUSER x on >abcdef ~*', 'AUTH PLAIN abcdef==', '"AUTH" "abcdef"',
    'command: { name: \'auth\', args: [ \'abcdef\' ] }', '{"name":"auth","args":["u","abcdef"]}',
    'requirepass abcdef', 'ERR wrong AUTH abcdef', 'masterauth abcdef', '[ \'AUTH\', \'abcdef\' ]',
    '[\'auth\', \'u\', \'abcdef\']', '*2\\r\\n$4\\r\\nAUTH\\r\\n$6\\r\\nabcdef\\r\\n'
  ],
  commands: [
    'curl -ku a:abcdef h', 'curl -sSku a:abcdef', 'openssl enc -aes-256-cbc -k abcdef',
    'openssl rsa -passin pass:abcdef', 'net use /user:a abcdef', 'net use X: \\\\h\\s /user:a abcdef',
    'net use \\\\h\\s abcdef /user:a', 'net user bob abcdef /add', 'tool -pabc12345678', 'cmd -pabc12345678def',
    'schtasks /rp abcdef', 'openssl enc -K abcdef -iv 0', 'curl -u a:abcdef'
  ],
  'fresh forms': [
    '[["token",["abcdef"]]]', 'cvv=12345678', 'pin code: 12345678', 'password number 12345678', 'pass word: abcdef',
    'psw=abcdef', 'passwrd: abcdef', 'Pass Phrase: abcdef', 'password: >-\n  abcdef', 'password: |\n  abcdef',
    'password - abcdef12', 'password – abcdef12', '"password" "abcdef"', 'password is: abcdef', 'password used: abcdef',
    'password [abcdef]', 'password value: abcdef', '<secret><![CDATA[abcdef]]>',
    'Content-Disposition: form-data; name="password"\r\n\r\nabcdef\r\n--x',
    '<key>password</key><string>abcdef</string>', '<name>password</name><value>abcdef</value>',
    '<member><name>token</name><value><string>abcdef</string></value></member>',
    'aws configure set aws_secret_access_key abcdef12', 'vault login abcdef12345678', 'htpasswd -b f u abcdef',
    'smbclient -U u%abcdef', 'mysqladmin password abcdef', '7z x -pabcdef a.7z', 'unzip -P abcdef a.zip',
    'rabbitmqctl add_user u abcdef', 'r8_abcdefabcdef12345678', '----BEGIN PRIVATE KEY----\nabcdef',
    '-----BEGIN PRIVATE KEY-----\n| abcdef\n', '-----BEGIN PRIVATE KEY-----<br>abcdef',
    '----- BEGIN PRIVATE KEY -----\nabcdef', '-----begin private key-----\nabcdef',
    '-----BEGIN PRIVATE KEY-----&#10;abcdef', 'jdbc:oracle:thin:u/abcdef@h:1521'
  ],
  'session cookies': [
    'connect.sid=abcdef', 'connect.sid=s%3Aabcdef.x', 'connect.sid: abcdef', 'koa.sess=abcdef', 'sid=abcdef',
    'sails.sid=abcdef', 'ASP.NET_SessionId=abcdef', '.AspNetCore.Session=abcdef', 'laravel_session=abcdef'
  ]
}

/** Ordinary messages of databases, of Node and of other libraries. None has a secret, so each must stay as it is. */
export const ORDINARY_TEXTS: readonly string[] = [
  'password authentication failed for user "x"', 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string',
  'no pg_hba.conf entry for host "10.0.0.1", user "x", database "d", no encryption',
  'duplicate key value violates unique constraint "users_pkey"',
  'null value in column "password" of relation "users" violates not-null constraint',
  'relation "tokens" does not exist', 'column "password" does not exist', 'syntax error at or near "token"',
  'remaining connection slots are reserved for roles with the SUPERUSER attribute',
  'insert or update on table "a" violates foreign key constraint "fk_b"', 'Key (email)=(a@b.c) already exists.',
  'Access denied for user \'root\'@\'localhost\' (using password: YES)',
  'Access denied for user \'root\'@\'localhost\' (using password: NO)',
  'Duplicate entry \'x\' for key \'users.email\'', 'Unknown column \'password\' in \'field list\'',
  'Field \'password\' doesn\'t have a default value',
  'Client does not support authentication protocol requested by server; consider upgrading MySQL client',
  'Incorrect key file for table', 'Can\'t connect to MySQL server on \'db:3306\' (111)',
  'auth_gssapi_client: unknown plugin', 'WRONGPASS invalid username-password pair or user is disabled.',
  'NOAUTH Authentication required.',
  'ERR AUTH <password> called without any password configured for the default user.',
  'MOVED 3999 127.0.0.1:6381', 'CROSSSLOT Keys in request don\'t hash to the same slot',
  'BUSYKEY Target key name already exists.',
  'NOPERM this user has no permissions to access one of the keys used as arguments',
  'LOADING Redis is loading the dataset in memory',
  'WRONGTYPE Operation against a key holding the wrong kind of value', 'ERR invalid password',
  'ERR Client sent AUTH, but no password is set', 'bad auth : authentication failed',
  'bad auth : Authentication failed.', 'Authentication failed.',
  'E11000 duplicate key error collection: t.users index: email_1 dup key: { email: "a@b.c" }',
  'E11000 duplicate key error collection: t.users index: _id_ dup key: { _id: 5 }',
  'command find requires authentication', 'not authorized on admin to execute command { find: "users" }',
  'connect ECONNREFUSED 127.0.0.1:27017', 'Server selection timed out after 30000 ms',
  'querySrv ENOTFOUND _mongodb._tcp.cluster.example.net', 'key not found: partitionKey', 'ECONNREFUSED',
  'invalid token < in JSON', 'Unexpected token < in JSON at position 0',
  'Unexpected token \'<\', "<!DOCTYPE "... is not valid JSON', 'Unexpected token: punc (,)',
  'getaddrinfo ENOTFOUND auth', 'connect ECONNREFUSED auth:8080', 'getaddrinfo ENOTFOUND token-service',
  'self-signed certificate in certificate chain', 'Cannot read properties of undefined (reading \'password\')',
  'The "key" argument must be of type string. Received undefined',
  'ENOENT: no such file or directory, open \'/run/secrets/db-password\'',
  'EACCES: permission denied, open \'/run/secrets/token\'', 'open \'/run/secrets/token\': EACCES',
  'secretOrPrivateKey must have a value', 'error:1E08010C:DECODER routines::unsupported', 'key values mismatch',
  'invalid key length', 'bad decrypt', 'jwt expired', 'TokenExpiredError: jwt expired',
  'JsonWebTokenError: invalid signature', 'CredentialsProviderError: Could not load credentials from any providers',
  'ExpiredToken: The security token included in the request is expired',
  'SignatureDoesNotMatch: The request signature we calculated does not match',
  'The AWS Access Key Id you provided does not exist in our records.', 'invalid token: expected a string',
  'token: expected a string', 'password: must be at least 8 characters', 'password: Required', 'Incorrect password',
  'session expired', 'Invalid session: expired', 'reading session: connection lost',
  'Missing credentials: user is not set', 'unknown option --password or --token', 'use --password to set a password',
  'Basic authentication failed', 'Bearer token expired', 'WWW-Authenticate: Basic realm="x"',
  'Authorization: required', 'Authorization: Bearer token expired', 'missing header: authorization',
  'tokens=512 auth: false', 'keys: 5, token: true', 'keys: [ 1, 2 ]', 'tokens: { count: 5, ok: true }',
  'token: [object Object]', 'secret: undefined', 'pass: 3, fail: 0', 'secret "db" not found',
  'secrets "db" is forbidden: User "x" cannot get resource "secrets" in API group',
  'cannot pull image nginx:1.25@sha256:12345abcdef', 'mailto:admin@example.com/x', 'git@github.com:org/repo.git',
  'npm ERR! 404 foo@1.2.3', 'at Object.<anonymous> (file:///app/node_modules/@scope/x.js:10:5)',
  'http://a:8080,http://b:80/c@d', 'npm_config_registry npm_lifecycle_event',
  'docker run --user 1000:1000 -p 8080:80 img', 'node -p 8080', 'sk-SK locale', 'task-abcdefgh disk-usage',
  'std::auth::Error at token::Parser', 'primary key: id', 'partitionKey: "id"',
  'invalid input syntax for type integer: "x"', 'Failed to fetch: 401 Unauthorized', 'author: Jane', 'monkey: x',
  'bypass: x', 'compass=north', 'Cannot find module \'./token\'', '<token> is missing', 'x < y > z',
  'usage: login <user> <password>', 'ECONNRESET: read', 'ORA-01017: invalid username/password; logon denied',
  'NATS: Authorization Violation', 'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN',
  'Handshake terminated by server: 403 (ACCESS-REFUSED)', 'Expected property name or \'}\' in JSON at position 1',
  'unable to verify the first certificate', 'request to https://h/token failed, reason: connect ECONNREFUSED',
  'Invalid `prisma.user.findMany()` invocation', 'Hostname/IP does not match certificate\'s altnames: Host: auth.',
  'key: value is too long', ...MESSAGES
]
