import { registrableOf } from '../dns/registrable.ts';
import {
	type AuthenticationResults,
	parseAuthenticationResults,
} from './authentication-results.ts';
import { type DkimSignature, dkimSignatures } from './dkim-signature.ts';
import { isDomain, type Mailbox, parseMailboxes } from './mail-address.ts';
import { type HeaderField, type MessageSource, readSource } from './message-source.ts';
import { type MimeContent, mimeContent } from './mime-content.ts';
import { addressIn, parseReceived, type ReceivedHop, timeOf } from './received-trail.ts';
import { repeatsIn } from './repeats.ts';
import { fieldTokens } from './structured-field.ts';

/**
 * What is judged of a message, and nothing that says who received it or what it says: no recipient, no
 * local part, no subject, no text, no link beyond its host. Signatures are kept as hashes.
 */
export interface SampleMessage {
	readonly kind: 'message';
	/** What the file shows of how it was saved, in words; empty for a plain one. */
	readonly form: string;
	/** Names of all header fields in their order, lower case. */
	readonly names: readonly string[];
	readonly from: readonly FromMailbox[];
	readonly replyTo: readonly string[];
	readonly returnPath: ReturnPath;
	/** Milliseconds since 1970; `null` where there is none that can be read. */
	readonly date: number | null;
	readonly messageId: MessageId;
	/** Fields that may be there once (RFC 5322 §3.6, RFC 2045) and are there more often. */
	readonly repeated: readonly string[];
	/** Latest first. `at` is the place among the header fields. */
	readonly hops: readonly (ReceivedHop & { readonly at: number })[];
	readonly results: readonly (AuthenticationResults & { readonly at: number })[];
	/** The first Received-SPF (RFC 7208 §9.1); `null` without one. */
	readonly receivedSpf: ReceivedSpf | null;
	readonly signatures: readonly DkimSignature[];
	/** Beyond those that are listed. */
	readonly moreSignatures: number;
	readonly list: ListFields;
	/** Who stood between sender and receiver, in words; `null` where nobody shows. */
	readonly relayed: string | null;
	/** Something answered or reported by itself: an empty return path, a report, an automatic reply. */
	readonly isAutomaticReply: boolean;
	readonly content: MimeContent;
}

export interface UnreadableMessage {
	readonly kind: 'no-message';
	/** In words that follow the file's name. */
	readonly why: string;
}

interface FromMailbox {
	/** Empty where the address has none. */
	readonly domain: string;
	/** Domain of an address that the display name shows; `null` without one. */
	readonly shows: string | null;
}

type ReturnPath =
	| { readonly kind: 'absent' }
	/** `<>`. */
	| { readonly kind: 'null' }
	| {
			readonly kind: 'address';
			readonly domain: string;
			/** A forwarder wrote its own over the sender's (SRS and the like). */
			readonly isForwarders: boolean;
	  };

type MessageId =
	| { readonly kind: 'missing' }
	/** The receiver put one there, because the sender had not. */
	| { readonly kind: 'added' }
	| { readonly kind: 'present'; readonly domain: string };

interface ReceivedSpf {
	readonly at: number;
	readonly result: string;
	readonly address: string | null;
	/** Of `envelope-from`; empty where the field does not say. */
	readonly domain: string;
}

interface ListFields {
	/** Each address of List-Unsubscribe, by scheme and host; `null` without the field. */
	readonly unsubscribe: readonly { readonly scheme: string; readonly host: string }[] | null;
	/** List-Unsubscribe-Post as written, cut; `null` without the field. */
	readonly post: string | null;
	/** What makes it a mailing to many, in words; empty for mail to one. */
	readonly signs: readonly string[];
}

/** RFC 5322 §3.6, and RFC 2045 for the rest. From is judged apart. */
const ONCE = [
	...['date', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'message-id', 'in-reply-to', 'references'],
	...['subject', 'mime-version', 'content-type', 'content-transfer-encoding'],
];
const MOST_HOPS = 100;
const MOST_RESULTS = 20;

