import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { TlsCompleted, TlsOutcome, TlsRequest } from '../../core/io.ts';
import { tlsRoundTrips } from './tls-round-trips.ts';

export const TlsOutcomeSchema: z.ZodType<TlsOutcome> = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('completed'),
		protocol: z.string(),
		cipher: z.string(),
		alpn: z.string().nullable(),
		chain: z.array(z.string()),
		staple: z.string().optional(),
		ticket: z.boolean().optional(),
		asksForCertificate: z.boolean().optional(),
	}),
	z.object({
		kind: z.literal('failed'),
		how: z.enum([
			'refused',
			'unreachable',
			'reset',
			'silent',
			'alert',
			'not-tls',
			'handshake-failed',
		]),
		phase: z.enum(['connect', 'tls']),
		alert: z.number().nullable(),
		detail: z.string(),
		asksForCertificate: z.boolean().optional(),
	}),
]);

/** One TLS handshake with one address: one connection, closed at once. Any certificate is accepted. */
export const tlsHandshake = defineProbe({
	name: 'tls.handshake',
	params: z.object({
		host: z.string(),
		address: z.string(),
		port: z.number().int().default(443),
		maxVersion: z.literal('TLSv1.2').optional(),
		withoutName: z.literal(true).optional(),
		forTicket: z.literal(true).optional(),
		again: z.number().int().optional(),
	}),
	value: TlsOutcomeSchema,
	observe: (request, io) => io.tls.handshake(request),
	describe: (request, outcome) => ({
		kind: 'tls',
		summary:
			outcome.kind === 'completed'
				? `${saying(request)}: ${outcome.protocol}, ${outcome.chain.length} certificates${stapled(outcome)}${asked(outcome)}`
				: `${saying(request)}: ${outcome.how.replaceAll('-', ' ')} (${outcome.phase})${asked(outcome)}`,
		detail: outcome.kind === 'completed' ? outcome.cipher : outcome.detail,
	}),
	plan: (request) => `TLS ${saying(request)}`,
	wire: ({ address, forTicket }, outcome) => ({
		roundTrips: roundTripsOf(outcome, forTicket),
		address,
	}),
});

/** A connection, the handshake, and what follows it. */
function roundTripsOf(outcome: TlsOutcome, forTicket?: true): number {
	if (outcome.kind === 'failed') return outcome.phase === 'connect' ? 1 : 2;
	return 1 + tlsRoundTrips(outcome.protocol) + (forTicket === true ? 1 : 0);
}

function saying(request: TlsRequest): string {
	const { host, address, port, maxVersion, withoutName, again } = request;
	const limit = maxVersion === undefined ? '' : ', offering TLS 1.2 at most';
	const unnamed = withoutName === true ? ', without a name' : '';
	return `${host} at ${address}:${port}${limit}${unnamed}${again ? ', a second look' : ''}`;
}

function stapled({ staple }: TlsCompleted): string {
	return staple === undefined ? '' : ', an OCSP response stapled';
}

function asked({ asksForCertificate }: TlsOutcome): string {
	return asksForCertificate === true ? ', asks for a client certificate' : '';
}

/** The roots of trust that this machine has. Touches no network. */
export const trustStore = defineProbe({
	name: 'tls.trust-store',
	params: z.object({}),
	value: z.object({ node: z.string(), publicPem: z.string(), privatePem: z.string() }),
	observe: (_, io) => io.tls.roots(),
	describe: (_, { node }) => ({ kind: 'tls', summary: `the roots of Node ${node}`, detail: '' }),
	plan: () => null,
});
