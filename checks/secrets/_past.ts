import {
	type Evidence,
	type Fix,
	type FoundSecret,
	type HistorySecret,
	type PastEnvFile,
	type RepositoryHistory,
	SAMPLE_SECRET,
	type Severity,
} from '../../src/sdk-repository.ts';
import { type Leak, leakOf } from './_leak.ts';
import { placesByLevel, type Today } from './_severity.ts';

type Sighting = HistorySecret['places'][number];

/** What the wording of a secret of the past is told beside what it is told of any other. */
export type PastLeak = Omit<Leak, 'places' | 'envFile'> & {
	places: { summary: string; detail: string }[];
	/** Commit that brought it, whole; empty for what no commit has. */
	added: string;
	/** Day of its author, `2030-01-31`; empty where there is none. */
	since: string;
	blob: string;
	standing: Sighting['standing'];
	/** The branch or tag that has it still, as people call it; empty where none does. */
	ref: string;
	/** From which commit until which, in words that end a sentence. */
	story: string;
};

/** An env file of the past, for its wording. */
export type PastEnv = {
	file: string;
	variables: string[];
	added: string;
	since: string;
	blob: string;
	story: string;
	standing: Sighting['standing'];
	ref: string;
};

export function pastLeakOf(
	secret: HistorySecret,
	today: Today,
	{ severity, now }: { severity: Severity; now: Date },
): PastLeak {
	const { identity: _, ...about } = secret;
	const places = placesByLevel(secret, today);
	const found: FoundSecret = { ...about, inProduction: today.inProduction, places };
	const { envFile: _env, ...told } = leakOf(found, severity, now);
	const [first] = places;
	const remarks = today.inBuild ? 'The same value is in what a build made for browsers.' : '';
	return {
		...told,
		remarks: [told.remarks, remarks].filter((one) => one !== '').join(' '),
		places: places.map((one) => ({ summary: placeInWords(one), detail: one.text })),
		...pastOf(first),
	};
}

export function pastEnvOf(file: PastEnvFile): PastEnv {
	return { file: file.file, variables: file.variables, ...pastOf(file) };
}

type Past = Pick<PastEnvFile, 'blob' | 'standing' | 'ref' | 'added' | 'removed' | 'refs'>;

function pastOf(past: Past | undefined) {
	return {
		added: past?.added?.commit ?? '',
		since: past?.added == null ? '' : dayOf(past.added.at),
		blob: past?.blob ?? '',
		standing: past?.standing ?? ('history' as const),
		ref: shortRef(past?.ref ?? ''),
		story: past === undefined ? '' : storyOf(past),
	};
}

/** `committed in 0123abc (2030-01-01), gone since 4567def (2030-02-01), and still in the history`. */
function storyOf({ standing, ref, added, removed, refs, blob }: Past): string {
	if (standing === 'unreachable' || added === null) {
		return `in blob ${short(blob)}, which no branch, tag or stash leads to any more`;
	}
	const begin = `committed in ${short(added.commit)} (${dayOf(added.at)})`;
	const end =
		removed === null ? '' : `, gone since ${short(removed.commit)} (${dayOf(removed.at)})`;
	return `${begin}${end}, ${WHERE[standing](shortRef(ref), refs)}`;
}

const WHERE: Readonly<Record<Sighting['standing'], (ref: string, refs: number | null) => string>> =
	{
		head: () => 'and still in the commit that is checked out',
		default: (ref) => `and still on ${ref}, the default branch`,
		branch: (ref) => `and still on branch ${ref}`,
		tag: (ref) => `and still in tag ${ref}`,
		stash: () => 'and still in a stash',
		history: (_, refs) => `and still in the history${refs === null ? '' : ofRefs(refs)}`,
		unreachable: () => '',
	};

function ofRefs(refs: number): string {
	if (refs === 0) return '';
	return refs === 1 ? ' of one branch or tag' : ` of ${refs} branches and tags`;
}

function placeInWords(one: Sighting): string {
	const file = one.file === '' ? `blob ${short(one.blob)}` : one.file;
	return `${file}:${one.line}, ${storyOf(one)}`;
}

export const short = (id: string): string => id.slice(0, 10);

const dayOf = (seconds: number): string => {
	const day = new Date(seconds * 1000);
	return Number.isNaN(day.getTime()) ? 'no date' : day.toISOString().slice(0, 10);
};

