import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { controlName } from '../hosts.ts';
import { type DkimKeyRecord, looksLikeKey, parseDkimKey } from './dkim-key.ts';
import {
	type Ask,
	type Found,
	type MailText,
	mailTexts,
	readAnswer,
	settle,
} from './mail-lookups.ts';
import { type MailProvider, providerOfDkimTarget, selectorsToTry } from './mail-providers.ts';
import { providersSeen } from './mail-providers-seen.ts';

/** A selector's name that has something: TXT records, or an alias that leads nowhere. */
export interface DkimSelector {
	readonly selector: string;
	/** `<selector>._domainkey.<domain>`. */
	readonly name: string;
	/**
	 * `given`: mail is signed with it, by the user's word or by reports of receivers, so a fault hits
	 * every message.
	 */
	readonly origin: 'given' | 'guessed';
	readonly texts: readonly MailText[];
	readonly keys: readonly DkimKeyRecord[];
	/** Where its CNAME ends; `null` without one. */
	readonly target: string | null;
	/** By the alias's target. */
	readonly provider: string | null;
}

export interface DkimDiscovery {
	readonly domain: string;
	/**
	 * Whether any selector exists. `absent`: NXDOMAIN at `_domainkey` (RFC 8020), confirmed.
	 * `present`: NOERROR there, NXDOMAIN for a random selector, so the server tells the two apart, and
	 * nothing else seen that makes the name exist.
	 */
	readonly existence: 'absent' | 'present' | 'unclear';
	/** Why, in words. */
	readonly control: string;
	readonly selectors: readonly DkimSelector[];
	/** Selectors that the user named and that have no record. */
	readonly missing: readonly string[];
	/** What a random selector gives; `null` where nothing. */
	readonly wildcard: DkimSelector | null;
	readonly asked: number;
	readonly failed: readonly string[];
	/** Detected by MX and SPF, for advice. */
	readonly providers: readonly string[];
	readonly parentTexts: readonly MailText[];
	readonly adspTexts: readonly MailText[];
	readonly negativeTtl: number | null;
}

/** Asked though `_domainkey` is NXDOMAIN: some servers answer so for names that only have names below. */
const CONFIRMING = 5;

interface Request {
	readonly domain: string;
	readonly seed: string;
	readonly given: readonly string[];
	/** Selectors with which mail passed lately, as receivers report. One without a key was rotated. */
	readonly reported?: readonly string[];
	readonly providers: readonly MailProvider[];
}

/** Finds DKIM keys without being told their names. Pure: `ask` says what DNS said so far. */
export function discoverDkim(
	{ domain, seed, given, reported = [], providers }: Request,
	ask: Ask,
): DkimDiscovery {
	const parent = `_domainkey.${domain}`;
	const txt = (name: string): Found => readAnswer(name, 'TXT', ask(name, 'TXT'));
	const at = (selector: string) => `${selector}._domainkey.${domain}`;
	const atParent = txt(parent);
	const randomName = controlName(parent, seed);
	const atRandom = txt(randomName);
	const wildcard = selectorAt({ selector: '*', name: randomName, origin: 'guessed' }, atRandom);
	const named = given.map((selector) => ({ selector, found: txt(at(selector)) }));
	const hinted = reported.filter((selector) => !given.includes(selector));
	const guesses = [...new Set([...hinted, ...selectorsToTry(providers)])].filter(
		(selector) => !given.includes(selector),
	);
	const detected = new Set(providers.flatMap(({ selectors }) => selectors)).size;
	const isAbsent = atParent.kind === 'answered' && atParent.absent === 'nxdomain';
	const first = guesses.slice(0, hinted.length + Math.min(detected, 20) + CONFIRMING);
	const looked = first.map((selector) => ({ selector, found: txt(at(selector)) }));
	const isContradicted = isAbsent && looked.some(({ found }) => isOwn(found, atRandom));
	const isSettled = (isAbsent && !isContradicted) || atParent.kind !== 'answered';
	const rest = isSettled ? [] : guesses.slice(first.length);
	looked.push(...rest.map((selector) => ({ selector, found: txt(at(selector)) })));
	const selectors = [
		...named.map((each) => ({ ...each, origin: 'given' as const })),
		...looked.map((each) => ({ ...each, origin: 'guessed' as const })),
	].flatMap(({ selector, found, origin }) => {
		if (origin === 'guessed' && !isOwn(found, atRandom)) return [];
		const one = selectorAt({ selector, name: at(selector), origin }, found);
		if (one === null) return [];
		const isActive = hinted.includes(selector) && isUsable(one);
		return [isActive ? { ...one, origin: 'given' as const } : one];
	});
	const failed = [
		atParent,
		atRandom,
		...named.map(({ found }) => found),
		...looked.map(({ found }) => found),
	].flatMap((found) => (found.kind === 'failed' ? [found.detail] : []));
	const adsp = readAnswer(
		`_adsp.${parent}`,
		'TXT',
		isAbsent ? null : ask(`_adsp.${parent}`, 'TXT'),
	);
	return {
		domain,
		...existenceOf({ atParent, atRandom, atAdsp: adsp, isContradicted, failed, parent }),
		selectors,
		missing: named.flatMap(({ selector, found }) =>
			found.kind === 'answered' &&
			selectorAt({ selector, name: at(selector), origin: 'given' }, found) === null
				? [selector]
				: [],
		),
		wildcard,
		asked: named.length + looked.length,
		failed,
		providers: providers.map(({ name }) => name),
		parentTexts: atParent.kind === 'answered' ? mailTexts(atParent.answer) : [],
		adspTexts: adsp.kind === 'answered' ? mailTexts(adsp.answer) : [],
		negativeTtl: atParent.kind === 'answered' ? atParent.answer.negativeTtl : null,
	};
}

