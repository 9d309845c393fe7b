import { describe, expect, test } from 'vitest';
import { secretsIn } from '../../../src/facts/secrets/secret-scan.ts';
import { random62, seeded } from './secret-samples.ts';

const SOURCE = { loose: false, generic: false, named: true, spaced: false, key: false };
const random = seeded(5);
const password = random62(18, random);
const basic = (pair: string) => Buffer.from(pair).toString('base64');
const found = (text: string, nature: object = {}) =>
	secretsIn(text, { ...SOURCE, ...nature }).map(
		({ rule, value, state }) => `${rule.id} ${state} ${value === password ? 'password' : 'other'}`,
	);

describe('HTTP basic credentials', () => {
	test('are decoded, and hold a user and a password', () => {
		const text = `headers: { Authorization: 'Basic ${basic(`deploy:${password}`)}' }`;
		expect(found(text)).toEqual(['http-user-and-password parsed other']);
	});

	test('not what decodes to something else, nor to a stand-in', () => {
		for (const value of [
			basic('no colon in here'),
			basic('user:password'),
			basic('Aladdin:open sesame'),
			basic('username:your-password-here'),
			basic('\x01\x02:\x03\x04\x05\x06'),
			'information',
		]) {
			expect(found(`Authorization: Basic ${value}`), value).toEqual([]);
		}
	});

	test("on curl's command line", () => {
		for (const text of [
			`curl -u admin:${password} https://shop-prod.io/`,
			`curl -X POST \\\n  --user "admin:${password}" https://shop-prod.io/`,
			`curl -sS -u 'admin:${password}' https://shop-prod.io/`,
		]) {
			expect(found(text), text).toEqual(['http-password-on-a-command-line none password']);
		}
		for (const text of [
			`curl -u "$USER:$PASSWORD" https://shop-prod.io/`,
			'curl -u user:password https://shop-prod.io/',
			'curl -u admin:**** https://shop-prod.io/',
			`curl https://shop-prod.io/ && echo -u`,
		]) {
			expect(found(text), text).toEqual([]);
		}
	});
});

test('a bearer token counts where a generator made it, and a JWT by its own rule', () => {
	const token = random62(40, random);
	expect(found(`Authorization: Bearer ${token}`)).toEqual(['http-bearer-token none other']);
	for (const text of [
		'Authorization: Bearer your-access-token-goes-here',
		'Authorization: Bearer AccessTokenOfTheCurrentUser',
		`the bearer ${'a'.repeat(30)} of this letter`,
	]) {
		expect(found(text), text).toEqual([]);
	}
	expect(found(`Authorization: Bearer ${token}`, { minified: true })).toEqual([]);
});

test("Docker's configuration holds a user and a password for a registry", () => {
	const config = (auth: string) => JSON.stringify({ auths: { 'registry.shop-prod.io': { auth } } });
	expect(found(config(basic(`deploy:${password}`)))).toEqual([
		'docker-registry-user-and-password parsed other',
	]);
	expect(found(config(basic('not a pair of them')))).toEqual([]);
	expect(found(config(''))).toEqual([]);
});

test('statements that set a password', () => {
	for (const text of [
		`CREATE USER app IDENTIFIED BY '${password}';`,
		`CREATE USER 'app'@'%' IDENTIFIED WITH mysql_native_password BY '${password}';`,
		`ALTER ROLE app WITH PASSWORD '${password}';`,
		`create role app with encrypted password '${password}'`,
	]) {
		expect(found(text), text).toEqual(['sql-password-of-a-role none password']);
	}
	for (const text of [
		"CREATE USER app IDENTIFIED BY 'your-password';",
		"CREATE USER app IDENTIFIED BY '$PASSWORD';",
		"ALTER ROLE app WITH PASSWORD ':password'",
	]) {
		expect(found(text), text).toEqual([]);
	}
});

test('sshpass takes the password as an argument', () => {
	expect(found(`sshpass -p '${password}' ssh deploy@shop-prod.io`)).toEqual([
		'ssh-password-on-a-command-line none password',
	]);
	expect(found('sshpass -p "$PASSWORD" ssh deploy@shop-prod.io')).toEqual([]);
});
