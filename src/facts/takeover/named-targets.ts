import { z } from 'zod';
import { atOnce } from '../../core/at-once.ts';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsRecord, DnsStatus } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { lookup } from '../dns/dns.ts';
import { zoneOf } from '../dns/zone-of.ts';
import { nodesOf, spfWalk } from '../mail/spf-walk.ts';
import { zoneSurvey } from '../zone/zone-survey.ts';
import { type TargetRegistration, targetRegistration } from './target-registration.ts';

/** A name outside our domain that one of our records depends on, and that does not exist. */
export interface LostTarget {
	readonly kind: 'MX' | 'NS' | 'SRV' | 'SPF';
	/** The record's owner. */
	readonly owner: string;
	/** As a zone file writes it; for SPF the term. */
	readonly record: string;
	readonly target: string;
	/** Seconds; `null` where it was not seen. */
	readonly ttl: number | null;
	readonly registration: TargetRegistration;
}

/** What was found, and what could not be. */
export interface LostTargets {
	readonly lost: readonly LostTarget[];
	/** Look-ups that failed, in one line each. */
	readonly unseen: readonly string[];
}

/** Services that are announced by SRV; one question each. */
const SRV_NAMES = [
	'_autodiscover._tcp',
	'_imaps._tcp',
	'_sip._tls',
	'_sipfederationtls._tcp',
	'_submission._tcp',
	'_xmpp-server._tcp',
] as const;

/** Targets that are looked up; a zone names far fewer. */
const MOST_TARGETS = 40;
const QUESTIONS_AT_ONCE = 12;

/**
 * Where the domain's MX, NS, SRV and SPF records lead outside it, as far as that does not exist: NXDOMAIN
 * for the target, then the registration of its domain. About eight questions and one a target, most of
 * them shared with the checks of mail and delegation.
 */
export const lostTargets = defineDerivation({
	name: 'dns.lost-targets',
	params: z.object({
		/** `null` for none, and so no targets. */
		domain: z.string().nullable(),
		registrable: z.string(),
		/** The names that the zone's survey is shared for. */
		required: z.array(z.string()),
		rdap: z.string().nullable(),
	}),
	async derive({ domain, registrable, required, rdap }, get): Promise<Fact<LostTargets>> {
		if (domain === null) return known({ lost: [], unseen: [] });
		const listed = await Promise.all([
			recordTargets(domain, 'MX', get),
			...SRV_NAMES.map((label) => recordTargets(`${label}.${domain}`, 'SRV', get)),
			nsTargets(domain, required, get),
			spfTargets(domain, get),
		]);
		const outside = listed
			.flatMap(({ targets }) => targets)
			.filter(({ target }) => !isWithin(target, registrable));
		const looked = await atOnce(QUESTIONS_AT_ONCE, outside.slice(0, MOST_TARGETS), (one) =>
			lookedUp(one, { home: registrable, rdap, get }),
		);
		const unseen = [...listed, ...looked].flatMap((one) => one.unseen);
		const left = outside.length - MOST_TARGETS;
		return known({
			lost: looked.flatMap(({ lost }) => lost),
			unseen: [...new Set(unseen), ...(left > 0 ? [`${left} more targets of records`] : [])],
		});
	},
});

type Named = Omit<LostTarget, 'registration'>;

interface Listed {
	readonly targets: readonly Named[];
	readonly unseen: readonly string[];
}

async function recordTargets(owner: string, type: 'MX' | 'SRV', get: GetFact): Promise<Listed> {
	const answer = await get(lookup({ name: owner, type }));
	if (answer.status !== 'known')
		return { targets: [], unseen: [`${owner} ${type}: ${answer.detail}`] };
	const { status, chain, records } = answer.value;
	if (!isDecided(status)) return { targets: [], unseen: [`${owner} ${type}: ${status}`] };
	// Behind an alias they are somebody else's records.
	const own = chain.length > 0 ? [] : records;
	const targets = own.flatMap((record) => {
		const target = targetOf(record);
		if (target === '') return [];
		const line = `${owner}. IN ${type} ${record.text.replace(/\.?$/, '.')}`;
		return [{ kind: type, owner, record: line, target, ttl: record.ttl }];
	});
	return { targets, unseen: [] };
}

