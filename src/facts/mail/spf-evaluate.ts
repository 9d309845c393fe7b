import { mailTexts } from './mail-lookups.ts';
import { parseMacros, type SpfDomainSpec } from './spf-macro.ts';
import { compare, explanationText, targetName } from './spf-mechanisms.ts';
import { isCheckable, isDnsName, presentationName } from './spf-name.ts';
import { type SpfFault, type SpfTerm, spfTerms } from './spf-record.ts';
import {
	type AskDns,
	SpfHalt,
	type SpfOutcome,
	type SpfQuestion,
	type SpfResult,
	SpfSession,
	type SpfStep,
	UNCOUNTED,
} from './spf-session.ts';
import { isSpfText } from './spf-version.ts';

export interface SpfEvaluation {
	readonly result: SpfResult;
	/** What the domain tells a refused sender (RFC 7208 §6.2); empty where it says nothing. */
	readonly explanation: string;
	/** One sentence, without its full stop. */
	readonly reason: string;
	/** Terms that needed DNS, of 10. */
	readonly lookups: number;
	/** Terms whose look-ups found nothing, of 2. */
	readonly voids: number;
	/** The records use `%{h}`, and nobody said what HELO was. */
	readonly lacksHelo: boolean;
	readonly steps: readonly SpfStep[];
	/** Beyond those that are listed. */
	readonly moreSteps: number;
}

/** What one domain's record says. */
interface Answered {
	readonly result: (typeof RESULT_OF)[keyof typeof RESULT_OF];
	readonly reason: string;
	/** Of the record that decided. */
	readonly exp: {
		readonly term: Extract<SpfTerm, { name: 'exp' }>;
		readonly domain: string;
	} | null;
}

/** Why a domain says nothing, in words that follow its name. */
interface Silent {
	readonly result: 'none';
	readonly domain: string;
	readonly why: string;
}

type Mechanism = Extract<SpfTerm, { kind: 'mechanism' }>;

const RESULT_OF = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;

/** Terms that are counted (RFC 7208 §4.6.4); `redirect` is, too, when it is followed. */
const ASKING: ReadonlySet<string> = new Set(['include', 'a', 'mx', 'ptr', 'exists']);

/**
 * `check_host()` of RFC 7208 §4 for the sender's domain. Asks in the order of the record, at most some
 * 230 questions whatever the records are, and leaves it to `ask` to end in time. Limits count as the RFC
 * words them, by term: an `mx` with three dead hosts is one void look-up. Where a record leaves the
 * choice (the order of PTR names), the answer's order counts.
 */
export async function evaluateSpf(question: SpfQuestion, ask: AskDns): Promise<SpfEvaluation> {
	const session = new SpfSession(question, ask);
	const { sender } = question;
	try {
		const found = await check(sender.slice(sender.lastIndexOf('@') + 1), session, 0);
		if (found.result === 'none') return told(session, 'none', nameAndWhy(found));
		const explanation = found.result === 'fail' ? await explain(found, session) : '';
		return told(session, found.result, found.reason, explanation);
	} catch (error) {
		if (!(error instanceof SpfHalt)) throw error;
		return told(session, error.result, error.message);
	}
}

function told(
	{ lookups, voids, lacksHelo, steps, moreSteps }: SpfSession,
	result: SpfResult,
	reason: string,
	explanation = '',
): SpfEvaluation {
	return { result, explanation, reason, lookups, voids, lacksHelo, steps, moreSteps };
}

function nameAndWhy({ domain, why }: Silent, link = ' '): string {
	return `${domain === '' ? 'the empty name' : domain}${link}${why}`;
}

async function check(
	given: string,
	session: SpfSession,
	depth: number,
): Promise<Answered | Silent> {
	const domain = given.replace(/\.$/, '');
	const terms = await termsOf(domain, session, depth);
	if ('why' in terms) return terms;
	const exp = terms.find((term) => term.name === 'exp');
	for (const term of terms) {
		if (term.kind !== 'mechanism') continue;
		if (!(await isMatch(term, { domain, session, depth }))) continue;
		return {
			result: RESULT_OF[term.qualifier],
			reason: `${session.question.client.text} matches ${term.text} in the record of ${domain}`,
			exp: exp === undefined ? null : { term: exp, domain },
		};
	}
	// No mechanism matched, so there is no `all`, beside which a redirect would be nothing (§6.1).
	const redirect = terms.find((term) => term.name === 'redirect');
	if (redirect !== undefined) return redirected(redirect, { domain, session, depth });
	return { result: 'neutral', reason: `no term in the record of ${domain} matches`, exp: null };
}

