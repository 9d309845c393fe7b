import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/**
 * Writes certificates of any shape, the wrong ones above all, which no library would make. The
 * encoders know nothing of X.509; what is put in comes out.
 */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
	const content = Buffer.concat(parts);
	const { length } = content;
	if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
	const hex = length.toString(16);
	const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
	return Buffer.concat([Buffer.from([tag, 0x80 | octets.length]), octets, content]);
}

export const sequence = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts);
const set = (...parts: readonly Uint8Array[]) => tlv(0x31, ...parts);
export const octets = (content: Uint8Array) => tlv(0x04, content);
export const bits = (content: Uint8Array, unused = 0) => tlv(0x03, Buffer.from([unused]), content);
export const bool = (value: boolean) => tlv(0x01, Buffer.from([value ? 0xff : 0]));
export const nothing = () => tlv(0x05);
export const integer = (content: number | Uint8Array) =>
	tlv(0x02, typeof content === 'number' ? Buffer.from([content]) : content);

export function oid(dotted: string): Buffer {
	const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
	const octetsOf = (arc: number): number[] => {
		const out = [arc & 0x7f];
		for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
			out.unshift((left & 0x7f) | 0x80);
		}
		return out;
	};
	return tlv(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(octetsOf)));
}

/** `CN=a, O=b`; empty for a name without parts. */
export function name(text: string, stringTag = 0x0c): Buffer {
	const types: Record<string, string> = {
		CN: '2.5.4.3',
		O: '2.5.4.10',
		OU: '2.5.4.11',
		E: '1.2.840.113549.1.9.1',
	};
	const parts = text === '' ? [] : text.split(', ');
	return sequence(
		...parts.map((part) => {
			const [type = '', value = ''] = part.split('=');
			return set(sequence(oid(types[type] ?? type), tlv(stringTag, Buffer.from(value))));
		}),
	);
}

/** UTCTime until 2049, GeneralizedTime after, as RFC 5280 §4.1.2.5 wants. */
export function time(iso: string): Buffer {
	const digits = new Date(iso).toISOString().replace(/[-:T]|\.\d+/g, '');
	return Number(iso.slice(0, 4)) < 2050
		? tlv(0x17, Buffer.from(digits.slice(2)))
		: tlv(0x18, Buffer.from(digits));
}

export const extension = (type: string, value: Uint8Array, critical = false) =>
	sequence(oid(type), ...(critical ? [bool(true)] : []), octets(value));

export const dns = (text: string) => tlv(0x82, Buffer.from(text, 'latin1'));
export const ip = (...address: readonly number[]) => tlv(0x87, Buffer.from(address));
export const email = (text: string) => tlv(0x81, Buffer.from(text));
export const uri = (text: string) => tlv(0x86, Buffer.from(text));
export const directory = (text: string) => tlv(0xa4, name(text));
export const otherName = () =>
	tlv(0xa0, oid('1.2.3.4'), tlv(0xa0, tlv(0x0c, Buffer.from('someone'))));

export const altNames = (...names: readonly Uint8Array[]) =>
	extension('2.5.29.17', sequence(...names));
export const basicConstraints = (ca: boolean, pathLength?: number, critical = true) =>
	extension(
		'2.5.29.19',
		sequence(
			...(ca ? [bool(true)] : []),
			...(pathLength === undefined ? [] : [integer(pathLength)]),
		),
		critical,
	);

const USAGES: Record<string, readonly [octet: number, unused: number]> = {
	sign: [0x80, 7],
	certify: [0x06, 1],
};
export const keyUsage = (use: 'sign' | 'certify') => {
	const [octet, unused] = USAGES[use] ?? [0, 0];
	return extension('2.5.29.15', bits(Buffer.from([octet]), unused), true);
};
export const SERVER = '1.3.6.1.5.5.7.3.1';
export const CLIENT = '1.3.6.1.5.5.7.3.2';
export const ANY = '2.5.29.37.0';
export const purposes = (list: readonly string[], critical = false) =>
	extension('2.5.29.37', sequence(...list.map(oid)), critical);
