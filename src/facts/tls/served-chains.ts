import { z } from 'zod';
import {
	blocked,
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	unknown,
} from '../../core/fact.ts';
import type { TlsCompleted, TrustStore } from '../../core/io.ts';
import { strangerExchange } from '../web/stranger.ts';
import { addressText } from './address-text.ts';
import { assessChain, type ChainAssessment, type ChainProblem, openEnd } from './assess-chain.ts';
import { certificateLeads } from './certificate-leads.ts';
import { contentOf, DerError, elements, onlyElement, sequenceOf, TAG } from './der.ts';
import { type HttpsAnswer, httpsAnswers, isDoubtful } from './https-answers.ts';
import { trustStore } from './tls.ts';
import { isModern } from './version-hello.ts';
import { certificatesInPem, parseCertificate } from './x509.ts';
import type { KeyKind } from './x509-key.ts';
import { displayName } from './x509-name.ts';
import { signatureHash } from './x509-signature.ts';

/** One chain that a host sends, and where. */
export interface ServedChain {
	readonly addresses: readonly string[];
	/** DER in base64, as sent. */
	readonly chain: readonly string[];
	/** Found through caIssuers where the chain reaches no root; DER in base64. */
	readonly fetched: readonly string[];
	/** What came of looking there; empty where it was not needed. */
	readonly lookups: readonly string[];
}

/**
 * The chains at port 443 of a host, equal ones together. Blocked by `ssl/https` where no handshake
 * completed for a reason that it calls a failure; unknown where it could not tell.
 */
export const servedChains = defineDerivation({
	name: 'https.served-chains',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<readonly ServedChain[]>> {
		const answers = await get(httpsAnswers(params));
		if (answers.status !== 'known') return answers;
		const byChain = new Map<string, { addresses: string[]; chain: readonly string[] }>();
		for (const answer of answers.value) {
			const chain = chainIn(answer);
			if (chain === null) continue;
			const key = chain.join('\n');
			const same = byChain.get(key);
			if (same === undefined) byChain.set(key, { addresses: [answer.address], chain });
			else same.addresses.push(answer.address);
		}
		if (byChain.size === 0) {
			const none = noAnswer(params.host, answers.value);
			const isPlanned = none.status === 'unknown' && none.because === 'not-asked';
			if (isPlanned) await get(certificateLeads({ host: params.host }));
			return none;
		}
		const trust = await get(trustStore({}));
		if (trust.status !== 'known') return trust;
		return known(
			await Promise.all(
				[...byChain.values()].map(async (one) => ({
					...one,
					...(await missingPart({ chain: one.chain, home: params.host }, trust.value, get)),
				})),
			),
		);
	},
});

/** Up to TLS 1.2 a certificate is sent in the clear, before anything can fail. */
function chainIn(answer: HttpsAnswer): readonly string[] | null {
	if (answer.kind === 'completed') return answer.tls.chain;
	const raw = answer.kind === 'failed' ? answer.raw : undefined;
	return raw === undefined || raw.chain.length === 0 ? null : raw.chain;
}

/** Why there is nothing to look at, where no address of a host has anything to show. */
export function noAnswer(host: string, answers: readonly HttpsAnswer[]): Fact<never> {
	const outdated = answers.find((one) => one.kind === 'failed' && one.raw !== undefined);
	if (outdated?.kind === 'failed' && outdated.raw !== undefined) {
		const check = isModern(outdated.raw.version) ? 'ssl/ciphers' : 'ssl/protocols';
		return blocked({ check, subject: host }, `${outdated.address}: ${outdated.detail}`);
	}
	const failed = answers.find((one) => one.kind === 'failed' && isFailure(one));
	if (failed?.kind === 'failed') {
		return blocked({ check: 'ssl/https', subject: host }, `${failed.address}: ${failed.detail}`);
	}
	const [first] = answers;
	if (first?.kind === 'unknown') return unknown(first.because, first.detail);
	const detail = first?.kind === 'failed' ? `${first.address}: ${first.detail}` : 'no answer';
	return unknown('timeout', detail);
}

/** The site's fault, as opposed to a silence that may be ours. */
export function isFailure(answer: Extract<HttpsAnswer, { kind: 'failed' }>): boolean {
	if (answer.raw !== undefined) return false;
	if (answer.how === 'silent' && answer.phase === 'tls') return false;
	return !isDoubtful(answer) || answer.control !== null;
}

// ── What the server left out ─────────────────────────────────────────────────────────────────────

/** caIssuers (RFC 5280 §4.2.2.1): http only, which is all that it may be in practice. */
const MOST_HOPS = 3;
const MOST_URLS = 2;
const MOST_BYTES = 64 * 1024;

/** Only what verifiably signed the certificate below it is of use, so that nothing here is trusted. */
async function missingPart(
	{ chain, home }: { chain: readonly string[]; home: string },
	trust: TrustStore,
	get: GetFact,
): Promise<Pick<ServedChain, 'fetched' | 'lookups'>> {
	const fetched: Uint8Array[] = [];
	const lookups: string[] = [];
	const asked = new Set<string>();
	for (let hop = 0; hop < MOST_HOPS; hop++) {
		const urls = openEnd(chain.map(fromBase64), { ...rootsOf(trust), fetched }) ?? [];
		const fresh = urls.filter((url) => isPlainHttp(url) && !asked.has(url)).slice(0, MOST_URLS);
		if (fresh.length === 0) break;
		for (const url of fresh) {
			asked.add(url);
			const found = await certificatesAt({ url, home }, get);
			lookups.push(found.length > 0 ? `${url}: ${found.length} found` : `${url}: nothing usable`);
			fetched.push(...found);
		}
	}
	return { fetched: fetched.map((der) => Buffer.from(der).toString('base64')), lookups };
}

