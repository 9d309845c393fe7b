import {
	at,
	type HealthEndpoint,
	type HealthSurvey,
	type Say,
	SLOW_MS,
	type Verdict,
	type WebFramework,
} from '../../src/sdk.ts';
import type { HEALTH_VERDICTS } from './_health-verdicts.ts';

type Key = keyof typeof HEALTH_VERDICTS & string;

/** Everything that is wrong with one endpoint that was seen. */
export function faultsOf(
	endpoint: HealthEndpoint,
	{ broken, endpoints, control }: HealthSurvey,
	{ say, framework }: { say: Say<typeof HEALTH_VERDICTS>; framework: WebFramework | null },
): readonly Verdict<Key>[] {
	const { url, looks, state, location } = endpoint;
	const status = looks.at(-1)?.status ?? 0;
	const about = { url, framework };
	const said: Verdict<Key>[] = [];
	switch (state) {
		case 'failing':
			said.push(say('failing', { ...about, status }));
			break;
		case 'contradicts':
			said.push(say('status-contradicts-body', { ...about, status, words: wordsIn(endpoint) }));
			break;
		case 'shell':
			said.push(say('page-shell', { ...about, control }));
			break;
		case 'redirects':
			said.push(say('redirects', { ...about, status, location: location ?? '' }));
			break;
		case 'needs-login':
			said.push(say('needs-login', { ...about, status }));
			break;
		case 'missing': {
			const host = new URL(url).hostname;
			said.push(say('missing', { host, declared: url, status, backEnd: '', control, framework }));
			break;
		}
		case 'up': {
			const [route] = broken;
			const isTold = endpoints.some((one) => one.state === 'failing');
			if (route !== undefined && !isTold && endpoint.context.sort !== 'liveness') {
				const proof = { broken: route.url, status: route.status, place: '', database: '' };
				said.push(say('always-ok', { ...about, ...proof }));
			}
			break;
		}
		case 'unseen':
			break;
	}
	const because = cachedBecause(endpoint);
	if (because !== '') said.push(say('cached', { ...about, because }));
	const p50 = medianMs(endpoint);
	if (p50 > SLOW_MS) said.push(say('slow', { ...about, p50 }));
	const leaks = leaksOf(endpoint);
	if (leaks !== null) said.push(say('leaks-detail', { ...about, ...leaks }));
	return said.map((one) => at({ kind: 'url', name: url }, one));
}

function wordsIn({ looks }: HealthEndpoint): string {
	return looks.find(({ words }) => words !== '')?.words ?? '';
}

function leaksOf({ secrets, leaks }: HealthEndpoint): { secrets: string; leaks: string } | null {
	if (secrets.length === 0 && leaks.length === 0) return null;
	const listed = leaks.slice(0, 3).map(({ kind, text }) => `${kind}: ${text}`);
	return { secrets: secrets.join(', '), leaks: listed.join('; ') };
}

/** 0 where there are too few answers to say. */
function medianMs({ looks, state }: HealthEndpoint): number {
	if (looks.length < 3 || (state !== 'up' && state !== 'contradicts')) return 0;
	const sorted = looks.map(({ tookMs }) => tookMs).toSorted((one, two) => one - two);
	return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** The body's moment may be older than the answer by this much before somebody else has kept it. */
const OLDEST_MS = 30_000;

/** What shows that a cache answered; empty where nothing does. */
function cachedBecause({ looks, state }: HealthEndpoint): string {
	if (state !== 'up' && state !== 'contradicts') return '';
	const field = looks.find(({ cache }) => cache !== '');
	if (field !== undefined) return field.cache;
	const [first, second] = looks;
	const time = first?.time;
	if (!time || !second?.time || time.text !== second.time.text) return '';
	const words = `${time.key} stayed ${time.text} over two requests`;
	if (time.isFine) return words;
	// A moment told to the second is the same in two requests of one second.
	const [earlier, later] = [first.dateAt, second.dateAt];
	if (earlier === null || later === null) return '';
	if (later - earlier >= 2_000) return words;
	return time.at !== null && earlier - time.at > OLDEST_MS ? words : '';
}
