import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import content from '../../../checks/logs/content.ts';
import files from '../../../checks/logs/files.ts';
import type { Io } from '../../../src/core/io.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import type { RepositoryLogs } from '../../../src/facts/logs/log-findings.ts';
import { givenLog, logPlaces, repositoryLogs } from '../../../src/facts/logs/log-places.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { committed, git, temporaryFolder, write } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

const random = seeded(11);
const io = () => ({ files: createFiles({ configFolder: temporaryFolder() }) }) as unknown as Io;

async function found(root: string, named: string[] = []): Promise<RepositoryLogs> {
	const { source, params } = repositoryLogs({ root, named });
	return (await ('observe' in source && source.observe(params as never, io()))) as RepositoryLogs;
}

async function given(text: string | Buffer): Promise<RepositoryLogs> {
	const root = temporaryFolder();
	write(root, { 'a.log': text });
	const { source, params } = givenLog({ file: join(root, 'a.log'), name: 'a.log' });
	return (await ('observe' in source && source.observe(params as never, io()))) as RepositoryLogs;
}

const sayings = async (text: string | Buffer) =>
	inWords(judged(content, { found: await given(text) }));

/** Digits with the check digit of ISO/IEC 7812-1 behind them. */
function card(digits: string): string {
	const sum = [...digits].reverse().reduce((total, digit, index) => {
		const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
		return total + (value > 9 ? value - 9 : value);
	}, 0);
	return `${digits}${(10 - (sum % 10)) % 10}`;
}
const visa = card('453914808036511'.padEnd(15, '0').slice(0, 15));
const stripe = () => `sk_${'live'}_${random62(24, random)}`;
const jwt = () =>
	`${[{ alg: 'HS256' }, { sub: '42', role: 'user' }]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.')}.${random62(43, random)}`;

test('a log of the repository that was also given is read once, whatever it is called', async () => {
	const root = committed({ 'logs/app.log': 'started\n', 'out.dat': 'started\n' });
	write(root, { '.git/info/late.txt': 'started\n' });
	const { logs, files } = await found(root, ['logs/app.log', 'out.dat', '.git/info/late.txt']);
	expect(logs.map(({ file, committed, unread }) => [file, committed, unread])).toEqual([
		['logs/app.log', true, ''],
		['out.dat', true, ''],
		['.git/info/late.txt', false, ''],
	]);
	expect(files).toBe(2);
	const places = logPlaces({
		repo: root,
		logs: [join(root, 'logs/app.log'), '/var/log/a.log'],
	} as never);
	const known = await ('derive' in places.source &&
		places.source.derive(places.params as never, (() => undefined) as never));
	expect(known).toMatchObject({
		value: [
			{ root, named: ['logs/app.log'] },
			{ file: '/var/log/a.log', name: 'a.log' },
		],
	});
});

test('their examples say what they claim', () => {
	expect(verifyCheck(content)).toEqual([]);
	expect(verifyCheck(files)).toEqual([]);
});

describe('tokens', () => {
	test.each([
		['a provider’s key', () => `charge failed key=${stripe()}`],
		['a JWT', () => `INFO user signed in with ${jwt()}`],
		['an Authorization header', () => `> Authorization: Bearer ${random62(32, random)}`],
		[
			'the same in JSON',
			() => JSON.stringify({ headers: { authorization: `Basic ${random62(24, random)}` } }),
		],
		['a session cookie', () => `"cookie":"theme=dark; connect.sid=s%3A${random62(30, random)}"`],
		[
			'a presigned URL',
			() =>
				`GET https://b.s3.amazonaws.com/x?X-Amz-Expires=900&X-Amz-Signature=${'0123456789abcdef'.repeat(4)}`,
		],
		['a reset link', () => `GET /reset-password?token=${random62(40, random)} 200`],
	])('%s', async (_, line) => {
		expect(await sayings(`first line\n${line()}\n`)).toContain('high token a.log:2');
	});

	test.each([
		'Authorization: Bearer [REDACTED]',
		'authorization: "***"',
		'"authorization":"[Redacted]","cookie":"[Redacted]"',
		'authorization header is missing; token expired',
		'cookie: _ga=GA1.2.1234567890.1234567890; theme=dark; NEXT_LOCALE=en',
		'GET /callback?state=af0ifjsldkj&csrf_token=8f14e45fceea167a5a36dedd4bea2543',
		'usage: prompt_tokens=1234 completion_tokens=567 total_tokens=1801',
		'commit 8f14e45fceea167a5a36dedd4bea2543aabbccdd deployed',
		'request_id=0192f0c1-7c3e-7d5a-9c56-2f1f6e0a4b11 trace_id=4bf92f3577b34da6a3ce929d0e0e4736',
	])('are not: %s', async (line) => {
		expect(await sayings(`${line}\n`)).toEqual(['pass']);
	});
});

