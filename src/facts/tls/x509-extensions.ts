import {
	bitsOf,
	booleanOf,
	contentOf,
	DerError,
	elements,
	hexOf,
	integerOf,
	oidOf,
	onlyElement,
	sequenceOf,
	TAG,
	type Tlv,
} from './der.ts';
import {
	altNameBreach,
	type GeneralName,
	generalNameOf,
	generalNamesOf,
	isHostName,
	isMailbox,
} from './x509-general-name.ts';

export interface Extension {
	readonly oid: string;
	readonly critical: boolean;
	/** What the OCTET STRING holds. */
	readonly value: Uint8Array;
}

/** A property is `null` where the extension is absent or can't be read (then a fault says so). */
export interface CertificateExtensions {
	/** In wire order, duplicates kept. */
	readonly extensions: readonly Extension[];
	readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
	readonly keyUsage: readonly KeyUsage[] | null;
	readonly extendedKeyUsage: readonly string[] | null;
	readonly altNames: readonly GeneralName[] | null;
	readonly nameConstraints: NameConstraints | null;
	readonly authorityKey: AuthorityKey | null;
	/** Hex. */
	readonly subjectKey: string | null;
	/** URLs of the issuer's certificate, of OCSP, and of revocation lists. */
	readonly issuerUrls: readonly string[];
	readonly ocspUrls: readonly string[];
	readonly crlUrls: readonly string[];
	/** TLS features (RFC 7633); 5 is status_request, "must-staple". */
	readonly tlsFeatures: readonly number[];
	/** SignedCertificateTimestampList (RFC 6962 §3.3) as embedded. */
	readonly sctList: Uint8Array | null;
	readonly policyConstraints: PolicyConstraints | null;
	readonly policies: readonly string[] | null;
	/** Pairs of an issuer's policy and the subject's that counts as the same. */
	readonly policyMappings: readonly (readonly [issuer: string, subject: string])[] | null;
	readonly inhibitAnyPolicy: number | null;
	/** What RFC 5280 §4.2 forbids in them. */
	readonly faults: readonly string[];
}

export interface NameConstraints {
	readonly permitted: readonly GeneralName[];
	readonly excluded: readonly GeneralName[];
}

interface AuthorityKey {
	/** Hex. */
	readonly keyId: string | null;
	readonly hasIssuer: boolean;
	readonly hasSerial: boolean;
}

interface PolicyConstraints {
	readonly requireExplicit: number | null;
	readonly inhibitMapping: number | null;
}

const KEY_USAGES = [
	'digitalSignature',
	'nonRepudiation',
	'keyEncipherment',
	'dataEncipherment',
	'keyAgreement',
	'keyCertSign',
	'cRLSign',
	'encipherOnly',
	'decipherOnly',
] as const;
type KeyUsage = (typeof KEY_USAGES)[number];

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
export const ANY_PURPOSE = '2.5.29.37.0';

export const OID = {
	subjectDirectoryAttributes: '2.5.29.9',
	subjectKey: '2.5.29.14',
	keyUsage: '2.5.29.15',
	altNames: '2.5.29.17',
	issuerAltNames: '2.5.29.18',
	basicConstraints: '2.5.29.19',
	nameConstraints: '2.5.29.30',
	crlPoints: '2.5.29.31',
	policies: '2.5.29.32',
	policyMappings: '2.5.29.33',
	authorityKey: '2.5.29.35',
	policyConstraints: '2.5.29.36',
	extendedKeyUsage: '2.5.29.37',
	freshestCrl: '2.5.29.46',
	inhibitAnyPolicy: '2.5.29.54',
	authorityInfo: '1.3.6.1.5.5.7.1.1',
	subjectInfo: '1.3.6.1.5.5.7.1.11',
	tlsFeatures: '1.3.6.1.5.5.7.1.24',
	sctList: '1.3.6.1.4.1.11129.2.4.2',
} as const;

