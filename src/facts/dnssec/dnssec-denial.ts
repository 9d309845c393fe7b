import { createHash } from 'node:crypto';
import { RECORD_TYPES } from '../../core/record-types.ts';
import { fromBase32Hex } from '../dns/base32-hex.ts';
import {
	commonAncestor,
	compareLabels,
	isBelow,
	isSame,
	type Labels,
	labelsOf,
	nameOf,
	wireOf,
} from '../dns/labels.ts';
import type { Nsec, Nsec3, Nsec3Param } from './dnssec-records.ts';

/** What an answer claims not to exist. */
export interface Denied {
	readonly zone: string;
	readonly name: string;
	/** Type number. */
	readonly type: number;
	/** `wildcard`: the records came from a wildcard, so nothing closer to the name may exist. */
	readonly kind: 'nxdomain' | 'nodata' | 'wildcard';
	/** Labels of the name above the wildcard, as its signature counts them; with `wildcard` only. */
	readonly encloser?: number | undefined;
}

/** Records whose signatures were verified. */
export interface Witnesses {
	readonly nsec: readonly { readonly owner: string; readonly data: Nsec }[];
	readonly nsec3: readonly { readonly owner: string; readonly data: Nsec3 }[];
}

export interface Proof {
	readonly outcome: 'proved' | 'faulty' | 'unsupported';
	/** What is missing; empty where nothing is. */
	readonly detail: string;
}

const PROVED: Proof = { outcome: 'proved', detail: '' };
const faulty = (detail: string): Proof => ({ outcome: 'faulty', detail });

/** A name that does not exist in a zone that answers as if it did (RFC 9824 §3). */
const NXNAME = 128;
/** RFC 5155 §10.3; validators stop far earlier. */
const MOST_ITERATIONS = 2_500;

/**
 * Whether the records prove the absence: RFC 4035 §5.4 for NSEC, RFC 5155 §8 for NSEC3, RFC 9824 for
 * compact answers. Looser than a validator in one respect: an opt-out span proves whatever lies in it,
 * because a validator then holds the answer for insecure and gives it out.
 */
export function proveAbsence(denied: Denied, { nsec, nsec3 }: Witnesses): Proof {
	const zone = labelsOf(denied.zone);
	const name = labelsOf(denied.name);
	if (zone === null || name === null) return { outcome: 'unsupported', detail: 'no domain name' };
	if (nsec.length === 0 && nsec3.length === 0) {
		return faulty('no signed NSEC or NSEC3 record comes with it');
	}
	const byName =
		nsec.length > 0 ? proveByNames({ ...denied, labels: name }, namedSpans(nsec)) : null;
	if (byName?.outcome === 'proved' || nsec3.length === 0) return byName ?? PROVED;
	return proveByHashes({ ...denied, labels: name, apex: zone }, nsec3);
}

interface Asked extends Denied {
	readonly labels: Labels;
}

// ── NSEC ─────────────────────────────────────────────────────────────────────────────────────────

interface Span {
	readonly owner: Labels;
	readonly next: Labels;
	readonly types: readonly number[];
}

function namedSpans(nsec: Witnesses['nsec']): readonly Span[] {
	return nsec.flatMap(({ owner, data }) => {
		const from = labelsOf(owner);
		const next = labelsOf(data.next);
		return from === null || next === null ? [] : [{ owner: from, next, types: data.types }];
	});
}

function proveByNames(asked: Asked, spans: readonly Span[]): Proof {
	const exact = spans.find(({ owner }) => isSame(owner, asked.labels));
	if (exact !== undefined) return proveAtName(asked, exact.types);
	const around = spans.find((span) => covers(span, asked.labels));
	if (around === undefined) return faulty(`no NSEC record spans ${asked.name}`);
	if (asked.kind === 'wildcard') return PROVED;
	const isEmptyNode = isBelow(around.next, asked.labels);
	if (isEmptyNode) {
		return asked.kind === 'nodata' ? PROVED : faulty(`${asked.name} exists: names lie below it`);
	}
	const encloser = longer(
		commonAncestor(asked.labels, around.owner),
		commonAncestor(asked.labels, around.next),
	);
	const wildcard = [Buffer.from('*'), ...encloser];
	const atWildcard = spans.find(({ owner }) => isSame(owner, wildcard));
	if (asked.kind === 'nodata') {
		return atWildcard === undefined
			? faulty(`no NSEC record is at ${asked.name} or at ${nameOf(wildcard)}`)
			: proveAtName(asked, atWildcard.types);
	}
	const isCovered = spans.some((span) => covers(span, wildcard));
	return isCovered ? PROVED : faulty(`no NSEC record spans ${nameOf(wildcard)}`);
}

