import {
	at,
	isFreemail,
	isInnerName,
	type JudgedMessage,
	type Judgement,
	keyName,
	registrableOf,
	type SampleFile,
	type Say,
	type SignatureReading,
	sendingService,
} from '../../src/sdk.ts';
import { txtLine } from './_lines.ts';
import type { AboutMessage, AboutSignature, MESSAGE_VERDICTS } from './_message-verdicts.ts';

export type Key = keyof typeof MESSAGE_VERDICTS;
export type Said = readonly Judgement<Key>[];

export interface Reading {
	readonly judged: JudgedMessage;
	readonly subject: SampleFile;
	readonly say: Say<typeof MESSAGE_VERDICTS>;
	/** `seen`: the line of the report that shows it. */
	about(seen: string): AboutMessage;
}

/** Product decision: less than a short sentence. */
export const LEAST_LETTERS = 40;
/** RFC 8301 §3.2. */
const LEAST_BITS = 1024;

export function aboutMessage(
	{ file, message, authentication }: JudgedMessage,
	seen: string,
): AboutMessage {
	const { from, organizational, spf, signatures, reception } = authentication;
	const names = [
		...signatures.map(({ signature }) => signature.domain),
		spf.domain,
		reception.border?.reverse ?? '',
		reception.border?.helo ?? '',
	];
	const service = message.relayed === null ? sendingService(names) : null;
	return {
		file,
		from,
		organizational,
		service:
			service === null
				? null
				: {
						name: service.name,
						ownSignature: service.ownSignature,
						ownBounces: service.ownBounces,
					},
		seen,
	};
}

// ── Signatures ───────────────────────────────────────────────────────────────────────────────────

/** Signatures that count for the author; where there are none, all. */
function relevant({ authentication }: JudgedMessage): readonly SignatureReading[] {
	const { signatures } = authentication;
	const own = signatures.filter(({ alignment }) => isRelated(alignment));
	return own.length > 0 ? own : signatures;
}

function isRelated(alignment: SignatureReading['alignment']): boolean {
	return alignment === 'same' || alignment === 'organizational';
}

export function signatureFindings(reading: Reading): Said {
	const { judged, say, about } = reading;
	const { message, authentication } = judged;
	if (authentication.signatures.length === 0) {
		return message.relayed === null && !message.isAutomaticReply
			? [say('dkim-missing', about('no DKIM-Signature field'))]
			: [];
	}
	const looked = relevant(judged);
	return [
		...looked.flatMap((one) => here(one, qualityFindings(one, reading))),
		...brokenFinding(looked, reading),
		...unalignedFinding(reading),
	];
}

function aboutSignature(one: SignatureReading, { about }: Reading): AboutSignature {
	const { domain, selector, algorithm } = one.signature;
	const told = one.receiverSays === null ? '' : `; the receiver says dkim=${one.receiverSays}`;
	const seen = `DKIM-Signature: d=${domain}; s=${selector}; a=${algorithm ?? 'unknown'}${told}`;
	return { ...about(seen), domain, selector, key: keyName(one.signature) };
}

function here({ signature }: SignatureReading, said: Said): Said {
	const name = keyName(signature);
	return said.map((one) => (one.verdict === null ? one : at({ kind: 'record', name }, one)));
}

/** What is wrong with a signature whether or not it verifies. */
function qualityFindings(one: SignatureReading, reading: Reading): Said {
	const { signature, standing, isExpired, isFuture, signsFrom } = one;
	if (standing.kind === 'malformed') return [];
	const { say } = reading;
	const about = aboutSignature(one, reading);
	const bits = 'bits' in standing ? standing.bits : null;
	const { length, expiresAt, signedAt, algorithm } = signature;
	return [
		...(algorithm === 'rsa-sha1' ? [say('dkim-sha1', about)] : []),
		...(bits !== null && bits < LEAST_BITS ? [say('dkim-weak-key', { ...about, bits })] : []),
		...(signsFrom ? [] : [say('dkim-from-unsigned', about)]),
		...(isExpired ? [say('dkim-expired', { ...about, when: moment(expiresAt) })] : []),
		...(isFuture ? [say('dkim-future', { ...about, when: moment(signedAt) })] : []),
		...(length === null ? [] : [say('dkim-length-tag', { ...about, length })]),
	];
}

