import type { DnsAnswer } from '../../core/io.ts';
import { addressesIn } from '../dns/dns.ts';
import { isInNetwork } from './spf-client.ts';
import {
	expandedName,
	expandedText,
	type MacroValue,
	macroLetters,
	type SpfDomainSpec,
	type SpfPart,
} from './spf-macro.ts';
import { isDnsName, presentationName, rawName } from './spf-name.ts';
import type { SpfTerm } from './spf-record.ts';
import { type Counting, SpfHalt, type SpfLook, type SpfSession, UNCOUNTED } from './spf-session.ts';
import { exchangesIn, MOST_MX_HOSTS } from './spf-walk.ts';

/** Names of a client that are looked at (RFC 7208 §4.6.4). */
const MOST_PTR_NAMES = 10;
/** Characters of an explanation; replies of SMTP are shorter. */
const LONGEST_EXPLANATION = 2_000;

/** A mechanism that is decided by addresses; `include` is decided by another record. */
export type SpfAddressTest = Exclude<Extract<SpfTerm, { kind: 'mechanism' }>, { name: 'include' }>;

interface Compared {
	readonly matches: boolean;
	readonly says: string;
}

/** Evaluates one mechanism of `domain`'s record (RFC 7208 §5). Throws `SpfHalt`. */
export async function compare(
	test: SpfAddressTest,
	domain: string,
	session: SpfSession,
): Promise<Compared> {
	const { client } = session.question;
	switch (test.name) {
		case 'all':
			return { matches: true, says: 'everybody' };
		case 'ip4':
		case 'ip6':
			return { matches: isInNetwork(client, test.address, test.prefix), says: '' };
		case 'exists':
			return byExistence(await targetName(test.domain, domain, session), session);
		case 'a':
			return byAddress(test, await targetName(test.domain, domain, session), session);
		case 'mx':
			return byMailHosts(test, await targetName(test.domain, domain, session), session);
		case 'ptr':
			return byReverse(await targetName(test.domain, domain, session), session);
	}
}

type Prefixes = Pick<Extract<SpfAddressTest, { name: 'a' | 'mx' }>, 'prefix4' | 'prefix6'>;

/** RFC 7208 §5.7: A, whatever the client's family is. */
async function byExistence(target: string, session: SpfSession): Promise<Compared> {
	if (!isDnsName(target)) return noName(target);
	const { records } = await session.must(session.ask(presentationName(target), 'A'));
	return { matches: records.length > 0, says: '' };
}

async function byAddress(
	prefixes: Prefixes,
	target: string,
	session: SpfSession,
): Promise<Compared> {
	if (!isDnsName(target)) return noName(target);
	const answer = await session.must(lookUpHost(presentationName(target), session));
	return fits(answer, prefixes, session);
}

/**
 * RFC 7208 §5.4. More names than the limit are a permerror before any is looked at: the order of an
 * answer is no order of the record, and should decide nothing.
 */
async function byMailHosts(
	prefixes: Prefixes,
	target: string,
	session: SpfSession,
): Promise<Compared> {
	if (!isDnsName(target)) return noName(target);
	const hosts = exchangesIn(await session.must(session.ask(presentationName(target), 'MX')));
	if (hosts.length > MOST_MX_HOSTS) {
		const why = `${target} has ${hosts.length} MX records, more than ${MOST_MX_HOSTS} (RFC 7208 §4.6.4)`;
		throw new SpfHalt('permerror', why);
	}
	const looks = hosts.map((host) => lookUpHost(host, session));
	for (const look of looks) {
		const compared = fits(await session.must(look), prefixes, session);
		if (compared.matches) return { matches: true, says: `${look.name} is one of its mail hosts` };
	}
	return { matches: false, says: '' };
}

async function byReverse(target: string, session: SpfSession): Promise<Compared> {
	const names = await validatedNames(session);
	const wanted = presentationName(target);
	const found = names.find((name) => isAtOrBelow(name, wanted));
	if (found !== undefined) return { matches: true, says: `the client is ${found}` };
	const says = names.length === 0 ? 'the client has no validated name' : '';
	return { matches: false, says };
}

