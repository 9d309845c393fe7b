import { describe, expect, test } from 'vitest';
import type { SecretRule } from '../../../src/facts/secrets/secret-rule.ts';
import { PROVIDER_RULES } from '../../../src/facts/secrets/secret-rules.ts';
import { secretsIn } from '../../../src/facts/secrets/secret-scan.ts';
import { givenTo, samplesOf, seeded } from './secret-samples.ts';

const random = seeded(41);

/** Values of a rule's own findings in a text. */
function foundBy(rule: SecretRule, text: string): readonly string[] {
	const nature = {
		loose: true,
		generic: false,
		named: true,
		spaced: false,
		key: false,
		server: rule.serverOnly !== null,
	};
	return secretsIn(text, nature)
		.filter((match) => match.rule.id === rule.id)
		.map(({ value }) => value);
}

const HEX = '0123456789abcdef';
const WORDS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The longest part of a token that its provider draws at random, replaced. */
function withBody(token: string, body: (length: number, isHex: boolean) => string): string {
	const runs = token.match(/[0-9A-Za-z]{8,}/g) ?? [];
	const longest = [...runs].sort((a, b) => b.length - a.length)[0];
	if (longest === undefined) return '';
	const at = token.lastIndexOf(longest);
	const made = body(longest.length, /^[0-9a-f]+$/.test(longest));
	return token.slice(0, at) + made + token.slice(at + longest.length);
}

const isFixed = ({ templates }: SecretRule): boolean =>
	templates.every(({ pattern }) => !/\{\d+,\d+\}/.test(pattern));

describe('what only looks like a token is none', () => {
	const rules = PROVIDER_RULES.map((rule) => [rule.id, rule, samplesOf(rule, random)] as const);

	test.each(rules)('%s: one character again and again', (_, rule) => {
		for (const digit of [0, 0.3, 0.97]) {
			for (const template of rule.templates) {
				const token = template.sample(() => digit);
				expect(foundBy(rule, givenTo(rule, token)), token).toEqual([]);
			}
		}
	});

	test.each(rules)('%s: characters that count up', (_, rule, samples) => {
		for (const token of samples) {
			const counted = withBody(token, (length, isHex) =>
				(isHex ? HEX : WORDS).repeat(12).slice(0, length),
			);
			expect(foundBy(rule, givenTo(rule, counted)), counted).toEqual([]);
		}
	});

	test.each(rules)('%s: a body that says EXAMPLE, or whose it should be', (_, rule, samples) => {
		for (const token of samples) {
			for (const word of ['EXAMPLE', 'your_key_here', 'xxxxxxxx', 'CHANGEME']) {
				const shown = withBody(token, (length) => `${token.slice(-length)}${word}`.slice(-length));
				expect(foundBy(rule, givenTo(rule, shown)), shown).not.toContain(shown);
			}
		}
	});

	test.each(rules.filter(([, rule]) => isFixed(rule)))(
		'%s: one character short, or one too many',
		(_, rule, samples) => {
			for (const token of samples) {
				for (const other of [token.slice(0, -1), `${token}7`]) {
					expect(foundBy(rule, givenTo(rule, other)), other).not.toContain(other);
				}
				expect(foundBy(rule, givenTo(rule, `${token}7`)), token).not.toContain(token);
			}
		},
	);

	test.each(rules.filter(([, rule]) => rule.names.length > 0))(
		'%s: the digest, the version or the id of something',
		(_, rule, samples) => {
			const [name = ''] = rule.names;
			for (const token of samples) {
				for (const noun of ['sha256', 'hash', 'checksum', 'commit', 'request_id', 'file_name']) {
					const text = `${name.replace(/^:/, '')}_${noun} = "${token}"\n`;
					expect(foundBy(rule, text), text).toEqual([]);
				}
			}
		},
	);
});