/** The last second that dates can write is in the year 275760. */
function moment(seconds: number | null): string {
	const date = new Date((seconds ?? 0) * 1_000);
	return Number.isNaN(date.getTime()) ? `${seconds} seconds after 1970` : date.toISOString();
}

/** The first that does not verify, where none does. */
function brokenFinding(looked: readonly SignatureReading[], reading: Reading): Said {
	const { judged, say } = reading;
	if (judged.message.relayed !== null) return [];
	if (looked.some(({ worth }) => worth !== 'fails')) return [];
	const broken = looked.find(({ standing }) => standing.kind !== 'fits');
	if (broken === undefined) return [];
	const { standing } = broken;
	const confirmed = broken.receiverSays !== null;
	const control = confirmed
		? `The receiver came to the same result: dkim=${broken.receiverSays}.`
		: `The file is the only witness: ${judged.authentication.reception.distrust || 'the receiver says nothing of it'}.`;
	const about = { ...aboutSignature(broken, reading), confirmed, control };
	if (standing.kind === 'body-altered') return here(broken, [say('dkim-body-hash', about)]);
	const isKey = standing.kind === 'no-key' || standing.kind === 'key-unusable';
	const detail =
		'says' in standing ? standing.says : 'the header was changed, or another key signed it';
	const sure = isKey || standing.kind === 'malformed';
	return here(broken, [
		say('dkim-broken', {
			...about,
			isKey,
			detail: sentence(standing.kind, detail),
			confirmed: confirmed || sure,
		}),
	]);
}

function sentence(kind: SignatureReading['standing']['kind'], detail: string): string {
	return kind === 'malformed' ? `it ${detail}` : detail;
}

function unalignedFinding(reading: Reading): Said {
	const { judged, say, subject } = reading;
	const { authentication, message } = judged;
	if (message.relayed !== null || authentication.from === '') return [];
	if (isFreemailFrom(judged, subject)) return [];
	const { signatures } = authentication;
	if (signatures.some(({ alignment }) => alignment !== 'none')) return [];
	const passing = signatures.find(({ worth }) => worth === 'passes');
	return passing === undefined
		? []
		: here(passing, [say('dkim-unaligned', aboutSignature(passing, reading))]);
}

// ── SPF and DMARC ────────────────────────────────────────────────────────────────────────────────

export function spfFindings({ judged, say, about, subject }: Reading): Said {
	const { spf, signatures } = judged.authentication;
	const { returnPath, relayed } = judged.message;
	if (relayed !== null || returnPath.kind !== 'address' || isFreemailFrom(judged, subject))
		return [];
	if (spf.worth !== 'passes' || spf.alignment !== 'none') return [];
	const args = { ...about(`Return-Path at ${spf.domain}; ${spfSeen(judged)}`), domain: spf.domain };
	const isSigned = signatures.some(
		({ worth, alignment }) => worth === 'passes' && isRelated(alignment),
	);
	// Nothing that the customer could change, and the signature carries the mail.
	const { service } = args;
	const isFixed = service !== null && service.ownBounces === null;
	return isSigned && isFixed ? [] : [say('spf-unaligned', args)];
}

export function spfSeen({ authentication: { spf } }: JudgedMessage): string {
	const own = spf.own === null ? 'not evaluated' : spf.own.result;
	const theirs = spf.receiverSays === null ? '' : `, by the receiver ${spf.receiverSays}`;
	return `SPF today ${own}${theirs}`;
}

/** Whom nobody but a mailbox provider may send as, though it was somebody else who sent. */
export function isFreemailFrom({ authentication }: JudgedMessage, { brand }: SampleFile): boolean {
	const { from, dmarc } = authentication;
	return (
		isFreemail(from) && from !== brand && dmarc.result !== 'passes' && dmarc.result !== 'unsent'
	);
}

