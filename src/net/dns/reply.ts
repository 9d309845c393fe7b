import type { DnsQuirk } from '../../core/io.ts';
import { Malformed } from './malformed.ts';
import { type Echo, type Message, readEcho, readHeader, readMessage } from './message.ts';
import { lowered } from './name.ts';
import type { Query } from './query.ts';

/** What came of one question over one transport. */
export type Reply =
	| {
			readonly kind: 'message';
			readonly message: Message;
			readonly note: string;
			readonly quirks: readonly DnsQuirk[];
	  }
	/** TC over UDP: ask over TCP. */
	| { readonly kind: 'truncated' }
	/** Our question came back in other letters: ask without mixing them. */
	| { readonly kind: 'case-lost' }
	| {
			readonly kind: 'failed';
			readonly how: 'silent' | 'refused' | 'unreachable' | 'malformed';
			readonly detail: string;
	  };

export type Failure = Extract<Reply, { kind: 'failed' }>;

export const failure = (how: Failure['how'], detail: string): Failure => ({
	kind: 'failed',
	how,
	detail,
});

/**
 * One received message against the questions that are out; `null` for what answers none of them
 * (RFC 5452 §9.1), which is ignored, because anybody can send it.
 */
export function matchReply(bytes: Buffer, out: readonly Query[]): Reply | null {
	const header = readHeader(bytes);
	if (!header?.response || header.opcode !== 0) return null;
	const query = out.find(({ id }) => id === header.id);
	if (!query) return null;
	try {
		return readReply(bytes, query, header.truncated);
	} catch (error) {
		if (!(error instanceof Malformed)) throw error;
		return header.truncated ? { kind: 'truncated' } : failure('malformed', error.message);
	}
}

function readReply(bytes: Buffer, query: Query, truncated: boolean): Reply | null {
	const echo = readEcho(bytes);
	if (echo && !isEcho(echo, query)) return null;
	const isCaseLost = echo !== null && !echo.name.equals(query.name);
	if (isCaseLost && query.exact) return { kind: 'case-lost' };
	if (truncated) return { kind: 'truncated' };
	const message = readMessage(bytes, { klass: query.klass, canonical: query.dnssec });
	// Servers that do not understand a question do not always repeat it.
	if (!echo && message.rcode === 'NOERROR') throw new Malformed('the question does not come back');
	return { kind: 'message', message, note: '', quirks: isCaseLost ? ['case-lost'] : [] };
}

function isEcho(echo: Echo, { name, type, klass }: Query): boolean {
	return echo.type === type && echo.klass === klass && lowered(echo.name).equals(lowered(name));
}
