import {
	advice,
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Evidence,
	type HostPaces,
	hostPaces,
	type Judgement,
	minutes,
	type Pace,
	records,
	seconds,
	timedHosts,
	z,
} from '../../src/sdk.ts';
import { ms } from './_told.ts';

interface Dead {
	readonly host: string;
	readonly address: string;
	readonly tries: number;
	readonly ttl: number | null;
	readonly why: string;
}

interface Slow {
	readonly host: string;
	readonly address: string;
	readonly slow: number;
	/** The address that it is compared with. */
	readonly beside: string;
	readonly usual: number;
}

/** Differences below it are the line's and not the server's (ms). */
const LEAST_DIFFERENCE = 20;

export default defineCheck({
	id: 'timing/addresses',
	title: 'A host is as fast at each of its addresses',
	rationale:
		'A browser picks one address. A family that is slow or dead costs each visitor who picks it the time ' +
		'until the browser gives up on it.',
	references: ['RFC 8305 (Happy Eyeballs)'],
	reach: 'speed',
	layer: 'records',

	over: timedHosts,
	options: z.object({}),

	verdicts: {
		alike: {
			outcome: 'pass',
			says: (a: { host: string; addresses: number }) =>
				`${a.host} is as fast at each of its ${a.addresses} addresses.`,
		},
		'ipv6-dead': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(60),
			lead: ({ ttl }: Dead) => seconds(ttl ?? 0),
			says: (a: Dead) =>
				`${a.host} accepts no connection at its IPv6 address ${a.address} (${a.tries} tries: ${a.why}), and does over IPv4.`,
			impact:
				'Visitors whose network prefers IPv6, most phones among them, wait for it on every first visit; programs that do not fall back fail.',
			fix: ({ host, address }: Dead) =>
				records(
					'Make the server listen on IPv6 and open its port in the firewall, or delete the record:',
					[`; delete: ${host}. AAAA ${address}`],
					'On the server: listen on [::]:443 beside 0.0.0.0:443, and allow TCP 443 for IPv6 in the firewall or security group.',
				),
			control: 'IPv6 works from here, and the same host answered over IPv4 in the same minute.',
			reproduce: ({ host }: Dead) => `curl -6 -sS -o /dev/null --max-time 10 https://${host}/`,
			// One fault seen in two ways: one risk.
			cause: 'dns/addresses/ipv6-unreachable',
		},
		'ipv6-slow': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(60),
			says: (a: Slow) =>
				`${a.host} takes ${ms(a.slow)} to connect to over IPv6 (${a.address}) and ${ms(a.usual)} over IPv4 (${a.beside}).`,
			impact: 'Browsers prefer IPv6, so most visitors take the slower way.',
			fix: advice(
				'Ask the provider of the address why IPv6 takes a longer way, or publish an IPv6 address in the same data centre as the IPv4 one.',
				'Compare the ways: traceroute -4 and traceroute -6 to the host.',
			),
			evidence: slowEvidence,
			reproduce: ({ host }: Slow) =>
				`for f in 4 6; do curl -$f -sS -o /dev/null -w '%{time_connect}\\n' https://${host}/; done`,
		},
		'one-slow': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(120),
			says: (a: Slow) =>
				`${a.host} answers in ${ms(a.slow)} at ${a.address} and in ${ms(a.usual)} at ${a.beside}.`,
			impact: 'A part of the visitors always meets the slow server, and nobody who tests does.',
			fix: ({ address }: Slow) =>
				advice(
					`Look at the server behind ${address}: its load, its instance type, its way to the database.`,
					'Let the load balancer’s health check look at response time, so that a slow server is taken out.',
				),
			evidence: slowEvidence,
			reproduce: ({ host, address }: Slow) =>
				`curl -sS -o /dev/null -w '%{time_total}\\n' --connect-to ::${address.includes(':') ? `[${address}]` : address} https://${host}/`,
		},
	},

	needs: ({ subject }) => ({ paces: hostPaces({ host: subject.name, url: subject.url }) }),

	judge({ given: { paces: seen }, subject: { name: host }, say }) {
		const { paces, ttl, v6Works } = seen;
		if (paces.length < 2)
			return doesNotApply(`${host} has one address, or none that can be compared`);
		const record = ({ address, family }: Pace) =>
			({ kind: 'record', name: `${host} ${family === 6 ? 'AAAA' : 'A'} ${address}` }) as const;
		const said: Judgement<'alike' | 'ipv6-dead' | 'ipv6-slow' | 'one-slow'>[] = [];
		const dead = deadV6(seen);
		for (const pace of dead) {
			if (v6Works === false) {
				const detail = `${host} keeps silent at ${pace.address}, and so does everything over IPv6 from here`;
				said.push(cannotSay('unsupported', detail, 'high'));
				continue;
			}
			const { address, tries, why } = pace;
			said.push(at(record(pace), say('ipv6-dead', { host, address, tries, ttl, why })));
		}
		const slowV6 = slowFamily(paces);
		if (slowV6 !== null) {
			said.push(at(record(slowV6.pace), say('ipv6-slow', { host, ...slowV6.told })));
		}
		for (const { pace, told } of slowOnes(paces)) {
			said.push(at(record(pace), say('one-slow', { host, ...told })));
		}
		const alike = paces.filter(({ took }) => took !== null).length;
		if (said.length > 0) return said;
		return alike < 2
			? cannotSay('inconclusive', `${host} answered at less than two of its addresses`)
			: say('alike', { host, addresses: alike });
	},

	examples: (example) => {
		const given = (paces: readonly Pace[], v6Works: boolean | null = null) => ({
			paces: { paces, ttl: 300, v6Works },
		});
		const silent = pace(V6, null, null);
		return [
			example('both alike', given([pace(V4, 30, 90), pace(V6, 31, 92)]), 'alike'),
			example('one address', given([]), 'not-applicable'),
			example('IPv6 is dead', given([pace(V4, 30, 90), silent], true), 'ipv6-dead'),
			example('IPv6 refuses', given([pace(V4, 30, 90), silent], null), 'ipv6-dead'),
			example('IPv6 does not work from here', given([pace(V4, 30, 90), silent], false), 'unknown'),
			example('nothing answers', given([pace(V4, null, null), silent], true), 'unknown'),
			example('IPv6 just over twice', given([pace(V4, 30, 90), pace(V6, 61, 120)]), 'ipv6-slow'),
			example('IPv6 twice', given([pace(V4, 30, 90), pace(V6, 60, 120)]), 'alike'),
			example('IPv6 thrice, and near', given([pace(V4, 5, 90), pace(V6, 15, 99)]), 'alike'),
			example('one takes over twice', given([pace(V4, 30, 90), pace(B4, 30, 181)]), 'one-slow'),
			example('one takes twice', given([pace(V4, 30, 90), pace(B4, 30, 180)]), 'alike'),
		];
	},
});

