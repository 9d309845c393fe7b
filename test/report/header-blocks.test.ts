import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Failed } from '../../src/core/finding.ts';
import { advice, type HeaderField } from '../../src/core/fix.ts';
import { apart, header, headers } from '../../src/core/header-fix.ts';
import { SEVERITIES, type Severity } from '../../src/core/severity.ts';
import { headerBlocks } from '../../src/report/header-blocks.ts';
import { failure } from '../score/findings.ts';

const CSP = 'Content-Security-Policy';

function wants(verdict: string, ...fields: HeaderField[]): Failed {
	return failure({ severity: 'later', verdict, fix: headers('', fields) });
}

function sends(name: string, value: string, severity: Severity = 'later', subject = 'a.test') {
	return failure({ severity, subject, verdict: `${name}-${value}`, fix: header(name, value) });
}

function blocksOf(failed: readonly Failed[]) {
	const prints = new Map(failed.map((one) => [one, one.verdict]));
	return headerBlocks(failed, prints, (host) => (host === 'b.test' ? ['vercel'] : ['caddy']));
}

const HSTS = 'Strict-Transport-Security';
const NOSNIFF = ['X-Content-Type-Options', 'nosniff'] as const;

it('puts all headers of a host in one block, the platform of that host first', () => {
	const [a, b, ...more] = blocksOf([
		sends(HSTS, 'max-age=31536000', 'high'),
		sends(...NOSNIFF),
		sends(...NOSNIFF, 'later', 'b.test'),
		sends('X-Frame-Options', 'DENY', 'later', 'b.test'),
		failure({ severity: 'high', fix: advice('Mend it.') }),
	]);
	expect(more).toEqual([]);
	expect(a?.host).toBe('a.test');
	expect(a?.headers).toEqual([
		{ name: HSTS, value: 'max-age=31536000' },
		{ name: 'X-Content-Type-Options', value: 'nosniff' },
	]);
	expect(a?.findings).toEqual([`${HSTS}-max-age=31536000`, 'X-Content-Type-Options-nosniff']);
	expect(a?.snippets[0]).toEqual({
		platform: 'caddy',
		language: 'caddy',
		text: `# What the application sends too, take away in reverse_proxy with header_down -NAME\nheader {\n\t${HSTS} "max-age=31536000"\n\tX-Content-Type-Options "nosniff"\n}`,
	});
	expect([b?.host, b?.snippets[0]?.platform]).toEqual(['b.test', 'vercel']);
});

it('makes no block of one finding, of notes alone, of what is accepted, or of what wants thought', () => {
	expect(blocksOf([sends(...NOSNIFF)])).toEqual([]);
	const notes = [sends(...NOSNIFF, 'info'), sends('Referrer-Policy', 'no-referrer', 'info')];
	expect(blocksOf(notes)).toEqual([]);
	const frames = sends('X-Frame-Options', 'DENY');
	expect(blocksOf([frames, { ...sends(...NOSNIFF), outcome: 'accepted' }])).toEqual([]);
	const preload = { ...sends(HSTS, 'max-age=31536000; includeSubDomains; preload') };
	expect(blocksOf([frames, { ...preload, fix: apart(preload.fix) }])).toEqual([]);
	expect(blocksOf([frames, ...notes])[0]?.headers).toHaveLength(3);
});

it('takes the more complete of two values, then the one of the graver finding', () => {
	const [block] = blocksOf([
		sends(HSTS, 'max-age=31536000', 'high'),
		sends(HSTS, 'max-age=63072000; includeSubDomains'),
		sends('X-Frame-Options', 'SAMEORIGIN'),
		sends('x-frame-options', 'DENY', 'high'),
	]);
	expect(block?.headers.map(({ value }) => value)).toEqual([
		'max-age=63072000; includeSubDomains',
		'DENY',
	]);
	expect(block?.findings).toHaveLength(4);
});

