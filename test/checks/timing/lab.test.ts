import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnyCheck } from '../../../src/core/check.ts';
import { type Finding, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, type LabAudit, PAGE } from '../audit-lab.ts';

/** As the world has it. */
type Route = Readonly<Record<string, unknown>>;

interface Host {
	/** What follows the name in `--endpoint`, path first; it is not named without. */
	readonly ask?: string;
	readonly routes: Readonly<Record<string, Route | string>>;
	readonly at?: readonly string[];
	readonly distance?: number;
	readonly tls?: { max: 'TLSv1.2' | 'TLSv1.3' };
	/** No site, no address. */
	readonly isMissing?: boolean;
}

/** Everything that takes an audit minutes, in seconds: distances of starts, and a minute of idleness. */
const SOON = {
	pace: {
		sequential: 25,
		fixed: 25,
		visit: 25,
		apart: 2,
		retry: 20,
		idleSecond: 20,
		longestGap: 25,
	},
	timeoutMs: 2_000,
};

/** Far beyond what a busy machine adds. */
const SLOW: Route = { delayMs: 1_300 };
const api = (more: Route = {}): Route => ({ type: 'application/json', body: '{}', ...more });
/** So many quick answers, and then these; from the beginning again where that is the end. */
const after = (quick: number, ...then: Route[]) => [...new Array<Route>(quick).fill({}), ...then];
const LOCKED = new Array<Route>(100).fill({ status: 403 });
const sequence = (...answers: Route[]): Host['routes'] => ({ '/v1': api({ sequence: answers }) });

const BROKEN: Readonly<Record<string, Host>> = {
	page: { ask: '/ p95<500ms', routes: { '/': { body: PAGE, ...SLOW } } },
	walk: {
		ask: '/',
		routes: {
			'/': { redirect: 'https://end.shop.test/1' },
		},
	},
	end: {
		routes: {
			...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`/${n}`, { redirect: `/${n + 1}` }])),
			'/7': PAGE,
		},
	},
	api: { routes: { '/': api({ sequence: after(3, SLOW) }) } },
	slow: { ask: '/v1', routes: sequence(...after(3, SLOW)) },
	limited: { ask: '/v1', routes: sequence(...after(25, { status: 429 })) },
	dead: { ask: '/v1', routes: { '/v1': { fault: 'reset' } } },
	gone: { ask: '/v1', routes: {}, isMissing: true },
	stored: { ask: '/v1 cached p95<300ms', routes: { '/v1': api(SLOW) } },
	failing: { ask: '/v1', routes: sequence(...after(4, { status: 502 })) },
	unlucky: { ask: '/v1 p95<10s', routes: sequence(...after(60, { status: 500 }), ...after(400)) },
	tail: { ask: '/v1 p95<800ms', routes: sequence(...after(29, { delayMs: 1_500 })) },
	blocks: { ask: '/v1 p95<800ms', routes: sequence(...after(60, SLOW, SLOW, SLOW), ...after(400)) },
	cold: { ask: '/v1 p95<10s', routes: { '/v1': api({ sleep: { afterMs: 900, wakeMs: 1_300 } }) } },
	large: {
		ask: '/v1 p95<100ms',
		routes: { '/v1': api({ body: JSON.stringify('a'.repeat(40_000)), pauseMs: 800 }) },
	},
	closing: { ask: '/v1 p95<10s', routes: { '/v1': api({ headers: [['Connection', 'close']] }) } },
	stream: {
		ask: '/v1',
		routes: { '/v1': { type: 'text/event-stream', body: 'x'.repeat(15), fault: 'slow' } },
	},
	guarded: { ask: '/v1 p95<10s', routes: sequence(...after(50), ...LOCKED) },
	moved: { ask: '/old p95<10s', routes: { '/old': { redirect: '/v1' }, '/v1': api() } },
	far: { ask: '/v1 p95<200ms', routes: { '/v1': api() }, distance: 130 },
	older: { ask: '/v1 p95<10s', routes: { '/v1': api() }, distance: 300, tls: { max: 'TLSv1.2' } },
	six: { ask: '/v1 p95<10s', routes: { '/v1': api() }, at: ['203.0.113.200', '2001:db8::200'] },
	lost: { ask: '/v1 p95<10s', routes: { '/v1': api() }, at: ['203.0.113.201'] },
	uneven: { ask: '/v1 p95<10s', routes: { '/v1': api() }, at: ['203.0.113.202'] },
	lookup: { ask: '/v1 p95<10s', routes: { '/v1': api() } },
};

