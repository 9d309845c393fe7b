import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactBody, redactHeaders } from '../../../src/facts/web/redact.ts';
import { cpuMs } from '../../cpu-time.ts';

/** `…` as a latin1 body holds it. */
const DOTS = '\u00e2\u0080\u00a6';

const cookie = (value: string) => redactHeaders([['Set-Cookie', value]])[0]?.[1];

/** Put together here, so that no scanner takes this file for a leak. */
const TOKENS: Record<string, string> = {
	AKIA: `AKIA${'Z7'.repeat(8)}`,
	sk_l: `sk_live_${'a1B2'.repeat(6)}`,
	ghp_: `ghp_${'a1B2c3'.repeat(6)}`,
	gith: `github_pat_${'a1B2_c'.repeat(10)}`,
	xoxb: `xoxb-${'123456789012-'.repeat(2)}abcDEF`,
	glpa: `glpat-${'a1_B2-c3D4'.repeat(2)}`,
	AIza: `AIza${'a1B2c'.repeat(7)}`,
	'sk-a': `sk-ant-api03-${'a1B2-'.repeat(8)}`,
	'SG.a': `SG.${'a1B2c3'.repeat(4)}.${'d4E5f6'.repeat(7)}`,
	npm_: `npm_${'a1B2c3'.repeat(6)}`,
	eyJh: `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${'a1B2c3-_'.repeat(5)}`,
};

/** What stands where a value is put in later. */
const reference = (name: string) => `$\{${name}}`;

const KEY_LINES = Array.from({ length: 6 }, (_, i) => `${i}aB/+`.repeat(12)).join('\n');
const pem = (label: string, inner = KEY_LINES) =>
	`-----BEGIN ${label}-----\n${inner}\n-----END ${label}-----\n`;

it('leaves nonces and hashes of policies and of markup alone', () => {
	const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
	fc.assert(
		fc.property(bytes(16), bytes(48), (first, second) => {
			const [nonce, hash] = [first, second].map((one) => Buffer.from(one).toString('base64'));
			const policy = `script-src 'nonce-${nonce}' 'sha384-${hash}'; report-uri https://a.test/r`;
			const fields = [['Content-Security-Policy', policy]] as const;
			expect(redactHeaders(fields)).toEqual(fields);
			const html = `<!doctype html><script nonce="${nonce}" src="/a.js" integrity="sha384-${hash}"></script>`;
			expect(redactBody(html)).toBe(html);
		}),
	);
});

describe('Set-Cookie', () => {
	it.each([
		['sid=abcdef; Path=/; HttpOnly', 'sid=<redacted:6>; Path=/; HttpOnly'],
		['__Host-a=b=c==;Secure ; SameSite=Lax', '__Host-a=<redacted:5>;Secure ; SameSite=Lax'],
		['gone=; Max-Age=0', 'gone=; Max-Age=0'],
		['a= "q v" ;Path=/x', 'a= <redacted:5> ;Path=/x'],
		['nameless', '<redacted:8>'],
		['', ''],
		['; Path=/', '; Path=/'],
	])('%s', (before, after) => {
		expect(cookie(before)).toBe(after);
		expect(cookie(after)).toBe(after);
	});

	it('keeps name and attributes byte for byte', () => {
		const part = fc.string({ unit: 'binary-ascii' }).map((text) => text.replace(/[;=]/g, ''));
		fc.assert(
			fc.property(part, fc.string(), fc.string(), (name, value, attributes) => {
				const redacted = cookie(`${name}=${value.replaceAll(';', '')};${attributes}`) ?? '';
				expect(redacted.startsWith(`${name}=`)).toBe(true);
				expect(redacted.endsWith(`;${attributes}`)).toBe(true);
			}),
		);
	});
});

describe('other headers', () => {
	it('lose tokens, but a Location stays what a browser would follow', () => {
		const token = TOKENS['eyJh'] ?? '';
		const headers = [
			['X-Token', `Bearer ${token}`],
			['Location', `/next?t=${token}`],
			['X-Plain', 'max-age=1'],
		] as const;
		expect(redactHeaders(headers)).toEqual([
			['X-Token', `Bearer eyJh${DOTS}<redacted:${token.length}>`],
			['Location', `/next?t=${token}`],
			['X-Plain', 'max-age=1'],
		]);
	});
});

