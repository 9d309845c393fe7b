import type { SeenNumber } from './payment-card.ts';

/** A value under a name, such as `password=…`. */
export interface NamedValue extends SeenNumber {
	/** `password`, `authorization`. */
	readonly name: string;
}

/** How programs write that they wrote nothing. */
const MASKED =
	/^(?:[*•x.#_-]{3,}|[*•]+.{0,4}[*•]*|[[(<{]{0,2}(?:filtered|redacted|masked|hidden|removed|omitted|sanitized|scrubbed|censored|protected|secret|private|empty|blank|not ?set|set|unset|provided|present|missing|required|invalid|incorrect|wrong|changed|updated|reset|expired|correct|valid|ok|null|nil|none|undefined|true|false|string|password|object object|sensitive)[\])>}]{0,2}[.!,;]?)$/i;
const REFERENCE = /^(?:\$\{|\{\{|<[a-z_ -]+>$|%[sd]|\$\d|\?$|:\w+$|process\.env)/i;

const isMasked = (value: string): boolean =>
	MASKED.test(value) ||
	REFERENCE.test(value) ||
	/\*{3}|\u2026|â€¦/.test(value) ||
	/^["']{0,2}$/.test(value);

const PASSWORD_NAME =
	'[\\w.-]{0,30}?(?:password|passwd|passphrase|passcode|passwort|pwd)(?:[_-]?(?:confirmation|confirm|again|repeat|old|new|current))?';
const NOT_ABOUT =
	/(?:^|[_.-])(?:reset|forgot|hash|length|policy|min|max|strength|type|field|url|path)[_.-]?(?:password|passwd|pwd)$/i;

/** Quoted, also inside a quoted string, after `:`, `=` or `=>`. */
const QUOTED = new RegExp(
	`(?<![\\w-])(${PASSWORD_NAME})\\\\?["']?\\s{0,3}(?::|=>|=)\\s{0,3}(\\\\?["'])((?:(?!\\\\?["']|[\\r\\n]).){1,200})\\2`,
	'gi',
);
/** In a query, a form body or logfmt. */
const LOOSE = new RegExp(`(?<![\\w-])(${PASSWORD_NAME})=([^\\s&"'<>,;|)}\\]]{1,200})`, 'gi');
/** \`Password: value\` in prose: only what nobody would write as a word. */
const SPOKEN = new RegExp(
	`(?<![\\w-])(${PASSWORD_NAME}):\\s{1,3}([^\\s"',;<>{}[\\]()]{6,100})(?=[\\s,;]|$)`,
	'gim',
);
const SQL = /\b(password)\s{1,4}(')([^'\r\n]{1,200})'/gi;
/** A message about a password, and none itself. */
const SENTENCE =
	/^[A-Z]?[a-z]+(?: [A-Za-z'-]+){2,}[.!]?$|\b(?:must|should|required|invalid|characters?|incorrect|cannot|too (?:short|long|weak))\b/i;

export function passwordsIn(text: string): readonly NamedValue[] {
	if (!/pass(?:w|ph|c)|pwd/i.test(text)) return [];
	const quoted = [...text.matchAll(QUOTED), ...text.matchAll(SQL)].flatMap((found) =>
		valueFrom(found, found[1] ?? '', found[3] ?? '', (found[2] ?? '').length),
	);
	const loose = [...text.matchAll(LOOSE)].flatMap((found) =>
		valueFrom(found, found[1] ?? '', found[2] ?? '', 0),
	);
	const spoken = [...text.matchAll(SPOKEN)].flatMap((found) => {
		const value = found[2] ?? '';
		const isWord = !/\d/.test(value) || /^[\d.:/-]+$/.test(value) || value.includes('://');
		return isWord ? [] : valueFrom(found, found[1] ?? '', value, 0);
	});
	return [...quoted, ...loose, ...spoken];
}

function valueFrom(
	found: RegExpExecArray,
	name: string,
	value: string,
	quotes: number,
): readonly NamedValue[] {
	if (isMasked(value) || SENTENCE.test(value) || NOT_ABOUT.test(name)) return [];
	// The working directory has the same name.
	if (/^(?:old)?pwd$/i.test(name) && /^(?:[A-Za-z]:)?[\\/]|^~/.test(value)) return [];
	const end = found.index + found[0].length - quotes;
	return [{ name, value, start: end - value.length, end }];
}

const AUTHORIZATION =
	/(?<![\w-])((?:proxy-)?authorization|x-api-key|x-auth-token|api-key|x-access-token)\\?["']?\s{0,3}(?::|=>|=|,)\s{0,3}\[?\s{0,3}\\?["']?(?:(?:Bearer|Basic|Token|Digest|ApiKey|Negotiate)[ +]|%20)?([\w.+/=~:-]{12,4000})/gi;

/** Credentials of requests, whatever their form. */
export function authorizationsIn(text: string): readonly NamedValue[] {
	if (!/authorization|x-api-key|auth-token|api-key|access-token/i.test(text)) return [];
	return [...text.matchAll(AUTHORIZATION)].flatMap((found) => {
		const value = found[2] ?? '';
		if (isMasked(value) || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return [];
		const end = found.index + found[0].length;
		return [{ name: (found[1] ?? '').toLowerCase(), value, start: end - value.length, end }];
	});
}

const COOKIE =
	/(?<![\w-])((?:set-)?cookie)\\?["']?\s{0,3}(?::|=>|=|,)\s{0,3}\[?\s{0,3}\\?["']?([^"'\r\n\\]{8,4000})/gi;
const SESSION =
	/(?:^|;\s{0,2})((?:__(?:Host|Secure)-)?[\w.-]{0,40}?(?:sess(?:ion)?(?:[_-]?id)?|sid|auth|token|jwt|remember[\w-]{0,20}|login|phpsessid|csrftoken)[\w.-]{0,20})=([^;\s]{12,4000})/gi;

/** Cookies that sign somebody in. */
export function cookiesIn(text: string): readonly NamedValue[] {
	if (!/cookie/i.test(text)) return [];
	return [...text.matchAll(COOKIE)].flatMap((found) => {
		const line = found[2] ?? '';
		const from = found.index + found[0].length - line.length;
		const session = [...line.matchAll(SESSION)].find(
			([, name = '', value = '']) => !/csrf|xsrf/i.test(name) && !isMasked(value),
		);
		if (session === undefined) return [];
		const value = session[2] ?? '';
		const end = from + session.index + session[0].length;
		return [{ name: (found[1] ?? '').toLowerCase(), value, start: end - value.length, end }];
	});
}

const SIGNED: readonly RegExp[] = [
	/[?&](X-Amz-Signature)=([0-9a-f]{64})/gi,
	/[?&](X-Goog-Signature)=([0-9a-f]{64,1024})/gi,
	/[?&](sig)=([A-Za-z0-9%+/=]{40,120})/g,
	/[?&](Signature)=([A-Za-z0-9~_-]{60,600})(?=&|\s|"|$)/g,
];
const SAS = /[?&]s[ve]=|[?&]se=/;

/** URLs that open something to whoever holds them: S3, GCS, Azure SAS, CloudFront. */
export function presignedIn(text: string): readonly NamedValue[] {
	if (!/[?&](?:X-(?:Amz|Goog)-Signature|sig|Signature)=/i.test(text)) return [];
	return SIGNED.flatMap((pattern) =>
		[...text.matchAll(pattern)].flatMap((found) => {
			const [whole, name = '', value = ''] = found;
			const start = found.index + whole.length - value.length;
			const line = text.slice(Math.max(0, start - 600), start + 600);
			if (name === 'sig' && !SAS.test(line)) return [];
			if (name === 'Signature' && !/Key-Pair-Id=/.test(line)) return [];
			return [{ name, value, start, end: start + value.length }];
		}),
	);
}

const QUERY_TOKEN =
	/[?&]((?:access|id|refresh|reset|auth|session|invite|verification|confirm(?:ation)?|magic|login|api|password_reset|csrf)?[_-]?(?:token|jwt)|api[_-]?key|sessionid|session_id)=([\w.%~+/-]{16,2000})/gi;

/** Tokens of sign-in, reset and invitation links. */
export function queryTokensIn(text: string): readonly NamedValue[] {
	if (!/[?&][\w-]{0,30}(?:token|jwt|key|session)/i.test(text)) return [];
	return [...text.matchAll(QUERY_TOKEN)].flatMap((found) => {
		const [whole, name = '', value = ''] = found;
		const isToken = /\d/.test(value) && /[A-Za-z]/.test(value) && !isMasked(value);
		if (!isToken || /^csrf/i.test(name) || /^(?:pk_|anon|public)/i.test(value)) return [];
		const start = found.index + whole.length - value.length;
		return [{ name: name.toLowerCase(), value, start, end: start + value.length }];
	});
}
