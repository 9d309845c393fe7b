import { bySeverity, type Severity } from '../../core/severity.ts';
import { isRoot, type Node, type Origin, type Path, Pool, pathsFrom } from './certificate-path.ts';
import { isPolicyMissing } from './certificate-policies.ts';
import { isSelfSigned, profileBreaches, type Role } from './certificate-profile.ts';
import { type ChainProblem, dateText, problem } from './chain-problem.ts';
import { issuerKind } from './issuer-kind.ts';
import { keyProblems, signatureProblems } from './key-problems.ts';
import { leafProblems } from './leaf-problems.ts';
import { nameConstraintBreach } from './name-constraints.ts';
import { type Certificate, isSelfIssued, parseCertificate } from './x509.ts';
import { ANY_PURPOSE, isUnderstood, SERVER_AUTH } from './x509-extensions.ts';
import { displayName } from './x509-name.ts';

export type { ChainProblem } from './chain-problem.ts';

export interface AssessOptions {
	/** DNS name or IP address that the client wants; names are not matched without it. */
	readonly host?: string | undefined;
	/** The moment at which the chain is judged. */
	readonly now: Date;
	/** Public roots, DER. */
	readonly roots: readonly Uint8Array[];
	/** Roots of the user's own, DER: trusted, but outside the public programmes' rules. */
	readonly privateRoots?: readonly Uint8Array[] | undefined;
	/** Certificates found through caIssuers, DER. Used only where they complete a path. */
	readonly fetched?: readonly Uint8Array[] | undefined;
}

export interface ChainAssessment {
	/** No problem of severity blocker or high stands, warnings of coming expiry aside. */
	readonly accepted: boolean;
	/** Leaf first, to the root; shorter where none is reached, empty where the leaf can't be read. */
	readonly path: readonly PathMember[];
	/** Worst first. */
	readonly problems: readonly ChainProblem[];
}

interface PathMember {
	/** Hex. */
	readonly sha256: string;
	readonly subject: string;
	readonly origin: Origin;
	readonly der: Uint8Array;
}

/** They speak of a day to come; today the chain is good. */
const WARNINGS: ReadonlySet<string> = new Set([
	'ssl/certificate/expires-soon',
	'ssl/certificate/renewal-overdue',
	'ssl/chain/intermediate-expires-soon',
]);

const GRAVE: readonly Severity[] = ['blocker', 'high'];
const WEIGHT: Readonly<Record<Severity, number>> = { blocker: 1000, high: 100, later: 1, info: 0 };
const MOST_PATHS = 2_000;
/** How a chain was sent is looked at up to here: each self-signed one costs a signature check. */
const MOST_SENT = 50;
const EXPIRY_WARNING_MS = 14 * 86_400_000;

/**
 * Judges a chain as a careful public client would: RFC 5280 §6.1 along the best path (the one with
 * the least wrong), RFC 5280 §4 for every certificate on it, RFC 9525 for the name, and the Baseline
 * Requirements for keys and purposes. Pure; any bytes are welcome; time and signature checks are
 * bounded, so that cycles and thousands of certificates end as "no path". Any certificate policy is
 * accepted (RFC 5280 §6.1 with user-initial-policy-set any-policy). Revocation is not asked here.
 */
export function assessChain(
	chain: readonly Uint8Array[],
	{ host, now, roots, privateRoots = NO_ROOTS, fetched = [] }: AssessOptions,
): ChainAssessment {
	// Times in certificates are whole seconds, the last one included to its end (§4.1.2.5).
	const at = Math.floor(new Date(now).getTime() / 1000) * 1000;
	if (Number.isNaN(at)) throw new RangeError('assessChain: now is no date');
	const first = chain[0];
	if (first === undefined) return unreadable('no certificate was sent');
	const leaf = parseCertificate(first);
	if (leaf.kind === 'malformed') return unreadable(`it can't be read: ${leaf.reason}`);
	const anchors = { roots, privateRoots };
	const sent = readable(chain);
	const pool = poolOf(sent, anchors, readable(fetched));
	const view: View = { leaf: leaf.certificate, at, host, sent, pool };
	const best = bestPath(view);
	const problems = [...best.problems].sort((a, b) => bySeverity(a.severity, b.severity));
	return {
		accepted: !problems.some(({ id, severity }) => GRAVE.includes(severity) && !WARNINGS.has(id)),
		path: best.path.nodes.map(({ certificate, origin }) => ({
			sha256: certificate.sha256,
			subject: displayName(certificate.subject),
			origin,
			der: certificate.der,
		})),
		problems,
	};
}

