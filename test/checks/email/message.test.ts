import { beforeAll, describe, expect, it } from 'vitest';
import dkim from '../../../checks/email/dkim.ts';
import dmarcCheck from '../../../checks/email/dmarc.ts';
import dmarc from '../../../checks/email/dmarc.ts';
import check from '../../../checks/email/message.ts';
import type { AnyCheck } from '../../../src/core/check.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { ed25519Key, rsaKey, type SigningKey } from '../../facts/mail/message-maker.ts';
import { auditMessages, type Delivery, delivered, sign, txt, written } from './message-lab.ts';

let key: SigningKey;
let edwards: SigningKey;
let weak: SigningKey;
let other: SigningKey;
let world: World;

beforeAll(() => {
	[key, weak, other, edwards] = [rsaKey(), rsaKey(1023), rsaKey(), ed25519Key()];
	world = worldOf();
});

function worldOf(dmarc = 'v=DMARC1; p=reject; rua=mailto:d@shop.test'): World {
	return {
		zones: {
			'shop.test': {
				records: [
					'@ MX 10 mail',
					'@ TXT "v=spf1 ip4:198.51.100.7 -all"',
					'mail A 198.51.100.7',
					'mail TXT "v=spf1 a -all"',
					'bounce MX 10 mail',
					'bounce TXT "v=spf1 ip4:198.51.100.7 -all"',
					'dead A 198.51.100.9',
					`_dmarc TXT "${dmarc}"`,
					`s1._domainkey TXT ${txt(key.record)}`,
					`e1._domainkey TXT ${txt(edwards.record)}`,
					`weak._domainkey TXT ${txt(weak.record)}`,
					's0._domainkey TXT "v=DKIM1; p="',
				],
			},
			'service.test': {
				records: [
					'bounce MX 10 mail',
					'bounce TXT "v=spf1 ip4:198.51.100.8 -all"',
					'mail A 198.51.100.8',
					`k1._domainkey TXT ${txt(other.record)}`,
				],
			},
			'gmail.com': { records: ['@ MX 10 mx', 'mx A 203.0.113.5', '@ TXT "v=spf1 -all"'] },
		},
	};
}

const SERVICE: Delivery = {
	returnPath: 'b@bounce.service.test',
	helo: 'mail.service.test',
	address: '198.51.100.8',
};
const LIST = {
	'List-Unsubscribe': '<https://shop.test/u?t=1>, <mailto:u@shop.test>',
	'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
};
const ALL = ['from', 'to', 'subject', 'date', 'message-id'];
const NAMES = [...ALL, 'list-unsubscribe', 'list-unsubscribe-post'];
const HTML = {
	'Content-Type': 'text/html; charset=utf-8',
};
const plain = (change = {}, body?: string) => written(change, body);

/** `verdict severity` of what failed; the outcome where there is no verdict. */
async function graded(
	text: string,
	asked: { bulk?: boolean } = {},
	inWorld: World = world,
): Promise<readonly string[]> {
	const { findings } = await auditMessages(inWorld, check, { 'welcome.eml': text }, asked);
	return findings.map((one) =>
		isFailed(one) ? `${one.verdict} ${one.severity}` : (one.verdict ?? one.outcome),
	);
}

const sound = (change = {}, delivery: Delivery = {}, how = {}) =>
	delivered(sign(written(change), key, how), delivery);

describe('a sound message', () => {
	it.each<[string, () => string]>([
		['is signed by RSA', () => sound()],
		['has simple canonicalisation', () => sound({}, {}, { form: 'simple/simple' })],
		['is signed by Ed25519', () => delivered(sign(written(), edwards, { selector: 'e1' }))],
		['has LF line ends', () => sound().replaceAll('\r\n', '\n')],
		['has mixed line ends', () => sound().replace('\r\n', '\n')],
		['stands in a mailbox file', () => `From hello@shop.test Wed Dec 30 10:00:00 2026\n${sound()}`],
		[
			'stands in a mailbox file that quotes "From "',
			() =>
				`From hello@shop.test Wed Dec 30 10:00:00 2026\n${delivered(
					sign(written({}, 'From now on.\n>From then.\n'), key).replace(
						/^(>*From )(?=now|then)/gm,
						'>$1',
					),
				)}`,
		],
		['begins with empty lines', () => `\r\n  \r\n${sound()}`],
		[
			'was copied from the page "Original message"',
			() =>
				`Original Message\n\nMessage ID\t<1@shop.test>\nFrom:\tShop <hello@shop.test>\n\n\n${sound()}`,
		],
	])('%s', async (_, text) => {
		expect(await graded(text())).toEqual(['passes']);
	});

	it('oversigns and repeats names in h=', async () => {
		const names = [...ALL, 'from', 'subject', 'cc'];
		expect(await graded(sound({}, {}, { names }))).toEqual(['passes']);
	});
});

