import {
	advice,
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Judgement,
	minutes,
	monitoredTargets,
	type Say,
	type StatusPage,
	type StatusPages,
	statusPages,
	z,
} from '../../src/sdk.ts';
import { shellUrl } from './_shell-url.ts';

interface Shared {
	url: string;
	host: string;
	site: string;
	/** Empty where it is a path of the site itself. */
	address: string;
}

const VERDICTS = {
	apart: {
		outcome: 'pass',
		says: (a: { url: string; provider: string }) =>
			`${a.url} tells customers what is down${a.provider === '' ? ', from addresses of its own' : `, hosted by ${a.provider}`}.`,
	},
	missing: {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(30),
		says: (a: { domain: string }) =>
			`There is no status page: status.${a.domain} does not exist, and no page seen links to one.`,
		impact: 'In an outage every customer writes to you, because there is nowhere to look.',
		control: 'A random name beside it was resolved, so that a wildcard does not count.',
		fix: (a: { domain: string }) => ({
			...advice(
				'Open a page at a status service, and link to it',
				`Point status.${a.domain} at the service with the record that it names.`,
				'Link to it from the footer, the error page and the help.',
			),
			snippets: [
				{
					platform: 'any' as const,
					language: 'dns',
					text: `; the service names the target\nstatus.${a.domain}. 300 IN CNAME <target of the service>.`,
				},
			],
		}),
		reproduce: (a: { domain: string }) => `dig +short status.${a.domain} A`,
	},
	'shares-fate': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(60),
		says: (a: Shared) =>
			a.address === ''
				? `The status page ${a.url} is a path of the site itself.`
				: `The status page ${a.url} is at the address of ${a.site} (${a.address}).`,
		impact: 'When the site’s server is down, the page that should say so is down with it.',
		control: 'Pages that a status service hosts, and addresses of content networks, are left out.',
		fix: (a: Shared) =>
			advice(
				'Move the status page to another provider',
				'Take a hosted status page, or Upptime on GitHub Pages: it must not need anything of the site.',
				`Point status.${a.host.replace(/^status\./, '')} there, and link to it from the site.`,
				'Keep its DNS simple: one record, with a TTL of five minutes.',
			),
		reproduce: (a: Shared) => `dig +short ${a.host} A`,
	},
	unreachable: {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		says: (a: { url: string; failure: string }) =>
			`The status page ${a.url} fails, twice (${a.failure}).`,
		impact: 'In an outage customers look there, and find it down as well.',
		control: 'It was asked twice, and silence was believed only after something else answered.',
		fix: (a: { url: string; failure: string }) =>
			advice(
				'Repair the status page, or take the name and the links away',
				`See at its provider that ${new URL(a.url).hostname} is set up there, with its certificate.`,
				'Check that its record points where the provider says today.',
			),
		reproduce: (a: { url: string; failure: string }) => `curl -sS -i ${shellUrl(a.url)}`,
	},
} as const;

export default defineCheck({
	id: 'monitoring/status-page',
	title: 'Customers can see elsewhere whether the product is down',
	rationale: 'A status page is needed exactly when the site is gone: it must not go with it.',
	references: ['https://upptime.js.org/docs/', 'RFC 4592 (wildcards, for the control)'],
	reach: 'upkeep',
	layer: 'content',
	over: monitoredTargets,
	options: z.object({}),

	verdicts: VERDICTS,

	appliesTo: ({ domain }) => domain !== null || 'No site was audited.',
	needs: ({ subject: { asked } }) => ({
		found: statusPages({
			domain: asked.domain,
			registrable: asked.registrable,
			hosts: asked.hosts,
			endpoints: asked.endpoints,
			deep: asked.deep,
			login: asked.login,
			seed: asked.seed,
		}),
	}),

	judge({ given: { found }, subject: { registrable, name }, say }) {
		const { pages, looked, unseen } = found;
		if (pages.length === 0) {
			if (unseen !== '') return cannotSay('inconclusive', `Links were not seen: ${unseen}`, 'info');
			return looked.length === 0
				? doesNotApply('No host of the site has a page.')
				: say('missing', { domain: registrable ?? name });
		}
		const said = pages.flatMap((one) => judged(one, { site: name, say }));
		const [first] = pages;
		if (said.length > 0 || first === undefined) return said;
		return say('apart', { url: first.url, provider: first.provider });
	},

	examples: (example) => [
		example('none', { found: seen([]) }, 'missing'),
		example('none, and a gatekeeper', { found: { ...seen([]), unseen: 'a bot wall' } }, 'unknown'),
		example('an API alone', { found: { ...seen([]), looked: [] } }, 'not-applicable'),
		example('elsewhere', { found: seen([page({})]) }, 'apart'),
		example(
			'hosted',
			{ found: seen([page({ provider: 'Instatus', shared: ['203.0.113.10'] })]) },
			'apart',
		),
		example(
			'at the site’s address',
			{ found: seen([page({ shared: ['203.0.113.10'] })]) },
			'shares-fate',
		),
		example(
			'behind the same network',
			{
				found: seen([page({ shared: ['203.0.113.10'], isBehindEdge: true })]),
			},
			'unknown',
		),
		example(
			'a path of the site',
			{
				found: seen([
					page({
						url: 'https://example.com/status',
						host: 'example.com',
						shared: ['203.0.113.10'],
					}),
				]),
			},
			'shares-fate',
		),
		example('503, twice', { found: seen([page({ failure: 'it answers 503' })]) }, 'unreachable'),
	],
});

const seen = (pages: readonly StatusPage[]): StatusPages => ({
	pages,
	looked: ['example.com'],
	unseen: '',
});

const page = (about: Partial<StatusPage>): StatusPage => ({
	url: 'https://status.example.com/',
	host: 'status.example.com',
	by: 'name',
	provider: '',
	shared: [],
	isBehindEdge: false,
	failure: '',
	...about,
});

function judged(
	{ url, host, provider, shared, isBehindEdge, failure }: StatusPage,
	{ site, say }: { site: string; say: Say<typeof VERDICTS> },
): readonly Judgement<keyof typeof VERDICTS & string>[] {
	const place = { kind: 'url' as const, name: url };
	if (failure !== '') return [at(place, say('unreachable', { url, failure }))];
	const [address] = shared;
	if (address === undefined || provider !== '') return [];
	if (isBehindEdge) {
		const words = `${host} and ${site} are behind the same content network; what is behind it cannot be seen.`;
		return [cannotSay('inconclusive', words, 'later')];
	}
	const isPath = new URL(url).pathname !== '/';
	return [at(place, say('shares-fate', { url, host, site, address: isPath ? '' : address }))];
}
