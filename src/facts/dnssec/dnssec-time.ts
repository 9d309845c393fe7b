import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { type ClockDoubt, clockReading, comparedClock } from '../tls/clock-doubt.ts';
import type { SeenSet } from './dnssec-answer.ts';
import { dnssecSurvey } from './dnssec-survey.ts';

/** When a signature holds: seconds since 1970 modulo 2^32. */
export interface Period {
	readonly inception: number;
	readonly expiration: number;
}

/** Both ends compared as in RFC 1982, so that 2106 is no boundary (RFC 4034 §3.1.5). */
export function timingAt(
	{ inception, expiration }: Period,
	now: Date,
): 'in-time' | 'expired' | 'early' {
	if (secondsUntil(expiration, now) < 0) return 'expired';
	return secondsUntil(inception, now) > 0 ? 'early' : 'in-time';
}

/** Negative where it is past; never more than 68 years either way. */
export function secondsUntil(serial: number, now: Date): number {
	return (serial - Math.floor(now.getTime() / 1000)) | 0;
}

/** The moment nearest to now that a field of 32 bits can mean. */
export function momentOf(serial: number, now: Date): Date {
	const seconds = Math.floor(now.getTime() / 1000) + secondsUntil(serial, now);
	return new Date(seconds * 1000);
}

/**
 * Whether to believe our clock against the dates of signatures. No other clock is asked while all of
 * them hold. Where the signatures of the parent's servers over the DS do not hold either, the doubt is
 * settled: a registry is watched, the clock of a laptop is not.
 */
export const dnssecClock = defineDerivation({
	name: 'dns.dnssec-clock',
	params: z.object({
		name: z.string(),
		hosts: z.array(z.string()),
		seed: z.string(),
	}),
	async derive({ name, hosts, seed }, get): Promise<Fact<ClockDoubt>> {
		const [reading, survey] = await Promise.all([
			get(clockReading({})),
			get(dnssecSurvey({ name, hosts, seed })),
		]);
		if (reading.status !== 'known') return reading;
		if (survey.status !== 'known') return survey;
		const ours = reading.value.at;
		const now = new Date(ours);
		const { servers, parentPeriods } = survey.value;
		const sets = servers.flatMap(({ keySet, sets, denials }): readonly SeenSet[] => [
			...(keySet === null ? [] : [keySet]),
			...sets,
			...denials.flatMap((denial) => denial.sets),
		]);
		const periods = sets.flatMap(({ signatures }) => signatures);
		if (periods.every((period) => timingAt(period, now) === 'in-time')) {
			return known({ ours, doubt: null });
		}
		if (
			parentPeriods.length > 0 &&
			parentPeriods.every((period) => timingAt(period, now) !== 'in-time')
		) {
			const clock = `this machine's clock says ${ours.slice(0, 16)}`;
			return known({ ours, doubt: `${clock}, when the registry's own signatures do not hold` });
		}
		return get(comparedClock({ host: name, beside: `www.${name}` }));
	},
});
