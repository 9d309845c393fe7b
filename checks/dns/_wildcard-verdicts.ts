import {
	type AuditedZone,
	minutes,
	records,
	seconds,
	type Verdicts,
	type WildcardLanding,
} from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';

type Present = {
	readonly domain: string;
	/** The random name that was asked for. */
	readonly asked: string;
	readonly records: readonly string[];
	readonly landing: WildcardLanding;
	readonly at: string;
	/** Records for hosts that are in use. */
	readonly instead: readonly string[];
	readonly isConfirmed: boolean;
	readonly ttl: number | null;
	readonly panel: string | null;
};

/** Where the record's TTL was not seen, in seconds. */
const USUAL_TTL = 3_600;

const GRAVE: readonly WildcardLanding[] = ['service', 'sign-in', 'app'];

const LANDS: Readonly<Record<WildcardLanding, (at: string) => string>> = {
	service: (at) => ` and ends at ${at}, where nobody holds it`,
	'sign-in': (at) => ` and shows a log-in (${at})`,
	app: (at) => ` and shows the app (the page of ${at})`,
	redirect: (at) => ` and leads to ${at}`,
	page: () => ' and shows a page',
	nothing: () => ', though no web server answers there',
};

const IMPACTS: Readonly<Record<WildcardLanding, string>> = {
	service:
		'At services of this kind a stranger can often claim any name that points there, and then publishes under your domain.',
	'sign-in':
		'Any name below your domain shows a working log-in: mail that links to secure-login.… looks genuine, and cookies reach names nobody chose.',
	app: 'The app answers under names nobody chose: links, cookies and checks of the host name in the app may be led astray.',
	redirect: 'Typing errors and forgotten names never fail, so nobody notices them.',
	page: 'Typing errors and forgotten names never fail; search engines may list the same page under many names.',
	nothing: 'Typing errors and forgotten names resolve and then time out.',
};

/** What can be said about names that nobody published. */
export const WILDCARD_VERDICTS = {
	none: {
		outcome: 'pass',
		says: (a: { domain: string; asked: string }) =>
			`Names below ${a.domain} that nobody published do not resolve (${a.asked}).`,
	},
	present: {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: Present) => (GRAVE.includes(a.landing) ? 'high' : 'later'),
		},
		effort: minutes(30),
		lead: (a: Present) => seconds(a.ttl ?? USUAL_TTL),
		says: (a: Present) =>
			`Every name below ${a.domain} resolves: a random one (${a.asked}) does${LANDS[a.landing](a.at)}.`,
		impact: (a: Present) => IMPACTS[a.landing],
		fix: (a: Present) =>
			records(
				`Publish the hosts that are in use by name and delete the wildcard record, ${inPanel(a.panel)}.`,
				['; publish', ...a.instead, '; delete', ...a.records],
				'List the names that are in use: links on the site, certificates, the configuration of the web server.',
				'Publish a record for each of them first, then delete the wildcard.',
				'If each customer gets a name of their own: keep the wildcard, and let the server answer 404 to names that it does not know.',
			),
		control: (a: Present) =>
			a.isConfirmed
				? 'The label is random, and a name server of the zone itself gives the answer.'
				: 'The label is random. The resolver gives no address to names that exist nowhere; the name servers themselves were not heard from here.',
		evidence: (a: Present) => [
			{ kind: 'control', summary: `${a.asked} resolves`, detail: a.records.join('\n') },
			{ kind: 'http', summary: `${a.asked}: ${a.landing.replace('-', ' ')}`, detail: a.at },
		],
		reproduce: (a: Present) =>
			`dig +short ${a.asked} A ${a.asked} AAAA; curl -skI https://${a.asked}/`,
	},
} satisfies Verdicts<AuditedZone['context']>;
