import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { addressText } from './address-text.ts';
import { type Certificate, isSelfIssued, ZERO_SERIAL } from './x509.ts';
import { ANY_PURPOSE, OID, UNCRITICAL_NAMES } from './x509-extensions.ts';
import { attributeText, COMMON_NAME } from './x509-name.ts';
import { parametersBreach, signatureState } from './x509-signature.ts';

export type Role = 'leaf' | 'authority' | 'root';

/**
 * Public roots that break the profile and are trusted all the same: they are old, everyone has
 * them, and no site can change them. SHA-256 of the certificates in Node's store.
 */
const LET_OFF: ReadonlySet<string> = new Set([
	// QuoVadis Root CA 2
	'85a0dd7dd720adb7ff05f83d542b209dc7ff4528f7d677b18389fea5e5c49e86',
	// QuoVadis Root CA 3
	'18f1fc7f205df8adddeb7fe007dd57e3af375a9c4d8d73546bf4f1fed1e18d35',
	// Certigna
	'e3b6a2db2ed7ce48842f7ac53241c7b71d54144bfb40c11f3f1d0b42f5eea12d',
	// ePKI Root Certification Authority
	'c0a6f4dc63a24bfdcf54ef2a6a082a0a72de35803e2ff5ff527ae5d87206dfd5',
	// TWCA Global Root CA
	'59769007f7685d0fcd50872f9f95d5755a5b2b457d81f3692b610a98672f0e1b',
	// Certum Trusted Network CA 2
	'b676f2eddae8775cd36cb0f63cd1d4603961f49e6265ba013a2f0307b6d0b804',
	// Trustwave Global ECC P256 Certification Authority
	'945bbc825ea554f489d1fd51a73ddf2ea624ac7019a05205225c22a78ccfa8b4',
	// Trustwave Global ECC P384 Certification Authority
	'55903859c8c0c3ebb8759ece4e2557225ff5758bbd38ebd48276601e1bd58097',
]);

/**
 * What RFC 5280 §4 forbids at this place of a path and no other verdict has a name for. Strict: MUST
 * counts as a breach even where most clients forgive it. Under a public root, the CA/Browser Forum's
 * profile (Baseline Requirements §7.1.2) counts too. `issuer` is the next certificate of the path.
 */
export function profileBreaches(
	certificate: Certificate,
	role: Role,
	about: { readonly issuer: Certificate | null; readonly isPublic: boolean },
): readonly string[] {
	// Clients take no more than name and key from a root that their owner added.
	if (role === 'root' && (!about.isPublic || LET_OFF.has(certificate.sha256))) return [];
	const rules = [
		...certificate.breaches.filter((breach) => !isForgiven(breach, role, about.isPublic)),
		parametersBreach(certificate.outerAlgorithm),
		...authorityKeyRules(certificate, about.issuer),
		...(role === 'leaf' ? leafRules(certificate) : authorityRules(certificate)),
		...(about.isPublic ? publicRules(certificate, role) : []),
	];
	return [...new Set(rules.filter((rule) => rule !== null))];
}

/** BR 7.1.2.5.2 allows what RFC 5280 forbids: constraints that old clients may pass over. */
function isForgiven(breach: string, role: Role, isPublic: boolean): boolean {
	return (role === 'root' && breach === ZERO_SERIAL) || (isPublic && breach === UNCRITICAL_NAMES);
}

/** `null` where a rule holds. */
type Rule = string | null;

const unless = (holds: boolean, breach: string): Rule => (holds ? null : breach);

function isCritical(certificate: Certificate, oid: string): boolean {
	return certificate.extensions.some((one) => one.oid === oid && one.critical);
}

/** §4.2.1.1, §4.2.1.2: OpenSSL refuses an issuer whose key identifier is another one. */
function authorityKeyRules(certificate: Certificate, issuer: Certificate | null): readonly Rule[] {
	const keyId = certificate.authorityKey?.keyId ?? null;
	if (keyId === null) {
		return [
			unless(isSelfSigned(certificate), 'the keyIdentifier of its authority is missing (§4.2.1.1)'),
		];
	}
	const wanted = issuer?.subjectKey ?? null;
	return [
		unless(
			wanted === null || wanted === keyId,
			"its authorityKeyIdentifier is not its issuer's subjectKeyIdentifier (§4.2.1.2)",
		),
	];
}

/** Its own key signed it. */
export function isSelfSigned(certificate: Certificate): boolean {
	const done = SELF_SIGNED.get(certificate);
	if (done !== undefined) return done;
	const signed = isSelfIssued(certificate) && signatureState(certificate, certificate) === 'valid';
	SELF_SIGNED.set(certificate, signed);
	return signed;
}

