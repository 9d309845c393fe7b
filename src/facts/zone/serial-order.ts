/** How one serial stands to another; `undefined` where they are half the circle apart. */
export type SerialOrder = 'equal' | 'less' | 'greater' | 'undefined';

/** Serial number arithmetic (RFC 1982 §3.2). SOA serials have 32 bits. */
export function serialOrder(one: number, other: number, bits = 32): SerialOrder {
	if (one === other) return 'equal';
	const half = 2 ** (bits - 1);
	const distance = Math.abs(one - other);
	if (distance === half) return 'undefined';
	return one < other === distance < half ? 'less' : 'greater';
}

/**
 * The one that no other is greater than. The order goes round in a circle, so it means something only
 * among serials that lie within half of it; `null` for none.
 */
export function newestSerial(serials: readonly number[]): number | null {
	const [first = null, ...rest] = serials;
	if (first === null) return null;
	return rest.reduce((best, one) => (serialOrder(best, one) === 'less' ? one : best), first);
}
