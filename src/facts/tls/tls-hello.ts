import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import { HELLO_VERSIONS, type HelloOutcome, type HelloRequest } from '../../core/io.ts';
import { groupName, suiteName } from './cipher-suites.ts';

const HelloOutcomeSchema: z.ZodType<HelloOutcome> = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('answered'),
		version: z.string(),
		suite: z.number(),
		compression: z.number(),
		sessionId: z.boolean(),
		ticket: z.boolean(),
		secureRenegotiation: z.boolean(),
		alpn: z.string().nullable(),
		group: z.number().nullable(),
		timestamps: z.array(z.string()),
		chain: z.array(z.string()),
		staple: z.string().nullable(),
		keyExchange: z.string().nullable(),
		asksForCertificate: z.boolean(),
		complete: z.boolean(),
		tookMs: z.number(),
	}),
	z.object({
		kind: z.literal('failed'),
		how: z.enum(['refused', 'unreachable', 'reset', 'silent', 'alert', 'not-tls', 'malformed']),
		phase: z.enum(['connect', 'tls']),
		alert: z.number().nullable(),
		detail: z.string(),
		tookMs: z.number(),
	}),
]);

/**
 * One ClientHello and what answers it in the clear: one connection, closed before any handshake is
 * complete; a server's log may show it as one that was broken off.
 */
export const tlsHello = defineProbe({
	name: 'tls.hello',
	params: z.object({
		host: z.string(),
		address: z.string(),
		port: z.number().int().default(443),
		version: z.enum(HELLO_VERSIONS),
		suites: z.array(z.number().int()),
		groups: z.array(z.number().int()).optional(),
		signatureSchemes: z.array(z.number().int()).optional(),
		compression: z.literal(true).optional(),
		alpn: z.array(z.string()).optional(),
		timestamps: z.literal(true).optional(),
		staple: z.literal(true).optional(),
		withoutName: z.literal(true).optional(),
		again: z.number().int().optional(),
	}),
	value: HelloOutcomeSchema,
	observe: (request, io) => io.tls.hello(request),
	describe: (request, outcome) => ({
		kind: 'tls',
		summary: `${saying(request)}: ${answered(outcome)}`,
		detail: outcome.kind === 'failed' ? outcome.detail : '',
	}),
	plan: (request) => `TLS ${saying(request)}`,
	assume: ({ version, suites }): HelloOutcome => ({
		kind: 'answered',
		version,
		suite: suites[0] ?? 0,
		compression: 0,
		sessionId: true,
		ticket: false,
		secureRenegotiation: true,
		alpn: null,
		group: null,
		timestamps: [],
		chain: [],
		staple: null,
		keyExchange: null,
		asksForCertificate: false,
		complete: true,
		tookMs: 0,
	}),
	wire: ({ address }, outcome) => ({
		roundTrips: outcome.kind === 'failed' && outcome.phase === 'connect' ? 1 : 2,
		address,
	}),
});

function saying({ host, address, port, version, suites, groups, again }: HelloRequest): string {
	const many = version === 'SSLv2' ? '' : `, ${list(suites, suiteName, 'suites')}`;
	const curves = groups === undefined ? '' : `, ${list(groups, groupName, 'groups')}`;
	const offer = `a hello with ${version}${many}${curves}`;
	return `${host} at ${address}:${port}, ${offer}${again ? ', a second look' : ''}`;
}

function list(numbers: readonly number[], name: (one: number) => string, what: string): string {
	return numbers.length <= 2 ? numbers.map(name).join(' and ') : `${numbers.length} ${what}`;
}

function answered(outcome: HelloOutcome): string {
	if (outcome.kind === 'failed') return `${outcome.how.replaceAll('-', ' ')} (${outcome.phase})`;
	const { version, suite, group } = outcome;
	return [
		version,
		...(version === 'SSLv2' ? [] : [suiteName(suite)]),
		...(group === null ? [] : [groupName(group)]),
	].join(', ');
}