/**
 * Where to ask for what is missing between the chain and a root: `null` where a path exists, whatever
 * its dates, or where the chain ends at a certificate that signed itself.
 */
export function openEnd(
	chain: readonly Uint8Array[],
	options: Pick<AssessOptions, 'roots' | 'privateRoots' | 'fetched'>,
): readonly string[] | null {
	const first = chain[0];
	const leaf = first === undefined ? undefined : parseCertificate(first);
	if (leaf?.kind !== 'certificate') return null;
	const pool = poolOf(readable(chain), options, readable(options.fetched ?? []));
	for (const { complete, nodes } of pathsFrom(leaf.certificate, pool, leaf.certificate.notBefore)) {
		const top = nodes.at(-1)?.certificate;
		if (complete || top === undefined || isSelfSigned(top)) return null;
		return top.issuerUrls;
	}
	return null;
}

function unreadable(reason: string): ChainAssessment {
	const detail = `the server's certificate: ${reason}`;
	const values = { whose: "the server's certificate", breaches: reason };
	return {
		accepted: false,
		path: [],
		problems: [problem('ssl/certificate/malformed', 'high', detail, values)],
	};
}

interface View {
	readonly leaf: Certificate;
	readonly at: number;
	readonly host: string | undefined;
	readonly sent: readonly Certificate[];
	readonly pool: Pool;
}

function readable(encodings: readonly Uint8Array[]): readonly Certificate[] {
	return encodings.flatMap((der) => {
		const parsed = parseCertificate(der);
		return parsed.kind === 'certificate' ? [parsed.certificate] : [];
	});
}

/** The same arrays come at every judgement of a run. */
const ROOTS = new WeakMap<
	readonly Uint8Array[],
	{ readonly privateRoots: readonly Uint8Array[]; readonly pool: Pool }
>();

const NO_ROOTS: readonly Uint8Array[] = [];

function rootsIn(roots: readonly Uint8Array[], privateRoots: readonly Uint8Array[]): Pool {
	const made = ROOTS.get(roots);
	if (made?.privateRoots === privateRoots) return made.pool;
	const pool = new Pool();
	for (const root of readable(roots)) pool.add(root, 'public-root');
	for (const root of readable(privateRoots)) pool.add(root, 'private-root');
	ROOTS.set(roots, { privateRoots, pool });
	return pool;
}

function poolOf(
	sent: readonly Certificate[],
	{ roots, privateRoots = NO_ROOTS }: Pick<AssessOptions, 'roots' | 'privateRoots'>,
	fetched: readonly Certificate[],
): Pool {
	const pool = new Pool(rootsIn(roots, privateRoots));
	for (const certificate of sent) pool.add(certificate, 'sent');
	for (const certificate of fetched) pool.add(certificate, 'fetched');
	return pool;
}

/** The leaf's own fault, which no other path would mend. */
function isOwn(id: string): boolean {
	return OWN.has(id);
}

const OWN: ReadonlySet<string> = new Set(
	[
		'expired',
		'not-yet-valid',
		'expires-soon',
		'wrong-host',
		'no-san',
		'not-for-servers',
		'purpose-missing',
		'is-ca',
	].map((key) => `ssl/certificate/${key}`),
);

interface Judged {
	readonly path: Path;
	readonly problems: readonly ChainProblem[];
}

