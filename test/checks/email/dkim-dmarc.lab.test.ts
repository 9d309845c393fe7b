import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	ED25519,
	RSA_1023,
	RSA_1024,
	RSA_2048,
	RSA_4097,
	RSA_PKCS1,
} from '../../../checks/email/_dkim-keys.ts';
import { DKIM_VERDICTS } from '../../../checks/email/_dkim-verdicts.ts';
import { DMARC_VERDICTS } from '../../../checks/email/_dmarc-verdicts.ts';
import type { World } from '../../../src/lab/world.ts';
import { failedBy, type MailLab, startMailLab } from './mail-lab.ts';

/** A TXT record's strings, cut at 255 as on the wire. */
const txt = (text: string) =>
	(text.match(/.{1,255}/gs) ?? []).map((each) => `"${each.replace(/["\\]/g, '\\$&')}"`).join(' ');

interface Mail {
	/** Of the zone; the audited name unless given. */
	readonly zone?: string;
	readonly spf?: string;
	readonly keys?: readonly string[];
	/** Lines about DMARC, by owner in the zone. */
	readonly dmarc?: readonly string[];
	readonly more?: readonly string[];
	readonly asked?: Parameters<MailLab['audit']>[1];
}

/** Everything said of DKIM and DMARC, notes included. */
type World1 = readonly [domain: string, breaks: Mail, wanted: readonly string[]];

const at = (selector: string, text: string) => `${selector}._domainkey TXT ${txt(text)}`;
const KEYS = [at('s1', RSA_2048), at('s2', RSA_2048)];
const rua = (domain: string) => `rua=mailto:dmarc@${domain}`;
/** A record of the audited domain, with what is broken in the middle. */
const record = (text: string) => `_dmarc TXT ${txt(text)}`;

const sound = (selector: string, text: string): Mail => ({ keys: [...KEYS, at(selector, text)] });

