import type { Severity } from '../core/severity.ts';
import { visible } from '../report/visible-text.ts';
import type { Alert, Told } from './watch-state.ts';

/** A message is for a telephone; the report has the rest. */
const MOST_LINES = 12;
const LONGEST_TITLE = 300;

const WORDS: Readonly<Record<Severity, string>> = {
	blocker: 'launch blocker',
	high: 'high risk',
	later: 'can wait',
	info: 'for information',
};

/** `example.com: 2 broke, 1 recovered`; one line without any character that could end it. */
export function alertSubject({ domain, broke, recovered, gone, sight }: Alert): string {
	const parts = [
		broke.length > 0 && `${broke.length} broke`,
		recovered.length > 0 && `${recovered.length} recovered`,
		gone.length > 0 && `${gone.length} no longer judged`,
		sight === 'lost' && 'cannot be seen from here',
		sight === 'back' && 'can be seen again',
	].filter((part) => part !== false);
	return `${visible(domain, 253)}: ${parts.join(', ')}`;
}

/** The whole message, for a mail or a terminal. What came from the site cannot move a cursor or end a line. */
export function alertText(alert: Alert): string {
	const { broke, recovered, gone, standing, headline, sight } = alert;
	return [
		alertSubject(alert),
		...section('Broken, twice in a row:', broke, (one) => `since ${moment(one.since)}`),
		...section('Recovered:', recovered, (one) => lasted(one, alert)),
		...section('No longer judged, so neither failing nor fixed:', gone, () => ''),
		...(sight === null ? [] : [SIGHT[sight]]),
		`Standing now: ${standing}.`,
		visible(headline),
	].join('\n');
}

const SIGHT = {
	lost: 'For three rounds it could not be judged from here: nobody is watching it now.',
	back: 'It can be judged from here again.',
} as const;

function section(
	title: string,
	list: readonly Told[],
	about: (one: Told) => string,
): readonly string[] {
	if (list.length === 0) return [];
	const lines = list.slice(0, MOST_LINES).map((one) => {
		const { id, severity, title: sentence } = one;
		const place = sentence.includes(one.place) ? '' : ` at ${visible(one.place, 200)}`;
		const more = about(one);
		return `- ${WORDS[severity]}: ${visible(sentence, LONGEST_TITLE)} (${visible(id)}${place}${more === '' ? '' : `, ${more}`})`;
	});
	const rest = list.length - lines.length;
	return [title, ...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])];
}

function moment(iso: string): string {
	return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long it stood; a clock that was set back makes no negative time. */
function lasted({ since }: Told, { at }: Alert): string {
	const minutes = Math.max(0, Math.round((Date.parse(at) - Date.parse(since)) / 60_000));
	if (minutes < 1) return 'after less than a minute';
	return minutes < 120 ? `after ${minutes} min` : `after ${Math.round(minutes / 60)} h`;
}

/**
 * For Slack and what takes its messages: `&`, `<` and `>` are its only special characters, and without
 * `<` nothing is a mention or a link of ours. Elsewhere a bare `@channel` is one: the sign is kept
 * apart from its word.
 */
export function chatText(alert: Alert): string {
	return alertText(alert)
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll(/@(?=\S)/g, '@\u200b');
}
