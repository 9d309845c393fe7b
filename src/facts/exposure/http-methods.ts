import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../../core/io.ts';
import { botWall } from '../web/bot-wall.ts';
import { fieldValues, httpExchange } from '../web/http.ts';
import { siteAnswer } from '../web/sites.ts';

/** What a host does with methods that pages have no use for. */
export interface HttpMethods {
	readonly url: string;
	/** TRACE gave our own request back (RFC 9110 §9.3.8); `null` where that was not seen. */
	readonly echoesTrace: boolean | null;
	/** Allow of the answer to OPTIONS, upper case; `null` where there was none. */
	readonly allowed: readonly string[] | null;
	/** Why one of the two was not seen; `null` where both were, or neither was to be. */
	readonly unseen: string | null;
}

/** By which our own request is known again. */
const MARK = 'X-Launch-Ready';

/**
 * One TRACE and one OPTIONS of the page at `/`. Neither changes anything; the owner's log shows both.
 * `ask` is false where only GET is to be sent: then nothing is.
 */
export const httpMethods = defineDerivation({
	name: 'exposure.http-methods',
	params: z.object({ host: z.string(), seed: z.string(), ask: z.boolean() }),
	async derive({ host, seed, ask }, get): Promise<Fact<HttpMethods>> {
		const site = await get(siteAnswer({ host }));
		if (site.status !== 'known') return site;
		const url = `${new URL(site.value.url).origin}/`;
		if (!ask) return known({ url, echoesTrace: null, allowed: null, unseen: null });
		const [trace, options] = await Promise.all([
			get(httpExchange({ url, method: 'TRACE', headers: [[MARK, seed]] })),
			get(httpExchange({ url, method: 'OPTIONS' })),
		]);
		const traced = answerOf(trace);
		const offered = answerOf(options);
		const lost = [traced, offered].find((one) => typeof one === 'string');
		return known({
			url,
			echoesTrace: typeof traced === 'string' ? null : traced !== null && isEcho(traced, seed),
			allowed: typeof offered === 'string' || offered === null ? null : methodsIn(offered),
			unseen: typeof lost === 'string' ? `${url}: ${lost}` : null,
		});
	},
});

/** `null` where it broke the connection off, which refuses the method too; else why nothing was seen. */
function answerOf(exchange: Fact<HttpOutcome>): HttpAnswered | null | string {
	if (exchange.status !== 'known') return exchange.detail;
	const outcome = exchange.value;
	if (outcome.kind === 'failed') return outcome.phase === 'request' ? null : outcome.detail;
	return REFUSED.includes(outcome.status) ? outcome : (botWall(outcome) ?? outcome);
}

/** What a server says to a method that it does not know, whoever stands in front of it. */
const REFUSED = [400, 403, 405, 501];

/** The request as a message, whatever its type is called: our own field has to be in it. */
function isEcho({ status, body }: HttpAnswered, seed: string): boolean {
	const isMessage = /^\s*TRACE \S{1,2048} HTTP\/\d/.test(body.bytes);
	return status === 200 && isMessage && body.bytes.includes(seed);
}

/** What CORS allows other origins (Access-Control-Allow-Methods) is another matter. */
function methodsIn(answer: HttpAnswered): readonly string[] | null {
	const fields = fieldValues(answer, 'allow');
	if (fields.length === 0) return null;
	const names = fields.flatMap((field) => field.split(',')).map((one) => one.trim().toUpperCase());
	return [...new Set(names.filter((one) => /^[A-Z-]{1,32}$/.test(one)))];
}