it('adds up the repairs of one policy', () => {
	const from =
		"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; plugin-types a";
	const repaired = (change: (policy: string) => string) => ({
		name: CSP,
		value: change(from),
		from,
	});
	const [block] = blocksOf([
		wants(
			'inline',
			repaired((policy) => policy.replace(" 'unsafe-inline'", '')),
		),
		wants(
			'eval',
			repaired((policy) => policy.replace(" 'unsafe-eval'", '')),
		),
		wants(
			'blocked',
			repaired((policy) => policy.replace("'unsafe-eval'", "'unsafe-eval' cdn.test")),
		),
		wants(
			'base',
			repaired((policy) => `${policy}; base-uri 'self'`),
		),
		wants(
			'gone',
			repaired((policy) => policy.replace('; plugin-types a', '')),
		),
		wants('framing', { name: CSP, value: "frame-ancestors 'self'" }),
	]);
	expect(block?.headers).toEqual([
		{
			name: CSP,
			value:
				"default-src 'self'; script-src 'self' cdn.test; base-uri 'self'; frame-ancestors 'self'",
		},
	]);
	expect(block?.findings).toHaveLength(6);
});

it("leaves nothing beside 'none', and 'none' where nothing is left", () => {
	const [block] = blocksOf([
		wants('a', {
			name: CSP,
			from: "object-src *; img-src 'none'",
			value: "object-src 'none'; img-src 'none'",
		}),
		wants('b', {
			name: CSP,
			from: "object-src *; img-src 'none'",
			value: 'object-src *; img-src i.test',
		}),
	]);
	expect(block?.headers[0]?.value).toBe("object-src 'none'; img-src i.test");
});

it('does not claim to mend a finding about another policy', () => {
	const [block] = blocksOf([
		wants('first', { name: CSP, from: 'script-src *', value: "script-src 'self'" }),
		wants('second', { name: CSP, from: 'img-src *', value: "img-src 'self'" }),
		sends(...NOSNIFF),
	]);
	expect(block?.findings).toEqual(['first', 'X-Content-Type-Options-nosniff']);
	expect(block?.headers[1]).toEqual({ name: CSP, value: "script-src 'self'" });
});

it('keeps a policy that is only reported apart from one that is enforced', () => {
	const [block] = blocksOf([
		sends(`${CSP}-Report-Only`, "default-src 'self'"),
		sends(CSP, "frame-ancestors 'self'"),
	]);
	expect(block?.headers).toHaveLength(2);
});

it('never fails, and names only findings that ask for one of its headers', () => {
	const sources = fc.constantFrom("'self'", "'none'", '*', 'https:', 'a.test', "'unsafe-inline'");
	const policy = fc
		.array(
			fc
				.tuple(
					fc.constantFrom('script-src', 'IMG-SRC', 'base-uri', '', '__proto__'),
					fc.array(sources, { maxLength: 4 }),
				)
				.map(([name, values]) => [name, ...values].join(' ')),
			{ maxLength: 5 },
		)
		.map((directives) => directives.join('; '));
	const field = fc.record(
		{ name: fc.constantFrom(CSP, CSP.toLowerCase(), 'X-A'), value: policy, from: policy },
		{ requiredKeys: ['name', 'value'] },
	);
	const failed = fc
		.record({
			severity: fc.constantFrom(...SEVERITIES),
			fields: fc.array(field, { maxLength: 3 }),
			subject: fc.constantFrom('a.test', 'https://a.test/', ''),
		})
		.map(({ severity, fields, subject }) =>
			failure({ severity, subject, fix: headers('', fields) }),
		);
	fc.assert(
		fc.property(fc.array(failed, { maxLength: 8 }), (some) => {
			const named = some.map((one, index) => ({ ...one, verdict: `v${index}` }));
			for (const { headers: sent, findings } of blocksOf(named)) {
				expect(findings.length).toBeGreaterThan(1);
				const names = sent.map(({ name }) => name.toLowerCase());
				expect(new Set(names).size).toBe(names.length);
				for (const verdict of findings) {
					const its = named.find((one) => one.verdict === verdict)?.fix.headers ?? [];
					expect(its.length).toBeGreaterThan(0);
					expect(its.every(({ name }) => names.includes(name.toLowerCase()))).toBe(true);
				}
			}
		}),
	);
});
