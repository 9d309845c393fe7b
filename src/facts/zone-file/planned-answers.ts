import { EMPTY_ANSWER } from '../../core/empty-answer.ts';
import {
	type DnsAnswer,
	type DnsPort,
	type DnsQuestion,
	type DnsRecord,
	GIVEN_BY_ZONE,
} from '../../core/io.ts';
import type { ZoneFile } from './zone-file.ts';
import { createZoneTree, type Found, type ZoneTree } from './zone-tree.ts';

/** Aliases followed for one question, as from the network. */
const MOST_ALIASES = 16;

/** Of an absence, where the file holds no SOA to say it, in seconds. */
const USUAL_NEGATIVE_TTL = 3_600;

/** Made by signers and parents, so a file that lacks them does not deny them. */
const NOT_DENIED: ReadonlySet<string> = new Set([
	'NS',
	'DS',
	'DNSKEY',
	'CDS',
	'CDNSKEY',
	'NSEC3PARAM',
]);

/**
 * Answers from the zone file what a resolver would be told once it is published (RFC 1034 §4.3.2, RFC
 * 4592, RFC 6672): questions without a server, for names of the zone. Everything else goes on: other
 * names, delegated sub-zones, servers asked directly, what is asked for its signatures, and of the
 * apex the sets that others add.
 */
export function plannedAnswers(file: ZoneFile, ask: DnsPort['ask']): DnsPort['ask'] {
	const zone = createZoneTree(file);

	const answer = async (question: DnsQuestion): Promise<DnsAnswer> => {
		const type = question.type.toUpperCase();
		const chain: DnsAnswer['chain'][number][] = [];
		const seen = new Set<string>();
		for (let name = question.name; ; ) {
			if (seen.has(name)) return loop(chain);
			seen.add(name);
			const found = zone.find(name, type);
			if (found.kind === 'alias' && chain.length < MOST_ALIASES) {
				chain.push({ owner: name, target: found.target, ttl: found.ttl });
				name = found.target;
				continue;
			}
			return concluded(found, name, { ...question, type }, chain);
		}
	};

	const concluded = async (
		found: Found,
		name: string,
		{ type }: DnsQuestion,
		chain: DnsAnswer['chain'],
	): Promise<DnsAnswer> => {
		switch (found.kind) {
			case 'records':
				return { ...given('ok', chain), records: found.records };
			case 'outside':
			case 'delegated':
				return joined(chain, await ask({ name, type }));
			case 'resolved': {
				const there = await resolver({ name: found.target, type });
				const records = there.records.map((record) => ({ ...record, owner: name }));
				if (records.length > 0) return { ...given('ok', chain), records };
				// A look-up that failed denies nothing.
				return isDenial(there) ? denied('nodata', chain, zone) : joined(chain, there);
			}
			case 'alias':
				return given('cname-only', chain);
			case 'nodata': {
				if (name !== zone.apex || !NOT_DENIED.has(type)) return denied('nodata', chain, zone);
				const there = await ask({ name, type });
				return there.status === 'ok' ? joined(chain, there) : denied('nodata', chain, zone);
			}
			case 'nxdomain':
				return denied('nxdomain', chain, zone);
		}
	};

	const resolver = async (question: DnsQuestion): Promise<DnsAnswer> => {
		const isDirect = question.server !== undefined || question.recursive === false;
		if (isDirect || question.class !== undefined || question.dnssec === true) return ask(question);
		const name = question.name.toLowerCase().replace(/(?<=[^\\])\.$/, '');
		const { kind } = zone.find(name, question.type.toUpperCase());
		if (kind === 'outside' || kind === 'delegated') return ask(question);
		return answer({ ...question, name });
	};

	return resolver;
}

function isDenial({ status }: DnsAnswer): boolean {
	return ['ok', 'nodata', 'nxdomain', 'cname-only'].includes(status);
}

function given(status: DnsAnswer['status'], chain: DnsAnswer['chain']): DnsAnswer {
	return {
		...EMPTY_ANSWER,
		status,
		rcode: status === 'nxdomain' ? 'NXDOMAIN' : 'NOERROR',
		aa: true,
		ra: true,
		chain,
		server: GIVEN_BY_ZONE,
		transport: 'udp',
		detail: 'given by --zone',
	};
}

function loop(chain: DnsAnswer['chain']): DnsAnswer {
	return given('cname-loop', chain);
}

/** With the SOA that says for how long (RFC 2308 §3). */
function denied(
	status: 'nodata' | 'nxdomain',
	chain: DnsAnswer['chain'],
	{ soa, apex }: ZoneTree,
): DnsAnswer {
	if (soa?.data.type !== 'SOA') {
		return { ...given(status, chain), authority: [unwrittenSoa(apex)] };
	}
	const ttl = Math.min(soa.ttl, soa.data.minimum);
	return { ...given(status, chain), authority: [{ ...soa, ttl }], negativeTtl: ttl };
}

/** The provider adds one to a file without: where the zone begins is known all the same. */
function unwrittenSoa(apex: string): DnsRecord {
	const times = { serial: 0, refresh: 0, retry: 0, expire: 0, minimum: USUAL_NEGATIVE_TTL };
	const data = { type: 'SOA' as const, mname: apex, rname: `hostmaster.${apex}`, ...times };
	const text = `${data.mname} ${data.rname} 0 0 0 0 ${USUAL_NEGATIVE_TTL}`;
	return { owner: apex, type: 'SOA', ttl: USUAL_NEGATIVE_TTL, text, data };
}

/** An answer from the network at the end of aliases of the file. */
function joined(chain: DnsAnswer['chain'], rest: DnsAnswer): DnsAnswer {
	if (chain.length === 0) return rest;
	const owners = new Set(chain.map(({ owner }) => owner));
	const isLoop = rest.chain.some(({ target }) => owners.has(target));
	return {
		...rest,
		...(isLoop && { status: 'cname-loop' as const, records: [] }),
		chain: [...chain, ...rest.chain],
		server: GIVEN_BY_ZONE,
		detail: [`alias given by --zone, the rest by ${rest.server}`, rest.detail]
			.filter(Boolean)
			.join('; '),
	};
}
