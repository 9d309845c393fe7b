import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { literalsWith } from '../web/js-literals.ts';
import { assetText, type SitePages, sitePages } from '../web/site-pages.ts';
import { type CodePlace, codePlaces, unreadCode } from './site-code.ts';

/** A publishable key that a page works with. */
export interface PublicKey {
	/** `card`: a payment provider's, Stripe's unless its form is Paystack's. */
	readonly kind: 'stripe' | 'paystack' | 'clerk';
	readonly mode: 'test' | 'live';
	/** `pk_test_` and four further characters. */
	readonly shown: string;
	/** First 8 hex digits of the SHA-256 of the whole key. */
	readonly fingerprint: string;
	/** Of Clerk's: the host of the instance that the key spells out. */
	readonly instance: string | null;
	/** Where it stands, in words. */
	readonly place: string;
}

export interface PublicKeys {
	readonly url: string | null;
	/** Each once, in the order met. */
	readonly keys: readonly PublicKey[];
	/** Pages and scripts that were read. */
	readonly read: number;
	/** Why some code of the page was not seen, in words; `null` where all was. */
	readonly unread: string | null;
}

/**
 * Publishable keys of payment and sign-in providers that the pages of a host and its own scripts use: a whole
 * string, a value in JSON, a whole attribute. Text that shows a key, and comments, do not count. Asks for
 * nothing beside the pages.
 */
export const publicKeys = defineDerivation({
	name: 'launch.public-keys',
	params: z.object({ host: z.string(), login: z.string().nullable() }),
	async derive({ host, login }, get): Promise<Fact<PublicKeys>> {
		const pages = await get(sitePages({ host, login }));
		if (pages.status !== 'known') return pages;
		return known(publicKeysIn(pages.value));
	},
});

function publicKeysIn(site: SitePages): PublicKeys {
	const places = codePlaces(site);
	const found = new Map<string, PublicKey>();
	for (const place of places) {
		for (const [key, mode, rest] of keysAt(place)) {
			const one = readKey(key, mode, rest, place.words);
			if (one !== null && !found.has(one.fingerprint)) found.set(one.fingerprint, one);
		}
	}
	return {
		url: site.pages[0]?.url ?? null,
		keys: [...found.values()],
		read: site.pages.length + site.assets.filter((one) => assetText(one) !== null).length,
		unread: unreadCode(site),
	};
}

const KEY = 'pk_(test|live)_([A-Za-z0-9]{10,255}={0,2})';
const ANY = new RegExp(KEY);
/** Nothing but the key. */
const WHOLE = new RegExp(`^\\s*${KEY}\\s*$`);
/** A value in JSON, or in a query. */
const INSIDE = new RegExp(`(?:"[\\w$.-]{1,64}"\\s*:\\s*"|[?&][\\w-]{1,64}=)${KEY}(?=["&#]|$)`, 'g');

type Match = readonly [key: string, mode: 'test' | 'live', rest: string];

function keysAt({ kind, text }: CodePlace): readonly Match[] {
	if (kind === 'value') return keysOf(text);
	return literalsWith(text, ANY).flatMap((literal) =>
		literal.whole ? keysOf(literal.text) : insideOf(literal.text),
	);
}

function keysOf(text: string): readonly Match[] {
	const whole = WHOLE.exec(text);
	return whole === null ? insideOf(text) : [matchOf(whole)];
}

function insideOf(text: string): readonly Match[] {
	return [...text.matchAll(INSIDE)].map(matchOf);
}

function matchOf([, mode = '', rest = '']: RegExpExecArray): Match {
	return [`pk_${mode}_${rest}`, mode === 'live' ? 'live' : 'test', rest];
}

/** Stripe's have 24 characters at least after the prefix. */
const SHORTEST = 24;

function readKey(
	key: string,
	mode: 'test' | 'live',
	rest: string,
	place: string,
): PublicKey | null {
	const instance = clerkInstance(rest);
	const isCard = !rest.includes('=') && rest.length >= SHORTEST;
	if (instance === null && !isCard) return null;
	const kind = instance !== null ? 'clerk' : /^[0-9a-f]{40}$/.test(rest) ? 'paystack' : 'stripe';
	return {
		kind,
		mode,
		shown: `pk_${mode}_${rest.slice(0, 4)}…`,
		fingerprint: createHash('sha256').update(key).digest('hex').slice(0, 8),
		instance,
		place,
	};
}

/** Clerk's keys are the host of the instance and `$` in base64. */
function clerkInstance(rest: string): string | null {
	const text = Buffer.from(rest, 'base64').toString('latin1');
	return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+\$$/.test(text) ? text.slice(0, -1) : null;
}
