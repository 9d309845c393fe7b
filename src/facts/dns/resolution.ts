import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { type DnsAnswer, type DnsStatus, GIVEN_BY_USER, GIVEN_BY_ZONE } from '../../core/io.ts';
import { addressesIn, dnsAnswer, lookup } from './dns.ts';
import { isInvented } from './invented.ts';
import { linkedHosts } from './linked-hosts.ts';
import { type Walk, walk } from './walk.ts';
import { zoneOf } from './zone-of.ts';

/** What one vantage says about one type. */
export interface View {
	readonly status: DnsStatus;
	readonly addresses: readonly string[];
	readonly aliases: readonly string[];
	/** Seconds: of the records, or of their absence. */
	readonly ttl: number | null;
	/** Who answered. */
	readonly server: string;
	/** Extended errors, in words. */
	readonly detail: string;
	/** Addresses that the resolver gives to every name that does not exist: they count as none. */
	readonly invented: readonly string[];
}

/** A host's addresses as the resolver gives them, and what a second vantage made of any fault. */
export interface Resolution {
	readonly resolver: { readonly A: View; readonly AAAA: View };
	/** Only where the resolver gave no address for a type, and that mattered. */
	readonly walked: { readonly A: Walk; readonly AAAA: Walk } | null;
	/** The resolver has no answer, yet has one with checking disabled: validation fails. */
	readonly failsValidation: boolean;
	/** Records that the zone's own servers give steadily, where they differ from the resolver's. */
	readonly authoritative: View | null;
}

/** A set that is served for longer than this is no load balancer's choice of the moment, in seconds. */
const STEADY_TTL = 300;

/**
 * The resolver's view, and a second one before a fault is believed: the walk from the root where the
 * name has no usable answer. `glance` never walks; `compare` asks the zone's own servers as well, to
 * see whether the resolver still gives out an old set.
 */
export const resolution = defineDerivation({
	name: 'dns.resolution',
	params: z.object({
		host: z.string(),
		effort: z.enum(['glance', 'walk', 'compare']),
		/** A name that nobody has, where invented addresses shall be told from real ones. */
		control: z.string().optional(),
	}),
	async derive({ host, effort, control }, get): Promise<Fact<Resolution>> {
		const [a, aaaa] = await Promise.all([view(host, 'A', get), view(host, 'AAAA', get)]);
		if (a.status !== 'known') return a;
		if (aaaa.status !== 'known') return aaaa;
		const isFalse = await isInventedAt(host, control, get);
		const resolver = isFalse
			? { A: unsaid(a.value), AAAA: unsaid(aaaa.value) }
			: { A: a.value, AAAA: aaaa.value };
		const seen = { resolver, walked: null, failsValidation: false, authoritative: null };
		if (resolver.A.status === 'ok') {
			if (effort !== 'compare') return known(seen);
			return known({ ...seen, authoritative: await steadyOther(host, a.value, get) });
		}
		// The servers cannot know yet what the user's zone file says.
		if (effort === 'glance' || a.value.server === GIVEN_BY_ZONE) return known(seen);
		const [walkedA, walkedAaaa] = await Promise.all([
			get(walk({ name: host, type: 'A' })),
			get(walk({ name: host, type: 'AAAA' })),
		]);
		if (walkedA.status !== 'known') return walkedA;
		if (walkedAaaa.status !== 'known') return walkedAaaa;
		const walked = { A: walkedA.value, AAAA: walkedAaaa.value };
		const failsValidation = a.value.status === 'servfail' && (await answersUnchecked(host, get));
		return known({ ...seen, walked, failsValidation });
	},
});

async function isInventedAt(
	host: string,
	control: string | undefined,
	get: GetFact,
): Promise<boolean> {
	if (control === undefined) return false;
	const invented = await get(isInvented({ host, control }));
	return invented.status === 'known' && invented.value;
}

/** What the resolver would say if it told the truth, with what it says instead. */
function unsaid(view: View): View {
	return { ...view, status: 'nxdomain', addresses: [], invented: view.addresses };
}

/** Silence about one name, while the resolver works, is what it says about that name. */
async function view(host: string, type: 'A' | 'AAAA', get: GetFact): Promise<Fact<View>> {
	const answer = await get(lookup({ name: host, type }));
	if (answer.status === 'known') return known(viewOf(answer.value));
	if (answer.status !== 'unknown' || answer.because !== 'timeout') return answer;
	const silence = await get(dnsAnswer({ name: host, type }));
	return silence.status === 'known' ? known(viewOf(silence.value)) : silence;
}

