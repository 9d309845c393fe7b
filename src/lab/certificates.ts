import {
	createHash,
	createPublicKey,
	generateKeyPairSync,
	type KeyObject,
	randomBytes,
	sign,
} from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';
import { addressBytes } from './record.ts';
import type { CertificateSpec } from './world.ts';

const { asn1 } = forge;
type Der = forge.asn1.Asn1;

const DAY_MS = 86_400_000;
const CLIENTS_TOLERATE_MS = 3_600_000;

export interface Issued {
	/** Key of the leaf, PEM. */
	readonly key: string;
	/** DER, in the order in which the server sends them, leaf first. */
	readonly chain: readonly Buffer[];
	/** OCSP response, DER. */
	readonly staple?: Buffer | undefined;
}

export interface Authority {
	/** The root that a client must be told to trust. */
	readonly rootPem: string;
	readonly root: Buffer;
	/** For these names unless the spec has its own; the first is also the subject's CN. */
	issue(spec: CertificateSpec, names: readonly string[]): Issued;
	/**
	 * DER by path: the intermediate that caIssuers leads to, and the revocation lists (RFC 5280 §5) with
	 * every certificate revoked so far.
	 */
	files(): Readonly<Record<string, Buffer>>;
}

/** Where clients find intermediates and lists: `http://HOST/…`. */
export interface AuthoritySettings {
	readonly now: Date;
	readonly host: string;
}

interface Party {
	readonly name: string;
	readonly organisation?: string | undefined;
	readonly key: KeyObject;
	readonly certificate: Buffer;
}

/**
 * A root, an intermediate and the certificates below. Keys are made once a process: P-256 for the
 * authority and, unless told otherwise, for leaves, because an RSA key costs 100 ms.
 */