/** What fails at each, besides what this machine's own noise may add. */
const FAILS: Readonly<Record<string, readonly string[]>> = {
	page: ['first-byte/slow', 'page/over-budget'],
	walk: [],
	end: ['redirects/costly'],
	api: ['p95/over-budget'],
	slow: ['p95/over-budget'],
	limited: [],
	dead: ['availability/unreachable'],
	gone: ['availability/unreachable'],
	stored: ['cached-route/misses', 'cached-route/p95-over-budget'],
	failing: ['errors/rate-over-budget', 'p95/over-budget'],
	unlucky: ['errors/server-error-seen'],
	tail: ['tail/long'],
	blocks: ['measurement/samples-correlated'],
	cold: ['cold-start/slow'],
	large: ['download/dominates', 'p95/over-budget'],
	closing: ['connection/no-keep-alive'],
	stream: [],
	guarded: [],
	moved: [],
	far: ['vantage/far'],
	older: ['tls/extra-round-trip'],
	six: ['addresses/ipv6-slow'],
	lost: ['addresses/ipv6-dead'],
	uneven: ['addresses/one-slow'],
	lookup: ['dns/slow'],
};

/** What else must be said: unknown, or a pass. */
const SAYS: Readonly<Record<string, readonly string[]>> = {
	end: ['vantage/near'],
	limited: ['measurement/rate-limited', 'p95/unknown', 'errors/unknown'],
	dead: ['p95/blocked', 'errors/blocked', 'measurement/unknown'],
	unlucky: ['errors/not-enough-evidence'],
	tail: ['p95/inconclusive', 'errors/within-budget'],
	blocks: ['p95/inconclusive'],
	stream: ['availability/answers', 'p95/unknown'],
	guarded: ['availability/answers', 'p95/unknown', 'errors/unknown'],
	closing: ['availability/answers'],
	six: ['vantage/near'],
};

/** The same shop, and nothing wrong with it. */
const SOUND: Readonly<Record<string, Host>> = {
	page: { ask: '/ p95<10s', routes: { '/': PAGE } },
	walk: { ask: '/ p95<10s', routes: { '/': { redirect: 'https://end.shop.test/' } } },
	end: { routes: { '/': PAGE } },
	api: { routes: { '/': api() } },
	slow: { ask: '/v1 p95<10s', routes: { '/v1': api() } },
	stored: { ask: '/v1 cached p95<10s', routes: { '/v1': api({ headers: [['Age', '7']] }) } },
	large: {
		ask: '/v1 p95<10s',
		routes: { '/v1': api({ body: JSON.stringify('a'.repeat(40_000)), delayMs: 300 }) },
	},
	older: { ask: '/v1 p95<10s', routes: { '/v1': api() }, distance: 300 },
	six: { ask: '/v1 p95<10s', routes: { '/v1': api() }, at: ['203.0.113.200', '2001:db8::200'] },
	lost: { ask: '/v1 p95<10s', routes: { '/v1': api() }, at: ['203.0.113.201', '2001:db8::201'] },
	uneven: { ask: '/v1 p95<10s', routes: { '/v1': api() }, at: ['203.0.113.202', '203.0.113.203'] },
};

/** A machine that is busy with something else. */
const ITS_OWN = [
	'measurement/noisy',
	'measurement/samples-correlated',
	'tail/long',
	'tls/extra-round-trip',
];

const BESIDE: Partial<World> = {
	dnsFaults: [{ name: '*.lookup.shop.test', does: { delayMs: 200 } }],
	sites: [
		{
			hosts: ['uneven.shop.test'],
			at: ['203.0.113.203'],
			routes: { '/v1': api({ delayMs: 700 }) },
		},
	],
	distances: { '2001:db8::200': 200 },
};

/** Records of addresses behind which nothing, or something else, stands. */
const RECORDS = ['lost AAAA 2001:db8::201', 'uneven A 203.0.113.203'];

function worldOf(
	hosts: Readonly<Record<string, Host>>,
	records: readonly string[] = [],
	beside: Partial<World> = {},
): World {
	const list = Object.entries(hosts).map(([name, host], nth) => {
		return { ...host, name, at: host.at ?? [`203.0.113.${10 + nth}`] };
	});
	const record = (name: string, at: string) => `${name} ${at.includes(':') ? 'AAAA' : 'A'} ${at}`;
	const there = list.filter(({ isMissing }) => isMissing !== true);
	const distances = list.flatMap(({ at, distance = 0 }) =>
		distance === 0 ? [] : at.map((one) => [one, distance] as const),
	);
	const zone = [
		'@ A 203.0.113.9',
		...there.flatMap(({ name, at }) => at.map((one) => record(name, one))),
		...records,
	];
	return {
		...beside,
		zones: { 'shop.test': { records: zone } },
		distances: { ...Object.fromEntries(distances), ...beside.distances },
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.9'], routes: { '/': PAGE } },
			...there.map(({ name, at, routes, tls }) => ({
				hosts: [`${name}.shop.test`],
				at: [...at],
				routes: { ...routes },
				...(tls && { tls }),
			})),
			...(beside.sites ?? []),
		],
	};
}

async function timingChecks(): Promise<readonly AnyCheck[]> {
	const folder = new URL('../../../checks/timing/', import.meta.url);
	const names = (await readdir(folder)).filter((name) => /^[a-z].*\.ts$/.test(name));
	expect(names.length).toBe(16);
	return Promise.all(
		names.map(async (name) => (await import(new URL(name, folder).href)).default as AnyCheck),
	);
}

