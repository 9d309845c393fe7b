import { describe, expect, it } from 'vitest';
import { showsVersion, versionSeen } from '../src/shown-version.ts';

const COMMIT = '4f2c9aa1b2c3d4e5f60718293a4b5c6d7e8f9012';

const answer = (bytes: string, headers: readonly (readonly [string, string])[] = []) => ({
	headers,
	body: { bytes, truncated: false, sha256: '' },
});

describe('a version in an answer', () => {
	it.each([
		['{"commit":"4f2c9aa"}', COMMIT],
		[`{"commit":"${COMMIT}"}`, '4f2c9aa'],
		[`build ${COMMIT.toUpperCase()}`, COMMIT],
		['v4f2c9aa', '4f2c9aa'],
		['{"version":"1.2.3"}', '1.2.3'],
		['release v1.2.3.', '1.2.3'],
		['<meta name="version" content="2026.11.25-1">', '2026.11.25-1'],
		['20261125', '20261125'],
		['2222222bbbbcccc', '2222222'],
		['2222222', '2222222bbbbcccc'],
	])('%s shows %s', (body, expected) => {
		expect(showsVersion(answer(body), expected)).toBe(true);
	});

	it.each([
		['{"commit":"4f2c9ab"}', COMMIT],
		['4f2c9a', COMMIT],
		['x4f2c9aa0', '4f2c9aa'],
		['1.2.30', '1.2.3'],
		['11.2.3', '1.2.3'],
		['0.1.2.3', '1.2.3'],
		['1.2.3-rc.1', '1.2.3'],
		['1.2.3.4', '1.2.3'],
		['2026112501', '20261125'],
		['', '1.2.3'],
	])('%s does not show %s', (body, expected) => {
		expect(showsVersion(answer(body), expected)).toBe(false);
	});

	it('may stand in a header, and what stands there instead is told', () => {
		const old = answer('<html>', [['X-App-Version', '1.2.2']]);
		expect(showsVersion(old, '1.2.2')).toBe(true);
		expect(versionSeen(old)).toBe('it answers X-App-Version: 1.2.2');
		expect(versionSeen(answer(' '))).toBe('it answers with an empty body');
		expect(versionSeen(answer('x'.repeat(500))).length).toBeLessThan(100);
	});
});
