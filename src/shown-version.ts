import type { HttpAnswered } from './core/io.ts';

/** SHA-1 and SHA-256. */
const WHOLE_HASHES: readonly number[] = [40, 64];
/** Shorter beginnings of a commit mean too many commits. */
const HASH = /^[0-9a-f]{7,64}$/i;
/** Characters that go on with a version: `1.2.3` is neither `1.2.30` nor `1.2.3-rc.1`. */
const BEFORE = '(?<![0-9A-Za-z_])(?<![0-9]\\.)';
const AFTER = '(?![0-9A-Za-z_]|\\.[0-9]|[-+][0-9A-Za-z])';
/** What platforms and frameworks call it. */
const VERSION_NAME = /version|release|revision|commit|build|sha|deploy/i;
const LONGEST_SEEN = 80;

type Answer = Pick<HttpAnswered, 'headers' | 'body'>;

/**
 * Whether an answer shows this version, in its body or in the value of any header. Of a commit, seven
 * digits are enough on either side; any other text must stand alone, a leading `v` apart.
 */
export function showsVersion({ headers, body }: Answer, expected: string): boolean {
	const texts = [body.bytes, ...headers.map(([, value]) => value)];
	const wanted = expected.trim();
	if (HASH.test(wanted)) return texts.some((text) => holdsHash(text, wanted.toLowerCase()));
	const quoted = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	const alone = new RegExp(`${BEFORE}v?${quoted}${AFTER}`, 'i');
	return texts.some((text) => alone.test(text));
}

function holdsHash(text: string, wanted: string): boolean {
	const runs = text.toLowerCase().matchAll(/(?<![0-9a-z])v?([0-9a-f]{7,64})(?![0-9a-z])/g);
	return [...runs].some(([, run = '']) => {
		const [short, long] = run.length < wanted.length ? [run, wanted] : [wanted, run];
		// Digits alone are a date or a number as likely as a commit.
		const mayBeShort = /[a-f]/.test(long) || WHOLE_HASHES.includes(long.length);
		return short === long || (mayBeShort && long.startsWith(short));
	});
}

/** What it shows instead, in short: the header that is called so, or the beginning of the body. */
export function versionSeen({ headers, body }: Answer): string {
	const header = headers.find(([name]) => VERSION_NAME.test(name));
	const text = body.bytes.replace(/\s+/g, ' ').trim();
	const shown = header === undefined ? text : `${header[0]}: ${header[1]}`;
	if (shown === '') return 'it answers with an empty body';
	return `it answers ${shown.length > LONGEST_SEEN ? `${shown.slice(0, LONGEST_SEEN)}…` : shown}`;
}