function bestPath(view: View): Judged {
	let best: Judged | null = null;
	let cost = Number.POSITIVE_INFINITY;
	let looked = 0;
	for (const path of pathsFrom(view.leaf, view.pool, view.at)) {
		const problems = path.complete ? pathProblems(path.nodes, view) : strandedProblems(path, view);
		const wrong = problems.reduce((sum, { severity }) => sum + WEIGHT[severity], 0);
		if (wrong < cost) {
			best = { path, problems };
			cost = wrong;
		}
		const perfect = problems.every(({ id, severity }) => !GRAVE.includes(severity) || isOwn(id));
		if (perfect || ++looked >= MOST_PATHS) break;
	}
	return best ?? { path: { nodes: [], complete: false }, problems: [] };
}

// ── A path that ends at a root ───────────────────────────────────────────────────────────────────

function pathProblems(nodes: readonly Node[], view: View): readonly ChainProblem[] {
	const root = nodes.at(-1);
	const isPublic = root?.origin === 'public-root';
	const certificates = nodes.map(({ certificate }) => certificate);
	return [
		...leafProblems(view.leaf, { host: view.host, at: view.at, isPublic, isTrusted: true }),
		...nodes.flatMap((node, depth) => [
			...certificateProblems(node, depth, certificates[depth + 1] ?? null, isPublic),
			...(depth > 0 ? authorityProblems(node, depth, certificates, view.at) : []),
		]),
		...constraintProblems(certificates),
		...policyProblems(certificates),
		...missingProblems(nodes),
		...sendingProblems(nodes, view.sent.slice(0, MOST_SENT)),
	];
}

const whoseAt = ({ certificate, origin }: Node, depth: number): string =>
	depth === 0
		? "the server's certificate"
		: `the ${isRoot({ certificate, origin }) ? 'root' : 'intermediate'} "${displayName(certificate.subject)}"`;

/** What can be wrong with any certificate of a path. */
function certificateProblems(
	node: Node,
	depth: number,
	issuer: Certificate | null,
	isPublic: boolean,
): readonly ChainProblem[] {
	const { certificate } = node;
	const whose = whoseAt(node, depth);
	const role: Role = depth === 0 ? 'leaf' : isRoot(node) ? 'root' : 'authority';
	const found = [...keyProblems(certificate, whose), ...formProblems(certificate, whose)];
	// Nobody relies on what a root, or a certificate that signed itself, says about itself.
	if (!isRoot(node) && !isSelfSigned(certificate)) {
		found.push(...signatureProblems(certificate, whose));
	}
	const breaches = profileBreaches(certificate, role, { issuer, isPublic });
	if (breaches.length > 0) found.push(malformed(whose, breaches));
	return found;
}

function malformed(whose: string, breaches: readonly string[]): ChainProblem {
	const text = breaches.slice(0, 5).join('; ').slice(0, 500);
	return problem('ssl/certificate/malformed', 'high', `${whose}: ${text}`, {
		whose,
		breaches: text,
	});
}

function formProblems(certificate: Certificate, whose: string): readonly ChainProblem[] {
	const { version, innerAlgorithm, outerAlgorithm, extensions } = certificate;
	const found: ChainProblem[] = [];
	if (version !== 3) {
		const detail = `${whose} is of version ${version}`;
		found.push(problem('ssl/certificate/not-version-3', 'high', detail, { whose, version }));
	}
	if (Buffer.compare(innerAlgorithm.raw, outerAlgorithm.raw) !== 0) {
		const detail = `${whose} names two different signature algorithms`;
		found.push(problem('ssl/certificate/signature-algorithms-differ', 'high', detail, { whose }));
	}
	const oids = extensions.map(({ oid }) => oid);
	const twice = oids.find((oid, i) => oids.indexOf(oid) < i);
	if (twice !== undefined) {
		const detail = `${whose} has the extension ${twice} twice`;
		const values = { whose, oid: twice };
		found.push(problem('ssl/certificate/duplicate-extension', 'high', detail, values));
	}
	const alien = extensions.find((one) => one.critical && !isUnderstood(one));
	if (alien !== undefined) {
		const detail = `${whose} has the critical extension ${alien.oid}, which clients do not know`;
		const values = { whose, oid: alien.oid };
		found.push(problem('ssl/certificate/unknown-critical-extension', 'high', detail, values));
	}
	return found;
}