const V4 = '198.51.100.10';
const B4 = '198.51.100.20';
const V6 = '2001:db8::10';

function pace(address: string, connect: number | null, took: number | null): Pace {
	const tries = connect === null ? 3 : 10;
	const why = connect === null ? `[${address}]:443: no answer within 4000 ms` : '';
	const family = address.includes(':') ? 6 : 4;
	return { address, family, tries, connected: connect === null ? 0 : tries, connect, took, why };
}

/** All of them, where IPv4 answers: a single dead one is the business of dns/addresses. */
function deadV6({ paces }: HostPaces): readonly Pace[] {
	const v6 = paces.filter(({ family }) => family === 6);
	const isDead = v6.every(({ connected, tries }) => connected === 0 && tries > 0);
	return isDead && paces.some(({ family, took }) => family === 4 && took !== null) ? v6 : [];
}

interface Compared {
	readonly pace: Pace;
	readonly told: Omit<Slow, 'host'>;
}

/** The quickest of each family, by their TCP connects. */
function slowFamily(paces: readonly Pace[]): Compared | null {
	const [v4, v6] = ([4, 6] as const).map((family) =>
		quickest(
			paces.filter((one) => one.family === family),
			({ connect }) => connect,
		),
	);
	if (v4 == null || v6 == null) return null;
	return isSlower(v6.time, v4.time)
		? { pace: v6.pace, told: told(v6.pace, v6.time, v4.pace.address, v4.time) }
		: null;
}

/** Held against the quickest of its family, since the way of the other may be longer. */
function slowOnes(paces: readonly Pace[]): readonly Compared[] {
	return paces.flatMap((one) => {
		const others = paces.filter((other) => other.family === one.family && other !== one);
		// It must be over twice each of the others: then it is the one that stands out.
		const slowest = others.reduce((most, { took }) => Math.max(most, took ?? 0), 0);
		const beside = others.find(({ took }) => took === slowest);
		if (one.took === null || beside === undefined || !isSlower(one.took, slowest)) return [];
		return [{ pace: one, told: told(one, one.took, beside.address, slowest) }];
	});
}

function quickest(
	paces: readonly Pace[],
	time: (pace: Pace) => number | null,
): { readonly pace: Pace; readonly time: number } | null {
	const seen = paces.flatMap((pace) => {
		const took = time(pace);
		return took === null ? [] : [{ pace, time: took }];
	});
	return seen.sort((a, b) => a.time - b.time)[0] ?? null;
}

function isSlower(slow: number, usual: number): boolean {
	return slow > 2 * usual && slow - usual > LEAST_DIFFERENCE;
}

function told({ address }: Pace, slow: number, beside: string, usual: number) {
	return { address, slow, beside, usual };
}

function slowEvidence(a: Slow): readonly Evidence[] {
	return [
		{
			kind: 'timing',
			summary: `${a.address} ${ms(a.slow)}, ${a.beside} ${ms(a.usual)}`,
			detail: '',
		},
	];
}
