import { dataUrlBytes, isLibrarySource, sourceMapComment } from '../exposure/source-map.ts';
import { type EnvValue, type EnvValues, formsOf } from './env-values.ts';
import { foundSecret, mergedSecrets } from './secret-found.ts';
import { lineCounter, redactedLine, variableBefore } from './secret-lines.ts';
import type { Match } from './secret-match.ts';
import { type FileNature, natureOf } from './secret-place.ts';
import { randomness } from './secret-randomness.ts';
import { secretsIn } from './secret-scan.ts';
import type { FoundSecret } from './secret-sighting.ts';

/** A text that a build made or a server gave. */
export interface OutputText {
	/** Path or URL. */
	readonly file: string;
	/** Latin1, one character a byte. */
	readonly text: string;
	/** `settings` are files that are read as they are in a repository: env files, YAML. */
	readonly sort: 'code' | 'markup' | 'map' | 'settings';
}

export interface OutputSecrets {
	readonly found: readonly FoundSecret[];
	/** The values, in every form in which the text has them: to be taken out of it, and for nothing else. */
	readonly values: readonly string[];
	/** There were more than the limits allow. */
	readonly cut: boolean;
}

interface Tools {
	/** The user's key for fingerprints, hex; made and read only where there is something to tell apart. */
	key(): Promise<string>;
	/** Of the repository, where there is one. */
	readonly known: EnvValues | null;
}

const MOST_SECRETS = 200;
/** Escapes are resolved in texts up to here: pages and data, and no bundle of megabytes. */
const MOST_RESOLVED = 4 * 1024 * 1024;

/** A stretch of text with a place of its own. */
interface Piece {
	readonly file: string;
	readonly text: string;
	readonly nature: FileNature;
	/** The part of the whole text that holds it, where that is written in another way. */
	readonly within?: string;
}

/**
 * The secrets in what visitors can download: by rule, which is narrower here than in a repository, since
 * bundles are full of names, and by the exact values of the repository's variables. Source maps are read
 * file by file, libraries left out; in pages, what is written as HTML or as a string in a string is read
 * as well. Linear in the length of the text.
 */
export async function secretsInOutput(one: OutputText, tools: Tools): Promise<OutputSecrets> {
	let cut = false;
	const sightings = piecesOf(one).flatMap((piece) =>
		sightingsIn(piece, tools.known, () => {
			cut = true;
		}),
	);
	if (sightings.length === 0) return { found: [], values: [], cut };
	const key = await tools.key();
	const found = mergedSecrets(withoutRepeats(sightings).map((one) => describe(one, key)));
	const hidden = sightings.filter(({ match }) => isTakenOut(match));
	return {
		found: found.slice(0, MOST_SECRETS),
		values: [
			...new Set(hidden.flatMap(({ match, written }) => [...formsOf(match.value), written])),
		],
		cut: cut || found.length > MOST_SECRETS,
	};
}

/** A value on one line once, though it was seen in the text and in what its escapes stand for. */
function withoutRepeats(sightings: readonly Sighted[]): readonly Sighted[] {
	const places = new Map(
		sightings.map((one) => [`${one.file}\0${one.line}\0${one.match.value}`, one]),
	);
	return [...places.values()];
}

/** Ids and keys for browsers stay where they are: others judge them. */
function isTakenOut({ rule: { tier }, value }: Match): boolean {
	return tier !== 'publishable' && tier !== 'identifier' && value.length >= 8;
}

// ── What is read ─────────────────────────────────────────────────────────────────────────────────

function piecesOf({ file, text, sort }: OutputText): readonly Piece[] {
	if (sort === 'map')
		return mapPieces(file, text) ?? [{ file, text, nature: natureIn(file, text) }];
	if (sort === 'settings') return [{ file, text, nature: natureOf(file, text) }];
	const nature = natureIn(file, text);
	const inside = sort === 'code' ? sourceMapComment(text) : null;
	const map = inside === null ? null : dataUrlBytes(inside);
	if (inside !== null && map !== null) {
		const pieces = mapPieces(file, map) ?? [];
		const code = text.slice(0, text.lastIndexOf(inside));
		return [{ file, text: code, nature }, ...pieces.map((one) => ({ ...one, within: inside }))];
	}
	const resolved = sort === 'markup' || isData(text) ? resolvedText(text) : null;
	return [{ file, text, nature }, ...(resolved === null ? [] : [{ file, text: resolved, nature }])];
}

