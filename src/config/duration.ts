import { type Seconds, seconds } from '../core/units.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `60m`, `48h`, `2d`, or bare seconds. Throws `RangeError` with what to write instead. */
export function parseDuration(text: string, name: string): Seconds {
	const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/.exec(text.trim()) ?? [];
	const value = Number(number) * (UNITS[unit === '' ? 's' : (unit ?? '')] ?? Number.NaN);
	if (!(value > 0 && value <= 10 * 365 * 86_400)) {
		throw new RangeError(`${name} "${text}" is no duration: write 90s, 5m, 48h or 2d`);
	}
	return seconds(value);
}
