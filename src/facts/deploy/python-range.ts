/** Numbers of a release; `null` for what is none, or no release. */
function release(text: string): readonly number[] | null {
	const found = /^v?(\d+(?:\.\d+)*)(?:\.?post\d+)?(?:\+[\w.]+)?$/.exec(text.trim())?.[1];
	return found === undefined ? null : found.split('.').map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
	for (let index = 0; index < Math.max(a.length, b.length); index++) {
		const difference = (a[index] ?? 0) - (b[index] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}

/** The first release behind all that begin with these numbers. */
const behind = (numbers: readonly number[]): readonly number[] => [
	...numbers.slice(0, -1),
	(numbers.at(-1) ?? 0) + 1,
];

/**
 * Whether a release is inside a range as PEP 440 and Poetry (`^`, `~`, a bare version) write them. `null`
 * where either is something else: a prerelease, an address, an arbitrary `===`.
 */
export function pythonSatisfies(version: string, range: string): boolean | null {
	const actual = release(version);
	if (actual === null) return null;
	const alternatives = range.split('||').map((part) => allOf(actual, part));
	if (alternatives.includes(true)) return true;
	return alternatives.includes(null) ? null : false;
}

function allOf(actual: readonly number[], range: string): boolean | null {
	const parts = range
		.replace(/([<>=!~^]=?)\s+/g, '$1')
		.split(/[\s,]+/)
		.filter((part) => part !== '' && part !== '*')
		.map((part) => one(actual, part));
	if (parts.includes(false)) return false;
	return parts.includes(null) ? null : true;
}

function one(actual: readonly number[], part: string): boolean | null {
	const [, sign = '', rest = ''] = /^(===|==|!=|>=|<=|~=|<|>|\^|~|)(.*)$/.exec(part) ?? [];
	if (rest.endsWith('.*')) {
		const start = release(rest.slice(0, -2));
		if (start === null || !/^(?:==|!=|)$/.test(sign)) return null;
		const isInside = compare(actual, start) >= 0 && compare(actual, behind(start)) < 0;
		return sign === '!=' ? !isInside : isInside;
	}
	const bound = release(rest);
	if (bound === null) return null;
	const order = compare(actual, bound);
	switch (sign) {
		case '':
		case '==':
			return order === 0;
		case '!=':
			return order !== 0;
		case '>=':
			return order >= 0;
		case '<=':
			return order <= 0;
		case '<':
			return order < 0;
		case '>':
			return order > 0;
		case '~=':
			return bound.length < 2
				? null
				: order >= 0 && compare(actual, behind(bound.slice(0, -1))) < 0;
		case '~':
			return order >= 0 && compare(actual, behind(bound.slice(0, 2))) < 0;
		case '^':
			return order >= 0 && compare(actual, caretEnd(bound)) < 0;
		default:
			return null;
	}
}

function caretEnd(bound: readonly number[]): readonly number[] {
	const first = bound.findIndex((number) => number > 0);
	return behind(bound.slice(0, first === -1 ? bound.length : first + 1));
}