async function audited(world: World, hosts: Readonly<Record<string, Host>>): Promise<LabAudit> {
	const endpoints = Object.entries(hosts).flatMap(([name, { ask }]) =>
		ask === undefined ? [] : [`https://${name}.shop.test${ask}`],
	);
	const asked = { domain: 'shop.test', endpoints, coldStart: true };
	return auditLab(world, await timingChecks(), asked, { timing: SOON });
}

function findingsOf({ findings }: LabAudit, host: string): readonly Finding[] {
	return findings.filter(
		({ subject }) => subject.replace('https://', '').split('/')[0] === `${host}.shop.test`,
	);
}

const idOf = ({ check, verdict, outcome }: Finding) =>
	`${check.replace('timing/', '')}/${verdict ?? outcome}`;

/** A note is said as well as a fail. */
const failing = (findings: readonly Finding[]) =>
	findings
		.filter(({ outcome }) => outcome === 'fail' || outcome === 'note')
		.map(idOf)
		.toSorted();

describe('a shop in which each host is slow in its own way', () => {
	let audit: LabAudit;
	beforeAll(async () => {
		audit = await audited(worldOf(BROKEN, RECORDS, BESIDE), BROKEN);
	}, 90_000);

	it.each(Object.keys(BROKEN))('%s', (host) => {
		const findings = findingsOf(audit, host);
		const wanted = FAILS[host] ?? [];
		const others = ITS_OWN.filter((one) => !wanted.includes(one));
		expect(failing(findings).filter((one) => !others.includes(one))).toEqual(wanted);
		expect(findings.map(idOf)).toEqual(expect.arrayContaining([...(SAYS[host] ?? [])]));
	});

	it('blocks the launch where a named endpoint is down, and is no blocker anywhere else', () => {
		const blockers = audit.findings
			.filter(isFailed)
			.filter(({ severity }) => severity === 'blocker');
		expect(blockers.map(({ subject }) => subject)).toEqual([
			'https://dead.shop.test/v1',
			'https://gone.shop.test/v1',
		]);
	});

	it('says why there is no verdict, and what is behind one', () => {
		const of = (host: string, id: string) =>
			findingsOf(audit, host).find((one) => idOf(one) === id);
		expect(of('tail', 'p95/inconclusive')?.message).toContain(
			'after the last sample of the plan neither is proved',
		);
		expect(of('blocks', 'p95/inconclusive')?.message).toContain('the slow samples came in blocks');
		expect(of('api', 'p95/over-budget')).toMatchObject({ args: { samples: 20, plan: 'fixed' } });
		expect(of('slow', 'p95/over-budget')).toMatchObject({
			args: { samples: 20, over: 5, errors: 0, plan: 'sequential' },
			fix: {
				summary: expect.stringMatching(
					/^Shorten what takes longest: the server thinks for 1[3-9]\d\d ms before the first byte in the 5 slow answers/,
				),
			},
		});
		expect(of('end', 'redirects/costly')).toMatchObject({ args: { redirects: { count: 7 } } });
		expect(of('moved', 'p95/within-budget') ?? of('moved', 'p95/inconclusive')).toMatchObject({
			message: expect.stringContaining(
				'(https://moved.shop.test/old redirects here, which is not timed)',
			),
		});
		const limited = audit.requests.http.filter(({ url }) => url.includes('//limited.'));
		expect(limited.length).toBeLessThan(32);
	});
});

describe('the same shop, mended', () => {
	let audit: LabAudit;
	beforeAll(async () => {
		audit = await audited(worldOf(SOUND), SOUND);
	}, 60_000);

	it('has no fault', () => {
		expect(audit.findings.length).toBeGreaterThan(100);
		expect(failing(audit.findings).filter((one) => !ITS_OWN.includes(one))).toEqual([]);
	});

	it.each([
		['page', ['availability/answers', 'first-byte/quick', 'redirects/direct', 'vantage/near']],
		['end', ['page/within-budget', 'redirects/direct', 'vantage/near']],
		['api', ['p95/not-enough-evidence', 'errors/not-enough-evidence', 'connection/kept']],
		['slow', ['p95/within-budget', 'cold-start/awake', 'connection/kept', 'dns/quick']],
		['stored', ['cached-route/within-budget']],
		['large', ['download/short']],
		['older', ['tls/one-round-trip']],
		['six', ['addresses/alike']],
		['lost', ['addresses/alike']],
		['uneven', ['addresses/alike']],
	])('%s', (host, wanted) => {
		expect(findingsOf(audit, host).map(idOf)).toEqual(expect.arrayContaining(wanted));
	});
});

it('says that its own thread was busy, and withholds what that touches', async () => {
	// As many as fit into what is read of a head: to take them apart keeps a thread busy.
	const headers = Array.from({ length: 24_000 }, (_, nth): [string, string] => [
		nth.toString(36),
		'a',
	]);
	const world = worldOf({ api: { routes: { '/': api({ headers }) } } });
	const { findings } = await audited(world, {});
	expect(findings.map(idOf)).toContain('measurement/noisy');
	expect(failing(findings).filter((one) => !ITS_OWN.includes(one))).toEqual([]);
}, 60_000);
