import type { Page } from '../web/html.ts';
import { assetText, type SeenPage, type SitePages } from '../web/site-pages.ts';

/** A piece of a site that runs, or that a program reads. */
export interface CodePlace {
	/** `code`: JavaScript or JSON. `value`: an attribute. */
	readonly kind: 'code' | 'value';
	readonly text: string;
	/** Of the page or script that it stands in. */
	readonly url: string;
	/** For people. */
	readonly words: string;
}

/** Attributes that people read, or copy. */
const FOR_PEOPLE =
	/^(?:placeholder|title|alt|label|summary|aria-.+|data-(?:clipboard|copy|code|tooltip|title|content).*|on.+|style)$/;

/** Script types that hold code or data; of the others browsers make nothing (templates). */
const CODE_TYPE =
	/^\s*(?:$|module\b|importmap\b|speculationrules\b|(?:text|application)\/(?:x-)?(?:java|ecma)script\b|[\w./+-]*json\b)/i;

/**
 * Inline scripts and event handlers, attributes that programs read, and the site's own scripts. What only people
 * read is left out: text, and attributes that show or copy something.
 */
export function codePlaces({ pages, assets }: SitePages): readonly CodePlace[] {
	return [
		...pages.flatMap(placesInPage),
		...assets.flatMap((asset): readonly CodePlace[] => {
			const text = asset.kind === 'script' ? assetText(asset) : null;
			return text === null ? [] : [{ kind: 'code', text, url: asset.url, words: asset.url }];
		}),
	];
}

function placesInPage({ url, page }: SeenPage): readonly CodePlace[] {
	return [
		...scriptsIn(page).map(
			(text): CodePlace => ({ kind: 'code', text, url, words: `an inline script of ${url}` }),
		),
		...page.values
			.filter(({ name }) => !FOR_PEOPLE.test(name))
			.map(
				({ element, name, value }): CodePlace => ({
					kind: 'value',
					text: value,
					url,
					words: `<${element} ${name}> of ${url}`,
				}),
			),
	];
}

/** Inline scripts of a type that runs or holds data, and event handlers. */
export function scriptsIn(page: Page): readonly string[] {
	const inline = page.inline
		.filter(({ element, type }) => element === 'script' && CODE_TYPE.test(type ?? ''))
		.map(({ text }) => text);
	const handlers = page.attributes
		.filter(({ name }) => name !== 'style')
		.map(({ value }) => value.replace(/^\s*javascript:/i, ''));
	return [...inline, ...handlers];
}

/** Why the code of a site was not seen whole, in words; `null` where it was. */
export function unreadCode({ pages, assets, passedOver }: SitePages): string | null {
	const scripts = assets.filter(({ kind }) => kind === 'script');
	const unseen = scripts.find((one) => one.answer === null);
	if (unseen !== undefined) return `${unseen.url} was not seen: ${unseen.unseen}`;
	const cut = scripts.find((one) => one.answer?.body.truncated === true);
	if (cut !== undefined) return `${cut.url} is larger than what is read of a script (2 MiB)`;
	const long = pages.find(({ page }) => page.truncated || page.inline.some((one) => one.cut));
	if (long !== undefined) return `${long.url} is larger than what is read of a page`;
	return passedOver === 0
		? null
		: `${passedOver} further scripts and style sheets were not fetched`;
}
