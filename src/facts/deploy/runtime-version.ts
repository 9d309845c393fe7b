import { pythonSatisfies } from './python-range.ts';
import { cyclesOf, type Runtime } from './runtime-calendar.ts';
import { satisfies } from './version-range.ts';

/** Release lines that a text allows. */
export interface AllowedLines {
	readonly cycles: readonly string[];
	/** Whatever comes after the last known one is allowed too. */
	readonly isOpen: boolean;
}

/** Node.js names its long-term lines. */
const CODENAMES: Readonly<Record<string, string>> = {
	argon: '4',
	boron: '6',
	carbon: '8',
	dubnium: '10',
	erbium: '12',
	fermium: '14',
	gallium: '16',
	hydrogen: '18',
	iron: '20',
	jod: '22',
	krypton: '24',
};

/** `20.11` of Node.js is of the line 20; of the others the line has two numbers. */
const digitsOf = (runtime: Runtime): 1 | 2 => (runtime === 'node' ? 1 : 2);

/**
 * The lines of a version (`20`, `v20.11.1`, `lts/iron`) or a range in the words of its ecosystem. `null`
 * where it names none: `latest`, `lts/*`, `*`, a path.
 */
export function linesAllowed(runtime: Runtime, written: string): AllowedLines | null {
	const text = written.trim().replace(/^(?:ruby|python|node|go|php)-?(?=v?\d)/i, '');
	const codename = CODENAMES[text.replace(/^lts\//i, '').toLowerCase()];
	if (runtime === 'node' && codename !== undefined) return { cycles: [codename], isOpen: false };
	const exact = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-.+]?(?:\w[\w.-]*)?)?$/.exec(text);
	if (exact !== null && !/[x*]/i.test(text.slice(exact[1]?.length ?? 0))) {
		const [, major = '', minor] = exact;
		if (digitsOf(runtime) === 1) return { cycles: [major], isOpen: false };
		if (minor !== undefined) return { cycles: [`${major}.${minor}`], isOpen: false };
		return rangeOf(runtime, `${major}.*`);
	}
	return /\d/.test(text) && /^[\dv.xX*<>=~^|&,! -]+$/.test(text) ? rangeOf(runtime, text) : null;
}

function rangeOf(runtime: Runtime, range: string): AllowedLines | null {
	const named = [...range.matchAll(/\d+(?:\.\d+){0,2}/g)].map(([one]) => padded(one));
	const holds = (version: string): boolean | null => isInside(runtime, version, range);
	if (holds('1.0.0') === null) return null;
	const all = new Set([...cyclesOf(runtime), ...named.map((one) => cycleOf(runtime, one))]);
	const cycles = [...all].filter((cycle) => {
		const inner = named.filter((one) => cycleOf(runtime, one) === cycle);
		const [low, high] = [padded(cycle), padded(cycle, '9999')];
		return [low, high, ...inner].some((version) => holds(version) === true);
	});
	const isOpen = holds(digitsOf(runtime) === 1 ? '9999.0.0' : '9998.0.0') === true;
	return { cycles: cycles.sort(byNumber), isOpen };
}

function isInside(runtime: Runtime, version: string, range: string): boolean | null {
	if (runtime === 'node') return satisfies(version, range);
	// Composer and Bundler let the last number written grow, as PEP 440's `~=`; Poetry's `~` keeps two.
	const words = range.replace(/~>\s*/g, '~=').replace(/(?<!\|)\|(?!\|)/g, '||');
	return pythonSatisfies(version, runtime === 'php' ? words.replace(/~(?!=)/g, '~=') : words);
}

const padded = (text: string, filler = '0'): string => {
	const parts = text.split('.');
	while (parts.length < 3) parts.push(filler);
	return parts.join('.');
};

const cycleOf = (runtime: Runtime, version: string): string =>
	version.split('.').slice(0, digitsOf(runtime)).join('.');

function byNumber(a: string, b: string): number {
	const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
	return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}
