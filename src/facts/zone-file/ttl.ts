/** Largest TTL (RFC 2181 §8), in seconds. */
const MOST = 2 ** 31 - 1;

const UNITS: Readonly<Record<string, number>> = {
	s: 1,
	m: 60,
	h: 3_600,
	d: 86_400,
	w: 604_800,
};

/** Seconds, or numbers with units as BIND writes them (`1h30m`); `null` for anything else. */
export function ttlIn(text: string): number | null {
	if (!/^\d{1,10}(?:[smhdw](?:\d{1,10}[smhdw])*)?$/i.test(text)) return null;
	let seconds = 0;
	for (const [, number, unit = 's'] of text.matchAll(/(\d+)([smhdw])?/gi)) {
		seconds += Number(number) * (UNITS[unit.toLowerCase()] ?? 1);
	}
	return seconds <= MOST ? seconds : null;
}
