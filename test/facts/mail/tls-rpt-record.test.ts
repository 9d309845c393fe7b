import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isError } from '../../../src/facts/mail/broken-rule.ts';
import {
	looksLikeTlsRpt,
	parseTlsRptRecord,
	repairedTlsRptRecord,
} from '../../../src/facts/mail/tls-rpt-record.ts';
import { cpuMs } from '../../cpu-time.ts';

const placesOf = (text: string) => parseTlsRptRecord(text).rua.map(({ uri }) => uri);
const rulesOf = (text: string) => parseTlsRptRecord(text).broken.map(({ rule }) => rule);
const errorsOf = (text: string) =>
	parseTlsRptRecord(text)
		.broken.filter(isError)
		.map(({ rule, position }) => `${rule} ${position}`);

const MAIL = 'mailto:reports@example.com';
const WEB = 'https://reporting.example.com/v1/tlsrpt';

describe('tlsrpt-record of RFC 8460 §3', () => {
	it.each([
		['the mail of §3.1.1', `v=TLSRPTv1;rua=${MAIL}`, [MAIL]],
		['the web of §3.1.2', `v=TLSRPTv1; rua=${WEB}`, [WEB]],
		['both', `v=TLSRPTv1; rua=${MAIL},${WEB};`, [MAIL, WEB]],
		['blanks round the comma', `v=TLSRPTv1; rua=${MAIL} \t, \t${WEB}`, [MAIL, WEB]],
		['blanks round the delimiters', `v=TLSRPTv1; \t rua=${MAIL} \t ; `, [MAIL]],
		['an extension before', `v=TLSRPTv1; x.1-_=a/b; rua=${MAIL}`, [MAIL]],
		['a scheme in capitals', 'v=TLSRPTv1; rua=MAILTO:a@example.com', ['MAILTO:a@example.com']],
		[
			'what must be encoded, encoded',
			'v=TLSRPTv1; rua=mailto:a%2Cb%21%3B@example.com',
			['mailto:a%2Cb%21%3B@example.com'],
		],
		[
			'a query with equals signs',
			'v=TLSRPTv1; rua=https://example.com/r?a=b&c=d',
			['https://example.com/r?a=b&c=d'],
		],
		['a port', 'v=TLSRPTv1; rua=https://example.com:8443/', ['https://example.com:8443/']],
	])('takes %s', (_, text, uris) => {
		expect(rulesOf(text)).toEqual([]);
		expect(placesOf(text)).toEqual(uris);
	});

	it.each([
		['a blank before the first semicolon', `v=TLSRPTv1 ;rua=${MAIL}`, ['version-space']],
		['rua twice', `v=TLSRPTv1;rua=${MAIL};rua=${WEB}`, ['field-repeated']],
		['another scheme beside', `v=TLSRPTv1;rua=${MAIL},ftp://example.com/`, ['rua-scheme']],
		['a name of one label', 'v=TLSRPTv1;rua=mailto:a@mail', ['rua-address']],
	])('takes %s, and warns', (_, text, rules) => {
		expect(errorsOf(text)).toEqual([]);
		expect(rulesOf(text)).toEqual(rules);
	});

	it.each([
		['nothing', '', ['version 0']],
		['the version alone', 'v=TLSRPTv1', ['no-field 10']],
		['a version in small letters', `v=tlsrptv1; rua=${MAIL}`, ['version 0']],
		['a capital V', `V=TLSRPTv1; rua=${MAIL}`, ['version 0']],
		['a name that is often written', `v=TLSRPT1; rua=${MAIL}`, ['version 0']],
		['blanks in the version', `v= TLSRPTv1; rua=${MAIL}`, ['version 0']],
		['rua before the version', `rua=${MAIL}; v=TLSRPTv1`, ['version 0', 'rua-missing 42']],
		['no semicolon after the version', `v=TLSRPTv1 rua=${MAIL}`, ['version 10']],
		['no rua', 'v=TLSRPTv1; x=1', ['rua-missing 15']],
		['RUA', `v=TLSRPTv1; RUA=${MAIL}`, ['rua-missing 12']],
		['an empty rua', 'v=TLSRPTv1; rua=', ['rua-uri 16']],
		['a blank after the equals sign', `v=TLSRPTv1; rua= ${MAIL}`, ['field 15']],
		['a blank before the equals sign', `v=TLSRPTv1; rua =${MAIL}`, ['field 15']],
		['no scheme', 'v=TLSRPTv1; rua=a@example.com', ['rua-uri 16']],
		['a comma at the end', `v=TLSRPTv1; rua=${MAIL},`, ['rua-uri 43']],
		['two commas', `v=TLSRPTv1; rua=${MAIL},,${WEB}`, ['rua-uri 43']],
		[
			'a raw comma in an address',
			'v=TLSRPTv1; rua=mailto:a,b@example.com',
			['rua-address 16', 'rua-uri 25'],
		],
		['a raw exclamation mark', `v=TLSRPTv1; rua=${MAIL}!10m`, ['rua-uri 42']],
		['a blank inside', 'v=TLSRPTv1; rua=mailto:a b@example.com', ['rua-uri 24']],
		['two places parted by a blank', `v=TLSRPTv1; rua=${MAIL} ${WEB}`, ['rua-uri 42']],
		['a percent sign alone', 'v=TLSRPTv1; rua=mailto:a%@example.com', ['rua-uri 24']],
		['angle brackets', 'v=TLSRPTv1; rua=<mailto:a@example.com>', ['rua-uri 16']],
		['another scheme alone', 'v=TLSRPTv1; rua=http://example.com/', ['rua-scheme 16']],
		['no address', 'v=TLSRPTv1; rua=mailto:', ['rua-address 16']],
		['no host', 'v=TLSRPTv1; rua=https://', ['rua-address 16']],
		['two semicolons', `v=TLSRPTv1;; rua=${MAIL}`, ['empty-field 11']],
		['a blank at the end', `v=TLSRPTv1; rua=${MAIL} `, ['trailing-space 42']],
		['an extension without a value', `v=TLSRPTv1; rua=${MAIL}; x=`, ['field 46']],
		['an accent', 'v=TLSRPTv1; rua=mailto:caf\xc3\xa9@example.com', ['rua-uri 26']],
	])('refuses %s', (_, text, errors) => {
		expect(errorsOf(text)).toEqual(errors);
	});

	it.each([
		['v=TLSRPTv1; rua=x', true],
		['tls-rpt', true],
		['"v = tlsrpt"', true],
		['v=spf1 -all', false],
	])('tells whether %j was meant as one', (text, meant) => {
		expect(looksLikeTlsRpt(text)).toBe(meant);
	});
});

