/**
 * Cipher suites up to TLS 1.2 that authenticate by certificate or not at all, by key exchange: IANA's
 * number in hex and the name behind `_WITH_` (IANA TLS Cipher Suites; the 56-bit export suites of
 * draft-ietf-tls-56-bit-ciphersuites). The best of each kind come first. Left out: pre-shared keys, SRP,
 * Kerberos, GOST, and what only certificates with fixed DH keys could use beyond AES.
 */
const REGISTRY = {
	ECDHE_ECDSA: `
		c02b AES_128_GCM_SHA256 c02c AES_256_GCM_SHA384 cca9 CHACHA20_POLY1305_SHA256
		c0ac AES_128_CCM c0ad AES_256_CCM c0ae AES_128_CCM_8 c0af AES_256_CCM_8
		c05c ARIA_128_GCM_SHA256 c05d ARIA_256_GCM_SHA384 c086 CAMELLIA_128_GCM_SHA256
		c087 CAMELLIA_256_GCM_SHA384 c009 AES_128_CBC_SHA c00a AES_256_CBC_SHA
		c023 AES_128_CBC_SHA256 c024 AES_256_CBC_SHA384 c072 CAMELLIA_128_CBC_SHA256
		c073 CAMELLIA_256_CBC_SHA384 c048 ARIA_128_CBC_SHA256 c049 ARIA_256_CBC_SHA384
		c008 3DES_EDE_CBC_SHA c007 RC4_128_SHA c006 NULL_SHA`,
	ECDHE_RSA: `
		c02f AES_128_GCM_SHA256 c030 AES_256_GCM_SHA384 cca8 CHACHA20_POLY1305_SHA256
		c060 ARIA_128_GCM_SHA256 c061 ARIA_256_GCM_SHA384 c08a CAMELLIA_128_GCM_SHA256
		c08b CAMELLIA_256_GCM_SHA384 c013 AES_128_CBC_SHA c014 AES_256_CBC_SHA
		c027 AES_128_CBC_SHA256 c028 AES_256_CBC_SHA384 c076 CAMELLIA_128_CBC_SHA256
		c077 CAMELLIA_256_CBC_SHA384 c04c ARIA_128_CBC_SHA256 c04d ARIA_256_CBC_SHA384
		c012 3DES_EDE_CBC_SHA c011 RC4_128_SHA c010 NULL_SHA`,
	DHE_RSA: `
		009e AES_128_GCM_SHA256 009f AES_256_GCM_SHA384 ccaa CHACHA20_POLY1305_SHA256
		c09e AES_128_CCM c09f AES_256_CCM c0a2 AES_128_CCM_8 c0a3 AES_256_CCM_8
		c052 ARIA_128_GCM_SHA256 c053 ARIA_256_GCM_SHA384 c07c CAMELLIA_128_GCM_SHA256
		c07d CAMELLIA_256_GCM_SHA384 0033 AES_128_CBC_SHA 0039 AES_256_CBC_SHA
		0067 AES_128_CBC_SHA256 006b AES_256_CBC_SHA256 0045 CAMELLIA_128_CBC_SHA
		0088 CAMELLIA_256_CBC_SHA 00be CAMELLIA_128_CBC_SHA256 00c4 CAMELLIA_256_CBC_SHA256
		c044 ARIA_128_CBC_SHA256 c045 ARIA_256_CBC_SHA384 009a SEED_CBC_SHA 0016 3DES_EDE_CBC_SHA
		0015 DES_CBC_SHA`,
	DHE_DSS: `
		00a2 AES_128_GCM_SHA256 00a3 AES_256_GCM_SHA384 0032 AES_128_CBC_SHA 0038 AES_256_CBC_SHA
		0040 AES_128_CBC_SHA256 006a AES_256_CBC_SHA256 0013 3DES_EDE_CBC_SHA 0066 RC4_128_SHA
		0012 DES_CBC_SHA`,
	RSA: `
		009c AES_128_GCM_SHA256 009d AES_256_GCM_SHA384 c09c AES_128_CCM c09d AES_256_CCM
		c0a0 AES_128_CCM_8 c0a1 AES_256_CCM_8 c050 ARIA_128_GCM_SHA256 c051 ARIA_256_GCM_SHA384
		c07a CAMELLIA_128_GCM_SHA256 c07b CAMELLIA_256_GCM_SHA384 002f AES_128_CBC_SHA
		0035 AES_256_CBC_SHA 003c AES_128_CBC_SHA256 003d AES_256_CBC_SHA256
		0041 CAMELLIA_128_CBC_SHA 0084 CAMELLIA_256_CBC_SHA 00ba CAMELLIA_128_CBC_SHA256
		00c0 CAMELLIA_256_CBC_SHA256 c03c ARIA_128_CBC_SHA256 c03d ARIA_256_CBC_SHA384
		0096 SEED_CBC_SHA 0007 IDEA_CBC_SHA 000a 3DES_EDE_CBC_SHA 0004 RC4_128_MD5 0005 RC4_128_SHA
		0009 DES_CBC_SHA 0001 NULL_MD5 0002 NULL_SHA 003b NULL_SHA256`,
	ECDH_ECDSA: `
		c02d AES_128_GCM_SHA256 c02e AES_256_GCM_SHA384 c004 AES_128_CBC_SHA c005 AES_256_CBC_SHA
		c025 AES_128_CBC_SHA256 c026 AES_256_CBC_SHA384 c003 3DES_EDE_CBC_SHA c002 RC4_128_SHA
		c001 NULL_SHA`,
	ECDH_RSA: `
		c031 AES_128_GCM_SHA256 c032 AES_256_GCM_SHA384 c00e AES_128_CBC_SHA c00f AES_256_CBC_SHA
		c029 AES_128_CBC_SHA256 c02a AES_256_CBC_SHA384 c00d 3DES_EDE_CBC_SHA c00c RC4_128_SHA
		c00b NULL_SHA`,
	DH_RSA: `
		00a0 AES_128_GCM_SHA256 00a1 AES_256_GCM_SHA384 0031 AES_128_CBC_SHA 0037 AES_256_CBC_SHA
		003f AES_128_CBC_SHA256 0069 AES_256_CBC_SHA256 0010 3DES_EDE_CBC_SHA 000f DES_CBC_SHA`,
	DH_DSS: `
		00a4 AES_128_GCM_SHA256 00a5 AES_256_GCM_SHA384 0030 AES_128_CBC_SHA 0036 AES_256_CBC_SHA
		003e AES_128_CBC_SHA256 0068 AES_256_CBC_SHA256 000d 3DES_EDE_CBC_SHA 000c DES_CBC_SHA`,
	ECDH_anon: `
		c018 AES_128_CBC_SHA c019 AES_256_CBC_SHA c017 3DES_EDE_CBC_SHA c016 RC4_128_SHA
		c015 NULL_SHA`,
	DH_anon: `
		00a6 AES_128_GCM_SHA256 00a7 AES_256_GCM_SHA384 0034 AES_128_CBC_SHA 003a AES_256_CBC_SHA
		006c AES_128_CBC_SHA256 006d AES_256_CBC_SHA256 0046 CAMELLIA_128_CBC_SHA
		0089 CAMELLIA_256_CBC_SHA 00bf CAMELLIA_128_CBC_SHA256 00c5 CAMELLIA_256_CBC_SHA256
		009b SEED_CBC_SHA 001b 3DES_EDE_CBC_SHA 0018 RC4_128_MD5 001a DES_CBC_SHA`,
	RSA_EXPORT: '0003 RC4_40_MD5 0006 RC2_CBC_40_MD5 0008 DES40_CBC_SHA',
	RSA_EXPORT1024: '0060 RC4_56_MD5 0064 RC4_56_SHA 0061 RC2_56_MD5 0062 DES_CBC_SHA',
	DHE_RSA_EXPORT: '0014 DES40_CBC_SHA',
	DHE_DSS_EXPORT: '0011 DES40_CBC_SHA',
	DHE_DSS_EXPORT1024: '0065 RC4_56_SHA 0063 DES_CBC_SHA',
	DH_RSA_EXPORT: '000e DES40_CBC_SHA',
	DH_DSS_EXPORT: '000b DES40_CBC_SHA',
	DH_anon_EXPORT: '0017 RC4_40_MD5 0019 DES40_CBC_SHA',
} as const;

