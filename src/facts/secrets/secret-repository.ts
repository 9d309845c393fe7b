import { Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { fingerprintOfValue } from './secret-fingerprint.ts';
import { foundSecret } from './secret-found.ts';
import { isAllowed, lineCounter, redactedLine, variableBefore } from './secret-lines.ts';
import type { Match } from './secret-match.ts';
import { matchesInFile } from './secret-matches.ts';
import { isProductionEnv, placeOf, type SecretPlace } from './secret-place.ts';
import { RANKS } from './secret-rule.ts';
import type { FoundSecret, RepositorySecrets, Sighting } from './secret-sighting.ts';
import { isMedia, mostBytesOf, textIn } from './secret-text.ts';

const MOST_SECRETS = 2_000;
const MOST_LISTED = 50;
/** Milliseconds of scanning after which the event loop gets its turn. */
const TURN_BYTES = 4 * 1024 * 1024;

type ListedFile = FileListing['files'][number];

interface Entry {
	match: Match;
	readonly sightings: Sighting[];
	variable: string;
	inProduction: boolean;
}

/** What the scan holds while it runs: raw values are its keys and go no further. */
interface Gathered {
	readonly byValue: Map<string, Entry>;
	readonly allowed: { file: string; line: number }[];
	readonly allowedValues: Set<string>;
	readonly tooLarge: string[];
	readonly unreadable: string[];
	files: number;
	bytes: number;
	binary: number;
	truncated: boolean;
}

/** One file in memory at a time. */
export async function scanRepository(root: string, port: FilesPort): Promise<RepositorySecrets> {
	const [listing, key] = await Promise.all([port.list(root), port.fingerprintKey()]);
	const into: Gathered = {
		byValue: new Map(),
		allowed: [],
		allowedValues: new Set(),
		tooLarge: [],
		unreadable: [],
		files: 0,
		bytes: 0,
		binary: 0,
		truncated: false,
	};
	let sinceTurn = 0;
	for (const file of listing.files) {
		const place = placeOf(file);
		if (place === null) continue;
		const text = await textOf(root, file, port, into);
		if (text === null) continue;
		const before = (await port.before?.(root, file.path, mostBytesOf(file.path))) ?? null;
		gather(into, { ...file, before }, place, text);
		sinceTurn += text.length + 50_000;
		if (sinceTurn < TURN_BYTES) continue;
		sinceTurn = 0;
		await new Promise<void>((resolve) => setImmediate(resolve));
	}
	return factFrom(listing, into, key);
}

/** `null` where there is nothing to scan; the reason is counted. */
async function textOf(
	root: string,
	{ path, bytes }: ListedFile,
	port: FilesPort,
	into: Gathered,
): Promise<string | null> {
	if (isMedia(path)) {
		into.binary++;
		return null;
	}
	const most = mostBytesOf(path);
	if (bytes > most) {
		into.tooLarge.push(`${path}: ${Math.ceil(bytes / 1024 / 1024)} MiB`);
		return null;
	}
	try {
		const text = textIn(await port.read(root, path, most));
		if (text === null) into.binary++;
		return text;
	} catch (error) {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		into.unreadable.push(error.message);
		return null;
	}
}

function gather(
	into: Gathered,
	file: ListedFile & { readonly before: string | null },
	place: SecretPlace,
	text: string,
): void {
	into.files++;
	into.bytes += text.length;
	const { before } = file;
	const matches = matchesInFile(text, { path: file.path, place }, () => {
		into.truncated = true;
		// What the file had already is not what the change brings.
	}).filter(({ value }) => before === null || !before.includes(value));
	if (matches.length === 0) return;
	const lineOf = lineCounter(text);
	for (const match of matches) {
		const line = lineOf(match.start);
		if (isAllowed(text, match)) {
			into.allowed.push({ file: file.path, line });
			into.allowedValues.add(match.value);
			continue;
		}
		const seen = entryFor(into, match);
		if (seen === null) continue;
		seen.variable ||= variableBefore(text, match);
		if (place === 'own' || place === 'unignored') seen.inProduction ||= isProductionEnv(file.path);
		if (place === 'own') continue;
		const text0 = seen.sightings.length < 200 ? redactedLine(text, match, matches) : '';
		seen.sightings.push({ file: file.path, line, place, text: text0 });
	}
}

/** One entry a value; of two matches of the same value the one that was not encoded, or says more. */
function entryFor(into: Gathered, match: Match): Entry | null {
	const { byValue } = into;
	const seen = byValue.get(match.value);
	if (seen === undefined) {
		if (byValue.size >= MOST_SECRETS) {
			into.truncated = true;
			return null;
		}
		const made: Entry = { match, sightings: [], variable: '', inProduction: false };
		byValue.set(match.value, made);
		return made;
	}
	if (sayingMore(match) < sayingMore(seen.match)) seen.match = match;
	return seen;
}

/** Lower is better. */
function sayingMore({ rank, traits }: Match): number {
	return (
		RANKS.indexOf(rank) * 4 +
		(traits.encoded === null ? 0 : 2) +
		// The same password elsewhere against a real host counts as that.
		(traits.local ? 1 : 0)
	);
}

function factFrom(listing: FileListing, into: Gathered, key: string): RepositorySecrets {
	const all = [...into.byValue].map(([value, entry]) => ({
		value,
		inProduction: entry.inProduction,
		secret: entry.sightings.length > 0 ? secretFrom(entry, key) : null,
	}));
	return {
		head: listing.head,
		gitUnread: listing.gitUnread ?? '',
		scanned: { files: into.files, bytes: into.bytes },
		binary: into.binary,
		tooLarge: into.tooLarge.slice(0, MOST_LISTED),
		unreadable: [...(listing.unreadable ?? []), ...into.unreadable].slice(0, MOST_LISTED),
		skipped: [...listing.skipped],
		allowed: { count: into.allowed.length, places: into.allowed.slice(0, MOST_LISTED) },
		secrets: all.flatMap(({ secret }) => secret ?? []),
		values: [
			...all.map(({ value, inProduction, secret }) => ({
				identity: fingerprintOfValue(key, value),
				fingerprint: secret?.fingerprint ?? '',
				inProduction,
				allowed: into.allowedValues.has(value),
			})),
			...[...into.allowedValues]
				.filter((value) => !into.byValue.has(value))
				.map((value) => ({
					identity: fingerprintOfValue(key, value),
					fingerprint: '',
					inProduction: false,
					allowed: true,
				})),
		],
		truncated: into.truncated || listing.cut === true,
	};
}

const GRAVEST_FIRST: readonly SecretPlace[] = [
	'client',
	'head',
	'unignored',
	'fixture',
	'docs',
	'own',
];

function secretFrom(entry: Entry, key: string): FoundSecret {
	const places = [...entry.sightings].sort(
		(a, b) => GRAVEST_FIRST.indexOf(a.place) - GRAVEST_FIRST.indexOf(b.place),
	);
	const { match, variable, inProduction } = entry;
	return foundSecret(match, { key, variable, inProduction, places });
}
