import { BodyReader } from '../body.ts';
import { openConnection, TIMEOUTS } from '../connection.ts';
import { CookieJar } from '../cookie-jar.ts';
import type { Dialer } from '../dialer.ts';
import { exchangeOver } from '../exchange.ts';
import type { Ways } from '../ways.ts';
import { escapingFor, fillIn, memberAt, type Values } from './fill-in.ts';

/** Texts of one request, with placeholders. */
export interface RequestTexts {
	readonly method: string;
	readonly url: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
	readonly body: string | null;
}

/** What a user does. Values in it are secrets: they are sent, and go nowhere else. */
export interface Scenario {
	readonly login: RequestTexts | null;
	/** Members of the sign-in's JSON that the action needs: name to dotted path. */
	readonly take: readonly (readonly [name: string, path: string])[];
	readonly action: RequestTexts;
	/** What an answer to a user holds; `null` where answers are not told apart. */
	readonly marker: string | null;
	/** Values of each account; the users take them in turn. At least one. */
	readonly accounts: readonly Values[];
}

export type SignedIn =
	| { readonly kind: 'signed-in'; readonly values: Values; readonly cookie: string }
	/** Names no value and quotes no answer. */
	| { readonly kind: 'failed'; readonly why: string };

const MOST_BYTES = 256 * 1024;

/**
 * Signs one user in: one request on a connection of its own. A redirect counts as success, as forms
 * answer, and is not followed. Cookies are kept as a browser keeps them.
 */
export async function signIn(
	scenario: Scenario,
	values: Values,
	{ dialer, ways, runHeaders }: { dialer: Dialer; ways: Ways; runHeaders: RequestTexts['headers'] },
): Promise<SignedIn> {
	const { login, take, action } = scenario;
	if (login === null) return { kind: 'signed-in', values, cookie: '' };
	const url = new URL(login.url);
	const route = await ways.to(url);
	if (typeof route !== 'number') return { kind: 'failed', why: route.detail };
	const connection = await openConnection(dialer, ways.destination(url, route), TIMEOUTS);
	if (!('client' in connection)) return { kind: 'failed', why: connection.detail };
	const reader = new BodyReader(MOST_BYTES);
	try {
		const filled = filledIn(login, values);
		const step = ways.step(url, route, login.method, {
			headers: [...filled.headers, ...runHeaders],
			...(filled.body !== null && { body: filled.body }),
		});
		const sent = await exchangeOver(connection, {
			...step,
			headerMs: TIMEOUTS.header,
			totalMs: TIMEOUTS.exchange,
			signal: dialer.signal,
			onData: (chunk) => reader.take(chunk),
		});
		if (sent.kind === 'failed') return { kind: 'failed', why: sent.detail };
		const { status, headers } = sent.head;
		if (status >= 400) return { kind: 'failed', why: `it was answered with ${status}` };
		const named = (name: string) =>
			headers.flatMap(([each, value]) => (each.toLowerCase() === name ? [value] : []));
		reader.encodedBy(named('content-encoding'));
		const body = (await reader.decoded(sent.isCut)).bytes.toString('utf8');
		const taken = new Map(values);
		for (const [name, path] of take) {
			const member = memberAt(body, path);
			if (member === null) return { kind: 'failed', why: `its answer has no member ${path}` };
			taken.set(`taken.${name}`, member);
		}
		const jar = new CookieJar();
		for (const cookie of named('set-cookie')) jar.store(cookie, login.url);
		return { kind: 'signed-in', values: taken, cookie: jar.headerFor(action.url) };
	} finally {
		connection.destroy();
	}
}

/** The same texts with values in the place of names. Throws `BadScenario`. */
export function filledIn(
	{ headers, body }: Pick<RequestTexts, 'headers' | 'body'>,
	values: Values,
): Pick<RequestTexts, 'headers' | 'body'> {
	const filled = headers.map(([name, value]) => [name, fillIn(value, values)] as const);
	return {
		headers: filled,
		body: body === null ? null : fillIn(body, values, escapingFor(filled)),
	};
}
