import { expect, test } from 'vitest';
import { plan } from '../../../src/index.ts';

test('a plan says whom certificates lead to, though it cannot know them', async () => {
	const lines = await plan({ domain: 'example.com', only: ['ssl/chain'] });
	const leads = lines.filter((line) =>
		line.startsWith('GET what the certificates of example.com name'),
	);
	expect(leads).toHaveLength(1);
	expect(leads[0]).toContain('https://acme-v02.api.letsencrypt.org/directory');
});
