import {
	advice,
	commands,
	type Evidence,
	type Fix,
	type MailDomain,
	minutes,
	providerNamed,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { absenceLead, deletion, dig, listed, txtLine } from './_lines.ts';

/** What every verdict about one selector is told. */
export type AboutKey = {
	readonly domain: string;
	readonly selector: string;
	/** `<selector>._domainkey.<domain>`. */
	readonly name: string;
	/** Seconds. */
	readonly ttl: number;
	/** The user says that mail is signed with it. */
	readonly active: boolean;
	/** Where its alias leads; `null` for a TXT record of the own zone. */
	readonly target: string | null;
	/** The record, shortened. */
	readonly text: string;
};

/** `fixed`: the record as it should be; `null` where the key itself is missing. */
type AboutFixable = AboutKey & { readonly fixed: string | null };

const lead = (a: AboutKey) => seconds(a.ttl);
const reproduce = (a: AboutKey) => dig(a.name);
const evidence = (a: AboutKey): readonly Evidence[] => [
	{
		kind: 'dns',
		summary: `${a.name} TXT${a.target === null ? '' : `, by CNAME from ${a.target}`}`,
		detail: a.text,
	},
];

const UNSIGNED =
	'Signatures made with this key fail: the mail counts as unsigned, DMARC must rest on SPF, and forwarded mail is lost.';

const common = { outcome: 'fail' as const, effort: minutes(15), lead, reproduce, evidence };
const high = { ...common, severity: 'high' as const };
const later = { ...common, severity: 'later' as const };

/** Worse where the user knows that this very selector signs. */
const unlessIdle = {
	oneOf: ['blocker', 'high'],
	pick: (a: { readonly active: boolean }) => (a.active ? 'blocker' : 'high'),
} as const;

/** A record in somebody else's zone is theirs to change. */
const correct =
	(summary: string, ...steps: string[]) =>
	(a: AboutFixable): Fix => {
		if (a.target !== null) {
			return advice(`${summary} The record is at ${a.target}: its owner must change it.`, ...steps);
		}
		return a.fixed === null
			? advice(
					summary,
					'It has no key: copy the whole record again from what signs the mail.',
					...steps,
				)
			: records(summary, [txtLine(a.name, a.fixed)], ...steps);
	};

/** RFC 8301 §3.2: 2048 bits; with a new selector, mail under way still verifies by the old one. */
const NEW_KEY = [
	'openssl genrsa -out dkim.pem 2048',
	'openssl rsa -in dkim.pem -pubout -outform der | openssl base64 -A',
];

const rotate =
	(summary: string) =>
	(a: AboutKey): Fix =>
		a.target === null
			? commands(
					summary,
					NEW_KEY,
					`Publish the output under a new selector, as TXT "v=DKIM1; k=rsa; p=OUTPUT" at NEW._domainkey.${a.domain}.`,
					`Switch the signer to the new selector, and delete ${a.name} a week later.`,
					'Where a service signs for you, rotate the key in its console instead; it shows the record to publish.',
				)
			: advice(
					summary,
					`The key at ${a.target} belongs to the service that signs: choose 2048 bits in its console, or ask it to rotate.`,
				);

export const DKIM_VERDICTS = {
	found: {
		outcome: 'pass',
		says: (a: { domain: string; names: readonly string[] }) =>
			`${a.domain} publishes working DKIM keys: ${listed(a.names)}.`,
	},
	none: {
		outcome: 'fail',
		severity: { by: 'dkim', is: { essential: 'blocker', backup: 'high' } },
		effort: minutes(30),
		lead: (a: { negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: { domain: string; missing: readonly string[] }) =>
			a.missing.length > 0
				? `The DKIM selectors that sign for ${a.domain} have no key: ${listed(a.missing)}.`
				: `${a.domain} publishes no DKIM key at all.`,
		impact:
			'Mail goes out unsigned: Google and Yahoo refuse it from bulk senders, and every forwarded message fails DMARC.',
		fix: (a: { domain: string; providers: readonly string[] }) => setUp(a.domain, a.providers),
		control: (a: { control: string }) => a.control,
		evidence: (a: { domain: string; control: string }) => [
			{ kind: 'dns', summary: `_domainkey.${a.domain} TXT`, detail: a.control },
		],
		reproduce: (a: { domain: string; missing: readonly string[] }) =>
			dig(
				a.missing.length > 0 ? `${a.missing[0]}._domainkey.${a.domain}` : `_domainkey.${a.domain}`,
			),
		cause: 'email/dkim/none',
	},
	'not-found': {
		outcome: 'unknown',
		reason: 'inconclusive',
		couldBe: 'info',
		says: (a: { domain: string; asked: number }) =>
			`${a.domain} has DKIM selectors, and none of the ${a.asked} usual names is among them. Run again with --dkim-selector and the s= value of a mail that was sent.`,
	},
	wildcard: {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'info'],
			pick: (a: { key: boolean }) => (a.key ? 'high' : 'info'),
		},
		effort: minutes(10),
		lead: (a: { ttl: number }) => seconds(a.ttl),
		says: (a: { domain: string; text: string }) =>
			`Every name below _domainkey.${a.domain} answers, made-up selectors too: ${a.text}`,
		impact: (a: { key: boolean }) =>
			a.key
				? 'A key that leaks cannot be withdrawn selector by selector, and missing selectors go unnoticed.'
				: 'Selectors that are missing look as if they had a broken record, and go unnoticed.',
		fix: (a: { domain: string; key: boolean; text: string }) =>
			a.key
				? records('Delete the wildcard, and publish each selector by name.', [
						deletion(txtLine(`*._domainkey.${a.domain}`, a.text)),
					])
				: advice(
						'Nothing to do while the real selectors are published by name.',
						`The answer comes from a wildcard TXT record above _domainkey.${a.domain}.`,
					),
		control: 'A random selector that nobody can have published was asked.',
		evidence: (a: { domain: string; text: string }) => [
			{ kind: 'dns', summary: `a random name below _domainkey.${a.domain} TXT`, detail: a.text },
		],
		reproduce: (a: { domain: string }) => dig(`no-such-selector._domainkey.${a.domain}`),
	},
	'cname-dangling': {
		...high,
		says: (a: AboutKey) =>
			`The DKIM selector ${a.name} is an alias for ${a.target ?? ''}, which has no key.`,
		impact: UNSIGNED,
		fix: (a: AboutKey & { provider: string | null }) =>
			records(
				a.provider === null
					? 'Finish the set-up at the service that the alias points to, or delete the alias.'
					: `Finish the domain verification at ${a.provider}, or delete the alias if ${a.provider} no longer sends for you.`,
				[deletion(`${a.name}. IN CNAME ${a.target ?? ''}.`)],
				'Compare the alias with the one that the service shows: a mistyped target looks the same.',
			),
	},
	'multiple-txt': {
		...high,
		says: (a: AboutKey & { count: number }) =>
			`${a.name} has ${a.count} TXT records; only one is allowed.`,
		impact: 'Verifiers pick one at random or give up: signatures fail now and then.',
		fix: (a: AboutKey & { texts: readonly string[] }) =>
			records(
				'Keep the one whose key the signer uses.',
				a.texts.map((text) => deletion(txtLine(a.name, text))),
				'Delete all but one of these; the console of the signing service shows which is right.',
			),
	},
	syntax: {
		...high,
		says: (a: AboutKey & { faults: readonly string[] }) =>
			`The DKIM record at ${a.name} is not written by the rules: ${listed(a.faults)}.`,
		impact: UNSIGNED,
		fix: correct(
			'Write the record by the rules.',
			'Some panels add quotation marks and backslashes themselves: paste the text without them.',
		),
	},
	revoked: {
		...common,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { active: boolean }) => (a.active ? 'high' : 'later'),
		},
		says: (a: AboutKey) => `The DKIM key at ${a.name} is revoked (p= is empty).`,
		impact: (a: { active: boolean }) =>
			a.active ? UNSIGNED : 'Nothing breaks if no mail is signed with it any more.',
		fix: rotate('Publish the key again if it signs; else delete the record.'),
	},
	'key-undecodable': {
		...common,
		severity: unlessIdle,
		says: (a: AboutKey & { fault: string }) =>
			`The DKIM key at ${a.name} cannot be decoded: ${a.fault}.`,
		impact: UNSIGNED,
		fix: (a: AboutKey) =>
			advice(
				'Publish the whole key again.',
				'A TXT string holds 255 characters: split the record into two strings, "first part" "second part", with nothing between.',
				...(a.target === null ? [] : [`The record is at ${a.target}: its owner must change it.`]),
			),
	},
	'rsa-under-1024': {
		...common,
		severity: 'blocker',
		effort: minutes(30),
		says: (a: AboutKey & { bits: number }) => `The DKIM key at ${a.name} has ${a.bits} bits.`,
		impact:
			'Receivers must not accept signatures by it (RFC 8301), and anybody can compute the private key and sign as this domain.',
		fix: rotate('Sign with a new key of 2048 bits.'),
	},
	'rsa-under-2048': {
		...later,
		effort: minutes(30),
		says: (a: AboutKey & { bits: number }) =>
			`The DKIM key at ${a.name} has ${a.bits} bits; 2048 are recommended.`,
		impact: 'It verifies everywhere today, and will not for as long as this domain lives.',
		fix: rotate('Rotate to 2048 bits, under a new selector.'),
	},
	'rsa-over-4096': {
		...later,
		effort: minutes(30),
		says: (a: AboutKey & { bits: number }) => `The DKIM key at ${a.name} has ${a.bits} bits.`,
		impact: 'Verifiers need not support more than 4096 bits; signatures fail there.',
		fix: rotate('Use 2048 bits.'),
	},
	'rsa-pkcs1': {
		...later,
		says: (a: AboutKey) =>
			`The DKIM key at ${a.name} is a bare RSAPublicKey (PKCS #1) instead of SubjectPublicKeyInfo.`,
		impact: 'Some verifiers cannot read it, and count the mail as unsigned.',
		fix: (a: AboutKey) =>
			commands(
				'Publish the same key in the usual form.',
				['openssl rsa -in dkim.pem -pubout -outform der | openssl base64 -A'],
				`Replace the p= value at ${a.name} by the output.`,
			),
	},
	'ed25519-only': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		says: (a: { domain: string; names: readonly string[] }) =>
			`Every DKIM key found for ${a.domain} is Ed25519: ${listed(a.names)}.`,
		impact: 'Many receivers verify RSA only, and count the mail as unsigned.',
		fix: (a: { domain: string }) =>
			commands(
				'Add an RSA key, and sign with both.',
				NEW_KEY,
				`Publish the output as TXT "v=DKIM1; k=rsa; p=OUTPUT" at a selector of its own below _domainkey.${a.domain}.`,
			),
		confidence: 'medium',
		evidence: (a: { names: readonly string[] }) => [
			{ kind: 'dns', summary: `${a.names.length} keys, all Ed25519`, detail: a.names.join('\n') },
		],
		reproduce: (a: { names: readonly string[] }) => dig(a.names[0] ?? ''),
	},
	'key-type-unknown': {
		...high,
		says: (a: AboutKey & { type: string }) =>
			`The DKIM key at ${a.name} is of the unknown type k=${a.type}.`,
		impact: UNSIGNED,
		fix: rotate('Use k=rsa (or k=ed25519 beside it).'),
	},
	'hash-excludes-sha256': {
		...common,
		severity: unlessIdle,
		says: (a: AboutKey & { hashes: readonly string[] }) =>
			`The DKIM key at ${a.name} allows ${listed(a.hashes)} only, not sha256.`,
		impact: 'Receivers reject SHA-1 signatures (RFC 8301), and this key forbids the others.',
		fix: correct('Remove the h= tag.'),
	},
	'service-type': {
		...high,
		says: (a: AboutKey & { services: readonly string[] }) =>
			`The DKIM key at ${a.name} is for ${listed(a.services)}, not for email.`,
		impact: UNSIGNED,
		fix: correct('Remove the s= tag.'),
	},
	testing: {
		...common,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { enforcing: boolean }) => (a.enforcing ? 'high' : 'later'),
		},
		effort: minutes(5),
		says: (a: AboutKey) => `The DKIM key at ${a.name} is marked as a test (t=y).`,
		impact: (a: { enforcing: boolean }) =>
			a.enforcing
				? 'Receivers may treat the mail as unsigned, and the DMARC policy then refuses it.'
				: 'Receivers may treat the mail as unsigned.',
		fix: correct('Remove t=y.'),
	},
	'obsolete-tag': {
		...later,
		effort: minutes(5),
		says: (a: AboutKey) => `The DKIM record at ${a.name} has the obsolete tag g=.`,
		impact: 'Old verifiers may apply it and reject addresses that it does not match.',
		fix: correct('Remove it.'),
	},
	'domainkeys-policy': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: { domain: string; text: string }) =>
			`_domainkey.${a.domain} holds a DomainKeys policy: ${a.text}`,
		impact: 'Nobody reads it any more.',
		fix: (a: { domain: string; text: string }) =>
			records('Delete it.', [deletion(txtLine(`_domainkey.${a.domain}`, a.text))]),
		evidence: (a: { domain: string; text: string }) => [
			{ kind: 'dns', summary: `_domainkey.${a.domain} TXT`, detail: a.text },
		],
		reproduce: (a: { domain: string }) => dig(`_domainkey.${a.domain}`),
	},
	adsp: {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: { domain: string; text: string }) =>
			`_adsp._domainkey.${a.domain} holds an ADSP record: ${a.text}`,
		impact: 'Nobody reads it any more; DMARC took its place.',
		fix: (a: { domain: string; text: string }) =>
			records('Delete it.', [deletion(txtLine(`_adsp._domainkey.${a.domain}`, a.text))]),
		evidence: (a: { domain: string; text: string }) => [
			{ kind: 'dns', summary: `_adsp._domainkey.${a.domain} TXT`, detail: a.text },
		],
		reproduce: (a: { domain: string }) => dig(`_adsp._domainkey.${a.domain}`),
	},
	'single-selector': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(15),
		says: (a: { domain: string; name: string }) =>
			`Only one DKIM key was found for ${a.domain}: ${a.name}.`,
		impact: 'Rotating the key takes a gap, unless a second selector stands ready.',
		fix: advice('Have a second selector ready before the first rotation.'),
		confidence: 'low',
		evidence: (a: { name: string }) => [{ kind: 'dns', summary: `${a.name} TXT`, detail: '' }],
		reproduce: (a: { name: string }) => dig(a.name),
	},
} satisfies Verdicts<MailDomain['context']>;

/** The detected providers' own records where those are the same for everybody, else where to find them. */
function setUp(domain: string, names: readonly string[]): Fix {
	const found = names.flatMap((name) => {
		const { dkim, source } = providerNamed(name) ?? {};
		return dkim === undefined ? [] : [{ name, source, ...dkim }];
	});
	const steps = found.map(
		({ name, where, source }) => `${name}: ${where}${source === undefined ? '' : ` (${source})`}`,
	);
	const lines = found.flatMap((each) => each.lines.map((line) => line.replaceAll('{d}', domain)));
	if (lines.length > 0) {
		const confirm = 'Compare each with the one that the console shows before publishing.';
		return records('Publish the records of the service that sends.', lines, ...steps, confirm);
	}
	if (steps.length > 0) return advice('Set DKIM up at the service that sends.', ...steps);
	return commands(
		'Set DKIM up at every service that sends; a server of your own needs a key.',
		NEW_KEY,
		`Publish the output as TXT "v=DKIM1; k=rsa; p=OUTPUT" at s1._domainkey.${domain}, and let the server sign with d=${domain}; s=s1.`,
		'A sending service shows the records to publish in its console, under domain authentication.',
	);
}
