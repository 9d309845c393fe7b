import { expect, it } from 'vitest';
import cookies from '../../../checks/headers/cookies.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const SOUND = 'session=abcdefgh; Path=/; Secure; HttpOnly; SameSite=Lax';

function setting(...values: string[]) {
	return shop({
		routes: { '/': { headers: values.map((value) => ['Set-Cookie', value]), body: PAGE } },
	});
}

it.each([
	['sessionid=SECRETVALUE; HttpOnly; Secure', null],
	['sessionid=SECRETVALUE; HttpOnly', 'session-not-secure'],
	['sessionid=SECRETVALUE; Secure', 'session-not-httponly'],
	['x=SECRETVALUE; SameSite=None', 'same-site-none-not-secure'],
	['__Host-x=SECRETVALUE; Secure', 'prefix-broken'],
	['x=SECRETVALUE', 'not-secure'],
])('%s gives %s', async (value, verdict) => {
	const { findings } = await auditLab(setting(value), cookies, HOST);
	expect(findings.map((one) => one.verdict)).toContain(verdict ?? 'safe');
	expect(JSON.stringify(findings)).not.toContain('SECRETVALUE');
});

it('gives a sound session, and a sign-out, nothing', async () => {
	const { said } = await auditLab(setting(SOUND, 'old=; Max-Age=0'), cookies, HOST);
	expect(said).toEqual(['safe shop.test']);
});

it.each([
	['connect.sid', 'proxy_cookie_flags connect.sid secure;', '"^(connect\\.sid=.*)$"'],
	['a{b}', 'proxy_cookie_flags ~ secure;', '"^(.*)$"'],
])('pastes the name %s only where no server reads more into it', async (name, nginx, apache) => {
	const { findings } = await auditLab(setting(`${name}=x; HttpOnly`), cookies, HOST);
	const found = findings.find((one) => 'fix' in one);
	const text = (platform: string) =>
		found && 'fix' in found
			? found.fix.snippets.find((one) => one.platform === platform)?.text
			: undefined;
	expect(text('nginx')).toBe(nginx);
	expect(text('apache')).toContain(apache);
});

it('reads every Set-Cookie line of every hop, the http ones too', async () => {
	const world = shop({
		http: { fallback: { redirect: 'https://shop.test/', headers: { 'Set-Cookie': 'seen=1' } } },
		routes: {
			'/': {
				redirect: '/home',
				headers: [
					['Set-Cookie', SOUND],
					['Set-Cookie', 'login=x; Secure'],
				],
			},
			'/home': { headers: { 'Set-Cookie': 'theme=dark' }, body: PAGE },
		},
	});
	const { said, findings } = await auditLab(world, cookies, HOST);
	expect([...said].sort()).toEqual([
		'not-secure cookie theme of shop.test',
		'session-not-httponly cookie login of shop.test',
		'set-over-http cookie seen of shop.test',
	]);
	expect(findings.find((one) => one.verdict === 'set-over-http')).toMatchObject({
		severity: 'high',
	});
});

it('does not blame the site for a gatekeeper’s cookie', async () => {
	const world = shop({
		http: 'closed',
		fallback: { status: 429, headers: { 'Set-Cookie': 'session=x' }, body: PAGE },
	});
	const { findings } = await auditLab(world, cookies, HOST);
	expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied' }]);
});

it('reads the cookies of the sign-in page and of the API too', async () => {
	const world = shop({
		routes: {
			'/': '<!doctype html><title>Shop</title><a href=/login>Sign in</a>',
			'/login': {
				headers: { 'Set-Cookie': 'sessionid=SECRETVALUE; Secure' },
				body: '<!doctype html><title>Sign in</title><form method=post><input type=password></form>',
			},
			'/api': {
				headers: { 'Set-Cookie': 'cart_session=x; HttpOnly' },
				type: 'application/json',
				body: '{}',
			},
		},
	});
	const { said, findings } = await auditLab(world, cookies, HOST);
	expect([...said].sort()).toEqual([
		'session-not-httponly cookie sessionid of shop.test',
		'session-not-secure cookie cart_session of shop.test',
	]);
	expect(findings.find((one) => one.verdict === 'session-not-httponly')).toMatchObject({
		reproduce: expect.stringContaining('https://shop.test/login'),
	});
	expect(JSON.stringify(findings)).not.toContain('SECRETVALUE');
});

it('does not blame the site for the cookies of its provider’s load balancer', async () => {
	const { said } = await auditLab(
		setting(SOUND, 'heroku-session-affinity=x; Path=/', 'AWSALB=x; Path=/'),
		cookies,
		HOST,
	);
	expect(said).toEqual(['safe shop.test']);
});
