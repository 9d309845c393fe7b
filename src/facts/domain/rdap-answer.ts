import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../../core/io.ts';
import { bodyText, fieldValues } from '../web/http.ts';
import { type RdapDomain, readRdapDomain } from './rdap-domain.ts';

const RdapDomainSchema: z.ZodType<RdapDomain> = z.object({
	name: z.string().nullable(),
	events: z.record(z.string(), z.string()),
	statuses: z.array(z.string()),
	nameservers: z.array(z.string()).nullable(),
	isSigned: z.boolean().nullable(),
	ds: z
		.array(
			z.object({
				keyTag: z.number(),
				algorithm: z.number(),
				digestType: z.number(),
				digest: z.string(),
			}),
		)
		.nullable(),
	registrar: z
		.object({
			name: z.string().nullable(),
			ianaId: z.string().nullable(),
			hasAbuseContact: z.boolean(),
		})
		.nullable(),
	registrant: z.string().nullable(),
	isRegistrantRedacted: z.boolean(),
	related: z.array(z.string()),
});

/** What came back from one RDAP service. */
export type RdapAnswer =
	| {
			readonly kind: 'domain';
			readonly domain: RdapDomain;
			/** The Date field; `null` without a readable one. ISO 8601. */
			readonly date: string | null;
			readonly address: string;
	  }
	/** 404 (RFC 7480 §5.3). A web server that knows nothing of RDAP says so too: see `isRdap`. */
	| { readonly kind: 'absent'; readonly isRdap: boolean }
	| { readonly kind: 'redirect'; readonly location: string }
	/** 401, 403, 429. */
	| { readonly kind: 'refused'; readonly detail: string }
	| { readonly kind: 'unusable'; readonly detail: string }
	/** No answer; `silent` where nothing came at all. */
	| { readonly kind: 'failed'; readonly isSilent: boolean; readonly detail: string };

const RdapAnswerSchema: z.ZodType<RdapAnswer> = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('domain'),
		domain: RdapDomainSchema,
		date: z.string().nullable(),
		address: z.string(),
	}),
	z.object({ kind: z.literal('absent'), isRdap: z.boolean() }),
	z.object({ kind: z.literal('redirect'), location: z.string() }),
	z.object({ kind: z.literal('refused'), detail: z.string() }),
	z.object({ kind: z.literal('unusable'), detail: z.string() }),
	z.object({ kind: z.literal('failed'), isSilent: z.boolean(), detail: z.string() }),
]);

const DEADLINE_MS = 5_000;
const MOST_BYTES = 256 * 1024;

/**
 * One question to one RDAP service. What it tells about people is dropped here, before anything is
 * recorded; the registrant's organisation is kept only where the user asks to compare it.
 */
export const rdapAnswer = defineProbe({
	name: 'domain.rdap-answer',
	params: z.object({
		url: z.string(),
		/** A service that the user named may be in a private network. */
		evenPrivate: z.boolean().default(false),
		registrant: z.boolean().default(false),
	}),
	value: RdapAnswerSchema,
	async observe({ url, evenPrivate, registrant }, io) {
		const outcome = await io.http.exchange({
			url,
			method: 'GET',
			headers: [['Accept', 'application/rdap+json']],
			maxBytes: MOST_BYTES,
			totalMs: DEADLINE_MS,
			thirdParty: true,
			evenPrivate,
		});
		return readAnswer(outcome, url, registrant);
	},
	describe: ({ url }, answer) => ({
		kind: 'http',
		summary: `GET ${url}: ${summaryOf(answer)}`,
		detail: detailOf(answer),
	}),
	plan: ({ url }) => `GET ${url}`,
	assume: () => ({ kind: 'absent' as const, isRdap: true }),
	// Connection, handshake, answer.
	wire: () => ({ roundTrips: 3, address: null }),
});

/** RFC 7480 §5 by status, RFC 9083 by content. */
function readAnswer(outcome: HttpOutcome, url: string, registrant: boolean): RdapAnswer {
	if (outcome.kind === 'failed') {
		return { kind: 'failed', isSilent: outcome.how === 'silent', detail: outcome.detail };
	}
	const { status } = outcome;
	const [location] = fieldValues(outcome, 'location');
	if (status >= 300 && status < 400 && location !== undefined) return redirectTo(location, url);
	switch (status) {
		case 200:
			return readContent(outcome, registrant);
		case 404:
			return { kind: 'absent', isRdap: !isWebPage(outcome) };
		case 401:
		case 403:
			return { kind: 'refused', detail: `status ${status}` };
		case 429:
			return { kind: 'refused', detail: `status 429${comeBack(outcome)}` };
		default:
			return unusable(`status ${status}`);
	}
}

function redirectTo(location: string, url: string): RdapAnswer {
	if (!URL.canParse(location, url)) return unusable('a redirect to something that is no URL');
	return { kind: 'redirect', location: new URL(location, url).href };
}

function readContent(answer: HttpAnswered, registrant: boolean): RdapAnswer {
	if (answer.body.truncated) return unusable(`an answer that is cut or over ${MOST_BYTES} bytes`);
	const reading = readRdapDomain(bodyText(answer), { registrant });
	if (reading.kind === 'fault') return unusable(reading.detail);
	const at = Date.parse(fieldValues(answer, 'date')[0] ?? '');
	const date = Number.isNaN(at) ? null : new Date(at).toISOString();
	return { kind: 'domain', domain: reading.domain, date, address: answer.address };
}

const unusable = (detail: string): RdapAnswer => ({ kind: 'unusable', detail });

function isWebPage(answer: HttpAnswered): boolean {
	return /^\s*text\/html/i.test(fieldValues(answer, 'content-type')[0] ?? '');
}

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3). */
function comeBack(answer: HttpAnswered): string {
	const [after = ''] = fieldValues(answer, 'retry-after');
	if (/^\d{1,9}$/.test(after.trim())) return `, come back in ${Number(after)} s`;
	const at = Date.parse(after);
	return Number.isNaN(at) ? '' : `, come back at ${new Date(at).toISOString()}`;
}

function summaryOf(answer: RdapAnswer): string {
	switch (answer.kind) {
		case 'domain': {
			const until = answer.domain.events['expiration'];
			return `registered${until === undefined ? '' : ` until ${until.slice(0, 10)}`}`;
		}
		case 'absent':
			return 'no such domain (404)';
		case 'redirect':
			return `redirect to ${answer.location}`;
		default:
			return answer.detail;
	}
}

function detailOf(answer: RdapAnswer): string {
	if (answer.kind !== 'domain') return '';
	const { events, statuses, nameservers, registrar } = answer.domain;
	return [
		...Object.entries(events).map(([action, date]) => `${action}: ${date}`),
		`status: ${statuses.join(', ')}`,
		`name servers: ${nameservers?.join(', ') ?? 'not given'}`,
		`registrar: ${registrar?.name ?? 'not given'}`,
	].join('\n');
}
