import type { HttpOutcome } from '../core/io.ts';
import type { ServiceMap } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { type Exchange, endOf, isOurs, visits, withoutValues } from './redirect-map.ts';

type Answers = NonNullable<ServiceMap['answers']>;

/** RFC 8461 §3.3: senders of mail ask for it. */
const MTA_STS = /^https:\/\/mta-sts\.[^/]+\/\.well-known\/mta-sts\.txt$/;

/**
 * What visitors of each of the target's hosts are answered in the end, over HTTPS: the start page, and
 * the policy of MTA-STS. Hosts whose visitors end nowhere, or at another party, are left out.
 */
export function answerMap(exchanges: readonly Exchange[], target: Target): Answers {
	const seen = visits(exchanges, target);
	return [...seen.keys()]
		.filter((url) => isOurs(url, target) && (isStart(url) || MTA_STS.test(url)))
		.sort()
		.flatMap((from) => {
			const end = endOf(from, seen);
			const answer = end === null ? undefined : seen.get(end.url.replace(/#.*$/s, ''));
			if (end === null || answer === undefined || !isOurs(end.url, target)) return [];
			const url = withoutValues(end.url);
			return [{ url, from: withoutValues(from), status: end.status, type: mediaType(answer) }];
		});
}

function isStart(url: string): boolean {
	const { protocol, pathname, search } = new URL(url);
	return protocol === 'https:' && pathname === '/' && search === '';
}

function mediaType(answer: HttpOutcome): string | null {
	if (answer.kind !== 'answered') return null;
	const field = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
	return field?.split(';')[0]?.trim().toLowerCase() || null;
}