const DKIM: readonly World1[] = [
	[
		'k-none.test',
		{ keys: [], dmarc: [record(`v=DMARC1; p=none; ${rua('k-none.test')}`)] },
		['email/dkim/none high', 'email/dmarc/p-none later'],
	],
	[
		'k-bulk.test',
		{ keys: [], dmarc: [record(`v=DMARC1; p=none; ${rua('k-bulk.test')}`)], asked: { bulk: true } },
		['email/dkim/none blocker', 'email/dmarc/p-none later'],
	],
	['k-hidden.test', { keys: [at('zq7', RSA_2048)] }, ['email/dkim/not-found unknown']],
	['k-wild.test', { keys: [...KEYS, at('*', RSA_2048)] }, ['email/dkim/wildcard high']],
	[
		'k-dangling.test',
		{ keys: [...KEYS, 'k1._domainkey CNAME gone.others.test.'] },
		['email/dkim/cname-dangling high'],
	],
	[
		'k-multiple.test',
		{ keys: [...KEYS, at('k1', RSA_2048), at('k1', RSA_1024)] },
		['email/dkim/multiple-txt high'],
	],
	['k-backslash.test', sound('k1', RSA_2048.replace(';', '\\;')), ['email/dkim/syntax high']],
	['k-quotes.test', sound('k1', `"${RSA_2048}"`), ['email/dkim/syntax high']],
	[
		'k-last.test',
		sound('k1', `${RSA_2048.replace('v=DKIM1; ', '')}; v=DKIM1`),
		['email/dkim/syntax high'],
	],
	['k-version.test', sound('k1', RSA_2048.replace('DKIM1', 'DKIM2')), ['email/dkim/syntax high']],
	['k-twice.test', sound('k1', `${RSA_2048}; k=rsa`), ['email/dkim/syntax high']],
	['k-no-p.test', sound('k1', 'v=DKIM1; k=rsa'), ['email/dkim/syntax high']],
	['k-capital.test', sound('k1', RSA_2048.replace('p=', 'P=')), ['email/dkim/syntax high']],
	['k-empty.test', sound('k1', RSA_2048.replace('; ', ';; ')), ['email/dkim/syntax high']],
	['k-no-hash.test', sound('k1', `${RSA_2048}; h=`), ['email/dkim/syntax high']],
	['k-revoked.test', sound('k1', 'v=DKIM1; p='), ['email/dkim/revoked later']],
	[
		'k-revoked-active.test',
		{ ...sound('k1', 'v=DKIM1; p='), asked: { dkimSelectors: ['k1'] } },
		['email/dkim/revoked high'],
	],
	['k-cut.test', sound('k1', RSA_2048.slice(0, 255)), ['email/dkim/key-undecodable high']],
	[
		'k-cut-active.test',
		{ ...sound('k1', RSA_2048.slice(0, 255)), asked: { dkimSelectors: ['k1'] } },
		['email/dkim/key-undecodable blocker'],
	],
	['k-1023.test', sound('k1', RSA_1023), ['email/dkim/rsa-under-1024 blocker']],
	['k-1024.test', sound('k1', RSA_1024), ['email/dkim/rsa-under-2048 later']],
	['k-4097.test', sound('k1', RSA_4097), ['email/dkim/rsa-over-4096 later']],
	['k-pkcs1.test', sound('k1', RSA_PKCS1), ['email/dkim/rsa-pkcs1 later']],
	[
		'k-ed25519.test',
		{ keys: [at('s1', ED25519), at('s2', ED25519)] },
		['email/dkim/ed25519-only high'],
	],
	['k-type.test', sound('k1', 'v=DKIM1; k=dsa; p=AAAA'), ['email/dkim/key-type-unknown high']],
	['k-sha1.test', sound('k1', `${RSA_2048}; h=sha1`), ['email/dkim/hash-excludes-sha256 high']],
	[
		'k-sha1-active.test',
		{ ...sound('k1', `${RSA_2048}; h=sha1`), asked: { dkimSelectors: ['k1'] } },
		['email/dkim/hash-excludes-sha256 blocker'],
	],
	['k-service.test', sound('k1', `${RSA_2048}; s=tlsrpt`), ['email/dkim/service-type high']],
	['k-testing.test', sound('k1', `${RSA_2048}; t=y`), ['email/dkim/testing high']],
	[
		'k-testing-none.test',
		{
			...sound('k1', `${RSA_2048}; t=y:s`),
			dmarc: [record(`v=DMARC1; p=none; ${rua('k-testing-none.test')}`)],
		},
		['email/dkim/testing later', 'email/dmarc/p-none later'],
	],
	['k-obsolete.test', sound('k1', `${RSA_2048}; g=*`), ['email/dkim/obsolete-tag later']],
	[
		'k-domainkeys.test',
		{ keys: [...KEYS, '_domainkey TXT "o=~; r=p@example.com"'] },
		['email/dkim/domainkeys-policy info'],
	],
	['k-adsp.test', { keys: [...KEYS, '_adsp._domainkey TXT "dkim=all"'] }, ['email/dkim/adsp info']],
	['k-single.test', { keys: [at('s1', RSA_2048)] }, ['email/dkim/single-selector info']],
];

const own = (domain: string, text: string, more: Mail = {}): [string, Mail] => [
	domain,
	{ ...more, dmarc: [record(text.replace('{rua}', rua(domain)))] },
];

