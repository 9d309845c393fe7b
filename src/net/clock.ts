import type { Clock } from '../core/io.ts';

/** The only place that reads the present time. */
export const systemClock: Clock = { now: () => new Date() };