export function createAuthority({ now, host }: AuthoritySettings): Authority {
	const at = (days: number) => new Date(now.getTime() + days * DAY_MS);
	const authorityOf = (label: string) => {
		const root = selfSigned(`${label} Root`, keyFor(`${label} root`), [at(-700), at(2900)]);
		const below = (
			name: string,
			period: readonly [Date, Date] = [at(-350), at(1400)],
			more: { organisation?: string; serial?: Buffer; extensions?: readonly Der[] } = {},
		): Party => {
			const key = keyFor(`${label} intermediate`);
			const { organisation, serial, extensions = [] } = more;
			return {
				name,
				organisation,
				key,
				certificate: certificate({
					subject: name,
					organisation,
					key,
					issuer: root,
					period,
					extensions: [...authorityExtensions(key, root.key, 0), ...extensions],
					...(serial && { serial }),
				}),
			};
		};
		return { root, below, intermediate: below(`${label} Intermediate`) };
	};
	const own = authorityOf('Lab');
	const others = new Map<string, ReturnType<typeof authorityOf>>();
	const other = (label: string) => {
		const made = others.get(label) ?? authorityOf(label);
		others.set(label, made);
		return made;
	};
	const strangers = () => other('Unknown');
	const named = new Map<string, Party>();
	const issuerOf = ({ issuer }: CertificateSpec): Party => {
		if (issuer === undefined) return own.intermediate;
		const made =
			named.get(issuer) ?? own.below(`${issuer} R1`, undefined, { organisation: issuer });
		named.set(issuer, made);
		return made;
	};
	const revoked: Buffer[] = [];
	const revokedAuthorities: Buffer[] = [];

	const leaf = (spec: CertificateSpec, names: readonly string[], issuer: Party) => {
		const key = leafKey(spec);
		const serial = serialNumber();
		if (spec.kind === 'revoked') revoked.push(serial);
		const made = certificate({
			subject: names[0] ?? 'nameless',
			key,
			issuer,
			serial,
			period: periodOf(spec, now),
			digest: spec.kind === 'sha1' ? 'sha1' : 'sha256',
			extensions: leafExtensions(spec, { names, key, issuer: issuer.key, host }),
		});
		const staple =
			spec.staple === undefined
				? undefined
				: ocspResponse(spec.staple, { serial, issuer, stranger: strangers().intermediate, at });
		return { key: pemOf(key), certificate: made, staple };
	};

	return {
		root: own.root.certificate,
		rootPem: pem('CERTIFICATE', own.root.certificate),
		files: () => {
			const list = (issuer: Party, more: Partial<RevocationListSpec> = {}) =>
				revocationList({ issuer, serials: revoked, period: [at(-1), at(6)], ...more });
			const { root, intermediate } = own;
			const forger = { ...intermediate, key: strangers().intermediate.key };
			const at2 = (name: string) => [issuingPoint(`http://${host}/${name}.crl`)];
			return {
				'/intermediate.der': intermediate.certificate,
				'/intermediate.crl': list(intermediate),
				'/root.crl': list(root, { serials: revokedAuthorities }),
				'/expired.crl': list(intermediate, { period: [at(-9), at(-2)] }),
				'/forged.crl': list(forger),
				'/partition.crl': list(intermediate, { extensions: at2('elsewhere') }),
				'/own-partition.crl': list(intermediate, { extensions: at2('own-partition') }),
				'/garbage.crl': Buffer.from('no list'),
				...Object.fromEntries(
					[...named].flatMap(([organisation, party]) => [
						[`/${pathOf(organisation)}.der`, party.certificate],
						[`/${pathOf(organisation)}.crl`, list(party)],
					]),
				),
			};
		},
		issue(spec, hosts) {
			const names = spec.kind === 'wrong-host' ? ['elsewhere.test'] : (spec.names ?? hosts);
			switch (spec.kind) {
				case 'self-signed':
					return selfIssued(spec, names, now);
				case 'untrusted-root': {
					const { intermediate } = strangers();
					return issuedBy(leaf(spec, names, intermediate), intermediate.certificate);
				}
				case 'cloudflare-origin': {
					const maker = other('CloudFlare').below('CloudFlare Origin Certificate Authority');
					return issuedBy(leaf(spec, names, maker));
				}
				case 'revoked-intermediate': {
					const serial = serialNumber();
					revokedAuthorities.push(serial);
					const maker = own.below('Lab Revoked Intermediate', undefined, {
						serial,
						extensions: [distributionPoint(`http://${host}/root.crl`)],
					});
					return issuedBy(leaf(spec, names, maker), maker.certificate);
				}
				case 'intermediate-expired': {
					const expired = own.below(own.intermediate.name, [at(-350), at(-5)]);
					return issuedBy(leaf(spec, names, expired), expired.certificate);
				}
				default: {
					const issuer = issuerOf(spec);
					return issuedBy(leaf(spec, names, issuer), ...sent(spec, issuer.certificate));
				}
			}
		},
	};

	/** What follows the leaf. */
	function sent(spec: CertificateSpec, intermediate: Buffer): Buffer[] {
		switch (spec.kind) {
			case 'missing-intermediate':
				return [];
			case 'out-of-order':
				return [own.root.certificate, intermediate];
			case 'root-sent':
				return [intermediate, own.root.certificate];
			case 'unrelated-sent':
				return [intermediate, strangers().intermediate.certificate];
			default:
				return [intermediate];
		}
	}
}

function issuedBy(
	{ key, certificate, staple }: { key: string; certificate: Buffer; staple: Buffer | undefined },
	...above: readonly Buffer[]
): Issued {
	return { key, chain: [certificate, ...above], staple };
}

/** notBefore and notAfter of a leaf. */
function periodOf(spec: CertificateSpec, now: Date): readonly [Date, Date] {
	const lifetime = spec.lifetimeDays ?? (spec.kind === 'too-long' ? 500 : 90);
	const left = spec.daysLeft ?? USUAL_DAYS_LEFT[spec.kind] ?? Math.min(60, lifetime - 1);
	const end = Math.floor((now.getTime() + left * DAY_MS) / 1000) * 1000;
	// Both ends belong to the period (RFC 5280 §4.1.2.5), hence one second less.
	return [new Date(end - lifetime * DAY_MS + 1000), new Date(end)];
}

const USUAL_DAYS_LEFT: Partial<Record<CertificateSpec['kind'], number>> = {
	expired: -3,
	'not-yet-valid': 93,
	'too-long': 400,
};

