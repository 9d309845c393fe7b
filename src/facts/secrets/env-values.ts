import { Unobserved } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
import { readDotenv } from '../secret-formats/dotenv.ts';
import { type Automaton, automatonOf } from './secret-automaton.ts';
import { type Match, PLAIN } from './secret-match.ts';
import { natureOf } from './secret-place.ts';
import { isPlaceholder } from './secret-placeholder.ts';
import { randomness } from './secret-randomness.ts';
import { rule, type SecretRule } from './secret-rule.ts';
import { secretsIn } from './secret-scan.ts';

/** A value that belongs on the server. It is raw: it never becomes part of a fact. */
export interface EnvValue {
	readonly variable: string;
	readonly value: string;
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	/** What it is by itself; a rule of ours where only its name says that it is secret. */
	readonly rule: SecretRule;
	readonly state: Match['state'];
	readonly traits: Match['traits'];
}

/** Where a text has such a value, as it is or as JSON, HTML or a URL write it. */
interface EnvValueHit {
	readonly known: EnvValue;
	readonly start: number;
	readonly end: number;
}

/** What the env and CI files of a repository give to programs that run on a server. */
export interface EnvValues {
	search(text: string): readonly EnvValueHit[];
	/** Every variable of each env file that is not meant for browsers. */
	readonly files: readonly {
		readonly file: string;
		readonly values: ReadonlyMap<string, string>;
	}[];
	/** Env files that could not be read, with the reason. */
	readonly unread: readonly string[];
}

const NAMED = rule(
	'Unidentified',
	'value of a server variable',
	'https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html',
	'process.env',
	{ tier: 'generic', confidence: 'high' },
);

const ENV_FILE = /(?:^|\/)(?:\.env(?:\.[\w-]+)*|[\w-]+\.env|\.envrc|\.dev\.vars(?:\.[\w-]+)?)$/i;
/** Shows which variables there are, or has been encrypted. */
const NO_ENV_FILE =
	/(?:^|[._/-])(?:examples?|samples?|templates?|tmpl|dist|defaults?|schema|fixtures?|__\w+__)(?:[._/-]|$)|\.(?:vault|enc|age|gpg|md|[jt]s)$/i;
/** A copy that a build made. */
const BUILT = /(?:^|\/)(?:\.next|\.output|\.svelte-kit|\.vercel|\.netlify|dist|build|out)\//;
const CI_FILE =
	/^(?:\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci\/config\.ya?ml|bitbucket-pipelines\.ya?ml|azure-pipelines\.ya?ml|\.travis\.ya?ml)$|(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$/;
const MOST_BYTES = 1024 * 1024;
const MOST_VALUES = 500;

/** Build tools put variables with these beginnings into what browsers download. */
const PUBLIC_NAME =
	/^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|GATSBY|EXPO_PUBLIC|VUE_APP|PUBLIC|NG_APP|STORYBOOK)_/;
/** Says that the value is made for browsers, which a value that only its name makes a secret then is not. */
const FOR_BROWSERS =
	/(?:^|_)(?:PUBLIC|PUBLISHABLE|ANON|SITE|SITEKEY|SEARCH|BROWSER|FRONTEND|CLIENT|MAPS?|MAPBOX|DSN)(?:_API)?(?:_(?:KEY|TOKEN))?$|FIREBASE_API_KEY$|PUSHER_(?:APP_)?KEY$/;
const SECRET_NAME =
	/(?:SECRET|TOKEN|PASSW(?:OR)?D|PASSPHRASE|PWD|CREDENTIALS?|APIKEY|(?:^|_)(?:PASS|KEY|SALT))(?:_(?:KEY|VALUE|BASE64|B64|HEX|PROD|PRODUCTION|LIVE|STAGING|DEV|\d+))*$/;

const read = new WeakMap<FilesPort, Map<string, Promise<EnvValues>>>();

/**
 * The values of a repository that no browser may get, for exact look-up; read once a run. Of env files
 * of every name but examples, and of literals in CI and compose files: what a rule knows as secret, and
 * what only its name says is one, from 12 characters on, where it is neither a stand-in nor plain words,
 * and not given to a name for browsers too.
 */
export function envValuesOf(root: string, port: FilesPort): Promise<EnvValues> {
	const ofPort = read.get(port) ?? new Map<string, Promise<EnvValues>>();
	read.set(port, ofPort);
	const found = ofPort.get(root) ?? readAll(root, port);
	ofPort.set(root, found);
	return found;
}

interface Entry {
	readonly name: string;
	readonly value: string;
	readonly line: number;
	readonly start: number;
	readonly end: number;
}

interface Gathered {
	readonly candidates: EnvValue[];
	readonly files: { file: string; values: ReadonlyMap<string, string> }[];
	readonly unread: string[];
	/** Values that a name for browsers has. */
	readonly published: Set<string>;
}

