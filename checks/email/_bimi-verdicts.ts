import {
	advice,
	type Evidence,
	type MailDomain,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { absenceLead, deletion, dig, listed, txtLine } from './_lines.ts';

/** What every verdict is told. */
export interface AboutBimi {
	/** Whose record it is. */
	readonly domain: string;
	/** TXT records at `default._bimi.`. */
	readonly seen: readonly string[];
}

type Detailed = AboutBimi & { readonly details: readonly string[] };
type Recorded = AboutBimi & { readonly ttl: number; readonly fixed: string };
type Linked = AboutBimi & { readonly url: string };

const nameOf = (domain: string) => `default._bimi.${domain}`;

const common = {
	outcome: 'fail',
	severity: 'later',
	effort: minutes(15),
	evidence: (a: AboutBimi): readonly Evidence[] => [
		{ kind: 'dns', summary: `${nameOf(a.domain)} TXT`, detail: a.seen.join('\n') || 'none' },
	],
	reproduce: (a: AboutBimi) => dig(nameOf(a.domain)),
} as const;

const NO_LOGO = 'Mail programs show initials or a grey head in the place of the logo.';

/** A URL that a shell could read differently is not pasted. */
const fetched = (a: { readonly url: string }) =>
	/^https:\/\/[\w./~%-]+$/.test(a.url) ? `curl -sSI ${a.url}` : 'curl -sSI URL';

const ofLogo = { ...common, effort: minutes(60), impact: NO_LOGO, reproduce: fetched } as const;

const EXPORT = [
	'Export as SVG Tiny 1.2 from the drawing program, and convert with the tools of the BIMI Group, which set the profile.',
	'The root element reads: <svg version="1.2" baseProfile="tiny-ps" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">, and its first child is <title>Company name</title>.',
] as const;

export const BIMI_VERDICTS = {
	published: {
		outcome: 'pass',
		says: (a: { domain: string; location: string | null }) =>
			a.location === null
				? `${a.domain} takes no part in BIMI, and says so.`
				: `Mail programs find the logo of ${a.domain}: ${a.location}.`,
	},
	absent: {
		...common,
		severity: 'info',
		lead: (a: { readonly negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: AboutBimi) => `${a.domain} has no BIMI record.`,
		impact: 'Mail programs show no logo beside your mail. That is optional.',
		fix: (a: AboutBimi) =>
			records(
				'Optional: publish a logo.',
				[txtLine(nameOf(a.domain), `v=BIMI1; l=https://${a.domain}/bimi/logo.svg; a=;`)],
				'It needs a DMARC policy of quarantine or reject first.',
				...EXPORT,
			),
	},
	syntax: {
		...common,
		lead: (a: { readonly ttl: number }) => seconds(a.ttl),
		says: (a: Detailed) =>
			`The BIMI record of ${a.domain} is not written by the rules: ${listed(a.details)}.`,
		impact: `Receivers do not try to mend a record. ${NO_LOGO}`,
		fix: (a: Recorded) => records('Correct the record.', [txtLine(nameOf(a.domain), a.fixed)]),
	},
	multiple: {
		...common,
		lead: (a: { readonly ttl: number }) => seconds(a.ttl),
		says: (a: Detailed) =>
			`${nameOf(a.domain)} has ${a.details.length} BIMI records, where one is allowed.`,
		impact: NO_LOGO,
		fix: (a: Detailed & Recorded) =>
			records(
				'Keep one record.',
				a.details
					.filter((text) => text !== a.fixed)
					.map((text) => deletion(txtLine(nameOf(a.domain), text)))
					.concat(txtLine(nameOf(a.domain), a.fixed)),
			),
	},
	'dmarc-not-enforced': {
		...common,
		severity: 'high',
		effort: minutes(30),
		says: (a: Detailed) =>
			`${a.domain} publishes a BIMI logo, and its DMARC policy is not one that BIMI accepts: ${listed(a.details)}.`,
		impact: `Receivers show the logo of domains that enforce DMARC alone. ${NO_LOGO}`,
		fix: advice(
			'Bring DMARC to p=quarantine or p=reject, for sub-domains too, and without pct=.',
			'Follow the steps that email/dmarc gives: reports first, then quarantine, then reject.',
			'The BIMI record can stay: it starts to work on that day.',
		),
		reproduce: (a: { readonly dmarc: string }) => dig(`_dmarc.${a.dmarc}`),
	},
	'logo-unreachable': {
		...ofLogo,
		says: (a: Linked & { readonly detail: string }) =>
			`The logo of ${a.domain} cannot be fetched from ${a.url}: ${a.detail}.`,
		fix: (a: Linked) =>
			advice(
				`Serve the SVG file at ${a.url}, or write its address into the record.`,
				'It must be public: no log-in, no bot check, a certificate that browsers accept.',
			),
	},
	'logo-not-svg': {
		...ofLogo,
		says: (a: Linked & { readonly detail: string }) =>
			`What is served at ${a.url} is no SVG: ${a.detail}.`,
		fix: advice('Serve the logo as SVG Tiny PS, with Content-Type: image/svg+xml.', ...EXPORT),
	},
	'logo-too-big': {
		...ofLogo,
		says: (a: Linked & { readonly size: string }) =>
			`The logo at ${a.url} has ${a.size}, more than the 32 KB that receivers take.`,
		fix: advice(
			'Bring the file below 32 KB.',
			'Embedded pictures and fonts are not allowed anyway: draw paths, and round their coordinates to one decimal.',
		),
	},
	'svg-profile': {
		...ofLogo,
		says: (a: Detailed & Linked) =>
			`The logo at ${a.url} is not in the profile SVG Tiny PS: ${listed(a.details)}.`,
		fix: advice('Export the logo anew as SVG Tiny PS.', ...EXPORT),
	},
	'no-certificate': {
		...common,
		severity: 'info',
		effort: minutes(480),
		says: (a: AboutBimi) => `The BIMI record of ${a.domain} names no certificate (a= is empty).`,
		impact: 'Gmail and Apple Mail show logos with a certificate alone; Yahoo shows this one.',
		fix: advice(
			'Optional: buy a Verified Mark Certificate (registered trade mark) or a Common Mark Certificate.',
			'Serve its PEM file over https, and put its address behind a=.',
		),
	},
	'certificate-expired': {
		...common,
		effort: minutes(60),
		says: (a: Linked & { readonly until: string }) =>
			`The mark certificate of ${a.domain} at ${a.url} ran out on ${a.until.slice(0, 10)}.`,
		impact: 'Gmail and Apple Mail show the logo no longer.',
		fix: (a: Linked) => advice(`Renew the certificate, and serve the new one at ${a.url}.`),
		reproduce: (a: Linked) =>
			/^https:\/\/[\w./~%-]+$/.test(a.url)
				? `curl -sS ${a.url} | openssl x509 -noout -dates`
				: 'curl -sS URL | openssl x509 -noout -dates',
	},
} satisfies Verdicts<MailDomain['context']>;
