import { URLS as ANGULAR } from 'csp_evaluator/dist/allowlist_bypasses/angular.js';
import { URLS as JSONP, NEEDS_EVAL } from 'csp_evaluator/dist/allowlist_bypasses/jsonp.js';
import type { CspPolicy } from './csp.ts';
import { type Governing, governing, hasKeyword, isBroad, urlSources } from './csp-meaning.ts';
import { matchesSource, parseCspSource } from './csp-source.ts';

/** A place on an allowed host from which anybody can have any script run. */
export interface BypassHost {
	/** As the policy names it. */
	readonly source: string;
	/** The script that is known there. */
	readonly url: string;
	readonly by: 'JSONP' | 'Angular';
}

const GADGETS = [
	...JSONP.map((url) => ({ url: new URL(`https:${url}`), by: 'JSONP' as const })),
	...ANGULAR.map((url) => ({ url: new URL(`https:${url}`), by: 'Angular' as const })),
];

/** Of a list that is longer, the rest is not looked at. */
const MOST_SOURCES = 2_000;

/** Any page will do: the gadgets are none of its own. */
const PAGE = new URL('https://page.invalid/');

/**
 * Hosts in the script sources of one policy that csp_evaluator's lists know for JSONP answers or old
 * Angular: an attacker who can inject markup loads those, and through them runs script. Sources that
 * allow every host are another weakness, and are left out.
 */
export function bypassHosts(policy: CspPolicy): readonly BypassHost[] {
	const list = governing(policy, 'script-src-elem');
	if (list === null) return [];
	const named = new Set(
		urlSources(list, 'script').filter((text) => !isBroad(parseCspSource(text))),
	);
	return [...named].slice(0, MOST_SOURCES).flatMap((text) => {
		const source = parseCspSource(text);
		const found = GADGETS.find(
			({ url }) => matchesSource(source, url, PAGE) && !lacksEval(url, policy),
		);
		return found === undefined ? [] : [{ source: text, url: found.url.href, by: found.by }];
	});
}

function lacksEval({ hostname }: URL, policy: CspPolicy): boolean {
	if (!NEEDS_EVAL.includes(hostname)) return false;
	const list: Governing | null = governing(policy, 'script-src');
	return list !== null && !hasKeyword(list, "'unsafe-eval'");
}
