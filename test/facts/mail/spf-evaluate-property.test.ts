import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerIn, inZone, type Zone } from '../../../checks/email/_zone.ts';
import { known } from '../../../src/core/fact.ts';
import { DNS_STATUSES, type DnsStatus } from '../../../src/core/io.ts';
import { type SpfClient, spfClient } from '../../../src/facts/mail/spf-client.ts';
import { lookupsOf, passesOf } from '../../../src/facts/mail/spf-cost.ts';
import { evaluateSpf } from '../../../src/facts/mail/spf-evaluate.ts';
import { brokenBy, liveNodes } from '../../../src/facts/mail/spf-health.ts';
import { parseSpf, spfTerms } from '../../../src/facts/mail/spf-record.ts';
import { type SpfWalk, walkSpf } from '../../../src/facts/mail/spf-walk.ts';
import { cpuMs } from '../../cpu-time.ts';
import { spfWorld } from './spf-worlds.ts';

/** Ten terms of a reverse name and ten mail hosts each, and an explanation. */
const MOST_QUESTIONS = 250;

async function judged(
	zone: Zone,
	{ ip = '192.0.2.1', sender = 'user@example.com' }: { ip?: string; sender?: string } = {},
) {
	const client = spfClient(ip);
	if (client === null) throw new Error('an address');
	let questions = 0;
	const started = cpuMs();
	const found = await evaluateSpf(
		{ client, sender, helo: 'mail.example.com', receiver: 'unknown', now: new Date(0) },
		async (name, type) => {
			questions += 1;
			return known(answerIn(zone, name, type));
		},
	);
	return { ...found, client, questions, tookMs: cpuMs() - started };
}

/** Every include and redirect has the same name for every message, and none leads back. */
function isFixed({ root }: SpfWalk): boolean {
	return liveNodes(root).every(
		({ state, branches }) =>
			!['cut', 'loop'].includes(state) &&
			branches.every(
				({ term, name }) => name !== null || !['include', 'redirect'].includes(term.name),
			),
	);
}

/** What the walk of the whole tree says about any message, checked for one. */
async function agreement(number: number, ip: string, sender: string): Promise<string> {
	const { domain, zone } = spfWorld(number);
	const walk = walkSpf(domain, inZone(zone));
	const { root } = walk;
	const found = await judged(zone, { ip, sender });
	const about = `world ${number}, ${ip}: ${found.reason}`;
	expect(found.questions, about).toBeLessThanOrEqual(MOST_QUESTIONS);
	expect(found.result === 'none', about).toBe(['none', 'nxdomain'].includes(root.state));
	if (root.state === 'multiple') expect(found.result, about).toBe('permerror');
	if (brokenBy(root)?.rule === 'syntax') expect(found.result, about).toBe('permerror');
	if (isFixed(walk)) expect(found.lookups, about).toBeLessThanOrEqual(lookupsOf(root));
	if (found.result === 'pass') expect(mayPass(walk, found.client), about).toBe(true);
	return found.result;
}

function mayPass({ root }: SpfWalk, { family, octets }: SpfClient): boolean {
	const { v4, everyone, dynamic } = passesOf(root);
	const usesPtr = liveNodes(root).some(({ branches }) =>
		branches.some(({ term }) => term.name === 'ptr'),
	);
	const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
	return (
		family === 6 ||
		dynamic ||
		everyone.length > 0 ||
		usesPtr ||
		v4.some(([first, last]) => first <= address && address <= last)
	);
}

it('the evaluation of a message and the walk of the whole tree agree on 600 worlds', async () => {
	const seen = new Set<string>();
	for (let number = 1; number <= 600; number += 1) {
		for (const { ip, mailFrom } of spfWorld(number).cases) {
			// Bounces are judged by another name.
			if (mailFrom === '') continue;
			seen.add(await agreement(number, ip, mailFrom.replace(/^@/, 'postmaster@')));
		}
	}
	expect([...seen].sort()).toEqual(['fail', 'neutral', 'pass', 'permerror', 'softfail']);
});

it('the strict reading and the helpful one find the same faults, but for what only looks wrong', () => {
	const word = fc.oneof(
		fc.constantFrom(
			'a',
			'mx/24',
			'ip4:192.0.2.1',
			'ip6:::1',
			'-all',
			'~',
			'moo=cow',
			'a:x.test/33',
		),
		fc.constantFrom(
			'%{d}',
			'%{x}',
			'exists:%{i}.test',
			'redirect=a.b',
			'exp=x.y',
			'ptr:',
			'include=',
		),
		fc.string({ maxLength: 10 }),
	);
	fc.assert(
		fc.property(fc.array(word, { maxLength: 8 }), (words) => {
			const text = `v=spf1 ${words.join(' ')}`;
			const strict = spfTerms(text);
			const helpful = parseSpf({ text }).faults.filter(({ rule }) => rule !== 'no-effect');
			const onlyLooks = helpful.every(({ rule }) => rule === 'glued-terms');
			if ('rule' in strict) expect(helpful).not.toEqual([]);
			else expect(onlyLooks).toBe(true);
		}),
		{ numRuns: 5_000 },
	);
});

