import type { Page } from '../web/html.ts';
import { type Literal, literalsWith } from '../web/js-literals.ts';
import { scriptsIn } from './site-code.ts';
import { type Own, type TestAddress, testAddressIn } from './test-address.ts';

/** What an address is used for. The first three break the site, a comment nothing. */
export type Use =
	| 'form'
	| 'script'
	| 'api'
	| 'link'
	| 'meta'
	| 'attribute'
	| 'code'
	| 'style'
	| 'comment'
	| 'sitemap'
	| 'manifest';

export interface TestUse extends TestAddress {
	readonly use: Use;
	/** In words; where in the page or script. */
	readonly what: string;
}

/** A quick look for what can be an address. */
const ADDRESS = /(?:https?|wss?):\/\/|^\s*\/\//i;
const IN_TEXT = /(?:https?|wss?):\/\/[^\s"'<>`\\)\]}]{1,300}/gi;
/** A value in JSON. */
const IN_JSON = /"([\w$.-]{1,64})"\s*:\s*"((?:https?|wss?):\/\/[^"\s]{1,300})"/gi;

/** Names that hold the address of an API. */
const API_NAME =
	/(?:api|backend|gateway|graphql|gql|rpc|socket|endpoint|server)[\w$-]*$|base[-_]?ur[il]$/i;