type KeyExchange = keyof typeof REGISTRY;

export interface CipherSuite {
	readonly number: number;
	/** IANA's, without `TLS_`. */
	readonly name: string;
	readonly keyExchange: KeyExchange | 'TLS13';
	readonly cipher: string;
}

/** RFC 8446 §B.4. */
const OF_TLS_13: readonly (readonly [number, string])[] = [
	[0x1301, 'AES_128_GCM_SHA256'],
	[0x1302, 'AES_256_GCM_SHA384'],
	[0x1303, 'CHACHA20_POLY1305_SHA256'],
	[0x1304, 'AES_128_CCM_SHA256'],
	[0x1305, 'AES_128_CCM_8_SHA256'],
];

const UP_TO_TLS_12: readonly CipherSuite[] = Object.entries(REGISTRY).flatMap(([kind, text]) => {
	const words = text.trim().split(/\s+/);
	return words.flatMap((word, index) => {
		if (index % 2 === 1) return [];
		const cipher = words[index + 1] ?? '';
		const keyExchange = kind as KeyExchange;
		return [
			{ number: Number.parseInt(word, 16), name: `${kind}_WITH_${cipher}`, keyExchange, cipher },
		];
	});
});

const BY_NUMBER: ReadonlyMap<number, CipherSuite> = new Map([
	...UP_TO_TLS_12.map((suite) => [suite.number, suite] as const),
	...OF_TLS_13.map(
		([number, name]) =>
			[number, { number, name, keyExchange: 'TLS13', cipher: name } as const] as const,
	),
]);

