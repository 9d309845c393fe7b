import { groupBy } from '../core/group-by.ts';
import type { DnsAnswer, DnsRecord } from '../core/io.ts';
import type { ServiceMap } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { answerMap } from './answer-map.ts';
import { type Exchange, redirectMap, withoutValues } from './redirect-map.ts';

/** One observation, as the fact store hands it on. */
interface Observed {
	readonly probe: string;
	readonly params: unknown;
	readonly value: unknown;
}

type PurposeOf = (record: { name: string; type: string; value: string }) => string | null;

type DnsSeen = {
	readonly params: { readonly name: string; readonly type: string; readonly server?: string };
	readonly value: DnsAnswer;
};

/** What is read elsewhere out of the same observations. */
interface Known {
	readonly purposeOf: PurposeOf;
	readonly reports: ServiceMap['mail']['reports'];
	readonly certificates: ServiceMap['certificates'];
	/** URLs that the user says must still lead somewhere. */
	readonly oldUrls?: ReadonlySet<string>;
	/** `null` where nobody looked for health endpoints. */
	readonly health?: ServiceMap['health'] | null;
}

/** The DNS and service map: what was seen of the target, its controls left out. */
export function serviceMap(
	observed: readonly Observed[],
	target: Target,
	{ purposeOf, reports, certificates, oldUrls, health }: Known,
): ServiceMap {
	const all = ofProbe<DnsSeen['params'], DnsAnswer>(observed, 'dns.answer').filter(
		({ params }) => !params.name.includes(target.seed) && isOurs(params.name, target),
	);
	const dns = all.filter(({ params }) => params.server === undefined);
	const exchanges = ofProbe<Exchange['params'], Exchange['value']>(observed, 'http.exchange');
	const found = dns.flatMap(({ value }) => [...aliasesOf(value), ...value.records]);
	return {
		records: recordsIn(all, target, purposeOf),
		hosts: hostsIn(dns),
		redirects: redirectMap(exchanges, target, oldUrls),
		answers: answerMap(exchanges, target),
		...(health && { health: health.map((one) => ({ ...one, url: withoutValues(one.url) })) }),
		certificates: [...certificates],
		mail: { ...mailIn(found, target), ...(reports !== undefined && { reports }) },
		externalDependencies: externalIn(found, target),
	};
}

/**
 * Every record once. A resolver counts its TTL down, so the TTL is the zone's own where one of its
 * servers was asked.
 */
function recordsIn(
	answers: readonly DnsSeen[],
	target: Target,
	purposeOf: PurposeOf,
): ServiceMap['records'] {
	const seen = answers.flatMap(({ params, value }) => {
		const isOwn = value.aa && params.server !== undefined;
		if (params.server !== undefined && !isOwn) return [];
		return [...aliasesOf(value), ...value.records]
			.filter(({ owner }) => isOurs(owner, target))
			.map(({ owner, type, ttl, text }) => ({ isOwn, ttl, name: owner, type, value: text }));
	});
	const sets = groupBy(seen, ({ name, type, value }) => JSON.stringify([name, type, value]));
	return [...sets]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([, [first, ...more]]) => {
			if (first === undefined) return [];
			const all = [first, ...more];
			const own = all.filter(({ isOwn }) => isOwn);
			const ttl = Math.max(...(own.length > 0 ? own : all).map((one) => one.ttl));
			const { name, type, value } = first;
			return [{ name, type, ttl, value, purpose: purposeOf({ name, type, value }) }];
		});
}

function ofProbe<P, V>(observed: readonly Observed[], probe: string) {
	return observed.filter((one) => one.probe === probe) as unknown as readonly {
		readonly params: P;
		readonly value: V;
	}[];
}

function isOurs(name: string, { registrable, domain }: Target): boolean {
	const zone = registrable ?? domain;
	return zone !== null && (name === zone || name.endsWith(`.${zone}`));
}

function aliasesOf({ chain }: DnsAnswer): readonly DnsRecord[] {
	return chain.map(({ owner, target, ttl }) => ({
		owner,
		type: 'CNAME',
		ttl,
		text: target,
		data: { type: 'CNAME', target },
	}));
}

function hostsIn(
	dns: readonly { params: { name: string; type: string }; value: DnsAnswer }[],
): ServiceMap['hosts'] {
	const hosts = new Map<string, { addresses: Set<string>; aliases: Set<string> }>();
	for (const { params, value } of dns) {
		if (params.type !== 'A' && params.type !== 'AAAA') continue;
		if (value.records.length === 0) continue;
		const host = hosts.get(params.name) ?? { addresses: new Set(), aliases: new Set() };
		hosts.set(params.name, host);
		for (const { text } of value.records) host.addresses.add(text);
		for (const { target } of value.chain) host.aliases.add(target);
	}
	return [...hosts]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, { addresses, aliases }]) => ({
			name,
			addresses: [...addresses].sort(),
			aliases: [...aliases],
		}));
}

function mailIn(found: readonly DnsRecord[], { registrable }: Target): ServiceMap['mail'] {
	const at = (owner: string | null, type: string) =>
		found.filter((one) => one.owner === owner && one.type === type);
	const text = (owner: string, start: RegExp) =>
		at(owner, 'TXT')
			.flatMap(({ data }) => ('strings' in data ? [data.strings.join('')] : []))
			.find((one) => start.test(one)) ?? null;
	return {
		exchangers: at(registrable, 'MX').map(({ text: exchanger }) => exchanger),
		spf: text(registrable ?? '', /^v=spf1(?: |$)/i),
		dmarc: text(`_dmarc.${registrable}`, /^v=DMARC1/),
	};
}

function externalIn(
	found: readonly DnsRecord[],
	target: Target,
): ServiceMap['externalDependencies'] {
	return unique(
		found.flatMap(({ owner, type, data }) => {
			const name = 'exchange' in data ? data.exchange : 'target' in data ? data.target : '';
			const ours = name === '' || name === '.' || isOurs(name, target);
			return ours || !isOurs(owner, target) ? [] : [{ name, seenIn: `${owner} ${type}` }];
		}),
	);
}

/** Equal members once, in a fixed order. */
function unique<T>(list: readonly T[]): T[] {
	return [...new Map(list.map((one) => [JSON.stringify(one), one]))]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([, one]) => one);
}
