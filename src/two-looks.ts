import { type Failed, type Finding, idOf, isFailed } from './core/finding.ts';
import { groupBy } from './core/group-by.ts';
import { SEVERITIES } from './core/severity.ts';

/** What comes of several looks, of which the later ones are at what the earlier ones left open. */
export interface Looks {
	/** In the order of the first look; of a check that was looked at again, what its last look says. */
	readonly findings: readonly Finding[];
	/** Failed once, and not twice in a row. */
	readonly flapped: readonly Failed[];
	/** Checks to look at once more before anything can be said. */
	readonly open: readonly string[];
}

/** A look that could not see neither confirms nor clears. */
const isJudged = ({ outcome }: Finding) => outcome !== 'unknown' && outcome !== 'blocked';

const isFail = (one: Finding): one is Failed => isFailed(one) && one.outcome === 'fail';

const placeOf = ({ check, subject }: Finding) => JSON.stringify([check, subject]);

const rankOf = ({ severity }: Failed) => SEVERITIES.indexOf(severity);

/**
 * Twice in a row: the look before saw the same finding fail, or another of the same check at the same
 * subject that is as grave, because what is down shows another face each time.
 */
function isConfirmed(one: Failed, before: readonly Failed[]): boolean {
	return before.some(
		(other) =>
			placeOf(other) === placeOf(one) &&
			(idOf(other) === idOf(one) || rankOf(other) <= rankOf(one)),
	);
}

/** On an unknown like this the decision hangs: it is worth another look. */
const isGraveUnknown = (one: Finding) =>
	one.outcome === 'unknown' && one.decisive && one.couldBe === 'blocker';

/** Throws for no look. */
export function settleLooks(looks: readonly (readonly Finding[])[]): Looks {
	const [first, ...later] = looks;
	if (first === undefined) throw new RangeError('nothing was looked at');
	const flapped = new Map<string, Failed>();
	const note = (one: Failed) =>
		flapped.set(JSON.stringify([idOf(one), one.subject, one.locus.name]), one);
	let current = first;
	let fresh: readonly Failed[] = first.filter(isFail);
	let standing: readonly Failed[] = fresh;
	for (const look of later) {
		const again = new Set(look.map(({ check }) => check));
		const judged = new Set(look.filter(isJudged).map(placeOf));
		for (const one of standing) {
			if (judged.has(placeOf(one)) && !look.some((now) => isSame(now, one))) note(one);
		}
		fresh = look.filter(isFail).filter((one) => !isConfirmed(one, standing));
		standing = [...standing.filter((one) => !judged.has(placeOf(one))), ...look.filter(isFail)];
		current = [...current.filter(({ check }) => !again.has(check)), ...look];
	}
	for (const one of fresh) note(one);
	const unsettled = [...fresh, ...current.filter(isGraveUnknown)];
	return {
		findings: inOrderOf(first, current).map((one) =>
			fresh.includes(one as Failed) ? once(one as Failed) : one,
		),
		flapped: [...flapped.values()],
		open: [...new Set(unsettled.map(({ check }) => check))].toSorted(),
	};
}

const isSame = (one: Finding, other: Failed) =>
	isFail(one) &&
	placeOf(one) === placeOf(other) &&
	(idOf(one) === idOf(other) || rankOf(one) <= rankOf(other));

/** What failed a single time is neither a failure nor a pass. */
function once(one: Failed): Finding {
	const { check, subject, locus, facts, message, severity } = one;
	return {
		check,
		subject,
		locus,
		facts,
		outcome: 'unknown',
		verdict: null,
		reason: 'inconclusive',
		message: `failed once, with no second look: ${message}`,
		couldBe: severity,
		decisive: severity === 'blocker',
		behind: null,
	};
}

/** By check, as the first look has them. */
function inOrderOf(first: readonly Finding[], findings: readonly Finding[]): readonly Finding[] {
	const byCheck = groupBy(findings, ({ check }) => check);
	const order = new Set([...first, ...findings].map(({ check }) => check));
	return [...order].flatMap((check) => byCheck.get(check) ?? []);
}
