import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpOutcome, TlsOutcome } from '../../core/io.ts';
import { defineSubjects } from '../../core/subject.ts';
import { type Host, hosts } from '../hosts.ts';
import { type Page, pageIn } from '../web/html.ts';
import { fieldValues, httpExchange } from '../web/http.ts';
import { platformOf } from '../web/platform.ts';
import { HOSTING } from '../web/platform-marks.ts';
import { sitePage } from '../web/sites.ts';
import { type ServedCertificate, servedCertificates } from './served-certificates.ts';
import { tlsHandshake } from './tls.ts';

/** A host, and the server behind its CDN as the user gave it. */
export interface OriginHost extends Host {
	/** Address; `null` without `--origin`. */
	readonly origin: string | null;
}

const Params = z.object({
	domain: z.string().nullable(),
	registrable: z.string().nullable(),
	hosts: z.array(z.string()),
	endpoints: z.array(z.string()),
	seed: z.string(),
	origin: z.string().nullable(),
});

/** Every host of `hosts`. */
export const originHosts = defineSubjects({
	name: 'hosts.with-origin',
	params: Params,
	from: ({ domain, registrable, hosts: named, endpoints, seed, origin }) => ({
		domain,
		registrable,
		hosts: [...named],
		endpoints: [...endpoints],
		seed,
		origin,
	}),
	sample: { ...hosts.sample, origin: null },
	async derive({ origin, ...params }, get): Promise<Fact<readonly OriginHost[]>> {
		const found = await get(hosts(params));
		return found.status === 'known'
			? known(found.value.map((host) => ({ ...host, origin })))
			: found;
	},
});

/** How a host is reached through its CDN, and what stands behind that. */
export interface OriginView {
	/** The CDN in front of the host; `null` where none was recognised, or a hosting platform has its own. */
	readonly edge: string | null;
	/** What the edge answers at `/`; `null` where nothing does. */
	readonly status: number | null;
	/** Own URLs in the start page, absolute, each once and the first few. */
	readonly ownUrls: { readonly plain: readonly string[]; readonly secure: readonly string[] };
	/** `null` without `--origin`. */
	readonly origin: OriginAnswers | null;
}

interface OriginAnswers {
	readonly address: string;
	/** Port 443 with the host's name. */
	readonly https: TlsOutcome;
	/** Port 80; `null` where it does not answer. */
	readonly http: number | null;
}

/**
 * The CDN by headers, addresses, aliases, cookies and certificate; the host's start page; and, with an address given,
 * one handshake and one plain request there under the host's name.
 */
export const originView = defineDerivation({
	name: 'https.origin',
	params: z.object({ host: z.string(), apex: z.string(), origin: z.string().nullable() }),
	async derive({ host, apex, origin }, get): Promise<Fact<OriginView>> {
		const serving = await get(platformOf({ domain: host === `www.${apex}` ? apex : host }));
		const front = await get(httpExchange({ url: `https://${host}/` }));
		const answered =
			front.status === 'known' && front.value.kind === 'answered' ? front.value : null;
		const { edge = null, platform = null } = serving.status === 'known' ? serving.value : {};
		const isTheirs = HOSTING.some(
			({ name, behindCloudflare }) => behindCloudflare === true && name === platform?.name,
		);
		const served = await get(
			servedCertificates({ host, beside: host === apex ? `www.${apex}` : apex }),
		);
		const isCloudflare =
			(answered !== null && isFromCloudflare(answered)) ||
			(served.status === 'known' && served.value.some(isOfCloudflare));
		const behind = origin === null ? known(null) : await answersAt({ host, origin }, get);
		if (behind.status !== 'known') return behind;
		return known({
			edge: isTheirs ? null : isCloudflare ? CLOUDFLARE : (edge?.name ?? null),
			status: answered?.status ?? null,
			ownUrls: await ownUrls({ host, apex }, get),
			origin: behind.value,
		});
	},
});

export const CLOUDFLARE = 'Cloudflare';

function isFromCloudflare(answer: Extract<HttpOutcome, { kind: 'answered' }>): boolean {
	return fieldValues(answer, 'server').some((text) => /^cloudflare$/i.test(text));
}

/** The certificates that Cloudflare orders for its customers; Origin CA is trusted by none of them. */
function isOfCloudflare({ standing, names, issuer }: ServedCertificate): boolean {
	if (standing !== 'public') return false;
	return /^Cloudflare\b/i.test(issuer) || names.some((name) => name.endsWith('.cloudflaressl.com'));
}

async function answersAt(
	{ host, origin }: { host: string; origin: string },
	get: GetFact,
): Promise<Fact<OriginAnswers>> {
	const https = await get(tlsHandshake({ host, address: origin }));
	if (https.status !== 'known') return https;
	const http = await get(httpExchange({ url: `http://${host}/`, address: origin }));
	const status =
		http.status === 'known' && http.value.kind === 'answered' ? http.value.status : null;
	return known({ address: origin, https: https.value, http: status });
}

/** As many as a finding shows. */
const MOST_URLS = 5;

/** Nothing where the page was not seen. */
async function ownUrls(
	{ host, apex }: { host: string; apex: string },
	get: GetFact,
): Promise<OriginView['ownUrls']> {
	const start = await get(sitePage({ host }));
	const page = start.status === 'known' ? pageIn(start.value.answer, start.value.url) : null;
	if (page === null) return { plain: [], secure: [] };
	const own = new Set([host, apex, `www.${apex}`]);
	const urls = writtenUrls(page).filter((url) => own.has(new URL(url).hostname));
	const of = (scheme: string) => {
		const found = urls.filter((url) => url.startsWith(`${scheme}://`));
		return [...new Set(found)].slice(0, MOST_URLS);
	};
	return { plain: of('http'), secure: of('https') };
}

/** Absolute ones as they stand in the page: what a relative one resolves to says nothing of the program. */
function writtenUrls({ resources, relations, metas }: Page): readonly string[] {
	const texts = [
		...resources.map(({ href }) => href),
		...relations.map(({ href }) => href),
		...metas.filter(({ key }) => key === 'og:url').map(({ content }) => content),
	];
	return texts.filter((text) => /^https?:\/\//i.test(text) && URL.canParse(text));
}