describe('what fails', () => {
	it.each<[string, () => string, readonly string[]]>([
		[
			'neither SPF nor DKIM',
			() => delivered(written(), { address: '203.0.113.9' }),
			['dmarc-fail blocker', 'dkim-missing blocker'],
		],
		[
			'SPF and DKIM of a service alone',
			() => delivered(sign(written(), other, { domain: 'service.test', selector: 'k1' }), SERVICE),
			['dmarc-fail blocker', 'dkim-unaligned high', 'spf-unaligned high'],
		],
		["a service's return path", () => sound({}, SERVICE), ['spf-unaligned high']],
		[
			"a service's signature",
			() => delivered(sign(written(), other, { domain: 'service.test', selector: 'k1' })),
			['dkim-unaligned high'],
		],
		['no signature', () => delivered(written()), ['dkim-missing blocker']],
		[
			'another subject than the signed one',
			() => sound().replace('Confirm your', 'Lose your'),
			['dkim-broken blocker'],
		],
		[
			'a field added to what h= closes',
			() =>
				sound({}, {}, { names: [...ALL, 'subject'] }).replace(
					'\r\nSubject:',
					'\r\nSubject: x\r\nSubject:',
				),
			['dkim-broken blocker', 'header-duplicate high'],
		],
		['a revoked key', () => sound({}, {}, { selector: 's0' }), ['dkim-broken blocker']],
		['a key that is not there', () => sound({}, {}, { selector: 'gone' }), ['dkim-broken blocker']],
		['a signature without bh=', () => sound().replace(/bh=[^;]*;/, ''), ['dkim-broken blocker']],
		['another body', () => sound().replace('please', 'do not'), ['dkim-body-hash blocker']],
		['rsa-sha1', () => sound({}, {}, { hash: 'sha1' }), ['dkim-sha1 high']],
		[
			'a key of 1023 bits',
			() => delivered(sign(written(), weak, { selector: 'weak' })),
			['dkim-weak-key high'],
		],
		['From not signed', () => sound({}, {}, { names: ALL.slice(1) }), ['dkim-from-unsigned high']],
		[
			'x= in the past',
			() => sound({}, {}, { tags: 't=1767000000; x=1767000600' }),
			['dkim-expired high'],
		],
		['t= in the future', () => sound({}, {}, { tags: 't=1798970400' }), ['dkim-future high']],
		['l=', () => sound({}, {}, { tags: 'l=20' }), ['dkim-length-tag later']],
		[
			'two From fields',
			() => sound({ From: ['a@shop.test', 'b@shop.test'] }),
			['from-count blocker'],
		],
		['no From field', () => sound({ From: null }), ['from-count blocker']],
		['two authors', () => sound({ From: 'a@shop.test, b@shop.test' }), ['from-multi-address high']],
		[
			'an author at Gmail, by the own server',
			() => sound({ From: 'Shop <shop@gmail.com>' }),
			['from-freemail blocker'],
		],
		['no Date', () => sound({ Date: null }), ['date-missing high']],
		['a Date that is none', () => sound({ Date: 'yesterday' }), ['date-missing high']],
		['no Message-ID', () => sound({ 'Message-ID': null }), ['message-id-missing high']],
		[
			'a Message-ID that Gmail had to add',
			() => sound({ 'Message-ID': '<5f.1.2.SMTPIN_ADDED_MISSING@mx.google.com>' }),
			['message-id-missing high'],
		],
		['two Subject fields', () => sound({ Subject: ['a', 'b'] }), ['header-duplicate high']],
		[
			'a bounce domain without MX and SPF',
			() => sound({}, { returnPath: 'b@dead.shop.test' }),
			['return-path-domain high'],
		],
		['no TLS', () => sound({}, { protocol: 'ESMTP' }), ['received-plaintext high']],
		['HELO localhost', () => sound({}, { helo: 'localhost' }), ['localhost-leak later']],
		[
			'a HELO that no DNS knows',
			() => sound({}, { helo: 'ip-10-0-0-5.ec2.internal' }),
			['localhost-leak later'],
		],
		[
			'HTML alone',
			() =>
				delivered(
					sign(
						plain(HTML, '<p>Please confirm your address, so that we know it is you.</p>\n'),
						key,
					),
				),
			['no-text-part later'],
		],
		[
			'a picture alone',
			() => delivered(sign(plain(HTML, '<img src="https://shop.test/a.png">\n'), key)),
			['no-text-part later', 'image-only later'],
		],
		[
			"another's address as display name",
			() => sound({ From: '"support@bank.test" <hello@shop.test>' }),
			['display-name-spoof later'],
		],
		[
			"another's address as display name, encoded",
			() => sound({ From: '=?utf-8?B?c3VwcG9ydEBiYW5rLnRlc3Q=?= <hello@shop.test>' }),
			['display-name-spoof later'],
		],
		['answers to Gmail', () => sound({ 'Reply-To': 'shop@gmail.com' }), ['reply-to-domain later']],
	])('%s', async (_, text, wanted) => {
		expect([...(await graded(text()))].sort()).toEqual([...wanted].sort());
	});
});

