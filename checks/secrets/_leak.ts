import type {
	Evidence,
	Fix,
	FoundSecret,
	SecretPlace,
	Severity,
} from '../../src/sdk-repository.ts';
import { hasExpired } from './_severity.ts';

/** What the wording of every secret is told. Nothing of it is the secret but its first four characters. */
export type Leak = {
	/** `Stripe`. */
	provider: string;
	/** `Stripe secret key`. */
	name: string;
	/** ` (sk_l…, 32 characters)`; ends the noun it stands behind. */
	shown: string;
	file: string;
	line: number;
	/** Places beside the first. */
	more: number;
	places: { file: string; line: number; text: string }[];
	placesInAll: number;
	/** Where it goes, as the rest of a sentence: `is published to browsers`. */
	where: string;
	/** What its own structure says, in sentences; empty where it says nothing. */
	remarks: string;
	severity: Severity;
	confidence: 'high' | 'medium' | 'low';
	/** Why the confidence is what it is. */
	control: string;
	fingerprint: string;
	rotate: string;
	anchor: string;
	variable: string;
	/** An env file that git tracks, or would at the next `git add`; else `null`. */
	envFile: 'tracked' | 'untracked' | null;
};

const WHERE: Readonly<Record<SecretPlace, string>> = {
	client: 'in a file that browsers download',
	head: 'in a file that is committed or deployed',
	unignored: 'in an env file that nothing keeps out of git',
	fixture: 'in test data',
	docs: 'in documentation',
	own: 'in an env file',
};

export function leakOf(secret: FoundSecret, severity: Severity, now: Date): Leak {
	const [first] = secret.places;
	const preview = secret.preview === '' ? '' : `${secret.preview}…, `;
	return {
		provider: secret.provider,
		name: `${secret.provider} ${secret.what}`,
		shown: ` (${preview}${secret.length} characters)`,
		file: first?.file ?? '',
		line: first?.line ?? 1,
		more: secret.placesInAll - 1,
		places: secret.places.map(({ file, line, text }) => ({ file, line, text })),
		placesInAll: secret.placesInAll,
		where: WHERE[first?.place ?? 'head'],
		remarks: remarksOn(secret, now).join(' '),
		severity,
		confidence: confidenceIn(secret),
		control: controlOf(secret),
		fingerprint: secret.fingerprint,
		rotate: secret.rotate,
		anchor: secret.anchor,
		variable: variableFor(secret),
		envFile: envFileAt(first),
	};
}

function envFileAt(place: FoundSecret['places'][number] | undefined): Leak['envFile'] {
	if (place === undefined || !/(?:^|\/)\.env(?:\.[\w-]+)*$/.test(place.file)) return null;
	if (place.place === 'head') return 'tracked';
	return place.place === 'unignored' ? 'untracked' : null;
}

function confidenceIn({ state, confidence }: FoundSecret): Leak['confidence'] {
	if (state === 'valid') return 'high';
	if (state === 'invalid' || state === 'impossible') return 'low';
	return confidence;
}

function controlOf({ state, encoded }: FoundSecret): string {
	const decoded = encoded === null ? '' : ' It was compared after decoding.';
	switch (state) {
		case 'valid':
			return `Its checksum was computed offline and holds: it was issued, not made up.${decoded}`;
		case 'parsed':
			return `Its structure was parsed offline and is sound.${decoded}`;
		case 'invalid':
			return `Its checksum was computed offline and does not hold: it may be altered or made up.${decoded}`;
		case 'impossible':
			return `Its structure was parsed offline and no such value can exist.${decoded}`;
		case 'none':
			return `Placeholders, samples and references to variables were excluded. The provider was not asked.${decoded}`;
	}
}

