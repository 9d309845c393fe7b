import { type Token, type TokenHandler, Tokenizer, TokenizerMode } from 'parse5';
import type { HttpAnswered } from '../../core/io.ts';
import { bodyText, fieldValues } from './http.ts';

/** What checks read from a page. URLs are absolute, resolved against the page's base. */
export interface Page {
	/** First `<title>`, white space collapsed; `null` without one. */
	readonly title: string | null;
	readonly language: string | null;
	readonly metas: readonly Meta[];
	/** `<link>`, in document order. */
	readonly relations: readonly Relation[];
	/** `<a href>` and `<area href>`: http and https only, each once. */
	readonly links: readonly string[];
	/** What the page loads or embeds. */
	readonly resources: readonly Resource[];
	readonly forms: readonly Form[];
	/** Inline scripts and style sheets, in document order. */
	readonly inline: readonly Inline[];
	/** Attributes that a Content-Security-Policy judges as inline script or style. */
	readonly attributes: readonly InlineAttribute[];
	/** Every attribute that has a value, in document order, values cut. */
	readonly values: readonly AttributeValue[];
	/** Texts of comments, cut. */
	readonly comments: readonly string[];
	/** `<meta http-equiv=refresh>` with a URL, unless in `<noscript>`. */
	readonly refreshes: readonly Refresh[];
	/** Text outside script, style and markup, white space collapsed, cut. */
	readonly text: string;
	/** A limit of ours was reached: what is not listed may still be there. */
	readonly truncated: boolean;
}

interface Meta {
	/** `name`, `property` or `http-equiv`, lower case. */
	readonly key: string;
	readonly content: string;
}

interface Relation {
	/** Lower-case words. */
	readonly rel: readonly string[];
	readonly url: string | null;
	/** As written. */
	readonly href: string;
	readonly hreflang: string | null;
	readonly type: string | null;
}

interface Resource {
	/** `script`, `img`, `link stylesheet`, … */
	readonly element: string;
	readonly url: string;
	/** As written. */
	readonly href: string;
	readonly integrity: string | null;
	readonly crossorigin: string | null;
	readonly nonce: string | null;
	/** `type`; of a link its `as` where it has one. */
	readonly type: string | null;
	/** See `Inert`; also a script with `nomodule`. */
	readonly inert?: Inert;
}

/**
 * It stands in a template, or in `noscript`: no browser with scripts loads, runs or applies it as the
 * page comes.
 */
type Inert = true;

/** Text that stands in the page and runs, or styles it. */
interface Inline {
	readonly element: 'script' | 'style';
	/** Every character, for hashes; empty where it is longer than what is kept. */
	readonly text: string;
	/** It was longer. */
	readonly cut: boolean;
	readonly nonce: string | null;
	readonly type: string | null;
	readonly inert?: Inert;
}

interface InlineAttribute {
	/** `onclick`, `style`, or `href` for a `javascript:` URL. */
	readonly name: string;
	/** Cut at 2,048 characters. */
	readonly value: string;
	readonly inert?: Inert;
}

/** In lower case, but for the value. */
interface AttributeValue {
	readonly element: string;
	readonly name: string;
	readonly value: string;
}

interface Form {
	/** Where it is sent; the page itself where no action is given. */
	readonly action: string;
	readonly method: 'get' | 'post' | 'dialog';
	/** Where single buttons send it instead (`formaction`). */
	readonly buttonActions: readonly string[];
	/** A field of this kind is inside. */
	readonly asksFor: readonly ('password' | 'payment')[];
}

interface Refresh {
	readonly seconds: number;
	readonly url: string;
}

/** Pages that real sites serve stay far below; hostile ones stop here. */
const MOST = {
	characters: 1_048_576,
	attributes: 200,
	items: 2_000,
	values: 20_000,
	/** Of one inline script or style sheet. */
	inline: 131_072,
	/** Of one comment or attribute. */
	excerpt: 2_048,
	text: 32_768,
} as const;

