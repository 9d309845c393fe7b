import type { ChalkInstance } from 'chalk';
import type { ServiceMap } from '../core/report.ts';
import { visible } from './visible-text.ts';

/** Lines of one table: the rest is in the JSON report. */
const MOST_DOMAINS = 5;
const MOST_SOURCES = 5;

type Reports = NonNullable<ServiceMap['mail']['reports']>;
type Tally = Pick<Reports, 'messages' | 'passed'>;

/** What the DMARC reports add up to, by policy domain and its busiest sources. */
export function mailReportsText(
	reports: Reports,
	{ chalk }: { readonly chalk: ChalkInstance },
): string {
	const { folder, files, duplicates, foreign, unread, domains } = reports;
	const beside = [
		duplicates > 0 && `${duplicates} twice, counted once`,
		foreign > 0 && `${foreign} on other domains`,
		unread > 0 && `${unread} not read`,
	].filter((part) => part !== false);
	return [
		chalk.bold(`DMARC reports (${reports.reports})`),
		`  ${visible(folder)}: ${files} files${beside.length > 0 ? `; ${beside.join(', ')}` : ''}`,
		...domains
			.slice(0, MOST_DOMAINS)
			.flatMap((one) => [
				`  ${visible(one.domain)}: ${inWords(one)}, by DKIM ${one.dkim}, by SPF ${one.spf}${spanOf(one)}`,
				...one.sources
					.slice(0, MOST_SOURCES)
					.map(
						(source) => `    ${visible(source.name || 'unreadable address')}: ${inWords(source)}`,
					),
			]),
		...(domains.length > MOST_DOMAINS
			? [`  and ${domains.length - MOST_DOMAINS} more policy domains`]
			: []),
	].join('\n');
}

function inWords({ messages, passed }: Tally): string {
	return `${messages} messages, ${passed} pass DMARC${shareOf({ messages, passed })}`;
}

/** Rounded down, so that no bar looks met that is not. */
function shareOf({ messages, passed }: Tally): string {
	if (messages === 0) return '';
	const tenths = Number((BigInt(passed) * 1_000n) / BigInt(messages));
	return ` (${tenths / 10} %)`;
}

function spanOf({ from, to }: Reports['domains'][number]): string {
	return from === null || to === null ? '' : `; ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
}
