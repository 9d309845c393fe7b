import { type LoadPlan, MOST_LOAD } from '../../core/load-plan.ts';

export interface Appointment {
	/** From 0. */
	readonly user: number;
	readonly intendedMs: number;
}

/** A start moves by up to so much of the pause before the next, so that users do not march in step. */
const JITTER = 0.5;

/** When each user begins: one after the other over the ramp, each somewhere in a stretch of its own. */
export function arrivals(
	{ users, rampMs }: Pick<LoadPlan, 'users' | 'rampMs'>,
	random: () => number,
): readonly number[] {
	return Array.from({ length: users }, (_, user) => (rampMs * (user + random())) / users);
}

/** Every start of every user, by time: the open model, fixed before the first request. */
export function timetable(
	plan: Pick<LoadPlan, 'users' | 'rampMs' | 'holdMs' | 'thinkMs'>,
	random: () => number,
): readonly Appointment[] {
	const { rampMs, holdMs, thinkMs } = plan;
	return arrivals(plan, random)
		.flatMap((from, user) => {
			const count = Math.ceil((rampMs + holdMs - from) / thinkMs);
			return Array.from({ length: count }, (_, nth) => ({
				user,
				intendedMs: from + (nth + JITTER * random()) * thinkMs,
			}));
		})
		.filter(({ intendedMs }) => intendedMs < rampMs + holdMs)
		.sort((a, b) => a.intendedMs - b.intendedMs)
		.slice(0, MOST_LOAD.requests);
}

/** The pause of a user of the closed model: the same on average, jittered as much. */
export function pause(thinkMs: number, random: () => number): number {
	return thinkMs * (1 - JITTER / 2 + JITTER * random());
}
