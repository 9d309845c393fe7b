/** What a provider asks of whoever sends in bulk. */
export const BULK_ITEMS = ['spf', 'dkim', 'dmarc', 'alignment', 'ptr', 'tls', 'one-click'] as const;
export type BulkItem = (typeof BULK_ITEMS)[number];

export interface BulkRules {
	readonly provider: 'google' | 'yahoo' | 'microsoft';
	readonly name: string;
	/** Whom its rules are for, in its own words, shortened. */
	readonly bulk: string;
	/** Day from which they apply; ISO 8601. */
	readonly since: string;
	readonly items: readonly BulkItem[];
	/** What it does with mail that falls short. */
	readonly otherwise: string;
	readonly spamRate: string;
	/** Where the spam rate is shown, and to the sender alone. */
	readonly console: string;
	readonly sources: readonly string[];
}

/** As known in November 2026. Providers change their rules without notice: compare with the sources. */
export const BULK_RULES_AS_OF = '2026-11';

export const BULK_RULES: readonly BulkRules[] = [
	{
		provider: 'google',
		name: 'Google',
		bulk: 'about 5,000 messages in 24 hours to personal Gmail accounts, counted over a domain and its sub-domains, once and for all',
		since: '2024-02-01',
		items: ['spf', 'dkim', 'dmarc', 'alignment', 'ptr', 'tls', 'one-click'],
		otherwise: 'Gmail defers and refuses it (421 4.7.26 to 4.7.32, 550 5.7.26 to 5.7.32)',
		spamRate: 'below 0.10 %, and never 0.30 %',
		console: 'https://postmaster.google.com',
		sources: [
			'https://support.google.com/a/answer/81126',
			'https://support.google.com/a/answer/14229414',
		],
	},
	{
		provider: 'yahoo',
		name: 'Yahoo',
		bulk: 'a significant volume of mail; no number is given',
		since: '2024-02-01',
		items: ['spf', 'dkim', 'dmarc', 'alignment', 'one-click'],
		otherwise: 'Yahoo and AOL defer, refuse or file it as spam',
		spamRate: 'below 0.3 %',
		console: 'https://senders.yahooinc.com (Sender Hub dashboard)',
		sources: ['https://senders.yahooinc.com/best-practices/', 'https://senders.yahooinc.com/faqs/'],
	},
	{
		provider: 'microsoft',
		name: 'Microsoft',
		bulk: 'more than 5,000 messages a day of one From domain to outlook.com, hotmail.com and live.com',
		since: '2025-05-05',
		items: ['spf', 'dkim', 'dmarc', 'alignment'],
		otherwise: 'Outlook.com refuses it (550 5.7.515) or files it as junk',
		spamRate: 'no number is given',
		console: 'https://sendersupport.olc.protection.outlook.com/snds/',
		sources: [
			'https://techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog/strengthening-email-ecosystem-outlook%E2%80%99s-new-requirements-for-high%E2%80%90volume-senders/4399730',
		],
	},
];
