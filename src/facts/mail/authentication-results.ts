import { type FieldToken, fieldTokens } from './structured-field.ts';

/** One method's result in an Authentication-Results field. */
export interface MethodResult {
	/** `dkim`, `spf`, `dmarc`…, lower case. */
	readonly method: string;
	/** `pass`, `fail`, `none`…, lower case. */
	readonly result: string;
	/** `reason=` and the comments, joined. */
	readonly note: string;
	/** `header.d`, `smtp.mailfrom`…, lower case, to the value as written. */
	readonly properties: readonly (readonly [name: string, value: string])[];
}

export interface AuthenticationResults {
	/** Lower case; `null` where the field begins with a result, as Microsoft's does. */
	readonly authservId: string | null;
	readonly results: readonly MethodResult[];
}

const MOST_RESULTS = 100;

/**
 * RFC 8601 §2.2, the value of one unfolded field. Looser where providers are: no authserv-id, values
 * that would have to be quoted. What cannot be read as a result is left out. Never throws, linear.
 */
export function parseAuthenticationResults(value: string): AuthenticationResults {
	const segments = segmentsOf(fieldTokens(value));
	const [first = []] = segments;
	const words = wordsIn(first);
	const isResult = words.some((word) => word.includes('='));
	const id = isResult ? null : (words[0]?.toLowerCase() ?? null);
	return {
		authservId: id === '' ? null : id,
		results: segments
			.slice(isResult ? 0 : 1)
			.slice(0, MOST_RESULTS)
			.flatMap((segment) => resultIn(segment) ?? []),
	};
}

/** Split at semicolons outside quotes and comments. */
function segmentsOf(tokens: readonly FieldToken[]): readonly (readonly FieldToken[])[] {
	const segments: FieldToken[][] = [[]];
	for (const token of tokens) {
		if (token.kind !== 'text') segments.at(-1)?.push(token);
		else {
			for (const [index, text] of token.text.split(';').entries()) {
				if (index > 0) segments.push([]);
				if (text !== '') segments.at(-1)?.push({ kind: 'text', text });
			}
		}
	}
	return segments;
}

/** `name=value` words, without the white space and comments that may stand around `.`, `/` and `=`. */
function wordsIn(segment: readonly FieldToken[]): readonly string[] {
	const words: string[] = [];
	let isApart = true;
	for (const { kind, text } of segment) {
		const isGap = kind === 'space' || kind === 'comment';
		if (!isGap) {
			const last = words.pop();
			if (last === undefined) words.push(text);
			else if (!isApart || goesOn(last, text)) words.push(last + text);
			else words.push(last, text);
		}
		isApart = isGap;
	}
	return words;
}

/** A word whose value is still to come. A value may end in any of these characters itself. */
function goesOn(word: string, next: string): boolean {
	return /^[^=]*[=./]$/.test(word) || (/^[=./]/.test(next) && !word.includes('='));
}

function resultIn(segment: readonly FieldToken[]): MethodResult | null {
	const pairs = wordsIn(segment).flatMap((text) => {
		const equals = text.indexOf('=');
		return equals < 1
			? []
			: [[text.slice(0, equals).toLowerCase(), text.slice(equals + 1)] as const];
	});
	const [first, ...rest] = pairs;
	const [, method = ''] = /^([a-z0-9-]+)(?:\/\d+)?$/.exec(first?.[0] ?? '') ?? [];
	const result = first?.[1].toLowerCase() ?? '';
	if (method === '' || !/^[a-z0-9-]+$/.test(result)) return null;
	const reason = rest.flatMap(([name, value]) => (name === 'reason' ? [value] : []));
	const comments = segment.flatMap(({ kind, text }) => (kind === 'comment' ? [text] : []));
	return {
		method,
		result,
		note: [...reason, ...comments].join('; '),
		properties: rest.filter(([name]) => /^[a-z0-9-]+\.[a-z0-9-]+$/.test(name)),
	};
}

export function propertyOf({ properties }: MethodResult, name: string): string | null {
	return properties.find(([each]) => each === name)?.[1] ?? null;
}