describe('passwords', () => {
	test.each([
		'GET /login?email=x&password=hunter2 200',
		'body: username=joe&password=Tr0ub4dor',
		'{"email":"x","password":"correct horse 7"}',
		'{"msg":"{\\"user\\":\\"joe\\",\\"password\\":\\"hunter2\\"}"}',
		"{ user: 'joe', newPassword: 'hunter2' }",
		'Parameters: {"user"=>{"password"=>"hunter2"}}',
		"STATEMENT: ALTER ROLE app WITH PASSWORD 'hunter2'",
		`connecting to postgres${'://'}app:hunter2x9@db.shop-prod.io:5432/app`,
	])('%s', async (line) => {
		expect(await sayings(`${line}\n`)).toContain('high password a.log:1');
	});

	test.each([
		'password=[FILTERED]',
		'"password":"********"',
		'password: must be at least 8 characters long',
		'{"errors":{"password":"is required"}}',
		'{"password":null,"passwordLength":12,"min_password":"8"}',
		'PWD=/home/app OLDPWD=/',
		'wrong password for user 42',
		'POST /password/reset 204',
		'prisma:query SELECT id FROM users WHERE password = $1',
	])('are not: %s', async (line) => {
		expect(await sayings(`${line}\n`)).toEqual(['pass']);
	});
});

describe('payment cards', () => {
	test.each([
		`charging card ${visa} now`,
		`{"cardNumber":"${visa}"}`,
		`{"number":"${visa}","exp":"12/30"}`,
		`pan=${visa.replace(/(.{4})(?=.)/g, '$1 ')}`,
		`card ${visa.replace(/(.{4})(?=.)/g, '$1-')}`,
		`amex ${card('37828224631000')}`,
		`mastercard ${card('222300000000000')}`,
	])('%s', async (line) => {
		expect(await sayings(`${line}\n`)).toEqual(['blocker payment-card a.log:1']);
	});

	test.each([
		['another check digit', `card ${visa.slice(0, -1)}${(Number(visa.at(-1)) + 1) % 10}`],
		['no issuer', `card ${card('990000000000123')}`],
		['another length', `card ${card('45391480803651')}`],
		['an order', `order_id=${visa}`],
		['an id in JSON', `{"id":${visa},"requestId":"${visa}"}`],
		['a trace', `traceId: ${visa}`],
		['a duration', `took ${visa}ns`],
		['a path', `GET /orders/${visa} 200`],
		['part of a longer number', `0.${visa} 1${visa}00 ${visa}-abc`],
		['all the same', 'card 0000000000000000'],
		['masked', `card ${visa.slice(0, 6)}******${visa.slice(-4)}`],
	])('are not: %s', async (_, line) => {
		expect(await sayings(`${line}\n`)).toEqual(['pass']);
	});

	test('published test numbers say so', async () => {
		const [finding] = judged(content, { found: await given('card 4242424242424242\n') });
		expect(finding).toMatchObject({ severity: 'blocker', confidence: 'medium' });
	});
});

describe('personal data', () => {
	const people = (count: number) =>
		Array.from({ length: count }, (_, at) => `login ok user${at}@shop-prod.io`).join('\n');

	test('is high from twenty different people, and later below', async () => {
		expect(await sayings(people(19))).toEqual(['later personal-data a.log:1']);
		expect(await sayings(people(20))).toEqual(['high personal-data a.log:1']);
		expect(await sayings('login ok joe.doe@shop-prod.io\n'.repeat(50))).toEqual([
			'later personal-data a.log:1',
		]);
	});

	test.each([
		'sms to +4915123456789 sent',
		'IBAN DE89370400440532013000',
		'iban: GB29 NWBK 6016 1331 9268 19',
		'ssn=123-45-6789',
		'cpf 529.982.247-25',
		'dni: 12345678Z',
	])('%s', async (line) => {
		expect(await sayings(`${line}\n`)).toEqual(['later personal-data a.log:1']);
	});

	test.each([
		'mail to noreply@shop-prod.io and support@shop-prod.io',
		'mail to joe.doe@example.com and jane@shop.test',
		'loaded icon@2x.png from foo@1.2.3 and com.shop.Bean@4f3a21bc',
		'GET https://abc123def@o1.ingest.sentry.io/1',
		'message-id=<20260101.abc9@mail.shop-prod.io>',
		'git@github.com:shop/app.git',
		'[10/Oct/2026:13:55:36 +0000] at +1 and +12345',
		'IBAN DE89370400440532013001',
		'part number 123-45-6789',
	])('is not: %s', async (line) => {
		expect(await sayings(`${line}\n`)).toEqual(['pass']);
	});
});

describe('dumps', () => {
	test('whole headers and bodies', async () => {
		const headers = { host: 'a.test', 'user-agent': 'x', accept: '*/*' };
		expect(await sayings(`${JSON.stringify({ req: { headers } })}\n`)).toEqual([
			'later request-bodies a.log:1',
		]);
		expect(await sayings('"body":{"a":1,"b":2,"c":3}\n')).toEqual(['later request-bodies a.log:1']);
		expect(await sayings('"headers":{"host":"a.test"} body: 12 bytes\n')).toEqual(['pass']);
	});

	test('an environment beside a stack, and neither alone', async () => {
		const stack = 'Error: x\n    at run (/app/a.js:10:3)\n';
		const environment =
			"env: { PATH: '/usr/bin', HOME: '/root', NODE_ENV: 'production', LANG: 'C' }\n";
		expect(await sayings(stack + environment)).toEqual(['later stack-with-source a.log:3']);
		expect(await sayings(stack)).toEqual(['pass']);
		expect(await sayings(environment)).toEqual(['pass']);
	});
});

