import {
	advice,
	type DefaultPage,
	minutes,
	perPlatform,
	type Site,
	type Verdicts,
} from '../../src/sdk.ts';

type Default = DefaultPage & {
	readonly host: string;
	readonly url: string;
	/** A host for programs, where nobody looks at `/`, or a test site. */
	readonly aside: boolean;
};

export type Unclaimed = {
	readonly host: string;
	readonly url: string;
	readonly status: number;
	readonly service: string;
	readonly shown: string;
	readonly reclaim: string;
};

/** A name that may stand in a configuration file. */
function hostText(host: string): string {
	return /^[a-z0-9.-]+$/.test(host) ? host : 'example.com';
}

/** What can be said about pages that others brought along. */
export const PLACEHOLDER_VERDICTS = {
	own: {
		outcome: 'pass',
		says: (a: { url: string }) => `${a.url} is no page that a server or a template brought along.`,
	},
	'default-page': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'later'],
			pick: (a: Default) => (a.aside || a.how === 'title' ? 'later' : 'blocker'),
		},
		effort: minutes(60),
		says: (a: Default) =>
			a.how === 'server'
				? `${a.url} shows the default page of ${a.name}${a.title === '' ? '' : ` ("${a.title}")`}.`
				: a.how === 'starter'
					? `${a.url} shows the page that a new project with ${a.name} starts with ("${a.title}").`
					: `${a.url} has a page of its own under the title of the template of ${a.name} ("${a.title}").`,
		impact: (a: Default) =>
			a.how === 'title'
				? 'The template’s name stands in the browser’s tab, in bookmarks and in search results.'
				: 'Customers see the welcome page of your software instead of your product.',
		fix: (a: Default) =>
			a.how === 'server'
				? perPlatform(
						`Deploy the site to the server that answers for ${a.host}, and make it the one that this name gets.`,
						{
							nginx: `# in a server block of its own, then: rm /etc/nginx/sites-enabled/default && nginx -s reload\nserver_name ${hostText(a.host)};\nroot /srv/site;`,
							apache: `# in a VirtualHost of its own, then: a2dissite 000-default && systemctl reload apache2\nServerName ${hostText(a.host)}\nDocumentRoot /srv/site`,
							caddy: `${hostText(a.host)} {\n  root * /srv/site\n  file_server\n}`,
						},
						'Look whether the name leads to the right server at all: the default page is what a server gives for names that it does not know.',
					)
				: advice(
						a.how === 'starter'
							? `Deploy the product to ${a.host}: what is there is the empty template.`
							: 'Give every page a title of its own.',
						a.how === 'starter'
							? 'Look which branch and folder the deployment builds: often it is the first commit, or another project.'
							: 'Set it in index.html (<title>), in the metadata of the layout (Next.js: export const metadata = { title }), or with the framework’s head component.',
					),
		control: (a: Default) =>
			a.how === 'title'
				? 'The title is the template’s; its words are neither in the page nor in its scripts.'
				: 'Recognised by title and body together; a page that only speaks of it does not count.',
		confidence: (a: Default) => (a.how === 'server' ? 'high' : 'medium'),
		reproduce: (a: Default) => `curl -sSL https://${a.host}/ | grep -i '<title>'`,
	},
	'unclaimed-host': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(20),
		says: (a: Unclaimed) =>
			`${a.url} is answered by ${a.service} with ${a.status}, "${a.shown}": nobody there holds the name ${a.host}.`,
		impact:
			'Customers see an error of somebody else’s platform, and a stranger with an account there may claim the name and publish under it.',
		fix: (a: Unclaimed) =>
			advice(
				`Claim ${a.host} at ${a.service} now, or delete its DNS record.`,
				a.reclaim,
				'If nothing is to run there: delete the record today.',
			),
		control:
			'It is an error, and says so in the words that the platform has for names that it does not know.',
		reproduce: (a: Unclaimed) => `curl -sSL https://${a.host}/`,
		// The record that leads there is the same fault.
		cause: 'dns/takeover/unclaimed-service',
	},
	'default-not-found': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(60),
		says: (a: { host: string; url: string; name: string }) =>
			`A page that does not exist on ${a.host} shows the error page of ${a.name}.`,
		impact:
			'Who follows an old or mistyped link lands on a bare error without a way back to your site.',
		fix: () =>
			perPlatform(
				'Show an error page of your own with 404, with the site’s navigation and a way to the start page.',
				{
					nginx: 'error_page 404 /404.html;',
					apache: 'ErrorDocument 404 /404.html',
					caddy: 'handle_errors {\n  rewrite * /404.html\n  file_server\n}',
					vercel: 'Put 404.html into the output folder.',
					netlify: 'Put 404.html into the publish folder.',
					cloudflare: 'Put 404.html into the output folder.',
					nextjs:
						'// app/not-found.tsx\nexport default function NotFound() {\n  return <main><h1>Page not found</h1><a href="/">Start page</a></main>;\n}',
					express:
						"app.use((req, res) => res.status(404).sendFile('404.html', { root: 'public' }));   // the last route",
					'github-pages': 'Put 404.html into the root of the published folder.',
					firebase: 'Put 404.html into the public folder.',
				},
			),
		control: (a: { url: string }) => `Asked for ${a.url}, which nobody can have published.`,
		reproduce: (a: { host: string }) => `curl -sS https://${a.host}/lr-no-such-page`,
	},
	'default-favicon': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(20),
		says: (a: { url: string; template: string }) =>
			`The icon ${a.url} is the one that a new project with ${a.template} brings along.`,
		impact:
			'Browser tabs, bookmarks and search results show the framework’s logo instead of yours.',
		fix: () =>
			advice(
				'Replace the icon by your own.',
				'Put your logo in place of the file (SVG, or ICO with 16, 32 and 48 pixels), and name it in the page: <link rel="icon" href="/favicon.svg">.',
				'Give the file a new name, because browsers keep the old icon for long.',
			),
		control: 'The file is equal byte for byte to the template’s (SHA-256).',
	},
} satisfies Verdicts<Site['context']>;
