import { Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { formatSecrets } from '../secret-formats/format-secrets.ts';
import { foundSecret } from './secret-found.ts';
import { isAllowed, lineCounter, redactedLine, variableBefore } from './secret-lines.ts';
import type { Match } from './secret-match.ts';
import { isProductionEnv, natureOf, placeOf, type SecretPlace } from './secret-place.ts';
import { RANKS } from './secret-rule.ts';
import { apart, secretsIn } from './secret-scan.ts';
import type { FoundSecret, RepositorySecrets, Sighting } from './secret-sighting.ts';

/** A file up to here is read whatever it is called. */
const MOST_BYTES = 1024 * 1024;
/** A file up to here where its name says that it is text: dumps, exports, bundles. */
const MOST_TEXT_BYTES = 32 * 1024 * 1024;
/** A NUL in the first 8 KB makes a file binary, as in git. */
const BINARY_WITHIN = 8 * 1024;
const MOST_SECRETS = 2_000;
const MOST_LISTED = 50;
/** Milliseconds of scanning after which the event loop gets its turn. */
const TURN_BYTES = 4 * 1024 * 1024;

/** Holds no secret that text rules could find; not worth reading. */
const MEDIA =
	/\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|heic|psd|mp[34]|m4[av]|mov|webm|avi|mkv|ogg|wav|flac|woff2?|ttf|otf|eot|pdf|zip|gz|tgz|bz2|xz|7z|rar|jar|war|class|so|dylib|dll|exe|wasm|pyc|o|a|node|bin|dat|sqlite3?|db|glb|gltf|br)$/i;
const TEXT =
	/\.(?:[cm]?[jt]sx?|json[l5c]?|ndjson|ya?ml|toml|ini|cfg|conf|properties|env|xml|html?|css|map|sql|dump|csv|tsv|txt|log|md|har|ipynb|tf|tfvars|tfstate|sh|py|rb|php|go|rs|java|kt|cs|pem|key)$|(?:^|\/)\.env[^/]*$/i;

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
		tooLarge: [],
		unreadable: [],
		files: 0,
		bytes: 0,
		binary: 0,
		truncated: false,
	};
	const inGit = listing.head !== null;
	let sinceTurn = 0;
	for (const file of listing.files) {
		const place = placeOf(file, inGit);
		if (place === null) continue;
		const text = await textOf(root, file, port, into);
		if (text === null) continue;
		gather(into, file, place, text);
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
	if (MEDIA.test(path)) {
		into.binary++;
		return null;
	}
	const most = TEXT.test(path) ? MOST_TEXT_BYTES : MOST_BYTES;
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

/** latin1 bytes as text: UTF-16 is brought to one byte a character; `null` for binary. */
function textIn(bytes: string): string | null {
	if (bytes.startsWith('\xff\xfe')) return fromUtf16(bytes.slice(2), 0);
	if (bytes.startsWith('\xfe\xff')) return fromUtf16(bytes.slice(2), 1);
	const nul = bytes.slice(0, BINARY_WITHIN).indexOf('\0');
	if (nul === -1) return bytes.startsWith('\xef\xbb\xbf') ? bytes.slice(3) : bytes;
	// UTF-16 without a mark: every other byte of Latin text is NUL.
	const sample = bytes.slice(0, 400);
	const isUtf16 = (parity: number) =>
		sample.length > 16 &&
		[...sample].every((byte, index) => (index % 2 === parity) === (byte === '\0'));
	if (isUtf16(1)) return fromUtf16(bytes, 0);
	return isUtf16(0) ? fromUtf16(bytes, 1) : null;
}

/** Secrets are ASCII: what does not fit into a byte becomes a question mark. */
function fromUtf16(bytes: string, low: 0 | 1): string {
	const characters = Buffer.alloc(bytes.length >> 1);
	for (let index = 0; index < characters.length; index++) {
		const other = bytes.charCodeAt(2 * index + 1 - low);
		characters[index] = other === 0 ? bytes.charCodeAt(2 * index + low) : 63;
	}
	return characters.toString('latin1');
}

function gather(into: Gathered, file: ListedFile, place: SecretPlace, text: string): void {
	into.files++;
	into.bytes += text.length;
	const plain = secretsIn(text, natureOf(file.path, text), () => {
		into.truncated = true;
	});
	// Test data and examples have the form of everything, and hold nothing.
	const known = place === 'fixture' || place === 'docs' ? [] : formatSecrets(file.path, text);
	const matches = known.length === 0 ? plain : apart([...plain, ...known]);
	if (matches.length === 0) return;
	const lineOf = lineCounter(text);
	for (const match of matches) {
		const line = lineOf(match.start);
		if (isAllowed(text, match)) {
			into.allowed.push({ file: file.path, line });
			continue;
		}
		const seen = entryFor(into, match);
		if (seen === null) continue;
		seen.variable ||= variableBefore(text, match);
		if (place === 'own') {
			seen.inProduction ||= isProductionEnv(file.path);
			continue;
		}
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
	const secrets = [...into.byValue.values()]
		.filter(({ sightings }) => sightings.length > 0)
		.map((entry) => secretFrom(entry, key));
	return {
		head: listing.head,
		gitUnread: listing.gitUnread ?? '',
		scanned: { files: into.files, bytes: into.bytes },
		binary: into.binary,
		tooLarge: into.tooLarge.slice(0, MOST_LISTED),
		unreadable: [...(listing.unreadable ?? []), ...into.unreadable].slice(0, MOST_LISTED),
		skipped: [...listing.skipped],
		allowed: { count: into.allowed.length, places: into.allowed.slice(0, MOST_LISTED) },
		secrets,
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