describe('environment files', () => {
	it('lose every value, and keep keys, comments, quotes and white space', () => {
		const before = [
			'# production',
			'APP_KEY=base64:abcd',
			'export DB_PASSWORD="p4ss word"',
			"STRIPE='x'",
			'EMPTY=',
			'QUOTED=""',
			'lower_case=also',
			'SPACED = v \r',
			'NOT AN ASSIGNMENT',
			'',
		].join('\n');
		expect(redactBody(before)).toBe(
			[
				'# production',
				'APP_KEY=<redacted:11>',
				'export DB_PASSWORD="<redacted:9>"',
				"STRIPE='<redacted:1>'",
				'EMPTY=',
				'QUOTED=""',
				'lower_case=<redacted:4>',
				'SPACED = <redacted:1> \r',
				'NOT AN ASSIGNMENT',
				'',
			].join('\n'),
		);
	});

	it('are known by one assignment where there is nothing else', () => {
		expect(redactBody('SECRET_KEY=abc\n')).toBe('SECRET_KEY=<redacted:3>\n');
		expect(redactBody('Set the value\nSECRET_THING=abc\n')).toBe(
			'Set the value\nSECRET_THING=abc\n',
		);
	});

	it('may have values over several lines', () => {
		const before = 'ABC="one\ntwo\nthree"\nDEF=x\n';
		expect(redactBody(before)).toBe('ABC="<redacted:13>"\nDEF=<redacted:1>\n');
		const key = `PRIVATE_KEY="${pem('RSA PRIVATE KEY').trimEnd()}"\nDEF=x\n`;
		expect(redactBody(key)).not.toContain('aB/+');
		expect(redactBody('ABC="never closed\nDEF=x\n')).toBe('ABC=<redacted:13>\nDEF=<redacted:1>\n');
	});
});

describe('private keys', () => {
	it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'])(
		'%s keeps its BEGIN and END lines only',
		(label) => {
			const before = `first\n${pem(label)}last\n`;
			expect(redactBody(before)).toBe(
				`first\n-----BEGIN ${label}-----\n<redacted:${KEY_LINES.length}>\n-----END ${label}-----\nlast\n`,
			);
		},
	);

	it('in JSON, and cut before their end', () => {
		const escaped = pem('PRIVATE KEY').trimEnd().replaceAll('\n', '\\n');
		const json = redactBody(`{"private_key": "${escaped}\\n", "id": 1}`);
		expect(json).toMatch(
			/^\{"private_key": "-----BEGIN PRIVATE KEY-----\\n<redacted:\d+>\\n-----END PRIVATE KEY-----\\n", "id": 1\}$/,
		);
		const cut = pem('EC PRIVATE KEY').slice(0, 200);
		expect(redactBody(cut)).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n<redacted:\d+>$/);
	});

	it('are not seen in public keys, certificates and code that writes keys', () => {
		for (const text of [
			pem('PUBLIC KEY'),
			pem('CERTIFICATE'),
			'"-----BEGIN PRIVATE KEY-----\\n"+btoa(k)+"\\n-----END PRIVATE KEY-----"',
			'if (s.startsWith("-----BEGIN PRIVATE KEY-----")) parse(s);',
		]) {
			expect(redactBody(text)).toBe(text);
		}
	});
});

