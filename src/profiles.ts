import type { FactRef } from './core/fact.ts';
import type { Json } from './core/json.ts';

/** A named part of an audit: a few decisive checks that ask little. */
export interface Profile {
	/** As the user asks for it. */
	readonly option: string;
	/** Ids of the checks that run; all others are skipped. */
	readonly checks: readonly string[];
	/** `false`: neither www nor any other usual name is tried. */
	readonly guess: boolean;
	/** What these checks would ask beside what decides. */
	readonly notAsked: readonly NotAsked[];
	/** What these checks leave open, as nothing that it rests on is asked: skipped, each in a row of its own. */
	readonly notSaid: readonly NotSaid[];
}

interface NotSaid {
	/** Of a finding, or of a check where it is not judged at everything. */
	readonly id: string;
	/** Behind the domain: what of it is not judged. */
	readonly at?: string;
}

interface NotAsked {
	/** Name of the fact. */
	readonly fact: string;
	/** With these parameters alone. */
	readonly where?: (params: { readonly [key: string]: Json | undefined }) => boolean;
}

const isDeep = (url: Json | undefined) =>
	typeof url === 'string' && new URL(url).pathname.split('/').length > 2;

const isTwin = (host: Json | undefined) => typeof host === 'string' && host.startsWith('www.');

/**
 * Whether the site is up, safe to open and found, and whether its mail arrives: about a dozen DNS
 * questions, one TLS handshake and three requests for a sound domain. A domain with faults is asked
 * more: every control experiment before an accusation stays.
 */
const QUICK: Profile = {
	option: '--quick',
	checks: [
		'dns/addresses',
		'dns/resolution',
		'email/dmarc',
		'email/mx',
		'email/spf',
		'launch/access',
		'launch/indexing',
		'redirects/chain',
		'redirects/https-upgrade',
		'ssl/certificate',
		'ssl/chain',
		'ssl/https',
	],
	guess: false,
	notAsked: [
		// A random selector and up to fifty usual ones, as no list of keys is published.
		{ fact: 'dkim.discovery' },
		// Whom a fix addresses; it is worded for any panel without.
		{ fact: 'dns.panel' },
		{ fact: 'dns.dead-links' },
		// Only asked on behalf of the comparison with the zone's own servers.
		{ fact: 'dns.zone-of' },
		{ fact: 'dns.addresses', where: ({ host }) => isTwin(host) },
		{ fact: 'https.answers', where: ({ host }) => isTwin(host) },
		{ fact: 'http.chain-report', where: ({ url }) => isDeep(url) },
		{ fact: 'http.canonical-survey' },
	],
	notSaid: [
		{ id: 'dns/resolution/host-missing' },
		{ id: 'dns/resolution/resolvers-disagree' },
		{ id: 'email/dmarc/enforce-without-dkim' },
		{ id: 'redirects/chain', at: '/…' },
	],
};

export const PROFILES = { quick: QUICK } as const;
export type ProfileName = keyof typeof PROFILES;

/** Whether a profile leaves this fact out. */
export function leavesOut({ notAsked }: Profile, { source, params }: FactRef<unknown>): boolean {
	return notAsked.some(
		({ fact, where }) => fact === source.name && (where?.(params as never) ?? true),
	);
}
