interface Version {
	readonly numbers: readonly [number, number, number];
	/** Behind the dash; empty for a release. */
	readonly pre: string;
}

interface Comparator {
	readonly sign: '<' | '<=' | '>' | '>=' | '=';
	readonly version: Version;
}

const PART = '(?:\\d+|[xX*])';
const PARTIAL = new RegExp(
	`^v?(${PART})(?:\\.(${PART}))?(?:\\.(${PART}))?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?$`,
);

function partial(
	text: string,
): { readonly numbers: readonly number[]; readonly pre: string } | null {
	const found = PARTIAL.exec(text);
	if (found === null) return /^(?:[xX*]|)$/.test(text) ? { numbers: [], pre: '' } : null;
	const numbers: number[] = [];
	for (const part of found.slice(1, 4)) {
		if (part === undefined || !/^\d+$/.test(part)) break;
		numbers.push(Number(part));
	}
	return { numbers, pre: found[4] ?? '' };
}

/**
 * Whether a version is inside a range as npm writes them (semver.org 2.0.0, node-semver's ranges): `^`, `~`, `x`,
 * hyphens, comparators and `||`. `null` where either is none: a tag, a URL, an alias. A prerelease is inside only
 * where a bound names one of the same numbers.
 */
export function satisfies(version: string, range: string): boolean | null {
	const parsed = partial(version.trim());
	if (parsed === null || parsed.numbers.length < 3) return null;
	const actual = versionOf(parsed.numbers, parsed.pre);
	const sets = range.split('||').map((part) => comparatorsOf(part.trim()));
	if (sets.includes(null)) return null;
	return sets.some((set) => set !== null && isInside(actual, set));
}

const versionOf = (numbers: readonly number[], pre = ''): Version => ({
	numbers: [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0],
	pre,
});

function isInside(actual: Version, set: readonly Comparator[]): boolean {
	if (!set.every(({ sign, version }) => holds(compare(actual, version), sign))) return false;
	if (actual.pre === '') return true;
	return set.some(
		({ version }) => version.pre !== '' && version.numbers.join() === actual.numbers.join(),
	);
}

function holds(order: number, sign: Comparator['sign']): boolean {
	switch (sign) {
		case '<':
			return order < 0;
		case '<=':
			return order <= 0;
		case '>':
			return order > 0;
		case '>=':
			return order >= 0;
		case '=':
			return order === 0;
	}
}

function comparatorsOf(text: string): readonly Comparator[] | null {
	const [, from, to] = /^(\S+) +- +(\S+)$/.exec(text) ?? [];
	if (from !== undefined && to !== undefined) {
		const [low, high] = [single(`>=${from}`), single(`<=${to}`)];
		return low === null || high === null ? null : [...low, ...high];
	}
	const parts = text.replace(/(<=|>=|<|>|=|\^|~>?)\s+/g, '$1').split(/[\s,]+/);
	const sets = parts.map(single);
	return sets.some((set) => set === null) ? null : sets.flatMap((set) => set ?? []);
}

function single(text: string): readonly Comparator[] | null {
	const [, sign = '', rest = ''] = /^(<=|>=|<|>|=|\^|~>|~)?(.*)$/.exec(text) ?? [];
	const found = partial(rest);
	if (found === null) return null;
	const { numbers, pre } = found;
	const low = versionOf(numbers, pre);
	if (sign === '^') return between(low, caretEnd(numbers));
	if (sign === '~' || sign === '~>')
		return between(low, after(numbers, Math.min(numbers.length, 2)));
	if (numbers.length === 3) return [{ sign: (sign || '=') as Comparator['sign'], version: low }];
	const end = after(numbers, numbers.length);
	if (sign === '>=') return [{ sign: '>=', version: low }];
	if (sign === '<') return [{ sign: '<', version: low }];
	if (sign === '>') return end === null ? [] : [{ sign: '>=', version: end }];
	if (sign === '<=') return end === null ? [] : [{ sign: '<', version: { ...end, pre: '0' } }];
	return between(low, end);
}

function between(low: Version, end: Version | null): readonly Comparator[] {
	const from: Comparator = { sign: '>=', version: low };
	return end === null ? [from] : [from, { sign: '<', version: { ...end, pre: '0' } }];
}

/** Up to the next value of the first number that is not zero. */
function caretEnd(numbers: readonly number[]): Version | null {
	const first = numbers.findIndex((number) => number > 0);
	return after(numbers, first === -1 ? numbers.length : first + 1);
}

/** The first version behind all that begin with so many of these numbers; `null` behind all there are. */
function after(numbers: readonly number[], count: number): Version | null {
	if (count === 0) return null;
	const kept = numbers.slice(0, count);
	return versionOf([...kept.slice(0, -1), (kept.at(-1) ?? 0) + 1]);
}

function compare(a: Version, b: Version): number {
	for (const index of [0, 1, 2] as const) {
		const difference = a.numbers[index] - b.numbers[index];
		if (difference !== 0) return difference;
	}
	if (a.pre === b.pre) return 0;
	if (a.pre === '') return 1;
	return b.pre === '' ? -1 : comparePre(a.pre.split('.'), b.pre.split('.'));
}

/** semver 2.0.0 §11.4: numbers before words, fewer fields before more. */
function comparePre(a: readonly string[], b: readonly string[]): number {
	const shared = Math.min(a.length, b.length);
	for (let index = 0; index < shared; index++) {
		const order = compareField(a[index] ?? '', b[index] ?? '');
		if (order !== 0) return order;
	}
	return a.length - b.length;
}

function compareField(a: string, b: string): number {
	const [isA, isB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
	if (isA && isB) return Number(a) - Number(b);
	if (isA !== isB) return isA ? -1 : 1;
	return a === b ? 0 : a < b ? -1 : 1;
}