const DMARC: readonly World1[] = [
	['d-missing.test', { dmarc: [] }, ['email/dmarc/missing high']],
	['d-missing-bulk.test', { dmarc: [], asked: { bulk: true } }, ['email/dmarc/missing blocker']],
	[
		'mail.d-inherited.test',
		{ zone: 'd-inherited.test', dmarc: [record(`v=DMARC1; p=reject; ${rua('d-inherited.test')}`)] },
		['email/dmarc/inherited info'],
	],
	[
		'd-multiple.test',
		{ dmarc: [record('v=DMARC1; p=none'), record('v=DMARC1; p=reject')] },
		['email/dmarc/multiple high'],
	],
	[
		'd-multiple-bulk.test',
		{ dmarc: [record('v=DMARC1; p=none'), record('v=DMARC1; p=reject')], asked: { bulk: true } },
		['email/dmarc/multiple blocker'],
	],
	[
		'd-apex.test',
		{ dmarc: [`@ TXT "v=DMARC1; p=none"`] },
		['email/dmarc/missing high', 'email/dmarc/wrong-name high'],
	],
	[
		'd-no-underscore.test',
		{ dmarc: ['dmarc TXT "v=DMARC1; p=none"'] },
		['email/dmarc/missing high', 'email/dmarc/wrong-name high'],
	],
	[
		'd-www.test',
		{ dmarc: ['_dmarc.www TXT "v=DMARC1; p=none"'] },
		['email/dmarc/missing high', 'email/dmarc/wrong-name high'],
	],
	[
		'd-doubled.test',
		{ dmarc: ['_dmarc.d-doubled.test TXT "v=DMARC1; p=none"'] },
		['email/dmarc/missing high', 'email/dmarc/wrong-name high'],
	],
	['d-capital.test', { dmarc: [`_DMARC TXT "v=DMARC1; p=reject; ${rua('d-capital.test')}"`] }, []],
	[
		...own('d-version.test', 'v=dmarc1; p=reject; {rua}'),
		['email/dmarc/missing high', 'email/dmarc/version high'],
	],
	[
		...own('d-space.test', ' v=DMARC1; p=reject; {rua}'),
		['email/dmarc/missing high', 'email/dmarc/version high'],
	],
	[
		...own('d-semicolon.test', 'v=DMARC1 p=reject; {rua}'),
		['email/dmarc/missing high', 'email/dmarc/version high'],
	],
	[
		'd-spf.test',
		{ dmarc: [record(`v=DMARC1; p=reject; ${rua('d-spf.test')}`), '_dmarc TXT "v=spf1 -all"'] },
		['email/dmarc/spf-here later'],
	],
	[
		'd-other.test',
		{ dmarc: [record(`v=DMARC1; p=reject; ${rua('d-other.test')}`), '_dmarc TXT "hello"'] },
		['email/dmarc/other-txt later'],
	],
	[
		...own('d-twice.test', 'v=DMARC1; p=reject; adkim=r; adkim=r; {rua}'),
		['email/dmarc/tag-duplicate high'],
	],
	[
		...own('d-p-twice.test', 'v=DMARC1; p=reject; p=none; {rua}'),
		['email/dmarc/tag-duplicate high'],
	],
	[...own('d-p-bad.test', 'v=DMARC1; p=block; {rua}'), ['email/dmarc/value-invalid high']],
	[
		...own('d-sp-bad.test', 'v=DMARC1; p=reject; sp=block; {rua}'),
		['email/dmarc/value-invalid high'],
	],
	[...own('d-np-bad.test', 'v=DMARC1; p=reject; np=; {rua}'), ['email/dmarc/value-invalid high']],
	[
		...own('d-adkim-bad.test', 'v=DMARC1; p=reject; adkim=strict; {rua}'),
		['email/dmarc/value-invalid later'],
	],
	[
		...own('d-no-tag.test', 'v=DMARC1; p=reject; hello; {rua}'),
		['email/dmarc/value-invalid later'],
	],
	[...own('d-no-p.test', 'v=DMARC1; {rua}'), ['email/dmarc/no-p later']],
	[
		...own('d-no-p-no-rua.test', 'v=DMARC1;'),
		['email/dmarc/no-p high', 'email/dmarc/rua-missing high'],
	],
	[...own('d-p-late.test', 'v=DMARC1; {rua}; p=reject'), ['email/dmarc/p-not-second later']],
	[...own('d-p-none.test', 'v=DMARC1; p=none; {rua}'), ['email/dmarc/p-none later']],
	[...own('d-test.test', 'v=DMARC1; p=reject; t=y; {rua}'), ['email/dmarc/test-mode later']],
	[
		...own('d-sp-none.test', 'v=DMARC1; p=reject; sp=none; np=reject; {rua}'),
		['email/dmarc/subdomain-none high'],
	],
	[
		...own('d-np-none.test', 'v=DMARC1; p=reject; np=none; {rua}'),
		['email/dmarc/subdomain-none high'],
	],
	[
		'mail.d-sp-ignored.test',
		{
			zone: 'd-sp-ignored.test',
			dmarc: [
				record('v=DMARC1; p=reject'),
				`_dmarc.mail TXT "v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@mail.d-sp-ignored.test"`,
			],
		},
		['email/dmarc/sp-ignored later'],
	],
	[
		...own('d-np-absent.test', 'v=DMARC1; p=reject; sp=quarantine; {rua}'),
		['email/dmarc/np-absent info'],
	],
	[...own('d-pct.test', 'v=DMARC1; p=reject; pct=100; {rua}'), ['email/dmarc/pct later']],
	[...own('d-pct-99.test', 'v=DMARC1; p=reject; pct=99; {rua}'), ['email/dmarc/pct high']],
	[
		...own('d-pct-none.test', 'v=DMARC1; p=none; pct=50; {rua}'),
		['email/dmarc/p-none later', 'email/dmarc/pct later'],
	],
	[...own('d-ri.test', 'v=DMARC1; p=reject; rf=afrf; ri=3600; {rua}'), ['email/dmarc/rf-ri later']],
	[
		...own('d-unknown.test', 'v=DMARC1; p=reject; foo=bar; {rua}'),
		['email/dmarc/unknown-tag info'],
	],
	[...own('d-psd.test', 'v=DMARC1; p=reject; psd=y; {rua}'), ['email/dmarc/psd high']],
	[
		'mail.d-org.test',
		{
			zone: 'd-org.test',
			dmarc: [`_dmarc.mail TXT "v=DMARC1; p=reject; rua=mailto:dmarc@mail.d-org.test"`],
		},
		['email/dmarc/org-differs later'],
	],
	[...own('d-no-rua.test', 'v=DMARC1; p=reject'), ['email/dmarc/rua-missing later']],
	[
		...own('d-no-rua-none.test', 'v=DMARC1; p=none'),
		['email/dmarc/p-none later', 'email/dmarc/rua-missing high'],
	],
	[
		...own('d-rua-bare.test', 'v=DMARC1; p=reject; rua=d@d-rua-bare.test'),
		['email/dmarc/rua-syntax high'],
	],
	[
		...own('d-rua-space.test', 'v=DMARC1; p=reject; rua=mailto: d@d-rua-space.test'),
		['email/dmarc/rua-syntax high'],
	],
	[
		...own('d-rua-comma.test', 'v=DMARC1; p=reject; {rua},a@d-rua-comma.test'),
		['email/dmarc/rua-syntax high'],
	],
	[
		...own('d-rua-bang.test', 'v=DMARC1; p=reject; rua=mailto:a!b@d-rua-bang.test'),
		['email/dmarc/rua-syntax high'],
	],
	[
		...own('d-rua-web.test', 'v=DMARC1; p=reject; {rua},https://d-rua-web.test/d'),
		['email/dmarc/rua-not-mailto later'],
	],
	[
		...own(
			'd-rua-three.test',
			'v=DMARC1; p=reject; {rua},mailto:a@d-rua-three.test,mailto:b@d-rua-three.test',
		),
		['email/dmarc/rua-over-2 later'],
	],
	[
		...own('d-rua-size.test', 'v=DMARC1; p=reject; {rua}!10m'),
		['email/dmarc/rua-size-suffix later'],
	],
	[
		...own('d-rua-outside.test', 'v=DMARC1; p=reject; rua=mailto:d@reports.test'),
		['email/dmarc/rua-unauthorized high'],
	],
	[...own('d-rua-agreed.test', 'v=DMARC1; p=reject; rua=mailto:d@agreeing.test'), []],
	[
		...own('d-rua-onward.test', 'v=DMARC1; p=reject; rua=mailto:d@onward.test'),
		['email/dmarc/rua-unauthorized high'],
	],
	[
		...own('d-rua-dead.test', 'v=DMARC1; p=reject; rua=mailto:d@gone.d-rua-dead.test'),
		['email/dmarc/rua-no-mx high'],
	],
	[
		...own('d-rua-null.test', 'v=DMARC1; p=reject; rua=mailto:d@null.d-rua-null.test', {
			more: ['null MX 0 .'],
		}),
		['email/dmarc/rua-no-mx high'],
	],
	[
		...own('d-ruf.test', 'v=DMARC1; p=reject; {rua}; ruf=mailto:f@d-ruf.test'),
		['email/dmarc/ruf info'],
	],
	[...own('d-fo.test', 'v=DMARC1; p=reject; {rua}; fo=1'), ['email/dmarc/fo-without-ruf info']],
	[
		...own('d-fo-both.test', 'v=DMARC1; p=reject; {rua}; ruf=mailto:f@d-fo-both.test; fo=0:1'),
		['email/dmarc/fo-conflict later', 'email/dmarc/ruf info'],
	],
	[
		'd-unsigned.test',
		{ keys: [] },
		['email/dkim/none high', 'email/dmarc/enforce-without-dkim blocker'],
	],
	[
		'd-spf-broken.test',
		{ keys: [], spf: 'v=spf1 include:gone.others.test -all' },
		[
			'email/dkim/none blocker',
			'email/dmarc/enforce-spf-broken blocker',
			'email/dmarc/enforce-without-dkim blocker',
		],
	],
	[
		'd-alias.test',
		{ dmarc: ['_dmarc CNAME gone.others.test.'] },
		['email/dmarc/cname-dangling high', 'email/dmarc/missing high'],
	],
	['d-followed.test', { dmarc: ['_dmarc CNAME policy.others.test.'] }, []],
	[
		...own(
			'd-size.test',
			`v=DMARC1; p=reject; {rua},mailto:${'x'.repeat(200)}@d-size.test,mailto:${'y'.repeat(200)}@d-size.test`,
		),
		['email/dmarc/rua-over-2 later', 'email/dmarc/size later'],
	],
	[
		'd-glued.test',
		{ dmarc: [`_dmarc TXT "v=DMARC1; p=reject" "${rua('d-glued.test')}"`] },
		['email/dmarc/size later', 'email/dmarc/value-invalid high'],
	],
	['d-fails.test', {}, ['email/dmarc/temperror unknown']],
	[
		'mail.d-parent-fails.test',
		{ zone: 'd-parent-fails.test', dmarc: [] },
		['email/dmarc/temperror unknown'],
	],
];

