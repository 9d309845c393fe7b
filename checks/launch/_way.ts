import {
	blockedBy,
	type ChainReport,
	cannotSay,
	chainInWords,
	type Fact,
	type HttpAnswered,
} from '../../src/sdk.ts';

/** Why the way from a start page ends without an answer; `first` knows who owns that of the first host. */
export function withoutAnswer(
	{ chain, unsureSilence }: ChainReport,
	first: Fact<HttpAnswered>,
	host: string,
) {
	const [hop] = chain.hops;
	if (chain.hops.length === 1 && hop?.failure != null) {
		if (first.status === 'blocked') return blockedBy(first.by, first.detail);
		if (first.status === 'unknown') return cannotSay(first.because, first.detail);
	}
	if (unsureSilence) return cannotSay('timeout', `${chain.hops.at(-1)?.url} does not answer`);
	return blockedBy({ check: 'redirects/chain', subject: host }, chainInWords(chain));
}