describe('in a repository', () => {
	test('a tracked log, and one that browsers get, raise the severity', async () => {
		const root = committed({ 'logs/app.log': `${stripe()}\n`, 'a.ts': '' });
		expect(inWords(judged(content, { found: await found(root) }))).toEqual([
			'blocker token logs/app.log:1',
		]);
		expect(inWords(judged(files, { found: await found(root) }))).toEqual([
			'later committed logs/app.log',
		]);
		const other = committed({ '.gitignore': 'public/\nlogs/\n' });
		write(other, { 'public/debug.log': `${stripe()}\n`, 'logs/a.log': 'password=hunter2\n' });
		expect(new Set(inWords(judged(content, { found: await found(other) })))).toEqual(
			new Set(['blocker token public/debug.log:1', 'high password logs/a.log:1']),
		);
		expect(inWords(judged(files, { found: await found(other) }))).toEqual(['pass']);
	});

	test('test data, code about logs and change logs are none', async () => {
		const root = committed({
			'test/fixtures/access.log': 'password=hunter2\n',
			'src/log/messages.json': '{"password":"hunter2"}',
			'src/logger.ts': 'password=hunter2',
			'CHANGELOG.md': 'password=hunter2',
		});
		expect(inWords(judged(content, { found: await found(root) }))).toEqual(['not-applicable']);
		expect(inWords(judged(files, { found: await found(root) }))).toEqual(['pass']);
	});

	test('what is compressed or no text is unknown, and not a pass', async () => {
		const root = temporaryFolder();
		git(root, 'init', '-q');
		write(root, {
			'logs/a.log.gz': Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]),
			'logs/b.log': Buffer.from([0, 1, 2, 3]),
			'logs/c.log': 'fine\n',
		});
		const seen = await found(root);
		expect(inWords(judged(content, { found: seen }))).toEqual(['unknown']);
		const [gap] = judged(files, { found: seen });
		expect(gap).toMatchObject({ outcome: 'unknown', verdict: 'unreadable' });
		expect(gap?.message).toContain('logs/a.log.gz (compressed (gzip))');
	});
});

test('a log that is larger than a block is read whole, with its line numbers', async () => {
	const line = 'a quiet line about nothing that goes on for a while\n';
	const text = `${line.repeat(30_000)}key=${stripe()}\n${'x'.repeat(700_000)} password=hunter2 ${'y'.repeat(300_000)}\n${line}`;
	const [log] = (await given(text)).logs;
	expect(log?.lines).toBe(30_004);
	expect(log?.kinds.map(({ what, samples }) => [what, samples[0]?.line])).toEqual([
		['Stripe secret keys', 30_001],
		['passwords', 30_002],
	]);
});

test('UTF-16 is read', async () => {
	expect(await sayings(Buffer.from(`\ufeffx\npassword=hunter2\n`, 'utf16le'))).toEqual([
		'high password a.log:2',
	]);
});

test('no value is in the fact or in a finding', async () => {
	const values = {
		stripe: stripe(),
		jwt: jwt(),
		bearer: random62(40, random),
		cookie: random62(30, random),
		password: 'hunter2hunter',
		spoken: 'corr3ct-horse',
		mail: 'jane.doe@shop-prod.io',
		phone: '+4915123456789',
		iban: 'DE89370400440532013000',
		card: visa,
		plain: random62(22, random),
	};
	const lines = [
		`key ${values.stripe} then {"authorization":"Bearer ${values.bearer}","cookie":"sid=${values.cookie}"}`,
		`"password":"${values.password}","note":"password=${values.spoken}", x=${values.plain} ${values.plain}`,
		`user ${values.mail} ${values.phone} ${values.iban} ${values.card} ${values.jwt}`,
	];
	const seen = await given(lines.join('\n'));
	expect(seen.logs[0]?.kinds.length).toBeGreaterThanOrEqual(8);
	const everything = JSON.stringify([seen, judged(content, { found: seen })]);
	for (const value of Object.values(values)) {
		expect(everything).not.toContain(value);
		expect(everything).not.toContain(value.slice(2, 10));
	}
});

test('one value is one risk with the same value elsewhere; many of a kind are one finding', async () => {
	const key = stripe();
	const [one] = judged(content, { found: await given(`${key}\n${key}\n`) });
	expect(one && 'cause' in one && one.cause).toMatch(/^secret\/[0-9a-f]{16}$/);
	const many = Array.from({ length: 30 }, stripe).join('\n');
	const findings = judged(content, { found: await given(many) });
	expect(findings).toHaveLength(1);
	expect(findings[0]?.message).toContain('30 different Stripe secret keys');
});
