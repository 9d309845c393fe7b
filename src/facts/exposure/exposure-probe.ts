import { z } from 'zod';
import { atOnce as inFlight } from '../../core/at-once.ts';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type Unsettled,
	unknown,
} from '../../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../../core/io.ts';
import { botWall } from '../web/bot-wall.ts';
import { fieldValues, httpAnswer, httpExchange } from '../web/http.ts';

/** What one path gave a stranger. */
export interface Probed {
	readonly path: string;
	readonly url: string;
	/** `null` where no answer came. */
	readonly status: number | null;
	/** As far as it was read (64 KiB), secrets redacted, one character a byte. */
	readonly bytes: string;
	/** Of what was read, before redaction; empty without an answer. */
	readonly sha256: string;
	/** Why it tells nothing about the path; `null` where it does. */
	readonly unseen: Pick<Extract<Unsettled, { status: 'unknown' }>, 'because' | 'detail'> | null;
}

/** Paths of one host, beside random ones that nobody can have published. */
export interface Probes {
	readonly origin: string;
	/** `/lr-<hex>`, `/lr-<hex>.php`, `/.lr-<hex>`, in this order. */
	readonly controls: readonly Probed[];
	readonly paths: readonly Probed[];
}

/** Files of interest are recognised by their beginning. */
const MOST_BYTES = 65_536;

/**
 * Asks a host for paths that should not be there, after three random ones: one GET each with a Range,
 * no redirect followed, `atOnce` in flight. The owner's log shows them all. A gatekeeper in front of
 * the random paths, or a refusal of everything, makes it unknown; so does the first 429, after which
 * nothing more is asked. A path that alone gives a server error was not seen. Over HTTPS, and over HTTP only where HTTPS does not answer.
 */
export const exposureProbes = defineDerivation({
	name: 'exposure.probes',
	params: z.object({
		host: z.string(),
		seed: z.string(),
		paths: z.array(z.string()),
		atOnce: z.number().int().positive(),
	}),
	async derive({ host, seed, paths, atOnce }, get): Promise<Fact<Probes>> {
		const found = await originOf(host, get);
		if (found.status !== 'known') return found;
		const origin = found.value;
		const controls = await Promise.all(controlPaths(seed).map((path) => probe(origin, path, get)));
		const hidden = controls.find(({ unseen }) => unseen !== null);
		if (hidden?.unseen) return unknown(hidden.unseen.because, hidden.unseen.detail);
		const asked = await probeAll(origin, paths, { atOnce, get });
		const probed = asked.map((one) => (isItsOwnError(one, controls) ? hiddenByError(one) : one));
		const all = [...controls, ...probed];
		if (all.every(({ status }) => status === 401 || status === 403)) {
			return unknown('denied', `${origin} refuses every path (${all[0]?.status ?? 403})`);
		}
		return known({ origin, controls, paths: probed });
	},
});

/**
 * A server error that random paths did not get: a limit on requests (503 is nginx's default) or a crash,
 * behind which the file may lie.
 */
function isItsOwnError({ status, unseen }: Probed, controls: readonly Probed[]): boolean {
	return (
		unseen === null &&
		status !== null &&
		status >= 500 &&
		!controls.every((control) => control.status === status)
	);
}

function hiddenByError(probed: Probed): Probed {
	const detail = `${probed.url} answers ${probed.status}, and random paths do not`;
	return { ...probed, unseen: { because: 'inconclusive', detail } };
}

function controlPaths(seed: string): readonly string[] {
	return [`/lr-${seed}`, `/lr-${seed}.php`, `/.lr-${seed}`];
}

async function originOf(host: string, get: GetFact): Promise<Fact<string>> {
	const secure = await get(httpExchange({ url: `https://${host}/` }));
	if (secure.status !== 'known') return secure;
	if (secure.value.kind === 'answered') return known(`https://${host}`);
	const plain = await get(httpExchange({ url: `http://${host}/` }));
	if (plain.status === 'known' && plain.value.kind === 'answered') return known(`http://${host}`);
	const why = await get(httpAnswer({ url: `https://${host}/` }));
	return why.status === 'known' ? known(`https://${host}`) : why;
}

