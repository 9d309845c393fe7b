import { describe, expect, it } from 'vitest';
import dane from '../../../checks/email/dane.ts';
import mx from '../../../checks/email/mx.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

type MailHost = NonNullable<World['mail']>[number];

const FIRST = '203.0.113.25';
const SECOND = '203.0.113.26';
const CONTROL = { at: '192.0.2.1', port: 25, does: 'refused' } as const;
const SELF = '{{tlsa mx1.shop.test 1 1}}';
const NEXT = 'ab'.repeat(32);
const SERVFAIL = { rcode: 'SERVFAIL' as const };

interface Change {
	readonly signed?: boolean;
	readonly host?: Partial<MailHost>;
	readonly world?: World;
	readonly more?: string;
}

/** One mail host in a zone that is signed unless told otherwise, asked through a resolver that validates. */
function worldOf(
	tlsa: readonly string[],
	{ signed = true, host, world, more = '' }: Change = {},
): World {
	const lines = tlsa.map((line) => `_25._tcp.mx1 TLSA ${line}`);
	return {
		validates: true,
		zones: {
			'shop.test': {
				records: ['@ A 203.0.113.10', '@ MX 10 mx1', `mx1 A ${FIRST}`, ...lines, more].join('\n'),
				...(signed && { dnssec: {} }),
			},
		},
		mail: [{ name: 'mx1.shop.test', at: [FIRST], ...host }],
		ports: [CONTROL],
		...world,
	};
}

async function audited(world: World) {
	const { findings } = await auditLab(world, [mx, dane], { domain: 'shop.test' });
	const own = findings.filter(({ check }) => check === 'email/dane');
	const said = own.map((one) =>
		isFailed(one)
			? `${one.verdict} ${one.severity} ${one.locus.name}`
			: (one.verdict ?? one.outcome),
	);
	return { own, said };
}

const said = async (...args: Parameters<typeof worldOf>) => (await audited(worldOf(...args))).said;
const MISMATCH = ['mismatch blocker mx1.shop.test'];

