import type { TrustStore } from '../../core/io.ts';
import type { ChainProblem } from '../tls/assess-chain.ts';
import { assessServed, certificateSummary, type ServedChain } from '../tls/served-chains.ts';

/** They speak of a day to come. */
const WARNINGS = ['ssl/certificate/expires-soon', 'ssl/chain/intermediate-expires-soon'];

/**
 * What makes browsers refuse the certificate that a host sends, gravest first; `null` where they take
 * it, and where nothing was seen or no trust store is known. Of several chains the one with this leaf counts, else the first.
 */
export function certificateRefusal(
	served: readonly ServedChain[],
	about: { host: string; now: Date; trust: TrustStore | null; leafSha256?: string | null },
): ChainProblem | null {
	const { host, now, trust, leafSha256 = null } = about;
	const chain =
		served.find(({ chain: [leaf = ''] }) => certificateSummary(leaf)?.sha256 === leafSha256) ??
		served[0];
	if (chain === undefined || trust === null) return null;
	const { problems } = assessServed(chain, { host, now, trust });
	return (
		problems.find(
			({ id, severity }) =>
				(severity === 'blocker' && !WARNINGS.includes(id)) || id === 'ssl/certificate/malformed',
		) ?? null
	);
}
