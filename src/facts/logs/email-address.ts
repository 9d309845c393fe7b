import { parse } from 'tldts';
import type { SeenNumber } from './payment-card.ts';

/** Addresses of programs and desks: no person's. */
const ROLE =
	/^(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|hostmaster|webmaster|root|nobody|daemon|www-data|git|admin|administrator|support|info|contact|sales|hello|hi|help|security|abuse|privacy|legal|press|jobs|billing|team|office|newsletter|notifications?|alerts?|bot|ci|deploy|system|service|test|user|username|you|your|me|name|email|foo|bar|someone|sender|recipient|from|to)(?:[+.-][\w.-]*)?$|\[bot\]$|noreply/i;
const RESERVED =
	/(?:^|\.)(?:test|invalid|example|localhost|local|internal|lan|example\.(?:com|net|org)|domain\.com|email\.com|yourdomain\.com|noreply\.github\.com)$/i;
const ICANN = new Map<string, boolean>();
/** Of the map above; logs name few domains. */
const MOST_DOMAINS = 10_000;

/** People's addresses. Linear: looks to both sides of each `@`. */
export function emailsIn(text: string): readonly SeenNumber[] {
	const found: SeenNumber[] = [];
	for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
		const start = localStart(text, at);
		const domain = domainAfter(text, at);
		if (start === at || domain === '') continue;
		const local = text.slice(start, at);
		const end = at + 1 + domain.length;
		if (!isPerson(local, domain) || isUserInfoOrId(text, start, end)) continue;
		found.push({ start, end, value: `${local}@${domain}`.toLowerCase() });
	}
	return found;
}

function localStart(text: string, at: number): number {
	let start = at;
	while (start > 0 && at - start < 64 && /[A-Za-z0-9._%+-]/.test(text.charAt(start - 1))) start--;
	const encoded = /^(?:.*%(?:22|3[ADadC]|2[0Cc]))/.exec(text.slice(start, at));
	return start + (encoded?.[0].length ?? 0);
}

const DOMAIN =
	/(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9-])/y;

function domainAfter(text: string, at: number): string {
	DOMAIN.lastIndex = at + 1;
	return DOMAIN.exec(text)?.[0] ?? '';
}

function isPerson(local: string, domain: string): boolean {
	return (
		!ROLE.test(local) &&
		!RESERVED.test(domain) &&
		/[A-Za-z]/.test(local) &&
		isPublicDomain(domain.toLowerCase())
	);
}

function isPublicDomain(domain: string): boolean {
	const seen = ICANN.get(domain);
	if (seen !== undefined) return seen;
	const { isIcann, domain: registrable } = parse(domain);
	const isPublic = isIcann === true && registrable !== null;
	if (ICANN.size < MOST_DOMAINS) ICANN.set(domain, isPublic);
	return isPublic;
}

/** `https://key@host`, `git@host:path`, a message's own id, a package in a registry's list. */
function isUserInfoOrId(text: string, start: number, end: number): boolean {
	const before = text.slice(Math.max(0, start - 120), start);
	return (
		/:\/\/[^\s/@]{0,100}$/.test(before) ||
		/(?:message-?id|in-reply-to|references)["']?\s{0,3}[:=]\s{0,3}["']?<?$/i.test(before) ||
		/\/$/.test(before) ||
		/^:[\w.-]{1,80}\//.test(text.slice(end, end + 100))
	);
}
