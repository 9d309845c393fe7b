import type { Report } from '../core/report.ts';
import { isHostName, isSafeUrl, isStagingName, oneLine } from './exportable.ts';
import { type WatchedRecord, watchedRecords } from './watched-records.ts';

/** What monitoring is to watch: what a report saw working, and nothing that it only supposes. */
export interface WatchList {
	readonly domain: string;
	/** Where this list comes from, for whoever finds the file in a year. */
	readonly origin: readonly string[];
	readonly pages: readonly WatchedUrl[];
	readonly health: readonly WatchedUrl[];
	readonly redirects: readonly WatchedRedirect[];
	/** HTTPS hosts whose certificate was trusted. */
	readonly certificates: readonly string[];
	/** Mail exchangers that offered STARTTLS with a trusted certificate on port 25. */
	readonly mail: readonly string[];
	readonly records: readonly WatchedRecord[];
	/** What was left out, and why; a line each. */
	readonly leftOut: readonly string[];
}

export interface WatchedUrl {
	readonly url: string;
	readonly method: 'GET' | 'HEAD';
	readonly status: number;
	/** `request`: sent on an open connection; `visit`: with all that comes before a page. */
	readonly kind: 'request' | 'visit';
	/** For p95, in milliseconds; `null` where none applies. */
	readonly budgetMs: number | null;
}

export interface WatchedRedirect {
	readonly from: string;
	readonly status: number;
	/** Where it pointed, in full. */
	readonly to: string;
}

/** Before it ends, a certificate is a warning, and then an emergency. Days. */
export const CERTIFICATE_DAYS = { warning: 14, critical: 3 } as const;

/** p95 of a page on new connections, of an API's request on an open one; see the checks in `timing`. */
const BUDGET_MS = { visit: 2_000, request: 300 } as const;

/** A health endpoint that takes longer holds up the load balancer that asks it. */
const HEALTH_MS = 1_000;

/** A pure function of the report. */
export function watchList(report: Report): WatchList {
	const { map, target } = report;
	const pages = pagesIn(report);
	const health = healthIn(report);
	const redirects = redirectsIn(report);
	const certificates = certificatesIn(report);
	const mail = mailIn(report);
	const { records, leftOut } = watchedRecords(map.records, target.domain ?? '');
	return {
		domain: isHostName(target.domain ?? '') ? (target.domain ?? '') : 'the site',
		origin: originOf(report),
		pages: withoutRepeats(pages.watched, ({ url }) => url).filter(
			({ url }) => !health.watched.some((one) => one.url === url),
		),
		health: health.watched,
		redirects: redirects.watched,
		certificates: certificates.watched,
		mail: mail.watched,
		records,
		leftOut: [
			...pages.leftOut,
			...health.leftOut,
			...redirects.leftOut,
			...certificates.leftOut,
			...mail.leftOut,
			...leftOut,
		].map(oneLine),
	};
}

/** Whether there is anything that a visitor would miss. */
export function isEmptyWatchList({ pages, health, records }: WatchList): boolean {
	return pages.length + health.length + records.length === 0;
}

interface Part<T> {
	readonly watched: readonly T[];
	readonly leftOut: readonly string[];
}

function originOf({ tool, startedAt, target, complete, vantage }: Report): readonly string[] {
	const { zone } = target;
	return [
		`Written by ${tool.name} ${tool.version} from its audit of ${target.domain ?? ''} on ${startedAt}.`,
		...(complete ? [] : ['That audit was cut short: what it had not reached is not in here.']),
		...(zone?.use === 'plan'
			? ['That audit judged a zone file before it was published: the records are the planned ones.']
			: []),
		...(vantage.proxy === null ? [] : ['That audit went through a proxy.']),
	].map(oneLine);
}

// ── Pages and endpoints ──────────────────────────────────────────────────────────────────────────

function pagesIn({ map, timings, target }: Report): Part<WatchedUrl> {
	const answers = map.answers ?? [];
	const timed = new Map(timings.map((one) => [one.url, one]));
	const leftOut: string[] = [];
	const watched = answers.flatMap(({ url, from, status }) => {
		const why = whyNot(url, status);
		if (why !== null) {
			leftOut.push(`${from}: ${why}`);
			return [];
		}
		const timing = timed.get(url);
		const kind = timing === undefined ? 'visit' : kindOf(timing);
		const budgetMs = timing === undefined ? null : (timing.budgetMs ?? BUDGET_MS[kind]);
		return [{ url, method: 'GET' as const, status, kind, budgetMs }];
	});
	const endpoints = timings
		.filter(({ url }) => !answers.some((one) => one.url === url))
		.flatMap((timing): readonly WatchedUrl[] => {
			const { url, method, budgetMs, status } = timing;
			const kind = kindOf(timing);
			const why = whyNot(url, status ?? null);
			if (why !== null) leftOut.push(`${url}: ${why}`);
			if (why !== null || typeof status !== 'number') return [];
			const asked = method === 'HEAD' ? 'HEAD' : 'GET';
			return [{ url, method: asked, status, kind, budgetMs: budgetMs ?? BUDGET_MS[kind] }];
		});
	const seen = new Set(answers.map(({ from }) => hostIn(from)));
	// Hosts that were only guessed have no address.
	const known = new Set([target.domain, ...map.hosts.map(({ name }) => name)]);
	const unseen = target.hosts.filter(
		(host) => known.has(host) && !seen.has(host) && !isStagingName(host),
	);
	return {
		watched: [...watched, ...endpoints],
		leftOut: [
			...leftOut,
			...unseen.map((host) => `https://${host}/: it led to no answer during the audit`),
		],
	};
}

