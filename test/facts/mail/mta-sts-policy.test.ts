import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MTA_STS_MODES, parseMtaStsPolicy } from '../../../src/facts/mail/mta-sts-policy.ts';
import { cpuMs } from '../../cpu-time.ts';

const FIELDS = {
	version: 'version: STSv1',
	mode: 'mode: enforce',
	mx: 'mx: mail.example.com',
	max_age: 'max_age: 604800',
};

/** A valid policy with fields replaced, or left out where `null`. */
function policy(change: Partial<Record<keyof typeof FIELDS, string | null>> = {}, end = '\n') {
	const lines = Object.values({ ...FIELDS, ...change }).filter((line) => line !== null);
	return lines.map((line) => `${line}${end}`).join('');
}

const faultsOf = (text: string) => parseMtaStsPolicy(text).faults.map(({ field }) => field);

describe('the policy of RFC 8461 §3.2', () => {
	it('reads the example of the RFC', () => {
		const text =
			'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n';
		expect(parseMtaStsPolicy(text)).toEqual({
			mode: 'enforce',
			maxAge: 604_800,
			mx: ['mail.example.com', '*.example.net', 'backupmx.example.com'],
			faults: [],
		});
	});

	it.each([
		['LF', policy()],
		['CRLF', policy({}, '\r\n')],
		['no end of the last line', policy().trimEnd()],
		['blanks after a value and none before', policy({ mode: 'mode:enforce \t' })],
		['any order', policy().split('\n').reverse().filter(Boolean).join('\n')],
		['an unknown field', `${policy()}x-note_1.a: anything: at all\n`],
		['capitals in a host name', policy({ mx: 'mx: Mail.EXAMPLE.com' })],
		['the greatest max_age', policy({ max_age: 'max_age: 31557600' })],
		['a repeated field, of which the first counts', `${policy()}mode: none\nversion: X\n`],
	])('takes %s', (_, text) => {
		const read = parseMtaStsPolicy(text);
		expect(read.faults).toEqual([]);
		expect(read.mode).toBe('enforce');
	});

	it('needs no mail host in mode none, and one in every other', () => {
		const without = { mx: null, mode: 'mode: none' };
		expect(parseMtaStsPolicy(policy(without))).toMatchObject({ mode: 'none', faults: [] });
		const testing = parseMtaStsPolicy(policy({ mx: null, mode: 'mode: testing' }));
		expect(testing).toMatchObject({ mode: null, faults: [{ field: 'mx' }] });
	});

	it.each([
		['no version', policy({ version: null }), 'version'],
		['another version', policy({ version: 'version: STSv2' }), 'version'],
		['a version in other capitals', policy({ version: 'version: stsv1' }), 'version'],
		['a field in capitals', policy({ version: 'Version: STSv1' }), 'version'],
		['a byte order mark', `\ufeff${policy()}`, 'version'],
		['no mode', policy({ mode: null }), 'mode'],
		['a mode in capitals', policy({ mode: 'mode: Enforce' }), 'mode'],
		['an old mode', policy({ mode: 'mode: report' }), 'mode'],
		['a repeated mode whose first is wrong', policy({ mode: 'mode: x\nmode: none' }), 'mode'],
		['no max_age', policy({ max_age: null }), 'max_age'],
		['a max_age with a unit', policy({ max_age: 'max_age: 7d' }), 'max_age'],
		['a negative max_age', policy({ max_age: 'max_age: -1' }), 'max_age'],
		['a max_age of 11 digits', policy({ max_age: 'max_age: 00000604800' }), 'max_age'],
		['a blank before the colon', policy({ mode: 'mode : enforce' }), 'mode'],
		['a page', '<!doctype html>\n<title>Not found</title>\n', 'version'],
		['nothing', '', 'version'],
		['CR alone between lines', policy({}, '\r'), 'version'],
	])('follows no policy with %s', (_, text, field) => {
		expect(parseMtaStsPolicy(text).mode).toBeNull();
		expect(faultsOf(text)).toContain(field);
	});

	it.each([
		['one second too long', policy({ max_age: 'max_age: 31557601' }), 'max_age'],
		['an address for a host', `${policy()}mx: [203.0.113.1]\n`, 'mx'],
		['a wildcard inside', `${policy()}mx: mail.*.example.com\n`, 'mx'],
		['an underscore', `${policy()}mx: mail_1.example.com\n`, 'mx'],
		['a hyphen at an end', `${policy()}mx: -mail.example.com\n`, 'mx'],
		['several hosts in a line', `${policy()}mx: a.example.com, b.example.com\n`, 'mx'],
		['a line that is no field', `${policy()}enforce\n`, 'line'],
		['an empty line', `${policy()}\n${FIELDS.mx}\n`, 'blank-line'],
		['a field without a value', `${policy()}note:\n`, 'line'],
	])('tells %s, and follows the rest', (_, text, field) => {
		expect(faultsOf(text)).toEqual([field]);
		expect(parseMtaStsPolicy(text).mode).toBe('enforce');
	});
});

describe('whatever comes', () => {
	const piece = fc.oneof(
		fc.constantFrom(
			...Object.values(FIELDS),
			'version:',
			'mx: *.',
			':',
			'\r',
			' ',
			'\t',
			'max_age:',
		),
		fc.string({ unit: 'binary' }),
	);
	const text = fc
		.array(fc.tuple(piece, fc.constantFrom('\n', '\r\n', '')), { maxLength: 40 })
		.map((pieces) => pieces.flat().join(''));

	it('never throws, and gives a mode only with all that it needs', () => {
		fc.assert(
			fc.property(text, (one) => {
				const { mode, maxAge, mx, faults } = parseMtaStsPolicy(one);
				expect(Number.isNaN(maxAge)).toBe(false);
				expect(mx.every((host) => host.length <= 255 && host === host.toLowerCase())).toBe(true);
				if (mode === null) expect(faults.length).toBeGreaterThan(0);
				else {
					expect(MTA_STS_MODES).toContain(mode);
					expect(maxAge).not.toBeNull();
					expect(mode === 'none' || mx.length > 0).toBe(true);
				}
			}),
			{ numRuns: 1_000 },
		);
	});

	it('a field more, or lines in another order, change nothing', () => {
		const fields = [FIELDS.version, FIELDS.mode, FIELDS.mx, FIELDS.max_age, 'extra: 1'];
		fc.assert(
			fc.property(fc.shuffledSubarray(fields, { minLength: 5 }), (lines) => {
				expect(parseMtaStsPolicy(lines.join('\r\n')).mode).toBe('enforce');
			}),
		);
	});

	it.each([' ', '\t', 'a', '-', 'a.', ':', '\r', 'mx:', 'mx: a-', '*.'])(
		'64 KB of %j take no time',
		(unit) => {
			const long = unit.repeat(65_536 / unit.length);
			const began = cpuMs();
			parseMtaStsPolicy(long);
			parseMtaStsPolicy(`mx: a${long}b`);
			parseMtaStsPolicy(`${long}\n`.repeat(2));
			expect(cpuMs() - began).toBeLessThan(500);
		},
	);
});
