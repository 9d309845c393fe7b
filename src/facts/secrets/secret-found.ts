import { fingerprintOf } from './secret-fingerprint.ts';
import type { Match } from './secret-match.ts';
import type { FoundSecret, Sighting } from './secret-sighting.ts';

const MOST_PLACES = 20;

/** What a fact may say of a match: everything but its value. `places`, the gravest first, are cut. */
export function foundSecret(
	{ rule, value, state, traits }: Match,
	about: {
		/** The user's, hex. */
		readonly key: string;
		readonly variable: string;
		readonly inProduction: boolean;
		readonly places: readonly Sighting[];
		readonly equals?: FoundSecret['equals'];
	},
): FoundSecret {
	const hasPreview = value.length >= 12 && rule.kind !== 'private-key';
	return {
		rule: rule.id,
		provider: rule.provider,
		what: rule.what,
		tier: rule.tier,
		kind: rule.kind,
		confidence: rule.confidence,
		state,
		...traits,
		preview: hasPreview ? value.slice(0, 4) : '',
		length: value.length,
		fingerprint: fingerprintOf(about.key, rule, value),
		variable: about.variable,
		inProduction: about.inProduction,
		places: about.places.slice(0, MOST_PLACES),
		placesInAll: about.places.length,
		rotate: rule.rotate,
		anchor: rule.anchors[0] ?? '',
		...(about.equals !== undefined && { equals: about.equals }),
	};
}

/** The same values of several texts as one each, in the order met. */
export function mergedSecrets(found: readonly FoundSecret[]): readonly FoundSecret[] {
	const merged = new Map<string, FoundSecret>();
	for (const one of found) {
		const before = merged.get(one.fingerprint);
		merged.set(one.fingerprint, before === undefined ? one : joined(before, one));
	}
	return [...merged.values()];
}

function joined(one: FoundSecret, other: FoundSecret): FoundSecret {
	const equals = one.equals ?? other.equals;
	return {
		...one,
		variable: one.variable || other.variable,
		places: [...one.places, ...other.places].slice(0, MOST_PLACES),
		placesInAll: one.placesInAll + other.placesInAll,
		...(equals !== undefined && { equals }),
	};
}