const shortRef = (ref: string): string => ref.replace(/^refs\/(?:heads|remotes|tags)\//, '');

export function pastEvidence({ places, placesInAll }: PastLeak): readonly Evidence[] {
	const hidden = placesInAll - places.length;
	return [
		...places.map((place) => ({ kind: 'git', ...place })),
		...(hidden > 0 ? [{ kind: 'git', summary: `${hidden} more files`, detail: '' }] : []),
	];
}

/** A name that a shell would read differently is left to the user. */
const quoted = (text: string): string => (/^[\w./-]+$/.test(text) ? text : 'PATH/TO/FILE');

/** Names commit and file, and not the line, so that the terminal does not show the secret either. */
export function searchInPast({ anchor, added, file, blob }: PastLeak): string {
	if (added === '' || file === '') return `git cat-file -s ${blob}`;
	const where = `${short(added)} -- ${quoted(file)}`;
	if (anchor === '://') return `git grep -lE '://[^ /:@]*:[^ /@]+@' ${where}`;
	if (anchor === '') return `git log --all --oneline -- ${quoted(file)}`;
	return `git grep -liF -e '${anchor.replaceAll("'", "'\\''")}' ${where}`;
}

/** Replace first. Rewriting reaches neither clones nor forks, nor what a host keeps of pull requests. */
export function rotatePast(leak: PastLeak, replace: string, ...steps: string[]): Fix {
	const { variable, rotate, since } = leak;
	const log = since === '' ? '' : ` since ${since}`;
	return {
		summary: replace,
		steps: [
			`${replace}: ${rotate}`,
			`Give the new value to the platform as ${variable} and read it from there.`,
			...steps,
			`Look through the log of what it opens for use${log} that was not yours, then revoke the old value.`,
			`${leavingBehind(leak)} Rewriting the history alone does not help: clones, forks and pull requests keep the old commits.`,
		],
		snippets: [
			{ platform: 'vercel', language: 'shell', text: `vercel env add ${variable} production` },
			{
				platform: 'netlify',
				language: 'shell',
				text: `netlify env:set ${variable} "$NEW_VALUE" --secret`,
			},
			{ platform: 'cloudflare', language: 'shell', text: `npx wrangler secret put ${variable}` },
			...forgetting(leak),
		],
	};
}

type Standing = Pick<PastLeak, 'standing' | 'ref' | 'file'>;

function leavingBehind({ standing, ref }: Standing): string {
	switch (standing) {
		case 'head':
			return 'Commit the removal.';
		case 'default':
			return `Merge the removal into ${ref}.`;
		case 'branch':
			return `Delete branch ${ref}, or take the value out of it too.`;
		case 'tag':
			return `Leave tag ${ref} as it is, unless nobody has it yet.`;
		case 'stash':
			return 'Drop the stash.';
		case 'history':
		case 'unreachable':
			return 'The value in the history is then worth nothing.';
	}
}

/** What ends it on this machine; commands for what other machines have do not exist. */
export function forgetting({ standing, file }: Standing): Fix['snippets'] {
	const shell = (text: string) => [{ platform: 'any', language: 'shell', text }] as const;
	switch (standing) {
		case 'head':
			return shell(`git add -A -- ${quoted(file)}\ngit commit -m 'Remove a secret'`);
		case 'stash':
			return shell('git stash list\ngit stash drop');
		case 'unreachable':
			return shell('git reflog expire --expire=now --all\ngit gc --prune=now');
		case 'default':
		case 'branch':
		case 'tag':
		case 'history':
			return shell(
				`# after the rotation, where nobody else has the repository yet\ngit filter-repo --invert-paths --path ${quoted(file)}`,
			);
	}
}

/** What the scan says of the past of a sound repository. */
export function samplePast(about: Partial<RepositoryHistory> = {}): RepositoryHistory {
	return {
		git: true,
		scanned: { commits: 40, blobs: 120, bytes: 345_678 },
		binary: 3,
		tooLarge: { count: 0, files: [] },
		gaps: [],
		allowed: { count: 0, places: [] },
		secrets: [],
		envFiles: [],
		truncated: false,
		...about,
	};
}

const ADDED = { commit: '0123456789abcdef0123456789abcdef01234567', at: 1_767_225_600 };
const REMOVED = { commit: '89abcdef0123456789abcdef0123456789abcdef', at: 1_769_904_000 };

/** A provider's live key, removed again. */
export function samplePastSecret(
	about: Partial<HistorySecret> = {},
	where: Partial<Sighting> = {},
): HistorySecret {
	return {
		...SAMPLE_SECRET,
		identity: '8899aabbccddeeff',
		places: [
			{
				file: 'src/pay.ts',
				blob: 'fedcba9876543210fedcba9876543210fedcba98',
				standing: 'history',
				ref: '',
				added: ADDED,
				removed: REMOVED,
				refs: 1,
				line: 3,
				place: 'head',
				text: "const key = '[redacted]';",
				...where,
			},
		],
		...about,
	};
}

export function samplePastEnv(about: Partial<PastEnvFile> = {}): PastEnvFile {
	return {
		file: '.env',
		blob: 'fedcba9876543210fedcba9876543210fedcba98',
		standing: 'history',
		ref: '',
		added: ADDED,
		removed: REMOVED,
		refs: 1,
		isThere: false,
		variables: ['DB_PASSWORD'],
		...about,
	};
}