/** Reads a saved message, one character a byte. Pure; never throws. */
export function readMessage(text: string): SampleMessage | UnreadableMessage {
	const source = readSource(text);
	if (source.kind !== 'message') return source;
	const { fields } = source;
	const values = (name: string) => fields.filter((field) => field.name === name);
	const first = (name: string) => values(name)[0]?.value ?? null;
	const froms = parseMailboxes(first('from') ?? '');
	const content = mimeContent(source);
	const returnPath = readReturnPath(first('return-path'));
	const { signatures, more } = dkimSignatures(source);
	const names = fields.map(({ name }) => name);
	const repeats = new Set(repeatsIn(names));
	return {
		kind: 'message',
		form: source.form,
		names,
		from: froms.map(fromMailbox),
		replyTo: unique(parseMailboxes(first('reply-to') ?? '').map(({ domain }) => domain)),
		returnPath,
		date: timeOf(first('date') ?? ''),
		messageId: readMessageId(first('message-id')),
		repeated: ONCE.filter((name) => repeats.has(name)),
		hops: indexed(fields, 'received')
			.slice(0, MOST_HOPS)
			.map(({ at, value }) => ({ ...parseReceived(value), at })),
		results: indexed(fields, 'authentication-results')
			.slice(0, MOST_RESULTS)
			.map(({ at, value }) => ({ ...withoutPeople(parseAuthenticationResults(value)), at })),
		receivedSpf: readReceivedSpf(indexed(fields, 'received-spf')[0]),
		signatures,
		moreSignatures: more,
		list: listFields(first, { ...content, isAutomatic: isAutomatic(first) }),
		relayed: relayedBy(first, froms[0]?.domain ?? '', returnPath),
		isAutomaticReply:
			returnPath.kind === 'null' ||
			content.isReport ||
			/^\s*auto-replied\b/i.test(first('auto-submitted') ?? ''),
		content,
	};
}

type First = (name: string) => string | null;

function indexed(
	fields: MessageSource['fields'],
	name: string,
): readonly { at: number; value: string }[] {
	return fields.flatMap((field: HeaderField, at) =>
		field.name === name ? [{ at, value: field.value }] : [],
	);
}

function unique(list: readonly string[]): readonly string[] {
	return [...new Set(list.filter((each) => each !== ''))];
}

function fromMailbox({ domain, display }: Mailbox): FromMailbox {
	const [, shows] =
		/[^\s@<>"'(),;:]{1,64}@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})/i.exec(display) ?? [];
	return { domain, shows: shows?.toLowerCase() ?? null };
}

function readReturnPath(value: string | null): ReturnPath {
	if (value === null) return { kind: 'absent' };
	const [mailbox] = parseMailboxes(value);
	if (mailbox === undefined) return { kind: 'null' };
	const { local, domain } = mailbox;
	if (domain === '') return { kind: 'absent' };
	const isForwarders = /^srs[01]?[=+-]|\+caf_=|^prvs=.*srs0/i.test(local);
	return { kind: 'address', domain, isForwarders };
}

function readMessageId(value: string | null): MessageId {
	if (value === null || value === '') return { kind: 'missing' };
	if (/SMTPIN_ADDED_(?:MISSING|BROKEN)/.test(value)) return { kind: 'added' };
	const [, domain = ''] = /@\[?([^\s>@\]]{1,253})\]?>?\s*$/.exec(value.slice(-300)) ?? [];
	return { kind: 'present', domain: domain.toLowerCase() };
}

function readReceivedSpf(
	field: { readonly at: number; readonly value: string } | undefined,
): ReceivedSpf | null {
	if (field === undefined) return null;
	const tokens = fieldTokens(field.value);
	const words = tokens.flatMap(({ kind, text }) => (kind === 'comment' ? ' ' : text)).join('');
	const value = (name: string) =>
		new RegExp(`(?:^|[\\s;])${name}=\\s*<?([^\\s;>]{1,320})`, 'i').exec(words)?.[1] ?? null;
	const address = value('client-ip');
	const envelope = value('envelope-from') ?? '';
	const domain = envelope.slice(envelope.lastIndexOf('@') + 1).toLowerCase();
	return {
		at: field.at,
		result: /^\s*([a-z]+)/i.exec(words)?.[1]?.toLowerCase() ?? '',
		address: address === null ? null : address.replace(/^ipv6:/i, ''),
		domain: isDomain(domain) ? domain : '',
	};
}

