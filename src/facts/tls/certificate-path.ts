import type { Certificate } from './x509.ts';
import { ANY_PURPOSE, SERVER_AUTH } from './x509-extensions.ts';
import { signatureState } from './x509-signature.ts';

/** Where a certificate of a path comes from. */
export type Origin = 'sent' | 'fetched' | 'public-root' | 'private-root';

export interface Node {
	readonly certificate: Certificate;
	readonly origin: Origin;
}

/** Leaf first; complete where it ends at a root. */
export interface Path {
	readonly nodes: readonly Node[];
	readonly complete: boolean;
}

/** Each costs up to a millisecond. Real chains need fewer than ten. */
const MOST_SIGNATURES = 400;
/** Certificates tried, over all branches. */
const MOST_STEPS = 10_000;
/** Longer than any client follows. */
const MOST_DEPTH = 20;

/** Certificates by the name that they speak for. */
export class Pool {
	readonly #bySubject = new Map<string, Node[]>();
	readonly #seen = new Set<string>();
	readonly #below: Pool | null;

	/** `below`: what is in it comes first, and may be shared by many. */
	constructor(below: Pool | null = null) {
		this.#below = below;
	}

	/** The first to bring a certificate decides where it comes from: add roots first. */
	add(certificate: Certificate, origin: Origin): void {
		if (this.#has(certificate)) return;
		this.#seen.add(certificate.sha256);
		const same = this.#bySubject.get(certificate.subject.key);
		if (same === undefined) this.#bySubject.set(certificate.subject.key, [{ certificate, origin }]);
		else same.push({ certificate, origin });
	}

	#has({ sha256 }: Certificate): boolean {
		if (this.#seen.has(sha256)) return true;
		// biome-ignore lint/complexity/useOptionalChain: TypeScript refuses one before a private name.
		return this.#below !== null && this.#below.#seen.has(sha256);
	}

	/** Certificates whose subject is this certificate's issuer, likely ones first. */
	issuersOf(certificate: Certificate, now: number): readonly Node[] {
		const named = this.#named(certificate.issuer.key);
		if (named.length < 2) return named;
		const keyId = certificate.authorityKey?.keyId ?? null;
		return named
			.map((node, order) => ({ node, order, doubt: doubt(node, keyId, now) }))
			.sort((a, b) => a.doubt - b.doubt || a.order - b.order)
			.map(({ node }) => node);
	}

	find(sha256: string, subjectKey: string): Node | undefined {
		return this.#named(subjectKey).find((node) => node.certificate.sha256 === sha256);
	}

	#named(subjectKey: string): readonly Node[] {
		const below = this.#below === null ? [] : this.#below.#named(subjectKey);
		const own = this.#bySubject.get(subjectKey) ?? [];
		return below.length === 0 ? own : [...below, ...own];
	}
}

export const isRoot = ({ origin }: Node): boolean =>
	origin === 'public-root' || origin === 'private-root';

/** Only an order in which to try: what is really wrong is said of the finished path. */
function doubt({ certificate, origin }: Node, keyId: string | null, now: number): number {
	const { subjectKey, notBefore, notAfter, basicConstraints, extendedKeyUsage } = certificate;
	const otherKey = keyId !== null && subjectKey !== null && keyId !== subjectKey;
	const outOfDate = now < notBefore || now > notAfter;
	const noCa = basicConstraints?.ca !== true;
	const servers =
		extendedKeyUsage === null ||
		extendedKeyUsage.some((purpose) => purpose === SERVER_AUTH || purpose === ANY_PURPOSE);
	const far = { 'public-root': 0, 'private-root': 1, sent: 2, fetched: 3 }[origin];
	return (otherKey ? 64 : 0) + (outOfDate ? 16 : 0) + (noCa || !servers ? 16 : 0) + far;
}

/**
 * Every chain of names and valid signatures from the leaf to a root, as far as the budgets reach,
 * one at a time; then, where there was none, the longest that stops short. Survives cycles: no
 * name and key comes twice in one path.
 */
export function* pathsFrom(leaf: Certificate, pool: Pool, now: number): Generator<Path> {
	const trusted = pool.find(leaf.sha256, leaf.subject.key);
	if (trusted !== undefined && isRoot(trusted)) {
		yield { nodes: [trusted], complete: true };
		return;
	}
	const search = new Search(pool, now);
	const start: Node = { certificate: leaf, origin: 'sent' };
	let found = false;
	for (const nodes of search.climb([start], new Set([speakerOf(leaf)]))) {
		found = true;
		yield { nodes, complete: true };
	}
	if (!found) yield { nodes: search.longest, complete: false };
}

class Search {
	longest: readonly Node[] = [];
	#signatures = MOST_SIGNATURES;
	#steps = MOST_STEPS;
	readonly #signed = new Map<string, boolean>();
	readonly #pool: Pool;
	readonly #now: number;

	constructor(pool: Pool, now: number) {
		this.#pool = pool;
		this.#now = now;
	}

	*climb(nodes: readonly Node[], speakers: ReadonlySet<string>): Generator<readonly Node[]> {
		const top = nodes.at(-1);
		if (top === undefined || nodes.length > MOST_DEPTH) return;
		if (nodes.length > this.longest.length) this.longest = nodes;
		for (const issuer of this.#pool.issuersOf(top.certificate, this.#now)) {
			if (this.#steps-- <= 0) return;
			const speaker = speakerOf(issuer.certificate);
			if (speakers.has(speaker) || !this.#isSigned(top.certificate, issuer.certificate)) continue;
			const longer = [...nodes, issuer];
			if (isRoot(issuer)) yield longer;
			else yield* this.climb(longer, new Set([...speakers, speaker]));
		}
	}

	#isSigned(child: Certificate, parent: Certificate): boolean {
		const pair = `${child.sha256}${parent.sha256}`;
		const done = this.#signed.get(pair);
		if (done !== undefined) return done;
		if (this.#signatures-- <= 0) return false;
		const valid = VALID.get(pair) ?? signatureState(child, parent) === 'valid';
		if (VALID.size >= MOST_VALID) VALID.clear();
		VALID.set(pair, valid);
		this.#signed.set(pair, valid);
		return valid;
	}
}

/** Several checks judge the same chain, and many chains have the same authorities. By both SHA-256. */
const VALID = new Map<string, boolean>();
const MOST_VALID = 2_000;

/** Two certificates for one name and key are the same authority. */
function speakerOf({ subject, spki }: Certificate): string {
	return `${subject.key}\n${Buffer.from(spki).toString('base64')}`;
}