export function dkimSeen({ authentication: { signatures } }: JudgedMessage): string {
	if (signatures.length === 0) return 'no DKIM-Signature';
	return signatures
		.map(({ signature, standing, alignment, receiverSays }) => {
			const told = receiverSays === null ? '' : `, by the receiver ${receiverSays}`;
			return `DKIM d=${signature.domain} s=${signature.selector}: ${standing.kind.replace('-', ' ')}${told}, alignment ${alignment}`;
		})
		.join('; ');
}

export function bounceFinding({ judged, say, about }: Reading): Said {
	const { bounces, message, authentication } = judged;
	if (bounces === null || message.relayed !== null || message.isAutomaticReply) return [];
	const { domain, hasMx, hasSpf } = bounces;
	const lacks = [...(hasMx === false ? ['MX'] : []), ...(hasSpf === false ? ['SPF record'] : [])];
	if (lacks.length === 0) return [];
	const isOwn = registrableOf(domain) === registrableOf(authentication.from);
	const args = about(`Return-Path at ${domain}`);
	const lines = [
		...(hasMx === false ? [`${domain}. 300 IN MX 10 mail.${registrableOf(domain)}.`] : []),
		...(hasSpf === false ? [txtLine(domain, `v=spf1 a:mail.${registrableOf(domain)} ~all`)] : []),
	];
	const isTheirs = args.service !== null || !isOwn;
	return [say('return-path-domain', { ...args, domain, lacks, lines: isTheirs ? [] : lines })];
}

// ── Header fields ────────────────────────────────────────────────────────────────────────────────

export function fieldFindings(reading: Reading): Said {
	const { judged, say, about } = reading;
	const { message } = judged;
	const { messageId, repeated, date, names } = message;
	return [
		...fromFindings(reading),
		...(date === null
			? [say('date-missing', { ...about('Date'), present: names.includes('date') })]
			: []),
		...(messageId.kind === 'present'
			? []
			: [
					say('message-id-missing', {
						...about('Message-ID'),
						added: messageId.kind === 'added',
					}),
				]),
		...(repeated.length > 0 && message.relayed === null
			? [
					say('header-duplicate', {
						...about(`repeated: ${repeated.join(', ')}`),
						fields: repeated,
					}),
				]
			: []),
		...replyFinding(reading),
	];
}

function fromFindings({ judged, say, about, subject }: Reading): Said {
	const { names, from } = judged.message;
	const fields = names.filter((name) => name === 'from').length;
	const usable = from.filter(({ domain }) => domain !== '');
	const spoof = from.find(
		({ domain, shows }) =>
			shows !== null && domain !== '' && registrableOf(shows) !== registrableOf(domain),
	);
	const { brand } = subject;
	return [
		...(fields !== 1 || usable.length === 0
			? [say('from-count', { ...about(`${fields} From fields`), count: fields })]
			: []),
		...(fields === 1 && from.length > 1 && usable.length > 0
			? [say('from-multi-address', { ...about('From'), count: from.length })]
			: []),
		...(isFreemailFrom(judged, subject)
			? [
					say('from-freemail', {
						...about(`From at ${usable[0]?.domain ?? ''}; ${spfSeen(judged)}; ${dkimSeen(judged)}`),
						brand,
					}),
				]
			: []),
		...(spoof?.shows
			? [say('display-name-spoof', { ...about('display name of From'), shows: spoof.shows })]
			: []),
	];
}

/** A support desk's address is no fault; one at a free mailbox beside a company's name is a sign of phishing. */
function replyFinding({ judged, say, about, subject }: Reading): Said {
	const { replyTo, relayed } = judged.message;
	const { brand } = subject;
	const { organizational } = judged.authentication;
	if (relayed !== null) return [];
	const others = replyTo.filter((domain) => {
		const theirs = registrableOf(domain);
		return theirs !== brand && theirs !== registrableOf(organizational);
	});
	if (others.length === 0) return [];
	const freemail = others.some(isFreemail) && !isFreemail(judged.authentication.from);
	return [say('reply-to-domain', { ...about('Reply-To'), domains: others, brand, freemail })];
}

// ── Mailings ─────────────────────────────────────────────────────────────────────────────────────

const LIST_FIELDS = ['list-unsubscribe', 'list-unsubscribe-post'];

