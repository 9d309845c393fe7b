import { createHash } from 'node:crypto';
import { type EnforcedPolicy, enforcedPolicies } from './csp.ts';
import {
	allowsAllInline,
	allowsUrl,
	type CspSubject,
	type Governing,
	governing,
	hasKeyword,
	isStrictDynamic,
} from './csp-meaning.ts';
import type { HashAlgorithm } from './csp-source.ts';
import { type Page, readPage } from './html.ts';
import { bodyText } from './http.ts';
import type { SeenPage } from './site-pages.ts';

type Resource = Page['resources'][number];
type Inline = Page['inline'][number];

/** Something of a page that a policy of the same page does not let through. */
export interface BlockedPart {
	/** Directive that governs it, as the policy has it. */
	readonly directive: string;
	/** What it is in the words of the directive that would be its own: `script-src-elem`, … */
	readonly subject: CspSubject;
	readonly what:
		| 'script'
		| 'style sheet'
		| 'image'
		| 'inline script'
		| 'inline style sheet'
		| 'event handler'
		| 'style attribute'
		| 'javascript: link';
	/** URL, or the name of the attribute; empty for inline text. */
	readonly name: string;
	/** The source that would let it through; `null` where a nonce in the markup is what is missing. */
	readonly add: string | null;
	readonly policy: EnforcedPolicy;
}

/** Pages load fewer things, and policies name fewer sources; hostile ones stop here. */
const MOST = { parts: 400, policies: 40, sources: 2_000 } as const;

/**
 * What a browser surely does not load, run or apply of a page as it came, because of its policies: its
 * scripts, style sheets and images by URL, before any redirect, and what stands in it. Whatever could
 * be otherwise is passed over: what a script might add, things in `noscript` and templates, texts that
 * redaction has changed, http: scripts (browsers block those as mixed content).
 */
export function blockedParts({ url, answer, page }: SeenPage): readonly BlockedPart[] {
	const html = bodyText(answer);
	const policies = enforcedPolicies(answer).slice(0, MOST.policies);
	const isUpgraded = policies.some(({ directives }) => directives.has('upgrade-insecure-requests'));
	return policies.flatMap((policy) => {
		const parts = partsAfter(page, policy, { html, url });
		const judge = new PolicyJudge(policy, new URL(url), isUpgraded);
		return [
			...parts.resources.flatMap((one) => judge.resource(one) ?? []),
			...parts.inline.flatMap((one) => judge.inline(one) ?? []),
			...parts.attributes.flatMap((one) => judge.attribute(one) ?? []),
		];
	});
}

type Parts = Pick<Page, 'resources' | 'inline' | 'attributes'>;

/** A meta element's policy judges what comes after it; both lists are in document order. */
function partsAfter(
	page: Page,
	{ by, offset }: EnforcedPolicy,
	{ html, url }: { html: string; url: string },
): Parts {
	const before = by === 'meta' ? readPage(html.slice(0, offset), url) : null;
	const live = <T extends { inert?: true }>(all: readonly T[], passed: readonly T[] = []) =>
		all
			.slice(passed.length)
			.filter(({ inert }) => inert !== true)
			.slice(0, MOST.parts);
	return {
		resources: live(page.resources, before?.resources),
		// The text of the last one may end where reading ended.
		inline: live(page.truncated ? page.inline.slice(0, -1) : page.inline, before?.inline),
		attributes: live(page.attributes, before?.attributes),
	};
}

class PolicyJudge {
	readonly #policy: EnforcedPolicy;
	readonly #page: URL;
	readonly #isUpgraded: boolean;
	readonly #lists = new Map<CspSubject, Governing | null>();

	constructor(policy: EnforcedPolicy, page: URL, isUpgraded: boolean) {
		this.#policy = policy;
		this.#page = page;
		this.#isUpgraded = isUpgraded;
	}