/** RFC 5280 §6.1.4 for the certificate at `depth`, which issued the one before it. */
function authorityProblems(
	node: Node,
	depth: number,
	certificates: readonly Certificate[],
	at: number,
): readonly ChainProblem[] {
	const { certificate } = node;
	const whose = whoseAt(node, depth);
	const { basicConstraints, keyUsage, extendedKeyUsage } = certificate;
	const found: ChainProblem[] = [...authorityDates(certificate, whose, at)];
	if (basicConstraints?.ca !== true || (keyUsage !== null && !keyUsage.includes('keyCertSign'))) {
		const reason =
			basicConstraints?.ca === true
				? 'its keyUsage lacks keyCertSign'
				: basicConstraints === null
					? 'it has no basicConstraints'
					: 'its basicConstraints say CA:FALSE';
		const detail = `${whose} may not issue certificates: ${reason}`;
		found.push(problem('ssl/chain/issuer-not-ca', 'blocker', detail, { whose, reason }));
	}
	if (
		extendedKeyUsage !== null &&
		!extendedKeyUsage.some((purpose) => purpose === SERVER_AUTH || purpose === ANY_PURPOSE)
	) {
		const detail = `${whose} may not issue certificates for servers`;
		found.push(problem('ssl/chain/issuer-wrong-purpose', 'blocker', detail, { whose }));
	}
	const most = basicConstraints?.pathLength ?? null;
	const below = certificates.slice(1, depth).filter((one) => !isSelfIssued(one)).length;
	if (most !== null && below > most) {
		const detail = `${whose} allows ${most} intermediates below it; there are ${below}`;
		const values = { whose, most, below };
		found.push(problem('ssl/chain/path-too-long', 'blocker', detail, values));
	}
	return found;
}

function authorityDates(
	{ notBefore, notAfter }: Certificate,
	whose: string,
	at: number,
): readonly ChainProblem[] {
	const from = dateText(notBefore);
	const until = dateText(notAfter);
	if (at > notAfter) {
		const detail = `${whose} expired on ${until}`;
		return [problem('ssl/chain/intermediate-expired', 'blocker', detail, { whose, until })];
	}
	if (at < notBefore) {
		const detail = `${whose} is not valid before ${from}`;
		const id = 'ssl/chain/intermediate-not-yet-valid';
		return [problem(id, 'blocker', detail, { whose, from })];
	}
	if (notAfter - at <= EXPIRY_WARNING_MS) {
		const detail = `${whose} expires on ${until}`;
		return [problem('ssl/chain/intermediate-expires-soon', 'high', detail, { whose, until })];
	}
	return [];
}

function constraintProblems(certificates: readonly Certificate[]): readonly ChainProblem[] {
	const reason = nameConstraintBreach(certificates);
	if (reason === null) return [];
	const detail = `the names break a constraint of the chain: ${reason}`;
	return [problem('ssl/chain/name-constraint-broken', 'blocker', detail, { reason })];
}

function policyProblems(certificates: readonly Certificate[]): readonly ChainProblem[] {
	if (!isPolicyMissing(certificates)) return [];
	const detail = 'the chain requires a certificate policy that it does not have';
	return [problem('ssl/chain/issuer-wrong-purpose', 'blocker', detail, { whose: 'the chain' })];
}

function missingProblems(nodes: readonly Node[]): readonly ChainProblem[] {
	const fetched = nodes.filter(({ origin }) => origin === 'fetched');
	if (fetched.length === 0) return [];
	const missing = fetched.map(({ certificate }) => displayName(certificate.subject)).join(', ');
	const detail = `the server does not send the intermediate "${missing}"`;
	const values = { missing, confidence: 'high' };
	return [problem('ssl/chain/missing-intermediate', 'high', detail, values)];
}

