import { apart, type Fix, headers, minutes, type Site, type Verdicts } from '../../src/sdk.ts';
import { LATER } from './_staged.ts';

/** Where the same header was looked for. */
export type Elsewhere = 'not-found' | 'asset' | 'twin';

export interface Told {
	readonly host: string;
	/** Where the headers are sent. */
	readonly page: string;
	readonly elsewhere: Elsewhere;
	readonly url: string;
	readonly status: number;
	/** What the page sends and the other answer lacks. */
	readonly missing: readonly { readonly name: string; readonly value: string }[];
}

/** What headers/consistency can say. */
export const CONSISTENCY_VERDICTS = {
	same: {
		outcome: 'pass',
		says: (a: { host: string; compared: readonly string[] }) =>
			`${a.host} sends the security headers of its page everywhere that we looked: ${a.compared.join(', ')}.`,
	},
	'missing-elsewhere': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(20),
		says: (a: Told) =>
			`${named(a)} is sent without ${namesOf(a).join(', ')}, which ${a.page} has (${a.url}, status ${a.status}).`,
		impact: (a: Told) => IMPACT[a.elsewhere],
		fix: (a: Told) => fixed(a),
		reproduce: (a: Told) => `curl -sS -D - -o /dev/null '${a.url.replaceAll("'", '%27')}'`,
		control: (a: Told) => `${a.page} sends ${namesOf(a).join(', ')} in the same run.`,
	},
} satisfies Verdicts<Site['context']>;

const IMPACT: Readonly<Record<Elsewhere, string>> = {
	'not-found':
		'An error page shows what the address contains more often than others do; there the protection that you set ' +
		'up is off.',
	asset:
		'Scripts, styles and uploads go out without it: browsers may take an upload for script, and who comes by such ' +
		'an address first is not held to HTTPS.',
	twin: 'Visitors of the other name get the same site without the protection that you set up.',
};

function named({ host, elsewhere, url }: Told): string {
	if (elsewhere === 'not-found') return `The page for missing addresses of ${host}`;
	if (elsewhere === 'asset') return `A file that the page of ${host} loads`;
	return `The page at ${new URL(url).hostname}`;
}

function namesOf({ missing }: Told): readonly string[] {
	return missing.map(({ name }) => name);
}

const CAUSES: Readonly<Record<Elsewhere, readonly string[]>> = {
	'not-found': [
		'nginx: add_header without "always" is sent with 200, 201, 204, 206, 301, 302, 303, 304, 307 and 308 alone: put "always" at the end of each line.',
		'Apache: Header set without "always" is left off error pages that Apache makes by itself.',
		'Express: set the headers before the routes, so that the handler for missing pages has them too.',
	],
	asset: [
		'nginx: a location with an add_header of its own (a Cache-Control for files, say) sends none of the outer ones: repeat them there.',
		'Express: put the middleware that sets them before express.static().',
		'A CDN or bucket that serves the files by itself needs its own rule.',
	],
	twin: [
		'Best of all, redirect one of the two names to the other: then one place sends everything.',
		'Otherwise set the headers for both names: in nginx in both server blocks, elsewhere for both hosts.',
	],
};

function fixed(told: Told): Fix {
	const { missing, elsewhere } = told;
	const summary = `Send ${namesOf(told).join(', ')} with every answer`;
	const steps = CAUSES[elsewhere];
	const fields = missing.filter(({ name, value }) => isFixed(name, value));
	const others = missing.filter((one) => !fields.includes(one));
	const rest = others.map(
		({ name }) => `${name}: send the very same there; its value changes, or wants quoting.`,
	);
	if (fields.length === 0) return { summary, steps: [...steps, ...rest], snippets: [] };
	return apart(headers(summary, fields, ...steps, ...rest));
}

/** A nonce is made for one response; some characters no configuration takes as they are. */
function isFixed(name: string, value: string): boolean {
	return /^[\w-]+$/.test(name) && !/["\\$%{}`\p{Cc}]|'nonce-/u.test(value);
}