function kindOf({ connection }: Report['timings'][number]): WatchedUrl['kind'] {
	return connection === 'new for each visit' ? 'visit' : 'request';
}

function whyNot(url: string, status: number | null): string | null {
	if (!isSafeUrl(url)) return 'its URL holds what must not be copied';
	if (isStagingName(hostIn(url))) return 'a host for tests, by its name';
	if (status === null) return 'it gave no answer during the audit';
	if (status >= 400) {
		return `it answered ${status} during the audit; a monitor would take that for healthy`;
	}
	return null;
}

function hostIn(url: string): string {
	return URL.canParse(url) ? new URL(url).hostname : '';
}

/** An endpoint that lies is worse than none: it keeps the monitor quiet. */
function healthIn({ map }: Report): Part<WatchedUrl> {
	const leftOut: string[] = [];
	const watched = (map.health ?? []).flatMap(({ url, state, status, cached, detail }) => {
		const why =
			state !== 'up'
				? `health endpoint: ${HEALTH_STATES[state] ?? state}${detail === '' ? '' : ` (${detail})`}`
				: cached
					? 'health endpoint: a cache answers for it'
					: whyNot(url, status);
		if (why !== null) leftOut.push(`${url}: ${why}`);
		if (why !== null || status === null) return [];
		return [{ url, method: 'GET', status, kind: 'request', budgetMs: HEALTH_MS } as const];
	});
	return { watched, leftOut };
}

const HEALTH_STATES: Readonly<Record<string, string>> = {
	contradicts: 'it answers 200 and its body says down',
	failing: 'it fails',
	shell: 'every path is answered alike',
	missing: 'it is not there',
	redirects: 'it redirects',
	'needs-login': 'it asks for a sign-in',
	unseen: 'it was not seen',
};

// ── Redirects ────────────────────────────────────────────────────────────────────────────────────

/** Those of start pages, and what the user named: others may be a site's way to say "not found". */
function redirectsIn({ map }: Report): Part<WatchedRedirect> {
	const leftOut: string[] = [];
	const watched = map.redirects
		.filter(({ from, named }) => named === true || isStartPage(from))
		.filter(({ from }) => !isStagingName(hostIn(from)))
		.flatMap(({ from, to, status, endsAt, endStatus }) => {
			if (!isSafeUrl(from) || !isSafeUrl(to)) {
				leftOut.push(`${from}: its URL holds what must not be copied`);
				return [];
			}
			if (typeof endsAt !== 'string' || (endStatus ?? 500) >= 400) {
				leftOut.push(`${from}: it redirects, and its visitors end at no page`);
				return [];
			}
			return [{ from, status, to }];
		});
	return { watched: withoutRepeats(watched, ({ from }) => from), leftOut };
}

function isStartPage(url: string): boolean {
	if (!URL.canParse(url)) return false;
	const { pathname, search } = new URL(url);
	return pathname === '/' && search === '';
}

// ── Certificates and mail ────────────────────────────────────────────────────────────────────────

function certificatesIn({ map }: Report): Part<string> {
	return trusted(
		map.certificates.filter(({ service }) => service !== 'mail' && service !== 'bimi'),
	);
}

function mailIn({ map }: Report): Part<string> {
	const seen = map.certificates.filter(({ service }) => service === 'mail');
	const exchangers = [...new Set(map.mail.exchangers.map((one) => one.split(' ').at(-1) ?? ''))];
	const unseen = exchangers.filter(
		(host) => host !== '' && host !== '.' && !seen.some((one) => one.host === host),
	);
	const { watched, leftOut } = trusted(seen);
	return {
		watched,
		leftOut: [
			...leftOut,
			...unseen.map((host) => `${host}, port 25: no certificate was seen there during the audit`),
		],
	};
}

function trusted(rows: Report['map']['certificates']): Part<string> {
	const hosts = [...new Set(rows.map(({ host }) => host))].filter((host) => !isStagingName(host));
	const isBad = (host: string) =>
		rows.find((one) => one.host === host && one.trusted === false) ?? null;
	return {
		watched: hosts.filter((host) => isHostName(host) && isBad(host) === null).sort(),
		leftOut: hosts
			.filter((host) => isBad(host) !== null)
			.map((host) => `certificate of ${host}: ${isBad(host)?.problem ?? 'not trusted'}`),
	};
}

function withoutRepeats<T>(list: readonly T[], keyOf: (one: T) => string): readonly T[] {
	return [...new Map([...list].reverse().map((one) => [keyOf(one), one])).values()].reverse();
}