/** RFC 7208 §4.3 to §4.6: the terms of the domain's one record. */
async function termsOf(
	domain: string,
	session: SpfSession,
	depth: number,
): Promise<readonly SpfTerm[] | Silent> {
	const saw = (record: string, says: string) => session.sawRecord({ depth, domain, record, says });
	const silent = (why: string): Silent => {
		saw('', why);
		return { result: 'none', domain, why };
	};
	if (!isCheckable(domain)) return silent('is no domain name of at least two labels');
	const look = session.ask(presentationName(domain), 'TXT');
	const { answer, failure } = await session.use(look, UNCOUNTED);
	if (answer === null) {
		saw('', failure);
		throw new SpfHalt('temperror', failure);
	}
	const records = mailTexts(answer).filter(({ text }) => isSpfText(text));
	const [record] = records;
	if (record === undefined) {
		return silent(answer.status === 'nxdomain' ? 'does not exist' : 'has no SPF record');
	}
	const terms = spfTerms(record.text);
	const fault = records.length > 1 ? `has ${records.length} SPF records` : faultIn(terms);
	saw(record.text, fault ?? '');
	if (fault !== null || 'rule' in terms) throw new SpfHalt('permerror', `${domain} ${fault}`);
	return terms;
}

function faultIn(terms: readonly SpfTerm[] | SpfFault): string | null {
	if (!('rule' in terms)) return null;
	return `has a broken SPF record, at character ${terms.position + 1}: ${terms.says}`;
}

/** Whose record a term stands in. */
interface Place {
	readonly domain: string;
	readonly session: SpfSession;
	readonly depth: number;
}

async function isMatch(term: Mechanism, place: Place): Promise<boolean> {
	const { domain, session, depth } = place;
	const saw = (outcome: SpfOutcome, says: string) =>
		session.sawTerm({ depth, domain, term: term.text, outcome, says });
	try {
		session.begin(ASKING.has(term.name));
		const { matches, says } =
			term.name === 'include'
				? await included(term.domain, place)
				: await compare(term, domain, session);
		saw(matches ? 'match' : 'no match', says);
		return matches;
	} catch (error) {
		if (error instanceof SpfHalt) saw(error.result, error.message);
		throw error;
	}
}

/** RFC 7208 §5.2: the record's own explanation is never used, and "none" is a permerror. */
async function included(
	spec: SpfDomainSpec,
	{ domain, session, depth }: Place,
): Promise<{ matches: boolean; says: string }> {
	const target = await targetName(spec, domain, session);
	const found = await check(target, session, depth + 1);
	if (found.result === 'none') {
		throw new SpfHalt('permerror', `${domain} includes ${nameAndWhy(found, ', which ')}`);
	}
	return { matches: found.result === 'pass', says: `the included record gives ${found.result}` };
}

/** RFC 7208 §6.1. */
async function redirected(
	{ domain: spec, text }: Extract<SpfTerm, { name: 'redirect' }>,
	{ domain, session, depth }: Place,
): Promise<Answered> {
	session.begin(true);
	const target = await targetName(spec, domain, session);
	session.sawTerm({ depth, domain, term: text, outcome: 'followed', says: `to ${target}` });
	const found = await check(target, session, depth);
	if (found.result !== 'none') return found;
	throw new SpfHalt('permerror', `${domain} redirects to ${nameAndWhy(found, ', which ')}`);
}

/** RFC 7208 §6.2: whatever goes wrong here, there is no explanation, and the result stands. */
async function explain({ exp }: Answered, session: SpfSession): Promise<string> {
	if (exp === null) return '';
	const { term, domain } = exp;
	session.begin(false);
	const { text, says } = await explanationAt(term.domain, domain, session);
	session.sawTerm({ depth: 0, domain, term: term.text, outcome: 'followed', says });
	return text;
}

async function explanationAt(
	spec: SpfDomainSpec,
	domain: string,
	session: SpfSession,
): Promise<{ text: string; says: string }> {
	const nothing = (says: string) => ({ text: '', says: `no explanation: ${says}` });
	const target = await targetName(spec, domain, session, UNCOUNTED);
	if (!isDnsName(target)) return nothing(`"${target}" is no domain name`);
	const { answer, failure } = await session.use(
		session.ask(presentationName(target), 'TXT'),
		UNCOUNTED,
	);
	if (answer === null) return nothing(failure);
	const texts = mailTexts(answer);
	const [first] = texts;
	if (first === undefined || texts.length > 1) return nothing(`${texts.length} TXT records`);
	if (/[^\x20-\x7e]/.test(first.text)) return nothing('it is not plain ASCII');
	const parts = parseMacros(first.text, { explanation: true });
	if ('offset' in parts) return nothing(`it has ${parts.says}`);
	const text = await explanationText(parts, domain, session);
	return text === '' ? nothing('it is empty, or not plain ASCII') : { text, says: text };
}