const EXTENSION = '(?!rua=)[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[\\x21-\\x3a\\x3c\\x3e-\\x7e]+';
/** With user information (RFC 3986 §3.2.1), which the pieces below can make. */
const URI = '(?:mailto:[a-z]+@[a-z]+|https://(?:[A-Za-z0-9=:]+@)?[a-z]+)';
const GRAMMAR = new RegExp(
	`^v=TLSRPTv1(?:[ \\t]*;[ \\t]*(?:rua=${URI}(?:[ \\t]*,[ \\t]*${URI})*|${EXTENSION}))+(?:[ \\t]*;[ \\t]*)?$`,
);
const isLegal = (text: string) => GRAMMAR.test(text) && /;[ \t]*rua=/.test(text);

const piece = fc.constantFrom(
	...[
		'; ',
		';',
		' ;',
		' ',
		'\t',
		',',
		' , ',
		'rua=',
		'rua=mailto:a@b',
		',mailto:a@b',
		' , https://b',
		'x=1',
		'RUA=',
		'!',
		' a@b',
		'=',
		'v=TLSRPTv1',
	],
);
const text = fc
	.tuple(
		fc.constantFrom('v=TLSRPTv1', 'v=TLSRPTv1; rua=mailto:a@b', 'v=TLSRPTv1;', '', 'v=tlsrptv1;'),
		fc.array(piece, { maxLength: 8 }),
	)
	.map(([head, rest]) => head + rest.join(''));

describe('whatever comes', () => {
	it('is judged as the grammar judges it', () => {
		fc.assert(
			fc.property(text, (one) => {
				expect(errorsOf(one).length === 0, `${one}: ${errorsOf(one)}`).toBe(isLegal(one));
			}),
			{ numRuns: 5_000 },
		);
	});

	it('never throws, and places lie inside the text', () => {
		const any = fc.oneof(
			text,
			fc.string({ unit: 'binary', maxLength: 60 }).map((one) => `v=TLSRPTv1;rua=${one}`),
		);
		fc.assert(
			fc.property(any, (one) => {
				const { broken, rua } = parseTlsRptRecord(one);
				for (const { position } of [...broken, ...rua]) {
					expect(position ?? 0).toBeGreaterThanOrEqual(0);
					expect(position ?? 0).toBeLessThanOrEqual(one.length);
				}
				const fixed = repairedTlsRptRecord(one);
				if (fixed !== null) expect(errorsOf(fixed), `${one} -> ${fixed}`).toEqual([]);
			}),
			{ numRuns: 3_000 },
		);
	});

	it('is repaired where a place can be kept', () => {
		expect(repairedTlsRptRecord('v=TLSRPT1; rua = a@example.com, mailto:b@example.com!5m')).toBe(
			'v=TLSRPTv1; rua=mailto:a@example.com,mailto:b@example.com',
		);
		expect(repairedTlsRptRecord('v=TLSRPTv1; rua=nowhere')).toBeNull();
	});

	it.each([' ', ';', ',', '!', '%', 'rua=', 'mailto:a@b,', '[', '@'])(
		'64 KB of %j take no time',
		(unit) => {
			const long = unit.repeat(65_536 / unit.length);
			const began = cpuMs();
			for (const head of ['', 'v=TLSRPTv1;', 'v=TLSRPTv1;rua=', 'v=TLSRPTv1;rua=https://']) {
				parseTlsRptRecord(head + long);
				repairedTlsRptRecord(head + long);
			}
			expect(cpuMs() - began).toBeLessThan(3_000);
		},
	);
});
