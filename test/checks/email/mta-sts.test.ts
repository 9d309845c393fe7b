import { describe, expect, it } from 'vitest';
import mtaSts from '../../../checks/email/mta-sts.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { parseMtaStsPolicy } from '../../../src/facts/mail/mta-sts-policy.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(mtaSts)).toEqual([]);
});

type Site = NonNullable<World['sites']>[number];

const AT = '203.0.113.10';
const FILE = '/.well-known/mta-sts.txt';
const MAIL = '@ MX 10 mx1\nmx1 A 203.0.113.25\n@ TXT "v=spf1 mx -all"\n@ A 203.0.113.10';
const RECORD = '_mta-sts TXT "v=STSv1; id=1"';
const HOST = `mta-sts A ${AT}`;
const policy = (change: Readonly<Record<string, string>> = {}) => {
	const fields = { version: 'STSv1', mode: 'enforce', mx: 'mx1.shop.test', max_age: '604800' };
	return Object.entries({ ...fields, ...change })
		.map(([name, value]) => `${name}: ${value}\r\n`)
		.join('');
};

const site = (route: object | string, change: Partial<Site> = {}): Site => ({
	hosts: ['mta-sts.shop.test'],
	at: [AT],
	routes: { [FILE]: typeof route === 'string' ? { type: 'text/plain', body: route } : route },
	...change,
});

/** A sound domain with what differs. */
function world(
	change: { record?: string; host?: string; site?: Site | null; mail?: string; more?: World } = {},
): World {
	const { record = RECORD, host = HOST, site: one = site(policy()), mail = MAIL } = change;
	return {
		zones: { 'shop.test': { records: [mail, record, host].join('\n') } },
		sites: [
			...(one === null ? [] : [one]),
			{ hosts: ['shop.test', 'www.shop.test'], at: [AT], routes: { '/': 'Hello' } },
		],
		...change.more,
	};
}

async function audited(one: World) {
	const { findings, requests } = await auditLab(
		one,
		mtaSts,
		{ domain: 'shop.test' },
		{ connectMs: 700 },
	);
	return {
		findings,
		requests,
		said: findings.map((each) =>
			isFailed(each) ? `${each.verdict} ${each.severity}` : (each.verdict ?? each.outcome),
		),
	};
}

const said = async (one: World) => (await audited(one)).said;

