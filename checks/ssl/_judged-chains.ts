import {
	assessServed,
	type CertificateSummary,
	type ChainProblem,
	type ClockDoubt,
	certificateSummary,
	doubtAt,
	type Evidence,
	type Fact,
	type Host,
	known,
	type ServedChain,
	type Severity,
	type TrustStore,
} from '../../src/sdk.ts';

/** One problem at one host, however many addresses show it. */
export interface Sighting {
	readonly host: string;
	/** The first address that shows it. */
	readonly address: string;
	/** All that do, and whether others don't, in words. */
	readonly where: string;
	readonly severity: Severity;
	/** One sentence without its full stop. */
	readonly detail: string;
	/** The certificates that it is about, as `detail` names them; empty where it is about none. */
	readonly whose: readonly string[];
	readonly values: Readonly<Record<string, string | number>>;
	/** The server's own; `null` where it can't be read. */
	readonly certificate: CertificateSummary | null;
	/** What came of asking caIssuers. */
	readonly lookups: readonly string[];
}

const RANK: readonly Severity[] = ['blocker', 'high', 'later', 'info'];

/** What the chains of a host are guilty of in one part of the area, by the last part of the id. */
export function judgedChains(
	area: 'ssl/certificate' | 'ssl/chain' | 'ssl/keys',
	given: { readonly served: readonly ServedChain[]; readonly trust: TrustStore },
	about: { readonly host: string; readonly now: Date },
): ReadonlyMap<string, Sighting> {
	const found = new Map<string, Sighting>();
	const addresses = given.served.flatMap((one) => one.addresses);
	for (const served of given.served) {
		const { problems } = assessServed(served, { ...about, trust: given.trust });
		for (const one of problems) {
			if (!one.id.startsWith(`${area}/`)) continue;
			const key = one.id.slice(area.length + 1);
			found.set(key, joined(found.get(key), sighting(one, served, about.host), addresses));
		}
	}
	return found;
}

/** One problem of one chain, as a finding's wording wants it. */
export function sighting(
	{ severity, detail, values }: Pick<ChainProblem, 'severity' | 'detail' | 'values'>,
	{ chain, addresses, lookups }: ServedChain,
	host: string,
): Sighting {
	const certificate = certificateSummary(chain[0] ?? '');
	const where = addresses.join(', ');
	const { whose } = values;
	return {
		host,
		address: addresses[0] ?? '',
		where,
		severity,
		detail,
		whose: whose === undefined ? [] : [String(whose)],
		values,
		certificate,
		lookups,
	};
}

/** The graver says it; other certificates of the same chain are added to its words. */
function joined(before: Sighting | undefined, one: Sighting, all: readonly string[]): Sighting {
	const whereAll = (where: readonly string[]) => {
		const unique = [...new Set(where)];
		const rest = all.filter((address) => !unique.includes(address));
		return `${unique.join(', ')}${rest.length > 0 ? `, not at ${rest.join(', ')}` : ''}`;
	};
	const own = one.where.split(', ');
	if (before === undefined) return { ...one, where: whereAll(own) };
	const worse = RANK.indexOf(one.severity) < RANK.indexOf(before.severity) ? one : before;
	const other = worse === one ? before : one;
	const detail = worse.detail.includes(other.detail)
		? worse.detail
		: `${worse.detail}; ${other.detail}`;
	const known = before.where.replace(/, not at .*$/, '').split(', ');
	const whose = [...new Set([...before.whose, ...one.whose])];
	return { ...worse, detail, whose, where: whereAll([...known, ...own]) };
}

/** For a verdict that is high, and a blocker where it is worse. */
export function graver({ severity }: Pick<Sighting, 'severity'>): 'blocker' | 'high' {
	return severity === 'blocker' ? 'blocker' : 'high';
}

/** Verdicts that rest on what time it is. */
const DATED: ReadonlySet<string> = new Set([
	'expired',
	'not-yet-valid',
	'expires-soon',
	'renewal-overdue',
	'intermediate-expired',
	'intermediate-not-yet-valid',
	'intermediate-expires-soon',
]);

/** Why a date cannot be judged now; `null` where it can, or where nothing hangs on it. */
export function clockFault(
	found: ReadonlyMap<string, Sighting>,
	clock: Fact<ClockDoubt>,
	now: Date,
): string | null {
	return [...found.keys()].some((key) => DATED.has(key)) ? doubtAt(clock, now) : null;
}

export function isDated(key: string): boolean {
	return DATED.has(key);
}

/** For examples: a clock that nobody doubts. */
export const GOOD_CLOCK: Fact<ClockDoubt> = known({ ours: '2030-01-01T00:00:00Z', doubt: null });

/** For examples: a clock that two servers contradict. */
export const BAD_CLOCK: Fact<ClockDoubt> = known({
	ours: '2030-01-01T00:00:00Z',
	doubt: "this machine's clock says 2030-01-01T00:00, two servers say 2026-01-01T00:00",
});

/** The finding: what, and where. */
export function sentence(a: Pick<Sighting, 'host' | 'where' | 'detail'>): string {
	return `${a.detail.charAt(0).toUpperCase()}${a.detail.slice(1)} (${a.host} at ${a.where}).`;
}

export function evidence(
	a: Pick<Sighting, 'host' | 'address' | 'certificate' | 'lookups'>,
): Evidence[] {
	const { certificate } = a;
	return [
		{
			kind: 'tls',
			summary: `the certificate that ${a.host} sends at ${a.address}:443`,
			detail:
				certificate === null
					? 'not readable'
					: [
							`subject ${certificate.subject}, issuer ${certificate.issuer}`,
							`names ${certificate.names.slice(0, 20).join(', ') || 'none'}`,
							`valid from ${certificate.notBefore} to ${certificate.notAfter}`,
							`SHA-256 ${certificate.sha256}`,
						].join('\n'),
		},
		...a.lookups.map((lookup) => ({ kind: 'http', summary: 'caIssuers', detail: lookup })),
	];
}

/** Shows the chain as sent. Host and address come from the target list and the resolver. */
export function reproduce(a: Pick<Sighting, 'host' | 'address'>): string {
	const at = a.address.includes(':') ? `[${a.address}]` : a.address;
	return `openssl s_client -connect ${at}:443 -servername ${a.host} -showcerts </dev/null`;
}

/** The other half of apex and www; `null` for every other host. */
export function twinOf({ name, apex }: Pick<Host, 'name' | 'apex'>): string | null {
	if (name === apex) return `www.${apex}`;
	return name === `www.${apex}` ? apex : null;
}

/** The host that shows whether port 443 can be reached at all. */
export function besideOf({ name, apex }: Pick<Host, 'name' | 'apex'>): string {
	return name === apex ? `www.${apex}` : apex;
}

/** Programs call it: they fetch no missing certificate and nobody clicks a warning away. */
export function isApiHost(name: string): boolean {
	const [label = ''] = name.split('.');
	return /^(?:.*-)?(?:api|hooks?|webhooks?|graphql|rpc)\d*(?:-.*)?$/.test(label);
}
