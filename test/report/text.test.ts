import { Chalk } from 'chalk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyCheck } from '../../src/core/check.ts';
import type { Finding } from '../../src/core/finding.ts';
import { records } from '../../src/core/fix.ts';
import { type Report, ReportSchema } from '../../src/core/report.ts';
import { compose } from '../../src/report/compose.ts';
import { toText } from '../../src/report/text.ts';
import { safeJson } from '../../src/report/visible-text.ts';
import { cpuMs } from '../cpu-time.ts';
import { sample, target } from '../engine/sample-check.ts';
import { anyFinding, failure, passed, unseen } from '../score/findings.ts';

const IDS = ['area/check', 'dns/one', 'ssl/two', 'email/three', 'headers/four'];
const checks = IDS.map((id): AnyCheck => ({ ...sample, id }));

function reportOf(findings: readonly Finding[]): Report {
	return compose({
		target,
		checks,
		findings,
		waivers: [],
		describe: (key) => ({ kind: 'dns', summary: `saw ${key}`, detail: key }),
		map: {
			records: [],
			hosts: [],
			redirects: [],
			certificates: [],
			mail: { exchangers: [], spf: null, dmarc: null },
			externalDependencies: [],
		},
		timings: [],
		platforms: ['vercel'],
		platformName: 'Vercel',
		complete: true,
		deadlineSeconds: 48 * 3_600,
		version: '0.0.0',
		startedAt: new Date('2030-01-01T00:00:00Z'),
		durationMs: 1,
		vantage: { resolver: '192.0.2.53', node: '20.0.0', proxy: null },
	});
}

const plain = {
	width: 100,
	ascii: false,
	chalk: new Chalk({ level: 0 }),
	verbose: false,
	map: false,
};

const findings = [
	failure({
		severity: 'blocker',
		check: 'email/three',
		message: 'There are two SPF records.',
		impact: 'Mail is lost.',
		fix: records('Merge them.', ['a.test. TXT "v=spf1 -all"']),
	}),
	failure({ severity: 'high', check: 'ssl/two', message: 'It ends soon.' }),
	failure({ severity: 'later', check: 'headers/four' }),
	failure({ severity: 'later', check: 'headers/four', subject: 'www.a.test' }),
	failure({ severity: 'high', check: 'dns/one', outcome: 'accepted' }),
	unseen({ check: 'area/check', subject: 'b.test' }),
	passed('dns/one', 'b.test'),
];