/**
 * Reads markup with the tokenizer of the WHATWG HTML standard and without building a tree: linear in
 * the input, never throws. A form ends at its end tag or at the next form; fields outside any form
 * (a script sends them) make a form of their own that posts to the page.
 */
export function readPage(html: string, url: string): Page {
	const reader = new Reader();
	const tokenizer = new BoundedTokenizer({ sourceCodeLocationInfo: false }, reader);
	reader.tokenizer = tokenizer;
	tokenizer.write(html.slice(0, MOST.characters), true);
	return reader.page(url, html.length > MOST.characters);
}

/** The page in an answer; `null` where it is not HTML. */
export function pageIn(answer: HttpAnswered, url: string): Page | null {
	if (!isHtml(answer)) return null;
	const page = readPage(bodyText(answer), url);
	return answer.body.truncated ? { ...page, truncated: true } : page;
}

/** By Content-Type; without one, by how the body begins, as browsers sniff it. */
export function isHtml(answer: HttpAnswered): boolean {
	const type = fieldValues(answer, 'content-type').at(-1);
	if (type === undefined) return /^\s*<(?:!doctype html|html|head|body)\b/i.test(answer.body.bytes);
	return /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i.test(type);
}

/** The values of `<link rel=canonical>`, absolute where they can be. */
export function canonicalsIn(page: Page): readonly string[] {
	return page.relations
		.filter(({ rel }) => rel.includes('canonical'))
		.map((one) => one.url ?? one.href);
}

/** `content` of a meta element, first one; `key` in lower case. */
export function metaIn(page: Page, key: string): string | null {
	return page.metas.find((meta) => meta.key === key)?.content ?? null;
}

/** Whether a page takes a password or a card: what must not travel in clear. */
export function asksForSecrets(page: Page): boolean {
	return page.forms.some(({ asksFor }) => asksFor.length > 0);
}

/**
 * The value of a Refresh header or meta element, by the shared declarative refresh steps of the HTML
 * standard; `null` without a URL, as it then reloads.
 */