/** By a record at the very name, or at the wildcard that would have answered. */
function proveAtName({ name, kind, type }: Asked, types: readonly number[]): Proof {
	if (kind === 'nxdomain') {
		return types.includes(NXNAME) ? PROVED : faulty(`a signed record shows that ${name} exists`);
	}
	if (kind === 'wildcard') return faulty(`a signed record shows that ${name} itself exists`);
	if (types.includes(type)) return faulty(`a signed record shows that ${name} has such a record`);
	if (types.includes(RECORD_TYPES['CNAME'] ?? 0)) {
		return faulty(`a signed record shows that ${name} is an alias`);
	}
	return PROVED;
}

function covers(span: Span, name: Labels): boolean {
	if (isDeadEnd(span.types) && isBelow(name, span.owner)) return false;
	const isAfter = compareLabels(span.owner, name) < 0;
	const isLast = compareLabels(span.next, span.owner) <= 0;
	return isAfter && (isLast || compareLabels(name, span.next) < 0);
}

/** What a delegation or DNAME says ends there (RFC 6840 §4.1, §4.4). */
function isDeadEnd(types: readonly number[]): boolean {
	const has = (type: string) => types.includes(RECORD_TYPES[type] ?? 0);
	return has('DNAME') || (has('NS') && !has('SOA'));
}

function longer(a: Labels, b: Labels): Labels {
	return a.length >= b.length ? a : b;
}

// ── NSEC3 ────────────────────────────────────────────────────────────────────────────────────────

interface HashedSpan extends Nsec3 {
	/** Hash of the owner, hex. */
	readonly from: string;
}

interface AskedHashed extends Asked {
	readonly apex: Labels;
}

function proveByHashes(asked: AskedHashed, nsec3: Witnesses['nsec3']): Proof {
	const spans = nsec3.flatMap(({ owner, data }): readonly HashedSpan[] => {
		const from = fromBase32Hex(owner.split('.')[0] ?? '');
		return from === null || data.hash !== 1 ? [] : [{ ...data, from: from.toString('hex') }];
	});
	const [first] = spans;
	if (first === undefined) return { outcome: 'unsupported', detail: 'no known hash algorithm' };
	if (first.iterations > MOST_ITERATIONS) {
		return { outcome: 'unsupported', detail: `${first.iterations} iterations` };
	}
	const hashed = (labels: Labels) => nsec3Hash(labels, first);
	const matching = (labels: Labels) => {
		const hash = hashed(labels);
		return spans.find(({ from }) => from === hash);
	};
	const covering = (labels: Labels) => {
		const hash = hashed(labels);
		return spans.find((span) => isInside(hash, span));
	};
	const exact = matching(asked.labels);
	if (exact !== undefined) return proveAtName(asked, exact.types);
	const enclosed = enclosure(asked, matching);
	if (enclosed === null) return faulty(`no NSEC3 record is at a name above ${asked.name}`);
	const around = covering(enclosed.nextCloser);
	if (around === undefined) {
		return faulty(`no NSEC3 record spans the hash of ${nameOf(enclosed.nextCloser)}`);
	}
	if (around.isOptOut || asked.kind === 'wildcard') return PROVED;
	const wildcard = [Buffer.from('*'), ...enclosed.encloser];
	if (asked.kind === 'nodata') {
		const atWildcard = matching(wildcard);
		return atWildcard === undefined
			? faulty(`no NSEC3 record is at ${asked.name} or at ${nameOf(wildcard)}`)
			: proveAtName(asked, atWildcard.types);
	}
	return covering(wildcard) === undefined
		? faulty(`no NSEC3 record spans the hash of ${nameOf(wildcard)}`)
		: PROVED;
}

/**
 * The closest name above that is proved to exist (RFC 5155 §8.3). An answer from a wildcard brings no
 * record for it: there, the name that is spanned tells.
 */
function enclosure(
	{ labels, apex, kind, encloser: counted }: AskedHashed,
	matching: (labels: Labels) => HashedSpan | undefined,
): { encloser: Labels; nextCloser: Labels } | null {
	if (kind === 'wildcard') {
		const depth = labels.length - (counted ?? labels.length - 1);
		return { encloser: labels.slice(depth), nextCloser: labels.slice(Math.max(depth - 1, 0)) };
	}
	for (let depth = 1; depth <= labels.length - apex.length; depth++) {
		const encloser = labels.slice(depth);
		const found = matching(encloser);
		if (found !== undefined && isDeadEnd(found.types)) return null;
		if (found !== undefined) return { encloser, nextCloser: labels.slice(depth - 1) };
	}
	return null;
}

function isInside(hash: string, { from, next }: HashedSpan): boolean {
	if (from < next) return from < hash && hash < next;
	return hash > from || hash < next;
}

/** RFC 5155 §5; hex. */
export function nsec3Hash(labels: Labels, { iterations, salt }: Nsec3Param): string {
	const salted = Buffer.from(salt, 'hex');
	let hash = createHash('sha1').update(wireOf(labels)).update(salted).digest();
	for (let round = 0; round < Math.min(iterations, MOST_ITERATIONS); round++) {
		hash = createHash('sha1').update(hash).update(salted).digest();
	}
	return hash.toString('hex');
}
