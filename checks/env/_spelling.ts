import type { EnvVariable, Fix } from '../../src/sdk.ts';
import { pasted } from './_looked-at.ts';
import { placed } from './_world.ts';

const SHORTEST = 5;
/** A word that is left out, doubled or mistaken must be long enough not to be another word. */
const SHORTEST_WORD = 5;
/** Words of variables that are one letter from another such word. */
const WORDS =
	/^(?:MAIL|EMAIL|HTTPS?|URLS?|URIS?|USERS?|HOSTS?|PORTS?|POST|KEYS?|TOKENS?|SECRETS?|APP|API|SITES?|STAGE|STATE|START|TYPES?|DATES?|DATA|MODES?|MODEL|NODES?|CODES?|NAMES?|TABLES?|CACHED?|ENABLED?|DISABLED?|ALLOWED?|REQUIRED?|LOGIN|LOGON|LOGGING|STORE|STORED|STORY|SCORE|CORE|ROUTES?|ROUTER|SERVERS?|SERVED?|SERVICES?|CLIENTS?|PUBLIC|PUBLISH|BUCKETS?|REGIONS?|PRIVATE|PRICES?|PRICED?|LIMITS?|LIMITED|LEVELS?|QUEUES?|EVENTS?|WORKERS?|WORKED|ORIGINS?|DOMAINS?|ACCESS|INDEX|PROXY|TRACES?|TRACED|TRACK|SHARED?|SIGNED|SIGNER|VALUES?|CHAIN|CHAINS|MAIN|PLAN|PLANE)$/;

export interface Misspelt {
	readonly used: EnvVariable;
	readonly declared: EnvVariable;
}

/**
 * Names that the code reads and nobody declares, one edit from a name that is declared. Where nothing uses
 * the declared one, the two are one variable; where something does, the letters must look like a slip.
 */
export function misspelt(variables: readonly EnvVariable[]): readonly Misspelt[] {
	const strangers = variables.filter(
		({ name, folders, given, declared, shownIn }) =>
			name.length >= SHORTEST &&
			folders.length > 0 &&
			!given &&
			declared.length === 0 &&
			shownIn === null,
	);
	if (strangers.length === 0) return [];
	const declared = variables.filter(
		(one) => one.declared.length > 0 && !one.given && one.name.length >= SHORTEST,
	);
	const words = wordCounts(variables);
	return strangers.flatMap((used) => {
		const near = declared.filter(({ name }) => isOneEdit(used.name, name));
		const found =
			near.find((one) => !one.used) ?? near.find(({ name }) => isSlip(used.name, name, words));
		return found === undefined ? [] : [{ used, declared: found }];
	});
}

function wordCounts(variables: readonly EnvVariable[]): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const { name } of variables) {
		for (const word of name.split('_')) counts.set(word, (counts.get(word) ?? 0) + 1);
	}
	return counts;
}

/** `URI` for `URL`: a name of its own, though one letter away. */
export function isOtherWord(strange: string, known: string): boolean {
	const [all, others] = [strange.split('_'), known.split('_')];
	return (
		all.length === others.length &&
		WORDS.test(all.find((word, index) => word !== others[index]) ?? '')
	);
}

/** One letter added, left out or changed, or two neighbours in each other's place; digits count things. */
export function isOneEdit(a: string, b: string): boolean {
	if (a === b || Math.abs(a.length - b.length) > 1) return false;
	let at = 0;
	while (at < a.length && a[at] === b[at]) at++;
	const [left, right] = [a.slice(at), b.slice(at)];
	if (/\d/.test(left.charAt(0) + right.charAt(0))) return false;
	if (left.slice(1) === right.slice(1) || left.slice(1) === right || left === right.slice(1))
		return true;
	return (
		left.length > 1 &&
		left[0] === right[1] &&
		left[1] === right[0] &&
		left.slice(2) === right.slice(2)
	);
}

/** The word that differs is nowhere else, and no word of its own. */
function isSlip(used: string, declared: string, counts: ReadonlyMap<string, number>): boolean {
	const [strange, known] = [used.split('_'), declared.split('_')];
	// An underscore too few or too many is nobody's wish.
	if (strange.length !== known.length) return true;
	const at = strange.findIndex((word, index) => word !== known[index]);
	const [word = '', meant = ''] = [strange[at], known[at]];
	const isPlural = word === `${meant}S` || meant === `${word}S`;
	return (
		meant.length >= SHORTEST_WORD && !isPlural && !WORDS.test(word) && (counts.get(word) ?? 0) === 1
	);
}

/** As a finding is told. */
export interface Slip {
	readonly name: string;
	/** Of the first read. */
	readonly file: string;
	readonly line: number;
	readonly meant: string;
	/** `file:line`. */
	readonly declaredAt: string;
}

export function slipOf({ used, declared }: Misspelt): Slip {
	const [place = { file: '', line: 1 }] = used.reads;
	const [declaration = place] = declared.declared;
	return {
		name: used.name,
		file: place.file,
		line: place.line,
		meant: declared.name,
		declaredAt: placed(declaration),
	};
}

/** A name that is written wrongly is missing in production too: one rename mends both. */
export const slipCause = (name: string): string => `env/slip/${name}`;

export function renamed({ name, file, line, meant, declaredAt }: Slip): Fix {
	const [from, to] = [pasted(name, 'NAME'), pasted(meant, 'NAME')];
	const path = pasted(file, 'PATH/TO/FILE');
	return {
		summary: `Read ${meant} in the code, and not ${name}`,
		steps: [
			`Or, if the code has the right name, rename ${meant} at ${declaredAt} and wherever it is set.`,
		],
		snippets: [
			{
				platform: 'any',
				language: 'shell',
				text: `perl -i -pe 's/\\b${from}\\b/${to}/ if $. == ${line}' ${path}`,
			},
		],
	};
}