/** Extensions that path validation here reads; any other that is critical must stop it (§4.2). */
const UNDERSTOOD: ReadonlySet<string> = new Set([
	OID.keyUsage,
	OID.altNames,
	OID.issuerAltNames,
	OID.basicConstraints,
	OID.nameConstraints,
	OID.crlPoints,
	OID.policies,
	OID.policyMappings,
	OID.policyConstraints,
	OID.extendedKeyUsage,
	OID.inhibitAnyPolicy,
	OID.authorityKey,
	OID.subjectKey,
	OID.authorityInfo,
	OID.subjectInfo,
	OID.subjectDirectoryAttributes,
	OID.freshestCrl,
	OID.tlsFeatures,
	OID.sctList,
]);

export function isUnderstood({ oid }: Extension): boolean {
	return UNDERSTOOD.has(oid);
}

const NEVER_CRITICAL: Readonly<Record<string, string>> = {
	[OID.authorityKey]: 'authorityKeyIdentifier is critical (§4.2.1.1)',
	[OID.subjectKey]: 'subjectKeyIdentifier is critical (§4.2.1.2)',
	[OID.subjectDirectoryAttributes]: 'subjectDirectoryAttributes is critical (§4.2.1.8)',
	[OID.freshestCrl]: 'freshestCRL is critical (§4.2.1.15)',
	[OID.authorityInfo]: 'authorityInfoAccess is critical (§4.2.2.1)',
	[OID.subjectInfo]: 'subjectInfoAccess is critical (§4.2.2.2)',
};

/** Public authorities are let off (BR 7.1.2.5.2). */
export const UNCRITICAL_NAMES = 'nameConstraints is not critical (§4.2.1.10)';

const ALWAYS_CRITICAL: Readonly<Record<string, string>> = {
	[OID.nameConstraints]: UNCRITICAL_NAMES,
	[OID.policyConstraints]: 'policyConstraints is not critical (§4.2.1.11)',
	[OID.inhibitAnyPolicy]: 'inhibitAnyPolicy is not critical (§4.2.1.14)',
};

/** Reads the field `[3] extensions`. A fault in one extension leaves the others readable. */
export function extensionsOf(field: Tlv | undefined): CertificateExtensions {
	const faults: string[] = [];
	const list = field === undefined ? [] : sequenceOf(onlyElement(field.content), 'the extensions');
	if (field !== undefined && list.length === 0)
		faults.push('the list of extensions is empty (§4.1)');
	const extensions = list.map((one) => extensionOf(one, faults));
	for (const { oid, critical } of extensions) {
		const fault = critical ? NEVER_CRITICAL[oid] : ALWAYS_CRITICAL[oid];
		if (fault !== undefined) faults.push(fault);
	}
	const first = <V>(oid: string, what: string, read: (value: Tlv, add: Add) => V): V | null => {
		const found = extensions.find((one) => one.oid === oid);
		return found === undefined ? null : attempt(found.value, what, read, faults);
	};
	const access = first(OID.authorityInfo, 'authorityInfoAccess', accessOf);
	first(OID.subjectInfo, 'subjectInfoAccess', accessOf);
	first(OID.issuerAltNames, 'issuerAltName', altNamesOf);
	first(OID.freshestCrl, 'freshestCRL', crlPointsOf);
	return {
		extensions,
		basicConstraints: first(OID.basicConstraints, 'basicConstraints', basicConstraintsOf),
		keyUsage: first(OID.keyUsage, 'keyUsage', keyUsageOf),
		extendedKeyUsage: first(OID.extendedKeyUsage, 'extKeyUsage', purposesOf),
		altNames: first(OID.altNames, 'subjectAltName', altNamesOf),
		nameConstraints: first(OID.nameConstraints, 'nameConstraints', nameConstraintsOf),
		authorityKey: first(OID.authorityKey, 'authorityKeyIdentifier', authorityKeyOf),
		subjectKey: first(OID.subjectKey, 'subjectKeyIdentifier', subjectKeyOf),
		issuerUrls: access?.issuers ?? [],
		ocspUrls: access?.ocsp ?? [],
		crlUrls: first(OID.crlPoints, 'cRLDistributionPoints', crlPointsOf) ?? [],
		tlsFeatures: first(OID.tlsFeatures, 'the TLS feature extension', featuresOf) ?? [],
		sctList: first(OID.sctList, 'the SCT list', octetsOf),
		policyConstraints: first(OID.policyConstraints, 'policyConstraints', policyConstraintsOf),
		policies: first(OID.policies, 'certificatePolicies', policiesOf),
		policyMappings: first(OID.policyMappings, 'policyMappings', mappingsOf),
		inhibitAnyPolicy: first(OID.inhibitAnyPolicy, 'inhibitAnyPolicy', skipCertsOf),
		faults,
	};
}

