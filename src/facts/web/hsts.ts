/** One Strict-Transport-Security field, read whole before anybody judges it. */
export type HstsField =
	| { readonly kind: 'invalid'; readonly problem: string; readonly maxAge: number | null }
	| {
			readonly kind: 'policy';
			/** Seconds; larger numbers than a double can count are cut to the largest one. */
			readonly maxAge: number;
			/** As sent, quotes and leading zeros kept: the preload list is stricter than browsers. */
			readonly maxAgeText: string;
			readonly includeSubDomains: boolean;
			/** Not in RFC 6797: consent to the browsers' built-in list. */
			readonly preload: boolean;
	  };

export type Hsts =
	| { readonly kind: 'absent' }
	| {
			/** The first field, the only one that browsers read (RFC 6797 §8.1). */
			readonly kind: HstsField['kind'];
			readonly first: HstsField;
			readonly fields: readonly string[];
	  };

/** All fields of one answer; the kind is the first one's. */
export function readHsts(fields: readonly string[]): Hsts {
	const [first] = fields;
	if (first === undefined) return { kind: 'absent' };
	const field = parseHstsField(first);
	return { kind: field.kind, first: field, fields };
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const DIRECTIVE = new RegExp(
	`[ \\t]*(?:(${TOKEN})[ \\t]*(?:(=)[ \\t]*(${TOKEN}|${QUOTED}))?[ \\t]*)?(?:;|$)`,
	'sy',
);

/**
 * RFC 6797 §6.1. Stricter than the grammar in one point that browsers share: `includeSubDomains` with a
 * value is an error. A comma between directives, which a proxy makes of two fields, breaks the
 * grammar and so the whole field.
 */
export function parseHstsField(text: string): HstsField {
	const directives = readDirectives(text);
	if (typeof directives === 'string') return invalid(directives, null);
	const maxAgeText = directives.get('max-age');
	if (maxAgeText === undefined) return invalid('it has no max-age', null);
	const digits = unquoted(maxAgeText);
	if (!/^[0-9]+$/.test(digits)) {
		const found = maxAgeText === '' ? 'has no value' : `is "${digits}", which is no whole number`;
		return invalid(`max-age ${found}`, null);
	}
	const maxAge = Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
	const flag = directives.get('includesubdomains');
	if (flag !== undefined && flag !== '') {
		return invalid('includeSubDomains takes no value', maxAge);
	}
	return {
		kind: 'policy',
		maxAge,
		maxAgeText,
		includeSubDomains: flag !== undefined,
		preload: directives.get('preload') === '',
	};
}

/** Lower-case names to raw values, empty for none; or what is wrong, in words. */
function readDirectives(text: string): ReadonlyMap<string, string> | string {
	const directives = new Map<string, string>();
	for (let at = 0; at < text.length; ) {
		DIRECTIVE.lastIndex = at;
		const match = DIRECTIVE.exec(text);
		if (match === null) return whatIsWrongWith(text.slice(at));
		at = DIRECTIVE.lastIndex;
		const [, name = '', , value = ''] = match;
		if (name === '') continue;
		const key = name.toLowerCase();
		if (directives.has(key)) return `${key} is given twice`;
		directives.set(key, value);
	}
	return directives;
}

function whatIsWrongWith(rest: string): string {
	const [part = ''] = rest.split(';', 1);
	const shown = part.trim().slice(0, 60);
	return part.includes(',')
		? `"${shown}" has a comma, but directives are separated by semicolons`
		: `"${shown}" is no directive`;
}

function invalid(problem: string, maxAge: number | null): HstsField {
	return { kind: 'invalid', problem, maxAge };
}

function unquoted(value: string): string {
	return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
}