describe('mailings', () => {
	const newsletter = (change: Parameters<typeof written>[0] = {}, names = NAMES) =>
		delivered(sign(written({ ...LIST, 'List-Id': '<news.shop.test>', ...change }), key, { names }));

	it.each<[string, () => string, string | null]>([
		['one click, signed', newsletter, null],
		['the fields not signed', () => newsletter({}, ALL), 'unsubscribe-unsigned'],
		[
			'one of the fields not signed',
			() => newsletter({}, [...ALL, 'list-unsubscribe']),
			'unsubscribe-unsigned',
		],
		[
			'no List-Unsubscribe',
			() => newsletter({ 'List-Unsubscribe': null, 'List-Unsubscribe-Post': null }),
			'unsubscribe-missing',
		],
		['Precedence: bulk and no more', () => sound({ Precedence: 'bulk' }), 'unsubscribe-missing'],
		[
			'an unsubscribe link in the text alone',
			() => delivered(sign(written({}, 'News!\n\nUnsubscribe: https://shop.test/u\n'), key)),
			'unsubscribe-missing',
		],
		[
			'mailto alone',
			() =>
				newsletter({ 'List-Unsubscribe': '<mailto:u@shop.test>', 'List-Unsubscribe-Post': null }),
			'unsubscribe-no-https',
		],
		[
			'http alone',
			() => newsletter({ 'List-Unsubscribe': '<http://shop.test/u>' }),
			'unsubscribe-no-https',
		],
		[
			'no Post field',
			() => newsletter({ 'List-Unsubscribe-Post': null }),
			'unsubscribe-post-value',
		],
		[
			'another Post value',
			() => newsletter({ 'List-Unsubscribe-Post': 'yes' }),
			'unsubscribe-post-value',
		],
	])('%s: can wait, and stops bulk senders', async (_, text, verdict) => {
		const atWorst = verdict === 'unsubscribe-unsigned' ? 'high' : 'blocker';
		expect(await graded(text())).toEqual(verdict === null ? ['passes'] : [`${verdict} later`]);
		expect(await graded(text(), { bulk: true })).toEqual(
			verdict === null ? ['passes'] : [`${verdict} ${atWorst}`],
		);
	});

	it.each<[string, Parameters<typeof written>[0]]>([
		['a reset mail', {}],
		['a monitor', { Precedence: 'bulk', 'Auto-Submitted': 'auto-generated' }],
	])('%s needs none of it', async (_, change) => {
		expect(await graded(sound(change), { bulk: true })).toEqual(['passes']);
	});
});

describe("the receiver's word", () => {
	const altered = (results: string | null, delivery: Delivery = {}) =>
		delivered(sign(written(), key).replace('please', 'kindly'), {
			by: 'mx.google.com',
			returnPath: 'b@bounce.service.test',
			helo: 'mail.service.test',
			address: '198.51.100.8',
			results,
			...delivery,
		});
	const TRUSTED =
		'mx.google.com; dkim=pass header.i=@shop.test header.s=s1; spf=pass smtp.mailfrom=b@bounce.service.test; dmarc=pass header.from=shop.test';

	it('counts where saving the file broke the signature', async () => {
		expect(await graded(altered(TRUSTED))).toEqual(['spf-unaligned high']);
		const said = await auditMessages(world, check, {
			'a.eml': altered(TRUSTED, {
				returnPath: 'b@bounce.shop.test',
				helo: 'mail.shop.test',
				address: '198.51.100.7',
			}),
		});
		expect(said.findings.map(({ message }) => message)).toEqual([
			'a.eml passes DMARC for shop.test: the receiver verified the DKIM signature of shop.test (selector s1), which could not be verified again in this file.',
		]);
	});

	it.each<[string, string]>([
		['of somebody else', TRUSTED.replace('mx.google.com', 'mx.attacker.test')],
		['of no one', TRUSTED.replace('mx.google.com; ', '')],
		[
			'about another selector',
			TRUSTED.replace('header.s=s1', 'header.s=s2').replace('dmarc=pass', 'dmarc=fail'),
		],
		[
			'about another domain',
			TRUSTED.replace('@shop.test', '@service.test').replace('dmarc=pass', 'dmarc=fail'),
		],
		['in a comment', `mx.google.com; dmarc=fail (${TRUSTED.replaceAll('mx.google.com; ', '')})`],
	])('is not taken from a field %s', async (_, results) => {
		expect(await graded(altered(results))).toEqual(
			expect.arrayContaining([
				'dkim-body-hash blocker',
				'dmarc-fail blocker',
				'spf-unaligned high',
			]),
		);
	});

	it('is not taken from below the hop that came from outside', async () => {
		const text = altered(null).replace(
			'\r\nDKIM-Signature',
			`\r\nReceived: from app (app [203.0.113.7]) by mail.service.test with ESMTPS; ${'Wed, 30 Dec 2026 10:00:03 +0000'}\r\nAuthentication-Results: ${TRUSTED}\r\nDKIM-Signature`,
		);
		expect(text).toContain('Authentication-Results');
		expect(await graded(text)).toContain('dmarc-fail blocker');
	});

	it('is taken from a name that the config gives', async () => {
		const files = { 'a.eml': altered(TRUSTED.replace('mx.google.com', 'auth.receiver.test')) };
		const verdicts = async (receivers: readonly string[]) => {
			const checkOptions = { 'email/message': { receivers } };
			const { findings } = await auditMessages(world, check, files, {}, { checkOptions });
			return findings.map(({ verdict }) => verdict);
		};
		expect(await verdicts([])).toContain('dkim-body-hash');
		expect(await verdicts(['Auth.Receiver.test'])).toEqual(['spf-unaligned']);
	});

	it('confirms a fault', async () => {
		const results =
			'mx.google.com; dkim=neutral (body hash did not verify) header.i=@shop.test header.s=s1; dmarc=fail header.from=shop.test';
		const { findings } = await auditMessages(world, check, { 'a.eml': altered(results) });
		const found = findings.filter(isFailed).find(({ verdict }) => verdict === 'dkim-body-hash');
		expect(found).toMatchObject({
			confidence: 'high',
			control: 'The receiver came to the same result: dkim=neutral.',
		});
	});
});