describe('a token whose name gives it away is found in every way of giving a value to a name', () => {
	const FORMS: readonly ((provider: string, value: string) => string)[] = [
		(name, value) => `${name.toUpperCase()}_KEY=${value}\n`,
		(name, value) => `export ${name.toUpperCase()}_TOKEN="${value}"\n`,
		(name, value) => `const ${name}ApiKey = '${value}';\n`,
		(name, value) => `const ${name}Token: string = \`${value}\`;\n`,
		(name, value) => `{"${name}_secret": "${value}"}`,
		(name, value) => `${name}:\n  api_key: ${value}\n`,
		(name, value) => `{ ${name}: { apiKey: '${value}' } }`,
		(name, value) => `  - name: ${name.toUpperCase()}_TOKEN\n    value: "${value}"\n`,
		(name, value) => `<add key="${name}.apiKey" value="${value}" />`,
		(name, value) => `<${name}Key>${value}</${name}Key>`,
		(name, value) => `<key>${name}Token</key>\n\t<string>${value}</string>`,
		(name, value) => `variable "${name}_token" {\n  type    = string\n  default = "${value}"\n}\n`,
		(name, value) => `'${name}_key' => '${value}',`,
		(name, value) => `:${name}_key => "${value}"`,
		(name, value) => `define('${name.toUpperCase()}_KEY', '${value}');`,
		(name, value) => `os.environ.get("${name.toUpperCase()}_KEY", "${value}")`,
		(name, value) => `process.env.${name.toUpperCase()}_KEY ?? '${value}'`,
		(name, value) => `builder.${name}ApiKey("${value}")`,
		(name, value) => `var ${name}Key string = "${value}"`,
		(name, value) => `${name}Key := "${value}"`,
		(name, value) => `"source": ["${name}_key = \\"${value}\\"\\n"]`,
		(name, value) => `ENV ${name.toUpperCase()}_KEY ${value}\n`,
		(name, value) => `deploy --${name}-token ${value} --now\n`,
		(name, value) => `headers: {"X-${name}-Key": "Bearer ${value}"}`,
	];
	const heroku = PROVIDER_RULES.find(({ id }) => id === 'heroku-api-key-of-the-old-form');

	test.each(FORMS.map((form) => [form('heroku', 'x'), form] as const))('%j', (_, form) => {
		const [value = ''] = heroku === undefined ? [] : samplesOf(heroku, random);
		expect(heroku && foundBy(heroku, form('heroku', value))).toEqual([value]);
	});

	test('not where another sentence or block stands between', () => {
		const [value = ''] = heroku === undefined ? [] : samplesOf(heroku, random);
		for (const text of [
			`heroku(); api_key = "${value}"`,
			`{ heroku: {} , token: "${value}" }`,
			`heroku\n\n\n\napi_key: ${value}`,
			`heroku and a good many other words on this line before the key: "${value}"`,
		]) {
			expect(heroku && foundBy(heroku, text), text).toEqual([]);
		}
	});
});

test('a short beginning in the middle of encoded data is none', () => {
	const rule = PROVIDER_RULES.find(({ id }) => id === 'facebook-access-token') as SecretRule;
	const [token = ''] = samplesOf(rule, random);
	expect(foundBy(rule, `"${token}"`)).toEqual([token]);
	expect(foundBy(rule, `https://graph.shop-prod.io/me/${token}`)).toEqual([token]);
	for (const sign of ['+', '/']) {
		expect(foundBy(rule, `"AGFzbQEAAAABpQEYYAABf2ABf${sign}${token}"`)).toEqual([]);
	}
});

test('a Google key is for browsers, but not where only a server runs', () => {
	const key = `AIza${samplesOf(PROVIDER_RULES.find(({ id }) => id === 'google-api-key') as SecretRule, random)[0]?.slice(4)}`;
	const ruleIn = (text: string, server: boolean) =>
		secretsIn(text, {
			loose: true,
			generic: true,
			named: true,
			spaced: false,
			key: false,
			server,
		}).map(({ rule }) => rule.id);
	expect(ruleIn(`const key = '${key}'`, false)).toEqual(['google-api-key']);
	expect(ruleIn(`TRANSLATE_KEY = '${key}'`, true)).toEqual(['google-server-api-key']);
	for (const name of ['NEXT_PUBLIC_KEY', 'GOOGLE_MAPS_KEY', 'FIREBASE_KEY', 'VITE_KEY']) {
		expect(ruleIn(`${name} = '${key}'`, true), name).toEqual(['google-api-key']);
	}
	expect(ruleIn(`GEMINI_API_KEY=${key}`, false)).toEqual(['google-gemini-api-key-of-the-old-form']);
});
