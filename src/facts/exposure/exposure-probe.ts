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
export interface Answered {
	readonly path: string;
	readonly url: string;
	/** `null` where no answer came. */
	readonly status: number | null;
	/** Content-Type without parameters, in lower case; empty where none was sent. */
	readonly type: string;
	/** As far as it was read (64 KiB), secrets redacted, one character a byte. */
	readonly bytes: string;
	/** Of what was read, before redaction; empty without an answer. */
	readonly sha256: string;
	/** Why it tells nothing about the path; `null` where it does. */
	readonly unseen: Pick<Extract<Unsettled, { status: 'unknown' }>, 'because' | 'detail'> | null;
	/** The answer had not ended when it was no longer waited for. */
	readonly heldUp?: true;
}

/** A path that a check asked for. */
export interface Probed extends Answered {
	/**
	 * A random name in the same folder with the same extension, for servers that make up what they are
	 * asked for; `null` where the path gave nothing that could be a file.
	 */
	readonly twin: Answered | null;
}

/** Paths of one host, beside random ones that nobody can have published. */
export interface Probes {
	readonly origin: string;
	/** `/lr-<hex>`, `/lr-<hex>.php`, `/.lr-<hex>`, in this order. */
	readonly controls: readonly Answered[];
	readonly paths: readonly Probed[];
}

/** Files of interest are recognised by their beginning. */
const MOST_BYTES = 65_536;

/** By then the host has answered for other facts, so that nothing of it has to wake up. */
const LONGEST_MS = 10_000;

/** A server that lets us wait for so many paths, after it answered random ones, holds scanners up. */
const MOST_WAITS = 2;

/**
 * Asks a host for paths that should not be there, after three random ones: one GET each with a Range,
 * no redirect followed, `atOnce` in flight. A path that gives content which is no page gets a twin: one
 * more random name beside it. The owner's log shows them all. A gatekeeper in front of the plain random
 * path, or a refusal of everything, makes it unknown; in front of the random `.php` or dot name, the
 * paths of that kind. The first 429, and the second path that lets us wait, end it: nothing more is asked. A path that
 * alone gives a server error was not seen. Over HTTPS, and over HTTP only where HTTPS does not answer.
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
		const [plain] = controls;
		if (plain?.unseen) return unknown(plain.unseen.because, plain.unseen.detail);
		if (plain?.heldUp) return unknown('timeout', `${plain.url}: the answer did not end in time`);
		const asked = await probeAll({ origin, paths, controls, atOnce }, get);
		const probed = asked.map((one) => (isItsOwnError(one, controls) ? hiddenByError(one) : one));
		// A page at the root says nothing of the rest.
		const all = [...controls, ...probed.filter(({ path }) => path !== '/')];
		const isRefused = all.every(({ status }) => status === 401 || status === 403);
		if (isRefused && !controls.every(meansMissing)) {
			return unknown('denied', `${origin} refuses every path (${all[0]?.status ?? 403})`);
		}
		return known({
			origin,
			controls,
			paths: await withTwins({ origin, seed, probed }, controls, get),
		});
	},
});

async function withTwins(
	{ origin, seed, probed }: { origin: string; seed: string; probed: readonly Answered[] },
	controls: readonly Answered[],
	get: GetFact,
): Promise<readonly Probed[]> {
	return inFlight(1, probed, async (one) => ({
		...one,
		twin: mayBeAFile(one, controls) ? await probe(origin, twinPath(one.path, seed), get) : null,
	}));
}

function mayBeAFile(one: Answered, controls: readonly Answered[]): boolean {
	return (
		isContent(one) &&
		one.bytes.trim() !== '' &&
		!looksLikeHtml(one.bytes) &&
		controls.every(({ sha256 }) => sha256 !== one.sha256)
	);
}

/**
 * `/api/.env.bak` → `/api/.lr-<seed>.bak`, `/.git/config` → `/.git/lr-<seed>`; `/.zip` is an archive with an
 * empty name: `/lr-<seed>.zip`.
 */
export function twinPath(path: string, seed: string): string {
	const [, folder = '/', dot = '', rest = ''] = /^(.*\/)(\.?)(.*?)\/?$/.exec(path) ?? [];
	if (dot !== '' && rest === 'zip') return `${folder}lr-${seed}.zip`;
	const extension = /^[^.~]*([.~].*)?$/.exec(rest)?.[1] ?? '';
	return `${folder}${dot}lr-${seed}${extension}`;
}

/**
 * What S3 says of an object that is not there to whom it does not tell so, and API Gateway of a path
 * that nobody has defined: no refusal of us.
 */
function meansMissing({ status, bytes }: Answered): boolean {
	return (
		status === 403 &&
		/^(?:<\?xml[^>]{0,200}>\s*)?<Error><Code>AccessDenied<\/Code>|^\{"message":"Missing Authentication Token"\}/.test(
			bytes,
		)
	);
}

/**
 * A server error that random paths did not get: a limit on requests (503 is nginx's default) or a crash,
 * behind which the file may lie.
 */
function isItsOwnError({ status, unseen }: Answered, controls: readonly Answered[]): boolean {
	return (
		unseen === null &&
		status !== null &&
		status >= 500 &&
		!controls.every((control) => control.status === status)
	);
}

