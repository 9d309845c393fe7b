import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import type { TrustStore } from '../../core/io.ts';
import { addressText } from './address-text.ts';
import type { ChainAssessment } from './assess-chain.ts';
import { issuerNamed, type KnownIssuer } from './issuers.ts';
import { parseSctList } from './sct-list.ts';
import { assessServed, type ServedChain, servedChains } from './served-chains.ts';
import { trustStore } from './tls.ts';
import { type Certificate, parseCertificate } from './x509.ts';
import { displayName } from './x509-name.ts';

/** How far trust in a certificate reaches, whatever the time is. */
type Standing =
	/** Its path ends at a root that Node ships. */
	| 'public'
	/** At a root that the user gave. */
	| 'private'
	| 'self-signed'
	/** At neither, or nowhere. */
	| 'untrusted';

/** The certificate of a server, as far as renewal, revocation and transparency are concerned. */
export interface ServedCertificate {
	readonly addresses: readonly string[];
	/** Hex. */
	readonly sha256: string;
	readonly standing: Standing;
	readonly subject: string;
	readonly issuer: string;
	readonly authority: KnownIssuer | null;
	/** DNS names and addresses of subjectAltName. */
	readonly names: readonly string[];
	/** ISO 8601. */
	readonly notBefore: string;
	readonly notAfter: string;
	/** notAfter − notBefore + 1 (RFC 5280 §4.1.2.5: both ends belong to the period). */
	readonly lifetimeSeconds: number;
	/** Distinct logs of the embedded timestamps; `null` where there are none or they can't be read. */
	readonly embeddedLogs: readonly string[] | null;
	/** It asks for a stapled answer (RFC 7633). */
	readonly mustStaple: boolean;
	readonly ocspUrls: readonly string[];
	readonly crlUrls: readonly string[];
	/** RFC 9773 §4.1; `null` without the issuer's key identifier. */
	readonly renewalId: string | null;
}

/** The certificates at port 443 of a host that can be read, one for every chain that it sends. */
export const servedCertificates = defineDerivation({
	name: 'https.served-certificates',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<readonly ServedCertificate[]>> {
		const served = await get(servedChains(params));
		if (served.status !== 'known') return served;
		const trust = await get(trustStore({}));
		if (trust.status !== 'known') return trust;
		return known(served.value.flatMap((one) => servedCertificate(one, trust.value) ?? []));
	},
});

/** `null` where the server's own certificate can't be read. */
export function servedCertificate(
	served: ServedChain,
	trust: TrustStore,
): ServedCertificate | null {
	const leaf = certificateIn(served.chain[0]);
	if (leaf === null) return null;
	const { altNames, notBefore, notAfter, sctList } = leaf;
	return {
		addresses: served.addresses,
		sha256: leaf.sha256,
		standing: standingOf(timelessAssessment(served, leaf, trust)),
		subject: displayName(leaf.subject),
		issuer: displayName(leaf.issuer),
		authority: issuerNamed(leaf.issuer),
		names: (altNames ?? []).flatMap((name) => {
			if (name.kind === 'dns') return [name.text.toLowerCase()];
			return name.kind === 'ip' ? [addressText(name.bytes)] : [];
		}),
		notBefore: new Date(notBefore).toISOString(),
		notAfter: new Date(notAfter).toISOString(),
		lifetimeSeconds: (notAfter - notBefore) / 1000 + 1,
		embeddedLogs: sctList === null ? null : (parseSctList(sctList)?.logs ?? null),
		mustStaple: leaf.tlsFeatures.includes(STATUS_REQUEST),
		ocspUrls: leaf.ocspUrls,
		crlUrls: leaf.crlUrls,
		renewalId: renewalIdOf(leaf),
	};
}

const STATUS_REQUEST = 5;

/** As on the day it was issued: what leads to which root does not depend on today. */
export function timelessAssessment(
	served: ServedChain,
	leaf: Certificate,
	trust: TrustStore,
): ChainAssessment {
	return assessServed(served, { now: new Date(leaf.notBefore), trust });
}

function standingOf({ path, problems }: ChainAssessment): Standing {
	if (problems.some(({ id }) => id === 'ssl/chain/self-signed')) return 'self-signed';
	const origin = path.at(-1)?.origin;
	if (origin === 'public-root') return 'public';
	return origin === 'private-root' ? 'private' : 'untrusted';
}

/** RFC 9773 §4.1: the serial number as encoded, a leading zero included. */
export function renewalIdOf({ authorityKey, serial }: Certificate): string | null {
	const keyId = authorityKey?.keyId ?? null;
	if (keyId === null) return null;
	const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
	return `${text(Buffer.from(keyId, 'hex'))}.${text(serial)}`;
}

export function certificateIn(base64: string | undefined): Certificate | null {
	if (base64 === undefined) return null;
	const parsed = parseCertificate(Buffer.from(base64, 'base64'));
	return parsed.kind === 'certificate' ? parsed.certificate : null;
}
