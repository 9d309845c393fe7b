import { describe, expect, it } from 'vitest';
import { RECORD_TYPES } from '../../../src/core/record-types.ts';
import { fromBase32Hex } from '../../../src/facts/dns/base32-hex.ts';
import { compareLabels, labelsOf, nameOf } from '../../../src/facts/dns/labels.ts';
import {
	type Denied,
	nsec3Hash,
	proveAbsence,
	type Witnesses,
} from '../../../src/facts/dnssec/dnssec-denial.ts';

const numbers = (types: string) =>
	types === '' ? [] : types.split(' ').map((type) => RECORD_TYPES[type] ?? Number(type));

/** `owner next types…`. */
function nsec(...lines: string[]): Witnesses {
	return {
		nsec: lines.map((line) => {
			const [owner = '', next = '', ...types] = line.split(' ');
			return { owner, data: { next, types: numbers(types.join(' ')) } };
		}),
		nsec3: [],
	};
}

/** `hash next types…` below `example`, with the parameters of RFC 5155 Appendix A. */
function nsec3(lines: readonly string[], more: { isOptOut?: boolean; iterations?: number } = {}) {
	return {
		nsec: [],
		nsec3: lines.map((line) => {
			const [hash = '', next = '', ...types] = line.split(' ');
			return {
				owner: `${hash}.example`,
				data: {
					...{ hash: 1, iterations: 12, salt: 'aabbccdd', isOptOut: false, ...more },
					next: fromBase32Hex(next)?.toString('hex') ?? '',
					types: numbers(types.join(' ')),
				},
			};
		}),
	};
}

const denied = (kind: Denied['kind'], name: string, type: string, encloser?: number): Denied => ({
	...{ zone: 'example', kind, name, type: RECORD_TYPES[type] ?? 0, encloser },
});

const APEX3 =
	'0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG';
const XW3 = 'b4um86eghhds6nea196smvmlo4ors995 gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG';
const A3 = '35mthgpgcu1qg68fab165klnsnk3dpvl b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG';
const W3 = 'k8udemvp1j2f7eg6jebps17vp3n8i58h kohar7mbb8dc2ce8a9qvl8hon4k53uhi';
const NS23 = 'q04jkcevqvmu85r014c7dkba38o0ji5r r53bq7cc2uvmubfu5ocmm6pers9tk9en A RRSIG';
const WILD3 = 'r53bq7cc2uvmubfu5ocmm6pers9tk9en t644ebqk9bibcna874givr6joj62mlhv MX RRSIG';

describe('hashes of RFC 5155 Appendix A', () => {
	it.each([
		['example', '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom'],
		['a.example', '35mthgpgcu1qg68fab165klnsnk3dpvl'],
		['ai.example', 'gjeqe526plbf1g8mklp59enfd789njgi'],
		['NS1.example', '2t7b4g4vsa5smi47k61mv5bv1a22bojr'],
		['*.w.example', 'r53bq7cc2uvmubfu5ocmm6pers9tk9en'],
		['x.y.w.example', '2vptu5timamqttgl4luu9kg21e0aor3s'],
	])('%s', (name, hash) => {
		const hashed = nsec3Hash(labelsOf(name) ?? [], { hash: 1, iterations: 12, salt: 'aabbccdd' });
		expect(hashed).toBe(fromBase32Hex(hash)?.toString('hex'));
	});
});

describe('canonical order of RFC 4034 §6.1', () => {
	it('is kept', () => {
		const order = [
			'example',
			'a.example',
			'yljkjljk.a.example',
			'Z.a.example',
			'zABC.a.EXAMPLE',
			'z.example',
			'\\001.z.example',
			'*.z.example',
			'\\200.z.example',
		];
		const sorted = [...order]
			.reverse()
			.sort((a, b) => compareLabels(labelsOf(a) ?? [], labelsOf(b) ?? []));
		expect(sorted).toEqual(order);
	});
});