export const subjectKey = (id: Uint8Array) => extension('2.5.29.14', octets(id));
export const authorityKey = (id: Uint8Array) => extension('2.5.29.35', sequence(tlv(0x80, id)));
export const issuerUrl = (url: string) =>
	extension('1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), uri(url))));
export const nameConstraints = (
	permitted: readonly Uint8Array[],
	excluded: readonly Uint8Array[] = [],
) => {
	const list = (tag: number, bases: readonly Uint8Array[]) =>
		bases.length === 0 ? [] : [tlv(tag, ...bases.map((base) => sequence(base)))];
	return extension('2.5.29.30', sequence(...list(0xa0, permitted), ...list(0xa1, excluded)), true);
};

export interface Pair {
	readonly publicKey: KeyObject;
	readonly privateKey: KeyObject;
}

export const ecPair = (namedCurve = 'P-256'): Pair => generateKeyPairSync('ec', { namedCurve });
export const rsaPair = (modulusLength = 2048): Pair =>
	generateKeyPairSync('rsa', { modulusLength });

export const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
export const RSA_SHA256 = sequence(oid('1.2.840.113549.1.1.11'), nothing());
export const RSA_SHA1 = sequence(oid('1.2.840.113549.1.1.5'), nothing());
export const RSA_MD5 = sequence(oid('1.2.840.113549.1.1.4'), nothing());

export interface Minted {
	readonly der: Buffer;
	readonly pair: Pair;
	readonly subject: Buffer;
	readonly keyId: Buffer;
}

export interface Recipe {
	readonly subject?: Buffer;
	readonly issuer?: Minted;
	/** Instead of the issuer's subject. */
	readonly issuerName?: Buffer;
	readonly pair?: Pair;
	readonly keyId?: Buffer;
	readonly version?: Buffer | null;
	readonly serial?: Uint8Array;
	readonly from?: Buffer;
	readonly until?: Buffer;
	readonly algorithm?: Buffer;
	readonly outerAlgorithm?: Buffer;
	readonly hash?: string;
	/** `null` leaves the field out. */
	readonly extensions?: readonly Uint8Array[] | null;
}

const VERSION_3 = tlv(0xa0, integer(2));
const FROM = '2026-01-01T00:00:00Z';
const UNTIL = '2026-04-01T00:00:00Z';

export function mint(recipe: Recipe): Minted {
	const pair = recipe.pair ?? ecPair();
	const signer = recipe.issuer?.pair ?? pair;
	const subject = recipe.subject ?? name('CN=example.com');
	const rsa = signer.privateKey.asymmetricKeyType === 'rsa';
	const algorithm = recipe.algorithm ?? (rsa ? RSA_SHA256 : ECDSA_SHA256);
	const tbs = sequence(
		...(recipe.version === null ? [] : [recipe.version ?? VERSION_3]),
		integer(recipe.serial ?? Buffer.concat([Buffer.from([0x11]), randomBytes(8)])),
		algorithm,
		recipe.issuerName ?? recipe.issuer?.subject ?? subject,
		sequence(recipe.from ?? time(FROM), recipe.until ?? time(UNTIL)),
		subject,
		pair.publicKey.export({ type: 'spki', format: 'der' }),
		...(recipe.extensions ? [tlv(0xa3, sequence(...recipe.extensions))] : []),
	);
	const signature = sign(recipe.hash ?? 'sha256', tbs, signer.privateKey);
	return {
		der: sequence(tbs, recipe.outerAlgorithm ?? algorithm, bits(signature)),
		pair,
		subject,
		keyId: recipe.keyId ?? Buffer.alloc(0),
	};
}

type Change = Partial<Recipe> & { readonly add?: readonly Uint8Array[] };

/** A root as RFC 5280 wants one. */
export function root(text = 'CN=Test Root', change: Change = {}): Minted {
	const keyId = randomBytes(20);
	return mint({
		subject: name(text),
		keyId,
		until: time('2046-01-01T00:00:00Z'),
		extensions: [
			basicConstraints(true),
			keyUsage('certify'),
			subjectKey(keyId),
			...(change.add ?? []),
		],
		...change,
	});
}

/** An intermediate as RFC 5280 wants one. */
export function intermediate(issuer: Minted, text = 'CN=Test CA', change: Change = {}): Minted {
	const keyId = randomBytes(20);
	return mint({
		subject: name(text),
		issuer,
		keyId,
		until: time('2036-01-01T00:00:00Z'),
		extensions: [
			basicConstraints(true),
			keyUsage('certify'),
			subjectKey(keyId),
			authorityKey(issuer.keyId),
			...(change.add ?? []),
		],
		...change,
	});
}

/** A server's certificate for example.com without a fault. */
export function leaf(issuer: Minted, change: Change = {}): Minted {
	return mint({
		issuer,
		extensions: leafExtensions(issuer, change.add),
		...change,
	});
}

export function leafExtensions(
	issuer: Minted,
	add: readonly Uint8Array[] = [],
	names: readonly Uint8Array[] = [dns('example.com'), dns('*.example.com')],
): readonly Uint8Array[] {
	return [
		keyUsage('sign'),
		purposes([SERVER]),
		authorityKey(issuer.keyId),
		...(names.length === 0 ? [] : [altNames(...names)]),
		...add,
	];
}

/** Well inside a leaf's 90 days, with more than a third left. */
export const NOW = new Date('2026-01-15T12:00:00Z');
