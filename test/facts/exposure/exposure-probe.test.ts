import fc from 'fast-check';
import { expect, it } from 'vitest';
import { twinPath } from '../../../src/facts/exposure/exposure-probe.ts';

it.each([
	['/.env', '/.lr-00'],
	['/.env.local', '/.lr-00.local'],
	['/api/.env.bak', '/api/.lr-00.bak'],
	['/.git/config', '/.git/lr-00'],
	['/backup.sql.gz', '/lr-00.sql.gz'],
	['/shop.example.com.zip', '/lr-00.example.com.zip'],
	['/wp-config.php~', '/lr-00.php~'],
	['/.zip', '/.lr-00'],
	['/CVS/Entries', '/CVS/lr-00'],
	['/uploads/', '/uploads/lr-00'],
])('the twin of %s is %s', (path, twin) => {
	expect(twinPath(path, '00')).toBe(twin);
});

it('has a twin for every path, and never the path itself', () => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			const path = `/${text}`;
			const twin = twinPath(path, '0123456789abcdef');
			expect(twin.startsWith('/')).toBe(true);
			expect(twin).toContain('lr-0123456789abcdef');
		}),
	);
});