function linesOf([
	domain,
	{ zone = domain, spf, keys = KEYS, dmarc, more = [] },
]: World1): string[] {
	const suffix = zone === domain ? '' : `.${domain.slice(0, -zone.length - 1)}`;
	/** As if written for the audited name. */
	const below = (line: string) =>
		suffix === ''
			? line
			: line.replace(/^\S+/, (owner) => (owner === '@' ? suffix.slice(1) : `${owner}${suffix}`));
	return [
		...['@ MX 10 mx', 'mx A 203.0.113.9', 'mx AAAA 2001:db8::9'].map(below),
		below(`@ TXT ${txt(spf ?? 'v=spf1 mx -all')}`).replace(' mx', ' mx'),
		...keys.map(below),
		...(dmarc ?? [record(`v=DMARC1; p=reject; ${rua(domain)}`)]),
		...more,
	];
}

const ALL = [...DKIM, ...DMARC];
const SOUND: World1 = ['sound.test', {}, []];

const WORLD: World = {
	zones: {
		...Object.fromEntries(
			[SOUND, ...ALL].map((one) => [one[1].zone ?? one[0], { records: linesOf(one) }]),
		),
		'others.test': { records: [`policy TXT "v=DMARC1; p=reject; ${rua('d-followed.test')}"`] },
		'reports.test': { records: ['@ MX 10 mx', 'mx A 203.0.113.9'] },
		'agreeing.test': {
			records: ['@ MX 10 mx', 'mx A 203.0.113.9', '*._report._dmarc TXT "v=DMARC1"'],
		},
		'onward.test': {
			records: [
				'@ MX 10 mx',
				'mx A 203.0.113.9',
				'*._report._dmarc TXT "v=DMARC1; rua=mailto:d@elsewhere.test"',
			],
		},
	},
	dnsFaults: ['_dmarc.d-fails.test', '_dmarc.d-parent-fails.test'].map((name) => ({
		server: 'resolver',
		name,
		does: { rcode: 'SERVFAIL' },
	})),
};

