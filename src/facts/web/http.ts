import { z } from 'zod';
import {
	blocked,
	defineDerivation,
	defineProbe,
	type Fact,
	type GetFact,
	known,
	unknown,
} from '../../core/fact.ts';
import type { HttpAnswered, HttpOutcome, HttpRequest, Io } from '../../core/io.ts';
import { addressesOf } from '../dns/dns.ts';
import { type FoundSecret, FoundSecretSchema } from '../secrets/secret-sighting.ts';
import { secretsServed } from '../secrets/served-secrets.ts';
import { tlsRoundTrips } from '../tls/tls-round-trips.ts';
import { redactBody, redactHeaders, redactValues } from './redact.ts';

/** An answer without the secrets that were in it. */
export interface SeenAnswer extends HttpAnswered {
	/** What those were; absent where there were none, and in answers of third parties. */
	readonly secrets?: readonly FoundSecret[] | undefined;
}

export type SeenOutcome = SeenAnswer | Exclude<HttpOutcome, HttpAnswered>;

const HttpOutcomeSchema: z.ZodType<SeenOutcome> = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('answered'),
		status: z.number().int(),
		headers: z.array(z.tuple([z.string(), z.string()])),
		body: z.object({
			bytes: z.string(),
			truncated: z.boolean(),
			sha256: z.string(),
			sha384: z.string().optional(),
			sha512: z.string().optional(),
		}),
		address: z.string(),
		tls: z.object({ protocol: z.string(), certificateSha256: z.string() }).nullable(),
		timing: z.object({
			dns: z.number(),
			connect: z.number(),
			tls: z.number(),
			firstByte: z.number(),
			download: z.number(),
		}),
		secrets: z.array(FoundSecretSchema).optional(),
	}),
	z.object({
		kind: z.literal('failed'),
		how: z.enum([
			'refused',
			'unreachable',
			'reset',
			'silent',
			'no-such-host',
			'tls-failed',
			'not-tls',
			'bad-response',
		]),
		phase: z.enum(['dns', 'connect', 'tls', 'request']),
		detail: z.string(),
		address: z.string().nullable(),
	}),
]);

export const HttpUrl = z.string().transform((text) => {
	const url = new URL(text);
	url.hash = '';
	return url.href;
});

/**
 * One HTTP exchange. Redirects are facts of their own; see `redirectChain`. The owner's log shows one
 * request with our User-Agent. A refused, reset or silent connection is a value.
 */
export const httpExchange = defineProbe({
	name: 'http.exchange',
	params: z.object({
		url: HttpUrl,
		method: z.enum(['GET', 'OPTIONS', 'TRACE']).default('GET'),
		headers: z.array(z.tuple([z.string(), z.string()])).optional(),
		address: z.string().optional(),
		maxBytes: z.number().int().optional(),
		totalMs: z.number().int().optional(),
		thirdParty: z.boolean().optional(),
		digests: z.boolean().optional(),
		evenPrivate: z.boolean().optional(),
		jar: z.object({ walk: z.string(), step: z.number().int() }).optional(),
		/** A second look: an equal request with the same number shares one exchange. */
		again: z.number().int().optional(),
	}),
	value: HttpOutcomeSchema,
	observe: async (request, io) => withoutSecrets(request, await io.http.exchange(request), io),
	describe: ({ url, method }, outcome) => ({
		kind: 'http',
		summary:
			outcome.kind === 'answered'
				? `${method} ${url}: ${outcome.status}`
				: `${method} ${url}: ${outcome.how.replaceAll('-', ' ')} (${outcome.phase})`,
		detail:
			outcome.kind === 'answered'
				? outcome.headers.map(([name, value]) => `${name}: ${value}`).join('\n')
				: outcome.detail,
	}),
	plan: ({ url, method, address }) => `${method} ${url}${address ? ` @${address}` : ''}`,
	assume: () => ({
		kind: 'answered' as const,
		status: 200,
		headers: [['content-type', 'text/html']] as [string, string][],
		body: { bytes: '<!doctype html>', truncated: false, sha256: '' },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	}),
	wire: (_, outcome) => ({ roundTrips: roundTripsOf(outcome), address: outcome.address }),
});

/** Its name was looked up before; a connection that was kept from another exchange cost nothing. */
function roundTripsOf(outcome: SeenOutcome): number {
	if (outcome.kind === 'failed') {
		return { dns: 0, connect: 1, tls: 2, request: 3 }[outcome.phase];
	}
	const { timing, tls } = outcome;
	return (
		(timing.connect > 0 ? 1 : 0) + (timing.tls > 0 ? tlsRoundTrips(tls?.protocol ?? '') : 0) + 1
	);
}

