import { areRelated, endOf, type Runtime, type RuntimeSource } from '../../src/sdk.ts';

/** One voice: a place in the repository, or all of CI, which may try several lines. */
export interface Voice {
	readonly places: readonly RuntimeSource[];
	readonly cycles: readonly string[];
	readonly isOpen: boolean;
	readonly folder: string;
}

/** What names a release line; all of CI counts as one that allows what any of its jobs has. */
export function voicesOf(sources: readonly RuntimeSource[], runtime: Runtime): readonly Voice[] {
	const named = sources.filter((one) => one.runtime === runtime && one.cycles.length > 0);
	const inCi = named.filter(({ where }) => where === 'ci');
	const voices = named
		.filter(({ where }) => where !== 'ci')
		.map((one) => ({ places: [one], cycles: one.cycles, isOpen: one.isOpen, folder: one.folder }));
	if (inCi.length === 0) return voices;
	const cycles = [...new Set(inCi.flatMap((one) => one.cycles))];
	return [
		...voices,
		{ places: inCi, cycles, isOpen: inCi.some(({ isOpen }) => isOpen), folder: '' },
	];
}

/** Places of which two have no release line in common, by the deepest folder they are about. */
export function disagreements(voices: readonly Voice[]): readonly (readonly Voice[])[] {
	const groups = new Map<string, Set<Voice>>();
	for (const [index, one] of voices.entries()) {
		for (const other of voices.slice(index + 1)) {
			if (!areRelated(one.folder, other.folder) || canAgree(one, other)) continue;
			const folder = one.folder.length > other.folder.length ? one.folder : other.folder;
			groups.set(folder, (groups.get(folder) ?? new Set()).add(one).add(other));
		}
	}
	return [...groups.values()].map((group) => [...group]);
}

const canAgree = (a: Voice, b: Voice): boolean =>
	(a.isOpen && b.isOpen) || a.cycles.some((cycle) => b.cycles.includes(cycle));

export interface Ended {
	readonly voice: Voice;
	/** The newest line that it allows. */
	readonly cycle: string;
	readonly ended: string;
}

/** Voices of which every line had ended before a day. */
export function endedBefore(
	voices: readonly Voice[],
	runtime: Runtime,
	day: string,
): readonly Ended[] {
	return voices.flatMap((voice) => {
		if (voice.isOpen) return [];
		const ends = voice.cycles.map((cycle) => ({ cycle, ended: endOf(runtime, cycle) ?? '' }));
		const last = ends.at(-1);
		const isOver = ends.every(({ ended }) => ended !== '' && ended < day);
		return isOver && last !== undefined ? [{ voice, ...last }] : [];
	});
}
