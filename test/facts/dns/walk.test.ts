import { describe, expect, it } from 'vitest';
import { EMPTY_ANSWER } from '../../../src/core/empty-answer.ts';
import type { Fact, GetFact } from '../../../src/core/fact.ts';
import type { DnsAnswer, DnsRecord } from '../../../src/core/io.ts';
import { type Walk, walk } from '../../../src/facts/dns/walk.ts';

const ROOT = '198.51.100.1';
const TLD = '198.51.100.2';
const OWN = '203.0.113.53';

type Answers = Readonly<Record<string, Partial<DnsAnswer>>>;

/** Asks scripted servers: the key is `server name type`, without server for the resolver. */
async function walkOver(answers: Answers, name = 'www.shop.test', type = 'A') {
	const asked: string[] = [];
	const get: GetFact = async <T>(ref: { source: unknown; params: unknown; key: string }) => {
		const source = ref.source as { kind: string; derive?: (p: never, get: GetFact) => Fact<T> };
		if (source.derive) return source.derive(ref.params as never, get);
		const { server, ...question } = ref.params as { server?: string; name: string; type: string };
		const key = `${server ?? ''} ${question.name} ${question.type}`.trim();
		asked.push(key);
		return { status: 'known', value: { ...NOTHING, ...answers[key] } } as Fact<T>;
	};
	const fact = await get(walk({ name, type }));
	return { asked, walked: (fact.status === 'known' ? fact.value : null) as Walk };
}

const NOTHING: DnsAnswer = {
	...EMPTY_ANSWER,
	status: 'no-response',
	server: '',
	transport: 'udp',
	detail: '',
};

const a = (owner: string, address: string): DnsRecord => ({
	owner,
	type: 'A',
	ttl: 300,
	text: address,
	data: { type: 'A', address },
});

const ns = (owner: string, target: string): DnsRecord => ({
	owner,
	type: 'NS',
	ttl: 300,
	text: target,
	data: { type: 'NS', target },
});

const ok = (...records: DnsRecord[]) => ({
	status: 'ok' as const,
	rcode: 'NOERROR',
	aa: true,
	records,
});

const referral = (zone: string, server: string, glue?: string) => ({
	status: 'referral' as const,
	rcode: 'NOERROR',
	authority: [ns(zone, server)],
	additional: glue === undefined ? [] : [a(server, glue)],
});

const UPPER: Answers = {
	'. NS': { status: 'ok', rcode: 'NOERROR', ra: true, records: [ns('.', 'a.root.test')] },
	'a.root.test A': { status: 'ok', rcode: 'NOERROR', ra: true, records: [a('a.root.test', ROOT)] },
	[`${ROOT} www.shop.test A`]: referral('test', 'a.tld.test', TLD),
	[`${TLD} www.shop.test A`]: referral('shop.test', 'ns1.shop.test', OWN),
};