describe('TLSA records of a mail host, over real sockets', () => {
	it.each<[string, string[], string[]]>([
		['3 1 1 and the next key', [`3 1 1 ${SELF}`, `3 1 1 ${NEXT}`], ['matches']],
		['3 1 1 alone', [`3 1 1 ${SELF}`], ['no-rollover info mx1.shop.test', 'matches']],
		['3 0 1', ['3 0 1 {{tlsa mx1.shop.test 0 1}}', `3 1 1 ${NEXT}`], ['matches']],
		['3 1 0, the whole key', ['3 1 0 {{tlsa mx1.shop.test 1 0}}', `3 1 1 ${NEXT}`], ['matches']],
		['3 1 2', ['3 1 2 {{tlsa mx1.shop.test 1 2}}', `3 0 1 ${NEXT}`], ['matches']],
		['2 1 1 of the issuer', ['2 1 1 {{tlsa mx1.shop.test 1 1 1}}'], ['matches']],
		['2 0 1 of the issuer', ['2 0 1 {{tlsa mx1.shop.test 0 1 1}}'], ['matches']],
		['2 1 1 of the server itself', [`2 1 1 ${SELF}`], MISMATCH],
		['another key', [`3 1 1 ${NEXT}`], MISMATCH],
		[
			'a wrong SHA-512 digest beside a right SHA-256 one',
			[`3 1 1 ${SELF}`, `3 1 2 ${NEXT}${NEXT}`],
			MISMATCH,
		],
		['usage 1', [`1 1 1 ${SELF}`], ['unusable-usage high mx1.shop.test']],
		['usage 1 beside usage 3', [`1 1 1 ${NEXT}`, `3 1 1 ${SELF}`], ['matches']],
		['none', [], ['absent info mx1.shop.test']],
	])('%s', async (_, records, expected) => {
		expect(await said(records)).toEqual(expected);
	});

	it('of usage 3 need neither the name nor the date; of usage 2 they do', async () => {
		const expired = { host: { certificate: 'expired' } } as const;
		expect(await said([`3 1 1 ${SELF}`, `3 1 1 ${NEXT}`], expired)).toEqual(['matches']);
		expect(await said(['2 1 1 {{tlsa mx1.shop.test 1 1 1}}'], expired)).toEqual(MISMATCH);
		const wrong = { host: { certificate: 'wrong-host' } } as const;
		expect(await said([`3 1 1 ${SELF}`, `3 1 1 ${NEXT}`], wrong)).toEqual(['matches']);
		expect(await said(['2 1 1 {{tlsa mx1.shop.test 1 1 1}}'], wrong)).toEqual(MISMATCH);
		const { own } = await audited(worldOf(['2 1 1 {{tlsa mx1.shop.test 1 1 1}}'], wrong));
		expect(own[0]?.message).toContain('the certificate is for none of mx1.shop.test, shop.test');
	});

	it('of usage 2 need the issuer to be sent, unless they hold it whole', async () => {
		const bare = { host: { certificate: 'missing-intermediate' } } as const;
		expect(await said(['2 1 1 {{tlsa other.test 1 1 1}}'], withOther(bare))).toEqual(MISMATCH);
		expect(await said(['2 0 0 {{tlsa other.test 0 0 1}}'], withOther(bare))).toEqual(['matches']);
		expect(await said(['2 1 0 {{tlsa other.test 1 0 1}}'], withOther(bare))).toEqual(['matches']);
	});

	it('promise encryption: a host without STARTTLS gets no mail', async () => {
		const { own, said: told } = await audited(
			worldOf([`3 1 1 ${NEXT}`], { host: { starttls: 'absent' } }),
		);
		expect(told).toEqual(MISMATCH);
		expect(own[0]?.message).toContain('203.0.113.25 offers no STARTTLS');
	});

	it('behind an alias are the ones at its end', async () => {
		const more = `_25._tcp.mx1 CNAME dane\ndane TLSA 3 1 1 ${NEXT}`;
		const { own, said: told } = await audited(worldOf([], { more }));
		expect(told).toEqual(MISMATCH);
		expect((own[0] as Failed).fix.snippets[0]?.text).toMatch(
			/^dane\.shop\.test\. 300 IN TLSA 3 1 1 [0-9A-F]{64}\n; delete: dane\.shop\.test\. /,
		);
	});
});

/** A second host whose certificate comes from the same authority, and is sent whole. */
function withOther(change: Change): Change {
	return {
		...change,
		world: {
			mail: [
				{ name: 'mx1.shop.test', at: [FIRST], ...change.host },
				{ name: 'other.test', at: [SECOND] },
			],
		},
	};
}

describe('a mismatch', () => {
	it('is repaired by the record for the key in use, before the old one is deleted', async () => {
		const { own } = await audited(worldOf([`3 1 1 ${NEXT}`]));
		const [found] = own as Failed[];
		expect(found?.message).toMatch(
			/^No TLSA record at _25\._tcp\.mx1\.shop\.test fits what the mail host mx1\.shop\.test of shop\.test shows: 203\.0\.113\.25 has the key 3 1 1 [0-9A-F]{64}\.$/,
		);
		const [line = '', deletion = ''] = found?.fix.snippets[0]?.text.split('\n') ?? [];
		expect(deletion).toBe(
			`; delete: _25._tcp.mx1.shop.test. 300 IN TLSA 3 1 1 ${NEXT.toUpperCase()}`,
		);
		const repaired = await said([line.replace(/^.* TLSA /, ''), `3 1 1 ${NEXT}`]);
		expect(repaired).toEqual(['matches']);
	});

	it('cannot be seen while port 25 is filtered here, and then stops nothing', async () => {
		const world = worldOf([`3 1 1 ${NEXT}`]);
		const { own } = await audited({
			...world,
			ports: [CONTROL, { at: FIRST, port: 25, does: 'silent' }],
		});
		expect(own).toMatchObject([
			{ outcome: 'unknown', reason: 'unsupported', couldBe: 'blocker', decisive: false },
		]);
	});

	it("is nobody's who answers in place of the host", async () => {
		const world = worldOf([`3 1 1 ${NEXT}`], { host: { certificate: 'self-signed' } });
		const answers = { at: '192.0.2.1', port: 25, does: { says: '220 relay.test ESMTP\r\n' } };
		const { own } = await audited({ ...world, ports: [answers] });
		expect(own).toMatchObject([{ outcome: 'unknown', reason: 'unsupported' }]);
	});
});

