import { describe, expect, it } from 'vitest';
import alerts from '../../../checks/monitoring/alerts.ts';
import errors from '../../../checks/monitoring/errors.ts';
import statusPage from '../../../checks/monitoring/status-page.ts';
import uptime from '../../../checks/monitoring/uptime.ts';
import type { World } from '../../../src/lab/world.ts';
import { committed } from '../../files/repositories.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

type Site = NonNullable<World['sites']>[number];

function shop(site: Partial<Site> = {}, { records = '', more = [] as Site[] } = {}): World {
	return {
		zones: { 'shop.test': { records: `@ A 203.0.113.10\n${records}` } },
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE }, ...site },
			...more,
		],
	} as World;
}

const PACKAGE = JSON.stringify({ dependencies: { express: '^4', pg: '^8' } });
const EXPRESS = { 'package.json': PACKAGE, 'server.js': 'app.listen(1);' };

/** `verdict severity`, of both checks. */
async function ofRepository(files: Readonly<Record<string, string>>) {
	const repo = committed({ ...EXPRESS, ...files });
	const { findings } = await auditLab(shop(), [uptime, alerts], { domain: 'shop.test', repo });
	return findings
		.map((one) => `${one.verdict ?? one.outcome}${'severity' in one ? ` ${one.severity}` : ''}`)
		.toSorted();
}

const gatus = (endpoint: string, alerting = '') =>
	`${alerting}endpoints:\n  - name: site\n    conditions: ["[STATUS] == 200"]\n    alerts: [{ type: slack }, { type: email }]\n    ${endpoint}\n`;
const SLACK = 'alerting:\n  slack: { webhook-url: "$SLACK_WEBHOOK" }\n';
const MAIL = (to: string) => `alerting:\n  email: { to: ${to} }\n`;
const HOME = 'url: https://shop.test/';

describe('monitors and alerts of a repository', () => {
	it('are told from broken ones', async () => {
		const of = (text: string) => ofRepository({ 'gatus/config.yaml': text });
		expect(await of(gatus(HOME, SLACK))).toEqual(['reach', 'watched']);
		expect(await ofRepository({})).toEqual(['no-evidence later', 'not-applicable']);
		expect(await of(gatus('url: https://staging.shop.test/', SLACK))).toEqual([
			'reach',
			'wrong-target high',
		]);
		expect(await of(gatus(`${HOME}\n    interval: 10m`, MAIL('ops@shop.test')))).toEqual([
			'same-domain-mail-only later',
			'too-rare later',
		]);
		expect(await of(gatus(`${HOME}\n    enabled: false`))).toEqual([
			'disabled high',
			'no-destination high',
		]);
		expect(await of(gatus(HOME, MAIL('you@example.com')))).toEqual([
			'placeholder-destination high',
			'watched',
		]);
		const deaf = { '.github/workflows/uptime.yml': WORKFLOW('curl -s https://shop.test/') };
		expect(await ofRepository(deaf)).toEqual(['accepts-anything later', 'reach']);
		const badge = { 'README.md': 'We are watched by UptimeRobot.' };
		expect(await ofRepository(badge)).toEqual(['not-applicable', 'unknown']);
	}, 60_000);

	it('are unknown without one', async () => {
		const { findings } = await auditLab(shop(), [uptime, alerts], { domain: 'shop.test' });
		expect(findings.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
	});
});

const WORKFLOW = (run: string) =>
	`on:\n  schedule:\n    - cron: '*/5 * * * *'\njobs:\n  a:\n    steps:\n      - run: ${run}\n`;

const APP =
	'<!doctype html><html><head><title>Shop</title><script src="/app.js"></script></head><body>Hello</body></html>';
const KEY = '0123456789abcdef'.repeat(2);
const bundle = (more = '') =>
	`!function(){var e=1;S.init({dsn:"https://${KEY}@o12345.ingest.de.sentry.io/67890"${more},release:"a"})}();`;

async function ofBundle(script: string, csp = '', files?: Readonly<Record<string, string>>) {
	const site = {
		headers: (csp === '' ? [] : [['Content-Security-Policy', csp]]) as [string, string][],
		routes: { '/': APP, '/app.js': { type: 'text/javascript', body: script } },
	};
	const { findings } = await auditLab(shop(site), errors, {
		domain: 'shop.test',
		...(files && { repo: committed(files) }),
	});
	return findings.map(
		(one) => `${one.verdict ?? one.outcome}${'severity' in one ? ` ${one.severity}` : ''}`,
	);
}

describe('monitoring/errors', () => {
	it('reads what browsers are given, and the policy over it', async () => {
		expect(await ofBundle(bundle())).toEqual(['tracked']);
		expect(await ofBundle(bundle(), "default-src 'self'")).toEqual(['blocked-by-csp high']);
		expect(await ofBundle(bundle(',tunnel:"/t"'), "default-src 'self'")).toEqual(['tracked']);
		const open = "default-src 'self'; connect-src 'self' https://*.ingest.de.sentry.io";
		expect(await ofBundle(bundle(), open)).toEqual(['tracked']);
		expect(await ofBundle(bundle(',environment:"development"'))).toEqual([
			'development-environment later',
		]);
		const decides = ',environment:"development"===x?"development":"production"';
		expect(await ofBundle(bundle(decides))).toEqual(['tracked']);
		expect(await ofBundle('console.log(1)')).toEqual(['unknown']);
		expect(await ofBundle('console.log(1)', '', EXPRESS)).toEqual(['no-tracker later']);
	}, 60_000);
});

async function ofStatus(world: World) {
	const { said } = await auditLab(world, statusPage, { domain: 'shop.test' });
	return said;
}

describe('monitoring/status-page', () => {
	const apart = (routes: Site['routes']): Site =>
		({ hosts: ['status.shop.test'], at: ['203.0.113.50'], routes }) as Site;
	const link = (url: string) => ({
		routes: { '/': PAGE.replace('Hello', `<a href="${url}">Status</a>`) },
	});

	it('is there, is not, fails, and shares the fate of the site', async () => {
		const elsewhere = { records: 'status A 203.0.113.50', more: [apart({ '/': PAGE })] };
		expect(await ofStatus(shop({}, elsewhere))).toEqual(['apart shop.test']);
		expect(await ofStatus(shop())).toEqual(['missing shop.test']);
		expect(await ofStatus(shop({}, { records: '* A 203.0.113.10' }))).toEqual([
			'missing shop.test',
		]);
		expect(await ofStatus(shop(link('https://shop.instatus.com/')))).toEqual(['apart shop.test']);
		const failing = { ...elsewhere, more: [apart({ '/': { status: 503, body: 'no' } })] };
		expect(await ofStatus(shop({}, failing))).toEqual(['unreachable https://status.shop.test/']);
		const once = {
			...elsewhere,
			more: [apart({ '/': { body: PAGE, sequence: [{ status: 503 }, { status: 200 }] } })],
		};
		expect(await ofStatus(shop({}, once))).toEqual(['apart shop.test']);
		const same = { hosts: ['shop.test', 'status.shop.test'] };
		expect(await ofStatus(shop(same, { records: 'status A 203.0.113.10' }))).toEqual([
			'shares-fate https://status.shop.test/',
		]);
		const path = { routes: { ...link('/status').routes, '/status': PAGE } };
		expect(await ofStatus(shop(path))).toEqual(['shares-fate https://shop.test/status']);
	}, 60_000);
});
