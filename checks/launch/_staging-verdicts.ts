import {
	advice,
	type LaunchSite,
	minutes,
	perPlatform,
	type Severity,
	type TestKind,
	type Verdicts,
} from '../../src/sdk.ts';

export type Leftover = {
	readonly host: string;
	/** Scheme, host and port of the test address. */
	readonly origin: string;
	readonly kind: TestKind;
	/** In words, the gravest first, a few. */
	readonly places: readonly string[];
	readonly count: number;
	readonly worst: 'blocker' | 'high' | 'later';
	/** In words, what the gravest place does with it. */
	readonly use: string;
	readonly breaks: 'form' | 'code' | 'address' | 'nothing';
};

export type Mailed = {
	/** A message's file, or file and line in the repository. */
	readonly place: string;
	readonly origins: readonly string[];
	readonly what: string;
	readonly isMessage: boolean;
	readonly site: string;
};

const MEANS: Readonly<Record<TestKind, string>> = {
	local: 'the visitor’s own machine',
	private: 'a name or address that only means something inside a network',
	tunnel: 'a developer’s machine or a preview',
	staging: 'a test site',
};

/** What can be said about addresses and hosts of the test period. */
export const STAGING_VERDICTS = {
	none: {
		outcome: 'pass',
		says: (a: { name: string; read: number; closed: readonly string[]; mail: string }) =>
			`Nothing of the test period is left in what ${a.name} serves (${a.read} pages, scripts and files read` +
			`${a.closed.length === 0 ? '' : `; closed to strangers: ${a.closed.join(', ')}`}${a.mail === '' ? '' : `; ${a.mail}`}).`,
	},
	'url-in-page': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high', 'later'],
			pick: (a: Leftover): Severity => a.worst,
		},
		effort: minutes(30),
		says: (a: Leftover) =>
			`${a.host} still names ${a.origin}, ${MEANS[a.kind]}: ${a.places.join('; ')}` +
			`${a.count > a.places.length ? `; and ${a.count - a.places.length} more` : ''}.`,
		impact: (a: Leftover) => {
			switch (a.breaks) {
				case 'form':
					return 'What customers type into the form goes nowhere, or to the test system.';
				case 'code':
					return 'The part of the page that needs it does not work for anybody but its developers, or works with test data.';
				case 'address':
					return 'Customers, link previews and search engines are led to an address that does not answer them, or to the test site.';
				case 'nothing':
					return 'Nobody is led there, but the page tells strangers about your inner systems.';
			}
		},
		fix: (a: Leftover) =>
			perPlatform(
				`Build the production site with its production address instead of ${a.origin}.`,
				{
					vercel: `vercel env add NEXT_PUBLIC_API_URL production   # https://…, then deploy again`,
					netlify: 'netlify env:set API_URL https://… --context production   # then deploy again',
					cloudflare:
						'Workers & Pages > your project > Settings > Variables > Production, then deploy again',
					nextjs:
						'# .env.production\nNEXT_PUBLIC_API_URL=https://…\n# and metadataBase: new URL("https://…") in app/layout.tsx',
					heroku: 'heroku config:set API_URL=https://…   # then build again',
					fly: '# fly.toml\n[build.args]\n  API_URL = "https://…"',
					wordpress:
						"wp search-replace '<test address>' '<production address>' --all-tables --dry-run",
				},
				'The value is put in when the site is built: a setting at run time does not change bundles. Look for the default beside it in the code (|| "http://localhost…"), and let the build fail where the setting is missing.',
				'Where page and API share a host, use a path without a host: /api.',
				'Search the build output for it before you deploy: grep -r localhost dist/',
			),
		control: (a: Leftover) =>
			`Comments of scripts, text that people read, ${a.kind === 'local' ? 'http://localhost without port or path in scripts, ' : ''}comparisons and branches for local development were left out, as were the audited hosts.`,
		// What a script has it may never come to.
		confidence: (a: Leftover) => (a.breaks === 'code' ? 'medium' : 'high'),
		reproduce: (a: Leftover) => {
			const url = /\((https?:\/\/[^\s)]+)\)/.exec(a.places[0] ?? '')?.[1] ?? `https://${a.host}/`;
			const quoted = (text: string) => `'${text.replaceAll("'", '%27')}'`;
			return `curl -sSL ${quoted(url)} | grep -oF ${quoted(a.origin)}`;
		},
	},
	indexable: {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		says: (a: { host: string; url: string; detail: string }) =>
			`The test site ${a.host} is open to everybody and to search engines: ${a.detail}.`,
		impact:
			'Customers find the test site in search results, order there, or report its faults as yours; search engines weigh it as a copy.',
		fix: (a: { host: string }) =>
			perPlatform(
				`Put a password in front of ${a.host}, and send noindex.`,
				{
					nginx:
						'auth_basic "Test";\nauth_basic_user_file /etc/nginx/htpasswd;\nadd_header X-Robots-Tag "noindex" always;',
					apache:
						'AuthType Basic\nAuthName "Test"\nAuthUserFile /etc/apache2/htpasswd\nRequire valid-user\nHeader always set X-Robots-Tag "noindex"',
					caddy:
						'basic_auth {\n  team <hash of caddy hash-password>\n}\nheader X-Robots-Tag "noindex"',
					cloudflare:
						'Zero Trust > Access > Applications > Add: this host, policy Allow for your team',
					vercel:
						'Project > Settings > Deployment Protection > Vercel Authentication: Standard Protection',
					netlify:
						'Site configuration > Access & security > Visitor access: password for non-production deploys',
					wordpress: 'wp option update blog_public 0',
				},
				'A robots.txt alone does not help: search engines list addresses that they may not read.',
			),
		control:
			'A made-up name in the same domain does not get this address. Asked by GET as a stranger.',
		reproduce: (a: { host: string }) => `curl -sSI https://${a.host}/`,
	},
	'email-links': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(30),
		says: (a: Mailed) =>
			`${a.isMessage ? `The message ${a.place}` : `${a.place} (${a.what})`} leads to ${a.origins.join(', ')}, where no customer gets.`,
		impact:
			'Links in confirmations and password resets do not work: new customers cannot confirm their address, and nobody gets back in.',
		fix: (a: Mailed) =>
			advice(
				`Set the base URL from which mail links are made to https://${a.site}.`,
				'Rails: config.action_mailer.default_url_options = { host: ENV.fetch("APP_HOST") } in production.rb. Django: the domain of the Site object. Laravel: APP_URL. Next.js and others: the setting that your mailer joins with the path (APP_URL, NEXTAUTH_URL).',
				'Background workers have settings of their own: set it there too.',
				'Supabase, Auth0, Clerk and Firebase make these links from the Site URL in their dashboard.',
				'Then send yourself a confirmation and a reset from production, and click both.',
			),
		control: (a: Mailed) =>
			a.isMessage
				? 'Read from the message that was given; of its links only the hosts are kept.'
				: 'Read from the repository; a value behind a look-up in the environment does not count.',
		confidence: (a: Mailed) => (a.isMessage ? 'high' : 'medium'),
	},
} satisfies Verdicts<LaunchSite['context']>;
