import { registrableOf } from '../dns/registrable.ts';
import { propertyOf } from './authentication-results.ts';
import type { DkimSignature } from './dkim-signature.ts';
import { type DkimStanding, keyName, verifySignature } from './dkim-verify.ts';
import { validValue } from './dmarc-record.ts';
import { type DmarcWalk, walkDmarc } from './dmarc-walk.ts';
import { isDomain } from './mail-address.ts';
import { type Ask, readAnswer } from './mail-lookups.ts';
import { type Reception, receptionOf } from './message-trust.ts';
import type { SampleMessage } from './sample-message.ts';

/** RFC 9989 §4.4. `unclear` where the look-ups that would tell failed. */
type Alignment = 'same' | 'organizational' | 'none' | 'unclear';

/** What an identifier is worth for DMARC; `unclear` where it could not be found out. */
type Worth = 'passes' | 'fails' | 'unclear';

export interface SignatureReading {
	readonly signature: DkimSignature;
	readonly standing: DkimStanding;
	readonly alignment: Alignment;
	/** The receiver's result for it; `null` where that cannot be believed or says nothing. */
	readonly receiverSays: string | null;
	/** `x=` had passed when the message arrived. */
	readonly isExpired: boolean;
	/** `t=` lay ahead when the message arrived, by more than clocks differ. */
	readonly isFuture: boolean;
	readonly signsFrom: boolean;
	readonly worth: Worth;
	/** It does not fit the file any more, and the receiver vouches that it did. */
	readonly isVouched: boolean;
}

/** What our own evaluation says today (RFC 7208). */
export interface OwnSpf {
	readonly result: string;
	readonly reason: string;
}

export interface SpfReading {
	/** Domain that SPF spoke for; empty where the file does not show it. */
	readonly domain: string;
	/** By the name that the client gave, because the return path is empty (RFC 7208 §2.4). */
	readonly isByHelo: boolean;
	readonly own: OwnSpf | null;
	readonly receiverSays: string | null;
	readonly alignment: Alignment;
	/** Of SPF itself, whatever its alignment. */
	readonly worth: Worth;
}

export interface MessageAuthentication {
	/** Domain of the one author; empty where there is none. */
	readonly from: string;
	/** Its organizational domain (RFC 9989 §4.10.2). */
	readonly organizational: string;
	/** What the policy asks for: `true` for strict. */
	readonly strict: { readonly dkim: boolean; readonly spf: boolean };
	readonly reception: Reception;
	readonly signatures: readonly SignatureReading[];
	readonly spf: SpfReading;
	readonly dmarc: {
		/** `unsent`: nothing in the file shows that it ever left its sender. */
		readonly result: 'passes' | 'fails' | 'unclear' | 'unsent';
		/** In one sentence without its full stop. */
		readonly why: string;
	};
	/** Look-ups that failed. */
	readonly failed: readonly string[];
}

/** Clocks of senders differ that much; milliseconds. */
const CLOCK_SKEW_MS = 300_000;
/** RFC 8301 §3.2. */
const LEAST_BITS = 1024;

/** Whom SPF judges, as far as the message shows it. */
export function spfIdentity(
	message: SampleMessage,
	{ results, receivedSpf, border }: Reception,
): { readonly domain: string; readonly isByHelo: boolean } {
	const { returnPath } = message;
	if (returnPath.kind === 'address') return { domain: returnPath.domain, isByHelo: false };
	if (returnPath.kind === 'null') {
		const helo = border?.helo ?? '';
		return { domain: isDomain(helo) ? helo : '', isByHelo: true };
	}
	const spf = results?.results.find(({ method }) => method === 'spf');
	const told =
		spf === undefined ? null : (propertyOf(spf, 'smtp.mailfrom') ?? propertyOf(spf, 'smtp.mfrom'));
	const domain = (told ?? receivedSpf?.domain ?? '').replace(/^.*@/, '').toLowerCase();
	return { domain: isDomain(domain) ? domain : '', isByHelo: false };
}

/**
 * Judges a message as a receiver would (RFC 6376 §6, RFC 7208, RFC 9989), by what DNS says today, and by
 * the receiver's own word where today's evidence cannot tell. Pure: `ask` says what DNS said so far.
 */
export function authenticate(
	message: SampleMessage,
	{ ask, ownSpf, receivers }: { ask: Ask; ownSpf: OwnSpf | null; receivers: readonly string[] },
): MessageAuthentication {
	const reception = receptionOf(message, receivers);
	const from = message.from[0]?.domain ?? '';
	const own = from === '' ? null : walkDmarc(from, ask);
	const align = alignmentTo(from, own, ask);
	const signatures = message.signatures.map((signature) =>
		readSignature(signature, { message, reception, ask, align }),
	);
	const spf = readSpf(message, { reception, ownSpf, align });
	const record = own?.policy?.record ?? null;
	const mode = (tag: string) => record !== null && validValue(record, tag) === 's';
	const strict = { dkim: mode('adkim'), spf: mode('aspf') };
	return {
		from,
		organizational: organizationalOf(from, own),
		strict,
		reception,
		signatures,
		spf,
		dmarc: dmarcResult(message, { reception, signatures, spf, strict }),
		failed: own?.failed ?? [],
	};
}