/** Nothing behind this point sees a secret of the target: not a check, a recording, nor a report. */
async function withoutSecrets(
	request: HttpRequest,
	outcome: HttpOutcome,
	io: Io,
): Promise<SeenOutcome> {
	if (outcome.kind !== 'answered') return outcome;
	const { headers, body } = outcome;
	const { found, values } =
		request.thirdParty === true
			? { found: [], values: [] }
			: await secretsServed(request.url, outcome, io);
	return {
		...outcome,
		headers: redactHeaders(headers).map(([name, value]) => [name, redactValues(value, values)]),
		body: { ...body, bytes: redactValues(redactBody(body.bytes), values) },
		...(found.length > 0 && { secrets: found }),
	};
}

/** Every value sent under a field name, in wire order. */
export function fieldValues(answer: HttpAnswered, name: string): readonly string[] {
	const wanted = name.toLowerCase();
	return answer.headers.filter(([n]) => n.toLowerCase() === wanted).map(([, value]) => value);
}

/** The body as text: UTF-8, wrong bytes replaced. */
export function bodyText({ body }: HttpAnswered): string {
	return Buffer.from(body.bytes, 'latin1').toString('utf8');
}

/**
 * The response, for checks that have nothing to say when there is none. Without an address the name
 * owns the cause (`dns/resolution`), without HTTPS the host does (`ssl/https`), without plain HTTP
 * `redirects/https-upgrade`; where the connection stands and no page comes, `redirects/chain`.
 */
export const httpAnswer = defineDerivation({
	name: 'http.answer',
	params: z.object({ url: HttpUrl }),
	async derive({ url }, get): Promise<Fact<SeenAnswer>> {
		const host = new URL(url).hostname;
		const addresses = await get(addressesOf({ host }));
		if (addresses.status !== 'known') return addresses;
		const nowhere = addresses.value.v4.length + addresses.value.v6.length === 0;
		const exchange = await get(httpExchange({ url }));
		if (exchange.status !== 'known') return exchange;
		const outcome = exchange.value;
		if (outcome.kind === 'answered') return known(outcome);
		if (outcome.how === 'no-such-host' || nowhere) {
			return blocked({ check: 'dns/resolution', subject: host }, `${host} has no address`);
		}
		if (isSilence(outcome) && !(await isTheirSilence(url, outcome.phase, get))) {
			return unknown('timeout', `${url} does not answer (${outcome.phase})`);
		}
		const check = ownerOf(url, outcome);
		return blocked({ check, subject: host }, `${url} does not answer: ${outcome.detail}`);
	},
});

type HttpFailed = Extract<HttpOutcome, { kind: 'failed' }>;

/** Nothing came back, which our own side can bring about as well as theirs. */
export function isSilence({ how }: Pick<HttpFailed, 'how'>): boolean {
	return how === 'silent' || how === 'unreachable';
}

/**
 * The control experiment before a silence is believed: once connected, it is theirs. Before that, the
 * other web port of the same host must do something (a refusal is a reply too), or the twin of apex
 * and www must answer on the same port, from another address. At most two requests, each shared.
 */
export async function isTheirSilence(
	url: string,
	phase: HttpFailed['phase'],
	get: GetFact,
): Promise<boolean> {
	if (phase === 'tls' || phase === 'request') return true;
	const { protocol, hostname } = new URL(url);
	const other = protocol === 'https:' ? 'http:' : 'https:';
	const twin = hostname.startsWith('www.') ? hostname.slice(4) : `www.${hostname}`;
	const [beside, there] = await Promise.all([
		get(httpExchange({ url: `${other}//${hostname}/` })),
		isHostName(twin) ? get(httpExchange({ url: `${protocol}//${twin}/` })) : null,
	]);
	if (beside.status === 'known' && didReply(beside.value)) return true;
	return there?.status === 'known' && there.value.kind === 'answered';
}

function didReply(outcome: HttpOutcome): boolean {
	return outcome.kind === 'answered' || !(isSilence(outcome) || outcome.how === 'no-such-host');
}

function isHostName(name: string): boolean {
	return name.includes('.') && !name.includes('[') && !/^[\d.]+$/.test(name);
}

/** Which check at the host explains a failure of this kind. */
function ownerOf(url: string, { how, phase }: Pick<HttpFailed, 'how' | 'phase'>): string {
	if (how === 'no-such-host') return 'dns/resolution';
	if (phase === 'request' || how === 'bad-response') return 'redirects/chain';
	return url.startsWith('https:') ? 'ssl/https' : 'redirects/https-upgrade';
}
