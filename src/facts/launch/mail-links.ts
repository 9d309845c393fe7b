import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { defineDerivation, defineProbe, type Fact, known, Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { LARGEST_MESSAGE } from '../../core/message-budget.ts';
import { isComment } from '../mail/mail-manifests.ts';
import { readSource } from '../mail/message-source.ts';
import { textParts } from '../mail/mime-content.ts';
import { placeOf } from '../secrets/secret-place.ts';
import { readPage } from '../web/html.ts';
import { codeAddresses } from './test-uses.ts';

/** Links differ from message to message; where they lead does not. */
const MOST_ORIGINS = 200;

const MessageLinks = z.union([
	z.object({
		kind: z.literal('message'),
		/** Scheme, host and port of each link, picture and form, each once: no path, which may name people. */
		origins: z.array(z.string()),
	}),
	z.object({ kind: z.literal('no-message'), why: z.string() }),
]);

/**
 * Where the links of a saved message lead. Nothing is sent. A file that holds no message is a value; one that
 * cannot be read is unknown.
 */
const messageLinks = defineProbe({
	name: 'file.message-links',
	params: z.object({ path: z.string() }),
	value: MessageLinks,
	async observe({ path }, io): Promise<z.infer<typeof MessageLinks>> {
		const text = await io.files.read(dirname(path), basename(path), LARGEST_MESSAGE + 1);
		if (text.length > LARGEST_MESSAGE) return { kind: 'no-message', why: 'is larger than 25 MiB' };
		return linksInMessage(text);
	},
	describe: ({ path }, value) => ({
		kind: 'file',
		summary: `${basename(path)}: ${value.kind === 'message' ? `links to ${value.origins.length} places` : value.why}`,
		detail: value.kind === 'message' ? value.origins.slice(0, 20).join('\n') : '',
	}),
	plan: () => null,
	assume: () => ({ kind: 'no-message' as const, why: 'is not read for a plan' }),
});

const URL_IN_TEXT = /\bhttps?:\/\/[^\s"'<>()[\]{}\\]{1,2048}/gi;

/** Pure: the links of a saved message, HTML and text. */
export function linksInMessage(text: string): z.infer<typeof MessageLinks> {
	const source = readSource(text);
	if (source.kind !== 'message') return { kind: 'no-message', why: source.why };
	const urls = textParts(source).flatMap(({ type, content }) => {
		if (type === 'text/plain') return [...content.matchAll(URL_IN_TEXT)].map(([url]) => url);
		const page = readPage(content, 'https://message.invalid/');
		return [
			...page.links,
			...page.resources.map(({ url }) => url),
			...page.forms.map(({ action }) => action),
		];
	});
	const origins = new Set(urls.flatMap((url) => originOf(url) ?? []));
	origins.delete('https://message.invalid');
	return { kind: 'message', origins: [...origins].slice(0, MOST_ORIGINS) };
}

function originOf(url: string): string | null {
	if (!/^https?:/i.test(url) || !URL.canParse(url)) return null;
	const { protocol, host } = new URL(url);
	return `${protocol}//${host}`;
}

// ── Repository ───────────────────────────────────────────────────────────────────────────────────

const RepositoryLinks = z.object({
	places: z.array(
		z.object({
			file: z.string(),
			line: z.number().int(),
			/** Scheme, host and port. */
			origin: z.string(),
			/** The setting's name, or that it is a template. */
			what: z.string(),
		}),
	),
	/** Templates and settings that were read. */
	files: z.number().int(),
	cut: z.boolean(),
});

const MOST_FILES = 400;
const MOST_BYTES = 262_144;
const MOST_PLACES = 200;

const TEMPLATE =
	/(?:^|\/)(?:[\w-]*e?mails?[\w-]*|[\w-]*mailers?|[\w-]*_mailer|notifications?)\/(?:.*\/)?[\w.[\]-]+\.(?:html?|mjml|hbs|handlebars|ejs|erb|liquid|pug|njk|twig|txt|tsx|jsx|vue|php|eml|jinja2?|j2|tmpl)$|(?:^|\/)[\w.-]*(?:e?mail|newsletter)[\w.-]*\.(?:html|mjml|hbs|ejs|erb|liquid|pug|njk|twig|php)$/i;

/** Settings of production, and no others: a developer's own `.env` may well name localhost. */
const SETTINGS =
	/(?:^|\/)(?:\.env\.prod(?:uction)?|config\/environments\/production\.rb|settings\/prod(?:uction)?\.py|(?:docker-)?compose\.prod(?:uction)?\.ya?ml|fly\.toml|render\.yaml|app\.yaml|vercel\.json|netlify\.toml|wrangler\.(?:toml|jsonc?)|application-prod(?:uction)?\.(?:ya?ml|properties)|appsettings\.Production\.json|config\/prod(?:uction)?\.(?:json|ya?ml|exs|[cm]?[jt]s))$/;

/** Of mail itself; and an env file that is in git, which is deployed with the rest. */
const MAIL_SETTINGS = /(?:^|\/)mail(?:er)?(?:\.config)?\.(?:php|ya?ml|json|toml|[cm]?[jt]s)$/;
const ENV = /(?:^|\/)\.env$/;

/** Names of settings from which links for people are made. */
const BASE_URL =
	/\b(?:(?:[A-Z0-9_]*PUBLIC_)?(?:APP|WEB_?APP|WEB|WEBSITE|SITE|BASE|PUBLIC|FRONTEND|FRONT_END|CLIENT|ROOT|HOST|DASHBOARD|AUTH|NEXTAUTH|MAIL_BASE|EMAIL_BASE|MAIL_LINK)(?:_BASE)?_(?:URL|URI|ORIGIN|HOST|DOMAIN)|(?:app|site|base|public|frontend|web)_?(?:url|uri)|default_url_options)\b/i;

/**
 * Absolute addresses in mail templates, and in the settings of production from which links are made. Touches no
 * network; keeps names of files and settings, and hosts. Tests and examples are passed over.
 */
const repositoryMailLinks = defineProbe({
	name: 'repository.mail-links',
	params: z.object({ root: z.string() }),
	value: RepositoryLinks,
	observe: ({ root }, io) => readRepository(root, io.files),
	describe: ({ root }, { places, files }) => ({
		kind: 'file',
		summary: `${basename(root) || root}: ${files} mail templates and settings of production`,
		detail: places
			.slice(0, 20)
			.map(({ file, line, origin, what }) => `${file}:${line} ${what}: ${origin}`)
			.join('\n'),
	}),
	plan: () => null,
});

type LinkPlace = z.infer<typeof RepositoryLinks>['places'][number];

async function readRepository(
	root: string,
	port: FilesPort,
): Promise<z.infer<typeof RepositoryLinks>> {
	const listing = await port.list(root);
	const wanted = listing.files.filter((file) => isWanted(file));
	const places: LinkPlace[] = [];
	let files = 0;
	for (const { path } of wanted.slice(0, MOST_FILES)) {
		const text = await readText(root, path, port);
		if (text === null) continue;
		files++;
		places.push(...linksInFile(path, text));
	}
	const cut = listing.cut === true || wanted.length > MOST_FILES || places.length > MOST_PLACES;
	return { places: places.slice(0, MOST_PLACES), files, cut };
}

function isWanted(file: FileListing['files'][number]): boolean {
	if (file.bytes > MOST_BYTES) return false;
	if (SETTINGS.test(file.path) || (ENV.test(file.path) && file.tracked)) return true;
	if (!TEMPLATE.test(file.path) && !MAIL_SETTINGS.test(file.path)) return false;
	const place = placeOf(file);
	return place !== null && place !== 'fixture' && place !== 'docs';
}

async function readText(root: string, path: string, port: FilesPort): Promise<string | null> {
	try {
		return await port.read(root, path, MOST_BYTES);
	} catch (error) {
		if (error instanceof Unobserved && error.because === 'unreadable') return null;
		throw error;
	}
}

/** Pure: absolute addresses of a template, or base addresses of settings. */
export function linksInFile(path: string, text: string): readonly LinkPlace[] {
	if ([SETTINGS, MAIL_SETTINGS, ENV].some((form) => form.test(path))) return settingsIn(path, text);
	if (/\.(?:tsx|jsx|vue)$/.test(path)) {
		return codeAddresses(text).flatMap((url) => placeAt(path, text, url, 'a mail template'));
	}
	const shown = text.replaceAll(
		/<!--[\s\S]*?(?:-->|$)|\{#[\s\S]*?(?:#\}|$)|<%#[\s\S]*?(?:%>|$)/g,
		'',
	);
	return [...new Set([...shown.matchAll(URL_IN_TEXT)].map(([url]) => url))].flatMap((url) =>
		placeAt(path, text, url, 'a mail template'),
	);
}

function placeAt(file: string, text: string, url: string, what: string): readonly LinkPlace[] {
	const origin = originOf(url);
	const at = text.indexOf(url);
	const line = at === -1 ? 1 : text.slice(0, at).split('\n').length;
	return origin === null ? [] : [{ file, line, origin, what }];
}

/** Sections of files that hold the settings of several environments. */
const OTHER_SECTION =
	/\b(?:dev|development|preview|deploy-preview|branch-deploy|staging|test|local)\b/i;

function settingsIn(file: string, text: string): readonly LinkPlace[] {
	let isOther = false;
	return text.split('\n').flatMap((raw, index): readonly LinkPlace[] => {
		const section = /^\s*\[+([^\]]{1,200})\]+\s*$/.exec(raw)?.[1];
		if (section !== undefined) isOther = OTHER_SECTION.test(section);
		if (isOther || raw.length > 1_000 || isComment(raw)) return [];
		const name = BASE_URL.exec(raw)?.[0];
		const value = name === undefined ? null : valueIn(raw, name);
		const origin = value === null ? null : originOf(value);
		return name === undefined || origin === null
			? []
			: [{ file, line: index + 1, origin, what: `the setting ${name}` }];
	});
}

/** An address, or a bare host, which Rails and others put into links. */
function valueIn(line: string, name: string): string | null {
	const rest = line.slice(line.indexOf(name) + name.length);
	// What stands beside a look-up in the environment is only used where that has nothing.
	if (/\b(?:ENV|env|environ|getenv|process)\b/.test(rest)) return null;
	const url = /\bhttps?:\/\/[^\s"'<>,;}]{1,300}/.exec(rest)?.[0];
	if (url !== undefined) return url;
	const isHost = /(?:HOST|DOMAIN|ORIGIN)$/i.test(name) || name === 'default_url_options';
	const [, host] =
		/(?:host["']?\s*(?::|=>)|^["']?\s*[:=])\s*["']?([a-z0-9][a-z0-9.-]{1,200}(?::\d+)?)/i.exec(
			rest,
		) ?? [];
	return isHost && host !== undefined ? `http://${host}` : null;
}

// ── Both together ────────────────────────────────────────────────────────────────────────────────

/** What the user gave from which mail can be told. */
export interface MailLinks {
	readonly messages: readonly {
		/** Without its folder. */
		readonly file: string;
		readonly origins: readonly string[];
		/** Why it could not be read, in words; `null` where it was. */
		readonly unread: string | null;
	}[];
	readonly repository: z.infer<typeof RepositoryLinks> | null;
}

/** Saved messages and the repository; empty where neither was given. */
export const mailLinks = defineDerivation({
	name: 'launch.mail-links',
	params: z.object({ messages: z.array(z.string()), repo: z.string().nullable() }),
	async derive({ messages, repo }, get): Promise<Fact<MailLinks>> {
		const [read, repository] = await Promise.all([
			Promise.all(
				messages.map(async (path) => ({ path, fact: await get(messageLinks({ path })) })),
			),
			repo === null ? null : get(repositoryMailLinks({ root: repo })),
		]);
		if (repository !== null && repository.status !== 'known') return repository;
		return known({
			messages: read.map(({ path, fact }) => {
				const file = basename(path);
				if (fact.status !== 'known') return { file, origins: [], unread: fact.detail };
				const { value } = fact;
				return value.kind === 'message'
					? { file, origins: value.origins, unread: null }
					: { file, origins: [], unread: `${file} ${value.why}` };
			}),
			repository: repository?.value ?? null,
		});
	},
});