/** Local parts go, which are recipients or name them; of comments only the client's address stays. */
function withoutPeople({ authservId, results }: AuthenticationResults): AuthenticationResults {
	return {
		authservId,
		results: results.map(({ method, result, note, properties }) => ({
			method,
			result,
			note: addressIn(note) ?? '',
			properties: properties.flatMap(([name, value]) =>
				KEPT_PROPERTIES.has(name)
					? [[name, value.replace(/^.*@/s, '@').slice(0, 253)] as const]
					: [],
			),
		})),
	};
}

const KEPT_PROPERTIES: ReadonlySet<string> = new Set([
	...['header.d', 'header.i', 'header.s', 'header.b', 'header.a', 'header.from'],
	...['smtp.mailfrom', 'smtp.mfrom', 'smtp.helo', 'smtp.remote-ip', 'policy.dmarc'],
]);

function isAutomatic(first: First): boolean {
	const value = first('auto-submitted');
	return value !== null && !/^\s*no\b/i.test(value);
}

function listFields(
	first: First,
	{
		hasUnsubscribeLink,
		isAutomatic: automatic,
	}: { hasUnsubscribeLink: boolean; isAutomatic: boolean },
): ListFields {
	const unsubscribe = first('list-unsubscribe');
	const precedence = first('precedence')?.trim().toLowerCase() ?? '';
	const signs = [
		...(unsubscribe === null ? [] : ['a List-Unsubscribe field']),
		...(first('list-id') === null ? [] : ['a List-Id field']),
		...(first('list-unsubscribe-post') === null ? [] : ['a List-Unsubscribe-Post field']),
		// Monitors and ticket systems write "bulk" so that nobody's absence note answers them.
		...(/^(?:bulk|list)$/.test(precedence) && !automatic ? [`Precedence: ${precedence}`] : []),
		...(hasUnsubscribeLink && !automatic ? ['an unsubscribe link in its text'] : []),
	];
	return {
		unsubscribe: unsubscribe === null ? null : unsubscribeUris(unsubscribe),
		post: first('list-unsubscribe-post')?.slice(0, 80) ?? null,
		signs,
	};
}

/** RFC 2369 §2: URIs in angle brackets. What follows the host may name the recipient. */
function unsubscribeUris(value: string): { scheme: string; host: string }[] {
	return [...value.matchAll(/<\s*([a-z][a-z0-9+.-]{0,20}):([^>]{0,4000})>/gi)]
		.slice(0, 10)
		.map(([, scheme = '', rest = '']) => {
			const host = scheme.toLowerCase() === 'mailto' ? rest.replace(/\?.*$/s, '') : rest;
			const [, name = ''] = /^(?:\/\/)?(?:[^/?#]*@)?([^/?#:@]{1,253})/.exec(host) ?? [];
			return { scheme: scheme.toLowerCase(), host: name.toLowerCase() };
		});
}

/** Mailing lists and forwarders change a message after its sender signed it. */
function relayedBy(first: First, from: string, returnPath: ReturnPath): string | null {
	const program = ['x-beenthere', 'x-mailman-version', 'mailing-list'].find((name) => first(name));
	if (program !== undefined) return `a mailing list (it has ${program})`;
	const post = parseMailto(first('list-post'));
	if (post !== '' && from !== '' && registrableOf(post) !== registrableOf(from)) {
		return `the mailing list of ${post}`;
	}
	const resent = ['resent-from', 'resent-to', 'resent-date'].find((name) => first(name));
	if (resent !== undefined) return `somebody who sent it again (it has ${resent})`;
	const forwarded = ['x-forwarded-to', 'x-forwarded-for'].find((name) => first(name));
	if (forwarded !== undefined) return `a mailbox that forwards (it has ${forwarded})`;
	if (returnPath.kind === 'address' && returnPath.isForwarders) {
		return `the forwarder ${returnPath.domain}`;
	}
	return null;
}

function parseMailto(value: string | null): string {
	const [, domain = ''] = /<\s*mailto:[^@>?]{0,200}@([^>?\s]{1,253})/i.exec(value ?? '') ?? [];
	return isDomain(domain) ? domain.toLowerCase() : '';
}