type Align = (domain: string) => Alignment;

/**
 * Where the author's domain has no policy, nobody walks the tree: the public suffix list says what
 * belongs together.
 */
function alignmentTo(from: string, own: DmarcWalk | null, ask: Ask): Align {
	if (own === null) return () => 'none';
	const hasWalk = own.policy !== null || own.failed.length > 0;
	return (domain) => {
		if (domain === '') return 'none';
		if (domain === from) return 'same';
		if (!hasWalk) return related(registrableOf(domain) === registrableOf(from));
		const theirs = walkDmarc(domain, ask).organizational;
		if (theirs === null || own.organizational === null) return 'unclear';
		return related(theirs === own.organizational);
	};
}

function related(isRelated: boolean): Alignment {
	return isRelated ? 'organizational' : 'none';
}

function organizationalOf(from: string, own: DmarcWalk | null): string {
	if (own === null) return '';
	return own.policy === null ? registrableOf(from) : (own.organizational ?? registrableOf(from));
}

interface Reading {
	readonly message: SampleMessage;
	readonly reception: Reception;
	readonly ask: Ask;
	readonly align: Align;
}

function readSignature(
	signature: DkimSignature,
	{ message, reception, ask, align }: Reading,
): SignatureReading {
	const name = keyName(signature);
	const isAskable = signature.domain !== '' && signature.selector !== '';
	const found = readAnswer(name, 'TXT', isAskable ? ask(name, 'TXT') : null);
	const standing = verifySignature(signature, found);
	const { arrivedAt } = reception;
	const { expiresAt, signedAt, names } = signature;
	const seen = {
		isExpired: arrivedAt !== null && expiresAt !== null && expiresAt * 1_000 <= arrivedAt,
		isFuture:
			arrivedAt !== null && signedAt !== null && signedAt * 1_000 > arrivedAt + CLOCK_SKEW_MS,
		signsFrom: names.includes('from'),
	};
	const receiverSays = receiversWord(signature, reception);
	const worth = worthOf({
		signature,
		standing,
		receiverSays,
		isRelayed: message.relayed !== null,
		...seen,
	});
	const isAltered = standing.kind === 'body-altered' || standing.kind === 'header-altered';
	const isVouched = isAltered && receiverSays === 'pass';
	const alignment = align(signature.domain);
	return { signature, standing, alignment, receiverSays, ...seen, worth, isVouched };
}

/** The receiver's result for this very signature, by whatever it names of it. */
function receiversWord(
	{ domain, identity, selector, signature }: DkimSignature,
	{ results }: Reception,
): string | null {
	const found = results?.results.find((each) => {
		if (each.method !== 'dkim') return false;
		const value = (name: string) =>
			propertyOf(each, name)?.toLowerCase().replace(/^.*@/, '') ?? null;
		const [d, i, s] = [value('header.d'), value('header.i'), value('header.s')];
		const b = propertyOf(each, 'header.b');
		if (d === null && i === null) return false;
		if (d !== null && d !== domain) return false;
		if (d === null && i !== identity) return false;
		if (s !== null && s !== selector) return false;
		return b === null || signature.startsWith(b.replace(/\s+/g, ''));
	});
	return found?.result ?? null;
}

function worthOf({
	signature,
	standing,
	receiverSays,
	isRelayed,
	isExpired,
	signsFrom,
}: Pick<SignatureReading, 'signature' | 'standing' | 'receiverSays' | 'isExpired' | 'signsFrom'> & {
	readonly isRelayed: boolean;
}): Worth {
	switch (standing.kind) {
		case 'fits': {
			const isStrong = standing.bits === null || standing.bits >= LEAST_BITS;
			const isTrusted = isStrong && signature.algorithm !== 'rsa-sha1' && signsFrom && !isExpired;
			return isTrusted ? 'passes' : 'fails';
		}
		case 'body-altered':
		case 'header-altered':
			return believed(receiverSays, isRelayed ? 'unclear' : 'fails');
		case 'no-answer':
			return believed(receiverSays === 'temperror' ? null : receiverSays, 'unclear');
		case 'malformed':
		case 'no-key':
		case 'key-unusable':
			// The key was another one then: what counts today can only be seen in a new message.
			return receiverSays === 'pass' ? 'unclear' : 'fails';
	}
}

/** The receiver's word; where there is none, what is left. */
function believed(receiverSays: string | null, otherwise: Worth): Worth {
	if (receiverSays === null) return otherwise;
	return receiverSays === 'pass' ? 'passes' : 'fails';
}