/** Adds a fault that does not keep the extension from being read. */
type Add = (fault: string) => void;

function attempt<V>(
	value: Uint8Array,
	what: string,
	read: (value: Tlv, add: Add) => V,
	faults: string[],
): V | null {
	try {
		return read(onlyElement(value), (fault) => faults.push(fault));
	} catch (error) {
		if (!(error instanceof DerError)) throw error;
		faults.push(`${what} can't be read: ${error.message}`);
		return null;
	}
}

function extensionOf(one: Tlv, faults: string[]): Extension {
	const parts = [...sequenceOf(one, 'an extension')];
	const oid = oidOf(contentOf(parts.shift(), TAG.oid, "an extension's type"));
	const flag = parts[0]?.tag === TAG.boolean ? parts.shift() : undefined;
	const critical = flag === undefined ? false : criticalOf(flag.content, oid, faults);
	const value = contentOf(parts.shift(), TAG.octetString, "an extension's value");
	if (parts.length > 0) throw new DerError('an extension has more than three parts');
	return { oid, critical, value };
}

function criticalOf(content: Uint8Array, oid: string, faults: string[]): boolean {
	const critical = booleanOf(content);
	if (!critical) faults.push(`the default criticality of ${oid} is encoded (DER)`);
	return critical;
}

function basicConstraintsOf(value: Tlv, add: Add) {
	const parts = [...sequenceOf(value, 'basicConstraints')];
	const flag = parts[0]?.tag === TAG.boolean ? parts.shift() : undefined;
	const ca = flag !== undefined && booleanOf(flag.content);
	if (flag !== undefined && !ca) add('basicConstraints encodes the default cA FALSE (DER)');
	const length = parts.shift();
	if (parts.length > 0) throw new DerError('more than two parts');
	if (length === undefined) return { ca, pathLength: null };
	const most = integerOf(contentOf(length, TAG.integer, 'pathLenConstraint'));
	if (most < 0n) throw new DerError('a negative pathLenConstraint');
	if (!ca) add('pathLenConstraint without cA (§4.2.1.9)');
	return { ca, pathLength: most > 1_000n ? 1_000 : Number(most) };
}

function keyUsageOf(value: Tlv, add: Add): readonly KeyUsage[] {
	const { bytes, unused } = bitsOf(contentOf(value, TAG.bitString, 'keyUsage'));
	const uses = KEY_USAGES.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
	if (uses.length === 0) add('keyUsage allows nothing (§4.2.1.3)');
	const last = bytes.at(-1) ?? 0;
	// X.690 §11.2.2: a named bit list ends with a bit that is set.
	if (bytes.length > 0 && ((last >> unused) & 1) === 0) add('keyUsage ends with unset bits (DER)');
	return uses;
}

function purposesOf(value: Tlv): readonly string[] {
	const purposes = sequenceOf(value, 'extKeyUsage').map((one) =>
		oidOf(contentOf(one, TAG.oid, 'a purpose')),
	);
	if (purposes.length === 0) throw new DerError('it names no purpose (§4.2.1.12)');
	return purposes;
}