describe('tokens', () => {
	it.each(Object.entries(TOKENS))('keep their first four characters: %s', (start, token) => {
		const after = `${start}${DOTS}<redacted:${token.length}>`;
		for (const [before, behind] of [
			['', ''],
			['key="', '"'],
			["<script>var k = '", "';</script>"],
			['a=', '&b=c'],
		]) {
			expect(redactBody(`${before}${token}${behind}`)).toBe(`${before}${after}${behind}`);
		}
		expect(Buffer.from(redactBody(token), 'latin1').toString('utf8')).toBe(
			`${start}…<redacted:${token.length}>`,
		);
	});

	it('are passwords in URLs too, of which scheme and user stay', () => {
		expect(redactBody('url: postgres://app:s3cr3t@db.example.com:5432/x')).toBe(
			'url: postgres://app:<redacted:6>@db.example.com:5432/x',
		);
		expect(redactBody('redis://:s3cr3t@cache')).toBe('redis://:<redacted:6>@cache');
	});

	it('are not ordinary text', () => {
		for (const text of [
			'https://example.com:8080/@user/x',
			'https://example.com/a:b@c',
			'https://user@example.com/',
			'mailto:a:b@example.com',
			'AKIA is a prefix, AKIA1234 is too short',
			`data:image/png;base64,${'AKIA'.repeat(30)}`,
			'sk_live_ and pk_live_51abcdefghijklmnopqrstuvwxyz',
			'class="SG.a.b"',
			'eyJhbGciOiJIUzI1NiJ9',
			'ghp_short',
		]) {
			expect(redactBody(text)).toBe(text);
		}
	});
});

describe('credential files', () => {
	it.each([
		[
			'.npmrc',
			'//registry.example.com/:_authToken=abc\n',
			'//registry.example.com/:_authToken=<redacted:3>\n',
		],
		[
			'.aws/credentials',
			'[default]\naws_access_key_id = x\naws_secret_access_key = abc/def\n',
			'[default]\naws_access_key_id = x\naws_secret_access_key = <redacted:7>\n',
		],
		['.htpasswd', 'admin:$apr1$ab$cdef\n', 'admin:<redacted:13>\n'],
		['docker', '{"auths":{"r":{"auth":"dTpw"}}}', '{"auths":{"r":{"auth":"<redacted:4>"}}}'],
		['.netrc', 'machine h login u password p\n', 'machine h login u password <redacted:1>\n'],
		['.pgpass', 'h:5432:db:u:p:w\n', 'h:5432:db:u:<redacted:3>\n'],
		[
			'secrets.yml',
			'production:\n  secret_key_base: ab12\n',
			'production:\n  secret_key_base: <redacted:4>\n',
		],
		[
			'wp-config.php',
			"<?php\ndefine('DB_PASSWORD', 'abc');\ndefine( 'AUTH_KEY',  'x y' );\n$db_password = \"q\";\n",
			"<?php\ndefine('DB_PASSWORD', '<redacted:3>');\ndefine( 'AUTH_KEY',  '<redacted:3>' );\n$db_password = \"<redacted:1>\";\n",
		],
		[
			'sftp.json',
			'{ "host": "h", "password": "a\\"b" }',
			'{ "host": "h", "password": "<redacted:4>" }',
		],
		['.htpasswd, old', 'bob:rqXexS6ZhobKA\n', 'bob:<redacted:13>\n'],
		[
			'docker-compose.yml',
			'services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=abc\n      API_KEY: "de f"\n',
			'services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=<redacted:3>\n      API_KEY: "<redacted:4>"\n',
		],
		[
			'Dockerfile',
			'FROM node\nENV A=1 DB_PASSWORD=abc\n',
			'FROM node\nENV A=1 DB_PASSWORD=<redacted:3>\n',
		],
		[
			'web.config',
			'<configuration><add connectionString="Server=a;Password=abc;" /><add key="StripeSecret" value="abcd" /></configuration>',
			'<configuration><add connectionString="Server=a;Password=<redacted:3>;" /><add key="StripeSecret" value="<redacted:4>" /></configuration>',
		],
		[
			'appsettings.json',
			'{"ConnectionStrings":{"Default":"Server=a;Pwd=abc;"},"Jwt":{"SigningKey":"abcd"}}',
			'{"ConnectionStrings":{"Default":"Server=a;Pwd=<redacted:3>;"},"Jwt":{"SigningKey":"<redacted:4>"}}',
		],
		[
			'.mcp.json',
			'{"mcpServers":{"a":{"args":["--api-key","abc","--token=de"],"env":{"GIT_TOKEN":"f"}}}}',
			'{"mcpServers":{"a":{"args":["--api-key","<redacted:3>","--token=<redacted:2>"],"env":{"GIT_TOKEN":"<redacted:1>"}}}}',
		],
		[
			'a log',
			'[2030-01-01 10:00:00] production.ERROR: failed password=abc Authorization: Bearer abcdefgh\n',
			'[2030-01-01 10:00:00] production.ERROR: failed password=<redacted:3> Authorization: Bearer <redacted:8>\n',
		],
		[
			'a dump',
			"-- MySQL dump 10.13\nINSERT INTO `a` (`b`) VALUES (1,'c');\nINSERT INTO d VALUES\n(1),\n(2);\nCOPY public.a (b) FROM stdin;\nx\ty\n\\.\nCREATE USER a IDENTIFIED BY 'abc';\n",
			"-- MySQL dump 10.13\nINSERT INTO `a` (`b`) VALUES <redacted:7>;\nINSERT INTO d VALUES\n<redacted:4>\n<redacted:3>;\nCOPY public.a (b) FROM stdin;\n<redacted:3>\n\\.\nCREATE USER a IDENTIFIED BY '<redacted:3>';\n",
		],
		['an archive', 'PK\u0003\u0004abcdef', 'PK\u0003\u0004<redacted:6>'],
		['a database', 'SQLite format 3\0abc', 'SQLite format 3\0<redacted:3>'],
		['a tar', `${'a'.repeat(257)}ustar  b`, `${'a'.repeat(257)}ustar<redacted:3>`],
		[
			'PHP with HTML',
			"<?php $password = 'abc'; ?><!doctype html><html>",
			"<?php $password = '<redacted:3>'; ?><!doctype html><html>",
		],
	])('%s', (_, before, after) => {
		expect(redactBody(before)).toBe(after);
		expect(redactBody(after)).toBe(after);
	});
});

