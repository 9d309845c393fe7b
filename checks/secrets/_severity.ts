import type {
	FoundSecret,
	HistorySecret,
	SecretPlace,
	Severity,
} from '../../src/sdk-repository.ts';

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
	return base === null || secret.tier === 'identifier' ? base : lowered(secret, base, now);
}

type Traits = Pick<
	FoundSecret,
	'state' | 'published' | 'local' | 'encrypted' | 'expiresAt' | 'tier'
>;

/** What the value itself shows can only make it milder. */
function lowered(secret: Traits, base: Severity, now: Date): Severity {
	if (secret.state === 'impossible' || secret.published || secret.local) return 'info';
	const level =
		(secret.state === 'invalid' ? 1 : 0) + (secret.encrypted ? 1 : 0) + ORDER.indexOf(base);
	const atLeast = hasExpired(secret, now) ? ORDER.indexOf('later') : 0;
	return ORDER[Math.min(3, Math.max(level, atLeast))] ?? 'info';
}

export function hasExpired({ expiresAt }: Pick<FoundSecret, 'expiresAt'>, now: Date): boolean {
	return expiresAt !== null && expiresAt * 1000 < now.getTime();
}

/** Removed from the branch that is deployed, and on another one, under a tag or in a stash. */
const ELSEWHERE: Row = {
	server: 'high',
	restricted: 'high',
	generic: 'later',
	test: 'later',
	publishable: null,
	identifier: null,
};

const PAST: Row = { ...ELSEWHERE, test: 'info' };

/** Where else a value of the past is today. */
export interface Today {
	/** In an env file of production that git does not see: nobody has replaced it. */
	readonly inProduction: boolean;
	/** In what a build made for browsers. */
	readonly inBuild: boolean;
}

/**
 * The same of a value that is not in the tree any more. What is still in use is as bad as it can be:
 * whoever has the history has the key of today.
 */
export function severityOfPast(
	secret: HistorySecret,
	{ inProduction, inBuild }: Today,
	now: Date,
): Severity | null {
	const { tier, state, places } = secret;
	const isReal = inProduction || inBuild || state === 'valid';
	const levels = [
		...places.map((one) => levelInPast(one, tier, isReal)),
		...((inProduction && tier === 'server') || inBuild ? [PUBLISHED[tier]] : []),
	];
	const base = ORDER.find((level) => levels.includes(level)) ?? null;
	if (base === null || tier === 'identifier' || tier === 'publishable') return null;
	return lowered(secret, base, now);
}

/** Its places, the gravest first. */
export function placesByLevel(
	{ places, tier, state }: HistorySecret,
	{ inProduction, inBuild }: Today,
): HistorySecret['places'] {
	const isReal = inProduction || inBuild || state === 'valid';
	const rank = (one: HistorySecret['places'][number]) => {
		const level = levelInPast(one, tier, isReal);
		return level === null ? ORDER.length : ORDER.indexOf(level);
	};
	return [...places].sort((a, b) => rank(a) - rank(b));
}

/** Of what its commit says and what its file says, the milder. */
function levelInPast(
	{ standing, place }: HistorySecret['places'][number],
	tier: FoundSecret['tier'],
	isReal: boolean,
): Severity | null {
	const byCommit = ROWS[standing][tier];
	const byFile = MATRIX[isReal ? published(place) : place][tier];
	if (byCommit === null || byFile === null) return null;
	return ORDER[Math.max(ORDER.indexOf(byCommit), ORDER.indexOf(byFile))] ?? null;
}

const ROWS: Readonly<Record<HistorySecret['places'][number]['standing'], Row>> = {
	head: PUBLISHED,
	default: PUBLISHED,
	branch: ELSEWHERE,
	tag: ELSEWHERE,
	stash: ELSEWHERE,
	history: PAST,
	unreachable: PAST,
};

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