function isDecided(status: DnsStatus): boolean {
	return ['ok', 'nodata', 'nxdomain', 'cname-only'].includes(status);
}

/** The name that an MX or SRV record (RFC 2782: priority, weight, port, target) ends with. */
function targetOf({ text }: DnsRecord): string {
	const last = text.split(' ').at(-1) ?? '';
	return last.toLowerCase().replace(/\.$/, '');
}

/** Of parent and child; where the servers cannot be asked from here, as the resolver names them. */
async function nsTargets(
	domain: string,
	required: readonly string[],
	get: GetFact,
): Promise<Listed> {
	const survey = await get(zoneSurvey({ name: domain, hosts: [...required] }));
	if (survey.status === 'known') {
		const { nameServers, delegation } = survey.value;
		const ttls = delegation.views.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]));
		const ttl = ttls.length > 0 ? Math.max(...ttls) : null;
		const names = nameServers.map(({ name }) => name);
		return { targets: nsNamed(delegation.zone, names, ttl), unseen: [] };
	}
	const zone = await get(zoneOf({ name: domain }));
	if (zone.status !== 'known') return { targets: [], unseen: [`${domain} NS: ${zone.detail}`] };
	const { name, servers, ttl } = zone.value;
	return { targets: nsNamed(name, servers, ttl), unseen: [] };
}

function nsNamed(zone: string, names: readonly string[], ttl: number | null): readonly Named[] {
	return names.map((name) => ({
		kind: 'NS',
		owner: zone,
		record: `${zone}. IN NS ${name}.`,
		target: name,
		ttl,
	}));
}

/** Of `include` and `redirect`, wherever in the tree receivers come to them. */
async function spfTargets(domain: string, get: GetFact): Promise<Listed> {
	const walked = await get(spfWalk({ domain }));
	if (walked.status !== 'known') return { targets: [], unseen: [`SPF: ${walked.detail}`] };
	const targets = nodesOf(walked.value.root).flatMap(({ domain: owner, records, branches }) =>
		branches.flatMap(({ term, node, dead }): readonly Named[] => {
			if (dead || node?.state !== 'nxdomain') return [];
			const record = `${term.name}${term.name === 'redirect' ? '=' : ':'}${node.domain}`;
			return [{ kind: 'SPF', owner, record, target: node.domain, ttl: records[0]?.ttl ?? null }];
		}),
	);
	const failed = nodesOf(walked.value.root).filter(({ state }) => state === 'failed');
	return { targets, unseen: failed.map(({ detail }) => detail) };
}

async function lookedUp(
	one: Named,
	{
		home,
		rdap,
		get,
	}: { readonly home: string; readonly rdap: string | null; readonly get: GetFact },
): Promise<LostTargets> {
	const answer = await get(lookup({ name: one.target, type: 'A' }));
	if (answer.status !== 'known') {
		return { lost: [], unseen: [`${one.target} A: ${answer.detail}`] };
	}
	const { status, chain } = answer.value;
	if (!isDecided(status)) return { lost: [], unseen: [`${one.target} A: ${status}`] };
	if (status !== 'nxdomain' || chain.length > 0) return { lost: [], unseen: [] };
	const registration = await get(targetRegistration({ name: one.target, home, rdap }));
	if (registration.status !== 'known') {
		return { lost: [], unseen: [`${one.target}: ${registration.detail}`] };
	}
	// A name without a registrable domain is nobody's to register.
	if (registration.value === null) return { lost: [], unseen: [] };
	return { lost: [{ ...one, registration: registration.value }], unseen: [] };
}
