import { expect, it } from 'vitest';
import csp from '../../../checks/headers/csp.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const POLICY = "default-src 'self'";
const SIGN_IN = '<!doctype html><title>x</title><form><input type="password"></form>';

function severities({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings.map((one) => [one.verdict, 'severity' in one ? one.severity : one.outcome]);
}

it('misses a policy more where a password is taken', async () => {
	const plain = await auditLab(shop({ routes: { '/': PAGE } }), csp, HOST);
	const signIn = await auditLab(shop({ routes: { '/': SIGN_IN } }), csp, HOST);
	expect(severities(plain)).toEqual([['missing', 'later']]);
	expect(severities(signIn)).toEqual([['missing', 'high']]);
});

it.each([
	[
		'a header',
		{ headers: [['Content-Security-Policy', POLICY]] as [string, string][], body: SIGN_IN },
	],
	[
		'a meta element',
		{
			body: `<!doctype html><head><meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
		},
	],
])('is content with %s', async (_, route) => {
	const { said } = await auditLab(shop({ routes: { '/': route } }), csp, HOST);
	expect(said).toEqual(['enforced shop.test']);
});

it('does not take Report-Only for a policy, nor for none', async () => {
	const route = { headers: { 'Content-Security-Policy-Report-Only': POLICY }, body: PAGE };
	const { said } = await auditLab(shop({ routes: { '/': route } }), csp, HOST);
	expect(said).toEqual(['report-only shop.test']);
});

it('asks nothing of an API or of a redirect', async () => {
	const api = shop({ routes: { '/': { type: 'application/json', body: '{}' } } });
	expect((await auditLab(api, csp, HOST)).findings).toMatchObject([{ outcome: 'not-applicable' }]);
	const away = shop({ routes: { '/': { redirect: 'https://www.shop.test/' } } });
	expect((await auditLab(away, csp, HOST)).findings).toMatchObject([{ outcome: 'not-applicable' }]);
});

it('neither misses nor passes what it could not see', async () => {
	const wall = shop({ fallback: { status: 503, body: '<title>Just a moment...</title>' } });
	expect((await auditLab(wall, csp, HOST)).findings).toMatchObject([
		{ outcome: 'unknown', reason: 'denied', couldBe: 'high' },
	]);
	const empty = shop({ routes: { '/': { body: '' } } });
	expect((await auditLab(empty, csp, HOST)).findings).toMatchObject([{ outcome: 'unknown' }]);
});
