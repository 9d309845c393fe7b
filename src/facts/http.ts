import { z } from 'zod';
import { blocked, defineDerivation, defineProbe, type Fact, known, unknown } from '../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../core/io.ts';
import { addressesOf } from './dns.ts';

const HttpOutcomeSchema: z.ZodType<HttpOutcome> = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('answered'),
		status: z.number().int(),
		headers: z.array(z.tuple([z.string(), z.string()])),
		body: z.object({ bytes: z.string(), truncated: z.boolean(), sha256: z.string() }),
		address: z.string(),
		tls: z.object({ protocol: z.string(), certificateSha256: z.string() }).nullable(),
		timing: z.object({
			dns: z.number(),
			connect: z.number(),
			tls: z.number(),
			firstByte: z.number(),
			download: z.number(),
		}),
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

const HttpUrl = z.string().transform((text) => {
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
		method: z.enum(['GET', 'OPTIONS']).default('GET'),
		headers: z.array(z.tuple([z.string(), z.string()])).optional(),
		address: z.string().optional(),
		maxBytes: z.number().int().optional(),
		thirdParty: z.boolean().optional(),
	}),
	value: HttpOutcomeSchema,
	observe: (request, io) => io.http.exchange(request),
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
});

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
 * owns the cause (`dns/resolution`); without HTTPS the host does (`ssl/https`).
 */
export const httpAnswer = defineDerivation({
	name: 'http.answer',
	params: z.object({ url: HttpUrl }),
	async derive({ url }, get): Promise<Fact<HttpAnswered>> {
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
		if (outcome.how === 'silent') {
			return unknown('timeout', `${url} does not answer (${outcome.phase})`);
		}
		return blocked(
			{ check: 'ssl/https', subject: host },
			`${url} does not answer: ${outcome.detail}`,
		);
	},
});