let lab: MailLab;
beforeAll(async () => {
	lab = await startMailLab(WORLD);
});
afterAll(async () => lab?.[Symbol.asyncDispose]());

const ours = (said: readonly string[]) =>
	said.filter((one) => /^email\/(?:dkim|dmarc)/.test(one)).sort();

/** Where a record is cut into strings says nothing. */
const joined = (text: string) => text.replaceAll('" "', '');

describe('a sound domain', () => {
	it('is told nothing', async () => {
		const { findings, said } = await lab.audit('sound.test');
		expect(said).toEqual(['email/spf/all-mode info']);
		expect(new Set(findings.map(({ outcome }) => outcome))).toEqual(new Set(['pass', 'note']));
	});
});

describe.each([
	['DKIM', DKIM],
	['DMARC', DMARC],
])('broken in one thing, over real sockets: %s', (_, worlds) => {
	it.each(worlds)('%s', async (domain, { asked }, wanted) => {
		const { said } = await lab.audit(domain, asked);
		expect(ours(said)).toEqual([...wanted].sort());
	});
});

it('every id of both checks fires in one of these worlds', () => {
	const seen = new Set(ALL.flatMap(([, , wanted]) => wanted.map((one) => one.split(' ')[0])));
	const ids = [
		...Object.entries(DKIM_VERDICTS).map(([key, spec]) => [`email/dkim/${key}`, spec] as const),
		...Object.entries(DMARC_VERDICTS).map(([key, spec]) => [`email/dmarc/${key}`, spec] as const),
	];
	// Alignment shows in a message alone; it has worlds of its own beside the other messages.
	const elsewhere = ['email/dmarc/strict-alignment'];
	const missing = ids.filter(
		([id, { outcome }]) => outcome !== 'pass' && !seen.has(id) && !elsewhere.includes(id),
	);
	expect(missing.map(([id]) => id)).toEqual([]);
	expect(ids.length).toBeGreaterThan(55);
});