	/** Pre-request checks (§6.7.1.1 for scripts, §6.7.1.3 for style sheets). */
	resource(resource: Resource): BlockedPart | null {
		const kind = kindOf(resource);
		if (kind === null) return null;
		const [subject, what] = kind;
		const list = this.#list(subject);
		const url = this.#requested(resource.url, what);
		if (list === null || url === null) return null;
		if (what !== 'image' && isNonceListed(list, resource.nonce)) return null;
		const isScript = what === 'script';
		if (isScript && resource.integrity !== null && hasHash(list)) return null;
		const isByNonceAlone = isScript && isStrictDynamic(list);
		if (!isByNonceAlone && allowsUrl(list, url, this.#page)) return null;
		const add = isByNonceAlone ? null : sourceFor(url, this.#page);
		return this.#blocked(list, { subject, what, name: resource.url.slice(0, 200), add });
	}

	/** §6.7.3.3, does element match source list for type and source. */
	inline({ element, text, cut, nonce, type }: Inline): BlockedPart | null {
		const isScript = element === 'script';
		if (isScript && !isRunInline(type)) return null;
		const subject = isScript ? 'script-src-elem' : 'style-src-elem';
		const list = this.#list(subject);
		if (list === null || cut || allowsAllInline(list, element)) return null;
		if (isNonceListed(list, nonce) || isHashListed(list, text)) return null;
		const what = isScript ? 'inline script' : 'inline style sheet';
		const add = isNonceMissing(list) ? null : hashSource(text);
		return this.#blocked(list, { subject, what, name: '', add });
	}

	/** Event handlers, style attributes and javascript: URLs: no nonce reaches them. */
	attribute({ name, value }: Page['attributes'][number]): BlockedPart | null {
		const kind = attributeKind(name, value);
		if (kind === null) return null;
		const [subject, what] = kind;
		const list = this.#list(subject);
		const type = what === 'style attribute' ? 'style' : 'script';
		if (list === null || allowsAllInline(list, type)) return null;
		if (hasKeyword(list, "'unsafe-hashes'")) {
			// What exactly is hashed of a javascript: URL differs between browsers.
			if (name === 'href' || value.length >= EXCERPT || isHashListed(list, value)) return null;
		}
		const add = what === 'style attribute' ? "'unsafe-inline'" : hashSource(value);
		return this.#blocked(list, { subject, what, name, add });
	}

	#blocked({ directive }: Governing, part: Omit<BlockedPart, 'directive' | 'policy'>): BlockedPart {
		return { ...part, directive, policy: this.#policy };
	}

	#list(subject: CspSubject): Governing | null {
		const known = this.#lists.get(subject);
		if (known !== undefined) return known;
		const list = governing(this.#policy, subject);
		const judged = list !== null && list.texts.length > MOST.sources ? null : list;
		this.#lists.set(subject, judged);
		return judged;
	}

	/** What the browser asks for: images are upgraded to https by themselves, scripts where told to. */
	#requested(text: string, what: BlockedPart['what']): URL | null {
		const url = new URL(text);
		if (url.protocol === 'data:' || url.protocol === 'https:') return url;
		if (url.protocol !== 'http:' || (what !== 'image' && !this.#isUpgraded)) return null;
		url.protocol = 'https:';
		return url;
	}
}

/** How much of an attribute is kept: the rest is not known. */
const EXCERPT = 2_048;

function kindOf({
	element,
	href,
	type,
}: Resource): readonly [CspSubject, BlockedPart['what']] | null {
	if (href.trim() === '') return null;
	switch (element) {
		case 'script':
			return isScriptType(type) ? ['script-src-elem', 'script'] : null;
		case 'link stylesheet':
			return ['style-src-elem', 'style sheet'];
		case 'img':
			return ['img-src', 'image'];
		default:
			return null;
	}
}

/** JavaScript's media types (MIME Sniffing §4.6), and modules. */
const SCRIPT_TYPE =
	/^(?:module|(?:application|text)\/(?:x-)?(?:ecma|java)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/i;

function isScriptType(type: string | null): boolean {
	return type === null || type.trim() === '' || SCRIPT_TYPE.test(type.trim());
}

/** Import maps are judged as scripts; any other type is data. */
function isRunInline(type: string | null): boolean {
	return isScriptType(type) || type?.trim().toLowerCase() === 'importmap';
}

/** A nonce that redaction took for a secret counts as the right one. */
function isNonceListed({ sources }: Governing, nonce: string | null): boolean {
	if (nonce === null || nonce === '') return false;
	if (nonce.includes('<redacted:')) return true;
	return sources.some((one) => one.kind === 'nonce' && one.value === nonce);
}

function hasHash({ sources }: Governing): boolean {
	return sources.some(({ kind }) => kind === 'hash');
}

function isNonceMissing({ sources }: Governing): boolean {
	return sources.some(({ kind }) => kind === 'nonce');
}

/** Redacted text, and text that was not UTF-8, has another hash than what the browser reads. */
const ALTERED = /<redacted:\d+>|\uFFFD/;

function isHashListed({ sources }: Governing, text: string): boolean {
	const hashes = sources.filter((one) => one.kind === 'hash');
	if (hashes.length === 0) return false;
	if (ALTERED.test(text)) return true;
	return hashes.some(({ algorithm, value }) => sameBase64(value, digest(algorithm, text)));
}

function sameBase64(a: string, b: string): boolean {
	const plain = (text: string) =>
		text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '');
	return plain(a) === plain(b);
}

function digest(algorithm: HashAlgorithm, text: string): string {
	return createHash(algorithm).update(text, 'utf8').digest('base64');
}

/** The hash source of an inline script or style sheet. */
export function hashSource(text: string): string | null {
	return ALTERED.test(text) ? null : `'sha256-${digest('sha256', text)}'`;
}

function sourceFor(url: URL, page: URL): string {
	if (url.protocol === 'data:') return 'data:';
	return url.origin === page.origin ? "'self'" : url.origin;
}

function attributeKind(
	name: string,
	value: string,
): readonly [CspSubject, BlockedPart['what']] | null {
	if (name === 'style') {
		return HARMLESS_STYLE.test(value) ? null : ['style-src-attr', 'style attribute'];
	}
	if (name === 'href') {
		return HARMLESS_LINK.test(value) ? null : ['script-src-elem', 'javascript: link'];
	}
	return EVENT_HANDLERS.has(name) && value.trim() !== ''
		? ['script-src-attr', 'event handler']
		: null;
}

/** Nothing to apply; and what Next.js puts on images until they are there. */
const HARMLESS_STYLE = /^\s*(?:color:\s?transparent;?\s*)?$/i;

/** The link that is meant to do nothing. */
const HARMLESS_LINK = /^\s*javascript:\s*(?:void\s*\(?\s*0\s*\)?)?\s*;?\s*$/i;

/** Event handler content attributes of the HTML standard, UI Events, pointer and touch events, CSS. */
const EVENT_HANDLERS: ReadonlySet<string> = new Set(
	(
		'abort afterprint animationcancel animationend animationiteration animationstart auxclick beforeinput ' +
		'beforematch beforeprint beforetoggle beforeunload blur cancel canplay canplaythrough change click close ' +
		'contextlost contextmenu contextrestored copy cuechange cut dblclick drag dragend dragenter dragleave ' +
		'dragover dragstart drop durationchange emptied ended error focus focusin focusout formdata ' +
		'gotpointercapture hashchange input invalid keydown keypress keyup languagechange load loadeddata ' +
		'loadedmetadata loadstart lostpointercapture message messageerror mousedown mouseenter mouseleave ' +
		'mousemove mouseout mouseover mouseup offline online pagehide pageshow paste pause play playing ' +
		'pointercancel pointerdown pointerenter pointerleave pointermove pointerout pointerover pointerup ' +
		'popstate progress ratechange rejectionhandled reset resize scroll scrollend securitypolicyviolation ' +
		'seeked seeking select selectionchange selectstart slotchange stalled storage submit suspend timeupdate ' +
		'toggle touchcancel touchend touchmove touchstart transitioncancel transitionend transitionrun ' +
		'transitionstart unhandledrejection unload volumechange waiting wheel'
	)
		.split(' ')
		.map((name) => `on${name}`),
);
