import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	isGenericName,
	type Judgement,
	type MailAddress,
	mailDomains,
	type ReverseDns,
	type ReverseSurvey,
	reversed,
	reverseSurvey,
	type Say,
	z,
} from '../../src/sdk.ts';
import { listed } from './_lines.ts';
import { type AboutAddress, PTR_VERDICTS } from './_ptr-verdicts.ts';
import { inZone, type Zone } from './_zone.ts';

type Key = keyof typeof PTR_VERDICTS;
type Said = readonly Judgement<Key>[];
type Address = MailAddress & ReverseDns;

interface Reading {
	readonly domain: string;
	readonly spareName: string;
	readonly say: Say<typeof PTR_VERDICTS>;
}

export default defineCheck({
	id: 'email/ptr',
	title: 'Every address that sends mail has a name that leads back to it',
	rationale:
		'Receivers look up the reverse name of whoever connects before anything else. Without one, or with one ' +
		'that does not lead back, mail is refused however well it is signed.',
	references: [
		'RFC 1912 §2.1 (PTR and A match)',
		'RFC 2317 (classless delegation)',
		'RFC 3596 §2.5 (ip6.arpa)',
		'RFC 8601 §2.7.3 (iprev)',
		'Google, Email sender guidelines: https://support.google.com/a/answer/81126',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	verdicts: PTR_VERDICTS,
	appliesTo: ({ context }) => context.role !== 'no-mail' || 'The domain has no mail.',
	needs: ({ subject }) => ({
		survey: reverseSurvey({ domain: subject.name, sendingIps: [...subject.sendingIps] }),
	}),
	judge({ given: { survey }, subject, say }) {
		return judged(survey, { domain: subject.name, spareName: survey.spareName, say });
	},
	examples: (example) =>
		EXAMPLES.map(([name, says, address, zone]) =>
			example(name, { survey: surveyOf(address, zone) }, says),
		),
});

function judged({ addresses, left }: ReverseSurvey, reading: Reading): Said {
	const sending = addresses.filter(({ from }) => from !== 'mx');
	const said = addresses.flatMap((one) => findings(one, reading));
	if (left > 0) {
		const detail = `${left} further addresses were not looked up`;
		said.push(cannotSay('budget', detail, 'high'));
	}
	if (sending.length === 0) {
		const detail =
			'Which addresses send mail is not known: SPF names none on its own, and --sending-ip was not given.';
		return said.length > 0 ? said : [doesNotApply(detail)];
	}
	if (said.some(({ verdict }) => verdict !== 'mx-missing')) return said;
	const pairs = sending.map((one) => `${one.address} (${listed(confirming(one))})`);
	return [...said, reading.say('confirmed', { domain: reading.domain, pairs })];
}

function findings(one: Address, reading: Reading): Judgement<Key>[] {
	const { say, domain } = reading;
	const { names, address, from } = one;
	const about = aboutOf(one, reading);
	const here = (verdict: ReturnType<typeof say>) => at({ kind: 'host', name: address }, verdict);
	if (from === 'mx') {
		const isMissing = one.failed === null && names.length === 0;
		return isMissing ? [here(say('mx-missing', about))] : [];
	}
	const couldBe = from === 'given' ? 'blocker' : 'high';
	if (one.failed !== null) return [cannotSay('inconclusive', one.failed, couldBe)];
	if (names.length === 0) return [here(say('missing', about))];
	const confirmed = confirming(one);
	if (confirmed.length === 0) {
		const failed = names.flatMap((name) => name.failed ?? []);
		return failed.length > 0
			? [cannotSay('inconclusive', `reverse name of ${address}: ${listed(failed)}`, couldBe)]
			: [here(say('not-confirmed', about))];
	}
	return confirmed.every((name) => isGenericName(name, address, domain))
		? [here(say('generic', about))]
		: [];
}

function confirming({ names, address }: Address): readonly string[] {
	return names.flatMap(({ name, addresses }) => (addresses.includes(address) ? [name] : []));
}

function aboutOf(one: Address, { domain, spareName }: Reading): AboutAddress {
	const { address, from, host, reverse, owner, names, ttl } = one;
	return {
		domain,
		address,
		from,
		reverse,
		owner,
		names: names.map(({ name }) => name),
		name: host ?? spareName,
		isNamed: host !== null,
		ttl,
		seen: names.map(
			({ name, addresses }) => `${name} A, AAAA: ${addresses.join(', ') || 'no address'}`,
		),
	};
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

const IP = '203.0.113.9';
const REVERSE = '9.113.0.203.in-addr.arpa';
const GIVEN: MailAddress = { address: IP, from: 'given', host: null };
const BY_SPF: MailAddress = { address: IP, from: 'spf', host: null };
const BY_MX: MailAddress = { address: IP, from: 'mx', host: 'mx.example.com' };
const V6: MailAddress = { address: '2001:db8::9', from: 'given', host: null };
const V6_REVERSE = `9${'.0'.repeat(23)}.8.b.d.0.1.0.0.2.ip6.arpa`;

const named = (...names: readonly string[]): Zone => ({
	[`${REVERSE} PTR`]: names,
	'mail.example.com A': [IP],
});

function surveyOf(one: MailAddress | null, zone: Zone): ReverseSurvey {
	const ask = inZone(zone);
	const addresses = one === null ? [] : [reversed(one, 'example.com', ask)];
	return { addresses, spareName: 'mail.example.com', left: 0 };
}

type PtrExample = readonly [
	name: string,
	says: Key | 'unknown' | 'not-applicable',
	address: MailAddress | null,
	zone: Zone,
];

const EXAMPLES: readonly PtrExample[] = [
	['a name that leads back', 'confirmed', GIVEN, named('mail.example.com')],
	['one of two names leads back', 'confirmed', GIVEN, named('old.example.com', 'mail.example.com')],
	[
		'IPv6',
		'confirmed',
		V6,
		{ [`${V6_REVERSE} PTR`]: ['mail.example.com'], 'mail.example.com AAAA': ['2001:db8::9'] },
	],
	[
		'a classless block (RFC 2317)',
		'confirmed',
		GIVEN,
		{
			[`${REVERSE} CNAME`]: ['9.0-63.113.0.203.in-addr.arpa'],
			'9.0-63.113.0.203.in-addr.arpa PTR': ['mail.example.com'],
			'mail.example.com A': [IP],
		},
	],
	['no name', 'missing', GIVEN, {}],
	['no name, by SPF', 'missing', BY_SPF, {}],
	['a name that is nowhere', 'not-confirmed', GIVEN, named('gone.example.com')],
	[
		'a name that leads elsewhere',
		'not-confirmed',
		BY_SPF,
		{ ...named('mail.example.com'), 'mail.example.com A': ['203.0.113.10'] },
	],
	[
		"a hosting company's default name",
		'generic',
		GIVEN,
		{ ...named('static-203-0-113-9.example.net'), '*.example.net A': [IP] },
	],
	['a server that fails', 'unknown', GIVEN, { [`${REVERSE} PTR`]: 'servfail' }],
	[
		'a name whose server fails',
		'unknown',
		GIVEN,
		{ ...named('m.example.net'), 'm.example.net A': 'servfail', 'm.example.net AAAA': 'servfail' },
	],
	['a mail host without a name', 'mx-missing', BY_MX, {}],
	['a mail host with a name', 'not-applicable', BY_MX, named('mail.example.com')],
	['nothing that is known to send', 'not-applicable', null, {}],
];
