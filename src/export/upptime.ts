import { answerText, dnsOverHttps } from './dns-over-https.ts';
import { CERTIFICATE_DAYS, type WatchedUrl, type WatchList } from './watch-list.ts';
import { type ExportedFile, leftOutComment, yamlFile } from './yaml-file.ts';

interface Site {
	readonly name: string;
	readonly url: string;
	readonly method?: 'HEAD';
	readonly expectedStatusCodes: readonly number[];
	readonly maxRedirects: 0;
	readonly maxResponseTime?: number;
	readonly __dangerous__body_down_if_text_missing?: string;
}

/** GitHub starts no workflow more often. */
const EVERY_FIVE_MINUTES = '*/5 * * * *';

/**
 * The configuration of Upptime, one file: `.upptimerc.yml` of the repository that was made from its
 * template. `repository` is `OWNER/NAME` on GitHub.
 */
export function upptimeFile(list: WatchList, repository: string | null): ExportedFile {
	const [owner = '', repo = ''] = (repository ?? 'FILL-IN-OWNER/FILL-IN-REPOSITORY').split('/');
	const sites: readonly Site[] = [
		...[...list.pages, ...list.health].map(siteOf),
		...list.redirects.map(({ from, status }) => ({
			name: `${from.replace(/^https:\/\//, '')} redirects`,
			url: from,
			expectedStatusCodes: [status],
			maxRedirects: 0 as const,
		})),
		...list.records.flatMap(({ name, type, label, values }) =>
			values.slice(0, type === 'CAA' ? undefined : 1).map((value) => ({
				name: `${name}: ${label}${values.length > 1 ? ` ${value}` : ''}`,
				url: dnsOverHttps(name, type),
				expectedStatusCodes: [200],
				maxRedirects: 0 as const,
				__dangerous__body_down_if_text_missing: answerText(type, value),
			})),
		),
	];
	return yamlFile('.upptimerc.yml', {
		comment: commentFor(list, repository),
		tree: {
			owner,
			repo,
			sites: distinct(sites),
			'status-website': { name: `${list.domain} status`, baseUrl: `/${repo}` },
			workflowSchedule: { uptime: EVERY_FIVE_MINUTES },
		},
	});
}

function commentFor(list: WatchList, repository: string | null): readonly string[] {
	return [
		...list.origin,
		'',
		...(repository === null
			? ['Fill in owner and repo, or write it again with --upptime-repo OWNER/NAME.']
			: []),
		'Upptime opens an issue for everything that is down. For a second channel give the repository',
		'these secrets: NOTIFICATION_SLACK=true, NOTIFICATION_SLACK_WEBHOOK=true,',
		'NOTIFICATION_SLACK_WEBHOOK_URL; or those of another provider in its documentation.',
		'',
		'DNS is asked at dns.google over HTTPS.',
		...leftOutComment([...notForUpptime(list), ...list.leftOut]),
	];
}

function notForUpptime({
	pages,
	health,
	certificates,
	mail,
	records,
}: WatchList): readonly string[] {
	const { warning, critical } = CERTIFICATE_DAYS;
	return [
		'a look every minute: GitHub runs Upptime every five minutes at most',
		...(certificates.length > 0
			? [
					`certificates ${warning} and ${critical} days before they end: Upptime sees only that one has ended`,
				]
			: []),
		...[...pages, ...health]
			.filter(({ kind, budgetMs }) => kind === 'request' && budgetMs !== null)
			.map(({ url, budgetMs }) => `${url}: its ${budgetMs} ms, which are for an open connection`),
		...mail.map((host) => `${host}, port 25: GitHub lets nobody out to it`),
		...records
			.filter(({ values }) => values.length === 0)
			.map(({ name, type }) => `${name} ${type}: there is no lasting value to look for`),
	];
}

/** It opens a connection for every look, so that no budget of an open one fits. */
function siteOf({ url, method, status, kind, budgetMs }: WatchedUrl): Site {
	return {
		name: url.replace(/^https:\/\//, ''),
		url,
		...(method === 'HEAD' && { method }),
		expectedStatusCodes: [status],
		maxRedirects: 0,
		...(budgetMs !== null && kind === 'visit' && { maxResponseTime: budgetMs }),
	};
}

/** Upptime makes a file name of a name: what differs in signs alone would share one. */
function distinct(sites: readonly Site[]): readonly Site[] {
	const seen = new Map<string, number>();
	return sites.map((site) => {
		const slug = site.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
		const count = (seen.get(slug) ?? 0) + 1;
		seen.set(slug, count);
		return count === 1 ? site : { ...site, name: `${site.name} (${count})` };
	});
}
