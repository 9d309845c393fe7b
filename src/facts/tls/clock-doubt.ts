import { z } from 'zod';
import {
	defineDerivation,
	defineProbe,
	type Fact,
	type FactRef,
	type GetFact,
	known,
} from '../../core/fact.ts';
import type { HttpOutcome } from '../../core/io.ts';
import { fieldValues, httpExchange } from '../web/http.ts';
import { strangerExchange } from '../web/stranger.ts';
import { servedChains } from './served-chains.ts';
import { type Certificate, parseCertificate } from './x509.ts';

/** The clock of the machine that audits. Touches no network. */
export const clockReading = defineProbe({
	name: 'clock.reading',
	params: z.object({}),
	value: z.object({ at: z.string() }),
	observe: async (_, io) => ({ at: io.clock.now().toISOString() }),
	describe: (_, { at }) => ({ kind: 'control', summary: `our clock: ${at}`, detail: '' }),
	plan: () => null,
});

export interface ClockDoubt {
	/** ISO 8601; when our clock was read. */
	readonly ours: string;
	/** What two other clocks say, in words; `null` where ours is not in doubt. */
	readonly doubt: string | null;
}

/** More than a slow exchange and an old cached answer explain. */
const TOLERANCE_MS = 5 * 60_000;
/** Our clock is read once an audit, exchanges happen all along it. */
const MOST_AUDIT_MS = 2 * 60_000;

/**
 * Whether to believe our clock against a certificate's dates. Nothing is asked while all dates are
 * good. Otherwise two clocks that do not depend on each other, the host's and its CA's (or, without
 * caIssuers, the host beside), are read from the Date of their answers on port 80; ours is in doubt
 * where both agree and it does not.
 */
export const clockDoubt = defineDerivation({
	name: 'clock.doubt',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<ClockDoubt>> {
		const reading = await get(clockReading({}));
		if (reading.status !== 'known') return reading;
		const ours = reading.value.at;
		const served = await get(servedChains(params));
		if (served.status !== 'known') return served;
		const certificates = served.value.flatMap(({ chain }) => chain.flatMap(readable));
		const at = Date.parse(ours);
		if (certificates.every(({ notBefore, notAfter }) => notBefore <= at && at <= notAfter)) {
			return known({ ours, doubt: null });
		}
		return get(comparedClock(params));
	},
});

/** Our clock against two others, whatever dates hang on it. */
export const comparedClock = defineDerivation({
	name: 'clock.compared',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<ClockDoubt>> {
		const reading = await get(clockReading({}));
		if (reading.status !== 'known') return reading;
		const ours = reading.value.at;
		const served = await get(servedChains(params));
		const chains = served.status === 'known' ? served.value : [];
		const certificates = chains.flatMap(({ chain }) => chain.flatMap(readable));
		const issuer = certificates.flatMap(({ issuerUrls }) => issuerUrls).find(isPlainHttp);
		const [theirs, others] = await Promise.all([
			dateAt(httpExchange({ url: `http://${params.host}/` }), get),
			issuer === undefined
				? dateAt(httpExchange({ url: `http://${params.beside}/` }), get)
				: dateAt(strangerExchange({ url: issuer, home: params.host, maxBytes: 65_536 }), get),
		]);
		return known({ ours, doubt: doubtOf(Date.parse(ours), theirs, others) });
	},
});

/** An audit is over sooner. */
const SAME_AUDIT_MS = 10 * 60_000;

/**
 * Why a date cannot be judged at this moment; `null` where it can. Another moment than the audit's own
 * (launch day) is the user's and in no doubt.
 */
export function doubtAt(clock: Fact<ClockDoubt>, now: Date): string | null {
	if (clock.status !== 'known') return null;
	const { ours, doubt } = clock.value;
	return Math.abs(now.getTime() - Date.parse(ours)) < SAME_AUDIT_MS ? doubt : null;
}

function readable(base64: string): readonly Certificate[] {
	const parsed = parseCertificate(Buffer.from(base64, 'base64'));
	return parsed.kind === 'certificate' ? [parsed.certificate] : [];
}

function isPlainHttp(url: string): boolean {
	return URL.canParse(url) && new URL(url).protocol === 'http:';
}

interface Seen {
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly address: string;
}

/** The time that a server's answer shows; `null` without a readable Date. */
export async function dateAt(exchange: FactRef<HttpOutcome>, get: GetFact): Promise<Seen | null> {
	const answer = await get(exchange);
	if (answer.status !== 'known' || answer.value.kind !== 'answered') return null;
	const [date = ''] = fieldValues(answer.value, 'date');
	const at = Date.parse(date);
	return Number.isNaN(at) ? null : { at, address: answer.value.address };
}

/** In words, or `null`. Two answers from one address are one clock. */
export function doubtOf(ours: number, one: Seen | null, other: Seen | null): string | null {
	if (one === null || other === null || one.address === other.address) return null;
	const isApart = Math.abs(one.at - other.at) > TOLERANCE_MS;
	const isNear = [one, other].some(({ at }) => Math.abs(at - ours) <= TOLERANCE_MS + MOST_AUDIT_MS);
	if (isApart || isNear) return null;
	const iso = (at: number) => new Date(at).toISOString().slice(0, 16);
	return `this machine's clock says ${iso(ours)}, two servers say ${iso(one.at)}`;
}