function remarksOn(secret: FoundSecret, now: Date): readonly string[] {
	return [
		...(secret.inProduction ? ['The same value is in a production env file: it is in use.'] : []),
		...(secret.encrypted ? ['It is encrypted under a passphrase.'] : []),
		...(secret.published ? ['It is a test key that everybody has.'] : []),
		...(secret.local ? ['It belongs to a host that only this machine or a test knows.'] : []),
		...(secret.paired ? ['Its id stands beside it.'] : []),
		...(hasExpired(secret, now) ? ['It has expired.'] : []),
		...(secret.tier === 'identifier'
			? ['It is only an id: its secret was not found near it.']
			: []),
	];
}

/** The name it has already, or a conventional one: the rule's provider and noun, as environment variables are written. */
function variableFor({ provider, what, kind, variable }: FoundSecret): string {
	if (variable !== '') return variable;
	if (kind === 'connection-uri' && provider !== 'HTTP' && provider !== 'SSH') return 'DATABASE_URL';
	if (kind === 'signing-secret') return 'APP_SECRET';
	if (kind === 'generic') return 'APP_SECRET';
	return `${provider}_${what}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

export function sentence(leak: Leak): string {
	const more = leak.more === 0 ? '' : ` and ${leak.more} more place${leak.more === 1 ? '' : 's'}`;
	const remarks = leak.remarks === '' ? '' : ` ${leak.remarks}`;
	return `${leak.name}${leak.shown} is in ${leak.file}:${leak.line}${more}, ${leak.where}.${remarks}`;
}

export function evidenceFor({ places, placesInAll }: Leak): readonly Evidence[] {
	const hidden = placesInAll - places.length;
	return [
		...places.map(({ file, line, text }) => ({
			kind: 'file',
			summary: `${file}:${line}`,
			detail: text,
		})),
		...(hidden > 0 ? [{ kind: 'file', summary: `${hidden} more places`, detail: '' }] : []),
	];
}

/** Names the files and not the lines, so that the terminal does not show the secret either. */
export function searchFor({ anchor }: Leak): string {
	const within = '--exclude-dir=.git --exclude-dir=node_modules';
	if (anchor === '://') return `grep -rlE ${within} '://[^ /:@]*:[^ /@]+@' .`;
	const quoted = anchor.replaceAll("'", "'\\''");
	return `grep -rliF ${within} -e '${quoted}' .`;
}

/** The page of the provider, behind a step; nothing where none is known. */
export const whereTo = (rotate: string): string => (rotate === '' ? '' : `: ${rotate}`);

/** Replace it first: whoever has the file, or its history, has the value. */
export function rotateFirst(leak: Leak, replace: string, ...steps: string[]): Fix {
	const { variable, rotate } = leak;
	const shell = (platform: 'vercel' | 'netlify' | 'cloudflare', text: string) => ({
		platform,
		language: 'shell',
		text,
	});
	return {
		summary: replace,
		steps: [
			`${replace}${whereTo(rotate)}`,
			`Give the new value to the platform as ${variable} and read it from there; delete the value from ${leak.file}${leak.more > 0 ? ' and the other places' : ''}.`,
			...steps,
			'Only then revoke the old value. Deleting it from the files alone does not help: it stays in the history and in every clone.',
		],
		snippets: [
			...ignoring(leak),
			shell('vercel', `vercel env add ${variable} production`),
			shell('netlify', `netlify env:set ${variable} "$NEW_VALUE" --secret`),
			shell('cloudflare', `npx wrangler secret put ${variable}`),
		],
	};
}

/** Out of git, and kept out; the file itself stays. */
function ignoring({ envFile, file }: Leak): Fix['snippets'] {
	if (envFile === null) return [];
	// A name that a shell would read differently is left to the user.
	const quoted = /^[\w./-]+$/.test(file) ? file : 'PATH/.env';
	const lines = [
		...(envFile === 'tracked' ? [`git rm --cached -- ${quoted}`] : []),
		"printf '\\n%s\\n' '.env*' '!.env.example' >> .gitignore",
	];
	return [{ platform: 'any', language: 'shell', text: lines.join('\n') }];
}
