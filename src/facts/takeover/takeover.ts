import { z } from 'zod';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type UnknownReason,
} from '../../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { lookup } from '../dns/dns.ts';
import { resolution, type View } from '../dns/resolution.ts';
import { type Walk, walk } from '../dns/walk.ts';
import { botWall } from '../web/bot-wall.ts';
import { bodyText, fieldValues, httpExchange } from '../web/http.ts';
import {
	type ServiceMatch,
	serviceAtAddress,
	serviceAtTarget,
	takeoverService,
	unclaimedText,
} from './takeover-services.ts';
import { type TargetRegistration, targetRegistration } from './target-registration.ts';
import { type UnservedZone, unservedZone } from './unserved-zone.ts';

/** Where a name's aliases end. */
type AliasEnd =
	/** At an address. */
	| 'address'
	/** At a name outside our domain that does not exist, by both vantages. */
	| 'missing'
	/** At a name of our own that does not exist: nobody else can make it. */
	| 'missing-own'
	/** At a name that exists without an address. */
	| 'no-address'
	/** There is no such name, and no alias. */
	| 'absent'
	/** Neither vantage, or only one, could say. */
	| 'undecided';

/** What the service behind a name says about it. */
export type ClaimState =
	| {
			readonly kind: 'unclaimed';
			/** The words, or NXDOMAIN. */
			readonly shown: string;
			/** The page; `null` for NXDOMAIN. */
			readonly page: { readonly url: string; readonly status: number } | null;
	  }
	/** No sign that nobody holds the name. */
	| { readonly kind: 'held' }
	| {
			readonly kind: 'undecided';
			readonly because: UnknownReason;
			readonly detail: string;
	  };

/** One name of ours, and who else could get hold of it. */
export interface TakeoverView {
	readonly end: AliasEnd;
	/** Alias targets in order. */
	readonly targets: readonly string[];
	/** Our own alias records on the way, as a zone file writes them. */
	readonly records: readonly string[];
	/** Seconds: of the first alias, else of the absence; `null` where it was not seen. */
	readonly ttl: number | null;
	/** The walk from the root came to the same end. */
	readonly isConfirmed: boolean;
	/** In words, where the end is undecided. */
	readonly detail: string;
	readonly service: ServiceMatch | null;
	/** `null` without a service whose names a stranger can claim. */
	readonly claim: ClaimState | null;
	/** Of the domain that the missing target lies in. */
	readonly registration: TargetRegistration | null;
	/** The zone that keeps the name from resolving. */
	readonly unserved: UnservedZone | null;
}

/**
 * A name's aliases to their end, the service behind them, and what that service shows for the name: only a
 * matching target together with the service's own sign counts. For a name at no service this asks for nothing
 * beyond its address; at a service at most three pages.
 */
export const takeoverView = defineDerivation({
	name: 'dns.takeover-view',
	params: z.object({
		name: z.string(),
		registrable: z.string(),
		seed: z.string(),
		rdap: z.string().nullable(),
	}),
	async derive({ name, registrable, seed, rdap }, get): Promise<Fact<TakeoverView>> {
		const way = await wayFrom(name, registrable, get);
		if (way.status !== 'known') return way;
		const { targets, addresses, ttl, ...ending } = way.value;
		const { end } = ending;
		const service = serviceOf(end, targets, addresses, registrable);
		const lost = end === 'missing' ? targets.at(-1) : undefined;
		const [claim, registration, unserved] = await Promise.all([
			claimState(name, end, service, seed, get),
			lost === undefined ? null : get(targetRegistration({ name: lost, home: registrable, rdap })),
			end === 'undecided' && targets.length === 0 ? get(unservedZone({ name, registrable })) : null,
		]);
		return known({
			...ending,
			targets,
			records: recordsOf(name, targets, registrable),
			ttl,
			service,
			claim,
			registration: registration?.status === 'known' ? registration.value : null,
			unserved: unserved?.status === 'known' ? unserved.value : null,
		});
	},
});

type Way = Ending & {
	readonly targets: readonly string[];
	readonly addresses: readonly string[];
	readonly ttl: number | null;
};

/** As the resolver sees it; where that is no address, the walk from the root is the second vantage. */
async function wayFrom(name: string, registrable: string, get: GetFact): Promise<Fact<Way>> {
	const [seen, answer] = await Promise.all([
		get(resolution({ host: name, effort: 'glance' })),
		get(lookup({ name, type: 'A' })),
	]);
	if (seen.status !== 'known') return seen;
	const { A, AAAA } = seen.value.resolver;
	const isFound = A.status === 'ok' || AAAA.status === 'ok';
	const walking = isFound ? null : await get(walk({ name, type: 'A' }));
	if (walking !== null && walking.status !== 'known') return walking;
	const walked = walking?.value ?? null;
	const aliases = A.aliases.length > 0 ? A.aliases : (walked?.aliases ?? []);
	const targets = aliases.map((target) => target.toLowerCase());
	const [first] = answer.status === 'known' ? answer.value.chain : [];
	return known({
		...endOf(A, walked, targets, registrable),
		targets,
		addresses: [...A.addresses, ...AAAA.addresses],
		ttl: first?.ttl ?? A.ttl,
	});
}

type Ending = Pick<TakeoverView, 'end' | 'isConfirmed' | 'detail'>;

