import { labelBytes } from './dns-message.ts';
import type { Labels } from './domain-name.ts';
import { type ResourceRecord, TYPES } from './record.ts';

/** Types whose names keep their letters (RFC 4034 §6.2, RFC 6840 §5.1). */
const OWN_CASE: ReadonlySet<number> = new Set([TYPES.NSEC, TYPES.HTTPS, TYPES.SVCB]);

/** Wire form in lower case, uncompressed. */
export function canonicalName(labels: Labels): Buffer {
	return Buffer.concat([labelBytes(labels.map(lower)), Buffer.of(0)]);
}

function canonicalRdata({ type, rdata }: ResourceRecord): Buffer {
	const keeps = OWN_CASE.has(type);
	const parts = rdata.map((part) => {
		if (Buffer.isBuffer(part)) return part;
		return keeps ? Buffer.concat([labelBytes(part.name), Buffer.of(0)]) : canonicalName(part.name);
	});
	return Buffer.concat(parts);
}

/** A set as it is signed: each record once, in the order of its data (RFC 4034 §6.3). */
export function canonicalSet(records: readonly ResourceRecord[], ttl: number): Buffer {
	const distinct = new Map(
		records.map((record) => [canonicalRdata(record).toString('hex'), record] as const),
	);
	const sorted = [...distinct.keys()].sort().map((hex) => Buffer.from(hex, 'hex'));
	const [first] = records;
	if (first === undefined) return Buffer.alloc(0);
	return Buffer.concat(
		sorted.flatMap((data) => {
			const head = Buffer.alloc(10);
			head.writeUInt16BE(first.type, 0);
			head.writeUInt16BE(1, 2);
			head.writeUInt32BE(ttl, 4);
			head.writeUInt16BE(data.length, 8);
			return [canonicalName(first.owner), head, data];
		}),
	);
}

/** The order of names in a zone (RFC 4034 §6.1): by label from the right, each as lower-case octets. */
export function byCanonicalOrder(a: Labels, b: Labels): number {
	for (let i = 1; i <= Math.min(a.length, b.length); i++) {
		const order = Buffer.compare(octets(a.at(-i)), octets(b.at(-i)));
		if (order !== 0) return order;
	}
	return a.length - b.length;
}

function octets(label = ''): Buffer {
	return Buffer.from(lower(label), 'latin1');
}

/** ASCII letters alone (RFC 4343). */
function lower(label: string): string {
	return label.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
