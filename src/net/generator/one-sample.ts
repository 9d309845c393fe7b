import { Unobserved } from '../../core/fact.ts';
import type { TimingFault } from '../../core/io.ts';
import { BodyReader } from '../body.ts';
import {
	type Destination,
	type HttpConnection,
	type HttpFailed,
	openConnection,
	type Timeouts,
} from '../connection.ts';
import type { Dialer } from '../dialer.ts';
import { exchangeOver, type Head, type Sent } from '../exchange.ts';
import type { Expectation, Line, Route, SampleText, Step } from './protocol.ts';

/** A connection that is kept between samples. */
export interface Keeper {
	readonly route: number;
	connection: HttpConnection | null;
	/** By `performance.now()`: the last whole answer over it, and its end. */
	answeredAt: number;
	closedAt: number;
}

/** What one sample came to. Times by `performance.now()`; `0` where it did not come so far. */
export interface Taken extends SampleText {
	readonly started: number;
	readonly headersAt: number;
	readonly ended: number;
	readonly status: number;
	readonly newConnection: boolean;
	readonly roundTripMs: number;
	readonly closedAfterMs: number;
	readonly connectMs: number;
	readonly tlsMs: number;
	readonly redirectMs: number;
	readonly firstByteMs: number;
	readonly bytes: number;
	readonly redirects: number;
	readonly askedForLess: boolean;
	readonly fault: TimingFault;
}

export interface Surroundings {
	readonly dialer: Dialer;
	readonly routes: readonly Route[];
	readonly timeouts: Timeouts;
}

const KEEP_ALIVE_MS = 30_000;
/** Of a body that is looked at. */
const MOST_BYTES = 1024 * 1024;

/**
 * Takes one sample of a line: one request, or a walk along its steps. Connections that the keeper does
 * not hold are opened, and closed at the end. `look` says whether its body is compared with what is
 * expected. Throws only when the audit is stopped.
 */
export async function takeSample(
	line: Line,
	keeper: Keeper | null,
	look: boolean,
	around: Surroundings,
): Promise<Taken> {
	const walk = new Walk(line, keeper, look, around);
	try {
		return await walk.go();
	} finally {
		walk.end();
	}
}

class Walk {
	readonly #line: Line;
	readonly #keeper: Keeper | null;
	readonly #look: boolean;
	readonly #around: Surroundings;
	readonly #own = new Map<number, HttpConnection>();
	readonly #began = performance.now();
	#started = 0;
	#connectMs = 0;
	#tlsMs = 0;
	#isNew = false;
	#roundTripMs = 0;
	#closedAfterMs = -1;
	#bytes = 0;
	#stepBegan = this.#began;

	constructor(line: Line, keeper: Keeper | null, look: boolean, around: Surroundings) {
		this.#line = line;
		this.#keeper = keeper;
		this.#look = look;
		this.#around = around;
	}

	async go(): Promise<Taken> {
		for (let redirects = 0; ; redirects += 1) {
			try {
				const taken = await this.#step(redirects);
				if (taken !== null) return taken;
			} catch (error) {
				if (!(error instanceof Unobserved) || this.#around.dialer.signal.aborted) throw error;
				return this.#failed('ours', error.message, redirects);
			}
		}
	}

	/** `null` where it was answered with a redirect to the next. */
	async #step(redirects: number): Promise<Taken | null> {
		this.#stepBegan = performance.now();
		const { steps } = this.#line;
		const step = steps[redirects];
		if (step === undefined) throw new RangeError('a line without steps');
		const isLast = redirects === steps.length - 1;
		const reader = isLast && this.#look ? new BodyReader(MOST_BYTES) : null;
		const sent = await this.#send(step, reader);
		if (sent.kind === 'failed') return this.#failed(sent.how, sent.detail, redirects);
		if (!isLast && isRedirect(sent.head)) return null;
		return this.#answered(sent, reader, redirects);
	}