/** An absence needs both vantages; where the walk is impossible, the resolver suffices. */
function endOf(
	A: View,
	walked: Walk | null,
	targets: readonly string[],
	registrable: string,
): Ending {
	const isConfirmed = walked?.outcome === 'nxdomain';
	const ends = (end: AliasEnd, detail = ''): Ending => ({ end, isConfirmed, detail });
	if (walked === null) return ends('address');
	if (A.status === 'nxdomain' && (isConfirmed || walked.outcome === 'filtered')) {
		const last = targets.at(-1);
		if (last === undefined) return ends('absent');
		return ends(isWithin(last, registrable) ? 'missing-own' : 'missing');
	}
	if (A.status === 'nodata' || A.status === 'cname-only') return ends('no-address');
	const status = A.status.toUpperCase();
	return ends('undecided', `the resolver says ${status}, from the root it is ${walked.outcome}`);
}

/** What does not exist must itself be the service's; else any target outside our domain may be. */
function serviceOf(
	end: AliasEnd,
	targets: readonly string[],
	addresses: readonly string[],
	registrable: string,
): ServiceMatch | null {
	const outside = targets.filter((target) => !isWithin(target, registrable));
	if (end === 'missing') return serviceAtTarget(outside.at(-1) ?? '');
	const found = [...outside.map(serviceAtTarget), ...addresses.map(serviceAtAddress)].flatMap(
		(match) => match ?? [],
	);
	return (
		(['yes', 'edge', 'no'] as const)
			.map((word) => found.find(({ claimable }) => claimable === word))
			.find((match) => match !== undefined) ?? null
	);
}

/** Aliases of names of ours; the rest is not ours to change. */
function recordsOf(
	name: string,
	targets: readonly string[],
	registrable: string,
): readonly string[] {
	const owners = [name, ...targets];
	return targets.flatMap((target, index) => {
		const owner = owners[index] ?? '';
		return isWithin(owner, registrable) ? [`${owner}. IN CNAME ${target}.`] : [];
	});
}

async function claimState(
	name: string,
	end: AliasEnd,
	match: ServiceMatch | null,
	seed: string,
	get: GetFact,
): Promise<ClaimState | null> {
	const service = match === null ? undefined : takeoverService(match.service);
	if (match === null || service === undefined || match.claimable === 'no') return null;
	if (service.signal === 'nxdomain') {
		if (end === 'missing') return { kind: 'unclaimed', shown: 'NXDOMAIN', page: null };
		if (end !== 'undecided') return { kind: 'held' };
		return {
			kind: 'undecided',
			because: 'inconclusive',
			detail: `whether ${match.by} exists could not be found out`,
		};
	}
	if (end !== 'address') return null;
	return pageState(name, match.service, seed, get);
}

/**
 * HTTPS first: a service that knows the name sends HTTP there. Plain HTTP counts where HTTPS gives no
 * page, as for names without a certificate.
 */
async function pageState(
	name: string,
	service: string,
	seed: string,
	get: GetFact,
): Promise<ClaimState> {
	const secure = await lookAt(`https://${name}/`, service, seed, get);
	if (secure.kind !== 'undecided') return secure;
	const plain = await lookAt(`http://${name}/`, service, seed, get);
	return plain.kind === 'unclaimed' || secure.because !== 'denied' ? plain : secure;
}

async function lookAt(
	url: string,
	service: string,
	seed: string,
	get: GetFact,
): Promise<ClaimState> {
	const seen = await get(httpExchange({ url }));
	if (seen.status !== 'known') {
		const because = seen.status === 'unknown' ? seen.because : 'inconclusive';
		return { kind: 'undecided', because, detail: seen.detail };
	}
	const outcome = seen.value;
	if (outcome.kind === 'failed') {
		return { kind: 'undecided', because: reasonOf(outcome), detail: `${url}: ${outcome.detail}` };
	}
	const shown = textOn(outcome, service);
	if (shown !== null && (await isForAnyPath(url, outcome, { service, seed }, get))) {
		return { kind: 'unclaimed', shown, page: { url, status: outcome.status } };
	}
	const wall = botWall(outcome);
	if (wall !== null) return { kind: 'undecided', because: 'denied', detail: `${url}: ${wall}` };
	return isUpgrade(outcome, url)
		? { kind: 'undecided', because: 'inconclusive', detail: `${url} only leads to HTTPS` }
		: { kind: 'held' };
}

function reasonOf({ how }: Extract<HttpOutcome, { kind: 'failed' }>): UnknownReason {
	return how === 'silent' || how === 'unreachable' ? 'timeout' : 'inconclusive';
}

function textOn(answer: HttpAnswered, service: string): string | null {
	const known_ = takeoverService(service);
	if (known_ === undefined) return null;
	return unclaimedText(known_, { status: answer.status, text: bodyText(answer) });
}

/** A page that succeeds may speak of such pages; a service that does not know the name says so everywhere. */
async function isForAnyPath(
	url: string,
	{ status }: HttpAnswered,
	{ service, seed }: { readonly service: string; readonly seed: string },
	get: GetFact,
): Promise<boolean> {
	if (status >= 400) return true;
	const control = await get(httpExchange({ url: new URL(`/lr-${seed}`, url).href }));
	return (
		control.status === 'known' &&
		control.value.kind === 'answered' &&
		textOn(control.value, service) !== null
	);
}

/** From plain HTTP to the same host's HTTPS, which gave no page. */
function isUpgrade(answer: HttpAnswered, url: string): boolean {
	const { protocol, hostname } = new URL(url);
	const [location] = fieldValues(answer, 'location');
	if (protocol !== 'http:' || location === undefined) return false;
	if (answer.status < 300 || answer.status >= 400 || !URL.canParse(location, url)) return false;
	const to = new URL(location, url);
	return to.protocol === 'https:' && to.hostname === hostname;
}
