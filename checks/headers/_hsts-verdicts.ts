import {
	advice,
	apart,
	days,
	header,
	minutes,
	perPlatform,
	type Site,
	type Verdicts,
} from '../../src/sdk.ts';
import { NOT_SENT } from './_not-sent.ts';
import { HIGH, LATER } from './_staged.ts';

/** Long enough for the browsers' preload list, should it be wanted later. */
export const A_YEAR = 31_536_000;

/** The header's name. */
export const FIELD = 'Strict-Transport-Security';

const INTERCEPTED =
	'A visitor on a hostile network who types the bare name, or follows an old http:// link, can be ' +
	'kept on plain HTTP and shown a copy of your sign-in page; the certificate does not help.';

const send = header(
	FIELD,
	`max-age=${A_YEAR}`,
	'Send it on every HTTPS answer of this host, redirects and error pages included.',
	'Start with max-age=300 for a day if you are unsure that HTTPS will stay; browsers hold you to it.',
);

/** By hand: the header as a browser gets it. */
const shown = (a: { host: string }) =>
	`curl -sSI https://${a.host}/ | grep -i '^strict-transport-security'`;

/** What can be said about Strict-Transport-Security. */
export const HSTS_VERDICTS = {
	enforced: {
		outcome: 'pass',
		says: (a: { host: string; maxAge: number }) =>
			`${a.host} holds browsers to HTTPS for ${inWords(a.maxAge)}.`,
	},
	missing: {
		outcome: 'fail',
		severity: {
			by: 'kind',
			is: { page: HIGH, redirect: HIGH, api: LATER, file: LATER },
		},
		effort: minutes(10),
		says: (a: { host: string; url: string }) =>
			`${a.host} sends no ${FIELD} header (seen at ${a.url}).`,
		impact: INTERCEPTED,
		fix: send,
		reproduce: shown,
		cause: NOT_SENT,
	},
	invalid: {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(10),
		says: (a: { host: string; field: string; problem: string }) =>
			`Browsers ignore the ${FIELD} header of ${a.host}: ${a.problem} ("${a.field}").`,
		impact: INTERCEPTED,
		fix: send,
		reproduce: shown,
	},
	'sent-twice': {
		outcome: 'fail',
		severity: {
			by: 'stage',
			is: {
				production: {
					oneOf: ['high', 'later'],
					pick: (a: { differ: boolean }) => (a.differ ? 'high' : 'later'),
				},
				staging: {
					oneOf: ['later', 'info'],
					pick: (a: { differ: boolean }) => (a.differ ? 'later' : 'info'),
				},
			},
		},
		effort: minutes(15),
		says: (a: { host: string; fields: readonly string[]; differ: boolean }) =>
			`${a.host} sends ${FIELD} ${a.fields.length} times${a.differ ? ', each time saying something else' : ''}; ` +
			`browsers read only the first, "${a.fields[0]}".`,
		impact: (a: { differ: boolean }) =>
			a.differ
				? 'Two places set the policy and contradict each other: whichever comes first wins, and a ' +
					'change of order switches the protection off or on unnoticed.'
				: 'Two places set the same policy: the next change in one of them will contradict the other.',
		fix: perPlatform(
			`Send ${FIELD} from one place only`,
			{
				nginx: `proxy_hide_header ${FIELD};\nadd_header ${FIELD} "max-age=${A_YEAR}" always;`,
				apache: `Header onsuccess unset ${FIELD}\nHeader always set ${FIELD} "max-age=${A_YEAR}"`,
				caddy: `reverse_proxy localhost:3000 {\n  header_down -${FIELD}\n}\nheader ${FIELD} "max-age=${A_YEAR}"`,
			},
			'The application (a security middleware) and the proxy or host in front of it both add it: keep one.',
			'Keep includeSubDomains or preload, where you meant them, in the one that stays.',
		),
		reproduce: shown,
	},
	'max-age-zero': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(10),
		says: (a: { host: string }) =>
			`${a.host} sends max-age=0, which tells browsers to forget that it wants HTTPS.`,
		impact: INTERCEPTED,
		fix: header(
			FIELD,
			`max-age=${A_YEAR}`,
			'max-age=0 is right only while HTTPS is being given up on purpose.',
		),
		reproduce: shown,
	},
	'too-short': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(10),
		says: (a: { host: string; maxAge: number; minMaxAge: number }) =>
			`${a.host} holds browsers to HTTPS for ${inWords(a.maxAge)} (max-age=${a.maxAge}); ` +
			`at least ${inWords(a.minMaxAge)} (${a.minMaxAge}) is expected.`,
		impact:
			'A customer who stays away for longer than that comes back unprotected, and the next plain-HTTP ' +
			'request can be intercepted.',
		fix: header(FIELD, `max-age=${A_YEAR}`),
		reproduce: shown,
	},
	'sent-over-http': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: { url: string }) => `${FIELD} is also sent over plain HTTP, at ${a.url}.`,
		impact: 'None: browsers ignore it there. It must not be sent, says the standard.',
		fix: advice(`Send ${FIELD} from the HTTPS server block only`),
	},
	'no-subdomains': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(30),
		says: (a: { host: string }) => `The policy of ${a.host} leaves its sub-domains out.`,
		impact:
			'A made-up sub-domain can still be reached over plain HTTP by an attacker in the network, and ' +
			'can set cookies for the whole domain.',
		fix: {
			...apart(
				header(
					FIELD,
					`max-age=${A_YEAR}; includeSubDomains`,
					'List the sub-domains first, internal ones too: after this, none of them opens without a valid certificate.',
				),
			),
			summary: 'Add includeSubDomains once every sub-domain has HTTPS',
		},
	},
	'preload-incomplete': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(20),
		says: (a: { host: string; faults: readonly string[] }) =>
			`${a.host} asks to be on the browsers’ preload list, but the list refuses it: ${a.faults.join('; ')}.`,
		impact:
			'The first visit of every customer stays unprotected, although the header says otherwise; a domain ' +
			'that is on the list already may be taken off it.',
		fix: {
			...apart(
				header(
					FIELD,
					`max-age=${A_YEAR}; includeSubDomains; preload`,
					'Only where every sub-domain has HTTPS: browsers hold all of them to it, for months.',
					'Otherwise send max-age alone: the token is consent, and nothing else depends on it.',
				),
			),
			summary: 'Meet every rule of the list, or drop the preload token',
		},
		reproduce: shown,
	},
	'preload-risky': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(60),
		says: (a: { host: string; broken: readonly { host: string; why: string }[] }) =>
			`${a.host} asks browsers to build in HTTPS for all its sub-domains, but ` +
			`${a.broken.map(({ host, why }) => `${host} has none that they accept (${why})`).join(', ')}.`,
		impact:
			'Browsers refuse these sub-domains today after one visit to the main site, and once the domain is ' +
			'on the built-in list nobody can open them; removal from the list takes months.',
		fix: (a: { broken: readonly { host: string }[] }) => ({
			...header(
				FIELD,
				`max-age=${A_YEAR}`,
				'Send max-age alone, as below, until they all have HTTPS.',
				`Then repair: ${a.broken.map(({ host }) => host).join(', ')}.`,
			),
			summary: 'Take includeSubDomains and preload out until the sub-domains have HTTPS',
		}),
		control: (a: { host: string }) => `${a.host} answered over HTTPS in the same run.`,
	},
	'ignored-bad-certificate': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(0),
		says: (a: { host: string; detail: string }) =>
			`Browsers ignore the ${FIELD} header of ${a.host} while they refuse its certificate: ${a.detail}.`,
		impact: 'The header protects nobody until the certificate is repaired.',
		fix: advice('Repair the certificate; the header needs no change for that'),
	},
} satisfies Verdicts<Site['context']>;

function inWords(maxAge: number): string {
	if (maxAge < days(1)) return `${maxAge} seconds`;
	const whole = Math.floor(maxAge / days(1));
	return whole === 1 ? '1 day' : `${whole} days`;
}
