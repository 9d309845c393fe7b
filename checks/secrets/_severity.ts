import type { FoundSecret, SecretPlace, Severity } from '../../src/sdk.ts';

type Row = Readonly<Record<FoundSecret['tier'], Severity | null>>;

const PUBLISHED: Row = {
	server: 'blocker',
	restricted: 'high',
	generic: 'high',
	test: 'later',
	publishable: 'info',
	identifier: 'info',
};

/** What a place makes of a tier; `null` is no finding. `unignored` is one `git add` away from published. */
const MATRIX: Readonly<Record<SecretPlace, Row>> = {
	client: PUBLISHED,
	head: PUBLISHED,
	unignored: {
		server: 'high',
		restricted: 'high',
		generic: 'later',
		test: 'later',
		publishable: null,
		identifier: 'info',
	},
	fixture: {
		server: 'later',
		restricted: 'later',
		generic: 'info',
		test: 'info',
		publishable: null,
		identifier: 'info',
	},
	docs: {
		server: 'later',
		restricted: 'info',
		generic: 'info',
		test: 'info',
		publishable: null,
		identifier: 'info',
	},
	own: {
		server: null,
		restricted: null,
		generic: null,
		test: null,
		publishable: null,
		identifier: null,
	},
};

const ORDER: readonly Severity[] = ['blocker', 'high', 'later', 'info'];

/**
 * The worst over all places, then what the value itself shows, in this order. `null`: not
 * a finding. `now` decides whether a token has expired.
 */
export function severityOf(secret: FoundSecret, now: Date): Severity | null {
	const base = worstPlace(secret);
	if (base === null || secret.tier === 'identifier') return base;
	if (secret.state === 'impossible' || secret.published || secret.local) return 'info';
	const lowered =
		(secret.state === 'invalid' ? 1 : 0) + (secret.encrypted ? 1 : 0) + ORDER.indexOf(base);
	const atLeast = hasExpired(secret, now) ? ORDER.indexOf('later') : 0;
	return ORDER[Math.min(3, Math.max(lowered, atLeast))] ?? 'info';
}

export function hasExpired({ expiresAt }: FoundSecret, now: Date): boolean {
	return expiresAt !== null && expiresAt * 1000 < now.getTime();
}

function worstPlace(secret: FoundSecret): Severity | null {
	const { tier, places, inProduction, state } = secret;
	// In use, or proved real by its checksum: then it is no sample, wherever it stands.
	const isReal = inProduction || state === 'valid';
	const levels = places.map(({ place }) => MATRIX[isReal ? published(place) : place][tier]);
	return ORDER.find((level) => levels.includes(level)) ?? null;
}

function published(place: SecretPlace): SecretPlace {
	return place === 'own' || place === 'unignored' ? place : 'head';
}
