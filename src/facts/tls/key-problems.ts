import { type ChainProblem, problem } from './chain-problem.ts';
import type { Certificate } from './x509.ts';
import type { KeyKind } from './x509-key.ts';
import { signatureHash } from './x509-signature.ts';

/** Baseline Requirements §6.1.5. */
const LEAST_RSA_BITS = 2048;
/** Within reach of a determined attacker; TLS libraries refuse it. */
const BROKEN_RSA_BITS = 1024;
/** A handshake costs the server eight times that of 2048 bits. */
const DEAR_RSA_BITS = 4096;
const CURVES: ReadonlySet<string | null> = new Set(['P-256', 'P-384', 'P-521']);

/** Weaknesses of one public key; `whose` names the certificate. */
export function keyProblems({ key }: Certificate, whose: string): readonly ChainProblem[] {
	switch (key.type) {
		case 'rsa':
			return rsaProblems(key, whose);
		case 'ec':
			return CURVES.has(key.curve) ? [] : [curveProblem(key.curve ?? 'one spelt out', whose)];
		case 'dsa':
			return [problem('ssl/keys/dsa', 'high', `${whose} has a DSA key`, { whose })];
		case 'other':
			return [
				problem('ssl/keys/type-not-allowed', 'high', `${whose} has a key of type ${key.name}`, {
					whose,
					type: key.name,
				}),
			];
	}
}

function curveProblem(curve: string, whose: string): ChainProblem {
	const severity = curve === 'P-192' ? 'blocker' : 'high';
	const detail = `${whose} has a key on the curve ${curve}`;
	return problem('ssl/keys/curve-not-allowed', severity, detail, { whose, curve });
}

function rsaProblems(
	{ bits, exponent }: Extract<KeyKind, { type: 'rsa' }>,
	whose: string,
): readonly ChainProblem[] {
	const found: ChainProblem[] = [];
	const of = `${whose} has an RSA key`;
	if (bits < LEAST_RSA_BITS) {
		const severity = bits < BROKEN_RSA_BITS ? 'blocker' : 'high';
		const detail = `${of} of ${bits} bits`;
		found.push(problem('ssl/keys/rsa-too-small', severity, detail, { whose, bits }));
	}
	if (bits % 8 !== 0) {
		const detail = `${of} of ${bits} bits, which is not whole octets`;
		found.push(problem('ssl/keys/rsa-odd-size', 'high', detail, { whose, bits }));
	}
	if (exponent < 3n || exponent % 2n === 0n) {
		const text = exponent.toString().slice(0, 20);
		const detail = `${of} with the exponent ${text}`;
		found.push(problem('ssl/keys/rsa-weak-exponent', 'high', detail, { whose, exponent: text }));
	}
	if (bits > DEAR_RSA_BITS) {
		const detail = `${of} of ${bits} bits`;
		found.push(problem('ssl/keys/rsa-oversized', 'info', detail, { whose, bits }));
	}
	return found;
}

/** SHA-1 or older below the signature. Not to be asked of a root, whose signature nobody relies on. */
export function signatureProblems(
	{ outerAlgorithm }: Certificate,
	whose: string,
): readonly ChainProblem[] {
	const hash = signatureHash(outerAlgorithm);
	if (hash === 'sha1') {
		const detail = `${whose} is signed with SHA-1`;
		return [problem('ssl/keys/sha1-signature', 'blocker', detail, { whose })];
	}
	if (hash === 'md5' || hash === 'md2') {
		const detail = `${whose} is signed with ${hash.toUpperCase()}`;
		return [problem('ssl/keys/md5-signature', 'blocker', detail, { whose })];
	}
	return [];
}
