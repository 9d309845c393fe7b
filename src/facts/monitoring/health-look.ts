import type { HttpAnswered } from '../../core/io.ts';
import { proofOfHit } from '../cache/cache-said.ts';
import { isHtml, pageIn } from '../web/html.ts';
import { bodyText, fieldValues } from '../web/http.ts';
import { readLocation } from '../web/location.ts';
import { isSamePage, sketchOf } from '../web/random-path.ts';
import { type HealthTime, readHealthBody } from './health-body.ts';

/** One answer of a health endpoint, as far as it is judged. */
export interface HealthLook {
	readonly status: number;
	/** Request sent to last byte. */
	readonly tookMs: number;
	/** What shows that a cache answered: `Age: 12`, `X-Cache: HIT`; empty where nothing does. */
	readonly cache: string;
	readonly says: 'up' | 'degraded' | 'down' | null;
	/** Where it says down. */
	readonly words: string;
	readonly time: HealthTime | null;
	/** Milliseconds since 1970 of the Date field; `null` without one. */
	readonly dateAt: number | null;
}

export function healthLook(answer: HttpAnswered): HealthLook {
	const { says, words, time } = readHealthBody(textOf(answer));
	const at = Date.parse(fieldValues(answer, 'date').at(-1) ?? '');
	return {
		status: answer.status,
		tookMs: answer.timing.firstByte + answer.timing.download,
		cache: proofOfHit(answer.headers),
		says,
		words,
		time,
		dateAt: Number.isNaN(at) ? null : at,
	};
}

/** The words that people see, of a page; the body of everything else. */
function textOf(answer: HttpAnswered): string {
	if (!isHtml(answer)) return bodyText(answer);
	return pageIn(answer, 'https://page.invalid/')?.text ?? '';
}

/** Where a redirect leads; `null` where it leads nowhere. */
export function locationOf(answer: HttpAnswered, url: string): string | null {
	const [location] = fieldValues(answer, 'location');
	return location === undefined ? null : readLocation(location, url).url;
}

const MOST_WORDS = 60;
const LONGEST_TEXT = 400;
const HEALTH_WORDS =
	/\b(?:ok|up|healthy|alive|running|operational|health ?check|status|live|ready|uptime|pass(?:ed|ing)?|down|unhealthy|fail(?:ed|ing)?|error)\b/i;
const LIGHT = /background(?:-color)?\s*:\s*(?:green|red)\b/i;

/**
 * Whether a success reads like a health endpoint's: nothing, JSON, a few words, or a page of a few words
 * about it. At /status and /health ordinary pages stand too.
 */
export function isHealthAnswer(answer: HttpAnswered, url: string): boolean {
	const type = (fieldValues(answer, 'content-type').at(-1) ?? '').toLowerCase();
	if (/^(?:image|video|audio|font)\/|octet-stream|javascript|^text\/css/.test(type)) return false;
	const body = bodyText(answer).trim();
	if (body === '') return true;
	if (isHtml(answer) || /^<(?:!doctype|html)\b/i.test(body)) {
		const text = pageIn(answer, url)?.text ?? '';
		if (text === '') return LIGHT.test(body);
		return text.split(/\s+/).length <= MOST_WORDS && HEALTH_WORDS.test(text);
	}
	if (/^[[{]/.test(body) || /\bjson\b/.test(type)) return !answer.body.truncated;
	return body.length <= LONGEST_TEXT;
}

/** Whether a path got what a random one beside it gets, what differs by the path and by chance apart. */
export function isSameAnswer(answer: HttpAnswered, control: HttpAnswered, url: string): boolean {
	if (answer.status !== control.status) return false;
	if (answer.status >= 300 && answer.status <= 499) return isSameRefusal(answer, control, url);
	if (answer.body.sha256 === control.body.sha256) return true;
	if (isSamePage(sketchOf(answer, url), sketchOf(control, url))) return true;
	const words = (one: HttpAnswered) =>
		bodyText(one)
			.replaceAll(new URL(url).pathname, '')
			.replace(/\/(?:[\w-]+\/)?lr-[0-9a-f]{16}/g, '')
			.replace(/\d+/g, '0');
	return words(answer) === words(control);
}

/** Redirects of every path lead to one place, or to the same path elsewhere. */
function isSameRefusal(answer: HttpAnswered, control: HttpAnswered, url: string): boolean {
	if (answer.status >= 400) return true;
	const asked = new URL(url).pathname;
	const there = (one: HttpAnswered) =>
		(fieldValues(one, 'location')[0] ?? '')
			.replace(/(?:%2F|\/)(?:[\w-]+(?:%2F|\/))?lr-[0-9a-f]{16}/gi, '*')
			.replaceAll(asked, '*')
			.replaceAll(encodeURIComponent(asked), '*');
	return there(answer) === there(control);
}
