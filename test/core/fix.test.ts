import { expect, it } from 'vitest';
import { perPlatform } from '../../src/core/fix.ts';

it('keeps the order of platforms, whatever order they are written in', () => {
	const { snippets } = perPlatform('', { vercel: '{}', nginx: ';' });
	expect(snippets.map(({ platform }) => platform)).toEqual(['nginx', 'vercel']);
});
