import {
	type Fix,
	insecureScriptsAt,
	minutes,
	type PinnedFile,
	type Site,
	type Verdicts,
} from '../../src/sdk.ts';
import { shellUrl } from './_shell-url.ts';
import { HIGH } from './_staged.ts';

/** What every finding about one file is told. */
export interface Told {
	readonly host: string;
	readonly page: string;
	readonly url: string;
	readonly element: PinnedFile['element'];
	/** The element as it should be. */
	readonly tag: string;
}

export interface Loose {
	readonly host: string;
	readonly page: string;
	readonly urls: readonly string[];
	readonly count: number;
	/** The elements with their hashes, as far as they could be worked out. */
	readonly tags: readonly string[];
}

const REVIEW =
	'Open the file first and make sure that it is what you chose: a hash pins whatever is there today.';

/** What can be said about scripts of strangers, and about hashes. */
export const SRI_VERDICTS = {
	pinned: {
		outcome: 'pass',
		says: (a: { host: string; strangers: number; pinned: number }) =>
			a.strangers === 0
				? `The pages seen of ${a.host} load no script of another company that could be pinned` +
					`${a.pinned > 0 ? `; ${files(a.pinned)} with a hash match${a.pinned === 1 ? 'es' : ''} it` : ''}.`
				: `The pages seen of ${a.host} load ${a.strangers} ${a.strangers === 1 ? 'script' : 'scripts'} of other companies, ` +
					'each by https: and pinned by a hash that matches, or of a kind that cannot be pinned.',
	},
	missing: {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(15),
		says: (a: Loose) =>
			`${a.page} loads ${a.count === 1 ? 'a script' : `${a.count} scripts`} of another company without a hash: ` +
			`${a.urls.join(', ')}${a.count > a.urls.length ? ', …' : ''}.`,
		impact:
			'If somebody breaks in there, or the domain changes hands, the changed script runs on your pages the same day.',
		fix: (a: Loose): Fix =>
			markup(
				'Pin the script, or serve it from your own host',
				a.tags,
				'Name one version in the address, so that the file never changes.',
				REVIEW,
				'A script that its maker changes under the same address cannot be pinned.',
			),
		reproduce: (a: Loose) => `curl -sSL ${shellUrl(a.page)} | grep -i '<script[^>]*src='`,
	},
	'insecure-script': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(10),
		says: (a: Told & { isRelative: boolean }) =>
			a.isRelative
				? `${a.page} loads a script of another company by ${shown(a.url)} without a scheme: over http: where the page is.`
				: `${a.page} loads a script of another company by http:: ${a.url}.`,
		impact: (a: { isRelative: boolean }) =>
			a.isRelative
				? 'Where the page is opened over plain HTTP, from an old link or a saved copy, anybody on the way puts a script of theirs in its place.'
				: 'Browsers block it on your HTTPS page, so what it does is missing; where the page is opened over plain HTTP, anybody on the way puts a script of theirs in its place.',
		fix: (a: Told): Fix => markup('Load it by https://', [a.tag]),
		reproduce: (a: Told) =>
			`curl -sSL ${shellUrl(a.page)} | grep -iE '<script[^>]*src=.?(http:)?//'`,
		cause: (a: Told & { isRelative: boolean }) =>
			a.isRelative ? 'headers/sri/insecure-script' : insecureScriptsAt(a.host),
	},
	'hash-mismatch': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(20),
		says: (a: Told) =>
			`${a.page} names a hash for ${a.url} that the file does not have: browsers refuse it.`,
		impact: (a: Told) =>
			a.element === 'script'
				? 'The script does not run for any visitor: what it does on the page is missing.'
				: 'The style sheet does not apply for any visitor: the page looks broken.',
		fix: (a: Told): Fix =>
			markup(
				'Write the hash of the file as it is',
				[a.tag],
				'Find out first why it changed: a new version that you wanted, a CDN that rewrites files (minifying, adding scripts), or somebody who should not have been there.',
				'Let the build work the hash out, from the very file that it publishes.',
			),
		control:
			'The file was asked for as it comes to browsers, decoded, read to its end, and hashed before anything was taken out of it; answers that vary by browser are left out.',
		reproduce: (a: Told) =>
			`curl -sSL --compressed ${shellUrl(a.url)} | openssl dgst -sha384 -binary | base64`,
	},
	'no-crossorigin': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(5),
		says: (a: Told) =>
			`${a.page} names a hash for ${a.url}, of another origin, without crossorigin: browsers refuse it.`,
		impact: (a: Told) =>
			a.element === 'script'
				? 'The script does not run for any visitor: without crossorigin a browser may not look into the file, and counts the hash as wrong.'
				: 'The style sheet does not apply for any visitor: without crossorigin a browser may not look into the file, and counts the hash as wrong.',
		fix: (a: Told): Fix =>
			markup(
				'Add crossorigin="anonymous"',
				[a.tag],
				'The other host must answer with Access-Control-Allow-Origin; public CDNs do.',
			),
		reproduce: (a: Told) => `curl -sSL ${shellUrl(a.page)} | grep -i 'integrity='`,
	},
} satisfies Verdicts<Site['context']>;

function files(count: number): string {
	return count === 1 ? 'the one file' : `the ${count} files`;
}

/** As written, without the scheme that it leaves out. */
function shown(url: string): string {
	return url.replace(/^https?:/, '');
}

function markup(summary: string, tags: readonly string[], ...steps: string[]): Fix {
	const text = tags.join('\n');
	const snippets = text === '' ? [] : [{ platform: 'any' as const, language: 'html', text }];
	return { summary, steps, snippets };
}
