import { z } from 'zod';
import { defineDerivation, defineProbe, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpOutcome, TrustStore } from '../../core/io.ts';
import { HttpUrl } from '../web/http.ts';
import { strangerPlace } from '../web/stranger.ts';
import { httpsAnswers } from './https-answers.ts';
import { type OcspAnswer, ocspAnswer } from './ocsp-response.ts';
import { type ListedState, listedState } from './revocation-list.ts';
import type { ServedCertificate } from './served-certificates.ts';
import { certificateIn, servedCertificate, timelessAssessment } from './served-certificates.ts';
import { type ServedChain, servedChains } from './served-chains.ts';
import { trustStore } from './tls.ts';
import { type Certificate, parseCertificate } from './x509.ts';
import { displayName } from './x509-name.ts';

/** What is known of whether a certificate was withdrawn, dates not judged. */
export interface RevocationView extends ServedCertificate {
	/** At each address that completed a handshake: the answer stapled there, `null` where none was. */
	readonly staples: readonly { readonly address: string; readonly answer: OcspAnswer | null }[];
	/** What the lists of the certificates on the path say, the server's own first. */
	readonly lists: readonly ListLook[];
}

export interface ListLook {
	/** Whose: the server's own certificate, or an intermediate. */
	readonly subject: string;
	readonly isLeaf: boolean;
	readonly url: string;
	readonly state: ReadState;
}

/** `unread`: the list could not be had. */
type ReadState = ListedState | { readonly kind: 'unread'; readonly detail: string };

/** Partitioned lists are smaller; some authorities still have one for all. */
const MOST_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 3_000;
/** Chains are rarely deeper. */
const MOST_CERTIFICATES = 4;
const MOST_URLS = 2;

const ReadStateSchema: z.ZodType<ReadState> = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('listed'),
		at: z.string(),
		reason: z.string().nullable(),
		onHold: z.boolean(),
		nextUpdate: z.string().nullable(),
	}),
	z.object({
		kind: z.literal('not-listed'),
		thisUpdate: z.string(),
		nextUpdate: z.string().nullable(),
	}),
	z.object({ kind: z.literal('unusable'), detail: z.string() }),
	z.object({ kind: z.literal('unread'), detail: z.string() }),
]);

/**
 * Looks one certificate up in a revocation list. The list itself, which can have megabytes, is judged
 * where it arrives and is not kept.
 */
const listedAt = defineProbe({
	name: 'tls.revocation-list',
	params: z.object({
		url: HttpUrl,
		/** DER in base64. */
		certificate: z.string(),
		issuer: z.string(),
		evenPrivate: z.literal(true).optional(),
	}),
	value: ReadStateSchema,
	async observe({ url, certificate, issuer, evenPrivate }, io): Promise<ReadState> {
		const outcome = await io.http.exchange({
			url,
			method: 'GET',
			maxBytes: MOST_BYTES,
			totalMs: TIMEOUT_MS,
			thirdParty: true,
			evenPrivate,
		});
		const der = bodyOf(outcome);
		if (typeof der === 'string') return { kind: 'unread', detail: der };
		const [child, parent] = [certificateIn(certificate), certificateIn(issuer)];
		if (child === null || parent === null) throw new RangeError('no certificates to look up');
		return listedState(der, child, parent);
	},
	describe: ({ url }, state) => ({
		kind: 'http',
		summary: `revocation list ${url}: ${state.kind.replace('-', ' ')}`,
		detail: 'detail' in state ? state.detail : '',
	}),
	plan: ({ url }) => `GET ${url}`,
	// A connection and an answer.
	wire: () => ({ roundTrips: 2, address: null }),
});

/** Why there is none, in words. */
function bodyOf(outcome: HttpOutcome): Uint8Array | string {
	if (outcome.kind === 'failed') return outcome.detail;
	if (outcome.status !== 200) return `HTTP ${outcome.status}`;
	if (outcome.body.truncated) return 'it is larger than 8 MiB';
	return Buffer.from(outcome.body.bytes, 'latin1');
}

