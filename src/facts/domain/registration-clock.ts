import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { type ClockDoubt, clockReading, dateAt, doubtOf } from '../tls/clock-doubt.ts';
import { httpExchange } from '../web/http.ts';
import { registrationOf } from './registration.ts';

/** A registry's clock is right to the second; what is further away is looked into. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * Whether to believe our clock against the dates of a registration. The registry's Date is at hand; the
 * domain's own web server is asked only where it contradicts ours.
 */
export const registrationClock = defineDerivation({
	name: 'domain.registration-clock',
	params: z.object({
		domain: z.string(),
		rdap: z.string().nullable(),
		registrant: z.boolean().default(false),
	}),
	async derive(params, get): Promise<Fact<ClockDoubt>> {
		const [reading, registration] = await Promise.all([
			get(clockReading({})),
			get(registrationOf(params)),
		]);
		if (reading.status !== 'known') return reading;
		if (registration.status !== 'known') return registration;
		const ours = reading.value.at;
		const { answeredAt, answeredFrom } = registration.value;
		if (answeredAt === null || answeredFrom === null) return known({ ours, doubt: null });
		const [here, there] = [Date.parse(ours), Date.parse(answeredAt)];
		if (Math.abs(here - there) <= TOLERANCE_MS) return known({ ours, doubt: null });
		const other = await dateAt(httpExchange({ url: `http://${params.domain}/` }), get);
		return known({ ours, doubt: doubtOf(here, { at: there, address: answeredFrom }, other) });
	},
});