/** `null` for one that this table does not have. */
export function cipherSuite(number: number): CipherSuite | null {
	return BY_NUMBER.get(number) ?? null;
}

/** With `TLS_`; in hex where this table does not have it. */
export function suiteName(number: number): string {
	const known = cipherSuite(number);
	return known === null ? `0x${number.toString(16).padStart(4, '0')}` : `TLS_${known.name}`;
}

// ── Kinds ────────────────────────────────────────────────────────────────────────────────────────

/** What nobody should accept any more, the gravest first. */
export const WEAK_KINDS = ['null', 'anonymous', 'export', 'des', 'rc4', '3des'] as const;
export type WeakKind = (typeof WEAK_KINDS)[number];

/** Without encryption and without authentication at once is both; else the first that fits. */
export function weakKinds({ keyExchange, cipher }: CipherSuite): readonly WeakKind[] {
	const none = cipher.startsWith('NULL') ? (['null'] as const) : [];
	const anonymous =
		keyExchange === 'ECDH_anon' || keyExchange.startsWith('DH_anon')
			? (['anonymous'] as const)
			: [];
	if (none.length + anonymous.length > 0) return [...none, ...anonymous];
	if (keyExchange.includes('EXPORT')) return ['export'];
	if (cipher.startsWith('DES_')) return ['des'];
	if (cipher.startsWith('RC4_')) return ['rc4'];
	return cipher.startsWith('3DES_') ? ['3des'] : [];
}

/** Authenticated encryption (RFC 5116). */
export function isAead({ cipher }: CipherSuite): boolean {
	return /GCM|CCM|POLY1305/.test(cipher);
}

/** A recorded session stays secret when the key of the certificate is stolen. */
export function isForwardSecret({ keyExchange }: CipherSuite): boolean {
	return /^(?:ECDHE|DHE|TLS13|ECDH_anon|DH_anon)/.test(keyExchange);
}

/** The session's key is encrypted to the key of the certificate. */
export function isStaticRsa({ keyExchange }: CipherSuite): boolean {
	return keyExchange === 'RSA';
}

export function isCbc({ cipher }: CipherSuite): boolean {
	return cipher.includes('_CBC_');
}

/** Ephemeral Diffie-Hellman over a prime field, authenticated. */
function isDhe({ keyExchange }: CipherSuite): boolean {
	return keyExchange.startsWith('DHE_');
}

// ── Offers ───────────────────────────────────────────────────────────────────────────────────────

/** Some servers break off where a hello has more (F5 and Citrix of the 2010s among them). */
const MOST_OFFERED = 127;

function numbersOf(those: (suite: CipherSuite) => boolean): readonly number[] {
	return UP_TO_TLS_12.filter(those)
		.map(({ number }) => number)
		.slice(0, MOST_OFFERED);
}

