import {
	advice,
	authorisesSomebody,
	cannotSay,
	type DkimDiscovery,
	type DmarcDiscovery,
	defineCheck,
	discoverDkim,
	discoverDmarc,
	dkimDiscovery,
	dmarcDiscovery,
	type Fact,
	isBroken,
	isUsable,
	isWithin,
	type JudgedMessage,
	type Judgement,
	judgedMessages,
	known,
	lookupsOf,
	type MailDomain,
	mailDomains,
	minutes,
	optional,
	type ReverseSurvey,
	reversed,
	reverseSurvey,
	type Say,
	type SpfWalk,
	spfWalk,
	type Verdicts,
	walkSpf,
	z,
} from '../../src/sdk.ts';
import {
	BULK_ITEMS,
	BULK_RULES,
	BULK_RULES_AS_OF,
	type BulkItem,
	type BulkRules,
} from './_bulk-rules.ts';
import { RSA_1023, RSA_2048 } from './_dkim-keys.ts';
import { listed } from './_lines.ts';
import { MESSAGE_EXAMPLES } from './_message-examples.ts';
import { isInClear } from './_message-findings.ts';
import { SENDER } from './_sample-domains.ts';
import { inZone, type Zone } from './_zone.ts';

/** How one item stands. */
type Standing =
	| { readonly state: 'met' }
	/** `id`: the finding that has the repair. */
	| { readonly state: 'missed'; readonly what: string; readonly id: string }
	| { readonly state: 'unseen'; readonly why: string };

interface AboutProvider {
	readonly domain: string;
	readonly name: string;
	readonly since: string;
	readonly bulk: string;
	readonly otherwise: string;
	readonly sources: readonly string[];
	readonly missed: readonly { readonly item: string; readonly what: string; readonly id: string }[];
}

/** RFC 8301 §3.2, and Google's own floor. */
const LEAST_BITS = 1024;

const provider = {
	outcome: 'fail',
	severity: { by: 'bulk', is: { yes: 'blocker', no: 'later' } },
	effort: minutes(30),
	says: (a: AboutProvider) =>
		`${a.domain} falls short of ${a.name}'s rules for bulk senders: ${listed(a.missed.map(({ what }) => what))}.`,
	impact: (a: AboutProvider) =>
		`From ${a.bulk} on, ${a.otherwise} (since ${a.since}). A launch mailing to every sign-up can be the first day above it.`,
	fix: (a: AboutProvider) =>
		advice(
			`Repair what these findings name: ${listed([...new Set(a.missed.map(({ id }) => id))])}.`,
			...a.missed.map(({ item, what, id }) => `${item}: ${what}. launch-ready explain ${id}`),
			`${a.name}'s own page: ${a.sources[0] ?? ''}`,
		),
	evidence: (a: AboutProvider) => [
		{
			kind: 'control',
			summary: `${a.name}'s rules as of ${BULK_RULES_AS_OF}`,
			detail: a.sources.join('\n'),
		},
	],
	cause: (a: AboutProvider) =>
		a.missed.length === 1 ? (a.missed[0]?.id ?? 'email/bulk') : 'email/bulk',
} as const;

const VERDICTS = {
	met: {
		outcome: 'pass',
		says: (a: { domain: string; items: readonly string[] }) =>
			`What is seen of ${a.domain} meets the bulk-sender rules of Google, Yahoo and Microsoft (as of ${BULK_RULES_AS_OF}): ${a.items.join(', ')}.`,
	},
	google: provider,
	yahoo: provider,
	microsoft: provider,
} satisfies Verdicts<MailDomain['context']>;

type Key = keyof typeof VERDICTS;

interface Given {
	readonly walk: Fact<SpfWalk>;
	readonly dkim: Fact<DkimDiscovery>;
	readonly dmarc: Fact<DmarcDiscovery>;
	readonly reverse: Fact<ReverseSurvey>;
	readonly messages: Fact<readonly JudgedMessage[]>;
}