describe('what is no secret survives exactly', () => {
	it.each([
		[
			'.git/config',
			'[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote "origin"]\n\turl = git@example.com:a/b.git\n',
		],
		[
			'.git/index',
			`DIRC\u0000\u0000\u0000\u0002${String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))}`,
		],
		['.git/HEAD', 'ref: refs/heads/main\n'],
		[
			'HTML',
			'<!doctype html><title>x</title>\nABC=1\nDEF=2\n<input type="password" name="password">',
		],
		['robots.txt', 'User-agent: *\nDisallow: /admin\n'],
		['JSON', '{"errors":{"password":["is too short"]},"token_type":"x"}'],
		['JavaScript', 'const A=1;let B="password";fetch("/api?x=1")'],
		['DMARC-like', 'v=DMARC1; p=none'],
		['SQL without rows', '-- MySQL dump 10.13\nCREATE TABLE `a` (\n  `id` int\n);\n'],
		['.npmrc', `//registry.example.com/:_authToken=${reference('NPM_TOKEN')}\n`],
		['secrets.yml', 'production:\n  secret_key_base: <%= ENV["SECRET_KEY_BASE"] %>\n'],
		['.mcp.json', `{"mcpServers":{"a":{"env":{"API_TOKEN":"${reference('API_TOKEN')}"}}}}`],
		[
			'docker-compose.yml',
			`services:\n  db:\n    environment:\n      DB_PASSWORD: ${reference('DB_PASSWORD')}\n`,
		],
		['Dockerfile', 'FROM node\nARG NPM_TOKEN\nENV NODE_ENV=production\n'],
		[
			'web.config',
			'<configuration><machineKey validationKey="AutoGenerate,IsolateApps" /></configuration>',
		],
		[
			'public settings',
			'{"apiUrl":"https://api.example.com","tokenEndpoint":"/token","title":"x"}',
		],
		['a reference in a URL', `url: postgres://app:${reference('PASSWORD')}@db.example.com/x`],
		['a reference in a header', `{"Authorization": "Bearer ${reference('TOKEN')}"}`],
		['a place for a secret', '{"token": "x", "api_key": "<your key>", "secret": "your-secret"}'],
		['labels', '{"password": "Password", "new_password": "New password"}'],
		['a picture', '\u0089PNG\r\n\u001a\n\0\0\0\rIHDR'],
		['time', '12:30:00:00:00 is no password\n'],
	])('%s', (_, text) => {
		expect(redactBody(text)).toBe(text);
	});
});

