import { describe, expect, it } from 'vitest';
import mx from '../../../checks/email/mx.ts';
import starttls from '../../../checks/email/starttls.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(starttls)).toEqual([]);
});

type MailHost = NonNullable<World['mail']>[number];
type Mode = 'none' | 'testing' | 'enforce';

const FIRST = '203.0.113.25';
const SECOND = '203.0.113.26';
const WEB = '203.0.113.10';

/** Nothing answers there, and at once, so that the control costs no time. */
const CONTROL = { at: '192.0.2.1', port: 25, does: 'refused' } as const;

const mailHost = (change: Partial<MailHost> = {}): MailHost => ({
	name: 'mx1.shop.test',
	at: [FIRST],
	...change,
});

/** Old versions need the old handshake too. */
const upTo = (max: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2'): MailHost =>
	mailHost({ tls: { min: 'TLSv1', max } });

const policy = (mode: Mode): NonNullable<World['sites']>[number] => ({
	hosts: ['mta-sts.shop.test'],
	at: [WEB],
	routes: {
		'/.well-known/mta-sts.txt': {
			type: 'text/plain',
			body: `version: STSv1\r\nmode: ${mode}\r\nmx: *.shop.test\r\nmax_age: 604800\r\n`,
		},
	},
});

function worldOf(mail: readonly MailHost[], more: { mode?: Mode; world?: World } = {}): World {
	const { mode, world = {} } = more;
	const sts = mode === undefined ? '' : `_mta-sts TXT "v=STSv1; id=1"\nmta-sts A ${WEB}`;
	return {
		zones: {
			'shop.test': {
				records: `@ A ${WEB}\n@ MX 10 mx1\n@ MX 20 mx2\nmx1 A ${FIRST}\nmx2 A ${SECOND}\n${sts}`,
			},
		},
		mail: mail.length > 1 ? [...mail] : [...mail, { name: 'mx2.shop.test', at: [SECOND] }],
		sites: mode === undefined ? [] : [policy(mode)],
		...world,
		ports: [CONTROL, ...(world.ports ?? [])],
	};
}

async function audited(world: World) {
	const { findings, requests } = await auditLab(world, [mx, starttls], { domain: 'shop.test' });
	const own = findings.filter(({ check }) => check === 'email/starttls');
	return {
		own,
		requests,
		said: own.map((one) =>
			isFailed(one)
				? `${one.verdict} ${one.severity} ${one.locus.name}`
				: (one.verdict ?? one.outcome),
		),
	};
}

const said = async (...args: Parameters<typeof worldOf>) => (await audited(worldOf(...args))).said;

describe('mail hosts of a lab, over real sockets', () => {
	it('that are in order pass: a session an address, one more for old versions, and never a mail', async () => {
		const { own, requests } = await audited(worldOf([mailHost()]));
		expect(own).toMatchObject([
			{
				outcome: 'pass',
				message:
					'Mail to shop.test is encrypted on its way: mx1.shop.test (203.0.113.25 TLSv1.3) and mx2.shop.test (203.0.113.26 TLSv1.3).',
			},
		]);
		expect(requests.smtp.map(({ host, commands }) => [host, ...commands]).sort()).toEqual([
			['mx1.shop.test', 'EHLO [127.0.0.1]', 'STARTTLS'],
			['mx1.shop.test', 'EHLO [127.0.0.1]', 'STARTTLS'],
			['mx2.shop.test', 'EHLO [127.0.0.1]', 'STARTTLS'],
			['mx2.shop.test', 'EHLO [127.0.0.1]', 'STARTTLS'],
		]);
	});

	it.each<[string, MailHost, string[]]>([
		['no STARTTLS', mailHost({ starttls: 'absent' }), ['absent high mx1.shop.test']],
		['454 to STARTTLS', mailHost({ starttls: 'refused' }), ['refused high mx1.shop.test']],
		['no TLS after 220', mailHost({ starttls: 'broken' }), ['refused high mx1.shop.test']],
		['TLS 1.0', upTo('TLSv1'), ['old-only high mx1.shop.test']],
		['TLS 1.1', upTo('TLSv1.1'), ['old-only high mx1.shop.test']],
		['TLS 1.2, and 1.0 besides', upTo('TLSv1.2'), ['old-offered later mx1.shop.test']],
		[
			'TLS 1.3, and 1.1 besides',
			mailHost({ tls: { min: 'TLSv1.1', max: 'TLSv1.3' } }),
			['old-offered later mx1.shop.test'],
		],
		['TLS 1.2 alone', mailHost({ tls: { max: 'TLSv1.2' } }), ['encrypted']],
	])('%s', async (_, host, expected) => {
		expect(await said([host])).toEqual(expected);
	});

	it('asks a host that refuses STARTTLS twice, and one that offers none once', async () => {
		const count = async (host: MailHost) => {
			const { requests } = await audited(worldOf([host]));
			return requests.smtp.filter(({ address }) => address === FIRST).length;
		};
		expect(await count(mailHost({ starttls: 'refused' }))).toBe(2);
		expect(await count(mailHost({ starttls: 'absent' }))).toBe(1);
	});
});

describe('a certificate', () => {
	it.each<[MailHost['certificate'], string]>([
		['expired', 'cert-expired'],
		['wrong-host', 'cert-mismatch'],
		['no-san', 'cert-mismatch'],
		['self-signed', 'cert-untrusted'],
		['untrusted-root', 'cert-untrusted'],
		['missing-intermediate', 'cert-untrusted'],
		['intermediate-expired', 'cert-untrusted'],
		['not-yet-valid', 'cert-untrusted'],
		['client-only', 'cert-untrusted'],
	])(
		'%s is a note without MTA-STS, and stops the launch where it is enforced',
		async (kind, key) => {
			const host = mailHost({ certificate: kind });
			expect(await said([host])).toEqual([`${key} info mx1.shop.test`, 'encrypted']);
			expect(await said([host], { mode: 'enforce' })).toEqual([`${key} blocker mx1.shop.test`]);
		},
	);

	it('can wait while the policy is in testing', async () => {
		const host = mailHost({ certificate: 'self-signed' });
		expect(await said([host], { mode: 'testing' })).toEqual(['cert-untrusted later mx1.shop.test']);
		expect(await said([host], { mode: 'none' })).toContain('cert-untrusted info mx1.shop.test');
	});

	it('that expires soon', async () => {
		const host = mailHost({ certificate: { daysLeft: 13 } });
		expect(await said([host])).toEqual(['cert-expiring later mx1.shop.test']);
		expect(await said([host], { mode: 'enforce' })).toEqual(['cert-expiring high mx1.shop.test']);
		expect(await said([mailHost({ certificate: { daysLeft: 15 } })])).toEqual(['encrypted']);
	});

	it.each<MailHost['certificate']>(['is-ca', 'no-purpose', 'sha1', 'too-long', 'out-of-order'])(
		'%s stops no mail',
		async (kind) => {
			const host = mailHost({ certificate: kind });
			expect(await said([host], { mode: 'enforce' })).toEqual(['encrypted']);
		},
	);

	it('under a policy whose own certificate nobody accepts is a note: there is no policy', async () => {
		const world = worldOf([mailHost({ certificate: 'self-signed' })], { mode: 'enforce' });
		const sites = world.sites?.map((site) => ({ ...site, certificate: 'self-signed' as const }));
		const { said: told } = await audited({ ...world, ...(sites && { sites }) });
		expect(told).toEqual(['cert-untrusted info mx1.shop.test', 'encrypted']);
	});

	it('under a policy that could not be read leaves the check open', async () => {
		const world = worldOf([mailHost({ certificate: 'self-signed' })]);
		const dnsFaults = [{ name: '_mta-sts.shop.test', does: { rcode: 'SERVFAIL' as const } }];
		const { own, said: told } = await audited({ ...world, dnsFaults });
		expect(told).toEqual(['cert-untrusted info mx1.shop.test', 'unknown']);
		expect(own[1]).toMatchObject({ couldBe: 'blocker', decisive: false });
	});

	it('has a fix for its mail host, and for the time until then', async () => {
		const { own } = await audited(
			worldOf([mailHost({ certificate: 'expired' })], { mode: 'enforce' }),
		);
		const [found] = own.filter(isFailed) as Failed[];
		const texts = found?.fix.snippets.map(({ text }) => text) ?? [];
		expect(texts[0]).toContain('certbot certonly --standalone --force-renewal -d mx1.shop.test');
		expect(texts[1]).toMatch(/^_mta-sts\.shop\.test\. 300 IN TXT "v=STSv1; id=\d{14}"$/);
		expect(found?.message).toMatch(
			/^The server's certificate expired on .* \(mail host mx1\.shop\.test at 203\.0\.113\.25\)\.$/,
		);
		expect(found?.reproduce).toContain('-starttls smtp -connect 203.0.113.25:25');
	});
});

describe('hosts that do not answer', () => {
	const port = (at: string, does: 'silent' | 'refused' | 'plain-text') => ({ at, port: 25, does });

	it.each(['refused', 'silent'] as const)('one of two, %s', async (does) => {
		const world = { ports: [port(SECOND, does)] };
		const { said: told, own } = await audited(worldOf([mailHost()], { world }));
		expect(told).toEqual(['unreachable high mx2.shop.test']);
		expect(own[0]).toMatchObject({ confidence: 'high' });
	});

	it('all of them: port 25 is filtered here, which is soon over and no obstacle', async () => {
		const world = { ports: [port(FIRST, 'silent'), port(SECOND, 'silent')] };
		const began = performance.now();
		const { own } = await audited(worldOf([mailHost()], { world }));
		expect(own).toMatchObject([{ outcome: 'unknown', reason: 'unsupported', decisive: false }]);
		expect(performance.now() - began).toBeLessThan(5_000);
	});

	it('all refuse the connection: the same', async () => {
		const world = { ports: [port(FIRST, 'refused'), port(SECOND, 'refused')] };
		expect(await said([mailHost()], { world })).toEqual(['unknown']);
	});

	it('one that refuses us alone may serve others', async () => {
		const host = mailHost({ starttls: 'broken', greeting: '554 no service for your network' });
		const { own } = await audited(worldOf([host]));
		expect(own).toMatchObject([
			{ outcome: 'unknown', reason: 'denied', message: expect.stringContaining('554') },
		]);
	});

	it('a network that answers in their place is not taken for them', async () => {
		const answers = { at: '192.0.2.1', port: 25, does: { says: '220 relay.test ESMTP\r\n' } };
		const world = worldOf([mailHost({ starttls: 'absent' })]);
		const { own } = await audited({ ...world, ports: [answers] });
		expect(own).toMatchObject([
			{ outcome: 'unknown', reason: 'unsupported', message: expect.stringContaining('192.0.2.1') },
		]);
	});
});

describe('what another check owns, or nobody', () => {
	const zone = (records: string): World => ({ zones: { 'shop.test': { records } } });

	it('a target without an address hides it under email/mx', async () => {
		const { own } = await audited(zone(`@ A ${WEB}\n@ MX 10 gone\n@ TXT "v=spf1 mx -all"`));
		expect(own).toMatchObject([
			{ outcome: 'blocked', by: { check: 'email/mx', subject: 'shop.test' } },
		]);
	});

	it('one missing target leaves the other to be judged', async () => {
		const world = worldOf([mailHost()]);
		const records = `@ A ${WEB}\n@ MX 10 mx1\n@ MX 20 gone\nmx1 A ${FIRST}`;
		const { said: told } = await audited({ ...world, zones: { 'shop.test': { records } } });
		expect(told).toEqual(['encrypted']);
	});

	it('an address inside our own network is never contacted', async () => {
		const world = worldOf([mailHost({ at: ['10.0.0.25'] })]);
		const records = `@ A ${WEB}\n@ MX 10 mx1\nmx1 A 10.0.0.25`;
		const { own, requests } = await audited({ ...world, zones: { 'shop.test': { records } } });
		expect(own).toMatchObject([{ outcome: 'blocked', by: { check: 'email/mx' } }]);
		expect(requests.smtp).toEqual([]);
	});

	it.each(['@ MX 0 .', '@ TXT "v=spf1 -all"'])(
		'%s: there is nothing to encrypt',
		async (records) => {
			const { own } = await audited(zone(`@ A ${WEB}\n${records}`));
			expect(own).toMatchObject([{ outcome: 'not-applicable' }]);
		},
	);
});
