import type { TimingSample } from '../core/io.ts';
import type { Sample } from './generator/generator.ts';

/** A row of the measuring thread as the report's evidence has it. */
export function timingSample(
	sample: Sample,
	visit: { readonly dnsMs: number } | null,
): TimingSample {
	const { intended, taken, started, ended, fault, headers } = sample;
	const began = visit !== null || started === 0 ? taken : started;
	return {
		intendedMs: intended,
		lateMs: began - intended,
		tookMs: ended - began + (visit?.dnsMs ?? 0),
		firstByteMs: sample.firstByteMs,
		downloadMs: sample.headersAt === 0 ? 0 : ended - sample.headersAt,
		connectMs: sample.connectMs,
		tlsMs: sample.tlsMs,
		redirectMs: sample.redirectMs,
		status: fault === 'none' || fault === 'wrong-body' ? sample.status : 0,
		newConnection: sample.newConnection === 1,
		roundTripMs: sample.roundTripMs,
		closedAfterMs: sample.closedAfterMs < 0 ? null : sample.closedAfterMs,
		bytes: sample.bytes,
		failure: sample.failure,
		fault,
		headers,
	};
}

/** A request for which there was no way. */
export function neverSent(fault: TimingSample['fault'], failure: string): TimingSample {
	return {
		intendedMs: 0,
		lateMs: 0,
		tookMs: 0,
		firstByteMs: 0,
		downloadMs: 0,
		connectMs: 0,
		tlsMs: 0,
		redirectMs: 0,
		status: 0,
		newConnection: true,
		roundTripMs: 0,
		closedAfterMs: null,
		bytes: 0,
		failure,
		fault,
		headers: [],
	};
}