// ── Keys ─────────────────────────────────────────────────────────────────────────────────────────

const keys = new Map<string, KeyObject>();

function remembered(role: string, make: () => KeyObject): KeyObject {
	const key = keys.get(role) ?? make();
	keys.set(role, key);
	return key;
}

function keyFor(role: string): KeyObject {
	return remembered(role, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}

function leafKey({ kind, key }: CertificateSpec): KeyObject {
	if (kind === 'weak-key') return rsaKey(1024);
	return key === 'rsa' ? rsaKey(2048) : keyFor('leaf');
}

function rsaKey(modulusLength: number): KeyObject {
	return remembered(`leaf ${modulusLength}`, () => {
		return generateKeyPairSync('rsa', { modulusLength }).privateKey;
	});
}

function pemOf(key: KeyObject): string {
	return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function pem(label: string, der: Buffer): string {
	const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** SubjectPublicKeyInfo, DER. */
function spkiOf(key: KeyObject): Buffer {
	return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** RFC 7093 §2 method 1 over the whole SPKI, which is as unique as over the key alone. */
function keyIdentifier(key: KeyObject): Buffer {
	return createHash('sha256').update(spkiOf(key)).digest().subarray(0, 20);
}

// ── DER ──────────────────────────────────────────────────────────────────────────────────────────

const bytes = (buffer: Buffer) => buffer.toString('latin1');
const node = (type: forge.asn1.Type, constructed: boolean, value: string | Der[]) =>
	asn1.create(asn1.Class.UNIVERSAL, type, constructed, value);
const sequence = (...members: Der[]) => node(asn1.Type.SEQUENCE, true, members);
const set = (...members: Der[]) => node(asn1.Type.SET, true, members);
const oid = (dotted: string) => node(asn1.Type.OID, false, asn1.oidToDer(dotted).getBytes());
const octets = (value: Buffer) => node(asn1.Type.OCTETSTRING, false, bytes(value));
const bits = (value: Buffer, unused = 0) =>
	node(asn1.Type.BITSTRING, false, String.fromCharCode(unused) + bytes(value));
const boolean = (value: boolean) => node(asn1.Type.BOOLEAN, false, value ? '\xff' : '\0');
const integer = (value: Buffer) => node(asn1.Type.INTEGER, false, bytes(value));
const utf8 = (text: string) => node(asn1.Type.UTF8, false, forge.util.encodeUtf8(text));
const tagged = (tag: number, constructed: boolean, value: string | Der[]) =>
	asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, constructed, value);
const raw = (der: Buffer) => asn1.fromDer(bytes(der));
const encoded = (tree: Der) => Buffer.from(asn1.toDer(tree).getBytes(), 'latin1');

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
function time(date: Date): Der {
	return date.getUTCFullYear() < 2050
		? node(asn1.Type.UTCTIME, false, asn1.dateToUtcTime(date))
		: node(
				asn1.Type.GENERALIZEDTIME,
				false,
				// Declared as a Date's by the package's types, while it returns a string.
				String(asn1.dateToGeneralizedTime(date)),
			);
}

function distinguishedName(commonName: string, organisation = 'Launch-ready lab'): Der {
	const attribute = (type: string, value: string) => set(sequence(oid(type), utf8(value)));
	return sequence(attribute('2.5.4.10', organisation), attribute('2.5.4.3', commonName));
}

/** Positive, 16 random octets. */
function serialNumber(): Buffer {
	const serial = randomBytes(16);
	serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
	return serial;
}

// ── Certificates ─────────────────────────────────────────────────────────────────────────────────

interface Request {
	readonly subject: string;
	readonly organisation?: string | undefined;
	/** The subject's key; its public half goes in. */
	readonly key: KeyObject;
	readonly issuer: Omit<Party, 'certificate'>;
	readonly period: readonly [Date, Date];
	readonly extensions: readonly Der[];
	readonly serial?: Buffer;
	readonly digest?: 'sha1' | 'sha256';
}

/** RFC 5280 §4.1. node-forge writes the DER; node:crypto signs, because node-forge knows no EC. */
function certificate(request: Request): Buffer {
	const { issuer, digest = 'sha256' } = request;
	const algorithm = signatureAlgorithm(issuer.key, digest);
	const body = sequence(
		tagged(0, true, [integer(Buffer.of(2))]),
		integer(request.serial ?? serialNumber()),
		algorithm,
		distinguishedName(issuer.name, issuer.organisation),
		sequence(...request.period.map(time)),
		distinguishedName(request.subject, request.organisation),
		raw(spkiOf(request.key)),
		...(request.extensions.length > 0 ? [tagged(3, true, [sequence(...request.extensions)])] : []),
	);
	return signed(body, algorithm, issuer.key, digest);
}

function signed(body: Der, algorithm: Der, key: KeyObject, digest: string): Buffer {
	const der = encoded(body);
	return encoded(sequence(body, algorithm, bits(sign(digest, der, key))));
}

function signatureAlgorithm(key: KeyObject, digest: 'sha1' | 'sha256'): Der {
	if (key.asymmetricKeyType === 'ec') {
		return sequence(oid(digest === 'sha1' ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'));
	}
	const rsa = digest === 'sha1' ? '1.2.840.113549.1.1.5' : '1.2.840.113549.1.1.11';
	return sequence(oid(rsa), node(asn1.Type.NULL, false, ''));
}

function selfSigned(name: string, key: KeyObject, period: readonly [Date, Date]): Party {
	const extensions = authorityExtensions(key, key, null);
	return {
		name,
		key,
		certificate: certificate({ subject: name, key, issuer: { name, key }, period, extensions }),
	};
}

/** The leaf vouches for itself, as a server's install script makes one. */
function selfIssued(spec: CertificateSpec, names: readonly string[], now: Date): Issued {
	const key = leafKey(spec);
	const name = names[0] ?? 'nameless';
	const made = certificate({
		subject: name,
		key,
		issuer: { name, key },
		period: periodOf(spec, now),
		extensions: [
			alternativeNames(names),
			extension('2.5.29.19', true, sequence()),
			extension('2.5.29.14', false, octets(keyIdentifier(key))),
		],
	});
	return { key: pemOf(key), chain: [made] };
}

// ── Extensions ───────────────────────────────────────────────────────────────────────────────────

function extension(id: string, critical: boolean, value: Der): Der {
	return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(encoded(value)));
}

function keyUsage(octet: number, unused: number): Der {
	return extension('2.5.29.15', true, bits(Buffer.of(octet), unused));
}

function keyIdentifiers(key: KeyObject, issuer: KeyObject): Der[] {
	return [
		extension('2.5.29.14', false, octets(keyIdentifier(key))),
		extension('2.5.29.35', false, sequence(tagged(0, false, bytes(keyIdentifier(issuer))))),
	];
}

/** CA:TRUE, keyCertSign and cRLSign. */
function authorityExtensions(key: KeyObject, issuer: KeyObject, pathLength: number | null): Der[] {
	const limit = pathLength === null ? [] : [integer(Buffer.of(pathLength))];
	return [
		extension('2.5.29.19', true, sequence(boolean(true), ...limit)),
		keyUsage(0x06, 1),
		...keyIdentifiers(key, issuer),
	];
}

interface Leaf {
	readonly names: readonly string[];
	readonly key: KeyObject;
	readonly issuer: KeyObject;
	/** Of the authority. */
	readonly host: string;
}

function leafExtensions(spec: CertificateSpec, { names, key, issuer, host }: Leaf): Der[] {
	const isCa = spec.kind === 'is-ca';
	const purposes = purposesOf(spec.kind);
	return [
		isCa
			? keyUsage(0x86, 1)
			: key.asymmetricKeyType === 'ec'
				? keyUsage(0x80, 7)
				: keyUsage(0xa0, 5),
		...(purposes.length > 0 ? [extension('2.5.29.37', false, sequence(...purposes.map(oid)))] : []),
		extension('2.5.29.19', true, isCa ? sequence(boolean(true)) : sequence()),
		...keyIdentifiers(key, issuer),
		...(spec.kind === 'no-san' ? [] : [alternativeNames(names)]),
		authorityInfo(spec, host),
		...(spec.crl !== false || spec.kind === 'revoked'
			? [distributionPoint(`http://${host}/${listName(spec)}.crl`)]
			: []),
		...(spec.scts === undefined ? [] : [timestamps(spec.scts)]),
		...(spec.mustStaple
			? [extension('1.3.6.1.5.5.7.1.24', false, sequence(integer(Buffer.of(5))))]
			: []),
	];
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

function purposesOf(kind: CertificateSpec['kind']): string[] {
	if (kind === 'no-purpose') return [];
	return [kind === 'client-only' ? CLIENT_AUTH : SERVER_AUTH];
}

function alternativeNames(names: readonly string[]): Der {
	const general = names.map((name) => {
		const family = isIP(name);
		if (family === 0) return tagged(2, false, name);
		return tagged(7, false, bytes(addressBytes(name, family === 4 ? 4 : 16)));
	});
	return extension('2.5.29.17', false, sequence(...general));
}

function listName({ crl, issuer }: CertificateSpec): string {
	return typeof crl === 'string' ? crl : pathOf(issuer);
}

/** Under which an intermediate and its list are found. */
function pathOf(organisation: string | undefined): string {
	if (organisation === undefined) return 'intermediate';
	return organisation.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** AIA (RFC 5280 §4.2.2.1). */
function authorityInfo({ issuer, ocsp }: CertificateSpec, host: string): Der {
	const access = (method: string, url: string) => sequence(oid(method), tagged(6, false, url));
	return extension(
		'1.3.6.1.5.5.7.1.1',
		false,
		sequence(
			...(ocsp === true ? [access('1.3.6.1.5.5.7.48.1', `http://${host}/ocsp`)] : []),
			access('1.3.6.1.5.5.7.48.2', `http://${host}/${pathOf(issuer)}.der`),
		),
	);
}

/** Embedded (RFC 6962 §3.3). */
function timestamps(logs: number): Der {
	return extension('1.3.6.1.4.1.11129.2.4.2', false, octets(timestampList(logs)));
}

/**
 * SignedCertificateTimestampList (RFC 6962 §3.3) of so many logs; the signatures are made up, as nobody
 * checks them.
 */
export function timestampList(logs: number): Buffer {
	const items = Array.from({ length: logs }, (_, index) => {
		const log = createHash('sha256').update(`log ${index}`).digest();
		const signature = Buffer.alloc(70, index);
		const item = Buffer.concat([
			Buffer.of(0),
			log,
			Buffer.alloc(8, 1),
			Buffer.of(0, 0, 4, 3, 0, signature.length),
			signature,
		]);
		return Buffer.concat([Buffer.of(item.length >> 8, item.length & 0xff), item]);
	});
	const list = Buffer.concat(items);
	return Buffer.concat([Buffer.of(list.length >> 8, list.length & 0xff), list]);
}

function distributionPoint(url: string): Der {
	const point = sequence(tagged(0, true, [tagged(0, true, [tagged(6, false, url)])]));
	return extension('2.5.29.31', false, sequence(point));
}

/** Critical, for certificates that are no CA, at this address (RFC 5280 §5.2.5). */
function issuingPoint(url: string): Der {
	const point = tagged(0, true, [tagged(0, true, [tagged(6, false, url)])]);
	return extension('2.5.29.28', true, sequence(point, tagged(1, false, '\xff')));
}

interface RevocationListSpec {
	readonly issuer: Party;
	readonly serials: readonly Buffer[];
	readonly period: readonly [Date, Date];
	readonly extensions?: readonly Der[];
}

/** Version 2, with a CRL number (RFC 5280 §5.1, §5.2.3). */
function revocationList({ issuer, serials, period, extensions = [] }: RevocationListSpec): Buffer {
	const [from, until] = period;
	const algorithm = signatureAlgorithm(issuer.key, 'sha256');
	const entries = serials.map((serial) =>
		sequence(integer(serial), time(new Date(from.getTime() - CLIENTS_TOLERATE_MS))),
	);
	const body = sequence(
		integer(Buffer.of(1)),
		algorithm,
		distinguishedName(issuer.name, issuer.organisation),
		time(from),
		time(until),
		...(entries.length > 0 ? [sequence(...entries)] : []),
		tagged(0, true, [
			sequence(
				extension('2.5.29.35', false, sequence(tagged(0, false, bytes(keyIdentifier(issuer.key))))),
				extension('2.5.29.20', false, integer(Buffer.of(1))),
				...extensions,
			),
		]),
	);
	return signed(body, algorithm, issuer.key, 'sha256');
}

// ── OCSP ─────────────────────────────────────────────────────────────────────────────────────────

interface OcspSpec {
	readonly serial: Buffer;
	readonly issuer: Party;
	/** Whoever forges. */
	readonly stranger: Party;
	readonly at: (days: number) => Date;
}

type StapleKind = NonNullable<CertificateSpec['staple']>;

const OCSP_BASIC = '1.3.6.1.5.5.7.48.1.1';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const enumerated = (value: number) => node(asn1.Type.ENUMERATED, false, String.fromCharCode(value));
const generalized = (date: Date) =>
	node(asn1.Type.GENERALIZEDTIME, false, String(asn1.dateToGeneralizedTime(date)));

/** RFC 6960 §4.2.1. */
function ocspResponse(kind: StapleKind, { serial, issuer, stranger, at }: OcspSpec): Buffer {
	if (kind === 'garbage') return Buffer.from('no response');
	if (kind === 'try-later') return encoded(sequence(enumerated(3)));
	const signer = kind === 'forged' ? stranger.key : issuer.key;
	const delegate = kind === 'delegated' ? ocspDelegate(issuer, [at(-5), at(25)]) : null;
	const period = kind === 'expired' ? [at(-10), at(-3)] : [at(-1), at(6)];
	const single = sequence(
		sequence(
			sequence(oid('1.3.14.3.2.26'), node(asn1.Type.NULL, false, '')),
			octets(sha1(encoded(distinguishedName(issuer.name, issuer.organisation)))),
			octets(sha1(pointOf(issuer.key))),
			integer(kind === 'wrong' ? serialNumber() : serial),
		),
		ocspStatus(kind, at(-1)),
		generalized(period[0] ?? at(-1)),
		tagged(0, true, [generalized(period[1] ?? at(6))]),
	);
	const key = delegate?.key ?? signer;
	const data = sequence(
		tagged(2, true, [octets(sha1(pointOf(delegate?.key ?? issuer.key)))]),
		generalized(period[0] ?? at(-1)),
		sequence(single),
	);
	const algorithm = signatureAlgorithm(key, 'sha256');
	const basic = sequence(
		data,
		algorithm,
		bits(sign('sha256', encoded(data), key)),
		...(delegate === null ? [] : [tagged(0, true, [sequence(raw(delegate.certificate))])]),
	);
	const answer = sequence(oid(OCSP_BASIC), octets(encoded(basic)));
	return encoded(sequence(enumerated(0), tagged(0, true, [answer])));
}

function ocspStatus(kind: StapleKind, since: Date): Der {
	if (kind === 'unknown') return tagged(2, false, '');
	if (kind !== 'revoked') return tagged(0, false, '');
	return tagged(1, true, [generalized(since), tagged(0, true, [enumerated(1)])]);
}

function ocspDelegate(issuer: Party, period: readonly [Date, Date]): Party {
	const key = keyFor('OCSP delegate');
	const extensions = [
		keyUsage(0x80, 7),
		extension('2.5.29.37', false, sequence(oid(OCSP_SIGNING))),
		...keyIdentifiers(key, issuer.key),
	];
	const name = 'Lab OCSP';
	return {
		name,
		key,
		certificate: certificate({ subject: name, key, issuer, period, extensions }),
	};
}

const sha1 = (content: Buffer) => createHash('sha1').update(content).digest();

/** The uncompressed point of a P-256 key, which is how its SubjectPublicKeyInfo ends. */
const pointOf = (key: KeyObject) => spkiOf(key).subarray(-65);