	end(): void {
		for (const connection of this.#own.values()) connection.destroy();
	}

	async #send(step: Step, reader: BodyReader | null): Promise<Sent | HttpFailed> {
		for (let tries = 0; ; tries += 1) {
			const connection = await this.#connection(step);
			if (!('client' in connection)) return connection;
			this.#bytes = 0;
			const sent = await exchangeOver(connection, {
				path: step.path,
				method: step.method,
				headers: step.headers,
				...(step.body !== undefined && { body: step.body }),
				headerMs: this.#line.timeoutMs,
				totalMs: this.#line.timeoutMs,
				signal: this.#around.dialer.signal,
				onData: (chunk) => {
					this.#bytes += chunk.length;
					reader?.take(chunk);
					return true;
				},
			});
			if (this.#started === 0) this.#started = sent.beganAt;
			if (sent.kind === 'failed' && sent.isStale && tries === 0) continue;
			return sent;
		}
	}

	async #connection(step: Step): Promise<HttpConnection | HttpFailed> {
		const isKept = this.#keeper?.route === step.route;
		const held = isKept ? this.#keeper?.connection : this.#own.get(step.route);
		if (held && !held.isClosed()) {
			this.#roundTripMs = isKept && !this.#isNew ? 0 : held.connectMs;
			return held;
		}
		if (held && this.#keeper && isKept && this.#keeper.answeredAt > 0) {
			this.#closedAfterMs = Math.max(0, this.#keeper.closedAt - this.#keeper.answeredAt);
		}
		this.#isNew = true;
		const { dialer, routes, timeouts } = this.#around;
		const to = destinationOf(routes[step.route]);
		const began = performance.now();
		const opened = await openConnection(dialer, to, timeouts, null, KEEP_ALIVE_MS);
		if (!('client' in opened)) {
			this.#connectMs += performance.now() - began;
			return opened;
		}
		this.#connectMs += opened.connectMs;
		this.#tlsMs += opened.tlsMs;
		this.#roundTripMs = opened.connectMs;
		if (isKept && this.#keeper) keep(this.#keeper, opened);
		else this.#own.set(step.route, opened);
		return opened;
	}

	async #answered(
		sent: Extract<Sent, { kind: 'answered' }>,
		reader: BodyReader | null,
		redirects: number,
	): Promise<Taken> {
		const { head, isCut, beganAt, firstByteMs, tookMs } = sent;
		if (this.#keeper && !isCut) this.#keeper.answeredAt = beganAt + tookMs;
		const wrong = reader === null || isCut ? null : await this.#wrongIn(head, reader);
		return {
			...this.#opening(redirects),
			headersAt: beganAt + firstByteMs,
			ended: beganAt + tookMs,
			status: head.status,
			firstByteMs,
			bytes: this.#bytes,
			askedForLess: asksForLess(head),
			fault: isCut ? 'cut' : (wrong?.fault ?? 'none'),
			failure: isCut
				? `the answer was not complete after ${Math.round(tookMs)} ms`
				: (wrong?.failure ?? ''),
			headers: head.headers.filter(([name]) =>
				this.#line.keepHeaders?.includes(name.toLowerCase()),
			),
		};
	}

	#failed(fault: TimingFault, failure: string, redirects: number): Taken {
		return {
			...this.#opening(redirects),
			headersAt: 0,
			ended: performance.now(),
			status: 0,
			firstByteMs: 0,
			bytes: 0,
			askedForLess: false,
			fault,
			failure,
			headers: [],
		};
	}

	#opening(redirects: number) {
		return {
			started: this.#started,
			newConnection: this.#isNew,
			roundTripMs: this.#roundTripMs,
			closedAfterMs: this.#closedAfterMs,
			connectMs: this.#connectMs,
			tlsMs: this.#tlsMs,
			redirectMs: redirects === 0 ? 0 : this.#stepBegan - this.#began,
			redirects,
		};
	}

	async #wrongIn(head: Head, reader: BodyReader): Promise<WrongBody | null> {
		const { expect } = this.#line;
		if (expect === undefined) return null;
		reader.encodedBy(valuesOf(head, 'content-encoding'));
		const { bytes, isTruncated } = await reader.decoded(false);
		return isTruncated ? null : wrongIn(bytes.toString('utf8'), head, expect);
	}
}

function keep(keeper: Keeper, opened: HttpConnection): void {
	keeper.connection = opened;
	keeper.answeredAt = 0;
	opened.whenClosed(() => {
		if (keeper.connection === opened) keeper.closedAt = performance.now();
	});
}

interface WrongBody {
	readonly fault: 'wrong-body' | 'foreign-body';
	readonly failure: string;
}

/** Exported for its tests. */
export function wrongIn(body: string, head: Head, expect: Expectation): WrongBody | null {
	const { wellFormed, contains, excludes = [] } = expect;
	const others = contains === undefined ? body : body.replaceAll(contains, ' ');
	if (excludes.some((one) => holdsWord(others, one))) {
		return { fault: 'foreign-body', failure: 'the body holds what belongs to another user' };
	}
	const failure = unexpectedIn(body, head, { wellFormed, contains, isSecret: excludes.length > 0 });
	return failure === '' ? null : { fault: 'wrong-body', failure };
}

/** Not inside of a longer word: `ann@example.com` is not in `joann@example.com`. */
function holdsWord(text: string, word: string): boolean {
	for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
		const before = text.charAt(at - 1);
		const behind = text.charAt(at + word.length);
		if (!WORD_CHARACTER.test(before) && !WORD_CHARACTER.test(behind)) return true;
	}
	return false;
}

const WORD_CHARACTER = /[\p{L}\p{N}]/u;

function unexpectedIn(
	body: string,
	head: Head,
	{
		wellFormed,
		contains,
		isSecret,
	}: Pick<Expectation, 'wellFormed' | 'contains'> & { readonly isSecret: boolean },
): string {
	if (contains !== undefined && !body.includes(contains)) {
		return isSecret
			? 'the body does not hold the marker of its user'
			: `the body does not contain ${JSON.stringify(contains)}`;
	}
	if (wellFormed !== true || head.status >= 300) return '';
	// Many a health check answers with nothing, whatever its header says.
	if (body === '') return '';
	const isJson = valuesOf(head, 'content-type').some((one) => /^[^;]*[/+]json\b/i.test(one));
	return isJson && !parses(body) ? 'the body says that it is JSON, and is not' : '';
}

function parses(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** RFC 6585 §4; RFC 9110 §15.6.4. */
function asksForLess(head: Head): boolean {
	return head.status === 429 || (head.status === 503 && valuesOf(head, 'retry-after').length > 0);
}

function isRedirect(head: Head): boolean {
	return head.status >= 300 && head.status < 400 && valuesOf(head, 'location').length > 0;
}

function valuesOf({ headers }: Head, name: string): readonly string[] {
	return headers.flatMap(([each, value]) => (each.toLowerCase() === name ? [value] : []));
}

function destinationOf(route: Route | undefined): Destination {
	if (route === undefined) throw new RangeError('a step without a route');
	const { origin, host, address, proxy, through } = route;
	return {
		url: new URL(origin),
		host,
		address,
		proxy: proxy === null ? null : new URL(proxy),
		through,
	};
}
