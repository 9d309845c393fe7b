import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	isBimiText,
	looksLikeBimi,
	parseBimiRecord,
	repairedBimiRecord,
} from '../../../src/facts/mail/bimi-record.ts';
import { isError } from '../../../src/facts/mail/broken-rule.ts';
import { cpuMs } from '../../cpu-time.ts';

const LOGO = 'https://example.com/logo.svg';
const PEM = 'https://example.com/mark.pem';
const errorsOf = (text: string) =>
	parseBimiRecord(text)
		.broken.filter(isError)
		.map(({ rule, position }) => `${rule} ${position}`);

describe('the assertion record of draft-brand-indicators-for-message-identification §4.3', () => {
	it.each([
		['logo and certificate', `v=BIMI1; l=${LOGO}; a=${PEM}`, LOGO, PEM],
		['no certificate', `v=BIMI1; l=${LOGO};`, LOGO, null],
		['an empty certificate', `v=BIMI1;l=${LOGO};a=`, LOGO, null],
		['another order', `v=BIMI1; a=${PEM}; l=${LOGO}`, LOGO, PEM],
		['white space of RFC 6376 §3.2', `v = BIMI1 ; l = ${LOGO} ; a =\t${PEM} `, LOGO, PEM],
		['an unknown tag', `v=BIMI1; l=${LOGO}; x=1`, LOGO, null],
		['a preference', `v=BIMI1; l=${LOGO}; avp=personal; lps=true`, LOGO, null],
		[
			'an encoded comma',
			'v=BIMI1; l=https://example.com/a%2Cb.svg',
			'https://example.com/a%2Cb.svg',
			null,
		],
	])('takes %s', (_, text, location, authority) => {
		expect(parseBimiRecord(text)).toMatchObject({ location, authority, declined: false });
		expect(errorsOf(text)).toEqual([]);
	});

	it.each(['v=BIMI1; l=; a=;', 'v=BIMI1;l=', 'v=BIMI1; l=; a=; lps=true;'])(
		'takes %s for a refusal (§4.3.1)',
		(text) => {
			expect(parseBimiRecord(text)).toMatchObject({ declined: true, location: null });
			expect(errorsOf(text)).toEqual([]);
		},
	);

	it.each([
		['nothing', '', ['version 0', 'location-missing 0']],
		['small letters', `v=bimi1; l=${LOGO}`, ['version 0']],
		['a capital tag', `V=BIMI1; l=${LOGO}`, ['version 0']],
		['a blank before', ` v=BIMI1; l=${LOGO}`, ['version 0']],
		['another version', `v=BIMI2; l=${LOGO}`, ['version 0']],
		['the version second', `l=${LOGO}; v=BIMI1`, ['version 0']],
		['no location', 'v=BIMI1; a=', ['location-missing 11']],
		['http', 'v=BIMI1; l=http://example.com/logo.svg', ['location 11']],
		['no URI', 'v=BIMI1; l=logo.svg', ['location 11']],
		['a host of one label', 'v=BIMI1; l=https://localhost/logo.svg', ['location 11']],
		['a blank inside', 'v=BIMI1; l=https://example.com/a b.svg', ['location 32']],
		['two places', `v=BIMI1; l=${LOGO},${LOGO}`, ['location 39']],
		['a certificate by http', `v=BIMI1; l=${LOGO}; a=http://example.com/a.pem`, ['authority 43']],
		['PNG (§4.3.2)', 'v=BIMI1; l=https://example.com/logo.png', ['format 11']],
		['a tag twice (RFC 6376 §3.2)', `v=BIMI1; l=${LOGO}; l=`, ['tag-duplicate 41']],
		['a piece that is no tag', `v=BIMI1; l=${LOGO}; hello`, ['tag-list 41']],
		['two semicolons', `v=BIMI1;; l=${LOGO}`, ['tag-list 8']],
	])('refuses %s', (_, text, errors) => {
		expect(errorsOf(text)).toEqual(errors);
	});

	it('warns of a preference that is ignored', () => {
		const { broken } = parseBimiRecord(`v=BIMI1; l=${LOGO}; avp=Brand; A=x`);
		expect(broken.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
			'avp warning',
			'unknown-tag info',
		]);
	});

	it.each([
		['v=BIMI1;', true, true],
		['v = BIMI1', true, true],
		['v=BIMI10; l=', false, true],
		['BIMI1 l=', false, true],
		['v=spf1 -all', false, false],
	])('tells whether %j is one, and was meant as one', (text, is, meant) => {
		expect([isBimiText(text), looksLikeBimi(text)]).toEqual([is, meant]);
	});
});

describe('whatever comes', () => {
	const piece = fc.oneof(
		fc.constantFrom(
			'v=BIMI1',
			';',
			'; ',
			'l=',
			'a=',
			LOGO,
			PEM,
			'l=;',
			'avp=brand',
			'=',
			' ',
			',',
			'http://x.example/a.svg',
		),
		fc.string({ unit: 'binary', maxLength: 3 }),
	);
	const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

	it('never throws; places lie inside; what is repaired is legal', () => {
		fc.assert(
			fc.property(text, (one) => {
				const { broken, tags } = parseBimiRecord(one);
				for (const { position } of [...broken, ...tags]) {
					expect(position ?? 0).toBeLessThanOrEqual(one.length);
				}
				const fixed = repairedBimiRecord(one);
				if (fixed !== null) expect(errorsOf(fixed), `${one} -> ${fixed}`).toEqual([]);
			}),
			{ numRuns: 3_000 },
		);
	});

	it.each([' ', ';', '=', 'l=', ',', 'l=https://', '\n'])('64 KB of %j take no time', (unit) => {
		const long = unit.repeat(65_536 / unit.length);
		const began = cpuMs();
		for (const head of ['', 'v=BIMI1;', 'v=BIMI1; l=']) {
			parseBimiRecord(head + long);
			repairedBimiRecord(head + long);
		}
		expect(cpuMs() - began).toBeLessThan(3_000);
	});
});