export default defineCheck({
	id: 'email/bulk',
	title: 'What can be seen meets the rules of Google, Yahoo and Microsoft for bulk senders',
	rationale:
		'Since 2024 the large mailbox providers refuse mail of bulk senders that lacks SPF, DKIM or DMARC. A ' +
		'sign-up campaign makes a bulk sender of a start-up within a day.',
	references: [
		...BULK_RULES.flatMap(({ name, sources }) => sources.map((source) => `${name}: ${source}`)),
		'RFC 8058 (one-click unsubscribe)',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	verdicts: VERDICTS,
	appliesTo: ({ context }) => context.role === 'sends' || 'The domain sends no mail.',
	needs: ({ subject: { name: domain, seed, selectors, sendingIps, messages } }) => ({
		walk: optional(spfWalk({ domain })),
		dkim: optional(dkimDiscovery({ domain, seed, selectors: [...selectors] })),
		dmarc: optional(dmarcDiscovery({ domain })),
		reverse: optional(reverseSurvey({ domain, sendingIps: [...sendingIps] })),
		messages: optional(judgedMessages({ paths: [...messages], receivers: [] })),
	}),
	judge({ given, subject: { name: domain, context }, say }) {
		const standings = standingsOf(given, domain);
		const said: Judgement<Key>[] = BULK_RULES.flatMap((rules) =>
			shortcomings(rules, standings, domain, say),
		);
		const shown = BULK_ITEMS.filter((item) => standings[item].state === 'met');
		const isMet =
			said.length === 0 && (['spf', 'dkim', 'dmarc'] as const).every((one) => shown.includes(one));
		const pass = isMet ? [say('met', { domain, items: shown })] : [];
		const couldBe = context.bulk === 'yes' ? 'blocker' : 'later';
		return [...said, ...pass, cannotSay('inconclusive', unseenIn(standings), couldBe)];
	},
	examples: (example) =>
		EXAMPLES.map(([name, says, zone, sendingIp]) =>
			example(name, givenBy(zone, sendingIp), says, { subject: { context: SENDER } }),
		).concat(
			MESSAGE_EXAMPLES.filter(({ says }) => SHOWN.has(says)).map(({ name, judged, says }) =>
				example(
					`${name} (a sample)`,
					givenBy(GOOD, undefined, [judged]),
					SHOWN.get(says) ?? 'met',
					{
						subject: { context: SENDER },
					},
				),
			),
		),
});

function shortcomings(
	rules: BulkRules,
	standings: Standings,
	domain: string,
	say: Say<typeof VERDICTS>,
): Judgement<Key>[] {
	const missed = rules.items.flatMap((item) => {
		const standing = standings[item];
		if (standing.state !== 'missed') return [];
		return [{ item, what: standing.what, id: standing.id }];
	});
	const { name, since, bulk, otherwise, sources } = rules;
	const args = { domain, name, since, bulk, otherwise, sources, missed };
	return missed.length > 0 ? [say(rules.provider, args)] : [];
}

type Standings = Readonly<Record<BulkItem, Standing>>;

const MET: Standing = { state: 'met' };
const missed = (what: string, id: string): Standing => ({ state: 'missed', what, id });
const unseen = (why: string): Standing => ({ state: 'unseen', why });
const IN_A_MESSAGE = unseen('only a message that was sent shows it (--message FILE.eml)');

function standingsOf({ walk, dkim, dmarc, reverse, messages }: Given, domain: string): Standings {
	const samples = messages.status === 'known' ? sentBy(domain, messages.value) : [];
	return {
		spf: walk.status === 'known' ? spfStanding(walk.value) : unseen(walk.detail),
		dkim: dkim.status === 'known' ? dkimStanding(dkim.value) : unseen(dkim.detail),
		dmarc: dmarc.status === 'known' ? dmarcStanding(dmarc.value) : unseen(dmarc.detail),
		alignment: overall(samples.map(alignmentOf)),
		ptr: reverse.status === 'known' ? ptrStanding(reverse.value) : unseen(reverse.detail),
		tls: overall(samples.map(encryptionOf)),
		'one-click': overall(samples.map(oneClickOf)),
	};
}

/** Samples of its own, as they came from the sender: a mailing list or a forwarder changes them. */
function sentBy(domain: string, messages: readonly JudgedMessage[]): readonly JudgedMessage[] {
	return messages.filter(
		({ message, authentication }) =>
			message.relayed === null &&
			!message.isAutomaticReply &&
			isWithin(authentication.from, domain),
	);
}

/** The worst of the samples; one that does not show the item says nothing. */
function overall(standings: readonly Standing[]): Standing {
	return (
		standings.find(({ state }) => state === 'missed') ??
		standings.find(({ state }) => state === 'met') ??
		IN_A_MESSAGE
	);
}

function alignmentOf({ file, authentication }: JudgedMessage): Standing {
	const { result, why } = authentication.dmarc;
	if (result === 'passes') return MET;
	return result === 'fails'
		? missed(`${file}, which fails DMARC (${why})`, 'email/message/dmarc-fail')
		: IN_A_MESSAGE;
}

function encryptionOf({ file, authentication }: JudgedMessage): Standing {
	const { border } = authentication.reception;
	if (border === null) return IN_A_MESSAGE;
	if (border.encrypted) return MET;
	return isInClear(border)
		? missed(`${file}, which was sent without TLS`, 'email/message/received-plaintext')
		: IN_A_MESSAGE;
}

/** Marketing alone has to have it. */
function oneClickOf({ file, message }: JudgedMessage): Standing {
	const { signs, unsubscribe, post } = message.list;
	if (signs.length === 0) return IN_A_MESSAGE;
	if (unsubscribe === null) {
		return missed(`${file}, without List-Unsubscribe`, 'email/message/unsubscribe-missing');
	}
	if (!unsubscribe.some(({ scheme }) => scheme === 'https')) {
		const what = `${file}, without an https address in List-Unsubscribe`;
		return missed(what, 'email/message/unsubscribe-no-https');
	}
	return post?.trim().toLowerCase() === 'list-unsubscribe=one-click'
		? MET
		: missed(`${file}, without List-Unsubscribe-Post`, 'email/message/unsubscribe-post-value');
}

function spfStanding(walk: SpfWalk): Standing {
	const { state } = walk.root;
	if (state === 'none' || state === 'nxdomain') return missed('no SPF record', 'email/spf/missing');
	if (state === 'multiple') return missed('several SPF records', 'email/spf/multiple');
	if (isBroken(walk)) {
		return lookupsOf(walk.root) > 10
			? missed('an SPF record with too many look-ups', 'email/spf/too-many-lookups')
			: missed('an SPF record that receivers cannot evaluate', 'email/spf');
	}
	if (walk.failed.length > 0) return unseen(`SPF: ${walk.failed[0] ?? ''}`);
	return authorisesSomebody(walk.root)
		? MET
		: missed('an SPF record that lets nobody send', 'email/spf');
}

function dkimStanding({
	selectors,
	existence,
	wildcard,
	missing,
	control,
}: DkimDiscovery): Standing {
	if (missing.length > 0)
		return missed(`no key for the DKIM selector ${missing[0] ?? ''}`, 'email/dkim/none');
	const all = [...selectors, ...(wildcard === null ? [] : [wildcard])];
	const usable = all.filter(isUsable);
	const isStrong = usable.some(({ keys }) =>
		keys.some(
			({ key }) => key.kind === 'ed25519' || (key.kind === 'rsa' && key.bits >= LEAST_BITS),
		),
	);
	if (isStrong) return MET;
	if (usable.length > 0) return missed('a DKIM key under 1024 bits', 'email/dkim/rsa-under-1024');
	return existence === 'absent'
		? missed('no DKIM key', 'email/dkim/none')
		: unseen(`no DKIM selector was guessed (--dkim-selector names it): ${control}`);
}

function dmarcStanding({ walk }: DmarcDiscovery): Standing {
	if (walk.policy !== null) return MET;
	if (walk.failed.length > 0) return unseen(`DMARC: ${walk.failed[0] ?? ''}`);
	return walk.own.state === 'multiple'
		? missed('several DMARC records', 'email/dmarc/multiple')
		: missed('no DMARC policy', 'email/dmarc/missing');
}

function ptrStanding({ addresses }: ReverseSurvey): Standing {
	const sending = addresses.filter(({ from }) => from !== 'mx');
	if (sending.length === 0) return unseen('no sending address is known (--sending-ip names it)');
	const failed = sending.find((one) => one.failed !== null);
	if (failed !== undefined) return unseen(failed.failed ?? '');
	const bare = sending.find(({ names }) => names.length === 0);
	if (bare !== undefined) return missed(`no reverse name for ${bare.address}`, 'email/ptr/missing');
	const open = sending.filter(
		({ names, address }) => !names.some(({ addresses: its }) => its.includes(address)),
	);
	const [first] = open;
	if (first === undefined) return MET;
	const doubt = first.names.flatMap((name) => name.failed ?? [])[0];
	return doubt === undefined
		? missed(
				`a reverse name of ${first.address} that does not lead back`,
				'email/ptr/not-confirmed',
			)
		: unseen(doubt);
}

/** The spam rate is known to the provider, and to whoever has proved there that the domain is theirs. */
function unseenIn(standings: Standings): string {
	const reasons = new Map<string, string[]>();
	for (const [item, standing] of Object.entries(standings)) {
		if (standing.state !== 'unseen') continue;
		reasons.set(standing.why, [...(reasons.get(standing.why) ?? []), item]);
	}
	const items = [...reasons].map(([why, names]) => `${listed(names)}: ${why}`);
	const rates = BULK_RULES.map(
		({ name, spamRate, console: where }) => `${name} ${spamRate}, see ${where}`,
	);
	return [`spam rate: shown to the sender alone (${rates.join('; ')})`, ...items].join('. ');
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

const GOOD: Zone = {
	'example.com TXT': ['v=spf1 ip4:203.0.113.0/24 -all'],
	's1._domainkey.example.com TXT': [RSA_2048],
	'_dmarc.example.com TXT': ['v=DMARC1; p=none; rua=mailto:dmarc@example.com'],
};
const SENDING_IP = '203.0.113.9';

function givenBy(zone: Zone, sendingIp?: string, messages: readonly JudgedMessage[] = []): Given {
	const ask = inZone(zone);
	const domain = 'example.com';
	const one = { address: sendingIp ?? '', from: 'given' as const, host: null };
	const addresses = sendingIp === undefined ? [] : [reversed(one, domain, ask)];
	return {
		walk: known(walkSpf(domain, ask)),
		dkim: known(discoverDkim({ domain, seed: '0', given: [], providers: [] }, ask)),
		dmarc: known(discoverDmarc(domain, ask)),
		reverse: known({ addresses, spareName: `mail.${domain}`, left: 0 }),
		messages: known(messages),
	};
}

function without(...names: readonly string[]): Zone {
	return Object.fromEntries(Object.entries(GOOD).filter(([key]) => !names.includes(key)));
}

/** What email/message says of a sample, and what that means here. */
const SHOWN: ReadonlyMap<string, Key> = new Map([
	['dmarc-fail', 'microsoft'],
	['received-plaintext', 'google'],
	['unsubscribe-missing', 'yahoo'],
]);

type BulkExample = readonly [name: string, says: Key | 'unknown', zone: Zone, sendingIp?: string];

const EXAMPLES: readonly BulkExample[] = [
	['all that DNS can show', 'met', GOOD],
	['what DNS cannot show', 'unknown', GOOD],
	['no SPF', 'google', without('example.com TXT')],
	['no SPF', 'yahoo', without('example.com TXT')],
	['no SPF', 'microsoft', without('example.com TXT')],
	[
		'two SPF records',
		'microsoft',
		{ ...GOOD, 'example.com TXT': ['v=spf1 -all', 'v=spf1 mx -all'] },
	],
	['an SPF record that is broken', 'yahoo', { ...GOOD, 'example.com TXT': ['v=spf1 ip4:1 -all'] }],
	['no key', 'microsoft', without('s1._domainkey.example.com TXT')],
	['a key of 1023 bits', 'google', { ...GOOD, 's1._domainkey.example.com TXT': [RSA_1023] }],
	['no DMARC', 'yahoo', without('_dmarc.example.com TXT')],
	['no reverse name', 'google', GOOD, SENDING_IP],
	['a look-up that fails', 'unknown', { ...GOOD, 'example.com TXT': 'servfail' }],
	[
		'a reverse name that leads back',
		'met',
		{
			...GOOD,
			'9.113.0.203.in-addr.arpa PTR': ['mail.example.com'],
			'mail.example.com A': [SENDING_IP],
		},
		SENDING_IP,
	],
];
