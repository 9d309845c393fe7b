import type { ChainReport, Fact, RedirectChain } from '../../src/sdk.ts';
import { hostOf } from './_tags.ts';

/** The check at a host that explains why nothing answers there. */
interface Owner {
	readonly check: string;
	readonly subject: string;
}

/** Where the redirects themselves come to no page, as the end of a sentence; `null` where they do. */
export function deadEnd({ hops, end }: RedirectChain): string | null {
	const last = hops.at(-1);
	switch (end) {
		case 'failed':
			return hops.length === 1
				? (FAILURES[last?.failure?.how ?? ''] ?? 'does not answer')
				: `ends at ${last?.url}, which ${FAILURES[last?.failure?.how ?? ''] ?? 'does not answer'}`;
		case 'loop':
			return 'is redirected in a circle';
		case 'too-long':
			return 'is redirected more often than browsers follow';
		case 'internal':
			return `is sent to ${last?.url}, which is not for the public`;
		case 'location-missing':
		case 'location-invalid':
		case 'location-several':
			return 'gets a redirect that does not say where to';
		case 'settled':
		case 'leaves-domain':
			return null;
	}
}

export const FAILURES: Readonly<Partial<Record<string, string>>> = {
	'no-such-host': 'does not exist in DNS',
	'tls-failed': 'has no working HTTPS',
	'not-tls': 'does not speak TLS',
	refused: 'refuses the connection',
	reset: 'breaks the connection off',
	silent: 'does not answer',
	unreachable: 'cannot be reached',
	'bad-response': 'does not answer in HTTP',
};

/** An audited host that does not answer at all has a check of its own for that. */
export function ownerOfEnd({ hops, end }: RedirectChain, hosts: readonly string[]): Owner | null {
	const last = hops.at(-1);
	if (end !== 'failed' || last?.failure == null) return null;
	const { how, phase } = last.failure;
	const subject = hostOf(last.url);
	if (!hosts.includes(subject) || phase === 'request' || how === 'bad-response') return null;
	if (how === 'no-such-host') return { check: 'dns/resolution', subject };
	const check = last.url.startsWith('https:') ? 'ssl/https' : 'redirects/https-upgrade';
	return { check, subject };
}

/**
 * A walk that fails as the start page's does, at the same host: one fault, which `redirects/chain` tells
 * of.
 */
export function failsLikeHome(walked: RedirectChain, home: Fact<ChainReport>): boolean {
	if (home.status !== 'known') return false;
	const start = home.value.chain;
	const [last, its] = [walked.hops.at(-1), start.hops.at(-1)];
	if (last === undefined || its === undefined || hostOf(last.url) !== hostOf(its.url)) return false;
	if (start.end !== walked.end || start.end === 'leaves-domain') return false;
	return start.end !== 'settled' || ((last.status ?? 0) >= 500 && (its.status ?? 0) >= 500);
}
