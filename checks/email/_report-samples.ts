import {
	type Fact,
	known,
	type ProvidersSeen,
	parseDmarc,
	type ReportedDomain,
	type ReportSource,
	type ReportSurvey,
	unknown,
} from '../../src/sdk.ts';

const DAY = 86_400;
/** The moment at which examples are judged: 2030-01-01. */
const NOW = Date.UTC(2030, 0, 1) / 1_000;

/** Four whole weeks up to yesterday. */
const FOUR_WEEKS = { from: NOW - 29 * DAY, to: NOW - DAY };

/** A sender all of whose mail passes by both, unless told. */
function source(more: Partial<ReportSource> & { readonly messages: number }): ReportSource {
	const { messages } = more;
	return {
		kind: 'own',
		name: 'mail.example.com',
		by: 'the name mail.example.com',
		isListed: true,
		addresses: ['203.0.113.25'],
		addressCount: 1,
		passed: messages,
		dkim: messages,
		spf: messages,
		unaligned: 0,
		unalignedAsOwn: 0,
		as: [],
		unauthenticated: 0,
		forwarded: 0,
		stopped: 0,
		firstSeen: FOUR_WEEKS.from,
		alsoForwards: false,
		...more,
	};
}

/** Somebody unknown, none of whose mail passes. */
function stranger(messages: number): ReportSource {
	return source({
		messages,
		kind: 'address',
		name: '198.51.100.9',
		by: 'the address alone',
		isListed: false,
		addresses: ['198.51.100.9'],
		passed: 0,
		dkim: 0,
		spf: 0,
		unauthenticated: messages,
	});
}

/** One policy domain, by its senders. */
function reported(
	sources: readonly ReportSource[],
	more: Partial<ReportedDomain> = {},
): ReportedDomain {
	const sum = (of: (one: ReportSource) => number) => sources.reduce((all, one) => all + of(one), 0);
	const tally = {
		messages: sum((one) => one.messages),
		passed: sum((one) => one.passed),
		dkim: sum((one) => one.dkim),
		spf: sum((one) => one.spf),
	};
	return {
		domain: 'example.com',
		...tally,
		reports: 28,
		orgs: ['receiver.example'],
		period: FOUR_WEEKS,
		recent: { ...tally, longestGapDays: 1 },
		policy: { p: 'none', sp: '', np: '', adkim: 'r', aspf: 'r', testing: '', pct: '' },
		record: parseDmarc('v=DMARC1; p=none; rua=mailto:dmarc@example.com'),
		differences: known([]),
		sources,
		headerFrom: [{ name: 'example.com', ...tally }],
		...more,
	};
}

interface Given {
	readonly survey: ReportSurvey;
	readonly providers: Fact<ProvidersSeen>;
}

function given(domains: readonly ReportedDomain[], more: Partial<ReportSurvey> = {}): Given {
	const sum = (of: (one: ReportedDomain) => number) =>
		domains.reduce((all, one) => all + of(one), 0);
	return {
		survey: {
			folder: 'reports',
			files: 28,
			reports: sum(({ reports }) => reports),
			duplicates: 0,
			messages: sum(({ messages }) => messages),
			passed: sum(({ passed }) => passed),
			dkim: sum(({ dkim }) => dkim),
			spf: sum(({ spf }) => spf),
			unread: [],
			unreadCount: 0,
			foreign: [],
			ends: [FOUR_WEEKS.to],
			domains,
			moreDomains: 0,
			...more,
		},
		providers: known({ byMx: [], bySpf: [], all: [] }),
	};
}

/** So many of 1,000 messages pass; the rest is a stranger's. */
const passing = (passed: number, more: Partial<ReportedDomain> = {}) =>
	given([reported([source({ messages: passed }), stranger(1_000 - passed)], more)]);

const policy = (
	p: string,
	more: Partial<ReportedDomain['policy']> = {},
): Partial<ReportedDomain> => ({
	policy: { p, sp: '', np: '', adkim: 'r', aspf: 'r', testing: '', pct: '', ...more },
	record: parseDmarc(`v=DMARC1; p=${p}; rua=mailto:dmarc@example.com`),
});

/** A provider, so many of whose 200 messages pass neither, and so many for its own domain alone. */
function vendor(unauthenticated: number, unaligned = 0, more: Partial<ReportSource> = {}) {
	const passed = 200 - unauthenticated - unaligned;
	return source({
		messages: 200,
		kind: 'vendor',
		name: 'SendGrid',
		by: 'the name o1.sendgrid.net',
		isListed: false,
		passed,
		dkim: passed,
		spf: 0,
		unauthenticated,
		unaligned,
		as: unaligned > 0 ? ['sendgrid.net'] : [],
		...more,
	});
}