describe('hostile zones', () => {
	const name = fc.constantFrom(
		'example.com',
		'a.test',
		'b.test',
		'c.test',
		'%{d}',
		'%{p}.test',
		'%{l}.x',
	);
	const term = fc.oneof(
		fc
			.tuple(fc.constantFrom('include:', 'redirect=', 'exp=', 'a:', 'mx:', 'ptr:', 'exists:'), name)
			.map((parts) => parts.join('')),
		fc.constantFrom('a', 'mx', 'ptr', '-all', '?all', 'ip4:192.0.2.1', 'moo=%{s}'),
		fc.string({ maxLength: 6 }),
	);
	const record = fc.oneof(
		{
			weight: 8,
			arbitrary: fc.array(term, { maxLength: 8 }).map((terms) => ['v=spf1', ...terms].join(' ')),
		},
		{ weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
	);
	const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 14 });
	const value = (type: string) =>
		type === 'TXT'
			? fc.array(record, { maxLength: 2, minLength: 1 })
			: some(
					fc.constantFrom(
						...(type === 'A' ? ['192.0.2.1', '192.0.2.2'] : []),
						...(type === 'MX' ? ['1 a.test', '2 b.test', '3 .', '4 x..y'] : []),
						...(type === 'PTR' ? ['a.test', 'b.test', 'example.com', 'odd\\046name.test'] : []),
					),
				);
	const keys = ['example.com', 'a.test', 'b.test', 'c.test'].flatMap((host) =>
		['TXT', 'A', 'MX'].map((type) => `${host} ${type}`),
	);
	const entries = [...keys, '1.2.0.192.in-addr.arpa PTR'].map((key) => {
		const type = key.split(' ')[1] ?? '';
		const failing = DNS_STATUSES.filter((status) => status !== 'ok');
		return fc
			.oneof(
				{ weight: 9, arbitrary: value(type) as fc.Arbitrary<readonly string[] | DnsStatus> },
				{ weight: 1, arbitrary: fc.constantFrom<DnsStatus>(...failing) },
			)
			.map((chosen) => [key, chosen] as const);
	});

	it('are judged without a throw, in bounded questions', async () => {
		await fc.assert(
			fc.asyncProperty(fc.tuple(...entries), fc.string({ maxLength: 40 }), async (zone, local) => {
				const found = await judged(Object.fromEntries(zone), {
					sender: `${local || 'x'}@example.com`,
				});
				expect(found.questions).toBeLessThanOrEqual(MOST_QUESTIONS);
				expect(found.lookups).toBeLessThanOrEqual(11);
				expect(found.voids).toBeLessThanOrEqual(3);
				expect(found.explanation).toMatch(/^[\x20-\x7e]*$/);
				if (found.result !== 'fail') expect(found.explanation).toBe('');
			}),
			{ numRuns: 2_000 },
		);
	});

	it.each([
		['a hundred thousand bytes of terms', `v=spf1 ${'ip6:2001:db8::1 '.repeat(6_250)}-all`, 'fail'],
		['as much of one macro', `v=spf1 exists:${'%{s}'.repeat(25_000)} -all`, 'fail'],
		['as much of %{p}', `v=spf1 exists:${'%{p}'.repeat(25_000)} -all`, 'fail'],
		['as much of one word', `v=spf1 ${'a'.repeat(100_000)}`, 'permerror'],
		['as many percent signs', `v=spf1 exists:${'%%'.repeat(50_000)}`, 'neutral'],
		['as many signs', `v=spf1 ${'-'.repeat(100_000)}`, 'permerror'],
		['as many slashes', `v=spf1 a${'/'.repeat(100_000)}`, 'permerror'],
		['as many look-ups', `v=spf1 ${'a:x.test '.repeat(11_000)}`, 'permerror'],
	])('%s are judged in well under a second', async (_, text, wanted) => {
		const found = await judged(
			{ 'example.com TXT': [text] },
			{ sender: `${'l.'.repeat(400)}@example.com` },
		);
		expect(found.result).toBe(wanted);
		expect(found.tookMs).toBeLessThan(1_000);
		expect(found.steps.length).toBeLessThanOrEqual(1_000);
	});
});
