import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inZone, type Zone } from '../../../checks/email/_zone.ts';
import { discovered } from '../../../src/facts/mail/dmarc-discovered.ts';
import { inTurn, treeWalkNames, walkDmarc } from '../../../src/facts/mail/dmarc-walk.ts';

/** TXT at `_dmarc.<domain>`, or other records by `name TYPE`. */
type Published = Readonly<Record<string, string | readonly (string | readonly string[])[]>>;

function zoneOf(published: Published): Zone {
	return Object.fromEntries(
		Object.entries(published).map(([key, value]) => [
			key.includes(' ') ? key : `_dmarc.${key} TXT`,
			typeof value === 'string' && value !== 'servfail' ? [value] : value,
		]),
	) as Zone;
}

/** `policy (tag of domain), organizational domain`; receivers' own action where `t=y` lowers it. */
function discover(domain: string, published: Published): string {
	const found = discovered(walkDmarc(domain, inZone(zoneOf(published))));
	const org = found.organizationalDomain ?? 'unknown';
	if (found.result !== 'policy') return `${found.result}, ${org}`;
	const lower = found.applied === found.policy ? '' : ` as ${found.applied}`;
	return `${found.policy}${lower} (${found.tag ?? 'acts'} of ${found.policyDomain}), ${org}`;
}

type Case = readonly [name: string, domain: string, published: Published, wanted: string];

const RUA = 'rua=mailto:d@example.com';
const NONE = 'v=DMARC1; p=none';
const REJECT = 'v=DMARC1; p=reject';
const QUARANTINE = 'v=DMARC1; p=quarantine';
const A = ['203.0.113.1'];

