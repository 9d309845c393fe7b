import {
	asksForSecrets,
	fieldValues,
	type HttpAnswered,
	isApiName,
	isHtml,
	isSessionName,
	pageIn,
	parseSetCookie,
} from '../../src/sdk.ts';

/** What travels in clear when this answer does, in words; `null` for nothing of worth. */
export function whatIsExposed(answer: HttpAnswered, url: string): string | null {
	const page = pageIn(answer, url);
	if (page !== null && asksForSecrets(page)) return 'the page asks for a password or a card';
	const session = sessionCookieIn(fieldValues(answer, 'set-cookie'));
	return session === null ? null : `it sets the session cookie ${session}`;
}

/** The first cookie among Set-Cookie values that looks like a session's. */
export function sessionCookieIn(setCookies: readonly string[]): string | null {
	for (const text of setCookies) {
		const read = parseSetCookie(text);
		if (read.kind === 'cookie' && isSessionName(read.cookie.name)) return read.cookie.name;
	}
	return null;
}

/**
 * It serves programs: by its name, or because it answers a browser with JSON or XML, or with any
 * success that is no HTML.
 */
export function isApi(host: string, answer: HttpAnswered | null): boolean {
	if (isApiName(host)) return true;
	if (answer === null || isHtml(answer)) return false;
	const type = fieldValues(answer, 'content-type').at(-1) ?? '';
	return answer.status < 400 || /^\s*application\/(?:[\w.-]+\+)?(?:json|xml)\b/i.test(type);
}
