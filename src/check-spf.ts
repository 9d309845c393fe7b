import { domainToASCII } from 'node:url';
import { type Fact, known, Unobserved, unknown } from './core/fact.ts';
import type { DnsAnswer, DnsPort } from './core/io.ts';
import { spfClient } from './facts/mail/spf-client.ts';
import { evaluateSpf, type SpfEvaluation } from './facts/mail/spf-evaluate.ts';
import type { AskDns, SpfQuestion, SpfStep } from './facts/mail/spf-session.ts';
import { systemClock } from './net/clock.ts';

/** One delivery to judge. */
export interface SpfCase {
	readonly ip: string;
	/** Address of MAIL FROM, with or without angle brackets; empty for bounces. */
	readonly mailFrom: string;
	/** Name of HELO or EHLO; `null` where nobody said. */
	readonly helo: string | null;
}

/** A case, by which identity it was judged, and what came of it. */
export interface SpfJudged extends SpfEvaluation, SpfCase {
	readonly identity: 'mailfrom' | 'helo';
}

/** A case that cannot be judged; the message is one line for the user. */
export class BadSpfCase extends Error {}

/** RFC 7208 §4.6.4: at least 20 seconds. */
const LONGEST_MS = 20_000;
/** Longer than any address (RFC 5321 §4.5.3.1 ends at 256). */
const LONGEST_SENDER = 1_000;

/**
 * What RFC 7208 §2.4 and §4.3 make of a case: bounces are judged by the HELO name, and who has no local
 * part is postmaster. Names in other scripts become A-labels. Throws `BadSpfCase`.
 */
function spfQuestion({ ip, mailFrom, helo }: SpfCase): SpfQuestion {
	const client = spfClient(ip);
	if (client === null) throw new BadSpfCase(`"${ip}" is no IP address`);
	const address = bare(mailFrom);
	if (Math.max(address.length, helo?.length ?? 0) > LONGEST_SENDER) {
		throw new BadSpfCase(`a sender of more than ${LONGEST_SENDER} characters is none`);
	}
	const at = address.lastIndexOf('@');
	const local = address.slice(0, Math.max(0, at)) || 'postmaster';
	const domain = address === '' ? (helo ?? '') : address.slice(at + 1);
	return {
		client,
		sender: `${bytes(local)}@${bytes(inAscii(domain))}`,
		helo: helo === null ? null : bytes(inAscii(helo)),
		// §7.3: a host that need not name itself is "unknown".
		receiver: 'unknown',
		now: systemClock.now(),
	};
}

function bare(mailFrom: string): string {
	return mailFrom.replace(/^<(.*)>$/s, '$1');
}

function inAscii(domain: string): string {
	const isAscii = Buffer.byteLength(domain) === domain.length;
	return isAscii ? domain : domainToASCII(domain) || domain;
}

/** UTF-8, one character a byte. */
function bytes(text: string): string {
	return Buffer.from(text, 'utf8').toString('latin1');
}

/** `check_host()` over a resolver. DNS that takes too long, all in all, is a temperror. Throws `BadSpfCase`. */
export async function checkSpf(one: SpfCase, dns: DnsPort): Promise<SpfJudged> {
	const question = spfQuestion(one);
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<Fact<DnsAnswer>>((resolve) => {
		const over = unknown('timeout', `not answered within ${LONGEST_MS / 1_000} s in all`);
		timer = setTimeout(() => resolve(over), LONGEST_MS);
	});
	const ask: AskDns = (name, type) => Promise.race([askFor(dns, name, type), late]);
	try {
		const { result, explanation, ...rest } = await evaluateSpf(question, ask);
		const identity = bare(one.mailFrom) === '' ? 'helo' : 'mailfrom';
		return decoded({ result, explanation, ...one, identity, ...rest });
	} finally {
		clearTimeout(timer);
	}
}

/** Bytes of DNS as the characters that they are in UTF-8, where they are. */
function decoded(judged: SpfJudged): SpfJudged {
	const steps = judged.steps.map((step): SpfStep => {
		const { domain, says, asked } = step;
		const told = { domain: text(domain), says: text(says), asked: asked.map(text) };
		return step.kind === 'record'
			? { ...step, ...told, record: text(step.record) }
			: { ...step, ...told };
	});
	return { ...judged, reason: text(judged.reason), steps };
}

function text(latin1: string): string {
	const read = Buffer.from(latin1, 'latin1').toString('utf8');
	return read.includes('\ufffd') ? latin1 : read;
}

async function askFor(dns: DnsPort, name: string, type: string): Promise<Fact<DnsAnswer>> {
	try {
		return known(await dns.ask({ name, type }));
	} catch (error) {
		if (error instanceof Unobserved) return unknown(error.because, error.message);
		throw error;
	}
}