function altNamesOf(value: Tlv, add: Add): readonly GeneralName[] {
	const names = generalNamesOf(value);
	if (names.length === 0) add('an alternative name extension is empty (§4.2.1.6)');
	const [breach] = names.flatMap((name) => altNameBreach(name) ?? []);
	if (breach !== undefined) add(`${breach} (§4.2.1.6)`);
	return names;
}

function nameConstraintsOf(value: Tlv, add: Add): NameConstraints {
	const found: { permitted: readonly GeneralName[]; excluded: readonly GeneralName[] } = {
		permitted: [],
		excluded: [],
	};
	const parts = sequenceOf(value, 'nameConstraints');
	if (parts.length === 0) add('nameConstraints is empty (§4.2.1.10)');
	let least = 0xa0;
	for (const { tag, content } of parts) {
		if (tag < least || tag > 0xa1) throw new DerError('a part out of place');
		least = tag + 1;
		const subtrees = elements(content).map((one) => subtreeOf(one, add));
		if (subtrees.length === 0) add('nameConstraints has an empty list (§4.2.1.10)');
		found[tag === 0xa0 ? 'permitted' : 'excluded'] = subtrees;
	}
	return found;
}

function subtreeOf(subtree: Tlv, add: Add): GeneralName {
	const [base, ...bounds] = sequenceOf(subtree, 'a subtree');
	if (base === undefined) throw new DerError('a subtree without a base');
	if (bounds.length > 0) add('a subtree has minimum or maximum (§4.2.1.10)');
	const name = generalNameOf(base);
	const breach = constraintBreach(name);
	if (breach !== null) add(`${breach} (§4.2.1.10)`);
	return name;
}

function constraintBreach(name: GeneralName): string | null {
	switch (name.kind) {
		case 'dns':
			return name.text === '' || isHostName(name.text)
				? null
				: `the name constraint ${JSON.stringify(name.text)} is not a host name`;
		case 'email':
			return isMailbox(name.text) || isHostName(name.text.replace(/^\./, ''))
				? null
				: `the mail constraint ${JSON.stringify(name.text)} is neither mailbox nor host`;
		case 'uri':
			return isHostName(name.text.replace(/^\./, ''))
				? null
				: `the URI constraint ${JSON.stringify(name.text)} is not a host name`;
		case 'ip':
			return isNetwork(name.bytes) ? null : 'an address constraint is no address and mask';
		case 'directory':
		case 'other':
			return null;
	}
}

/** Address and mask of the same family; the mask's ones come first (RFC 4632 §3.1). */
function isNetwork(bytes: Uint8Array): boolean {
	if (bytes.length !== 8 && bytes.length !== 32) return false;
	const mask = bytes.subarray(bytes.length / 2);
	const bits = [...mask].map((one) => one.toString(2).padStart(8, '0')).join('');
	return /^1*0*$/.test(bits);
}

function authorityKeyOf(value: Tlv, add: Add): AuthorityKey {
	const parts = sequenceOf(value, 'authorityKeyIdentifier');
	const byTag = new Map(parts.map((part) => [part.tag, part]));
	if ([...byTag.keys()].some((tag) => tag !== 0x80 && tag !== 0xa1 && tag !== 0x82)) {
		throw new DerError('a part of no known kind');
	}
	const issuer = byTag.get(0xa1);
	if (issuer !== undefined) elements(issuer.content).map(generalNameOf);
	const keyId = byTag.get(0x80);
	const found = {
		keyId: keyId === undefined ? null : hexOf(keyId.content),
		hasIssuer: issuer !== undefined,
		hasSerial: byTag.has(0x82),
	};
	if (found.hasIssuer !== found.hasSerial) {
		add('authorityKeyIdentifier has only one of issuer and serial number (§4.2.1.1)');
	}
	return found;
}

function subjectKeyOf(value: Tlv): string {
	return hexOf(contentOf(value, TAG.octetString, 'the key identifier'));
}

const CA_ISSUERS = '1.3.6.1.5.5.7.48.2';
const OCSP = '1.3.6.1.5.5.7.48.1';