const API_PATH = /^[a-z]+:\/\/[^/]+\/(?:api|graphql|trpc|rest|rpc|v\d+|socket\.io)(?:[/?#]|$)/i;

/** Addresses that a page leads to, loads or sends to, and those in its scripts, styles and comments. */
export function testUsesInPage(page: Page, own: Own): readonly TestUse[] {
	const listed = [...sentTo(page), ...loaded(page), ...ledTo(page)];
	const comments = page.comments.flatMap((comment) =>
		[...comment.matchAll(IN_TEXT)].map(([text]): Named => [text, 'comment', 'an HTML comment']),
	);
	const styles = page.inline.filter(({ element }) => element === 'style');
	return [
		...[...listed, ...comments].flatMap(([text, use, what]) => useOf(text, use, what, own) ?? []),
		...otherValues(page, own).filter((one) => one !== null),
		...scriptsIn(page)
			.flatMap((text) => testUsesInCode(text, own))
			// Frameworks repeat the text of a page, and its links, as data.
			.filter(({ use, origin }) => use !== 'code' || !isShown(page, origin)),
		...styles.flatMap(({ text }) => testUsesInStyle(text, own)),
	];
}

/** Whether readers see the address; browsers and authors leave the scheme out at times. */
function isShown({ text }: Pick<Page, 'text'>, origin: string): boolean {
	return text.includes(origin.replace(/^[a-z]+:\/\//i, ''));
}

type Named = readonly [text: string, use: Use, what: string];

function sentTo({ forms }: Page): readonly Named[] {
	return forms
		.flatMap(({ action, buttonActions }) => [action, ...buttonActions])
		.map((to) => [to, 'form', 'a form is sent there']);
}

function loaded({ resources }: Page): readonly Named[] {
	return resources.map(({ element, href, type }) => {
		const isScript = element === 'script' || element === 'link modulepreload' || type === 'script';
		return [href, isScript ? 'script' : 'attribute', `<${element}> loads it`];
	});
}

function ledTo({ relations, metas, refreshes, links, text }: Page): readonly Named[] {
	return [
		...relations.map(({ rel, href }): Named => [href, 'link', `<link rel="${rel.join(' ')}">`]),
		...metas.map(
			({ key, content }): Named => [content, API_NAME.test(key) ? 'api' : 'meta', `<meta ${key}>`],
		),
		...refreshes.map(({ url }): Named => [url, 'meta', '<meta refresh>']),
		...links
			// A developers' portal is called dev. too.
			.filter((link) => !/^https?:\/\/dev\./i.test(link))
			// "Then open http://localhost:3000": a manual shows readers the address that it links to.
			.filter((link) => !isShown({ text }, new URL(link).origin))
			.map((link): Named => [link, 'link', 'a link leads there']),
	];
}

/** Attributes that are in other lists, or that people read. */
const ELSEWHERE =
	/^(?:href|src|srcset|data|action|formaction|content|class|id|alt|title|placeholder|label|aria-.+|on.+|style|xmlns.*|data-(?:clipboard|copy|code|tooltip|title|content).*)$/;

function otherValues({ values }: Page, own: Own): readonly (TestUse | null)[] {
	return values.flatMap(({ element, name, value }) => {
		if (element === 'base' && name === 'href') {
			return [useOf(value, 'script', '<base>: every relative address', own)];
		}
		if (ELSEWHERE.test(name)) return [];
		const what = `<${element} ${name}>`;
		const inside = [...value.matchAll(IN_JSON)].map(([, key = '', address = '']) =>
			useOf(address, apiOr(key, address, 'attribute'), `${what}, ${key}`, own),
		);
		return [useOf(value, apiOr(name, value, 'attribute'), what, own), ...inside];
	});
}

function apiOr(name: string, address: string, otherwise: Use): Use {
	return API_NAME.test(name) || API_PATH.test(address) ? 'api' : otherwise;
}

function useOf(text: string, use: Use, what: string, own: Own): TestUse | null {
	if (!ADDRESS.test(text)) return null;
	const address = testAddressIn(text, own);
	return address === null ? null : { ...address, use, what };
}

// ── Style sheets ─────────────────────────────────────────────────────────────────────────────────

export function testUsesInStyle(text: string, own: Own): readonly TestUse[] {
	const bare = text.replaceAll(/\/\*[\s\S]*?(?:\*\/|$)/g, '');
	const found = bare.matchAll(/(?:url\(\s*|@import\s+)["']?((?:https?:)?\/\/[^\s"')]{1,300})/gi);
	return [...found].flatMap(
		([, address = '']) => useOf(address, 'style', 'a style sheet loads it', own) ?? [],
	);
}

// ── Scripts ──────────────────────────────────────────────────────────────────────────────────────

/**
 * Addresses that well-known libraries carry as a default or an example of a local server, and that no product
 * uses because they are there: Supabase Auth 2, viem 2, ethers 5, Sentry 10, OpenTelemetry, React DevTools.
 */
const LIBRARY =
	/^(?:https?|wss?):\/\/(?:localhost|127\.0\.0\.1):(?:9999|8545|8546|8011|3050|9944|150\d\d|151\d\d|152\d\d|8969|431[78]|8097|9411)(?:[/?#]|$)/i;

/** Strings of a script, or of JSON, that are an address as a whole, and values in JSON that they hold. */
export function testUsesInCode(source: string, own: Own): readonly TestUse[] {
	return literalsWith(source, ADDRESS).flatMap((literal): readonly TestUse[] => {
		const { text } = literal;
		if (/^\s*(?:(?:https?|wss?):)?\/\/\S+$/i.test(text)) {
			const use = codeUse(literal, source);
			const found = use === null ? null : asInCode(useOf(text, use.use, use.what, own), text);
			return found === null ? [] : [found];
		}
		return [...text.matchAll(IN_JSON)].flatMap(([, key = '', address = '']) => {
			const one = useOf(address, apiOr(key, address, 'code'), `the setting ${key}`, own);
			return asInCode(one, address) ?? [];
		});
	});
}

/** Whole addresses in a script that it works with, whichever host they name. */
export function codeAddresses(source: string): readonly string[] {
	return literalsWith(source, ADDRESS)
		.filter((one) => /^\s*https?:\/\/\S+$/i.test(one.text) && codeUse(one, source) !== null)
		.filter(({ before }) => !/(?:\|\||\?\?)\s*$/.test(before))
		.map(({ text }) => text.trim());
}

/** Libraries have `http://localhost` for reading relative addresses: only a port or a path tells. */
function asInCode(use: TestUse | null, text: string): TestUse | null {
	if (use === null || LIBRARY.test(text)) return null;
	if (use.kind === 'local' && use.bare) return null;
	// A developers' portal is called dev. too.
	return use.kind === 'staging' && use.use === 'code' && use.host.startsWith('dev.') ? null : use;
}

const COMPARED_AFTER = /^\s*\)?\s*[!=]==?/;
const COMPARED_BEFORE =
	/(?:[!=]==?\s*|\bcase\s*|\.(?:startsWith|endsWith|includes|indexOf|match|test|equals)\(\s*)$/;
/** A value that is always there comes first. */
const DEAD = /(?:"[^"]+"|'[^']+'|`[^`]+`)\s*\)?\s*(?:\|\||\?\?)\s*$/;
const LOCAL_ONLY =
	'(?:hostname|localhost|location\\.host|NODE_ENV|[iI]s_?Dev\\w*|[iI]s_?Local\\w*|__DEV__|development|"production")';
const CHOSEN = new RegExp(`${LOCAL_ONLY}[^;{}]{0,160}(?:\\?|&&|\\?[^;{}]{0,160}:)\\s*\\(?$`);
const BRANCH = new RegExp(
	`\\bif\\s*\\([^;{}]{0,160}${LOCAL_ONLY}[^;{}]{0,120}\\)\\s*\\{?[^{}]{0,160}$`,
);
const ENVIRONMENT =
	/["']?\b(?:development|dev|local|localhost|test|testing|staging|stage|stg|preview|qa|uat)["']?\s*:\s*(?:\{[^{}]{0,160})?$/i;
const PRODUCTION = /\bprod(?:uction)?["']?\s*:/i;

const CALLED =
	/(?:\bfetch|\baxios(?:\.\w+)?|\$\.\w+|\.(?:open|get|post|put|patch|delete|request|ajax|connect|sendBeacon)|\bnew\s+(?:WebSocket|EventSource|Request)|\b(?:io|importScripts|import))\(\s*(?:["'`][A-Za-z]+["'`]\s*,\s*)?$/;
/** A name to which the string is given; a missing setting may stand before it. */
const NAMED =
	/([\w$-]+)["'\]]?\s*[:=]\s*(?:\(?\s*(?:void 0|undefined|null|""|'')\s*\)?\s*(?:\|\||\?\?)\s*)?$/;

/** How a script uses an address; `null` where it only compares it, or never comes to it on a public host. */
function codeUse(
	{ before, after, text }: Literal,
	source: string,
): Pick<TestUse, 'use' | 'what'> | null {
	const isCompared = COMPARED_AFTER.test(after) || COMPARED_BEFORE.test(before);
	if (isCompared || DEAD.test(before) || CHOSEN.test(before) || BRANCH.test(before)) return null;
	if (ENVIRONMENT.test(before) && (PRODUCTION.test(after) || PRODUCTION.test(before))) return null;
	if (CALLED.test(before)) return { use: 'api', what: 'a script calls it' };
	const name = NAMED.exec(before)?.[1] ?? '';
	if (API_NAME.test(name) || isCalled(name, source)) {
		return { use: 'api', what: `a script has it as ${name}` };
	}
	if (API_PATH.test(text) || /^\s*wss?:/i.test(text))
		return { use: 'api', what: 'a script has it' };
	return { use: 'code', what: name === '' ? 'a script has it' : `a script has it as ${name}` };
}

/** The name is what something is asked from. */
function isCalled(name: string, source: string): boolean {
	if (name === '' || !/^[\w$]{1,64}$/.test(name)) return false;
	const word = name.replaceAll('$', '\\$');
	return new RegExp(
		`(?:\\bfetch|\\baxios(?:\\.\\w+)?|\\bopen)\\(\\s*(?:\`\\$\\{)?${word}(?![\\w$])`,
	).test(source);
}