const MAIN = source({ messages: 9_000 });
const beside = (one: ReportSource, more: Partial<ReportedDomain> = {}) =>
	given([reported([MAIN, one], more)]);
const zendesk = { name: 'Zendesk', by: 'the name out.zendesk.com' };

type Says =
	| 'meets-bar'
	| 'pass-rate-low'
	| 'pass-rate-fair'
	| 'ready-for-quarantine'
	| 'source-unauthenticated'
	| 'alignment-only'
	| 'spf-only'
	| 'new-source'
	| 'policy-mismatch'
	| 'stale'
	| 'malformed'
	| 'foreign-domain'
	| 'low-volume'
	| 'unknown';

const STRICT = 'v=DMARC1; p=none; adkim=s; aspf=s; rua=mailto:dmarc@example.com';
const DIFFERENT = known([{ field: 'p', reported: 'none', now: 'reject' }]);
const inclusive = { from: FOUR_WEEKS.from + 1, to: FOUR_WEEKS.to };
const short = { from: FOUR_WEEKS.from + 2, to: FOUR_WEEKS.to };
const recently = (messages: number, passed: number, longestGapDays = 1) => ({
	recent: { messages, passed, dkim: passed, spf: passed, longestGapDays },
});

/** Worked cases: what is given, and a verdict that it makes the check say. */
export const REPORT_EXAMPLES: readonly (readonly [name: string, given: Given, says: Says])[] = [
	['all pass, and the reports cover four weeks', passing(1_000), 'ready-for-quarantine'],
	['98 %', passing(980), 'meets-bar'],
	[
		'98 % and every source of weight passes',
		given([reported([source({ messages: 982 }), stranger(9), stranger(9)])]),
		'ready-for-quarantine',
	],
	['97.9 %', passing(979), 'meets-bar'],
	['28 days to their last second', passing(1_000, { period: inclusive }), 'ready-for-quarantine'],
	['a second short of 28 days', passing(1_000, { period: short }), 'meets-bar'],
	['a gap of seven days', passing(1_000, recently(1_000, 1_000, 7)), 'ready-for-quarantine'],
	['a gap of more', passing(1_000, recently(1_000, 1_000, 7.1)), 'meets-bar'],
	['worse in the last four weeks', passing(1_000, recently(1_000, 979)), 'meets-bar'],
	['enforced already', passing(1_000, policy('reject')), 'meets-bar'],
	['no record of its own', passing(1_000, { record: null }), 'ready-for-quarantine'],
	['95 %', passing(950), 'meets-bar'],
	['94.9 %', passing(949), 'pass-rate-fair'],
	['90 %', passing(900), 'pass-rate-fair'],
	['89.9 %', passing(899), 'pass-rate-low'],
	['89.9 %, enforced, and strangers alone fail', passing(899, policy('reject')), 'pass-rate-low'],
	[
		'94.9 %, enforced, and strangers alone fail',
		passing(949, policy('quarantine')),
		'pass-rate-fair',
	],
	['enforced in test mode', passing(500, policy('quarantine', { testing: 'y' })), 'pass-rate-low'],
	['reject in test mode', passing(500, policy('reject', { testing: 'y' })), 'pass-rate-low'],
	[
		'the reports go back further',
		passing(500, { period: { from: 1_800_000_000, to: FOUR_WEEKS.to } }),
		'pass-rate-low',
	],
	[
		'enforced, and a sender of ours fails',
		given([reported([source({ messages: 500 }), vendor(200)], policy('reject'))]),
		'pass-rate-low',
	],
	['one message short of a hundred', given([reported([stranger(99)])]), 'low-volume'],
	['a hundred', given([reported([stranger(100)])]), 'pass-rate-low'],
	['a single message', given([reported([source({ messages: 1 })])]), 'low-volume'],
	['a provider that is not set up', beside(vendor(200)), 'source-unauthenticated'],
	[
		'the same under an enforced policy',
		beside(vendor(200), policy('quarantine')),
		'source-unauthenticated',
	],
	['a provider whose records are known', beside(vendor(200, 0, zendesk)), 'source-unauthenticated'],
	[
		'a provider without advice',
		beside(vendor(200, 0, { name: 'Braze', isListed: true })),
		'source-unauthenticated',
	],
	[
		'a server of ours',
		beside(source({ messages: 50, passed: 0, dkim: 0, spf: 0, unauthenticated: 50 })),
		'source-unauthenticated',
	],
	[
		'a relay that SPF lists',
		beside(
			source({
				messages: 50,
				kind: 'host',
				name: 'example.net',
				addresses: ['203.0.113.7'],
				addressCount: 3,
				passed: 0,
				dkim: 0,
				spf: 0,
				unauthenticated: 50,
			}),
		),
		'source-unauthenticated',
	],
	['a tenth of its mail', beside(vendor(20)), 'source-unauthenticated'],
	['less than a tenth', beside(vendor(19)), 'meets-bar'],
	[
		'five messages',
		beside(vendor(0, 0, { messages: 5, passed: 0, dkim: 0, unauthenticated: 5 })),
		'source-unauthenticated',
	],
	[
		'four messages',
		beside(vendor(0, 0, { messages: 4, passed: 0, dkim: 0, unauthenticated: 4 })),
		'meets-bar',
	],
	[
		'half of what a mailbox provider sends',
		beside(vendor(100, 0, { alsoForwards: true })),
		'source-unauthenticated',
	],
	['less than half of it', beside(vendor(99, 0, { alsoForwards: true })), 'meets-bar'],
	['signed as the provider alone', beside(vendor(0, 200)), 'alignment-only'],
	['the same under an enforced policy', beside(vendor(0, 200), policy('reject')), 'alignment-only'],
	[
		'a forger with a domain of his own',
		beside({ ...stranger(50), unaligned: 50, unauthenticated: 0, as: ['example.net'] }),
		'meets-bar',
	],
	[
		'a sub-domain under strict alignment',
		beside(
			{
				...stranger(50),
				unaligned: 50,
				unalignedAsOwn: 50,
				unauthenticated: 0,
				as: ['mail.example.com'],
			},
			{ record: parseDmarc(STRICT) },
		),
		'alignment-only',
	],
	['by SPF alone', beside(source({ messages: 50, dkim: 0 })), 'spf-only'],
	['four messages by SPF alone', beside(source({ messages: 4, dkim: 0 })), 'meets-bar'],
	['one of them signed', beside(source({ messages: 50, dkim: 1 })), 'meets-bar'],
	[
		'first seen in the last week',
		beside(source({ messages: 50, name: 'new.example.com', firstSeen: FOUR_WEEKS.to - 7 * DAY })),
		'new-source',
	],
	[
		'first seen a day before',
		beside(source({ messages: 50, name: 'new.example.com', firstSeen: FOUR_WEEKS.to - 8 * DAY })),
		'meets-bar',
	],
	['a policy that was changed', passing(1_000, { differences: DIFFERENT }), 'policy-mismatch'],
	[
		'DNS does not answer',
		passing(1_000, { differences: unknown('timeout', 'no answer') }),
		'unknown',
	],
	[
		'without dates',
		passing(1_000, {
			period: null,
			recent: { messages: 0, passed: 0, dkim: 0, spf: 0, longestGapDays: 28 },
		}),
		'meets-bar',
	],
	[
		'the newest is seven days old',
		given([reported([MAIN])], { ends: [NOW - 7 * DAY] }),
		'ready-for-quarantine',
	],
	['the newest is older', given([reported([MAIN])], { ends: [NOW - 7 * DAY - 1] }), 'stale'],
	[
		'one from the future beside it',
		given([reported([MAIN])], { ends: [NOW + 3 * DAY, NOW - 8 * DAY] }),
		'stale',
	],
	[
		'a broken file',
		given([reported([MAIN])], {
			unread: [{ file: 'a.gz', why: 'its compressed data is cut off' }],
			unreadCount: 1,
		}),
		'malformed',
	],
	[
		'more broken files than are named',
		given([reported([MAIN])], {
			unread: ['a', 'b', 'c', 'd'].map((file) => ({ file, why: 'it is empty' })),
			unreadCount: 9,
		}),
		'malformed',
	],
	[
		"somebody else's reports",
		given([reported([MAIN])], { foreign: [{ domain: 'example.net', reports: 3 }] }),
		'foreign-domain',
	],
	[
		"somebody else's reports alone",
		given([], { foreign: [{ domain: 'example.net', reports: 3 }], ends: [] }),
		'unknown',
	],
	['an empty folder', given([], { ends: [] }), 'unknown'],
	['more policy domains than are judged', given([reported([MAIN])], { moreDomains: 1 }), 'unknown'],
	[
		'a sub-domain with a policy of its own',
		given([
			reported([MAIN]),
			reported([stranger(500)], { domain: 'shop.example.com', record: null }),
		]),
		'pass-rate-low',
	],
];