function hiddenByError(probed: Answered): Answered {
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

interface Asking {
	readonly origin: string;
	readonly paths: readonly string[];
	readonly controls: readonly Answered[];
	readonly atOnce: number;
}

async function probeAll(
	{ origin, paths, controls, atOnce }: Asking,
	get: GetFact,
): Promise<readonly Answered[]> {
	let stopped: Answered['unseen'] = null;
	let waits = 0;
	return inFlight(atOnce, paths, async (path) => {
		const unseen = stopped ?? controlOf(path, controls)?.unseen ?? null;
		if (unseen !== null) return { ...nothing(origin, path), unseen };
		const one = await probe(origin, path, get);
		if (one.heldUp || one.unseen?.because === 'timeout') waits += 1;
		if (one.status === 429) stopped ??= one.unseen;
		if (waits >= MOST_WAITS) stopped ??= { because: 'timeout', detail: `${origin} lets us wait` };
		return one;
	});
}

/** The random path of the same kind: a gatekeeper may have a rule against dot names or scripts alone. */
function controlOf(path: string, controls: readonly Answered[]): Answered | undefined {
	const [plain, script, dotted] = controls;
	if (path.includes('/.')) return dotted;
	return path.includes('.php') ? script : plain;
}

async function probe(origin: string, path: string, get: GetFact): Promise<Answered> {
	const url = `${origin}${path}`;
	const exchange = await get(
		httpExchange({
			url,
			headers: [['range', `bytes=0-${MOST_BYTES - 1}`]],
			maxBytes: MOST_BYTES,
			totalMs: LONGEST_MS,
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

function read(empty: Answered, outcome: HttpOutcome): Answered {
	const { url } = empty;
	if (outcome.kind === 'failed') {
		const because = outcome.how === 'silent' ? 'timeout' : 'inconclusive';
		return { ...empty, unseen: { because, detail: `${url}: ${outcome.detail}` } };
	}
	const wall = refusal(outcome);
	return {
		...empty,
		status: outcome.status,
		type: mediaType(outcome),
		bytes: outcome.body.bytes,
		sha256: outcome.body.sha256,
		unseen: wall === null ? null : { because: 'denied', detail: `${url}: ${wall}` },
		...(tookAll(outcome) && { heldUp: true }),
	};
}

function tookAll({ timing }: HttpAnswered): boolean {
	return timing.firstByte + timing.download > 0.9 * LONGEST_MS;
}

function refusal(answer: HttpAnswered): string | null {
	const busy = answer.status === 503 && fieldValues(answer, 'retry-after').length > 0;
	return busy ? 'it asks us to come back later (503)' : botWall(answer);
}

function mediaType(answer: HttpAnswered): string {
	const [type = ''] = fieldValues(answer, 'content-type').at(-1)?.split(';') ?? [];
	return type.trim().toLowerCase();
}

function nothing(origin: string, path: string): Answered {
	const url = `${origin}${path}`;
	return { path, url, status: null, type: '', bytes: '', sha256: '', unseen: null };
}

/**
 * Whether a path gives away the file that a signature describes: answered with content, recognised, no
 * HTML unless `html` allows that, and unlike every random path, none of which gives such a thing too.
 */
export function isExposed(
	probed: Probed,
	controls: readonly Answered[],
	matches: (bytes: string) => boolean,
	{ html = false }: { readonly html?: boolean } = {},
): boolean {
	const gives = (one: Answered) =>
		isContent(one) && matches(one.bytes) && (html || !looksLikeHtml(one.bytes));
	return (
		gives(probed) &&
		[...controls, ...twinOf(probed)].every((one) => one.sha256 !== probed.sha256 && !gives(one))
	);
}

function twinOf({ twin }: Probed): readonly Answered[] {
	return twin === null ? [] : [twin];
}

function isContent({ status, unseen }: Answered): boolean {
	return (status === 200 || status === 206) && unseen === null;
}

/**
 * By the body's first KiB and not by Content-Type, which an application shell gets wrong. A program that
 * writes pages is none.
 */
function looksLikeHtml(bytes: string): boolean {
	const start = bytes.slice(0, 1024);
	return (
		/<!doctype\s+html|<(?:html|head|body|script)\b/i.test(start) &&
		!/^(?:\xef\xbb\xbf)?\s*<\?(?:php|=)/.test(start)
	);
}

/** The control experiment in words: what paths gave that nobody can have published. */
export function controlInWords(controls: readonly Answered[], probed?: Probed): string {
	const words = [...controls, ...(probed === undefined ? [] : twinOf(probed))].map(inWords);
	const distinct = [...new Set(words)];
	return `Random paths, asked for comparison: ${distinct.join(', ')}.`;
}

function inWords({ path, status, bytes }: Answered): string {
	if (status === null) return `${path} gave no answer`;
	return status === 200 || status === 206
		? `${path} gave ${status} with another body (${bytes.length} bytes)`
		: `${path} gave ${status}`;
}

/** The dot path's control: whether names that begin with a dot are simply not found here. */
export function deniesOnlyWhatExists(controls: readonly Answered[]): boolean {
	const dotted = controls.find(({ path }) => path.startsWith('/.'));
	return dotted?.status === 404 || dotted?.status === 410;
}