export function mailingFindings({ judged, say, about }: Reading): Said {
	const { message } = judged;
	const { list, names, relayed, isAutomaticReply } = message;
	if (relayed !== null || isAutomaticReply || list.signs.length === 0) return [];
	if (list.unsubscribe === null) {
		return [say('unsubscribe-missing', { ...about('no List-Unsubscribe'), signs: list.signs })];
	}
	const isSecure = list.unsubscribe.some(({ scheme }) => scheme === 'https');
	const schemes = [...new Set(list.unsubscribe.map(({ scheme }) => scheme))];
	const isOneClick = list.post?.trim().toLowerCase() === 'list-unsubscribe=one-click';
	const present = LIST_FIELDS.filter((name) => names.includes(name));
	const signed = relevant(judged).map(({ signature }) => signature.names);
	const isCovered = signed.some((covered) => present.every((name) => covered.includes(name)));
	const fields = present.filter((name) => !signed.some((covered) => covered.includes(name)));
	return [
		...(isSecure
			? []
			: [
					say('unsubscribe-no-https', {
						...about(`List-Unsubscribe: ${schemes.join(', ')}`),
						schemes,
					}),
				]),
		...((isSecure ? !isOneClick : list.post !== null && !isOneClick)
			? [say('unsubscribe-post-value', { ...about('List-Unsubscribe-Post'), post: list.post })]
			: []),
		...(signed.length > 0 && !isCovered
			? [
					say('unsubscribe-unsigned', {
						...about(`h= of ${signed.length} signatures`),
						fields: fields.length > 0 ? fields : present,
					}),
				]
			: []),
	];
}

// ── Transport and content ────────────────────────────────────────────────────────────────────────

const CLEAR_PROTOCOLS = /^(?:UTF8)?E?SMTPA?$/;

/** The last hop from outside says that it was not encrypted. */
export function isInClear({
	encrypted,
	protocol,
}: {
	readonly encrypted: boolean;
	readonly protocol: string;
}): boolean {
	return !encrypted && CLEAR_PROTOCOLS.test(protocol);
}

export function transportFindings({ judged, say, about }: Reading): Said {
	const { message, authentication } = judged;
	if (message.relayed !== null) return [];
	const { border } = authentication.reception;
	const inner = [
		...(border !== null && isInnerHelo(border.helo) ? [border.helo] : []),
		...(message.messageId.kind === 'present' && isInnerId(message.messageId.domain)
			? [message.messageId.domain]
			: []),
	];
	return [
		...(border !== null && isInClear(border)
			? [
					say('received-plaintext', {
						...about(`Received: from ${border.helo} by ${border.by} with ${border.protocol}`),
						client: border.reverse || border.helo || (border.address ?? 'the sender'),
						by: border.by,
						protocol: border.protocol,
					}),
				]
			: []),
		...(inner.length > 0
			? [say('localhost-leak', { ...about(inner.join(', ')), names: [...new Set(inner)] })]
			: []),
	];
}

/** An address in brackets is allowed (RFC 5321 §4.1.3), unless nobody else can reach it. */
function isInnerHelo(helo: string): boolean {
	if (helo === '') return false;
	if (
		/^\[?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1\]?$|ipv6:(?:::1|f[cd]))/i.test(
			helo,
		)
	) {
		return true;
	}
	return !helo.startsWith('[') && !/^[\d.:]+$/.test(helo) && isInnerName(helo);
}

/** A single word is a mail program's habit, and says nothing of a server. */
function isInnerId(domain: string): boolean {
	return (
		/^localhost$|^127\./.test(domain) ||
		(domain.includes('.') && !/^[\d.]+$/.test(domain) && isInnerName(domain))
	);
}

export function contentFindings({ judged, say, about }: Reading): Said {
	const { content, isAutomaticReply } = judged.message;
	if (content.html === null || isAutomaticReply) return [];
	const { html: letters, images } = content;
	return [
		...((content.plain ?? 0) === 0 ? [say('no-text-part', about('text/html alone'))] : []),
		...(images > 0 && letters < LEAST_LETTERS
			? [say('image-only', { ...about(`${images} img, ${letters} letters`), letters, images })]
			: []),
	];
}