describe('proofs', () => {
	const sound: readonly (readonly [string, Denied, Witnesses])[] = [
		[
			'RFC 4035 B.2, no such name',
			denied('nxdomain', 'ml.example', 'A'),
			nsec('b.example ns1.example NS RRSIG NSEC', 'example a.example NS SOA MX RRSIG NSEC DNSKEY'),
		],
		[
			'RFC 4035 B.3, no such type',
			denied('nodata', 'ns1.example', 'MX'),
			nsec('ns1.example ns2.example A RRSIG NSEC'),
		],
		[
			'RFC 4035 B.6, from a wildcard',
			denied('wildcard', 'a.z.w.example', 'MX', 2),
			nsec('x.y.w.example xx.example MX RRSIG NSEC'),
		],
		[
			'RFC 4035 B.7, no such type at the wildcard',
			denied('nodata', 'a.z.w.example', 'AAAA'),
			nsec('x.y.w.example xx.example MX RRSIG NSEC', '*.w.example x.w.example MX RRSIG NSEC'),
		],
		[
			'a name that only lies above others',
			denied('nodata', 'y.w.example', 'A'),
			nsec('x.w.example x.y.w.example MX'),
		],
		[
			'the last NSEC of the zone',
			denied('nxdomain', 'zz.example', 'A'),
			nsec('xx.example example A', 'example a.example SOA NS'),
		],
		[
			'white lies (RFC 4470)',
			denied('nxdomain', 'www.example', 'A'),
			nsec('wwv\\255.example www\\000.example A RRSIG', '\\).example \\+.example RRSIG NSEC'),
		],
		[
			'compact denial (RFC 9824)',
			denied('nodata', 'nothing.example', 'A'),
			nsec('nothing.example \\000.nothing.example RRSIG NSEC 128'),
		],
		[
			'compact denial with NXDOMAIN',
			denied('nxdomain', 'nothing.example', 'A'),
			nsec('nothing.example \\000.nothing.example RRSIG NSEC 128'),
		],
		[
			'RFC 5155 B.1, no such name',
			denied('nxdomain', 'a.c.x.w.example', 'A'),
			nsec3([APEX3, XW3, A3]),
		],
		[
			'RFC 5155 B.2, no such type',
			denied('nodata', 'ns1.example', 'MX'),
			nsec3(['2t7b4g4vsa5smi47k61mv5bv1a22bojr 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG']),
		],
		[
			'RFC 5155 B.2.1, an empty node',
			denied('nodata', 'y.w.example', 'A'),
			nsec3(['ji6neoaepv8b5o6k4ev33abha8ht9fgc k8udemvp1j2f7eg6jebps17vp3n8i58h']),
		],
		['RFC 5155 B.4, from a wildcard', denied('wildcard', 'a.z.w.example', 'MX', 2), nsec3([NS23])],
		[
			'RFC 5155 B.5, no such type at the wildcard',
			denied('nodata', 'a.z.w.example', 'AAAA'),
			nsec3([W3, NS23, WILD3]),
		],
		[
			'an opt-out span',
			denied('nxdomain', 'a.c.x.w.example', 'A'),
			nsec3([APEX3, XW3], { isOptOut: true }),
		],
	];
	it.each(sound)('hold: %s', (_, claim, witnesses) => {
		expect(proveAbsence(claim, witnesses)).toEqual({ outcome: 'proved', detail: '' });
	});

	it.each<readonly [string, Denied, Witnesses, string]>([
		['nothing came', denied('nxdomain', 'ml.example', 'A'), nsec(), 'no signed NSEC or NSEC3'],
		[
			'the wildcard is not excluded',
			denied('nxdomain', 'ml.example', 'A'),
			nsec('b.example ns1.example A'),
			'*.example',
		],
		[
			'another name is spanned',
			denied('nxdomain', 'zz.example', 'A'),
			nsec('b.example ns1.example A'),
			'no NSEC record spans zz.example',
		],
		[
			'the name exists',
			denied('nxdomain', 'ns1.example', 'A'),
			nsec('ns1.example ns2.example A'),
			'exists',
		],
		[
			'a name below exists',
			denied('nxdomain', 'y.w.example', 'A'),
			nsec('x.w.example x.y.w.example MX'),
			'names lie below',
		],
		[
			'the type exists',
			denied('nodata', 'ns1.example', 'A'),
			nsec('ns1.example ns2.example A'),
			'has such a record',
		],
		[
			'an alias exists',
			denied('nodata', 'ns1.example', 'A'),
			nsec('ns1.example ns2.example CNAME'),
			'alias',
		],
		[
			'the span is of the other side of a delegation',
			denied('nxdomain', 'x.b.example', 'A'),
			nsec('b.example ns1.example NS RRSIG NSEC', 'example a.example SOA NS'),
			'no NSEC record spans',
		],
		[
			'NSEC3 without the closest encloser',
			denied('nxdomain', 'a.c.x.w.example', 'A'),
			nsec3([A3]),
			'above a.c.x.w.example',
		],
		[
			'NSEC3 without the next closer name',
			denied('nxdomain', 'a.c.x.w.example', 'A'),
			nsec3([XW3, A3]),
			'c.x.w.example',
		],
		[
			'NSEC3 without the wildcard',
			denied('nxdomain', 'a.c.x.w.example', 'A'),
			nsec3([APEX3, XW3]),
			'*.x.w.example',
		],
		[
			'NSEC3 of another name for a wildcard',
			denied('wildcard', 'a.z.w.example', 'MX', 2),
			nsec3([WILD3]),
			'z.w.example',
		],
	])('fail: %s', (_, claim, witnesses, words) => {
		const proof = proveAbsence(claim, witnesses);
		expect(proof.outcome).toBe('faulty');
		expect(proof.detail).toContain(words);
	});

	it('are not judged beyond 2,500 iterations', () => {
		const claim = denied('nxdomain', 'a.c.x.w.example', 'A');
		expect(proveAbsence(claim, nsec3([APEX3, XW3, A3], { iterations: 2_501 })).outcome).toBe(
			'unsupported',
		);
		expect(proveAbsence(claim, nsec3([APEX3, XW3, A3], { iterations: 2_500 })).outcome).toBe(
			'faulty',
		);
	});
});

describe('names', () => {
	it.each([
		['.', '.'],
		['a\\.b.example.', 'a\\046b.example'],
		['\\000.x', '\\000.x'],
		['WWW.Example', 'www.example'],
	])('%s is written %s', (text, name) => {
		expect(nameOf(labelsOf(text) ?? [])).toBe(name);
	});

	it.each(['a..b', `${'a'.repeat(64)}.b`, Array(128).fill('ab').join('.')])(
		'%s is none',
		(text) => {
			expect(labelsOf(text)).toBeNull();
		},
	);
});