describe('walk', () => {
	it('goes down from the roots that the resolver names', async () => {
		const { walked, asked } = await walkOver({
			...UPPER,
			[`${OWN} www.shop.test A`]: ok(a('www.shop.test', '203.0.113.10')),
		});
		expect(walked).toMatchObject({ outcome: 'ok', zone: 'shop.test', cuts: ['test', 'shop.test'] });
		expect(walked.records.map(({ text }) => text)).toEqual(['203.0.113.10']);
		expect(asked).toHaveLength(8);
	});

	it.each(['nodata', 'nxdomain'] as const)('believes %s only with the AA bit', async (status) => {
		const answer = { status, rcode: 'NOERROR', negativeTtl: 900 };
		const key = `${OWN} www.shop.test A`;
		const sure = await walkOver({ ...UPPER, [key]: { ...answer, aa: true } });
		expect(sure.walked).toMatchObject({ outcome: status, negativeTtl: 900 });
		const unsure = await walkOver({ ...UPPER, [key]: answer });
		expect(unsure.walked).toMatchObject({
			outcome: 'broken',
			failures: [{ zone: 'shop.test', server: OWN, status: 'lame' }],
		});
	});

	it('does not follow a referral upwards or sideways', async () => {
		for (const zone of ['.', 'test', 'other.test', 'shop.test']) {
			const { walked } = await walkOver({
				...UPPER,
				[`${OWN} www.shop.test A`]: referral(zone, 'evil.example', '203.0.113.66'),
			});
			expect(walked.outcome).toBe('broken');
		}
	});

	it('takes no glue from outside the zone that gives it', async () => {
		const { walked, asked } = await walkOver({
			...UPPER,
			[`${TLD} www.shop.test A`]: referral('shop.test', 'ns.hosting.example', '203.0.113.66'),
			'ns.hosting.example A': {
				status: 'ok',
				rcode: 'NOERROR',
				records: [a('ns.hosting.example', OWN)],
			},
			[`${OWN} www.shop.test A`]: ok(a('www.shop.test', '203.0.113.10')),
		});
		expect(walked.outcome).toBe('ok');
		expect(asked.some((key) => key.startsWith('203.0.113.66'))).toBe(false);
	});

	it('takes no records from a server about zones that are not its own', async () => {
		const { walked } = await walkOver({
			...UPPER,
			[`${OWN} www.shop.test A`]: {
				...ok(a('cdn.example', '203.0.113.66')),
				chain: [{ owner: 'www.shop.test', target: 'cdn.example', ttl: 300 }],
			},
			[`${ROOT} cdn.example A`]: { status: 'nxdomain', rcode: 'NXDOMAIN', aa: true },
		});
		expect(walked).toMatchObject({
			outcome: 'nxdomain',
			zone: '.',
			aliases: ['cdn.example'],
			records: [],
		});
	});

	it('ends with aliases in a circle', async () => {
		const alias = (owner: string, target: string) => ({
			status: 'cname-only' as const,
			rcode: 'NOERROR',
			aa: true,
			chain: [{ owner, target, ttl: 300 }],
		});
		const { walked } = await walkOver({
			...UPPER,
			[`${OWN} www.shop.test A`]: alias('www.shop.test', 'x.shop.test'),
			[`${ROOT} x.shop.test A`]: referral('shop.test', 'ns1.shop.test', OWN),
			[`${OWN} x.shop.test A`]: alias('x.shop.test', 'www.shop.test'),
		});
		expect(walked.outcome).toBe('endless');
	});

	it('ends with referrals that never end', async () => {
		const name = `${'a.'.repeat(40)}shop.test`;
		const cuts = Array.from({ length: 40 }, (_, i) => [
			`10.0.0.${i} ${name} A`,
			referral(
				`${'a.'.repeat(i + 1)}shop.test`,
				`ns.${'a.'.repeat(i + 1)}shop.test`,
				`10.0.0.${i + 1}`,
			),
		]);
		const { walked, asked } = await walkOver(
			{
				...UPPER,
				[`${ROOT} ${name} A`]: referral('shop.test', 'ns.shop.test', '10.0.0.0'),
				...Object.fromEntries(cuts),
			},
			name,
		);
		expect(walked.outcome).toBe('endless');
		expect(asked.length).toBeLessThan(25);
	});

	it.each([
		['no root server answers', {}],
		[
			'somebody else answers for the root',
			{
				[`${ROOT} www.shop.test A`]: { ...ok(a('www.shop.test', '10.0.0.1')), aa: false, ra: true },
			},
		],
		[
			'no top-level server answers',
			{ [`${ROOT} www.shop.test A`]: referral('test', 'a.tld.test', TLD) },
		],
		['the resolver names no root', { '. NS': { status: 'nodata' as const, rcode: 'NOERROR' } }],
	])('knows nothing where %s', async (_, more) => {
		const { '. NS': names, 'a.root.test A': address } = UPPER;
		const { walked } = await walkOver({
			'. NS': names,
			'a.root.test A': address,
			...more,
		} as Answers);
		expect(walked.outcome).toBe('filtered');
	});

	it('asks the other servers of a zone where the first is of no use', async () => {
		const { walked } = await walkOver({
			...UPPER,
			[`${TLD} www.shop.test A`]: {
				...referral('shop.test', 'ns1.shop.test', OWN),
				authority: ['ns1', 'ns2', 'ns3'].map((label) => ns('shop.test', `${label}.shop.test`)),
				additional: [
					a('ns1.shop.test', OWN),
					a('ns2.shop.test', '203.0.113.54'),
					a('ns3.shop.test', '203.0.113.55'),
				],
			},
			[`${OWN} www.shop.test A`]: { status: 'refused', rcode: 'REFUSED' },
			'203.0.113.55 www.shop.test A': ok(a('www.shop.test', '203.0.113.10')),
		});
		expect(walked.outcome).toBe('ok');
		expect(walked.failures.map(({ status }) => status)).toEqual(['refused', 'no-response']);
	});
});
