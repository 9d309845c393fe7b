import { type Token, type TokenHandler, Tokenizer, TokenizerMode } from 'parse5';
import type { HttpAnswered } from '../../core/io.ts';
import { bodyText, fieldValues } from './http.ts';

/** One Content-Security-Policy, as a browser reads it. */
export interface CspPolicy {
	/** Directive name in lower case to its values; the first of a name counts (CSP3 §2.2.1). */
	readonly directives: ReadonlyMap<string, readonly string[]>;
	/** Directives that came again and are ignored: evidence. */
	readonly repeated: readonly string[];
	readonly text: string;
}

/**
 * Content Security Policy Level 3, §2.2.1 and §2.2.2: a field value is a comma-separated list of
 * policies, each a semicolon-separated list of directives. A policy without a directive is none, and
 * is left out, as browsers do.
 */
export function parseCsp(fields: readonly string[]): readonly CspPolicy[] {
	return fields
		.flatMap((field) => field.split(','))
		.map(parseCspPolicy)
		.filter(({ directives }) => directives.size > 0);
}

/** §2.2.1, for one policy: also the reading of a meta element's content, where commas divide nothing. */
export function parseCspPolicy(text: string): CspPolicy {
	const directives = new Map<string, readonly string[]>();
	const repeated: string[] = [];
	for (const part of text.split(';')) {
		const [name, ...values] = part.split(/[\t\n\f\r ]+/).filter((word) => word !== '');
		if (name === undefined) continue;
		const key = name.toLowerCase();
		if (directives.has(key)) repeated.push(key);
		else directives.set(key, values);
	}
	return { directives, repeated, text: text.trim() };
}

/** A policy that a browser enforces on a page. */
export interface EnforcedPolicy extends CspPolicy {
	readonly by: 'header' | 'meta';
	/** Where its meta element begins in the page: nothing before it is judged by it. 0 for a field. */
	readonly offset: number;
	/** Directives that a meta element says in vain (§3.3), with their values; not in `directives`. */
	readonly ignored: ReadonlyMap<string, readonly string[]>;
}

/** §3.3: a meta element's policy counts without these. */
const IGNORED_IN_META = ['frame-ancestors', 'report-uri', 'sandbox'];

function parseMetaCsp({ content, offset }: MetaCsp): EnforcedPolicy {
	const policy = parseCspPolicy(content);
	const isIgnored = ([name]: [string, unknown]) => IGNORED_IN_META.includes(name);
	return {
		...policy,
		by: 'meta',
		offset,
		directives: new Map([...policy.directives].filter((one) => !isIgnored(one))),
		ignored: new Map([...policy.directives].filter(isIgnored)),
	};
}

/**
 * Every policy that a browser enforces on a page: from Content-Security-Policy fields, and from meta
 * elements inside `<head>` (§3.3). Report-Only never counts.
 */
export function enforcedPolicies(answer: HttpAnswered): readonly EnforcedPolicy[] {
	const fields = parseCsp(fieldValues(answer, 'content-security-policy'));
	return [
		...fields.map((one) => ({ ...one, by: 'header' as const, offset: 0, ignored: new Map() })),
		...metaPolicies(answer).filter(({ directives }) => directives.size > 0),
	];
}

/** Of meta elements inside `<head>`, also those of which nothing is left. */
export function metaPolicies(answer: HttpAnswered): readonly EnforcedPolicy[] {
	return metaCspContents(bodyText(answer)).map(parseMetaCsp);
}

interface MetaCsp {
	readonly content: string;
	readonly offset: number;
}

/** A meta policy below this is none that a browser should have to wait for; bounds hostile pages. */
const MOST_HEAD = 131_072;

/**
 * `content` of each `<meta http-equiv=content-security-policy>` that the standard's tree construction
 * puts into the head: before `<body>`, and before anything that opens the body by itself.
 */
function metaCspContents(html: string): readonly MetaCsp[] {
	const reader = new HeadReader();
	const tokenizer = new Tokenizer({ sourceCodeLocationInfo: true }, reader);
	reader.tokenizer = tokenizer;
	tokenizer.write(html.slice(0, MOST_HEAD), true);
	return reader.contents;
}

const HEAD_ELEMENTS = new Set(
	'html head base basefont bgsound link meta title noscript noframes style script template'.split(
		' ',
	),
);

/** Their text is no markup. With scripting, which every browser has, `noscript` is one of them. */
const RAW_TEXT: Readonly<Partial<Record<string, Tokenizer['state']>>> = {
	title: TokenizerMode.RCDATA,
	style: TokenizerMode.RAWTEXT,
	noscript: TokenizerMode.RAWTEXT,
	noframes: TokenizerMode.RAWTEXT,
	script: TokenizerMode.SCRIPT_DATA,
};

class HeadReader implements TokenHandler {
	tokenizer: Tokenizer | null = null;
	readonly contents: MetaCsp[] = [];
	#inBody = false;
	/** The element whose raw text is being read. */
	#inside: string | null = null;
	/** What stands in a template is inert. */
	#templates = 0;

	onStartTag({ tagName, attrs, location }: Token.TagToken): void {
		if (this.#inBody) return;
		if (tagName === 'template') this.#templates += 1;
		else if (this.#templates === 0 && !HEAD_ELEMENTS.has(tagName)) this.#inBody = true;
		if (tagName === 'meta' && this.#templates === 0)
			this.#readMeta(attrs, location?.startOffset ?? 0);
		const mode = RAW_TEXT[tagName];
		if (mode === undefined || this.tokenizer === null) return;
		this.tokenizer.state = mode;
		this.#inside = tagName;
	}

	onEndTag({ tagName }: Token.TagToken): void {
		if (tagName === 'template') this.#templates = Math.max(0, this.#templates - 1);
		if (tagName === 'body' || tagName === 'html' || tagName === 'br') this.#inBody = true;
		if (tagName === this.#inside) this.#inside = null;
	}

	onCharacter(): void {
		if (this.#inside === null && this.#templates === 0) this.#inBody = true;
	}

	onWhitespaceCharacter(): void {}
	onNullCharacter(): void {}
	onComment(): void {}
	onDoctype(): void {}
	onEof(): void {}

	#readMeta(attrs: Token.TagToken['attrs'], offset: number): void {
		const value = (wanted: string) => attrs.find(({ name }) => name === wanted)?.value;
		const content = value('content');
		if (content === undefined) return;
		if (value('http-equiv')?.toLowerCase() === 'content-security-policy')
			this.contents.push({ content, offset });
	}
}
