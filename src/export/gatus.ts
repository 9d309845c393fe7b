import { dnsOverHttps } from './dns-over-https.ts';
import { CERTIFICATE_DAYS, type WatchedUrl, type WatchList } from './watch-list.ts';
import type { WatchedRecord } from './watched-records.ts';
import { type ExportedFile, leftOutComment, yamlFile } from './yaml-file.ts';

/** A value that the environment gives when Gatus starts. */
class FromEnvironment {
	readonly name: string;

	constructor(name: string) {
		this.name = name;
	}
}

interface Endpoint {
	readonly name: string;
	readonly group: string;
	readonly url: string;
	readonly method?: 'HEAD';
	readonly interval: string;
	readonly dns?: { readonly 'query-name': string; readonly 'query-type': string };
	readonly client?: Readonly<Record<string, unknown>>;
	readonly conditions: readonly string[];
}

const CHANNELS = [{ type: 'slack' }, { type: 'email' }] as const;

/** What customers meet is asked every minute, what changes by hand every five. */
const INTERVAL = { site: '1m', record: '5m' } as const;

/**
 * The configuration of Gatus 5, one file. Its syntax: the README of TwiN/gatus. An endpoint of its own
 * for each certificate and record, so that none of them counts against the uptime of the site.
 */
export function gatusFile(list: WatchList, dnsServer: string): ExportedFile {
	const records = list.records.map((record) => recordEndpoint(record, dnsServer));
	const endpoints = distinct([
		...list.pages.map((page) => urlEndpoint(page, 'site')),
		...list.health.map((one) => urlEndpoint(one, 'health')),
		...list.redirects.map(({ from, status }) => ({
			name: nameOf(from),
			group: 'redirects',
			url: from,
			interval: INTERVAL.record,
			client: { 'ignore-redirect': true },
			conditions: [`[STATUS] == ${status}`],
		})),
		...list.certificates.flatMap((host) =>
			certificateEndpoints(host, { group: 'certificates', url: `tls://${host}:443` }),
		),
		...list.mail.flatMap((host) =>
			certificateEndpoints(host, { group: 'mail', url: `starttls://${host}:25` }),
		),
		...records,
	]);
	return yamlFile('gatus.yaml', {
		comment: escaped(commentFor(list, dnsServer)) as readonly string[],
		tree: escaped({
			alerting: {
				slack: {
					'webhook-url': new FromEnvironment('SLACK_WEBHOOK_URL'),
					'default-alert': DEFAULT_ALERT,
				},
				email: {
					from: new FromEnvironment('ALERT_EMAIL_FROM'),
					to: new FromEnvironment('ALERT_EMAIL_TO'),
					username: new FromEnvironment('SMTP_USERNAME'),
					password: new FromEnvironment('SMTP_PASSWORD'),
					host: new FromEnvironment('SMTP_HOST'),
					port: 587,
					'default-alert': DEFAULT_ALERT,
				},
			},
			endpoints: endpoints.map((one) => ({ ...one, alerts: CHANNELS })),
		}),
	});
}

const DEFAULT_ALERT = {
	enabled: true,
	'failure-threshold': 3,
	'success-threshold': 2,
	'send-on-resolved': true,
};

function commentFor({ origin, leftOut, mail }: WatchList, dnsServer: string): readonly string[] {
	return [
		...origin,
		'',
		'Give Gatus these in its environment: SLACK_WEBHOOK_URL for one channel; ALERT_EMAIL_FROM,',
		'ALERT_EMAIL_TO, SMTP_HOST, SMTP_USERNAME and SMTP_PASSWORD for the other. A channel without',
		'its values is switched off by Gatus: look at its log after the start.',
		'',
		`DNS is asked at ${dnsServer}; texts (SPF, DMARC) and CAA at dns.google over HTTPS. A record is`,
		'healthy while it has one of the values that the audit saw: change them together. Names are',
		'written small here: where DNS has capitals, Gatus needs them too.',
		'Response times are those seen from where Gatus runs; three slow ones in a row are told.',
		...(mail.length > 0
			? [
					'Many networks let nobody out to port 25: then the endpoints in "mail" fail. Delete them there.',
				]
			: []),
		...leftOutComment(leftOut),
	];
}

