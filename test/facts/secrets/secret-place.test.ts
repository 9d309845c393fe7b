import { expect, test } from 'vitest';
import { isProductionEnv, natureOf, placeOf } from '../../../src/facts/secrets/secret-place.ts';

const tracked = (path: string) => placeOf({ path, tracked: true, ignored: false });

test.each([
	['src/security.ts', 'head'],
	['src/email-template.ts', 'head'],
	['cdk.out/app.template.json', 'head'],
	['config/defaults.yml', 'head'],
	['src/stories/page.tsx', 'head'],
	['src/latest/a.ts', 'head'],
	['src/contest.ts', 'head'],
	['.env', 'head'],
	['.env.production', 'head'],
	['public/app.js', 'client'],
	['apps/web/.next/static/a.js', 'client'],
	['dist/assets/index.js', 'client'],
	['dist/server/index.js', 'head'],
	['test/a.ts', 'fixture'],
	['src/__tests__/a.ts', 'fixture'],
	['src/a_test.go', 'fixture'],
	['test_a.py', 'fixture'],
	['spec/models/user_spec.rb', 'fixture'],
	['prisma/seed.ts', 'fixture'],
	['test/public/a.js', 'fixture'],
	['public/test/a.js', 'client'],
	['dist/assets/login.spec.js', 'client'],
	['README.md', 'docs'],
	['LICENSE', 'docs'],
	['docs/a.yml', 'docs'],
	['.env.example', 'docs'],
	['.env.sample', 'docs'],
	['.env.template', 'docs'],
	['phpunit.xml.dist', 'docs'],
	['settings.example.py', 'docs'],
])('%s is %s', (path, place) => {
	expect(tracked(path)).toBe(place);
});

test('an env file that git does not see is in its own place; other ignored files are not looked at', () => {
	const hidden = (path: string) => placeOf({ path, tracked: false, ignored: true });
	expect(hidden('.env')).toBe('own');
	expect(hidden('apps/web/.env.production.local')).toBe('own');
	expect(hidden('notes.txt')).toBeNull();
	expect(hidden('test/notes.txt')).toBeNull();
	expect(hidden('dist/assets/a.js')).toBe('client');
	const fresh = (path: string) => placeOf({ path, tracked: false, ignored: false });
	expect(fresh('.env')).toBe('unignored');
	expect(fresh('a.ts')).toBe('head');
});

test('production is what its name says, and a plain .env', () => {
	for (const path of ['.env', 'a/.env.production', '.env.prod', '.env.production.local']) {
		expect(isProductionEnv(path), path).toBe(true);
	}
	for (const path of ['.env.local', '.env.development', '.env.test', 'product.env.ts']) {
		expect(isProductionEnv(path), path).toBe(false);
	}
});

test('lock files hold hashes, and what a bundler wrote counts beside its name only', () => {
	const long = `${'x'.repeat(6_000)}\n`;
	expect(natureOf('package-lock.json', '{}')).toMatchObject({ generic: false, named: false });
	for (const [path, text] of [
		['app.min.js', ''],
		['app.js', long],
	] as const) {
		expect(natureOf(path, text), path).toMatchObject({
			generic: false,
			source: false,
			minified: true,
		});
	}
	expect(natureOf('config.json', '{}')).toMatchObject({ generic: true, named: true, loose: false });
	expect(natureOf('.env', '')).toMatchObject({ generic: true, loose: true });
	expect(natureOf('.env.example', '')).toMatchObject({ generic: true, loose: true });
	expect(natureOf('docs/a.yml', '')).toMatchObject({ generic: false, loose: true });
	expect(natureOf('src/a.ts', `${'const a = 1;\n'.repeat(1_000)}`)).toMatchObject({
		generic: false,
		named: true,
		loose: false,
	});
});
