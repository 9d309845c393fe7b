import { expect, it } from 'vitest';
import { FactStore } from '../../../src/engine/fact-store.ts';
import type { Observer } from '../../../src/engine/observer.ts';
import { parseTarget } from '../../../src/engine/parse-target.ts';
import { claimableNames } from '../../../src/facts/takeover/claimable-names.ts';

const SEED = '0123456789abcdef';

it('asks for every name that is known beforehand at once, however long the resolver keeps silent', async () => {
	const asked: string[] = [];
	const silence: Observer = {
		observe(ref) {
			const { name = '', type = '' } = ref.params as { name?: string; type?: string };
			asked.push(`${name} ${type}`);
			return new Promise(() => undefined);
		},
	};
	void new FactStore(silence).get(
		claimableNames(parseTarget({ domain: 'example.com', seed: SEED })),
	);
	await new Promise(setImmediate);
	expect(asked).toEqual(
		expect.arrayContaining([
			'example.com A',
			'blog.example.com A',
			'mail.example.com A',
			`lr-${SEED}.example.com A`,
		]),
	);
});
