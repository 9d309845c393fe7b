import { z } from 'zod';
import { atOnce } from '../../core/at-once.ts';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsRecord } from '../../core/io.ts';
import { nodesOf, spfWalk } from '../mail/spf-walk.ts';
import { lookup } from './dns.ts';
import { type TargetRegistration, targetRegistration } from './target-registration.ts';
import { isWithin } from './zone-of.ts';
import { zoneSurvey } from './zone-survey.ts';

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
	async derive({ domain, registrable, required, rdap }, get): Promise<Fact<readonly LostTarget[]>> {
		if (domain === null) return known([]);
		const all = await Promise.all([
			recordTargets(domain, 'MX', 'MX', get),
			...SRV_NAMES.map((label) => recordTargets(`${label}.${domain}`, 'SRV', 'SRV', get)),
			nsTargets(domain, required, get),
			spfTargets(domain, get),
		]);
		const outside = all.flat().filter(({ target }) => !isWithin(target, registrable));
		const lost = await atOnce(
			QUESTIONS_AT_ONCE,
			outside.slice(0, MOST_TARGETS),
			async (one): Promise<readonly LostTarget[]> => {
				if (!(await isMissing(one.target, get))) return [];
				const registration = await get(
					targetRegistration({ name: one.target, home: registrable, rdap }),
				);
				if (registration.status !== 'known' || registration.value === null) return [];
				return [{ ...one, registration: registration.value }];
			},
		);
		return known(lost.flat());
	},
});

type Named = Omit<LostTarget, 'registration'>;

async function recordTargets(
	owner: string,
	type: string,
	kind: 'MX' | 'SRV',
	get: GetFact,
): Promise<readonly Named[]> {
	const answer = await get(lookup({ name: owner, type }));
	if (answer.status !== 'known' || answer.value.chain.length > 0) return [];
	return answer.value.records.flatMap((record) => {
		const target = targetOf(record);
		if (target === '') return [];
		const line = `${owner}. IN ${type} ${record.text.replace(/\.?$/, '.')}`;
		return [{ kind, owner, record: line, target, ttl: record.ttl }];
	});
}

/** The name that an MX or SRV record (RFC 2782: priority, weight, port, target) ends with. */
function targetOf({ text }: DnsRecord): string {
	const last = text.split(' ').at(-1) ?? '';
	return last.toLowerCase().replace(/\.$/, '');
}

async function nsTargets(
	domain: string,
	required: readonly string[],
	get: GetFact,
): Promise<readonly Named[]> {
	const survey = await get(zoneSurvey({ name: domain, hosts: [...required] }));
	if (survey.status !== 'known') return [];
	const { nameServers, delegation } = survey.value;
	const { zone } = delegation;
	const ttls = delegation.views.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]));
	return nameServers.map(({ name }) => ({
		kind: 'NS',
		owner: zone,
		record: `${zone}. IN NS ${name}.`,
		target: name,
		ttl: ttls.length > 0 ? Math.max(...ttls) : null,
	}));
}

/** Of `include` and `redirect`, wherever in the tree receivers come to them. */
async function spfTargets(domain: string, get: GetFact): Promise<readonly Named[]> {
	const walked = await get(spfWalk({ domain }));
	if (walked.status !== 'known') return [];
	return nodesOf(walked.value.root).flatMap(({ domain: owner, records, branches }) =>
		branches.flatMap(({ term, node, dead }): readonly Named[] => {
			if (dead || node?.state !== 'nxdomain') return [];
			const record = `${term.name}${term.name === 'redirect' ? '=' : ':'}${node.domain}`;
			return [{ kind: 'SPF', owner, record, target: node.domain, ttl: records[0]?.ttl ?? null }];
		}),
	);
}

async function isMissing(name: string, get: GetFact): Promise<boolean> {
	const answer = await get(lookup({ name, type: 'A' }));
	return (
		answer.status === 'known' &&
		answer.value.status === 'nxdomain' &&
		answer.value.chain.length === 0
	);
}
