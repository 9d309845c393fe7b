import type { TlsCompleted, TrustStore } from '../../core/io.ts';
import { certificateProblems, certificateSummary } from '../tls/served-chains.ts';

/** What a sender that checks certificates (RFC 8461 §4.2) refuses, or will refuse soon. */
export interface MailCertificateProblem {
	readonly kind: 'expired' | 'mismatch' | 'untrusted' | 'expiring';
	/** One sentence without its full stop. */
	readonly detail: string;
	/** It rests on what time it is. */
	readonly dated: boolean;
	/** `low` where a root that we do not know would explain it. */
	readonly confidence: 'high' | 'low';
}

type Kind = MailCertificateProblem['kind'];

/**
 * Mail servers check less than browsers: names, dates, trust and purpose. Rules of form and of public
 * CAs alone stop no mail, so that they are not listed.
 */
const KINDS: Readonly<Record<string, readonly [kind: Kind, dated?: 'dated']>> = {
	'ssl/certificate/expired': ['expired', 'dated'],
	'ssl/certificate/expires-soon': ['expiring', 'dated'],
	'ssl/certificate/no-san': ['mismatch'],
	'ssl/certificate/not-for-servers': ['untrusted'],
	'ssl/certificate/not-yet-valid': ['untrusted', 'dated'],
	'ssl/certificate/unknown-critical-extension': ['untrusted'],
	'ssl/certificate/wrong-host': ['mismatch'],
	'ssl/chain/intermediate-expired': ['untrusted', 'dated'],
	'ssl/chain/intermediate-expires-soon': ['expiring', 'dated'],
	'ssl/chain/intermediate-not-yet-valid': ['untrusted', 'dated'],
	'ssl/chain/issuer-not-ca': ['untrusted'],
	'ssl/chain/issuer-wrong-purpose': ['untrusted'],
	'ssl/chain/missing-intermediate': ['untrusted'],
	'ssl/chain/name-constraint-broken': ['untrusted'],
	'ssl/chain/path-too-long': ['untrusted'],
	'ssl/chain/self-signed': ['untrusted'],
	'ssl/chain/untrusted-root': ['untrusted'],
};

/** Senders fetch no missing intermediate: what was sent must lead to a root by itself. */
export function mailCertificateProblems(
	{ chain }: Pick<TlsCompleted, 'chain'>,
	about: { host: string; now: Date; trust: TrustStore },
): readonly MailCertificateProblem[] {
	if (certificateSummary(chain[0] ?? '') === null) {
		const detail = "the server's certificate cannot be read";
		return [{ kind: 'untrusted', detail, dated: false, confidence: 'high' }];
	}
	return certificateProblems({ chain }, about).flatMap(({ id, detail, values }) => {
		const [kind, dated] = KINDS[id] ?? [];
		if (kind === undefined) return [];
		const confidence = values['confidence'] === 'low' ? 'low' : 'high';
		return [{ kind, detail, dated: dated !== undefined, confidence }];
	});
}
