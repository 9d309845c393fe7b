import { describe, expect, test } from 'vitest';
import lifetime from '../../../checks/ssl/lifetime.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const AT = '203.0.113.10';
const CA_AT = '203.0.113.90';
type Certificate = NonNullable<NonNullable<World['sites']>[number]['certificate']>;

async function audited(
	certificate: Certificate,
	{ publicAuthority = true, info = {} as object | null } = {},
) {
	const world: World = {
		zones: {
			'shop.test': { records: `@ A ${AT}` },
			'ca.test': { records: `acme A ${CA_AT}` },
		},
		sites: [
			{ hosts: ['shop.test'], at: [AT], certificate },
			{
				hosts: ['acme.ca.test'],
				at: [CA_AT],
				http: 'same',
				routes: {
					'/directory': { body: '{"renewalInfo":"http://acme.ca.test/info/"}' },
					'/elsewhere': { body: '{"renewalInfo":"http://other.ca.test/info"}' },
					...(info && { '/info/*': { body: JSON.stringify(info, null, 1) } }),
				},
			},
		],
	};
	return (directory = '/directory') =>
		auditLab(
			world,
			lifetime,
			{ domain: 'shop.test' },
			{
				publicAuthority,
				checkOptions: {
					'ssl/lifetime': { directories: { "Let's Encrypt": `http://acme.ca.test${directory}` } },
				},
			},
		);
}

async function risks(certificate: Certificate, publicAuthority = true) {
	const { findings } = await (await audited(certificate, { publicAuthority }))();
	return findings.map((one) => (isFailed(one) ? `${idOf(one)} ${one.severity}` : one.outcome));
}

/** CA/B Forum Baseline Requirements §6.3.2; the lab's certificates are issued around today. */
function limitOn(date: Date): number {
	const day = date.toISOString();
	if (day >= '2029-03-15') return 47;
	if (day >= '2027-03-15') return 100;
	return day >= '2026-03-15' ? 200 : 398;
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
/** Of a certificate that was issued yesterday. */
const LIMIT = limitOn(inDays(-1));

describe('how long a certificate is valid', () => {
	const fresh = (lifetimeDays: number, more: object = {}) => ({
		lifetimeDays,
		daysLeft: lifetimeDays - 1,
		...more,
	});
	/** What the day of its renewal has to say of one that is valid as long as it may be. */
	const isShorterThen = limitOn(inDays(LIMIT - 1 - LIMIT / 3)) < LIMIT;
	const shorter = isShorterThen ? ['ssl/lifetime/next-limit-shorter info'] : [];
	const byHand = (days: number) => (days > 100 ? ['ssl/lifetime/renewed-by-hand info'] : []);

	test('45 days', async () => {
		expect(await risks(fresh(45, { issuer: "Let's Encrypt" }))).toEqual(['pass']);
	});

	test('as long as it may be, and a day more', async () => {
		expect(await risks(fresh(LIMIT, { issuer: 'Amazon' }))).toEqual([...shorter, 'pass']);
		expect(await risks(fresh(LIMIT + 1, { issuer: 'Amazon' }))).toEqual([
			'ssl/lifetime/too-long high',
		]);
	});

	test('bought for as long as it may be', async () => {
		expect(await risks(fresh(LIMIT, { issuer: 'DigiCert Inc' }))).toEqual([
			...shorter,
			...byHand(LIMIT),
			'pass',
		]);
	});

	test('500 days', async () => {
		expect(await risks('too-long')).toEqual(['ssl/lifetime/too-long high', ...byHand(500)]);
	});

	test('a private authority makes its own rules, within reason', async () => {
		expect(await risks('too-long', false)).toEqual(['ssl/lifetime/too-long later', ...byHand(500)]);
		expect(await risks(fresh(LIMIT), false)).toEqual([...byHand(LIMIT), 'pass']);
	});

	test.each<Certificate>(['self-signed', 'untrusted-root'])(
		'%s belongs to ssl/chain',
		async (kind) => {
			expect(await risks(kind)).toEqual(['unknown']);
		},
	);
});

describe('renewal information (RFC 9773)', () => {
	const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString();
	const window = (start: number, end: number) => ({
		suggestedWindow: { start: day(start), end: day(end) },
		explanationURL: 'https://ca.test/why',
	});
	const certificate = { issuer: "Let's Encrypt" };
	const said = async (info: object | null, directory?: string, one: Certificate = certificate) => {
		const result = await (await audited(one, { info }))(directory);
		return {
			...result,
			risks: result.findings.map((each) =>
				isFailed(each) ? `${idOf(each)} ${each.severity}` : each.outcome,
			),
		};
	};

	test('a window that passed, one that is open, and one to come', async () => {
		expect((await said(window(-3, -1))).risks).toEqual(['ssl/lifetime/renewal-window-passed high']);
		expect((await said(window(-1, 1))).risks).toEqual([
			'ssl/lifetime/renewal-window-open info',
			'pass',
		]);
		expect((await said(window(1, 3))).risks).toEqual(['pass']);
	});

	test('the authority is asked by the identifier of the certificate', async () => {
		const { requests, findings } = await said(window(-3, -1));
		const [asked] = requests.http.filter(({ url }) => url.includes('/info/'));
		expect(asked?.url).toMatch(/^http:\/\/acme\.ca\.test\/info\/[\w-]{27}\.[\w-]{22}$/);
		expect(findings.filter(isFailed)[0]?.message).toContain("Let's Encrypt wanted the certificate");
	});

	test('an authority that is not known is not asked, nor one that points elsewhere', async () => {
		const other = await said(window(-3, -1), undefined, {});
		expect(other.risks).toEqual(['pass']);
		expect(other.requests.http.filter(({ url }) => url.includes('acme.ca.test'))).toEqual([]);
		const elsewhere = await said(window(-3, -1), '/elsewhere');
		expect(elsewhere.risks).toEqual(['pass']);
	});

	test.each([null, {}, { suggestedWindow: { start: 'soon', end: 'later' } }])(
		'an answer that is none says nothing: %j',
		async (info) => {
			expect((await said(info)).risks).toEqual(['pass']);
		},
	);
});