async function readAll(root: string, port: FilesPort): Promise<EnvValues> {
	const { files } = await port.list(root);
	const into: Gathered = { candidates: [], files: [], unread: [], published: new Set() };
	for (const { path, bytes } of files) {
		const isEnv = ENV_FILE.test(path) && !NO_ENV_FILE.test(path) && !BUILT.test(path);
		if ((!isEnv && !CI_FILE.test(path)) || bytes > MOST_BYTES) continue;
		const text = await textOf(root, path, port, into);
		if (text !== null) gather(into, path, text, isEnv);
	}
	const values = into.candidates.filter(
		({ value, rule: { tier } }) => tier !== 'generic' || !into.published.has(value),
	);
	return { search: searchFor(values), files: into.files, unread: into.unread };
}

async function textOf(
	root: string,
	path: string,
	port: FilesPort,
	into: Gathered,
): Promise<string | null> {
	try {
		return await port.read(root, path, MOST_BYTES);
	} catch (error) {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		into.unread.push(error.message);
		return null;
	}
}

function gather(into: Gathered, file: string, text: string, isEnv: boolean): void {
	const entries = isEnv ? readDotenv(text) : literalsOf(text);
	const matches = secretsIn(text, natureOf(file, text));
	const own = new Map<string, string>();
	for (const entry of entries) {
		if (PUBLIC_NAME.test(entry.name)) {
			into.published.add(entry.value);
			continue;
		}
		own.set(entry.name, entry.value);
		into.candidates.push(...valuesOf(entry, file, matches));
	}
	if (isEnv) into.files.push({ file, values: own });
}

const LITERAL =
	/^[ \t]*(?:-[ \t]+)?["']?([A-Z][A-Z0-9_]{2,60})["']?[ \t]*[:=][ \t]*(["']?)([^\s"'#$][^\r\n"'#]{0,1000}?)\2[ \t]*(?:#.*)?$/gm;

/** Variables with their values in CI and compose files. */
function literalsOf(text: string): readonly Entry[] {
	let line = 1;
	let counted = 0;
	return [...text.matchAll(LITERAL)].map(({ 0: whole, 1: name = '', 3: value = '', index }) => {
		const start = index + whole.indexOf(value, name.length);
		for (; counted < start; counted++) if (text[counted] === '\n') line++;
		return { name, value, line, start, end: start + value.length };
	});
}

/** The value itself, and the secret inside it where that is only a part: a password of a URI. */
function valuesOf(entry: Entry, file: string, matches: readonly Match[]): readonly EnvValue[] {
	const { name: variable, value, line } = entry;
	const match = matches.find(({ start, end }) => start >= entry.start && end <= entry.end);
	const place = { variable, file, line };
	if (match !== undefined) {
		const { rule, state, traits } = match;
		if (rule.tier === 'publishable' || rule.tier === 'identifier') return [];
		if (rule.tier === 'generic' && FOR_BROWSERS.test(variable)) return [];
		return [...new Set([value, match.value])]
			.filter(isLookedFor)
			.map((one) => ({ ...place, value: one, rule, state, traits }));
	}
	const isNamed = SECRET_NAME.test(variable) && !FOR_BROWSERS.test(variable);
	const isSecret = isNamed && isLookedFor(value) && isUncommon(value);
	return isSecret ? [{ ...place, value, rule: NAMED, state: 'none', traits: PLAIN }] : [];
}

const SHORTEST = 12;

function isLookedFor(value: string): boolean {
	return value.length >= SHORTEST && value.length <= 8_000 && /^[\x20-\x7e\r\n\t]+$/.test(value);
}

/** Nothing that programs have in them anyway: words, addresses, numbers, names of variables. */
function isUncommon(value: string): boolean {
	return (
		!isPlaceholder(value) &&
		!/^[A-Za-z]+(?:[-_. ][A-Za-z]+)*$|:\/\/|^[\d.,:-]+$|^[A-Z_]+$|^\.{0,2}\//.test(value) &&
		randomness(value) > -2
	);
}

/** Characters that the automaton learns of a value; the rest is compared. */
const LEARNT = 200;

function searchFor(values: readonly EnvValue[]): EnvValues['search'] {
	const forms = values
		.slice(0, MOST_VALUES)
		.flatMap((known) => formsOf(known.value).map((form) => ({ known, form })));
	if (forms.length === 0) return () => [];
	let automaton: Automaton | undefined;
	return (text) => {
		automaton ??= automatonOf(forms.map(({ form }) => form.slice(0, LEARNT)));
		const { keywords, ends } = automaton.search(text);
		return keywords.flatMap((keyword, index) => {
			const { known, form } = forms[keyword] as (typeof forms)[number];
			const start = (ends[index] as number) - Math.min(form.length, LEARNT);
			const end = start + form.length;
			const isThere = text.startsWith(form, start) && standsAlone(text, start, end);
			return isThere ? [{ known, start, end }] : [];
		});
	};
}

/** No part of a longer word: a digest, another token. */
function standsAlone(text: string, start: number, end: number): boolean {
	const isWord = (at: number) => /[A-Za-z0-9]/.test(text.charAt(at));
	const isEscape = /\\[nrt]$/.test(text.slice(Math.max(0, start - 2), start));
	return !(isWord(start) && isWord(start - 1) && !isEscape) && !(isWord(end - 1) && isWord(end));
}

/** A value as it is, and as JSON, HTML and a URL write it. */
export function formsOf(value: string): readonly string[] {
	const html = value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
	return [...new Set([value, JSON.stringify(value).slice(1, -1), html, encodeURIComponent(value)])];
}