describe('for any text', () => {
	const piece = fc.oneof(
		fc.string({ unit: 'binary-ascii', maxLength: 20 }),
		fc.constantFrom(...Object.values(TOKENS)),
		fc.constantFrom(
			'\nABC=',
			'\nexport DEF="',
			'"',
			"'",
			'\n',
			'<?php ',
			"define('DB_PASSWORD', '",
			'machine a login b password ',
			'"auths"',
			'"auth":"',
			'x:5432:a:b:',
			'://u:',
			'https',
			'@',
			'<redacted:5>',
			DOTS,
			'-----BEGIN PRIVATE KEY-----',
			'-----END PRIVATE KEY-----',
			'-----BEGIN OPENSSH PRIVATE KEY-----\n',
			KEY_LINES,
			'eyJhbGci.eyJzdWIi.',
			'\\n',
			'_authToken=',
			'{"password":"',
			'services:\n',
			'- A_TOKEN=',
			'FROM x\nENV ',
			'<configuration ',
			'connectionString="Password=',
			'"--token","',
			'INSERT INTO a VALUES (',
			';\n',
			'COPY a FROM stdin;\n',
			'\n2030-01-01 10:00 token=',
			'Bearer ',
			'"propertySources" "value":"',
			'PK\u0003\u0004',
		),
	);
	const text = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));

	it('twice is once', () => {
		fc.assert(
			fc.property(text, (before) => {
				const once = redactBody(before);
				expect(redactBody(once)).toBe(once);
				const headers = [['Set-Cookie', before]] as const;
				expect(redactHeaders(redactHeaders(headers))).toEqual(redactHeaders(headers));
			}),
			{ numRuns: 3_000 },
		);
	});

	it('no token gets through whole', () => {
		const edge = fc.constantFrom('', ' ', '"', '=', '\n', '/', ';', '<b>');
		fc.assert(
			fc.property(fc.constantFrom(...Object.values(TOKENS)), edge, edge, (token, left, right) => {
				expect(redactBody(`x${left || ' '}${token}${right}`)).not.toContain(token);
			}),
		);
	});

	it.each([
		['AKIA', 'AKIA'],
		['token starts', 'eyJa'],
		['dotted', 'eyJaaaaaa.'],
		['schemes', 'a://b:'],
		['letters', 'a'],
		['spaces', ' '],
		['new lines', '\n'],
		['assignments', 'ABC="x\n'],
		['quotes', 'A=\'"`\n'],
		['key markers', '-----BEGIN PRIVATE KEY-----'],
		['half markers', '-----BEGIN '],
		['dashes', '-'],
		['php', "<?php define('password_"],
		['passwords', 'password '],
		['machines', 'machine a\n'],
		['colons', 'a:1:'],
		['objects', '{"password":"\\'],
		['under_scores', 'aws_'],
		['npm', '_auth'],
		['yaml', 'version:\n  token'],
		['docker', 'FROM a\nENV token'],
		['configuration', '<configuration key="token'],
		['connections', 'connectionstring password='],
		['arguments', '"--token'],
		['inserts', 'INSERT INTO a(\n'],
		['copies', 'COPY a\n'],
		['logs', '[2030-01-01 10:00 token'],
		['log words', 'a b c [01'],
		['json', '{"token_token'],
	])('takes time in proportion: %s', (_, unit) => {
		const took = (length: number) => {
			const body = unit.repeat(Math.ceil(length / unit.length));
			const began = cpuMs();
			redactBody(body);
			return cpuMs() - began;
		};
		took(10_000);
		expect(took(1024 * 1024)).toBeLessThan(1_500);
	});
});