const SELF_SIGNED = new WeakMap<Certificate, boolean>();

function leafRules(certificate: Certificate): readonly Rule[] {
	const { subject, altNames, keyUsage, basicConstraints, extensions } = certificate;
	const mayCertify = keyUsage?.includes('keyCertSign') !== true;
	return [
		unless(
			subject.relative.length > 0 || altNames === null || isCritical(certificate, OID.altNames),
			'the subject is empty and subjectAltName is not critical (§4.2.1.6)',
		),
		unless(
			basicConstraints?.ca === true || !extensions.some(({ oid }) => oid === OID.nameConstraints),
			'nameConstraints on a certificate that is no CA (§4.2.1.10)',
		),
		unless(
			basicConstraints?.ca === true || mayCertify,
			'keyCertSign on a certificate that is no CA (§4.2.1.3)',
		),
	];
}

function authorityRules(certificate: Certificate): readonly Rule[] {
	const { subject, basicConstraints, keyUsage, subjectKey, extensions } = certificate;
	const has = (oid: string) => extensions.some((one) => one.oid === oid);
	return [
		unless(subject.relative.length > 0, 'the subject of a CA is empty (§4.1.2.6)'),
		unless(
			basicConstraints === null || isCritical(certificate, OID.basicConstraints),
			'basicConstraints of a CA is not critical (§4.2.1.9)',
		),
		unless(keyUsage !== null || has(OID.keyUsage), 'a CA without keyUsage (§4.2.1.3)'),
		unless(
			subjectKey !== null || has(OID.subjectKey),
			'a CA without subjectKeyIdentifier (§4.2.1.2)',
		),
	];
}

/** Baseline Requirements §7.1.2.1 (root), §7.1.2.7 (subscriber), §7.1.2.11 (all). */
function publicRules(certificate: Certificate, role: Role): readonly Rule[] {
	const { authorityKey, extendedKeyUsage, subject, subjectKey } = certificate;
	const all = unless(
		authorityKey === null || (!authorityKey.hasIssuer && !authorityKey.hasSerial),
		'authorityKeyIdentifier holds an issuer or a serial number (BR 7.1.2.11.1)',
	);
	if (role === 'authority') return [all];
	if (role === 'root') {
		const own = authorityKey === null || !isSelfSigned(certificate);
		return [
			all,
			unless(extendedKeyUsage === null, 'extKeyUsage on a root (BR 7.1.2.1.2)'),
			unless(
				own || authorityKey.keyId === subjectKey,
				"a root's authorityKeyIdentifier is not its own key's (BR 7.1.2.1.3)",
			),
		];
	}
	return [
		all,
		unless(
			!isCritical(certificate, OID.extendedKeyUsage),
			'extKeyUsage is critical (BR 7.1.2.7.6)',
		),
		...Object.entries(NOT_BESIDE_SERVERS).map(([purpose, what]) =>
			unless(
				extendedKeyUsage?.includes(purpose) !== true,
				`${what} among the purposes of a server certificate (BR 7.1.2.7.10)`,
			),
		),
		unless(
			subject.relative.length === 0 || !isCritical(certificate, OID.altNames),
			'subjectAltName is critical beside a subject (BR 7.1.2.7.12)',
		),
		unless(
			!isRespelt(certificate),
			'the common name spells a subjectAltName in another way (BR 7.1.4.3)',
		),
	];
}

/** BR 7.1.2.7.10. */
const NOT_BESIDE_SERVERS: Readonly<Record<string, string>> = {
	[ANY_PURPOSE]: 'anyExtendedKeyUsage',
	'1.3.6.1.5.5.7.3.3': 'code signing',
	'1.3.6.1.5.5.7.3.4': 'e-mail protection',
	'1.3.6.1.5.5.7.3.8': 'time stamping',
	'1.3.6.1.5.5.7.3.9': 'OCSP signing',
	'1.3.6.1.4.1.11129.2.4.4': 'precertificate signing',
};

/** The common name is the name or address of a subjectAltName, but not character for character. */
function isRespelt({ subject, altNames }: Certificate): boolean {
	const name = attributeText(subject, COMMON_NAME);
	const texts = (altNames ?? []).flatMap((one) => {
		if (one.kind === 'dns') return [one.text];
		return one.kind === 'ip' ? [addressText(one.bytes)] : [];
	});
	if (name === '' || texts.includes(name)) return false;
	const plain = plainSpelling(name);
	return texts.some((text) => plainSpelling(text) === plain);
}

/** Hexadecimal, octal and unshortened addresses, U-labels and upper case brought to one form. */
function plainSpelling(text: string): string {
	if (ipaddr.isValid(text)) return ipaddr.parse(text).toString();
	return domainToASCII(text) || text.toLowerCase();
}