/** JSON, whatever it is called. */
const isData = (text: string): boolean => /^\s{0,64}[[{]/.test(text.slice(0, 80));

/** Quoted values count as in source code, minified or not; nothing without quotes does. */
function natureIn(file: string, text: string): FileNature {
	const { named, minified } = natureOf(file.replace(/[?#].*$/, ''), text);
	return {
		loose: false,
		generic: false,
		named,
		spaced: false,
		key: false,
		source: true,
		minified: minified === true,
	};
}

/** What HTML writes with entities, and strings inside strings; `null` where there is neither. */
function resolvedText(text: string): string | null {
	if (text.length > MOST_RESOLVED || !/&(?:quot|amp|#34|#39|#x22|#x27);|\\"|\\u0022/.test(text)) {
		return null;
	}
	return text
		.replace(/&(?:quot|#34|#x22);/g, '"')
		.replace(/&(?:apos|#39|#x27);/g, "'")
		.replace(/\\{1,7}u0026|&amp;/g, '&')
		.replace(/\\{1,7}(?:"|u0022)/g, '"')
		.replace(/\\{1,7}\//g, '/');
}

function sourcesOf(value: unknown): readonly (readonly [name: string, text: string])[] {
	if (typeof value !== 'object' || value === null) return [];
	const { sources, sourcesContent, sections } = value as Record<string, unknown>;
	const own =
		Array.isArray(sources) && Array.isArray(sourcesContent)
			? sourcesContent.flatMap((text: unknown, index): [string, string][] =>
					typeof text === 'string' ? [[String(sources[index] ?? ''), text]] : [],
				)
			: [];
	const inner = Array.isArray(sections)
		? sections.flatMap((one: unknown) => sourcesOf((one as { map?: unknown } | null)?.map))
		: [];
	return [...own, ...inner];
}

/** The own sources of a map; `null` for what is none, or was cut. */
function mapPieces(file: string, text: string): readonly Piece[] | null {
	try {
		const map: unknown = JSON.parse(
			text.replace(/^(?:\xef\xbb\xbf)?(?:\)\]\}'[^\n]{0,64}\n)?/, ''),
		);
		return sourcesOf(map)
			.filter(([name]) => !isLibrarySource(name))
			.map(([name, source]) => {
				const nature = { ...natureOf(name.replace(/[?#].*$/, ''), source), generic: false };
				return { file: `${file} (${name.slice(0, 200)})`, text: source, nature };
			});
	} catch {
		return null;
	}
}

// ── What is found ────────────────────────────────────────────────────────────────────────────────

interface Sighted {
	readonly match: Match;
	/** The text that gives it away: of an encoded one, its code; a map inside the text, whole. */
	readonly written: string;
	readonly known: EnvValue | null;
	readonly file: string;
	readonly line: number;
	readonly shown: string;
	readonly variable: string;
}

function sightingsIn(
	{ file, text, nature, within }: Piece,
	known: EnvValues | null,
	onCut: () => void,
): readonly Sighted[] {
	const hits = known?.search(text) ?? [];
	const byRule = secretsIn(text, nature, onCut).filter(
		(match) => isForSure(match, text) || hits.some((hit) => overlap(hit, match)),
	);
	const byValue = hits.filter((hit) => !byRule.some((match) => overlap(hit, match))).map(matchFrom);
	const all = [...byRule, ...byValue].sort((a, b) => a.start - b.start);
	const lineOf = lineCounter(text);
	return all.map((match) => ({
		match,
		written: within ?? text.slice(match.start, match.end),
		known: hits.find((hit) => overlap(hit, match))?.known ?? null,
		file,
		line: lineOf(match.start),
		shown: redactedLine(text, match, all),
		variable: variableBefore(text, match),
	}));
}

type Span = Pick<Match, 'start' | 'end'>;

const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

function matchFrom({ known, start, end }: ReturnType<EnvValues['search']>[number]): Match {
	const { rule, value, state, traits } = known;
	return { rule, rank: 'exact', start, end, value, state, traits };
}

function describe(
	{ match, known, file, line, shown, variable }: Sighted,
	key: string,
): FoundSecret {
	return foundSecret(match, {
		key,
		variable: variable || (known?.variable ?? ''),
		inProduction: false,
		places: [{ file, line, place: 'client', text: shown }],
		equals:
			known === null ? undefined : { variable: known.variable, file: known.file, line: known.line },
	});
}

/** Names whose values nobody means for a browser, whatever the provider. */
const SECRET_NAME =
	/(?:secret|passw(?:or)?d|passphrase|pwd|private_?key|service_?key|master_?key|admin_?(?:api_?)?key|server_?key|encryption_?key|signing_?key|secret_?token|(?:smtp|db|database)_?pass)(?:_?(?:key|value|prod|production|live))?$/i;
/** Made for every visitor anew, or the name of a field. */
const FOR_VISITORS =
	/csrf|xsrf|nonce|captcha|public|payment_?intent|preview_?mode|reset|forgot|confirm|placeholder|label|message|error|hint/i;
const NAME = /([\w$.-]{1,80})\\?["'`\]]{0,2}\s{0,4}(?::|=|,|\|\||\?\?)\s{0,4}\\?["'`]?$/;

/** What a bundle can hold without being a leak: names beside texts, ids, keys of no known provider. */
function isForSure(match: Match, text: string): boolean {
	const { rule, rank, value, traits } = match;
	if (rule.tier === 'identifier' || rank === 'near') return false;
	if (rule.tier === 'publishable') return true;
	const isByName = rank === 'generic' || (rank === 'structural' && isAssigned(rule.id));
	if (!isByName || traits.encoded !== null) return true;
	const name = NAME.exec(text.slice(Math.max(0, match.start - 100), match.start))?.[1] ?? '';
	return SECRET_NAME.test(name) && !FOR_VISITORS.test(name) && isRandom(value);
}

const isAssigned = (id: string): boolean =>
	id === 'application-signing-secret' || id === 'smtp-password' || id === 'unidentified-secret';

function isRandom(value: string): boolean {
	return value.length >= 12 && !/\s/.test(value) && randomness(value) > 1;
}