function accessOf(value: Tlv) {
	const issuers: string[] = [];
	const ocsp: string[] = [];
	const descriptions = sequenceOf(value, 'the access descriptions');
	if (descriptions.length === 0) throw new DerError('it is empty');
	for (const one of descriptions) {
		const [method, location, ...more] = sequenceOf(one, 'an access description');
		if (location === undefined || more.length > 0) throw new DerError('a description is no pair');
		const oid = oidOf(contentOf(method, TAG.oid, 'an access method'));
		const name = generalNameOf(location);
		if (name.kind !== 'uri') continue;
		if (oid === CA_ISSUERS) issuers.push(name.text);
		if (oid === OCSP) ocsp.push(name.text);
	}
	return { issuers, ocsp };
}

function crlPointsOf(value: Tlv, add: Add): readonly string[] {
	const points = sequenceOf(value, 'the distribution points');
	if (points.length === 0) throw new DerError('it is empty');
	return points.flatMap((point) => {
		const parts = sequenceOf(point, 'a distribution point');
		const named = parts.find((part) => part.tag === 0xa0);
		if (named === undefined && !parts.some((part) => part.tag === 0xa2)) {
			add('a distribution point has neither name nor issuer (§4.2.1.13)');
		}
		return named === undefined ? [] : pointUrls(onlyElement(named.content));
	});
}

/** fullName, or a name relative to the issuer's, which holds no URL. */
function pointUrls(name: Tlv): readonly string[] {
	if (name.tag !== 0xa0) return [];
	return elements(name.content).flatMap((one) => {
		const general = generalNameOf(one);
		return general.kind === 'uri' ? [general.text] : [];
	});
}

function featuresOf(value: Tlv): readonly number[] {
	return sequenceOf(value, 'the features').map((one) =>
		Number(integerOf(contentOf(one, TAG.integer, 'a feature'))),
	);
}

function octetsOf(value: Tlv): Uint8Array {
	return contentOf(value, TAG.octetString, 'the list');
}

function policiesOf(value: Tlv, add: Add): readonly string[] {
	const policies = sequenceOf(value, 'the policies').map((one) =>
		oidOf(contentOf(sequenceOf(one, 'a policy')[0], TAG.oid, 'a policy')),
	);
	if (policies.length === 0) throw new DerError('it is empty');
	if (new Set(policies).size < policies.length) add('a policy is named twice (§4.2.1.4)');
	return policies;
}

function mappingsOf(value: Tlv): readonly (readonly [string, string])[] {
	const mappings = sequenceOf(value, 'the mappings').map((one) => {
		const [issuer = '', subject = '', ...more] = sequenceOf(one, 'a mapping').map((side) =>
			oidOf(contentOf(side, TAG.oid, 'a policy')),
		);
		if (subject === '' || more.length > 0) throw new DerError('a mapping is no pair');
		if (issuer === ANY_POLICY || subject === ANY_POLICY) {
			throw new DerError('it maps anyPolicy (§4.2.1.5)');
		}
		return [issuer, subject] as const;
	});
	if (mappings.length === 0) throw new DerError('it is empty');
	return mappings;
}

export const ANY_POLICY = '2.5.29.32.0';

function policyConstraintsOf(value: Tlv): PolicyConstraints {
	const parts = sequenceOf(value, 'policyConstraints');
	if (parts.length === 0) throw new DerError('it is empty (§4.2.1.11)');
	const skip = (tag: number) => {
		const part = parts.find((one) => one.tag === tag);
		return part === undefined ? null : skipCerts(part.content);
	};
	return { requireExplicit: skip(0x80), inhibitMapping: skip(0x81) };
}

function skipCertsOf(value: Tlv): number {
	return skipCerts(contentOf(value, TAG.integer, 'SkipCerts'));
}

function skipCerts(content: Uint8Array): number {
	const value = integerOf(content);
	if (value < 0n) throw new DerError('a negative SkipCerts');
	return value > 1_000n ? 1_000 : Number(value);
}