export function readRefresh(content: string, base: string): Refresh | null {
	const text = content.trim();
	const time = /^\d{0,9}[\d.]*/.exec(text)?.[0] ?? '';
	const after = text.slice(time.length);
	if (!/^[;,\s]/.test(after)) return null;
	const rest = after
		.replace(/^[;,\s]/, '')
		.trimStart()
		.replace(/^[;,]/, '')
		.trimStart();
	const assigned = /^url\s*=/i.exec(rest.slice(0, 64))?.[0] ?? '';
	const value = rest.slice(assigned.length).trim();
	const quote = /^["']/.exec(value)?.[0];
	const target = quote === undefined ? value : (value.slice(1).split(quote, 1)[0] ?? '');
	if (target === '' || !URL.canParse(target, base)) return null;
	return { seconds: Number.parseInt(time, 10) || 0, url: new URL(target, base).href };
}

class BoundedTokenizer extends Tokenizer {
	/** parse5 compares each attribute with all before it: quadratic, unless their number is bounded. */
	protected override _leaveAttrName(): void {
		const token = this.currentToken;
		if (token !== null && 'attrs' in token && token.attrs.length >= MOST.attributes) return;
		super._leaveAttrName();
	}
}

interface RawForm {
	readonly action: string | null;
	readonly method: string;
	readonly buttons: string[];
	readonly asksFor: Set<'password' | 'payment'>;
}

type Attributes = ReadonlyMap<string, string>;

class Reader implements TokenHandler {
	tokenizer: BoundedTokenizer | null = null;
	#base: string | null = null;
	#title: string | null = null;
	#language: string | null = null;
	#text = '';
	#truncated = false;
	/** The element whose raw text is being read. */
	#inside: string | null = null;
	#raw = '';
	#opened: Attributes = new Map();
	#foreign = 0;
	/** What stands there is for programs without scripts, and no browser runs it. */
	#isNoscript = false;
	/** Open `<template>` elements. */
	#templates = 0;
	#form: RawForm | null = null;
	readonly #loose: RawForm = {
		action: null,
		method: 'post',
		buttons: [],
		asksFor: new Set(),
	};
	readonly #forms: RawForm[] = [];
	readonly #metas: Meta[] = [];
	readonly #relations: Omit<Relation, 'url'>[] = [];
	readonly #links = new Set<string>();
	readonly #resources: Resource[] = [];
	readonly #inline: Inline[] = [];
	readonly #attributes: InlineAttribute[] = [];
	readonly #values: AttributeValue[] = [];
	readonly #comments: string[] = [];

	onStartTag(token: Token.TagToken): void {
		const { tagName } = token;
		const attributes: Attributes = new Map(token.attrs.map(({ name, value }) => [name, value]));
		if ((tagName === 'svg' || tagName === 'math') && !token.selfClosing) this.#foreign++;
		if (tagName === 'noscript') this.#isNoscript = true;
		if (tagName === 'template') this.#templates++;
		this.#enter(tagName, attributes);
		this.#collect(tagName, attributes);
		this.#collectInline(attributes);
		this.#collectValues(tagName, attributes);
		if (BREAKS_WORDS.has(tagName)) this.#addText(' ');
	}

	onEndTag({ tagName }: Token.TagToken): void {
		if (tagName === 'svg' || tagName === 'math') this.#foreign = Math.max(0, this.#foreign - 1);
		if (tagName === 'form') this.#form = null;
		if (tagName === 'noscript') this.#isNoscript = false;
		if (tagName === 'template') this.#templates = Math.max(0, this.#templates - 1);
		if (tagName === this.#inside) this.#leave();
		if (BREAKS_WORDS.has(tagName)) this.#addText(' ');
	}

	onCharacter({ chars }: Token.CharacterToken): void {
		if (this.#inside === null) this.#addText(chars);
		else if (this.#raw.length <= MOST.inline) this.#raw += chars;
	}

	onWhitespaceCharacter(token: Token.CharacterToken): void {
		this.onCharacter(token);
	}

	onNullCharacter(): void {}
	onComment({ data }: Token.CommentToken): void {
		this.#add(this.#comments, data.slice(0, MOST.excerpt));
	}

	onDoctype(): void {}

	onEof(): void {
		if (this.#inside !== null) this.#leave();
	}

	page(url: string, cut: boolean): Page {
		const base = absolute(this.#base ?? '', url) ?? url;
		const refreshes = this.#metas.flatMap(({ key, content }) =>
			key === 'refresh' ? [readRefresh(content, base)].filter((one) => one !== null) : [],
		);
		const loose = this.#loose.asksFor.size > 0 ? [this.#loose] : [];
		return {
			title: this.#title,
			language: this.#language,
			metas: this.#metas,
			relations: this.#relations.map((one) => ({ ...one, url: absolute(one.href, base) })),
			links: [...new Set([...this.#links].flatMap((href) => webUrl(absolute(href, base)) ?? []))],
			resources: this.#resources.flatMap((one) => {
				const at = absolute(one.url, base);
				return at === null ? [] : [{ ...one, url: at }];
			}),
			forms: [...this.#forms, ...loose].map((form) => asForm(form, base, url)),
			inline: this.#inline,
			attributes: this.#attributes,
			values: this.#values,
			comments: this.#comments,
			refreshes,
			text: this.#text.trim(),
			truncated: cut || this.#truncated,
		};
	}

	/** Raw text elements: the standard's tree construction tells the tokenizer, so here we must. */
	#enter(tagName: string, attributes: Attributes): void {
		const mode = this.#foreign > 0 ? undefined : RAW_TEXT[tagName];
		if (mode === undefined || this.tokenizer === null) return;
		this.tokenizer.state = mode;
		this.#inside = tagName;
		this.#raw = '';
		this.#opened = attributes;
	}

	#leave(): void {
		const element = this.#inside;
		if (element === 'title') this.#title ??= this.#raw.replaceAll(/\s+/g, ' ').trim();
		// A script with a source runs that and not its text.
		const isSource = element === 'script' && this.#opened.has('src');
		if ((element === 'script' || element === 'style') && !isSource) this.#addInline(element);
		this.#inside = null;
	}

	#addInline(element: Inline['element']): void {
		if (this.#raw.trim() === '') return;
		const cut = this.#raw.length > MOST.inline;
		this.#add(this.#inline, {
			element,
			text: cut ? '' : this.#raw,
			cut,
			nonce: this.#opened.get('nonce') ?? null,
			type: this.#opened.get('type') ?? null,
			...this.#inert(this.#opened.has('nomodule')),
		});
	}

	#inert(isLegacy = false): { readonly inert?: Inert } {
		return this.#isNoscript || this.#templates > 0 || isLegacy ? { inert: true } : {};
	}

	#collectInline(attributes: Attributes): void {
		for (const [name, value] of attributes) {
			const isCode = /^on[a-z]+$/.test(name) || name === 'style';
			const isUrl = name === 'href' && /^\s*javascript:/i.test(value);
			if (isCode || isUrl) {
				const one = { name, value: value.slice(0, MOST.excerpt), ...this.#inert() };
				this.#add(this.#attributes, one);
			}
		}
	}

	#collectValues(element: string, attributes: Attributes): void {
		for (const [name, value] of attributes) {
			if (value === '') continue;
			if (this.#values.length >= MOST.values) this.#truncated = true;
			else this.#values.push({ element, name, value: value.slice(0, MOST.excerpt) });
		}
	}

	#collect(tagName: string, attributes: Attributes): void {
		const href = attributes.get('href');
		switch (tagName) {
			case 'html':
				this.#language ??= attributes.get('lang') ?? null;
				break;
			case 'base':
				this.#base ??= href ?? null;
				break;
			case 'a':
			case 'area':
				this.#addLink(href);
				break;
			case 'meta':
				this.#addMeta(attributes);
				break;
			case 'link':
				this.#addRelation(attributes);
				break;
			case 'form':
				this.#addForm(attributes);
				break;
			case 'input':
				this.#addField(attributes);
				this.#addButton(attributes);
				break;
			case 'button':
				this.#addButton(attributes);
				break;
			default:
				this.#addResource(tagName, attributes);
		}
	}

	#addText(chars: string): void {
		if (this.#text.length >= MOST.text) return;
		const joined = chars.replaceAll(/\s+/g, ' ');
		this.#text += this.#text.endsWith(' ') ? joined.trimStart() : joined;
	}

	#add<T>(list: T[], item: T): void {
		if (list.length < MOST.items) list.push(item);
		else this.#truncated = true;
	}

	#addLink(href: string | undefined): void {
		if (href === undefined) return;
		if (this.#links.size < MOST.items) this.#links.add(href);
		else this.#truncated = true;
	}

	#addMeta(attributes: Attributes): void {
		const charset = attributes.get('charset');
		if (charset !== undefined) this.#add(this.#metas, { key: 'charset', content: charset.trim() });
		const key =
			attributes.get('http-equiv') ?? attributes.get('property') ?? attributes.get('name');
		const content = attributes.get('content');
		if (key === undefined || content === undefined) return;
		const meta = { key: key.trim().toLowerCase(), content: content.trim() };
		if (!(this.#isNoscript && meta.key === 'refresh')) this.#add(this.#metas, meta);
	}

	#addRelation(attributes: Attributes): void {
		const href = attributes.get('href');
		if (href === undefined) return;
		const rel = (attributes.get('rel') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
		this.#add(this.#relations, {
			rel,
			href: href.trim(),
			hreflang: attributes.get('hreflang')?.toLowerCase() ?? null,
			type: attributes.get('type') ?? null,
		});
		const loads = rel.find((one) => LOADED_RELATIONS.has(one));
		if (loads !== undefined) {
			this.#add(this.#resources, {
				...resource(`link ${loads}`, href, attributes),
				...this.#inert(),
			});
		}
	}

	#addForm(attributes: Attributes): void {
		this.#form = {
			action: attributes.get('action') ?? null,
			method: (attributes.get('method') ?? 'get').trim().toLowerCase(),
			buttons: [],
			asksFor: new Set(),
		};
		this.#add(this.#forms, this.#form);
	}

	#addField(attributes: Attributes): void {
		const form = this.#form ?? this.#loose;
		if ((attributes.get('type') ?? '').trim().toLowerCase() === 'password') {
			form.asksFor.add('password');
		}
		const words = ['autocomplete', 'name', 'id'].map((key) => attributes.get(key) ?? '');
		if (words.some((word) => CARD_FIELD.test(word))) form.asksFor.add('payment');
	}

	#addButton(attributes: Attributes): void {
		const action = attributes.get('formaction');
		if (action !== undefined) this.#add((this.#form ?? this.#loose).buttons, action);
	}

	#addResource(tagName: string, attributes: Attributes): void {
		if (!LOADING_ELEMENTS.has(tagName)) return;
		const inert = this.#inert(tagName === 'script' && attributes.has('nomodule'));
		const add = (url: string) =>
			this.#add(this.#resources, { ...resource(tagName, url, attributes), ...inert });
		const source = attributes.get(tagName === 'object' ? 'data' : 'src');
		if (source !== undefined) add(source);
		if (tagName !== 'img' && tagName !== 'source') return;
		for (const candidate of (attributes.get('srcset') ?? '').split(/,\s/)) {
			const url = candidate.trim().split(/\s/, 1)[0] ?? '';
			if (url !== '') add(url);
		}
	}
}