function urlEndpoint({ url, method, status, budgetMs }: WatchedUrl, group: string): Endpoint {
	return {
		name: nameOf(url),
		group,
		url,
		...(method === 'HEAD' && { method }),
		interval: INTERVAL.site,
		client: { 'ignore-redirect': true },
		conditions: [
			`[STATUS] == ${status}`,
			...(budgetMs === null ? [] : [`[RESPONSE_TIME] < ${budgetMs}`]),
		],
	};
}

function certificateEndpoints(
	host: string,
	where: Pick<Endpoint, 'group' | 'url'>,
): readonly Endpoint[] {
	return [CERTIFICATE_DAYS.warning, CERTIFICATE_DAYS.critical].map((days) => ({
		name: `${host}: certificate valid for ${days} days`,
		...where,
		interval: INTERVAL.record,
		conditions: ['[CONNECTED] == true', `[CERTIFICATE_EXPIRATION] > ${days * 24}h`],
	}));
}

function recordEndpoint({ name, type, label, values }: WatchedRecord, dnsServer: string): Endpoint {
	const about = { name: `${name}: ${label}`, group: 'dns', interval: INTERVAL.record };
	// To these Gatus itself answers "query type is not supported yet".
	if (type === 'TXT' || type === 'CAA') {
		return {
			...about,
			url: dnsOverHttps(name, type),
			conditions: [
				'[STATUS] == 200',
				'[BODY].Status == 0',
				...values.map((value) => `[BODY] == pat(*${pattern(value)}*)`),
			],
		};
	}
	return {
		...about,
		url: dnsServer,
		dns: { 'query-name': name, 'query-type': type },
		conditions: ['[DNS_RCODE] == NOERROR', bodyCondition(type, values)],
	};
}

/** Gatus shows the last record of an answer. */
function bodyCondition(type: WatchedRecord['type'], values: readonly string[]): string {
	if (values.length === 0) return 'len([BODY]) > 0';
	const isAddress = type === 'A' || type === 'AAAA';
	const shown = values.map((value) => (isAddress || value.endsWith('.') ? value : `${value}.`));
	return `[BODY] == any(${shown.join(', ')})`;
}

/**
 * Go's `filepath.Match`, from which Gatus takes slashes on both sides. What it gives a meaning becomes
 * any one character, and so does what would read as another condition.
 */
function pattern(text: string): string {
	return text.replace(/[*?[\]\\]/g, '?').replace(/ (?=(?:==|!=|<=|>=|<|>) )/g, '?');
}

/** Neither quotation mark nor backslash may be in it. */
function nameOf(url: string): string {
	return url.replace(/^https:\/\//, '').replaceAll(/["\\]/g, '-');
}

/** Gatus makes a key of group and name, in which these characters are alike, and refuses two of a key. */
function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
	const seen = new Map<string, number>();
	return endpoints.map((one) => {
		const key = `${one.group} ${one.name}`.toLowerCase().replace(/[/_,.#+&\s]/g, '-');
		const count = (seen.get(key) ?? 0) + 1;
		seen.set(key, count);
		return count === 1 ? one : { ...one, name: `${one.name} (${count})` };
	});
}

/** Gatus fills in `$NAME` and `${NAME}` anywhere in the file, comments too; `$$` is a dollar sign. */
function escaped(tree: unknown): unknown {
	if (tree instanceof FromEnvironment) return `\${${tree.name}}`;
	if (typeof tree === 'string') return tree.replaceAll('$', '$$$$');
	if (Array.isArray(tree)) return tree.map(escaped);
	if (typeof tree !== 'object' || tree === null) return tree;
	return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, escaped(value)]));
}