const WALK: readonly Case[] = [
	[
		'the author domain itself',
		'example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	['nothing anywhere', 'example.com', {}, 'none, example.com'],
	['nothing above a sub-domain', 'mail.example.com', {}, 'none, mail.example.com'],
	['a single label', 'test', { test: REJECT }, 'reject (p of test), test'],
	['a single label without a record', 'test', {}, 'none, test'],
	[
		'a parent one label up',
		'mail.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'a parent two labels up',
		'a.mail.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'a parent three labels up',
		'a.b.mail.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'five labels',
		'a.b.c.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'six labels',
		'a.b.c.d.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'seven labels',
		'a.b.c.d.e.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'eight labels',
		'a.b.c.d.e.f.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'nine labels',
		'a.b.c.d.e.f.g.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'ten labels',
		'a.b.c.d.e.f.g.h.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'eleven labels',
		'a.b.c.d.e.f.g.h.i.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'twelve labels',
		'a.b.c.d.e.f.g.h.i.j.example.com',
		{ 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'twelve labels, with a record of its own',
		'a.b.c.d.e.f.g.h.i.j.example.com',
		{ 'a.b.c.d.e.f.g.h.i.j.example.com': NONE, 'example.com': REJECT },
		'none (p of a.b.c.d.e.f.g.h.i.j.example.com), example.com',
	],
	[
		'ten labels, and a record at the nine that are skipped',
		'x.a.b.c.d.e.f.example.com.test',
		{ 'a.b.c.d.e.f.example.com.test': REJECT },
		'none, x.a.b.c.d.e.f.example.com.test',
	],
	[
		'nine labels, and a record at the seven that are asked',
		'x.a.b.c.d.e.f.example.com',
		{ 'b.c.d.e.f.example.com': REJECT },
		'reject (p of b.c.d.e.f.example.com), b.c.d.e.f.example.com',
	],
	['the top-level domain', 'mail.example.com', { com: REJECT }, 'reject (p of com), com'],
	[
		'the record with the fewest labels, not one between',
		'a.mail.example.com',
		{ 'mail.example.com': NONE, 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'the top-level domain before the organization below it',
		'mail.example.com',
		{ 'example.com': REJECT, com: NONE },
		'none (p of com), com',
	],
	[
		'the own record, whatever stands above',
		'mail.example.com',
		{ 'mail.example.com': NONE, 'example.com': REJECT },
		'none (p of mail.example.com), example.com',
	],
	[
		'the own record, with nothing above: older receivers see example.com',
		'mail.example.com',
		{ 'mail.example.com': REJECT },
		'reject (p of mail.example.com), mail.example.com',
	],
	[
		'a name that the public suffix list lists',
		'alice.blogspot.com',
		{ 'blogspot.com': REJECT },
		'reject (p of blogspot.com), blogspot.com',
	],
];

const BOUNDARIES: readonly Case[] = [
	[
		'psd=n at the author domain',
		'mail.example.com',
		{ 'mail.example.com': `${REJECT}; psd=n`, 'example.com': NONE },
		'reject (p of mail.example.com), mail.example.com',
	],
	[
		'psd=n between',
		'a.mail.example.com',
		{ 'mail.example.com': `${REJECT}; psd=n`, 'example.com': NONE },
		'reject (p of mail.example.com), mail.example.com',
	],
	[
		'psd=n at the top-level domain',
		'mail.example.com',
		{ com: `${REJECT}; psd=n` },
		'reject (p of com), com',
	],
	[
		'psd=n ends the walk below psd=y',
		'a.b.example.com',
		{ 'b.example.com': `${QUARANTINE}; psd=n`, 'example.com': `${REJECT}; psd=y` },
		'quarantine (p of b.example.com), b.example.com',
	],
	[
		'psd=y above an organization with a record',
		'mail.giant.bank.test',
		{ 'bank.test': `${REJECT}; psd=y`, 'giant.bank.test': NONE },
		'none (p of giant.bank.test), giant.bank.test',
	],
	[
		'psd=y above an organization without one',
		'mail.giant.bank.test',
		{ 'bank.test': `${REJECT}; sp=quarantine; psd=y`, 'mail.giant.bank.test A': A },
		'quarantine (sp of bank.test), giant.bank.test',
	],
	[
		'psd=y one label up',
		'giant.bank.test',
		{ 'bank.test': `${REJECT}; psd=y` },
		'reject (p of bank.test), giant.bank.test',
	],
	[
		'psd=y at the author domain, which says nothing about itself',
		'bank.test',
		{ 'bank.test': `${REJECT}; sp=none; psd=y` },
		'reject (p of bank.test), bank.test',
	],
	[
		'psd=y at the author domain ends the walk',
		'bank.test',
		{ 'bank.test': `${REJECT}; psd=y`, test: NONE },
		'reject (p of bank.test), bank.test',
	],
	[
		'psd=y at the top-level domain',
		'a.mail.example.com',
		{ com: `${REJECT}; psd=y` },
		'reject (p of com), example.com',
	],
	[
		'psd=y far above nine labels: one label below it is cut from the author domain',
		'a.b.c.d.e.f.g.example.com',
		{ com: `${REJECT}; psd=y` },
		'reject (p of com), example.com',
	],
	[
		'a record between psd=y and its organization is nobody’s',
		'a.mail.giant.bank.test',
		{ 'mail.giant.bank.test': NONE, 'bank.test': `${REJECT}; psd=y` },
		'reject (p of bank.test), giant.bank.test',
	],
	[
		'psd=u is the default',
		'mail.example.com',
		{ 'mail.example.com': `${NONE}; psd=u`, 'example.com': `${REJECT}; psd=u` },
		'none (p of mail.example.com), example.com',
	],
	[
		'PSD=N in capitals',
		'a.example.com',
		{ 'a.example.com': `${REJECT}; PSD=N`, 'example.com': NONE },
		'reject (p of a.example.com), a.example.com',
	],
	[
		'a psd that is none',
		'a.example.com',
		{ 'a.example.com': `${REJECT}; psd=x`, 'example.com': NONE },
		'reject (p of a.example.com), example.com',
	],
];

const RECORDS: readonly Case[] = [
	[
		'several at the author domain',
		'mail.example.com',
		{ 'mail.example.com': [NONE, REJECT], 'example.com': QUARANTINE },
		'quarantine (p of example.com), example.com',
	],
	[
		'several with nothing above',
		'example.com',
		{ 'example.com': [NONE, REJECT] },
		'none, example.com',
	],
	[
		'several that are equal',
		'example.com',
		{ 'example.com': [REJECT, REJECT] },
		'none, example.com',
	],
	[
		'several above, one of them with psd=n',
		'a.b.example.com',
		{ 'b.example.com': [`${REJECT}; psd=n`, NONE], 'example.com': QUARANTINE },
		'quarantine (p of example.com), example.com',
	],
	[
		'one of DMARC among others',
		'example.com',
		{ 'example.com': ['v=spf1 -all', REJECT, 'hello', 'v=DMARC2; p=none'] },
		'reject (p of example.com), example.com',
	],
	[
		'strings that join',
		'example.com',
		{ 'example.com': [['v=DMARC1; p=re', 'ject']] },
		'reject (p of example.com), example.com',
	],
	[
		'strings that join inside the version',
		'example.com',
		{ 'example.com': [['v=DMA', 'RC1; p=reject']] },
		'reject (p of example.com), example.com',
	],
	[
		'a small v=dmarc1',
		'mail.example.com',
		{ 'mail.example.com': 'v=dmarc1; p=none', 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'a capital V',
		'example.com',
		{ 'example.com': 'V=DMARC1; p=reject' },
		'reject (p of example.com), example.com',
	],
	[
		'v=DMARC1 with more behind it',
		'example.com',
		{ 'example.com': 'v=DMARC1x; p=reject' },
		'none, example.com',
	],
	['v=DMARC12', 'example.com', { 'example.com': 'v=DMARC12; p=reject' }, 'none, example.com'],
	['no semicolon', 'example.com', { 'example.com': 'v=DMARC1 p=reject' }, 'none, example.com'],
	['a leading space', 'example.com', { 'example.com': ` ${REJECT}` }, 'none, example.com'],
	['quotation marks inside', 'example.com', { 'example.com': `"${REJECT}"` }, 'none, example.com'],
	['p before v', 'example.com', { 'example.com': 'p=reject; v=DMARC1' }, 'none, example.com'],
	[
		'white space around everything',
		'example.com',
		{ 'example.com': 'v = DMARC1 ;\tp = reject ; ' },
		'reject (p of example.com), example.com',
	],
	[
		'P=Reject',
		'example.com',
		{ 'example.com': 'v=DMARC1; P=Reject' },
		'reject (p of example.com), example.com',
	],
	[
		'p behind another tag',
		'example.com',
		{ 'example.com': `v=DMARC1; ${RUA}; p=reject` },
		'reject (p of example.com), example.com',
	],
	[
		'empty tags',
		'example.com',
		{ 'example.com': 'v=DMARC1;; ;p=reject;;' },
		'reject (p of example.com), example.com',
	],
	[
		'no p, with rua',
		'example.com',
		{ 'example.com': `v=DMARC1; ${RUA}` },
		'none (acts of example.com), example.com',
	],
	[
		'no p, without rua: no walk past it',
		'mail.example.com',
		{ 'mail.example.com': 'v=DMARC1;', 'example.com': REJECT },
		'none, example.com',
	],
	[
		'no p at the organization, and a public suffix above',
		'a.giant.bank.test',
		{ 'giant.bank.test': 'v=DMARC1', 'bank.test': `${REJECT}; psd=y` },
		'none, giant.bank.test',
	],
	[
		'a policy that is none, with rua',
		'example.com',
		{ 'example.com': `v=DMARC1; p=block; ${RUA}` },
		'none (acts of example.com), example.com',
	],
	[
		'an empty p, with a web address',
		'example.com',
		{ 'example.com': 'v=DMARC1; p=; rua=https://example.com/d' },
		'none (acts of example.com), example.com',
	],
	[
		'an empty p, with an address without mailto:',
		'example.com',
		{ 'example.com': 'v=DMARC1; p=; rua=d@example.com' },
		'none, example.com',
	],
	[
		'an empty p, with mailto: alone',
		'example.com',
		{ 'example.com': 'v=DMARC1; p=; rua=mailto:' },
		'none, example.com',
	],
	[
		'an empty p, with a size limit',
		'example.com',
		{ 'example.com': `v=DMARC1; p=; ${RUA}!10m` },
		'none (acts of example.com), example.com',
	],
	[
		'an sp that is none, with rua',
		'mail.example.com',
		{ 'example.com': `${REJECT}; sp=block; ${RUA}` },
		'none (acts of example.com), example.com',
	],
	[
		'an sp that is none, without rua',
		'example.com',
		{ 'example.com': `${REJECT}; sp=block` },
		'none, example.com',
	],
	[
		'an np that is none, with rua',
		'example.com',
		{ 'example.com': `${REJECT}; np=; ${RUA}` },
		'none (acts of example.com), example.com',
	],
	[
		'an np that is none, without rua',
		'example.com',
		{ 'example.com': `${REJECT}; np=x` },
		'none, example.com',
	],
	[
		'p twice, contradicting itself',
		'example.com',
		{ 'example.com': `${REJECT}; p=none; ${RUA}` },
		'none (acts of example.com), example.com',
	],
	[
		'p twice, the same',
		'example.com',
		{ 'example.com': `${REJECT}; p=reject` },
		'reject (p of example.com), example.com',
	],
	[
		'tags that were removed',
		'example.com',
		{ 'example.com': `${REJECT}; pct=0; rf=afrf; ri=3600` },
		'reject (p of example.com), example.com',
	],
	[
		'unknown tags and no tags',
		'example.com',
		{ 'example.com': `${REJECT}; foo=bar; hello; =x` },
		'reject (p of example.com), example.com',
	],
	[
		't=y under reject',
		'example.com',
		{ 'example.com': `${REJECT}; t=y` },
		'reject as quarantine (p of example.com), example.com',
	],
	[
		't=y under quarantine',
		'example.com',
		{ 'example.com': `${QUARANTINE}; t=Y` },
		'quarantine as none (p of example.com), example.com',
	],
	[
		't=y under none',
		'example.com',
		{ 'example.com': `${NONE}; t=y` },
		'none (p of example.com), example.com',
	],
	[
		'a t that is none',
		'example.com',
		{ 'example.com': `${REJECT}; t=yes` },
		'reject (p of example.com), example.com',
	],
	[
		't=y for a sub-domain',
		'mail.example.com',
		{ 'example.com': `${NONE}; sp=reject; t=y` },
		'reject as quarantine (sp of example.com), example.com',
	],
];

const SCOPE: readonly Case[] = [
	[
		'sp',
		'mail.example.com',
		{ 'example.com': `${NONE}; sp=reject` },
		'reject (sp of example.com), example.com',
	],
	[
		'sp is nothing to the domain itself',
		'example.com',
		{ 'example.com': `${NONE}; sp=reject` },
		'none (p of example.com), example.com',
	],
	[
		'sp of a record below the organizational domain is ignored',
		'a.mail.example.com',
		{ 'mail.example.com': `${NONE}; sp=quarantine`, 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'np for a name that does not exist',
		'made-up.example.com',
		{ 'example.com': `${NONE}; sp=quarantine; np=reject`, 'example.com A': A },
		'reject (np of example.com), example.com',
	],
	[
		'np far below',
		'a.b.c.made-up.example.com',
		{ 'example.com': `${NONE}; np=reject` },
		'reject (np of example.com), example.com',
	],
	[
		'sp for a name that exists',
		'real.example.com',
		{ 'example.com': `${NONE}; sp=quarantine; np=reject`, 'real.example.com A': A },
		'quarantine (sp of example.com), example.com',
	],
	[
		'sp for a name without an address',
		'real.example.com',
		{
			'example.com': `${NONE}; sp=quarantine; np=reject`,
			'real.example.com MX': ['10 mx.example.com'],
		},
		'quarantine (sp of example.com), example.com',
	],
	[
		'sp for a name with names below it alone',
		'real.example.com',
		{ 'example.com': `${NONE}; sp=quarantine; np=reject`, 'a.real.example.com A': A },
		'quarantine (sp of example.com), example.com',
	],
	[
		'sp for an alias, wherever it leads',
		'real.example.com',
		{
			'example.com': `${NONE}; sp=quarantine; np=reject`,
			'real.example.com CNAME': ['gone.example.net'],
		},
		'quarantine (sp of example.com), example.com',
	],
	[
		'sp for a name that a wildcard makes',
		'any.example.com',
		{ 'example.com': `${NONE}; sp=quarantine; np=reject`, '*.example.com A': A },
		'quarantine (sp of example.com), example.com',
	],
	[
		'p without sp, though np is there',
		'real.example.com',
		{ 'example.com': `${QUARANTINE}; np=reject`, 'real.example.com A': A },
		'quarantine (p of example.com), example.com',
	],
	[
		'sp without np, though the name does not exist',
		'made-up.example.com',
		{ 'example.com': `${NONE}; sp=reject` },
		'reject (sp of example.com), example.com',
	],
	[
		'np of a public suffix',
		'fake.gov.test',
		{ 'gov.test': `${REJECT}; sp=none; np=quarantine; psd=y` },
		'quarantine (np of gov.test), fake.gov.test',
	],
	[
		'np is nothing to the author domain’s own record',
		'mail.example.com',
		{ 'mail.example.com': `${NONE}; np=reject` },
		'none (p of mail.example.com), mail.example.com',
	],
	[
		'a name that cannot exist',
		`${'x'.repeat(64)}.example.com`,
		{ 'example.com': `${NONE}; np=reject` },
		'reject (np of example.com), example.com',
	],
];

const DNS: readonly Case[] = [
	[
		'an alias',
		'example.com',
		{ '_dmarc.example.com CNAME': ['d.example.net'], 'd.example.net TXT': [REJECT] },
		'reject (p of example.com), example.com',
	],
	[
		'an alias of an alias',
		'example.com',
		{
			'_dmarc.example.com CNAME': ['d.example.net'],
			'd.example.net CNAME': ['e.example.net'],
			'e.example.net TXT': [REJECT],
		},
		'reject (p of example.com), example.com',
	],
	[
		'an alias that leads nowhere',
		'mail.example.com',
		{ '_dmarc.mail.example.com CNAME': ['gone.example.net'], 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'a wildcard of TXT',
		'mail.example.com',
		{ '*.mail.example.com TXT': ['v=spf1 -all'], 'example.com': REJECT },
		'reject (p of example.com), example.com',
	],
	[
		'a wildcard of DMARC',
		'mail.example.com',
		{ '*.mail.example.com TXT': [NONE], 'example.com': REJECT },
		'none (p of mail.example.com), example.com',
	],
	[
		'the author domain’s server fails',
		'mail.example.com',
		{ 'mail.example.com': 'servfail', 'example.com': REJECT },
		'temperror, unknown',
	],
	[
		'a parent’s server fails',
		'mail.example.com',
		{ 'example.com': 'servfail' },
		'temperror, unknown',
	],
	[
		'a parent’s server fails below a public suffix',
		'a.giant.bank.test',
		{ 'giant.bank.test': 'servfail', 'bank.test': `${REJECT}; psd=y` },
		'temperror, unknown',
	],
	[
		'a parent’s server fails, and the author domain has a record',
		'mail.example.com',
		{ 'mail.example.com': REJECT, 'example.com': 'servfail' },
		'reject (p of mail.example.com), unknown',
	],
	[
		'the server fails where the walk does not go',
		'a.mail.example.com',
		{ 'mail.example.com': `${REJECT}; psd=n`, 'example.com': 'servfail' },
		'reject (p of mail.example.com), mail.example.com',
	],
	[
		'nobody can say whether the name exists',
		'mail.example.com',
		{ 'example.com': `${NONE}; np=reject`, 'mail.example.com A': 'servfail' },
		'temperror, example.com',
	],
	[
		'existence is not asked without np',
		'mail.example.com',
		{ 'example.com': REJECT, 'mail.example.com A': 'servfail' },
		'reject (p of example.com), example.com',
	],
];

describe.each([
	['the tree walk (RFC 9989 §4.10, §4.10.1)', WALK],
	['boundaries (RFC 9989 §4.10.2)', BOUNDARIES],
	['records (RFC 9989 §4.7, §4.8, §4.10.1)', RECORDS],
	['sp and np (RFC 9989 §4.7, §3.2.13)', SCOPE],
	['DNS (RFC 9989 §4.5, §4.10.1)', DNS],
])('%s', (_, cases) => {
	it.each(cases)('%s', (_name, domain, published, wanted) => {
		expect(discover(domain, published)).toBe(wanted);
	});
});

describe('the questions', () => {
	/** In the order in which they are first asked. */
	function asked(domain: string, published: Published): readonly string[] {
		const names: string[] = [];
		const zone = inZone(zoneOf(published));
		const answered = new Set<string>();
		for (let round = 0; round < 20; round += 1) {
			let open = '';
			walkDmarc(
				domain,
				inTurn((name, type) => {
					const key = `${name} ${type}`;
					if (answered.has(key)) return zone(name, type);
					open = key;
					return null;
				}),
			);
			if (open === '') return names;
			names.push(open);
			answered.add(open);
		}
		throw new Error('the walk does not end');
	}
	const txt = (...names: string[]) => names.map((name) => `_dmarc.${name} TXT`);

	it('are those of the standard’s own example (RFC 9989 §4.10)', () => {
		expect(asked('a.b.c.d.e.f.g.h.i.j.mail.example.com', {})).toEqual(
			txt(
				'a.b.c.d.e.f.g.h.i.j.mail.example.com',
				'g.h.i.j.mail.example.com',
				'h.i.j.mail.example.com',
				'i.j.mail.example.com',
				'j.mail.example.com',
				'mail.example.com',
				'example.com',
				'com',
			),
		);
	});
	it('go on past the author domain’s record, for the organizational domain', () => {
		expect(asked('mail.example.com', { 'mail.example.com': REJECT })).toEqual(
			txt('mail.example.com', 'example.com', 'com'),
		);
	});
	it.each(['n', 'y'])('end at psd=%s', (psd) => {
		expect(asked('a.mail.example.com', { 'mail.example.com': `${REJECT}; psd=${psd}` })).toEqual(
			txt('a.mail.example.com', 'mail.example.com'),
		);
	});
	it('ask for existence last, and only where np hangs on it', () => {
		expect(asked('mail.example.com', { 'example.com': `${NONE}; np=reject` }).at(-1)).toBe(
			'mail.example.com A',
		);
		expect(asked('example.com', { 'example.com': `${NONE}; np=reject` })).toEqual(
			txt('example.com', 'com'),
		);
	});
	it('are never more than eight, each name shorter than the last', () => {
		const label = fc.stringMatching(/^[a-z]{1,5}$/);
		fc.assert(
			fc.property(fc.array(label, { minLength: 1, maxLength: 60 }), (labels) => {
				const names = treeWalkNames(labels.join('.'));
				expect(names.length).toBe(Math.min(labels.length, 8));
				expect(names.at(-1)).toBe(labels.at(-1));
				const lengths = names.map(({ length }) => length);
				expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
			}),
		);
	});
});

it('finds a boundary in any world: the organizational domain is the domain or above it', () => {
	const record = fc.constantFrom(
		...[NONE, REJECT, `${REJECT}; psd=y`, `${NONE}; psd=n`, 'v=DMARC1;', 'servfail', 'hello'],
	);
	const worlds = fc.dictionary(
		fc.constantFrom('a.b.c.test', 'b.c.test', 'c.test', 'test'),
		fc.oneof(record, fc.array(record, { minLength: 1, maxLength: 2 })),
	);
	fc.assert(
		fc.property(worlds, (published) => {
			const found = discovered(walkDmarc('a.b.c.test', inZone(zoneOf(published))));
			const { organizationalDomain, policyDomain, queries, result } = found;
			for (const name of [organizationalDomain, policyDomain]) {
				if (name !== null) expect('a.b.c.test'.endsWith(name)).toBe(true);
			}
			expect(result === 'policy').toBe(policyDomain !== null);
			expect(queries.length).toBeLessThanOrEqual(4);
		}),
		{ numRuns: 1_000 },
	);
});

/**
 * The steps of RFC 9989 §4.10 and the lists of §4.10.1 and §4.10.2, one by one and without DNS: what a
 * record says is given. Names without a record are missing; several records and other TXT count as none.
 */
interface Said {
	readonly psd: 'y' | 'n' | 'u';
	readonly p: string;
	readonly sp?: string;
}

type Records = ReadonlyMap<string, Said>;

function collectedBySteps(author: string, published: Records): readonly string[] {
	const collected: string[] = [];
	let labels = author.split('.');
	while (labels.length > 0) {
		const target = labels.join('.');
		const record = published.get(target);
		if (record !== undefined) collected.push(target);
		if (record !== undefined && record.psd !== 'u') break;
		labels = labels.length < 8 ? labels.slice(1) : labels.slice(-7);
	}
	return collected;
}

function organizationBySteps(
	author: string,
	collected: readonly string[],
	published: Records,
): string {
	for (const name of collected) {
		const psd = published.get(name)?.psd;
		if (psd === 'n') return name;
		if (psd === 'y' && name !== author) {
			return `${author
				.slice(0, -name.length - 1)
				.split('.')
				.at(-1)}.${name}`;
		}
	}
	const fewest = [...collected].sort((a, b) => a.split('.').length - b.split('.').length)[0];
	return fewest ?? author;
}

function bySteps(author: string, published: Records): string {
	const collected = collectedBySteps(author, published);
	const organizational = organizationBySteps(author, collected, published);
	const suffix = collected.find((name) => published.get(name)?.psd === 'y');
	const from = [author, organizational, suffix].find(
		(name) => name !== undefined && collected.includes(name),
	);
	const record = from === undefined ? undefined : published.get(from);
	if (record === undefined) return `none, ${organizational}`;
	const policy = from === author ? record.p : (record.sp ?? record.p);
	const tag = from === author || record.sp === undefined ? 'p' : 'sp';
	return `${policy} (${tag} of ${from}), ${organizational}`;
}

it('agrees with the steps of the standard, taken one by one, in any world', () => {
	const author = fc.integer({ min: 1, max: 12 }).map((count) => 'abcdefghijkl'.slice(-count));
	const policy = fc.constantFrom('none', 'quarantine', 'reject');
	const said: fc.Arbitrary<Said> = fc.record(
		{ psd: fc.constantFrom('u', 'u', 'y', 'n'), p: policy, sp: policy },
		{ requiredKeys: ['psd', 'p'] },
	);
	const noise = fc.constantFrom<readonly string[]>([NONE, REJECT], ['hello'], ['v=dmarc1; p=none']);
	const worlds = fc.dictionary(
		fc.integer({ min: 1, max: 12 }).map(String),
		fc.oneof(said, said, noise),
	);
	let seen = 0;
	fc.assert(
		fc.property(author, worlds, (letters, world) => {
			const name = [...letters].join('.');
			const zone: Record<string, string | readonly string[]> = {};
			const published = new Map<string, Said>();
			for (const [count, one] of Object.entries(world)) {
				const at = [...letters.slice(-Number(count))].join('.');
				published.delete(at);
				if (!('psd' in one)) zone[at] = one;
				else {
					published.set(at, one);
					const sp = one.sp === undefined ? '' : `; sp=${one.sp}`;
					zone[at] = `v=DMARC1; p=${one.p}${sp}; psd=${one.psd}`;
				}
			}
			const wanted = bySteps(name, published);
			if (!wanted.startsWith('none,')) seen += 1;
			expect(discover(name, zone)).toBe(wanted);
		}),
		{ numRuns: 5_000 },
	);
	expect(seen).toBeGreaterThan(2_000);
});