describe('the page', () => {
	it('shows as many risks as anybody reads, counts the others, and takes no time', () => {
		const many = Array.from({ length: 2_000 }, (_, index) =>
			failure({
				severity: 'blocker',
				check: 'ssl/two',
				subject: `h${index}.test`,
				cause: `c${index}`,
				fix: records('Fix it.', [`h${index}.test. 300 IN A 203.0.113.1`]),
			}),
		);
		const report = reportOf(many);
		const started = cpuMs();
		for (const width of [60, 100]) {
			const text = toText(report, { ...plain, width });
			expect(text).toContain('Launch blockers (2000)\n');
			expect(text).toContain('\n… and 1960 more: see --format json\n');
			expect(text.match(/^ {5}h\d+\.test\. 300 IN A/gm)).toHaveLength(40);
		}
		expect(cpuMs() - started).toBeLessThan(2_000);
	});

	it('counts what can wait by what it is', () => {
		const later = ['a', 'b', 'c'].map((name) =>
			failure({ severity: 'later', check: 'headers/four', subject: `${name}.test`, cause: name }),
		);
		expect(toText(reportOf(later), plain)).toContain('Can wait (3)\n  headers/four/bad (3)\n');
	});

	it('says the decision first, why, what to do, what was not seen, and the headline last', () => {
		const text = toText(reportOf(findings), plain);
		const at = (words: string) => {
			expect(text).toContain(words);
			return text.indexOf(words);
		};
		const order = [
			at('NO_GO  example.com'),
			at('No-go: There are two SPF records. (email/three/bad)'),
			at('Launch blocker (1)'),
			at('Mail is lost.'),
			at('     a.test. TXT "v=spf1 -all"\n'),
			at('High risk (1)'),
			at('Can wait (1)\n  headers/four/bad (2)'),
			at('Accepted (1)'),
			at('Could not be checked (1)'),
			at('[could hide a launch blocker]'),
			at('NO_GO  1 blocker, 1 high, 1 can wait, 1 accepted | coverage 6/7'),
		];
		expect(order).toEqual(order.toSorted((a, b) => a - b));
	});

	it('unfolds what can wait, with evidence and controls, when asked', () => {
		const text = toText(reportOf(findings), { ...plain, verbose: true });
		expect(text).toContain('headers/four/bad at a.test, www.a.test');
		expect(text).not.toContain('--verbose');
	});

	it.each([60, 79, 80, 100, 200])('keeps within %d columns', (width) => {
		const text = toText(reportOf(findings), { ...plain, width });
		const long = text
			.split('\n')
			.filter((line) => line.length > Math.min(width, 120) && !line.startsWith('     '));
		expect(long.filter((line) => !/^(?:NO_)?GO/.test(line))).toEqual([]);
		expect(text.includes('┌')).toBe(width >= 80);
	});

	it('says that a proxy stood in between', () => {
		const report = reportOf(findings);
		const proxied = { ...report, vantage: { ...report.vantage, proxy: 'proxy.test:3128' } };
		expect(toText(report, plain)).not.toContain('proxy');
		expect(toText(proxied, plain)).toContain('HTTP went through the proxy proxy.test:3128.');
		expect(toText(report, { ...plain, verbose: true })).toContain('resolver 192.0.2.53');
	});

	it('puts the snippet of the detected platform first', () => {
		const fix = {
			summary: 's',
			steps: [],
			snippets: [
				{ platform: 'nginx', language: 'nginx', text: 'n' },
				{ platform: 'vercel', language: 'json', text: 'v' },
			],
		} as const;
		const [finding] = reportOf([failure({ severity: 'blocker', fix })]).findings;
		expect(finding?.fix.snippets.map(({ platform }) => platform)).toEqual(['vercel', 'nginx']);
	});
});

describe('a report of anything', () => {
	it('keeps to its schema, counts its risks, and gives every finding its own fingerprint', () => {
		fc.assert(
			fc.property(fc.array(anyFinding, { maxLength: 20 }), (any) => {
				const report = reportOf(any);
				expect(ReportSchema.parse(JSON.parse(safeJson(report, 2)))).toEqual(report);
				const prints = report.findings.map(({ fingerprint }) => fingerprint);
				expect(new Set(prints).size).toBe(prints.length);
				const { blockers, high, later, info } = report.decision;
				expect(blockers + high + later + info).toBe(report.risks.length);
				const listed = report.risks.flatMap(({ findings: of }) => of);
				const standing = report.findings.filter(({ outcome }) => outcome !== 'accepted');
				expect(new Set(listed)).toEqual(new Set(standing.map(({ fingerprint }) => fingerprint)));
			}),
		);
	});

	it('never hands hostile text to a terminal', () => {
		const hostile = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
		fc.assert(
			fc.property(hostile, fc.constantFrom(60, 100), fc.boolean(), (text, width, ascii) => {
				const report = reportOf([
					failure({
						severity: 'blocker',
						message: text,
						impact: text,
						subject: text,
						locus: { kind: 'file', name: text, file: text, line: 1 },
						fix: { ...records(text, [text], text) },
						control: text,
						reproduce: text,
						facts: [text],
					}),
					unseen({ message: text, subject: text }),
				]);
				const page = toText(report, { ...plain, width, ascii, verbose: true });
				expect(page.replaceAll('\n', '')).not.toMatch(
					/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{DI}]/u,
				);
				if (ascii) expect(page).toMatch(/^[\n\x20-\x7e]*$/);
			}),
			{ numRuns: 300 },
		);
	});
});

describe('fingerprints', () => {
	it('stay the same whatever the wording, the order, the severity and the line', () => {
		const locus = { kind: 'file', name: 'a.ts', file: 'a.ts', line: 3 } as const;
		const [before] = reportOf([failure({ severity: 'high', locus })]).findings;
		const moved = failure({ severity: 'later', message: 'other', locus: { ...locus, line: 9 } });
		const [after] = reportOf([moved]).findings;
		expect(after?.fingerprint).toBe(before?.fingerprint);
	});
});