/**
 * For every chain that a host sends: the stapled answers, and the certificates of the path looked up in
 * the lists that they name, over plain http as lists are published. Lists in private networks are asked
 * only for targets that are private themselves.
 */
export const revocationViews = defineDerivation({
	name: 'https.revocation',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<readonly RevocationView[]>> {
		const answers = await get(httpsAnswers(params));
		if (answers.status !== 'known') return answers;
		const served = await get(servedChains(params));
		if (served.status !== 'known') return served;
		const trust = await get(trustStore({}));
		if (trust.status !== 'known') return trust;
		const staples = new Map(
			answers.value.flatMap((one) =>
				one.kind === 'completed' ? [[one.address, one.tls.staple] as const] : [],
			),
		);
		const views = served.value.map((one) =>
			viewOf(one, { staples, trust: trust.value, home: params.host }, get),
		);
		return known((await Promise.all(views)).flatMap((view) => view ?? []));
	},
});

interface Around {
	readonly staples: ReadonlyMap<string, string | undefined>;
	readonly trust: TrustStore;
	readonly home: string;
}

async function viewOf(
	served: ServedChain,
	{ staples, trust, home }: Around,
	get: GetFact,
): Promise<RevocationView | null> {
	const certificate = servedCertificate(served, trust);
	const leaf = certificateIn(served.chain[0]);
	if (certificate === null || leaf === null) return null;
	const path = timelessAssessment(served, leaf, trust).path.flatMap(({ der }) => {
		const parsed = parseCertificate(der);
		return parsed.kind === 'certificate' ? [parsed.certificate] : [];
	});
	const [, issuer] = path;
	return {
		...certificate,
		staples: served.addresses
			.filter((address) => staples.has(address))
			.map((address) => {
				const staple = staples.get(address);
				if (staple === undefined || issuer === undefined) return { address, answer: null };
				const der = Buffer.from(staple, 'base64');
				return { address, answer: ocspAnswer(der, { certificate: leaf, issuer }) };
			}),
		lists: await listLooks(path, home, get),
	};
}

/** The last of the path is the root, which nobody lists. */
async function listLooks(
	path: readonly Certificate[],
	home: string,
	get: GetFact,
): Promise<readonly ListLook[]> {
	const below = path.slice(0, -1).slice(0, MOST_CERTIFICATES);
	const looks = below.map((certificate, depth) => {
		const issuer = path[depth + 1];
		return issuer === undefined ? null : listLook({ certificate, issuer, home }, depth, get);
	});
	return (await Promise.all(looks)).flatMap((look) => look ?? []);
}

/** At the first address that gives an answer. */
async function listLook(
	about: { certificate: Certificate; issuer: Certificate; home: string },
	depth: number,
	get: GetFact,
): Promise<ListLook | null> {
	const { certificate, issuer, home } = about;
	const urls = certificate.crlUrls.filter(isPlainHttp).slice(0, MOST_URLS);
	let last: ListLook | null = null;
	for (const url of urls) {
		const state = await stateAt({ url, certificate, issuer, home }, get);
		last = { subject: displayName(certificate.subject), isLeaf: depth === 0, url, state };
		if (state.kind === 'listed' || state.kind === 'not-listed') break;
	}
	return last;
}

async function stateAt(
	about: { url: string; certificate: Certificate; issuer: Certificate; home: string },
	get: GetFact,
): Promise<ReadState> {
	const { hostname } = new URL(about.url);
	const place = await strangerPlace(hostname, about.home, get);
	if (place.status !== 'known') return { kind: 'unread', detail: place.detail };
	if (place.value === 'refused') {
		return { kind: 'unread', detail: `${hostname} is inside a private network` };
	}
	const text = ({ der }: Certificate) => Buffer.from(der).toString('base64');
	const state = await get(
		listedAt({
			url: about.url,
			certificate: text(about.certificate),
			issuer: text(about.issuer),
			...(place.value === 'private' && { evenPrivate: true as const }),
		}),
	);
	return state.status === 'known' ? state.value : { kind: 'unread', detail: state.detail };
}

function isPlainHttp(url: string): boolean {
	return URL.canParse(url) && new URL(url).protocol === 'http:';
}
