import { describe, expect, test } from 'vitest';
import type { SecretRule } from '../../src/facts/secret-rule.ts';
import { PROVIDER_RULES } from '../../src/facts/secret-rules.ts';
import { SECRET_RULES, secretsIn } from '../../src/facts/secret-scan.ts';
import { samplesOf, seeded } from './secret-samples.ts';

const SOURCE = { loose: false, generic: false, named: true };
const random = seeded(20_300_101);

const within = (rule: SecretRule, token: string): string =>
	rule.names.length === 0
		? `const value = "${token}";\n`
		: `${(rule.names[0] ?? '').replace(/[^\w:]/g, '')}_key="${token}"\n`;

/** Structure that a random token of the right shape does not have. */
const STRUCTURED = new Set([
	'pypi-token',
	'discord-bot-token',
	'1password-service-account-token',
	'sentry-auth-token',
	'grafana-cloud-token',
	'aws-access-key-id',
]);

describe('provider rules', () => {
	test('there are as many as the catalogue needs, each with a name of its own', () => {
		expect(PROVIDER_RULES.length).toBeGreaterThanOrEqual(150);
		expect(new Set(SECRET_RULES.map(({ id }) => id)).size).toBe(SECRET_RULES.length);
		for (const { rotate } of SECRET_RULES) expect(rotate).toMatch(/^https:\/\//);
	});

	test.each(PROVIDER_RULES.map((rule) => [rule.id, rule] as const))(
		'%s finds every shape that it describes',
		(id, rule) => {
			for (let round = 0; round < 5; round++) {
				for (const token of samplesOf(rule, random)) {
					const [found, ...more] = secretsIn(within(rule, token), SOURCE);
					expect(more).toEqual([]);
					expect(found?.value, `${token} in ${within(rule, token)}`).toBe(token);
					if (!sharesShape(rule)) expect(found?.rule.id).toBe(id);
					const sound = rule.seal === null ? ['none', 'parsed'] : ['valid'];
					if (!STRUCTURED.has(id)) expect(sound).toContain(found?.state);
				}
			}
		},
	);

	test.each(PROVIDER_RULES.map((rule) => [rule.id, rule] as const))(
		'%s does not find a token that is cut, or part of a longer word',
		(id, rule) => {
			for (const token of samplesOf(rule, random)) {
				const broken = [`${token.slice(0, 5)} ${token.slice(5)}`, `x${token}`, `${token}Zz9`];
				for (const other of rule.names.length > 0 ? broken.slice(0, 1) : broken.slice(0, 2)) {
					const found = secretsIn(within(rule, other), SOURCE).map((match) => match.value);
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
		const started = performance.now();
		secretsIn(text, { loose: true, generic: true, named: true });
		expect(performance.now() - started, text.slice(0, 40)).toBeLessThan(1_500);
	}
});
