import { describe, expect, test } from 'vitest';
import { secretsIn } from '../../../src/facts/secrets/secret-scan.ts';
import { random62, seeded } from './secret-samples.ts';

const SOURCE = { loose: false, generic: false, named: true, spaced: false, key: false };
const random = seeded(3);
const hex = (length: number) =>
	Buffer.from(random62(length, random)).toString('hex').slice(0, length);
const found = (url: string) =>
	secretsIn(`const url = "${url}";\n`, SOURCE).map(({ rule, value, traits }) => ({
		id: rule.id,
		value,
		expiresAt: traits.expiresAt,
	}));

describe('the signature of a URL', () => {
	const amazon = (signature: string, credential = `AKIA${'Y3FDDNYQ'}${'VC42ZQ7M'}`) =>
		`https://files.s3.amazonaws.com/a.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}%2F20300101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20300101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;

	test('AWS, with when it expires', () => {
		const value = hex(64);
		expect(found(amazon(value))).toContainEqual({
			id: 'aws-presigned-url',
			value,
			expiresAt: Date.parse('2030-01-01T01:00:00Z') / 1000,
		});
	});

	test('no signature of another length, none beside another credential, none of a sample', () => {
		for (const url of [
			amazon(hex(63)),
			amazon(`${hex(64)}0`),
			amazon(hex(64), 'your-key'),
			amazon(hex(64), `AKIA${'IOSFODNN7'}EXAMPLE`),
			amazon('0'.repeat(64)),
		]) {
			expect(
				found(url).filter(({ id }) => id === 'aws-presigned-url'),
				url,
			).toEqual([]);
		}
	});

	test('Google Cloud Storage', () => {
		const value = hex(512);
		const url = `https://storage.googleapis.com/b/a?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date=20300101T000000Z&X-Goog-Expires=60&X-Goog-Signature=${value}`;
		expect(found(url)).toEqual([
			{
				id: 'google-cloud-signed-url',
				value,
				expiresAt: Date.parse('2030-01-01T00:01:00Z') / 1000,
			},
		]);
	});

	const sas = (bytes: number) =>
		encodeURIComponent(
			Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))).toString(
				'base64',
			),
		);

	test('Azure, beside its version, with when it expires', () => {
		const value = sas(32);
		const url = `https://shop.blob.core.windows.net/c?sv=2023-01-03&se=2030-01-01T00%3A00%3A00Z&sr=c&sp=rl&sig=${value}`;
		expect(found(url)).toEqual([
			{ id: 'azure-shared-access-signature', value, expiresAt: Date.parse('2030-01-01') / 1000 },
		]);
		const bus = `SharedAccessSignature sr=shop.servicebus.windows.net&sig=${value}&se=1893456000&skn=Root`;
		expect(found(bus)).toEqual([
			{ id: 'azure-shared-access-signature', value, expiresAt: 1_893_456_000 },
		]);
	});

	test('no signature of another length, and none without a version', () => {
		for (const query of [
			`sv=2023-01-03&sig=${sas(31)}`,
			`sig=${sas(32)}`,
			`sv=2023-01-03&design=${sas(32)}`,
		]) {
			expect(found(`https://shop.blob.core.windows.net/c?${query}`), query).toEqual([]);
		}
	});

	test('a trigger of Power Automate is a hook', () => {
		const value = random62(43, random);
		const url = `https://prod-12.westus.logic.azure.com:443/workflows/${hex(32)}/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sv=1.0&sig=${value}`;
		expect(found(url)).toEqual([{ id: 'power-automate-trigger-url', value, expiresAt: null }]);
	});
});