describe('what to paste', () => {
	const fixOf = async (domain: string, id: string) => {
		const one = ALL.find(([name]) => name === domain);
		const { fix } = failedBy(await lab.audit(domain, one?.[1].asked), id);
		return { ...fix, text: fix.snippets.map(({ text }) => text).join('\n') };
	};
	it.each([
		['d-rua-bare.test', 'rua-syntax', 'v=DMARC1; p=reject; rua=mailto:d@d-rua-bare.test'],
		['d-rua-space.test', 'rua-syntax', 'v=DMARC1; p=reject; rua=mailto:d@d-rua-space.test'],
		[
			'd-rua-comma.test',
			'rua-syntax',
			'v=DMARC1; p=reject; rua=mailto:dmarc@d-rua-comma.test,mailto:a@d-rua-comma.test',
		],
		['d-rua-bang.test', 'rua-syntax', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-rua-bang.test'],
		['d-rua-web.test', 'rua-not-mailto', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-rua-web.test'],
		['d-rua-size.test', 'rua-size-suffix', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-rua-size.test'],
		['d-rua-dead.test', 'rua-no-mx', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-rua-dead.test'],
		['d-p-late.test', 'p-not-second', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-p-late.test'],
		['d-twice.test', 'tag-duplicate', 'v=DMARC1; p=reject; adkim=r; rua=mailto:dmarc@d-twice.test'],
		['d-np-bad.test', 'value-invalid', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-np-bad.test'],
		[
			'd-sp-none.test',
			'subdomain-none',
			'v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:dmarc@d-sp-none.test',
		],
		['d-glued.test', 'size', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-glued.test'],
		['d-version.test', 'version', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-version.test'],
		['d-semicolon.test', 'version', 'v=DMARC1; p=reject; rua=mailto:dmarc@d-semicolon.test'],
	])('%s: email/dmarc/%s', async (domain, key, wanted) => {
		const { text } = await fixOf(domain, `email/dmarc/${key}`);
		expect(text).toBe(`_dmarc.${domain}. 300 IN TXT "${wanted}"`);
	});

	it('splits a record of more than 255 bytes', async () => {
		const { text } = await fixOf('d-size.test', 'email/dmarc/size');
		expect(text).toMatch(/^_dmarc\.d-size\.test\. 300 IN TXT "[^"]{1,255}" "[^"]{1,255}"$/);
	});

	it('deletes several records and publishes one', async () => {
		const { text } = await fixOf('d-multiple.test', 'email/dmarc/multiple');
		expect(text.split('\n').sort()).toEqual([
			'; delete: _dmarc.d-multiple.test. 300 IN TXT "v=DMARC1; p=none"',
			'; delete: _dmarc.d-multiple.test. 300 IN TXT "v=DMARC1; p=reject"',
			expect.stringMatching(
				/^_dmarc\.d-multiple\.test\. 300 IN TXT "v=DMARC1; p=(?:none|reject)"$/,
			),
		]);
	});

	it('moves a record to the right name', async () => {
		const { text } = await fixOf('d-www.test', 'email/dmarc/wrong-name');
		expect(text).toBe(
			'; delete: _dmarc.www.d-www.test. 300 IN TXT "v=DMARC1; p=none"\n' +
				'_dmarc.d-www.test. 300 IN TXT "v=DMARC1; p=none"',
		);
	});

	it('climbs from none by dated steps, each with its record, and never rejects now', async () => {
		const { steps, snippets } = await fixOf('d-p-none.test', 'email/dmarc/p-none');
		expect(snippets).toEqual([]);
		expect(steps[0]).toContain('keep p=none');
		expect(steps[1]).toMatch(
			/^From 20\d\d-\d\d-\d\d, .* v=DMARC1; p=quarantine; rua=mailto:dmarc@d-p-none\.test$/,
		);
		expect(steps[2]).toMatch(/^From 20\d\d-\d\d-\d\d, .* v=DMARC1; p=reject; rua=/);
	});

	it('names what the report host must publish', async () => {
		const { text, steps } = await fixOf('d-rua-outside.test', 'email/dmarc/rua-unauthorized');
		expect(text).toBe('d-rua-outside.test._report._dmarc.reports.test. 300 IN TXT "v=DMARC1"');
		expect(steps.join()).toContain('v=DMARC1; p=reject; rua=mailto:dmarc@d-rua-outside.test');
	});

	it('shows the walk as evidence', async () => {
		const { evidence } = failedBy(await lab.audit('mail.d-org.test'), 'email/dmarc/org-differs');
		expect(evidence?.[1]).toEqual({
			kind: 'dns',
			summary:
				'policy discovery for mail.d-org.test: reject (p of _dmarc.mail.d-org.test); organizational domain mail.d-org.test',
			detail: [
				'_dmarc.mail.d-org.test: record v=DMARC1; p=reject; rua=mailto:dmarc@mail.d-org.test',
				'_dmarc.d-org.test: none',
				'_dmarc.test: none',
			].join('\n'),
		});
	});

	it.each([
		['k-backslash.test', 'syntax'],
		['k-quotes.test', 'syntax'],
		['k-last.test', 'syntax'],
		['k-twice.test', 'syntax'],
		['k-capital.test', 'syntax'],
		['k-empty.test', 'syntax'],
		['k-no-hash.test', 'syntax'],
		['k-sha1.test', 'hash-excludes-sha256'],
		['k-service.test', 'service-type'],
		['k-testing.test', 'testing'],
		['k-obsolete.test', 'obsolete-tag'],
	])('%s: email/dkim/%s gives the sound key back', async (domain, key) => {
		const { text } = await fixOf(domain, `email/dkim/${key}`);
		expect(joined(text)).toBe(joined(`k1._domainkey.${domain}. 300 IN TXT ${txt(RSA_2048)}`));
	});
});
