import { expect, it } from 'vitest';
import { header, PLATFORMS, perPlatform } from '../../src/core/fix.ts';

it('writes the line to paste for each platform', () => {
	const { snippets } = header('X-Frame-Options', 'DENY');
	// These have no way to set one: the application behind them has.
	const without = ['any', 'alb', 'github-pages', 'heroku'];
	expect(snippets.map((one) => one.platform)).toEqual(
		PLATFORMS.filter((one) => !without.includes(one)),
	);
	expect(snippets.find(({ platform }) => platform === 'nginx')?.text).toBe(
		'add_header X-Frame-Options "DENY" always;',
	);
	for (const { text } of snippets) expect(text).toContain('DENY');
});

it.each(['"', '\\', '$host', '%h', 'a\nb'])(
	'refuses %j, which a server would interpret',
	(value) => {
		expect(() => header('X-Test', value)).toThrow(RangeError);
	},
);

it('keeps the order of platforms, whatever order they are written in', () => {
	const { snippets } = perPlatform('', { vercel: '{}', nginx: ';' });
	expect(snippets.map(({ platform }) => platform)).toEqual(['nginx', 'vercel']);
});