/** `autocomplete` tokens of the HTML standard, and the names that card fields usually get. */
const CARD_FIELD =
	/^(?:.*\s)?cc-(?:number|csc|exp)|^(?:card[-_]?(?:number|cvc|cvv)|cvc|cvv|ccnumber)$/i;

const RAW_TEXT: Readonly<Partial<Record<string, Tokenizer['state']>>> = {
	title: TokenizerMode.RCDATA,
	textarea: TokenizerMode.RCDATA,
	style: TokenizerMode.RAWTEXT,
	xmp: TokenizerMode.RAWTEXT,
	iframe: TokenizerMode.RAWTEXT,
	noembed: TokenizerMode.RAWTEXT,
	noframes: TokenizerMode.RAWTEXT,
	script: TokenizerMode.SCRIPT_DATA,
};

const LOADED_RELATIONS = new Set(['stylesheet', 'icon', 'preload', 'modulepreload', 'manifest']);

const LOADING_ELEMENTS = new Set([
	'audio',
	'embed',
	'frame',
	'iframe',
	'img',
	'object',
	'script',
	'source',
	'track',
	'video',
]);

const BREAKS_WORDS = new Set(
	'address article aside blockquote br dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section table td th tr ul'.split(
		' ',
	),
);

function resource(element: string, url: string, attributes: Attributes): Resource {
	return {
		element,
		url,
		href: url,
		integrity: attributes.get('integrity') ?? null,
		crossorigin: attributes.get('crossorigin') ?? null,
		nonce: attributes.get('nonce') ?? null,
		type:
			(element.startsWith('link ') ? attributes.get('as') : null) ?? attributes.get('type') ?? null,
	};
}

function asForm({ action, method, buttons, asksFor }: RawForm, base: string, url: string): Form {
	return {
		action: action === null || action.trim() === '' ? url : (absolute(action, base) ?? action),
		method: method === 'post' || method === 'dialog' ? method : 'get',
		buttonActions: buttons.map((one) => absolute(one, base) ?? one),
		asksFor: [...asksFor],
	};
}

function absolute(href: string, base: string): string | null {
	return URL.canParse(href, base) ? new URL(href, base).href : null;
}

function webUrl(url: string | null): string | null {
	return url !== null && /^https?:/.test(url) ? url : null;
}
