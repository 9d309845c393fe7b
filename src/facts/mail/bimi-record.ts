import { type BrokenRule, ruleMaker, shown } from './broken-rule.ts';
import { repeatsIn } from './repeats.ts';
import { httpsHost, isQualified, uriFault } from './uri-syntax.ts';

interface BimiTag {
	/** As written: tags have a case (RFC 6376 §3.2). */
	readonly name: string;
	/** Without the white space around it. */
	readonly value: string;
	/** 0-based offset of the name, and of the value. */
	readonly position: number;
	readonly valuePosition: number;
}

export interface BimiRecord {
	readonly tags: readonly BimiTag[];
	/** Of the logo; `null` where it is empty or no URI that a receiver may fetch. */
	readonly location: string | null;
	/** Of the certificate (evidence document); likewise. */
	readonly authority: string | null;
	/** `l=; a=;`: the domain takes no part in BIMI, and says so. */
	readonly declined: boolean;
	readonly broken: readonly BrokenRule[];
}

const rule = ruleMaker('draft-brand-indicators-for-message-identification §4.3');
const KNOWN = ['v', 'l', 'a', 'avp', 'lps'];

/** Whether receivers look at a text: `v=BIMI1` first, exactly so. */
export function isBimiText(text: string): boolean {
	return /^v[ \t]*=[ \t]*BIMI1[ \t]*(?:;|$)/.test(text);
}

