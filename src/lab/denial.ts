import { createHash } from 'node:crypto';
import { byCanonicalOrder, canonicalName } from './canonical-form.ts';
import { plainRdata } from './dns-message.ts';
import type { Labels } from './domain-name.ts';
import { type ResourceRecord, TYPES } from './record.ts';
import type { Zone } from './zone.ts';

/** What an answer has to prove (RFC 4035 §3.1.3, RFC 5155 §7.2). */
export type Absent =
	/** No such name. */
	| { readonly kind: 'name'; readonly name: Labels }
	/** The name, or the wildcard that stands for it, has no such type; a referral without DS too. */
	| { readonly kind: 'type'; readonly name: Labels; readonly wildcard: Labels | undefined }
	/** The name itself does not exist, so the wildcard answers. */
	| { readonly kind: 'exact'; readonly name: Labels };

interface Salted {
	readonly iterations: number;
	readonly salt: Buffer;
}

/** RFC 5155 §5. */
export function hashOf(name: Labels, { iterations, salt }: Salted): Buffer {
	let digest = canonicalName(name);
	for (let i = 0; i <= iterations; i++) {
		digest = createHash('sha1').update(digest).update(salt).digest();
	}
	return digest;
}

/** Base 32 with extended hex alphabet, no padding: 20 octets are 32 characters. */
export function hashLabel(hash: Buffer): string {
	const bits = [...hash].map((octet) => octet.toString(2).padStart(8, '0')).join('');
	return (bits.match(/.{5}/g) ?? []).map((five) => Number.parseInt(five, 2).toString(32)).join('');
}

/**
 * The NSEC or NSEC3 records that prove it, without signatures; none where the zone has none. A zone
 * that is told to prove the wrong thing gives the record after each of the right ones.
 */
export function proofOf(zone: Zone, absent: Absent): ResourceRecord[] {
	const { chain } = zone.denial;
	if (chain.length === 0 || zone.denial.fault === 'absent') return [];
	const isHashed = chain[0]?.type === TYPES.NSEC3;
	const found = isHashed ? hashedProof(zone, absent) : plainProof(zone, absent);
	const step = zone.denial.fault === 'wrong' ? 1 : 0;
	const indexes = new Set(found.map((index) => (index + step) % chain.length));
	return [...indexes].flatMap((index) => chain[index] ?? []);
}

/** Positions in the chain. */
function plainProof(zone: Zone, absent: Absent): number[] {
	const { chain } = zone.denial;
	/** The record at the name, or the one before it. */
	const nearest = (name: Labels) => {
		const after = chain.findIndex(({ owner }) => byCanonicalOrder(owner, name) > 0);
		return after < 0 ? chain.length - 1 : after - 1;
	};
	const { name } = absent;
	if (absent.kind === 'exact') return [nearest(name)];
	if (absent.kind === 'name') return [nearest(name), nearest(['*', ...encloser(zone, name)])];
	return absent.wildcard === undefined
		? [nearest(name)]
		: [nearest(absent.wildcard), nearest(name)];
}

function hashedProof(zone: Zone, absent: Absent): number[] {
	const { chain } = zone.denial;
	const salted = parametersOf(chain[0]);
	const nearest = (name: Labels) => {
		const label = hashLabel(hashOf(name, salted));
		const after = chain.findIndex(({ owner }) => (owner[0] ?? '') > label);
		return after === 0 || after < 0 ? chain.length - 1 : after - 1;
	};
	const { name } = absent;
	if (absent.kind === 'type' && absent.wildcard === undefined) return [nearest(name)];
	const above = encloser(zone, name);
	const next = nearest(name.slice(name.length - above.length - 1));
	if (absent.kind === 'exact') return [next];
	const wildcard = nearest(['*', ...above]);
	return [nearest(above), next, wildcard];
}

function parametersOf(record: ResourceRecord | undefined): Salted {
	const data = plainRdata(record?.rdata ?? []);
	return { iterations: data.readUInt16BE(2), salt: data.subarray(5, 5 + data.readUInt8(4)) };
}

/** The closest ancestor that exists (RFC 4592 §3.3.1). */
function encloser(zone: Zone, name: Labels): Labels {
	for (let depth = 1; depth < name.length - zone.apex.length; depth++) {
		if (zone.node(name.slice(depth)) !== undefined) return name.slice(depth);
	}
	return zone.apex;
}