function existenceOf(seen: {
	atParent: Found;
	atRandom: Found;
	atAdsp: Found;
	isContradicted: boolean;
	failed: readonly string[];
	parent: string;
}): Pick<DkimDiscovery, 'existence' | 'control'> {
	const { atParent, atRandom, isContradicted, failed, parent } = seen;
	if (atParent.kind !== 'answered') {
		return { existence: 'unclear', control: `${parent} could not be looked up` };
	}
	if (atParent.absent === 'nxdomain' && !isContradicted) {
		return failed.length > 0
			? { existence: 'unclear', control: 'some of the names asked to confirm it gave no answer' }
			: {
					existence: 'absent',
					control: `${parent} is NXDOMAIN, so no name below it exists (RFC 8020)`,
				};
	}
	const tellsApart = atRandom.kind === 'answered' && atRandom.absent === 'nxdomain';
	if (!tellsApart || isContradicted) {
		const control = 'the server answers alike for names that exist and names that do not';
		return { existence: 'unclear', control };
	}
	const other = otherwiseThere(seen);
	return other === null
		? {
				existence: 'present',
				control: `${parent} exists while a random selector is NXDOMAIN, so some selector exists`,
			}
		: { existence: 'unclear', control: `${parent} exists, which ${other} explains` };
}

/** What makes `_domainkey` exist without any selector; `null` where nothing that was seen does. */
function otherwiseThere({
	atParent,
	atAdsp,
	parent,
}: {
	atParent: Found;
	atAdsp: Found;
	parent: string;
}): string | null {
	if (atParent.kind !== 'answered') return null;
	const { answer, absent } = atParent;
	if (answer.chain.length > 0) return 'the alias at that name';
	if (absent === null) return 'the record at that name';
	if (answer.authority.some(({ type, owner }) => type === 'SOA' && owner === parent)) {
		return 'that it is a zone of its own';
	}
	return atAdsp.kind === 'answered' && atAdsp.absent !== 'nxdomain' ? 'the ADSP record' : null;
}

/** Something that a random selector does not get, too. */
function isOwn(found: Found, random: Found): boolean {
	const content = contentOf(found);
	return content !== '' && content !== contentOf(random);
}

function contentOf(found: Found): string {
	if (found.kind !== 'answered') return '';
	const target = found.answer.chain.at(-1)?.target;
	const texts = mailTexts(found.answer).map(({ text }) => text);
	return texts.length > 0 ? texts.sort().join('\n') : target === undefined ? '' : `CNAME ${target}`;
}

function selectorAt(
	about: Pick<DkimSelector, 'selector' | 'name' | 'origin'>,
	found: Found,
): DkimSelector | null {
	if (contentOf(found) === '' || found.kind !== 'answered') return null;
	const texts = mailTexts(found.answer);
	const target = found.answer.chain.at(-1)?.target ?? null;
	return {
		...about,
		texts,
		keys: texts.map(({ text }) => parseDkimKey(text)),
		target,
		provider: target === null ? null : (providerOfDkimTarget(target)?.name ?? null),
	};
}

/** A key that verifiers can use: what makes a domain a sender. A revoked or foreign TXT is none. */
export function hasUsableKey({ selectors, wildcard }: DkimDiscovery): boolean {
	return [...selectors, ...(wildcard === null ? [] : [wildcard])].some(isUsable);
}

/** One of its keys has a type and a body. */
export function isUsable({ keys }: DkimSelector): boolean {
	return keys.some(({ key }) => key.kind === 'rsa' || key.kind === 'ed25519');
}

/** A key record, whatever its faults: somebody meant to sign. */
export function hasKeyRecord(dkim: DkimDiscovery): boolean {
	return (
		hasUsableKey(dkim) ||
		dkim.selectors.some(
			({ texts, target }) =>
				(texts.length === 0 && target !== null) || texts.some(({ text }) => looksLikeKey(text)),
		)
	);
}

/**
 * At most about a hundred TXT questions, one a name, two dozen at a time;
 * a handful where `_domainkey` does not exist.
 */
export const dkimDiscovery = defineDerivation({
	name: 'dkim.discovery',
	params: z.object({
		domain: z.string(),
		seed: z.string(),
		selectors: z.array(z.string()),
		reported: z.array(z.string()).default([]),
	}),
	async derive({ domain, seed, selectors, reported }, get): Promise<Fact<DkimDiscovery>> {
		const seen = await get(providersSeen({ domain }));
		const providers = seen.status === 'known' ? seen.value.all : [];
		const request = { domain, seed, given: selectors, reported, providers };
		return known(await settle(get, (ask) => discoverDkim(request, ask)));
	},
});
