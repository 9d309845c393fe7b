import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SecretRule } from '../../../src/facts/secrets/secret-rule.ts';
import { PROVIDER_RULES } from '../../../src/facts/secrets/secret-rules.ts';
import { SECRET_RULES, secretsIn } from '../../../src/facts/secrets/secret-scan.ts';
import { cpuMs } from '../../cpu-time.ts';
import { givenTo, random62, samplesOf, seeded } from './secret-samples.ts';

const SOURCE = {
	loose: false,
	generic: false,
	named: true,
	spaced: false,
	key: false,
};
/** Where a rule counts. */
const natureFor = (rule: SecretRule) => ({ ...SOURCE, server: rule.serverOnly !== null });
const random = seeded(20_300_101);

describe('provider rules', () => {
	test('there are as many as the catalogue needs, each with a name of its own', () => {
		expect(PROVIDER_RULES.length).toBeGreaterThanOrEqual(150);
		expect(new Set(SECRET_RULES.map(({ id }) => id)).size).toBe(SECRET_RULES.length);
		for (const { provider, rotate } of SECRET_RULES) {
			// Nobody in particular issues these.
			if (!['HTTP', 'SSH', 'JSON'].includes(provider)) expect(rotate).toMatch(/^https:\/\//);
		}
	});

	const tokens = PROVIDER_RULES.map((rule) => {
		const rounds = Array.from({ length: 5 }, () => samplesOf(rule, random));
		return [rule.id, rule, rounds.flat()] as const;
	});

	test.each(tokens)('%s finds every shape that it describes', (id, rule, samples) => {
		for (const token of samples) {
			const [found, ...more] = secretsIn(givenTo(rule, token), natureFor(rule));
			expect(more).toEqual([]);
			expect(found?.value, `${token} in ${givenTo(rule, token)}`).toBe(token);
			if (!sharesShape(rule)) expect(found?.rule.id).toBe(id);
		}
	});

	test.each(tokens.filter(([, rule]) => rule.seal !== null))(
		'%s tells a checksum that holds from one that does not',
		(_, rule, samples) => {
			for (const token of samples) {
				const last = token.endsWith('0') ? '1' : '0';
				const states = [token, token.slice(0, -1) + last].map(
					(one) => secretsIn(givenTo(rule, one), natureFor(rule))[0]?.state,
				);
				expect(states).toEqual(['valid', 'invalid']);
			}
		},
	);

	test.each(tokens)('%s takes bounded time on its own near misses', (_, rule, samples) => {
		for (const token of samples.slice(0, 1)) {
			const miss = `${givenTo(rule, token.slice(0, -1)).trimEnd()}${rule.anchors[0]}`;
			for (const text of [
				miss.repeat(60_000 / miss.length),
				miss.replaceAll('"', '').repeat(60_000 / miss.length),
			]) {
				const started = cpuMs();
				secretsIn(text, { loose: true, generic: true, named: true, spaced: false, key: false });
				expect(cpuMs() - started).toBeLessThan(3_000);
			}
		}
	});

	test.each(PROVIDER_RULES.map((rule) => [rule.id, rule] as const))(
		'%s does not find a token that is cut, or part of a longer word',
		(id, rule) => {
			for (const token of samplesOf(rule, random)) {
				const broken = [`${token.slice(0, 5)} ${token.slice(5)}`, `x${token}`, `${token}Zz9`];
				const isWord = rule.names.length === 0 && rule.templates.every(({ word }) => word);
				for (const other of isWord ? broken.slice(0, 2) : broken.slice(0, 1)) {
					const found = secretsIn(givenTo(rule, other), natureFor(rule)).map(
						(match) => match.value,
					);
					expect(found, `${id}: ${other}`).not.toContain(token);
				}
			}
		},
	);
});

/** Rules whose shape another rule has too, where the name alone decides. */
function sharesShape({ names, id }: SecretRule): boolean {
	return names.length > 0 || id.startsWith('stripe-') || id.startsWith('gitlab-');
}

test('a text full of anchors takes time in proportion to its length', () => {
	const anchors = SECRET_RULES.flatMap((rule) => rule.anchors).join(' ');
	const worst = [
		anchors.repeat(20),
		anchors.replaceAll(' ', '').repeat(20),
		'a'.repeat(400_000),
		'://a:'.repeat(80_000),
		'-----BEGIN RSA PRIVATE KEY-----\n'.repeat(12_000),
		'eyJ'.repeat(130_000),
		'password='.repeat(45_000),
		`secret${'='.repeat(400_000)}`,
		'sk_live_'.repeat(50_000),
		'AKIA'.repeat(100_000),
		'%3a'.repeat(130_000),
		'\\u0041'.repeat(66_000),
		'xoxb-1234567890-'.repeat(25_000),
		'token:\n'.repeat(57_000),
		'secret: "'.repeat(44_000),
	];
	for (const text of worst) {
		const started = cpuMs();
		secretsIn(text, { loose: true, generic: true, named: true, spaced: false, key: false });
		expect(cpuMs() - started, text.slice(0, 40)).toBeLessThan(3_000);
	}
});

test('no text makes it throw, and no span is told twice', () => {
	const anchors = SECRET_RULES.flatMap((rule) => rule.anchors);
	const pieces = fc.oneof(
		fc.constantFrom(
			...anchors,
			'=',
			'"',
			':',
			'\n',
			'\\n',
			'%3a',
			'\\u0041',
			'://a:b@c.de/',
			'eyJ',
		),
		fc.string({ unit: 'binary', maxLength: 40 }),
		fc.base64String({ maxLength: 90 }),
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
			const text = Buffer.from(parts.join(''), 'utf8').toString('latin1');
			let end = 0;
			for (const match of secretsIn(text, {
				loose: true,
				generic: true,
				named: true,
				spaced: false,
				key: false,
			})) {
				expect(match.start).toBeGreaterThanOrEqual(end);
				expect(match.end).toBeGreaterThan(match.start);
				expect(match.end).toBeLessThanOrEqual(text.length);
				end = match.end;
			}
		}),
		{ numRuns: 1_000 },
	);
});