const isSound = (suite: CipherSuite) => weakKinds(suite).length === 0;

const USUAL = /^(?:ECDHE_|DHE_RSA|RSA$)/;
const isUsual = ({ keyExchange, cipher }: CipherSuite) =>
	USUAL.test(keyExchange) && /AES_|CHACHA20|CAMELLIA_\d+_CBC_SHA$|3DES|RC4/.test(cipher);
/** AEAD and the MACs with SHA-2 are TLS 1.2's (RFC 5246 §1.2). */
const isOfTls12 = (suite: CipherSuite) =>
	isAead(suite) || /_CBC_SHA(?:256|384)$/.test(suite.cipher);

/** What suites to offer for one question. */
export const OFFERS = {
	/** What servers of the last twenty years have, the best first. */
	usual: numbersOf(isUsual),
	usualBefore12: numbersOf((suite) => isUsual(suite) && !isOfTls12(suite)),
	/** Everything else: where the usual meets no suite, one of these may. */
	unusual: numbersOf((suite) => !isUsual(suite)),
	unusualBefore12: numbersOf((suite) => !isUsual(suite) && !isOfTls12(suite)),
	tls13: OF_TLS_13.map(([number]) => number),
	aead: numbersOf((suite) => isSound(suite) && isAead(suite)),
	forwardSecret: numbersOf((suite) => isSound(suite) && isForwardSecret(suite)),
	staticRsa: numbersOf((suite) => isSound(suite) && isStaticRsa(suite)),
	cbc: numbersOf((suite) => isSound(suite) && isCbc(suite)),
	dhe: numbersOf((suite) => isSound(suite) && isDhe(suite)),
	ecdhe: numbersOf((suite) => isSound(suite) && suite.keyExchange.startsWith('ECDHE_')),
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** Every suite of these kinds. */
export function weakOffer(kinds: readonly WeakKind[]): readonly number[] {
	return numbersOf((suite) => weakKinds(suite).some((kind) => kinds.includes(kind)));
}

/** RFC 5746 §3.3: what SSL 3.0 sends in place of an empty renegotiation_info. */
export const RENEGOTIATION_SIGNAL = 0x00ff;
/** RFC 7507. */
export const FALLBACK_SIGNAL = 0x5600;

// ── Groups ───────────────────────────────────────────────────────────────────────────────────────

/** IANA TLS Supported Groups. */
const GROUPS = {
	X25519MLKEM768: 0x11ec,
	X25519: 0x001d,
	'P-256': 0x0017,
	'P-384': 0x0018,
	'P-521': 0x0019,
	X448: 0x001e,
	SecP256r1MLKEM768: 0x11eb,
	SecP384r1MLKEM1024: 0x11ed,
	secp256k1: 0x0016,
	'P-224': 0x0015,
	'P-192': 0x0013,
	brainpoolP256r1: 0x001a,
	brainpoolP384r1: 0x001b,
	brainpoolP512r1: 0x001c,
	sect283k1: 0x0009,
	sect283r1: 0x000a,
	sect409k1: 0x000b,
	sect409r1: 0x000c,
	sect571k1: 0x000d,
	sect571r1: 0x000e,
	ffdhe2048: 0x0100,
	ffdhe3072: 0x0101,
	ffdhe4096: 0x0102,
	ffdhe6144: 0x0103,
	ffdhe8192: 0x0104,
} as const;
export type GroupName = keyof typeof GROUPS;

export function groupNumber(name: GroupName): number {
	return GROUPS[name];
}

/** In hex where it has no name here. */
export function groupName(number: number): string {
	const known = Object.entries(GROUPS).find(([, one]) => one === number);
	return known?.[0] ?? `0x${number.toString(16).padStart(4, '0')}`;
}

/** The prime fields (RFC 7919) apart: a server may then pick its own prime, which is what is asked. */
export const CURVES: readonly number[] = Object.entries(GROUPS)
	.filter(([name]) => !name.startsWith('ffdhe') && !name.includes('MLKEM'))
	.map(([, number]) => number);

/** For TLS 1.3, where every kind of group is one list. */
export const ALL_GROUPS: readonly number[] = Object.values(GROUPS);