/** Meant as a BIMI record, whatever its faults. */
export function looksLikeBimi(text: string): boolean {
	return /^[\s"'\\]*(?:v\s*[=:]?\s*)?bimi\d?/i.test(text);
}

/**
 * An assertion record of draft-brand-indicators-for-message-identification §4.3, a tag list of
 * RFC 6376 §3.2. Unknown tags are ignored; `l` is required and may be empty.
 */
export function parseBimiRecord(text: string): BimiRecord {
	const { tags, broken } = tagsIn(text);
	const first = (name: string) => tags.find((tag) => tag.name === name);
	const [location, authority] = [first('l'), first('a')];
	return {
		tags,
		location: usable(location),
		authority: usable(authority),
		declined: location?.value === '' && (authority?.value ?? '') === '',
		broken: [
			...versionRules(text),
			...broken,
			...repeatsIn(tags.map(({ name }) => name)).map((name) =>
				rule('tag-duplicate', secondOf(tags, name), `the tag ${name}= is given twice`),
			),
			...(location === undefined ? [rule('location-missing', text.length, 'there is no l=')] : []),
			...uriRules('location', location),
			...formatRules(location),
			...uriRules('authority', authority),
			...wordRules(first('avp'), ['brand', 'personal']),
			...wordRules(first('lps'), ['true', 'false']),
			...unknownRules(tags),
		],
	};
}

function versionRules(text: string): readonly BrokenRule[] {
	if (isBimiText(text)) return [];
	const isNear = /^\s*v\s*=\s*BIMI1\s*(?:;|$)/i.test(text);
	const message = isNear
		? 'v=BIMI1 is written with exactly these letters, and nothing stands before it'
		: 'the record does not start with v=BIMI1 and a semicolon';
	return [rule('version', 0, message)];
}

/** `[FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]`, between semicolons; a last semicolon or none. */
function tagsIn(text: string) {
	const tags: BimiTag[] = [];
	const broken: BrokenRule[] = [];
	let start = 0;
	const pieces = text.split(';');
	for (const [index, piece] of pieces.entries()) {
		const lead = piece.length - piece.trimStart().length;
		const tag = /^([a-z][a-z0-9_]*)(\s*=\s*)/i.exec(piece.slice(lead));
		if (tag !== null) {
			const [whole, name = ''] = tag;
			const position = start + lead;
			const value = piece.slice(lead + whole.length).trimEnd();
			const one = { name, value, position, valuePosition: position + whole.length };
			tags.push(one);
			broken.push(...characterRules(one));
		} else if (piece.trim() !== '') {
			broken.push(rule('tag-list', start + lead, `${shown(piece.trim())} is no tag`));
		} else if (index < pieces.length - 1) {
			broken.push(rule('tag-list', start, 'no tag between semicolons'));
		}
		start += piece.length + 1;
	}
	return { tags, broken };
}

function characterRules({ name, value, valuePosition }: BimiTag): readonly BrokenRule[] {
	const foreign = value.search(/[^\x21-\x7e\s]/);
	if (foreign === -1) return [];
	const message = `the value of ${shown(name)} holds a character outside ASCII`;
	return [rule('tag-list', valuePosition + foreign, message)];
}

function secondOf(tags: readonly BimiTag[], name: string): number | null {
	return tags.filter((tag) => tag.name === name)[1]?.position ?? null;
}

function usable(tag: BimiTag | undefined): string | null {
	if (tag === undefined || tag.value === '') return null;
	return uriRules('location', tag).length === 0 ? tag.value : null;
}

function uriRules(name: string, tag: BimiTag | undefined): readonly BrokenRule[] {
	if (tag === undefined || tag.value === '') return [];
	const { value, valuePosition } = tag;
	const comma = value.indexOf(',');
	const fault = uriFault(value);
	if (fault !== null) {
		return [rule(name, valuePosition + fault.offset, `${tag.name}=: the URI ${fault.says}`)];
	}
	if (comma !== -1) {
		const message = `${tag.name}= is one URI, in which a comma is written %2C`;
		return [rule(name, valuePosition + comma, message)];
	}
	const host = httpsHost(value);
	if (host !== null && isQualified(host)) return [];
	const message = `${tag.name}= must be empty or https:// and a whole host name, not ${shown(value)}`;
	return [rule(name, valuePosition, message)];
}

/** §4.3.2: a location that ends in another image format is a permanent error. */
function formatRules(tag: BimiTag | undefined): readonly BrokenRule[] {
	if (tag === undefined) return [];
	const path = tag.value.split(/[?#]/, 1)[0] ?? '';
	if (!/\.(?:png|jpe?g|gif|webp|avif|bmp|ico|tiff?)$/i.test(path)) return [];
	return [rule('format', tag.valuePosition, 'l= leads to SVG or SVGZ alone')];
}

function wordRules(tag: BimiTag | undefined, words: readonly string[]): readonly BrokenRule[] {
	if (tag === undefined || words.includes(tag.value)) return [];
	const message = `${tag.name}=${tag.value.slice(0, 40)} is ignored: it is ${words.join(' or ')}`;
	return [rule(tag.name, tag.valuePosition, message, 'warning')];
}

function unknownRules(tags: readonly BimiTag[]): readonly BrokenRule[] {
	return tags
		.filter(({ name }) => !KNOWN.includes(name))
		.map(({ name, position }) => {
			const lower = name.toLowerCase();
			const message = KNOWN.includes(lower)
				? `${name}= is ignored: it is written ${lower}=`
				: `${shown(name)} is an unknown tag, which receivers ignore`;
			return rule('unknown-tag', position, message, 'info');
		});
}

/** The record as it should be; `null` where no logo could be kept and it does not decline. */
export function repairedBimiRecord(text: string): string | null {
	const { tags } = tagsIn(text);
	const value = (name: string) => tags.find((tag) => tag.name.toLowerCase() === name)?.value;
	const location = repairedUri(value('l'));
	const authority = repairedUri(value('a'));
	if (location === null) return null;
	const avp = value('avp');
	const preference = avp === 'brand' || avp === 'personal' ? ` avp=${avp};` : '';
	const lps = value('lps') === 'true' ? ' lps=true;' : '';
	return `v=BIMI1; l=${location}; a=${authority ?? ''};${preference}${lps}`;
}

/** Empty stays empty; `http:` becomes `https:`; `null` for what is no URI. */
function repairedUri(value: string | undefined): string | null {
	if (value === undefined) return null;
	if (value === '') return '';
	const candidate = value.replace(/^http:/i, 'https:').replaceAll(',', '%2C');
	const tag = { name: 'l', value: candidate, position: 0, valuePosition: 0 };
	const isGood = uriRules('location', tag).length === 0 && formatRules(tag).length === 0;
	return isGood ? candidate : null;
}