function fits(
	answer: DnsAnswer,
	{ prefix4, prefix6 }: Prefixes,
	{ question: { client } }: SpfSession,
): Compared {
	const prefix = client.family === 4 ? prefix4 : prefix6;
	const matches = addressesIn(answer).some((address) => isInNetwork(client, address, prefix));
	return { matches, says: '' };
}

function noName(target: string): Compared {
	return { matches: false, says: `"${target}" is no domain name, so it was not asked` };
}

function lookUpHost(name: string, session: SpfSession): SpfLook {
	return session.ask(name, session.question.client.family === 4 ? 'A' : 'AAAA');
}

/**
 * Names of the client that lead back to it (RFC 7208 §5.5), in the order of the answer. A failure of DNS
 * costs the name that it concerns, or all of them, and is no temperror.
 */
async function validatedNames(
	session: SpfSession,
	counting?: Counting,
): Promise<readonly string[]> {
	const { client } = session.question;
	const { answer } = await session.use(session.ask(client.reverseName, 'PTR'), counting);
	const names = (answer?.records ?? []).flatMap(({ data }) =>
		data.type === 'PTR' ? [data.target] : [],
	);
	const looks = names.slice(0, MOST_PTR_NAMES).map((name) => lookUpHost(name, session));
	const validated: string[] = [];
	for (const look of looks) {
		const { answer: found } = await session.use(look, counting);
		const whole = { prefix4: 32, prefix6: 128 };
		if (found !== null && fits(found, whole, session).matches) validated.push(look.name);
	}
	return validated;
}

function isAtOrBelow(name: string, domain: string): boolean {
	return name === domain || name.endsWith(`.${domain}`);
}

/** The name that a term asks for (RFC 7208 §4.8), without a final dot; it may be no name at all. */
export async function targetName(
	spec: SpfDomainSpec | null,
	domain: string,
	session: SpfSession,
	counting?: Counting,
): Promise<string> {
	if (spec === null) return domain;
	return expandedName(spec, await macroValues(spec, domain, session, counting)) ?? '';
}

/** An explanation for SMTP (RFC 7208 §6.2); empty where it would not be US-ASCII. */
export async function explanationText(
	parts: readonly SpfPart[],
	domain: string,
	session: SpfSession,
): Promise<string> {
	const valueFor = await macroValues({ parts }, domain, session, UNCOUNTED);
	const text = expandedText(parts, valueFor, LONGEST_EXPLANATION);
	return /^[\x20-\x7e]*$/.test(text) ? text : '';
}

/** RFC 7208 §7.2. DNS is asked only where `%{p}` is used. */
async function macroValues(
	spec: Pick<SpfDomainSpec, 'parts'>,
	domain: string,
	session: SpfSession,
	counting?: Counting,
): Promise<MacroValue> {
	const { client, sender, helo, receiver, now } = session.question;
	const at = sender.lastIndexOf('@');
	const letters = macroLetters(spec);
	if (helo === null && letters.includes('h')) session.lacksHelo = true;
	const values: Readonly<Record<string, string>> = {
		s: sender,
		l: sender.slice(0, at),
		o: sender.slice(at + 1),
		d: domain,
		i: client.dotted,
		p: letters.includes('p') ? await clientName(domain, session, counting) : '',
		v: client.family === 4 ? 'in-addr' : 'ip6',
		h: helo ?? 'unknown',
		c: client.text,
		r: receiver,
		t: String(Math.floor(now.getTime() / 1_000)),
	};
	return (letter) => values[letter] ?? null;
}

/** `%{p}`: the domain itself, else a name below it, else any (RFC 7208 §7.3). */
async function clientName(
	domain: string,
	session: SpfSession,
	counting?: Counting,
): Promise<string> {
	const names = await validatedNames(session, counting);
	const wanted = presentationName(domain);
	const best =
		names.find((name) => name === wanted) ??
		names.find((name) => isAtOrBelow(name, wanted)) ??
		names[0];
	return best === undefined ? 'unknown' : rawName(best);
}