describe('strict alignment (email/dmarc/strict-alignment)', () => {
	const said = async (dmarc: string, text: string) => {
		const { findings } = await auditMessages(worldOf(dmarc), dmarcCheck, { 'a.eml': text });
		return findings.flatMap((one) => (isFailed(one) ? [`${one.verdict} ${one.severity}`] : []));
	};
	const STRICT = 'v=DMARC1; p=reject; rua=mailto:d@shop.test; aspf=s';

	it('is high where the return path of a sample is a sub-domain', async () => {
		expect(await said(STRICT, sound())).toEqual(['strict-alignment high']);
	});

	it('is no fault where the return path is the domain itself', async () => {
		expect(await said(STRICT, sound({}, { returnPath: 'b@shop.test' }))).toEqual([]);
	});

	it('is no fault where alignment is relaxed', async () => {
		expect(await said('v=DMARC1; p=reject; rua=mailto:d@shop.test', sound())).toEqual([]);
	});
});

describe('what a message tells the other checks', () => {
	const about = async (text: string, checks: readonly AnyCheck[], dmarcRecord?: string) => {
		const inWorld = dmarcRecord === undefined ? world : worldOf(dmarcRecord);
		const { findings } = await auditMessages(inWorld, checks, { 'welcome.eml': text });
		return findings.filter(isFailed);
	};

	it('its selector is in use, so that a missing key is a fault', async () => {
		const [found] = await about(sound({}, {}, { selector: 'gone' }), [dkim]);
		expect(found).toMatchObject({
			verdict: 'none',
			message: 'The DKIM selectors that sign for shop.test have no key: gone.',
		});
		const services = await about(
			delivered(sign(written(), other, { domain: 'service.test', selector: 'gone' })),
			[dkim],
		);
		expect(services.map(({ verdict }) => verdict)).not.toContain('none');
	});

	it('strict alignment does not fit its own mail', async () => {
		const strict = 'v=DMARC1; p=reject; rua=mailto:d@shop.test; aspf=s';
		const [found] = (await about(sound(), [dmarc], strict)).filter(
			({ severity }) => severity === 'high',
		);
		expect(found).toMatchObject({ verdict: 'strict-alignment' });
		expect(found?.message).toContain(
			'welcome.eml: author at shop.test, bounces to bounce.shop.test',
		);
		expect(found?.fix.snippets[0]?.text).toBe(
			'_dmarc.shop.test. 300 IN TXT "v=DMARC1; p=reject; rua=mailto:d@shop.test"',
		);
		const same = await about(sound({}, { returnPath: 'b@shop.test' }), [dmarc], strict);
		expect(same.map(({ verdict }) => verdict)).not.toContain('strict-alignment');
	});

	it('a policy is enforced and nothing is signed', async () => {
		const found = await about(delivered(written()), [dmarc]);
		expect(found.map(({ verdict, severity }) => `${verdict} ${severity}`)).toContain(
			'enforce-without-dkim high',
		);
	});
});
