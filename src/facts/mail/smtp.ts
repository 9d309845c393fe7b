import { z } from 'zod';
import type { Evidence } from '../../core/evidence.ts';
import { defineProbe } from '../../core/fact.ts';
import type { SmtpOutcome, SmtpRequest } from '../../core/io.ts';
import { TlsOutcomeSchema } from '../tls/tls.ts';
import { tlsRoundTrips } from '../tls/tls-round-trips.ts';

const SmtpOutcomeSchema: z.ZodType<SmtpOutcome> = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('session'),
		greeting: z.string(),
		extensions: z.array(z.string()),
		starttls: z.number().int().nullable(),
		tls: TlsOutcomeSchema.nullable(),
	}),
	z.object({
		kind: z.literal('failed'),
		how: z.enum(['refused', 'unreachable', 'reset', 'silent', 'bad-response']),
		phase: z.enum(['connect', 'smtp']),
		detail: z.string(),
	}),
]);

/**
 * One session at port 25 of one address: EHLO, STARTTLS, QUIT, and never a mail. The owner's log shows
 * a client that left without one. A host that refuses us is unknown (`denied`): it may serve others.
 */
export const smtpSession = defineProbe({
	name: 'smtp.session',
	params: z.object({
		host: z.string(),
		address: z.string(),
		/** A second look: an equal request with the same number shares one session. */
		again: z.number().int().optional(),
		/** Offers nothing newer. */
		maxVersion: z.literal('TLSv1.1').optional(),
	}),
	value: SmtpOutcomeSchema,
	observe: ({ host, address, maxVersion }, io) =>
		io.smtp.session({ host, address, ...(maxVersion !== undefined && { maxVersion }) }),
	describe: (request, outcome) => describeSession(request, outcome),
	plan: ({ host, address, maxVersion }) =>
		`SMTP ${host} at ${address}:25 (EHLO, STARTTLS${maxVersion === undefined ? '' : ' with TLS 1.1 at most'}, QUIT)`,
	assume: ({ host }) => ({
		kind: 'session' as const,
		greeting: `220 ${host} ESMTP`,
		extensions: ['STARTTLS'],
		starttls: 220,
		tls: null,
	}),
	wire: ({ address }, outcome) => ({ roundTrips: roundTripsOf(outcome), address }),
});

/** A connection, the greeting, EHLO, STARTTLS, the handshake; QUIT waits for nothing. */
function roundTripsOf(outcome: SmtpOutcome): number {
	if (outcome.kind === 'failed') return outcome.phase === 'connect' ? 1 : 2;
	const { starttls, tls } = outcome;
	const handshake = tls === null ? 0 : tls.kind === 'completed' ? tlsRoundTrips(tls.protocol) : 1;
	return 3 + (starttls === null ? 0 : 1) + handshake;
}

/** What a session showed, for a report. */
export function describeSession(
	{ host, address, maxVersion }: SmtpRequest,
	outcome: SmtpOutcome,
): Evidence {
	const offer = maxVersion === undefined ? '' : ', offered TLS 1.1 at most';
	const place = `${host} at ${address}:25${offer}`;
	if (outcome.kind === 'failed') {
		const how = outcome.how.replaceAll('-', ' ');
		return { kind: 'smtp', summary: `${place}: ${how} (${outcome.phase})`, detail: outcome.detail };
	}
	const { greeting, extensions } = outcome;
	return {
		kind: 'smtp',
		summary: `${place}: ${encryptionIn(outcome)}`,
		detail: [greeting, ...extensions].map((line) => line.slice(0, 200)).join('\n'),
	};
}

function encryptionIn({ starttls, tls }: Extract<SmtpOutcome, { kind: 'session' }>): string {
	if (starttls === null) return 'no STARTTLS';
	if (starttls !== 220) return `STARTTLS answered with ${starttls}`;
	if (tls === null) return 'STARTTLS';
	return tls.kind === 'completed' ? `STARTTLS, ${tls.protocol}` : `STARTTLS, then ${tls.detail}`;
}