test('values without a provider are told from words by how random they look', () => {
	const generated = Array.from({ length: 400 }, (_, index) => {
		const bytes = Buffer.from(Array.from({ length: 24 }, () => Math.floor(random() * 256)));
		return index % 2 === 0 ? bytes.toString('hex') : bytes.toString('base64url');
	});
	const written = [
		'production-database-main',
		'my-application-name',
		'application/json',
		'AccessTokenRefreshHandler',
		'refresh_token_expired',
		'com.example.auth.TokenProvider',
		'2030-01-01T00:00:00Z',
		'https://auth.shop-prod.io/oauth/token',
		'us-east-1_production',
		'node_modules/.cache/token',
		'not-configured-yet',
		'user:read,user:write',
	];
	const asGeneric = (value: string) =>
		secretsIn(`internal_api_token: "${value}"\n`, {
			loose: true,
			generic: true,
			named: true,
			spaced: false,
			key: false,
		});
	const found = generated.filter((value) => asGeneric(value).length === 1);
	expect(found.length).toBeGreaterThan(390);
	for (const value of written) expect(asGeneric(value), value).toEqual([]);
});

test('names that only speak about secrets hold none', () => {
	const value = random62(32, random);
	const config = { loose: true, generic: true, named: true, spaced: false, key: false };
	const holds = (line: string) => secretsIn(line, config).length;
	for (const name of [
		'API_TOKEN',
		'client_secret',
		'dbPassword',
		'service.apiKey',
		'ACCESS_KEY_1',
	]) {
		expect(holds(`${name}: ${value}`), name).toBe(1);
	}
	for (const name of [
		'token_url',
		'SECRET_NAME',
		'public_api_key',
		'max_tokens',
		'password_hash_id',
	]) {
		expect(holds(`${name}: ${value}`), name).toBe(0);
	}
});

test('a list of names is no assignment, and a fallback in a call is one', () => {
	expect(secretsIn("['app_secret', 'meta_app_secret']", SOURCE)).toEqual([]);
	const fallback = ['not', 'so', 'hard', 'to', 'guess'].join('-');
	expect(secretsIn(`env.get('APP_SECRET', '${fallback}')`, SOURCE)).toHaveLength(1);
});