describe('MTA-STS of a lab, over real sockets', () => {
	it('that is in order passes, with one request for the policy', async () => {
		const { said: words, requests } = await audited(world());
		expect(words).toEqual(['published']);
		const asked = requests.http.filter(({ url }) => url.includes('mta-sts'));
		expect(asked.map(({ url }) => url)).toEqual([`https://mta-sts.shop.test${FILE}`]);
	});

	it.each<[string, World, string[]]>([
		['no record', world({ record: '', host: '', site: null }), ['absent later']],
		[
			'no record, and a page for everything',
			world({ record: '', site: site('', { fallback: { body: '<!doctype html>' } }) }),
			['absent later'],
		],
		[
			'two records',
			world({ record: `${RECORD}\n_mta-sts TXT "v=STSv1; id=2"` }),
			['record-multiple later'],
		],
		[
			'a record beside something else',
			world({ record: `${RECORD}\n_mta-sts TXT "hello"` }),
			['published'],
		],
		[
			'an id with hyphens',
			world({ record: '_mta-sts TXT "v=STSv1; id=2030-01-01"' }),
			['record-syntax later'],
		],
		[
			'a version in small letters',
			world({ record: '_mta-sts TXT "v=stsv1; id=1"' }),
			['record-syntax later'],
		],
		['no address', world({ host: '' }), ['policy-unreachable high']],
		['404', world({ site: site({ status: 404 }) }), ['policy-unreachable high']],
		['503, twice', world({ site: site({ status: 503 }) }), ['policy-unreachable high']],
		['a closed port', world({ site: site('', { https: 'closed' }) }), ['policy-unreachable high']],
		[
			'no TLS',
			world({ site: site(policy(), { tls: { fault: 'plain-text' } }) }),
			['policy-unreachable high'],
		],
		[
			'an answer that never comes',
			world({ site: site({ fault: 'close' }) }),
			['policy-unreachable high'],
		],
		[
			'a silent port, while plain HTTP answers',
			world({ more: { ports: [{ at: AT, port: 443, does: 'silent' }] } }),
			['policy-unreachable high'],
		],
		[
			'a redirect',
			world({ site: site({ status: 301, redirect: `https://shop.test${FILE}` }) }),
			['policy-redirect high'],
		],
		['a policy without a record', world({ record: '' }), ['policy-without-record later']],
		['a bad mode', world({ site: site(policy({ mode: 'Enforce' })) }), ['policy-syntax high']],
		[
			'a max_age above the limit',
			world({ site: site(policy({ max_age: '31557601' })) }),
			['policy-syntax high'],
		],
		[
			'a file that does not end',
			world({ site: site(`${policy()}${'note: x\n'.repeat(10_000)}`) }),
			['policy-syntax high'],
		],
		[
			'another host, enforced',
			world({ site: site(policy({ mx: 'mail.shop.test' })) }),
			['mx-mismatch blocker', 'mx-stale later'],
		],
		[
			'another host, in testing',
			world({ site: site(policy({ mx: 'mail.shop.test', mode: 'testing' })) }),
			['mx-mismatch high', 'mx-stale later', 'testing later'],
		],
		['a wildcard', world({ site: site(policy({ mx: '*.shop.test' })) }), ['published']],
		[
			'a wildcard two labels above',
			world({ site: site(policy({ mx: '*.test' })) }),
			['mx-mismatch blocker', 'mx-stale later'],
		],
		[
			'a host that is not used',
			world({ site: site(`${policy()}mx: old.shop.test\n`) }),
			['mx-stale later'],
		],
		['testing', world({ site: site(policy({ mode: 'testing' })) }), ['testing later']],
		['none', world({ site: site(policy({ mode: 'none' })) }), ['none info']],
		['half a day', world({ site: site(policy({ max_age: '43200' })) }), ['max-age-short later']],
		['HTML', world({ site: site({ body: policy() }) }), ['content-type later']],
		[
			'an expired certificate',
			world({ site: site(policy(), { certificate: 'expired' }) }),
			['cert high'],
		],
		[
			'a certificate for another host',
			world({ site: site(policy(), { certificate: 'wrong-host' }) }),
			['cert high'],
		],
		[
			'a certificate that ends in a week',
			world({ site: site(policy(), { certificate: { daysLeft: 7 } }) }),
			['cert high'],
		],
	])('%s', async (_, one, expected) => {
		expect(await said(one)).toEqual(expected);
	});

	it.each<[string, World]>([
		[
			'the record cannot be looked up',
			world({ more: { dnsFaults: [{ name: '_mta-sts.shop.test', does: { rcode: 'SERVFAIL' } }] } }),
		],
		[
			'the host cannot be looked up',
			world({ more: { dnsFaults: [{ name: 'mta-sts.shop.test', does: { rcode: 'SERVFAIL' } }] } }),
		],
		['the server turns us away', world({ site: site({ status: 403 }) })],
		[
			'nothing of the domain answers',
			world({
				more: {
					ports: [
						{ at: AT, port: 443, does: 'silent' },
						{ at: AT, port: 80, does: 'silent' },
					],
				},
			}),
		],
		[
			'the MX cannot be looked up',
			world({
				more: { dnsFaults: [{ name: 'shop.test', type: 'MX', does: { rcode: 'SERVFAIL' } }] },
			}),
		],
	])('accuses nobody where %s', async (_, one) => {
		expect(await said(one)).toEqual(['unknown']);
	});

	it('does not hold the first of two failures against a server that then answers', async () => {
		const flaky = site({ type: 'text/plain', body: policy(), sequence: [{ status: 503 }, {}] });
		expect(await said(world({ site: flaky }))).toEqual(['published']);
	});

	it('gives the policy with every host in use, a new id, and a file for each server', async () => {
		const { findings } = await audited(world({ site: site(policy({ mx: 'mail.shop.test' })) }));
		const fix = (findings.filter(isFailed)[0] as Failed).fix;
		const text = fix.snippets.find(({ language }) => language === 'text')?.text ?? '';
		expect(parseMtaStsPolicy(text)).toMatchObject({
			mode: 'enforce',
			mx: ['mail.shop.test', 'mx1.shop.test'],
			faults: [],
		});
		expect(fix.snippets.find(({ language }) => language === 'dns')?.text).toMatch(
			/^_mta-sts\.shop\.test\. 300 IN TXT "v=STSv1; id=\d{14}"$/,
		);
		const missing = await audited(world({ site: site({ status: 404 }) }));
		const platforms = (missing.findings.filter(isFailed)[0] as Failed).fix.snippets;
		expect(platforms.map(({ platform }) => platform)).toEqual([
			'any',
			'nginx',
			'caddy',
			'cloudflare',
			'vercel',
			'netlify',
		]);
		for (const { text: one } of platforms) expect(one).toMatch(/mta-sts|^version: STSv1\n/);
	});
});