function readSpf(
	message: SampleMessage,
	{ reception, ownSpf, align }: { reception: Reception; ownSpf: OwnSpf | null; align: Align },
): SpfReading {
	const { domain, isByHelo } = spfIdentity(message, reception);
	const told = reception.results?.results.find(({ method }) => method === 'spf')?.result;
	const receiverSays = told ?? reception.receivedSpf?.result ?? null;
	const isRelayed = message.relayed !== null;
	const worth = spfWorth({ own: ownSpf, receiverSays, isRelayed });
	return { domain, isByHelo, own: ownSpf, receiverSays, alignment: align(domain), worth };
}

function spfWorth({
	own,
	receiverSays,
	isRelayed,
}: Pick<SpfReading, 'own' | 'receiverSays'> & { readonly isRelayed: boolean }): Worth {
	if (own?.result === 'pass') return 'passes';
	if (own === null || own.result === 'temperror') {
		return believed(receiverSays === 'temperror' ? null : receiverSays, 'unclear');
	}
	// The record was another one then.
	if (receiverSays === 'pass') return 'unclear';
	return isRelayed ? 'unclear' : 'fails';
}

function dmarcResult(
	message: SampleMessage,
	{
		reception,
		signatures,
		spf,
		strict,
	}: Pick<MessageAuthentication, 'reception' | 'signatures' | 'spf' | 'strict'>,
): MessageAuthentication['dmarc'] {
	if (isUnsent(message)) {
		return {
			result: 'unsent',
			why: 'nothing in the file shows that it was ever received: it has no Received, no Return-Path and no signature',
		};
	}
	const dkimWorths = signatures.map(({ worth, alignment }) =>
		worthFor(worth, alignment, strict.dkim),
	);
	const spfWorthHere = worthFor(spf.worth, spf.alignment, strict.spf);
	const worths = [...dkimWorths, spfWorthHere];
	if (worths.includes('passes')) {
		return { result: 'passes', why: passedBy({ signatures, spf, strict }) };
	}
	const receiverSays = reception.results?.results.find(({ method }) => method === 'dmarc')?.result;
	if (message.relayed !== null) {
		return { result: 'unclear', why: `it came through ${message.relayed}, which breaks both` };
	}
	if (receiverSays === 'pass') {
		return worths.includes('unclear')
			? { result: 'passes', why: `${reception.receiver ?? 'the receiver'} found that it passes` }
			: {
					result: 'unclear',
					why: `${reception.receiver ?? 'the receiver'} found that it passes, and by what DNS says today it would not: the records have changed since`,
				};
	}
	if (worths.includes('unclear') && receiverSays !== 'fail') {
		return { result: 'unclear', why: unclearBy({ signatures, spf }, reception) };
	}
	return { result: 'fails', why: 'neither DKIM nor SPF passes for it' };
}

/** A draft, or the copy in the folder of sent mail: signatures come later. */
function isUnsent({ hops, returnPath, signatures, results, receivedSpf }: SampleMessage): boolean {
	return (
		hops.length + signatures.length + results.length === 0 &&
		returnPath.kind === 'absent' &&
		receivedSpf === null
	);
}

function isAlignedFor(alignment: Alignment, isStrict: boolean): boolean {
	return alignment === 'same' || (alignment === 'organizational' && !isStrict);
}

function worthFor(worth: Worth, alignment: Alignment, isStrict: boolean): Worth {
	if (isAlignedFor(alignment, isStrict)) return worth;
	return alignment === 'unclear' && worth !== 'fails' ? 'unclear' : 'fails';
}

function passedBy({
	signatures,
	spf,
	strict,
}: Pick<MessageAuthentication, 'signatures' | 'spf' | 'strict'>): string {
	const dkim = signatures.find(
		({ worth, alignment }) => worth === 'passes' && isAlignedFor(alignment, strict.dkim),
	);
	if (dkim === undefined) return `SPF passes for ${spf.domain}`;
	const { domain, selector } = dkim.signature;
	return dkim.isVouched || dkim.standing.kind !== 'fits'
		? `the receiver verified the DKIM signature of ${domain} (selector ${selector}), which could not be verified again in this file`
		: `DKIM passes for ${domain} (selector ${selector})`;
}

function unclearBy(
	{ signatures, spf }: Pick<MessageAuthentication, 'signatures' | 'spf'>,
	{ distrust }: Reception,
): string {
	const dkim = signatures.find(({ worth }) => worth === 'unclear');
	const about =
		dkim !== undefined && 'says' in dkim.standing
			? dkim.standing.says
			: spf.domain === ''
				? 'it does not show the return path'
				: spf.own === null
					? `it does not show which server sent it for ${spf.domain}`
					: `SPF of ${spf.domain}: ${spf.own.reason}`;
	return distrust === '' ? about : `${about}, and ${distrust}`;
}
