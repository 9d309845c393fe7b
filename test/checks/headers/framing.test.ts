import { describe, expect, it } from 'vitest';
import framing from '../../../checks/headers/framing.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const SIGN_IN =
	'<!doctype html><title>Sign in</title><form method=post><input type=password></form>';
const FRAME = 'X-Frame-Options';
const POLICY = 'Content-Security-Policy';

type Header = [name: string, value: string];

async function saidOf(headers: readonly Header[], body = PAGE) {
	const world = shop({ routes: { '/': { headers: [...headers], body } } });
	const { findings } = await auditLab(world, framing, HOST);
	return findings.map((one) =>
		isFailed(one) ? `${one.verdict} ${one.severity}` : (one.verdict ?? one.outcome),
	);
}

describe('headers/framing on a real exchange', () => {
	it.each<[string, Header[], string]>([
		['nothing', [], 'missing later'],
		['DENY', [[FRAME, 'DENY']], 'protected'],
		['frame-ancestors', [[POLICY, "frame-ancestors 'self'"]], 'protected'],
		['a policy without it', [[POLICY, "default-src 'none'"]], 'missing later'],
		[
			'frame-ancestors that is only reported',
			[[`${POLICY}-Report-Only`, "frame-ancestors 'none'"]],
			'missing later',
		],
		[
			'a broken header under frame-ancestors',
			[
				[FRAME, 'ALLOW-FROM https://a.test'],
				[POLICY, 'frame-ancestors https://a.test'],
			],
			'protected',
		],
		['a widget, open on purpose', [[POLICY, 'frame-ancestors *']], 'protected'],
		[
			'DENY that frame-ancestors * cancels',
			[
				[FRAME, 'DENY'],
				[POLICY, 'frame-ancestors *'],
			],
			'missing later',
		],
		[
			'three fields, one of them other',
			[
				[FRAME, 'DENY'],
				[FRAME, 'DENY'],
				[FRAME, 'SAMEORIGIN'],
			],
			'invalid later',
		],
	])('%s', async (_, headers, expected) => {
		expect(await saidOf(headers)).toEqual([expected]);
	});

	it('takes no word of a meta element', async () => {
		const body = `<!doctype html><head><meta http-equiv="${POLICY}" content="frame-ancestors 'none'"></head>`;
		expect(await saidOf([], body)).toEqual(['missing later']);
	});

	it('takes an open policy on a sign-in page for a fault', async () => {
		expect(await saidOf([[POLICY, 'frame-ancestors *']], SIGN_IN)).toEqual(['missing later']);
	});

	it('looks at the sign-in page as well, and names it', async () => {
		const { said } = await auditLab(
			shop({
				routes: {
					'/': { headers: { [FRAME]: 'DENY' }, body: '<!doctype html><a href=/login>in</a>' },
					'/login': SIGN_IN,
				},
			}),
			framing,
			HOST,
		);
		expect(said).toEqual(['missing https://shop.test/login']);
	});

	it('asks nothing of an API, a redirect or a file', async () => {
		const kinds = [
			{ '/': { type: 'application/json', body: '{}' } },
			{ '/': { redirect: 'https://elsewhere.test/' } },
			{ '/': { type: 'image/png', body: 'x' } },
		];
		for (const routes of kinds) {
			const { said } = await auditLab(shop({ routes }), framing, HOST);
			expect(said).toEqual(['not-applicable shop.test']);
		}
	});
});
