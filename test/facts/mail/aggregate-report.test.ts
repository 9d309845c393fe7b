import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	type AggregateReport,
	AggregateReportSchema,
	parseAggregateReports,
} from '../../../src/facts/mail/aggregate-report.ts';
import { DAY, FIRST_DAY, recordOf, report } from './report-maker.ts';

function only(text: string): AggregateReport {
	const parsed = parseAggregateReports(text);
	if ('why' in parsed) throw new Error(parsed.why);
	const [first, ...others] = parsed.reports;
	if (first === undefined || others.length > 0) throw new Error('not one report');
	return first;
}

const why = (text: string) => {
	const parsed = parseAggregateReports(text);
	return 'why' in parsed ? parsed.why : null;
};

const rowsOf = (...rows: Parameters<typeof recordOf>[0][]) => only(report({ rows })).rows;

describe('parseAggregateReports', () => {
	it('reads a report of RFC 7489 Appendix C whole', () => {
		const text = report({
			org: 'receiver.example',
			policy: '<p>quarantine</p>',
			rows: [
				{
					ip: '2001:DB8::0025',
					count: 12,
					spf: 'fail',
					signed: ['example.com s1 pass', 'esp.example k2 pass'],
					reasons: ['forwarded', 'local_policy'],
				},
			],
		});
		expect(only(text)).toEqual({
			org: 'receiver.example',
			idHash: expect.stringMatching(/^[0-9a-f]{16}$/),
			format: 'rfc7489',
			domain: 'example.com',
			begin: FIRST_DAY,
			end: FIRST_DAY + DAY,
			policy: {
				p: 'quarantine',
				sp: 'none',
				np: '',
				adkim: 'r',
				aspf: 'r',
				testing: '',
				pct: '100',
			},
			rows: [
				{
					address: '2001:db8::25',
					count: 12,
					dkim: true,
					spf: false,
					disposition: 'none',
					overrides: ['forwarded', 'local_policy'],
					headerFrom: 'example.com',
					signatures: [
						{ domain: 'example.com', selector: 's1', result: 'pass' },
						{ domain: 'esp.example', selector: 'k2', result: 'pass' },
					],
					returnPaths: [{ domain: 'example.com', result: 'fail' }],
				},
			],
			leftOut: [],
			leftOutCount: 0,
		});
	});

	it('reads a report of RFC 9990: namespace, np, testing, generator, disposition pass', () => {
		const text = `<?xml version="1.0"?>
<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><version>1.0</version>
<report_metadata><org_name>receiver.example</org_name><email>d@receiver.example</email>
<report_id>a@b</report_id><date_range><begin>${FIRST_DAY}</begin><end>${FIRST_DAY + DAY}</end></date_range>
<generator>reporter 2.0</generator></report_metadata>
<policy_published><domain>example.com</domain><discovery_method>treewalk</discovery_method>
<p>reject</p><sp>reject</sp><np>reject</np><testing>y</testing></policy_published>
<record><row><source_ip>203.0.113.25</source_ip><count>3</count><policy_evaluated>
<disposition>pass</disposition><dkim>pass</dkim><spf>fail</spf>
<reason><type>policy_test_mode</type></reason></policy_evaluated></row>
<identifiers><header_from>example.com</header_from></identifiers><auth_results>
<dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim></auth_results></record>
<extension/></feedback>`;
		const read = only(text);
		expect(read).toMatchObject({
			format: 'rfc9990',
			policy: { p: 'reject', np: 'reject', testing: 'y' },
			rows: [
				{ count: 3, dkim: true, spf: false, disposition: 'pass', overrides: ['policy_test_mode'] },
			],
		});
	});

	it('knows a pass by its disposition where RFC 9990 leaves the results out', () => {
		const bare = (disposition: string, results: string) =>
			only(
				`<feedback><policy_published><domain>example.com</domain></policy_published><record><row><source_ip>203.0.113.1</source_ip><count>2</count><policy_evaluated><disposition>${disposition}</disposition></policy_evaluated></row><auth_results>${results}</auth_results></record></feedback>`,
			);
		const signed =
			'<dkim><domain>example.com</domain><selector>s</selector><result>pass</result></dkim>';
		expect(bare('pass', signed).rows).toMatchObject([{ dkim: true, spf: false }]);
		expect(bare('pass', '').rows).toMatchObject([{ dkim: false, spf: true }]);
		expect(bare('none', signed)).toMatchObject({
			rows: [],
			leftOut: ['record 1: it says neither pass nor fail of DKIM and SPF'],
		});
	});

	it.each([
		[
			'an upper-case Pass',
			report({ rows: [{ dkim: 'Pass', spf: 'FAIL' }] }),
			{ rows: [{ dkim: true, spf: false }] },
		],
		[
			'an empty org_name, by the host of the address',
			report({ org: '' }),
			{ org: 'receiver.example' },
		],
		[
			'an org_name that is an address',
			report({ org: 'a.person@receiver.example' }),
			{ org: 'receiver.example' },
		],
		['bare ampersands', report({ org: 'A & B' }), { org: 'A & B' }],
		['entities', report({ org: 'A &amp; B' }), { org: 'A & B' }],
		[
			'an empty reason',
			report().replace('</policy_evaluated>', '<reason/></policy_evaluated>'),
			{ rows: [{ overrides: [] }] },
		],
		[
			'names that are none',
			report().replace('</record>', '<2nd>x</2nd><-a/></record>'),
			{ rows: [{ count: 1 }] },
		],
		[
			'a stray schema element',
			report().replace(
				'<feedback>',
				'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><feedback>',
			),
			{ rows: [{ count: 1 }] },
		],
		[
			'a stray schema element inside',
			report().replace(
				'<feedback>',
				'<feedback><xs:schema targetNamespace="http://dmarc.org/dmarc-xml/0.1">',
			),
			{ rows: [{ count: 1 }] },
		],
		[
			'the identifiers of older drafts',
			report().replaceAll('identifiers>', 'identities>'),
			{ rows: [{ headerFrom: 'example.com' }] },
		],
		[
			'no identifiers',
			report().replace(/<identifiers>.*<\/identifiers>/, ''),
			{ rows: [{ headerFrom: 'example.com' }] },
		],
		[
			'an address in header_from',
			report({ rows: [{ from: 'a.person@example.com' }] }),
			{ rows: [{ headerFrom: 'example.com' }] },
		],
		[
			'a domain in U-labels',
			report({ domain: 'bücher.example' }),
			{ domain: 'xn--bcher-kva.example' },
		],
		[
			'a domain with a dot and capitals',
			report({ domain: 'Example.COM.' }),
			{ domain: 'example.com' },
		],
		[
			'an IPv4 address in IPv6',
			report({ rows: [{ ip: '::ffff:203.0.113.25' }] }),
			{ rows: [{ address: '203.0.113.25' }] },
		],
		[
			'an address that is none',
			report({ rows: [{ ip: '203.0.113' }] }),
			{ rows: [{ address: '' }] },
		],
		[
			'milliseconds',
			report({ begin: FIRST_DAY * 1_000, end: (FIRST_DAY + DAY) * 1_000 }),
			{ begin: FIRST_DAY, end: FIRST_DAY + DAY },
		],
		[
			'ISO dates',
			report({ begin: '2029-11-01', end: '2029-11-02T00:00:00Z' }),
			{ begin: FIRST_DAY, end: FIRST_DAY + DAY },
		],
		[
			'a range that ends before it begins',
			report({ begin: FIRST_DAY, end: FIRST_DAY - 1 }),
			{ begin: null, end: null },
		],
		['dates that are none', report({ begin: 'yesterday', end: '' }), { begin: null, end: null }],
		['1970', report({ begin: 0, end: 86_400 }), { begin: null, end: null }],
		['no record', report({ rows: [] }), { rows: [], leftOut: [] }],
	])('reads %s', (_, text, expected) => {
		expect(only(text)).toMatchObject(expected);
	});

	it('reads one record and many, in any order of the parts', () => {
		expect(rowsOf({ count: 1 }, { count: 2 }, { count: 3 }).map(({ count }) => count)).toEqual([
			1, 2, 3,
		]);
		const turned = `<feedback>${recordOf({ count: 7 })}<policy_published><domain>example.com</domain></policy_published></feedback>`;
		expect(only(turned).rows).toMatchObject([{ count: 7 }]);
	});

	it('reads several reports in one document', () => {
		const both = parseAggregateReports(
			`<all>${report()}${report({ domain: 'example.net', rows: [{}, {}] })}</all>`,
		);
		expect(
			'reports' in both && both.reports.map(({ domain, rows }) => [domain, rows.length]),
		).toEqual([
			['example.com', 1],
			['example.net', 2],
		]);
	});

	it.each(['0', '1', '0012', '9007199254740991'])('counts %s exactly', (count) => {
		expect(rowsOf({ count }).map((row) => row.count)).toEqual([Number(count)]);
	});

	it.each([
		['-5', 'its count is "-5"'],
		['1e3', 'its count is "1e3"'],
		['1.5', 'its count is "1.5"'],
		['1,000', 'its count is "1,000"'],
		['', 'it has no count'],
		['9007199254740992', 'its count is 9007199254740992, more than can be counted exactly'],
	])('leaves a record out whose count is "%s", and keeps the others', (count, reason) => {
		const read = only(report({ rows: [{ count: 4 }, { count }, { count: 5 }] }));
		expect(read.rows.map((row) => row.count)).toEqual([4, 5]);
		expect(read).toMatchObject({ leftOut: [`record 2: ${reason}`], leftOutCount: 1 });
	});

	it('names three records left out and counts the rest', () => {
		const read = only(report({ rows: Array.from({ length: 9 }, () => ({ count: 'x' })) }));
		expect(read.leftOut).toHaveLength(3);
		expect(read.leftOutCount).toBe(9);
	});

	it('keeps no address of a person, no comment and no id', () => {
		const text = report({
			id: 'id-of-a.person@example.net',
			rows: [
				{
					reasons: ['other'],
					from: 'a.person@example.com',
					bounced: ['a.person@example.com pass'],
				},
			],
		});
		expect(JSON.stringify(only(text))).not.toMatch(/a\.person|noreply|@/);
	});

	it.each([
		[
			'is a web page',
			'<!DOCTYPE html><html><body><p>Hello</p></body></html>',
			/its root is <html>, and no report is in it/,
		],
		['is a sitemap', '<urlset><url/></urlset>', /its root is <urlset>/],
		['is empty', '', /it has no element/],
		['is cut off', report().slice(0, -12), /it ends within <feedback>/],
		['is cut off in a record', report().slice(0, 900), /it ends within|a tag does not end/],
		[
			'has a record in a record',
			report().replace('</record>', `${recordOf({})}</record>`),
			/a record begins within a record/,
		],
		['names no policy domain', report({ domain: ' ' }), /does not say whose policy/],
		[
			'declares entities',
			report().replace('<feedback>', '<!DOCTYPE f [<!ENTITY a "b">]><feedback>'),
			/declares entities/,
		],
	])('refuses a document that %s', (_, text, reason) => {
		expect(why(text)).toMatch(reason);
	});

	it('gives whole numbers or a reason, however a report was damaged', () => {
		const sound = report({ rows: [{}, { ip: '2001:db8::1', spf: 'fail' }, { count: 99 }] });
		const damage = fc.array(
			fc.tuple(
				fc.nat(sound.length),
				fc.nat(30),
				fc.oneof(
					fc.constantFrom('<', '>', '</record>', '<record>', '&', '"', '-', '9'),
					fc.string({ maxLength: 8 }),
				),
			),
			{ minLength: 1, maxLength: 6 },
		);
		fc.assert(
			fc.property(damage, (cuts) => {
				let text = sound;
				for (const [at, length, put] of cuts)
					text = text.slice(0, at) + put + text.slice(at + length);
				const parsed = parseAggregateReports(text);
				if ('why' in parsed) expect(parsed.why).not.toBe('');
				else
					for (const one of parsed.reports) expect(AggregateReportSchema.parse(one)).toEqual(one);
			}),
			{ numRuns: 1_500 },
		);
	});

	it('never throws on bytes that are no text', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
				parseAggregateReports(Buffer.from(bytes).toString('latin1'));
				parseAggregateReports(`<feedback>${Buffer.from(bytes).toString('latin1')}</feedback>`);
			}),
			{ numRuns: 1_000 },
		);
	});
});