function viewOf(answer: DnsAnswer): View {
	const ttls = answer.records.map(({ ttl }) => ttl);
	return {
		status: answer.status,
		addresses: addressesIn(answer),
		aliases: answer.chain.map(({ target }) => target),
		ttl: ttls.length > 0 ? Math.min(...ttls) : answer.negativeTtl,
		server: answer.server,
		detail: answer.ede.map(({ code, text }) => `${code}${text && ` (${text})`}`).join(', '),
		invented: [],
	};
}

async function answersUnchecked(host: string, get: GetFact): Promise<boolean> {
	const answer = await get(dnsAnswer({ name: host, type: 'A', dnssec: true }));
	return (
		answer.status === 'known' &&
		['ok', 'nodata', 'nxdomain', 'cname-only'].includes(answer.value.status)
	);
}

/**
 * What the zone's own servers say, if that is steady and shares nothing with what the resolver says:
 * two servers (or one, asked twice) agree, no alias, no short TTL. Load balancers and servers that
 * answer by place fail one of these. `null` where nothing contradicts the resolver.
 */
async function steadyOther(host: string, resolver: View, get: GetFact): Promise<View | null> {
	// What the user gave is meant to differ from what is published.
	const isGiven = resolver.server === GIVEN_BY_USER || resolver.server === GIVEN_BY_ZONE;
	if (isGiven || resolver.aliases.length > 0) return null;
	const zone = await get(zoneOf({ name: host }));
	if (zone.status !== 'known') return null;
	const servers = await serverAddresses(zone.value.servers, get);
	const [first, second = first] = servers;
	if (first === undefined || second === undefined) return null;
	const answers = await Promise.all([
		get(dnsAnswer({ name: host, type: 'A', server: first })),
		get(
			dnsAnswer({ name: host, type: 'A', server: second, ...(second === first && { tcp: true }) }),
		),
	]);
	const views = answers.flatMap((fact) =>
		fact.status === 'known' && fact.value.aa ? [viewOf(fact.value)] : [],
	);
	const [one, two] = views;
	if (one === undefined || two === undefined || !sameView(one, two)) return null;
	const steady = one.status !== 'ok' || (one.ttl ?? 0) > STEADY_TTL;
	const differs = !one.addresses.some((address) => resolver.addresses.includes(address));
	const decided = one.status === 'ok' || one.status === 'nodata' || one.status === 'nxdomain';
	return decided && steady && differs && one.aliases.length === 0 ? one : null;
}

function sameView(one: View, two: View): boolean {
	return (
		one.status === two.status &&
		one.addresses.toSorted().join(' ') === two.addresses.toSorted().join(' ')
	);
}

async function serverAddresses(names: readonly string[], get: GetFact): Promise<readonly string[]> {
	const found = await Promise.all(
		names.slice(0, 2).map(async (name) => {
			const answer = await get(lookup({ name, type: 'A' }));
			return answer.status === 'known' ? addressesIn(answer.value).slice(0, 1) : [];
		}),
	);
	return found.flat();
}

/** A host of the same site that the home page links to, and that does not exist. */
export interface DeadLink {
	readonly host: string;
	readonly page: string;
	readonly negativeTtl: number | null;
	/** The walk from the root came to the same. */
	readonly isConfirmed: boolean;
}

/** Sub-domains that the home page links to, other than those audited anyway, and that are NXDOMAIN. */
export const deadLinks = defineDerivation({
	name: 'dns.dead-links',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<readonly DeadLink[]>> {
		const linked = await get(linkedHosts({ host }));
		if (linked.status !== 'known') return linked;
		const dead = await Promise.all(
			linked.value.names.map(async (name): Promise<readonly DeadLink[]> => {
				const seen = await get(resolution({ host: name, effort: 'walk' }));
				if (seen.status !== 'known' || seen.value.resolver.A.status !== 'nxdomain') return [];
				const walked = seen.value.walked?.A.outcome;
				if (walked !== 'nxdomain' && walked !== 'filtered') return [];
				const negativeTtl = seen.value.resolver.A.ttl;
				const isConfirmed = walked === 'nxdomain';
				return [{ host: name, page: linked.value.page, negativeTtl, isConfirmed }];
			}),
		);
		return known(dead.flat());
	},
});