describe('DNSSEC', () => {
	it('that is missing makes the records idle', async () => {
		expect(await said([`3 1 1 ${NEXT}`], { signed: false })).toEqual([
			'insecure later mx1.shop.test',
		]);
		expect(await said([], { signed: false })).toEqual(['not-applicable']);
	});

	it('is followed up to the root where the resolver does not validate', async () => {
		const plain = { validates: false, signedRoot: true };
		expect(await said([`3 1 1 ${NEXT}`], { world: plain })).toEqual(MISMATCH);
		expect(await said([`3 1 1 ${SELF}`, `3 1 1 ${NEXT}`], { world: plain })).toEqual(['matches']);
		expect(await said([`3 1 1 ${NEXT}`], { world: { validates: false } })).toEqual([
			'insecure later mx1.shop.test',
		]);
	});

	it('says what protects nothing: a host in a signed zone, named by one that is not', async () => {
		const { own, said: told } = await audited({
			validates: true,
			zones: {
				'shop.test': { records: '@ A 203.0.113.10\n@ MX 10 mx1.mail.test.' },
				'mail.test': {
					records: `mx1 A ${FIRST}\n_25._tcp.mx1 TLSA 3 1 1 {{tlsa mx1.mail.test 1 1}}\n_25._tcp.mx1 TLSA 3 1 1 ${NEXT}`,
					dnssec: {},
				},
			},
			mail: [{ name: 'mx1.mail.test', at: [FIRST] }],
			ports: [CONTROL],
		});
		expect(told).toEqual(['matches']);
		expect(own[0]?.message).toContain('the MX records of shop.test are not signed');
	});

	it.each([
		['SERVFAIL', SERVFAIL],
		['silence', 'silence'],
	] as const)('with %s to TLSA alone stops mail', async (_, does) => {
		const fault = { server: 'resolver' as const, name: '_25._tcp.mx1.shop.test', does };
		const { own, said: told } = await audited(worldOf([], { world: { dnsFaults: [fault] } }));
		expect(told).toEqual(['lookup-fails blocker mx1.shop.test']);
		expect((own[0] as Failed).control).toContain('asked twice');
	});

	it('with a proof of absence that proves nothing stops mail', async () => {
		const world = worldOf([]);
		const zone = { ...world.zones?.['shop.test'], dnssec: { denialFault: 'wrong' as const } };
		const zones = { 'shop.test': zone };
		expect((await audited({ ...world, zones })).said).toEqual([
			'lookup-fails blocker mx1.shop.test',
		]);
		const plain = { validates: false, signedRoot: true };
		expect((await audited({ ...world, ...plain, zones })).said).toEqual([
			'lookup-fails blocker mx1.shop.test',
		]);
	});

	it('is not blamed for one lost answer, nor for a resolver that knows no TLSA', async () => {
		const name = '_25._tcp.mx1.shop.test';
		const once = [{ server: 'resolver' as const, name, type: 'TLSA', times: 1, does: SERVFAIL }];
		expect(await said([], { world: { dnsFaults: once } })).toEqual(['unknown']);
		const deaf = [{ server: 'resolver' as const, type: 'TLSA', does: SERVFAIL }];
		expect(await said([], { world: { dnsFaults: deaf } })).toEqual(['unknown']);
	});

	it("that is missing makes a TLSA look-up that fails nobody's concern", async () => {
		const name = '_25._tcp.mx1.shop.test';
		const dnsFaults = [{ server: 'resolver' as const, name, does: SERVFAIL }];
		expect(await said([], { signed: false, world: { dnsFaults } })).toEqual(['not-applicable']);
	});
});

it('has nothing to say without a mail host', async () => {
	const world: World = { zones: { 'shop.test': { records: '@ A 203.0.113.10\n@ MX 0 .' } } };
	expect((await audited(world)).said).toEqual(['not-applicable']);
});