function isPlainHttp(url: string): boolean {
	return URL.canParse(url) && new URL(url).protocol === 'http:';
}

async function certificatesAt(
	at: { url: string; home: string },
	get: GetFact,
): Promise<readonly Uint8Array[]> {
	const answer = await get(strangerExchange({ ...at, maxBytes: MOST_BYTES }));
	if (answer.status !== 'known' || answer.value.kind !== 'answered') return [];
	const { status, body } = answer.value;
	return status === 200 && !body.truncated ? certificatesIn(Buffer.from(body.bytes, 'latin1')) : [];
}

/** One certificate, a PEM bundle, or a certs-only CMS message (RFC 5280 §4.2.2.1). Never throws. */
export function certificatesIn(bytes: Buffer): readonly Uint8Array[] {
	if (parseCertificate(bytes).kind === 'certificate') return [bytes];
	const pem = certificatesInPem(bytes.toString('latin1'));
	if (pem.length > 0) return pem;
	try {
		return certificatesInCms(bytes);
	} catch (error) {
		if (!(error instanceof DerError)) throw error;
		return [];
	}
}

/** The certificates of SignedData (RFC 5652 §5.1). */
function certificatesInCms(bytes: Uint8Array): readonly Uint8Array[] {
	const [, content] = sequenceOf(onlyElement(bytes), 'ContentInfo');
	if (content?.tag !== 0xa0) return [];
	const fields = elements(contentOf(onlyElement(content.content), TAG.sequence, 'SignedData'));
	const certificates = fields.find(({ tag }) => tag === 0xa0);
	return certificates === undefined ? [] : elements(certificates.content).map(({ raw }) => raw);
}

// ── For checks ───────────────────────────────────────────────────────────────────────────────────

const fromBase64 = (text: string): Uint8Array => {
	const done = DECODED.get(text);
	if (done !== undefined) return done;
	if (DECODED.size >= MOST_DECODED) DECODED.clear();
	const bytes = Buffer.from(text, 'base64');
	DECODED.set(text, bytes);
	return bytes;
};

/** Several checks read the same chain; a certificate is decoded and parsed once. */
const DECODED = new Map<string, Uint8Array>();
const MOST_DECODED = 500;

function rootsOf({ publicPem, privatePem }: TrustStore) {
	return { roots: certificatesInPem(publicPem), privateRoots: certificatesInPem(privatePem) };
}

/** `assessChain` over what a handshake showed and what this machine trusts. */
export function assessServed(
	served: Pick<TlsCompleted, 'chain'> & Partial<Pick<ServedChain, 'fetched'>>,
	{ host, now, trust }: { host?: string | undefined; now: Date; trust: TrustStore },
): ChainAssessment {
	return assessChain(served.chain.map(fromBase64), {
		host,
		now,
		...rootsOf(trust),
		fetched: (served.fetched ?? []).map(fromBase64),
	});
}

/** What is wrong with the certificate of a handshake, worst first: HTTPS, SMTP, a policy host alike. */
export function certificateProblems(
	completed: Pick<TlsCompleted, 'chain'>,
	about: { host: string; now: Date; trust: TrustStore },
): readonly ChainProblem[] {
	return assessServed(completed, about).problems;
}

export interface CertificateSummary {
	readonly subject: string;
	readonly issuer: string;
	/** DNS names and addresses of subjectAltName. */
	readonly names: readonly string[];
	/** ISO 8601. */
	readonly notBefore: string;
	readonly notAfter: string;
	/** Hex. */
	readonly sha256: string;
	/** `RSA, 2048 bits`, `P-256`, `Ed25519`. */
	readonly key: string;
	/** Below its signature: `SHA-256`; `null` where the scheme has its own or is not known. */
	readonly hash: string | null;
}

/** `null` where nothing can be made of the bytes. */
export function certificateSummary(base64: string): CertificateSummary | null {
	const parsed = parseCertificate(fromBase64(base64));
	if (parsed.kind === 'malformed') return null;
	const { subject, issuer, altNames, notBefore, notAfter, sha256, key, outerAlgorithm } =
		parsed.certificate;
	return {
		subject: displayName(subject),
		issuer: displayName(issuer),
		names: (altNames ?? []).flatMap((name) => {
			if (name.kind === 'dns') return [name.text];
			return name.kind === 'ip' ? [addressText(name.bytes)] : [];
		}),
		notBefore: new Date(notBefore).toISOString(),
		notAfter: new Date(notAfter).toISOString(),
		sha256,
		key: keyText(key),
		hash: signatureHash(outerAlgorithm)?.toUpperCase().replace(/^SHA/, 'SHA-') ?? null,
	};
}

function keyText(key: KeyKind): string {
	switch (key.type) {
		case 'rsa':
			return `RSA, ${key.bits} bits`;
		case 'ec':
			return key.curve ?? 'a curve spelt out';
		case 'dsa':
			return 'DSA';
		case 'other':
			return key.name;
	}
}