/** How the chain was sent: order, strangers, the root. */
function sendingProblems(
	nodes: readonly Node[],
	sent: readonly Certificate[],
): readonly ChainProblem[] {
	const found: ChainProblem[] = [];
	const places = nodes.map(({ certificate: { sha256 } }) =>
		sent.findIndex((one) => one.sha256 === sha256),
	);
	const inOrder = places.filter((place) => place >= 0);
	if (inOrder.some((place, i) => place < (inOrder[i - 1] ?? 0))) {
		const order = sent.map(({ subject }) => displayName(subject)).join(', ');
		const detail = `the certificates are sent out of order: ${order}`;
		found.push(problem('ssl/chain/out-of-order', 'later', detail, { order }));
	}
	const roots = sent.slice(1).filter(isSelfSigned);
	if (roots.length > 0) {
		const names = roots.map(({ subject }) => displayName(subject)).join(', ');
		const detail = `the root is sent too: ${names}`;
		found.push(problem('ssl/chain/root-sent', 'info', detail, { names }));
	}
	const strangers = strangersIn(sent).filter((one) => !roots.includes(one));
	if (strangers.length > 0) {
		const names = [...new Set(strangers.map(({ subject }) => displayName(subject)))];
		const text = names.slice(0, 5).join(', ');
		const detail = `certificates are sent that do not belong to the chain: ${text}`;
		found.push(problem('ssl/chain/unrelated-sent', 'info', detail, { names: text }));
	}
	return found;
}

/** Neither the leaf nor named as issuer by another one sent; or sent before. */
function strangersIn(sent: readonly Certificate[]): readonly Certificate[] {
	const issuers = new Map<string, number>();
	for (const one of sent) {
		if (!isSelfIssued(one)) issuers.set(one.issuer.key, (issuers.get(one.issuer.key) ?? 0) + 1);
	}
	const seen = new Set<string>();
	return sent.filter((one, i) => {
		const again = seen.has(one.sha256);
		seen.add(one.sha256);
		return again || (i > 0 && !issuers.has(one.subject.key));
	});
}

// ── No path to a root ────────────────────────────────────────────────────────────────────────────

/** What the leaf alone is guilty of, and why trust ends. */
function strandedProblems({ nodes }: Path, view: View): readonly ChainProblem[] {
	const { leaf, host, at, sent } = view;
	const alone: Node = { certificate: leaf, origin: 'sent' };
	const selfSigned = isSelfSigned(leaf);
	return [
		...leafProblems(leaf, { host, at, isPublic: false, isTrusted: !selfSigned }),
		...certificateProblems(alone, 0, nodes[1]?.certificate ?? null, false),
		...(selfSigned ? [selfSignedProblem(leaf)] : [endProblem(nodes, sent, view.pool)]),
	];
}

function selfSignedProblem({ subject, issuer }: Certificate): ChainProblem {
	const name = displayName(subject);
	const kind = issuerKind(subject, issuer);
	const detail = `the server's certificate "${name}" is signed with its own key`;
	return problem('ssl/chain/self-signed', 'blocker', detail, { name, kind });
}

function endProblem(
	nodes: readonly Node[],
	sent: readonly Certificate[],
	pool: Pool,
): ChainProblem {
	const top = nodes.at(-1)?.certificate;
	if (top === undefined) throw new RangeError('a path has a leaf');
	const known = isSelfSigned(top);
	const name = displayName(known ? top.subject : top.issuer);
	const kind = issuerKind(top.subject, top.issuer);
	const namesakes = known ? 0 : pool.issuersOf(top, 0).length;
	if (nodes.length === 1 && sent.length === 1 && kind === 'other' && namesakes === 0) {
		const detail = `only the server's certificate is sent, and nothing leads on to its issuer "${name}"`;
		const values = { missing: name, confidence: 'low' };
		return problem('ssl/chain/missing-intermediate', 'high', detail, values);
	}
	const detail =
		namesakes > 0
			? `certificates of "${name}" are at hand, but none is seen to have signed "${displayName(top.subject)}"`
			: `the chain ends at "${name}", which is not among the trusted roots`;
	const values = { name, kind, confidence: known || namesakes > 0 ? 'high' : 'low' };
	return problem('ssl/chain/untrusted-root', 'blocker', detail, values);
}
