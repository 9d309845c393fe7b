import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import { botWall } from '../web/bot-wall.ts';
import { chainReport } from '../web/chain-report.ts';
import { bodyText, fieldValues, httpExchange } from '../web/http.ts';
import { isSamePage, sketchOf } from '../web/random-path.ts';
import { isRedirect } from '../web/redirects.ts';
import { sitePages } from '../web/site-pages.ts';
import { siteAnswer } from '../web/sites.ts';
import { isSecurityTxt } from './security-txt.ts';

const SECURITY_TXT = '/.well-known/security.txt';
/** Where it was before the standard; readers may look there as well (RFC 9116 §3). */
const LEGACY = '/security.txt';
const CHANGE_PASSWORD = '/.well-known/change-password';
/** By which browsers find out whether a status of this host means anything (W3C, §4.2). */
const NEVER_THERE =
	'/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200';

export interface SecurityTxtFile {
	/** Every URL that leads to it, the one asked first. */
	readonly urls: readonly string[];
	/** Content-Type as sent; empty without one. */
	readonly contentType: string;
	readonly text: string;
	/** It stands at the old place alone. */
	readonly isLegacy: boolean;
}

export interface SecurityTxtSurvey {
	readonly file: SecurityTxtFile | null;
	/** What the place of the standard gives instead, in words; empty with a file there. */
	readonly absence: string;
	/**
	 * Whether browsers are led to the page that changes a password; `null` where the site shows no
	 * password field, or where that could not be told.
	 */
	readonly hasChangePassword: boolean | null;
}

/**
 * How a host tells finders of a weakness whom to write to: GET for the file, redirects followed as far as
 * they stay in the domain and one hop beyond; with `deep` for its old place too, where the new one has
 * none. Two more requests where the site has a password field.
 */
export const securityTxtSurvey = defineDerivation({
	name: 'exposure.security-txt',
	params: z.object({
		host: z.string(),
		login: z.string().nullable(),
		deep: z.boolean(),
	}),
	async derive({ host, login, deep }, get): Promise<Fact<SecurityTxtSurvey>> {
		const site = await get(siteAnswer({ host }));
		if (site.status !== 'known') return site;
		const { origin } = new URL(site.value.url);
		const found = await look(`${origin}${SECURITY_TXT}`, get);
		if (found.status !== 'known') return found;
		const hasChangePassword = await leadsToPasswords({ origin, host, login }, get);
		if (typeof found.value !== 'string') {
			return known({ file: { ...found.value, isLegacy: false }, absence: '', hasChangePassword });
		}
		const old = deep ? await look(`${origin}${LEGACY}`, get) : null;
		const older = old?.status === 'known' && typeof old.value !== 'string' ? old.value : null;
		const file = older === null ? null : { ...older, isLegacy: true };
		return known({ file, absence: found.value, hasChangePassword });
	},
});

type Found = Omit<SecurityTxtFile, 'isLegacy'>;

/** The file, or why what came is none. */
async function look(url: string, get: GetFact): Promise<Fact<Found | string>> {
	const report = await get(chainReport({ url }));
	if (report.status !== 'known') return report;
	const { answer, chain } = report.value;
	if (answer === null) {
		const detail = `${url} leads nowhere: ${chain.end.replaceAll('-', ' ')}`;
		return chain.end === 'failed' ? unknown('inconclusive', detail) : known(detail);
	}
	const wall = botWall(answer);
	if (wall !== null) return unknown('denied', `${url}: ${wall}`);
	if (answer.status >= 500) return unknown('inconclusive', `${url} answers ${answer.status}`);
	if (answer.status !== 200) return known(`${url} answers ${answer.status}`);
	const text = bodyText(answer);
	if (!isSecurityTxt(text)) {
		return known(`${url} answers 200, and what comes is no security.txt`);
	}
	return known({
		urls: chain.hops.map((hop) => hop.url),
		contentType: fieldValues(answer, 'content-type').at(-1) ?? '',
		text,
	});
}

async function leadsToPasswords(
	{ origin, host, login }: { origin: string; host: string; login: string | null },
	get: GetFact,
): Promise<boolean | null> {
	const pages = await get(sitePages({ host, login }));
	if (pages.status !== 'known') return null;
	const takesPasswords = pages.value.pages.some(
		({ page, url }) =>
			url.startsWith(`${origin}/`) &&
			page.forms.some(({ asksFor }) => asksFor.includes('password')),
	);
	if (!takesPasswords) return null;
	const url = `${origin}${CHANGE_PASSWORD}`;
	const [asked, control] = await Promise.all([
		get(httpExchange({ url })),
		get(httpExchange({ url: `${origin}${NEVER_THERE}` })),
	]);
	if (asked.status !== 'known' || asked.value.kind !== 'answered') return null;
	const { status } = asked.value;
	if (botWall(asked.value) !== null || status >= 500) return null;
	if (status === 404 || status === 410) return false;
	if (control.status !== 'known' || control.value.kind !== 'answered') return null;
	if (isRedirect(status)) return !isSameWay(asked.value, control.value);
	if (status !== 200) return null;
	if (control.value.status !== 200) return true;
	return !isSamePage(sketchOf(asked.value, url), sketchOf(control.value, url));
}

type Answer = Parameters<typeof sketchOf>[0];

/** A host that sends every unknown path to one place has made none for passwords. */
function isSameWay(asked: Answer, control: Answer): boolean {
	const to = (answer: Answer) => fieldValues(answer, 'location').join(' ');
	return isRedirect(control.status) && to(asked) === to(control);
}