async function probeAll(
	origin: string,
	paths: readonly string[],
	{ atOnce, get }: { atOnce: number; get: GetFact },
): Promise<readonly Probed[]> {
	let refused: Probed['unseen'] = null;
	return inFlight(atOnce, paths, async (path) => {
		if (refused !== null) return { ...nothing(origin, path), unseen: refused };
		const one = await probe(origin, path, get);
		if (one.status === 429) refused ??= one.unseen;
		return one;
	});
}

async function probe(origin: string, path: string, get: GetFact): Promise<Probed> {
	const url = `${origin}${path}`;
	const exchange = await get(
		httpExchange({
			url,
			headers: [['range', `bytes=0-${MOST_BYTES - 1}`]],
			maxBytes: MOST_BYTES,
		}),
	);
	const empty = nothing(origin, path);
	switch (exchange.status) {
		case 'unknown':
			return { ...empty, unseen: { because: exchange.because, detail: exchange.detail } };
		case 'blocked':
			return { ...empty, unseen: { because: 'inconclusive', detail: exchange.detail } };
		case 'known':
			return read(empty, exchange.value);
	}
}

function read(empty: Probed, outcome: HttpOutcome): Probed {
	const { url } = empty;
	if (outcome.kind === 'failed') {
		const because = outcome.how === 'silent' ? 'timeout' : 'inconclusive';
		return { ...empty, unseen: { because, detail: `${url}: ${outcome.detail}` } };
	}
	const wall = refusal(outcome);
	return {
		...empty,
		status: outcome.status,
		bytes: outcome.body.bytes,
		sha256: outcome.body.sha256,
		unseen: wall === null ? null : { because: 'denied', detail: `${url}: ${wall}` },
	};
}

function refusal(answer: HttpAnswered): string | null {
	const busy = answer.status === 503 && fieldValues(answer, 'retry-after').length > 0;
	return busy ? 'it asks us to come back later (503)' : botWall(answer);
}

function nothing(origin: string, path: string): Probed {
	return { path, url: `${origin}${path}`, status: null, bytes: '', sha256: '', unseen: null };
}

/**
 * Whether a path gives away the file that a signature describes: answered with content, recognised, no
 * HTML, and unlike every random path, none of which the signature recognises either.
 */
export function isExposed(
	probed: Probed,
	controls: readonly Probed[],
	matches: (bytes: string) => boolean,
): boolean {
	return (
		(probed.status === 200 || probed.status === 206) &&
		probed.unseen === null &&
		matches(probed.bytes) &&
		!looksLikeHtml(probed.bytes) &&
		controls.every((one) => one.sha256 !== probed.sha256 && !matches(one.bytes))
	);
}

/** By the body's first KiB and not by Content-Type, which an application shell gets wrong. */
function looksLikeHtml(bytes: string): boolean {
	return /<!doctype\s+html|<(?:html|head|body|script)\b/i.test(bytes.slice(0, 1024));
}

/** The control experiment in words: what paths gave that nobody can have published. */
export function controlInWords(controls: readonly Probed[]): string {
	const words = controls.map(({ path, status, bytes }) =>
		status === 200 || status === 206
			? `${path} gave ${status} with another body (${bytes.length} bytes)`
			: `${path} gave ${status}`,
	);
	return `Random paths, asked first: ${words.join(', ')}.`;
}

/** The dot path's control: whether names that begin with a dot are simply not found here. */
export function deniesOnlyWhatExists(controls: readonly Probed[]): boolean {
	const dotted = controls.find(({ path }) => path.startsWith('/.'));
	return dotted?.status === 404 || dotted?.status === 410;
}
