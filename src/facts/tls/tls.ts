import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { TlsOutcome } from '../../core/io.ts';

export const TlsOutcomeSchema: z.ZodType<TlsOutcome> = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('completed'),
		protocol: z.string(),
		cipher: z.string(),
		alpn: z.string().nullable(),
		chain: z.array(z.string()),
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
	}),
]);

/** One TLS handshake with one address: one connection, closed at once. Any certificate is accepted. */
export const tlsHandshake = defineProbe({
	name: 'tls.handshake',
	params: z.object({ host: z.string(), address: z.string(), port: z.number().int().default(443) }),
	value: TlsOutcomeSchema,
	observe: (request, io) => io.tls.handshake(request),
	describe: ({ host, address, port }, outcome) => ({
		kind: 'tls',
		summary:
			outcome.kind === 'completed'
				? `${host} at ${address}:${port}: ${outcome.protocol}, ${outcome.chain.length} certificates`
				: `${host} at ${address}:${port}: ${outcome.how.replaceAll('-', ' ')} (${outcome.phase})`,
		detail: outcome.kind === 'completed' ? outcome.cipher : outcome.detail,
	}),
	plan: ({ host, address, port }) => `TLS ${host} at ${address}:${port}`,
});

/** The roots of trust that this machine has. Touches no network. */
export const trustStore = defineProbe({
	name: 'tls.trust-store',
	params: z.object({}),
	value: z.object({ node: z.string(), publicPem: z.string(), privatePem: z.string() }),
	observe: (_, io) => io.tls.roots(),
	describe: (_, { node }) => ({ kind: 'tls', summary: `the roots of Node ${node}`, detail: '' }),
	plan: () => null,
});
