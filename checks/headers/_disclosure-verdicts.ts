import {
	advice,
	type EndOfLife,
	type Fix,
	minutes,
	perPlatform,
	type Site,
	type Verdicts,
} from '../../src/sdk.ts';
import { HIGH, LATER } from './_staged.ts';

/** A header that a host sent, and where. */
export interface SeenHeader {
	readonly name: string;
	/** Cut. */
	readonly value: string;
	readonly url: string;
}

export interface Told {
	readonly host: string;
	readonly headers: readonly SeenHeader[];
}

/** What headers/disclosure can say. */
export const DISCLOSURE_VERDICTS = {
	discreet: {
		outcome: 'pass',
		says: (a: { host: string; answers: number }) =>
			`The headers of ${a.host} name no version, no internal address and no debug tool (${a.answers} ${a.answers === 1 ? 'answer' : 'answers'} read).`,
	},
	version: {
		outcome: 'fail',
		severity: {
			by: 'stage',
			is: {
				production: {
					oneOf: ['later', 'info'],
					pick: (a: { ended: readonly EndOfLife[] }) => (a.ended.length > 0 ? 'later' : 'info'),
				},
				staging: 'info',
			},
		},
		effort: minutes(15),
		says: (a: Told & { ended: readonly EndOfLife[] }) =>
			`${a.host} tells what it is made of: ${listed(a.headers)}${
				a.ended.length === 0
					? '.'
					: `; ${a.ended
							.map(
								({ product, version, ended }) =>
									`${product} ${version} has had no repairs from its makers since ${ended} at the latest`,
							)
							.join(', ')}.`
			}`,
		impact: (a: { ended: readonly EndOfLife[] }) =>
			a.ended.length > 0
				? 'Programs that search the web for old versions find this one, and what is found broken in it from now on ' +
					'stays broken, unless your distribution repairs it by itself.'
				: 'Whoever looks for a server with a certain flaw finds yours in a list; your customers notice nothing.',
		confidence: (a: { ended: readonly EndOfLife[] }) => (a.ended.length > 0 ? 'medium' : 'high'),
		fix: (a: Told & { ended: readonly EndOfLife[] }) => withoutVersions(a),
		reproduce: ({ headers, host }: Told) =>
			`curl -sSI ${quoted(headers[0]?.url ?? `https://${host}/`)}`,
	},
	'internal-address': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(30),
		says: (a: Told & { addresses: readonly string[] }) =>
			`${a.host} names ${a.addresses.join(', ')}, which exists only inside your network: ${listed(a.headers)} (at ${a.headers[0]?.url}).`,
		impact: (a: { leadsThere: boolean }) =>
			a.leadsThere
				? 'A browser is sent to an address that it cannot reach: the visitor sees an error. Attackers learn how your network is built.'
				: 'Customers notice nothing; attackers learn names and addresses of the machines behind your proxy.',
		fix: (a: Told) => rewritten(a.headers.map(({ name }) => name)),
		reproduce: ({ headers, host }: Told) =>
			`curl -sSI ${quoted(headers[0]?.url ?? `https://${host}/`)}`,
	},
	'debug-token': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(20),
		says: (a: Told) =>
			`${a.host} runs with a debug tool on: it sends ${a.headers.map(({ name }) => name).join(', ')} (at ${a.headers[0]?.url}).`,
		impact:
			'The tool usually shows requests, database queries, settings and sessions of customers to anybody who ' +
			'opens the address that these headers give.',
		fix: perPlatform(
			'Switch debug mode off in production, and do not install the tool there',
			{
				any: [
					'# Symfony: .env.local, then bin/console cache:clear',
					'APP_ENV=prod',
					'APP_DEBUG=0',
					'# Laravel: .env, then php artisan config:cache',
					'APP_ENV=production',
					'APP_DEBUG=false',
					'DEBUGBAR_ENABLED=false',
					'CLOCKWORK_ENABLE=false',
					'# both: without development packages',
					'# composer install --no-dev --optimize-autoloader',
				].join('\n'),
			},
			'Find out whether somebody read it: look for /_profiler, /_debugbar and /__clockwork in the access log.',
			'Change the passwords and keys that it may have shown.',
		),
		reproduce: ({ headers, host }: Told) =>
			`curl -sSI ${quoted(headers[0]?.url ?? `https://${host}/`)}`,
	},
} satisfies Verdicts<Site['context']>;

function listed(headers: readonly SeenHeader[]): string {
	return headers.map(({ name, value }) => `${name}: ${value}`).join(' | ');
}

/** URLs come from the target. */
function quoted(url: string): string {
	return `'${url.replaceAll("'", '%27')}'`;
}

/** What a configuration can be told to remove: a name is pasted only where nothing reads more into it. */
function plainNames(names: readonly string[]): readonly string[] {
	return [...new Set(names)].filter((name) => /^[A-Za-z][\w-]*$/.test(name));
}

function withoutVersions({ headers, ended }: Told & { ended: readonly EndOfLife[] }): Fix {
	const names = plainNames(headers.map(({ name }) => name));
	const others = names.filter((name) => name.toLowerCase() !== 'server');
	const lines = (write: (name: string) => string) => others.map(write);
	const update = ended.map(
		({ product }) => `Update ${product} to a version that its makers still repair.`,
	);
	return perPlatform(
		ended.length > 0
			? `Update ${ended.map(({ product }) => product).join(', ')}, and remove these headers`
			: `Remove ${names.join(', ')}, or the version in it`,
		{
			nginx: ['server_tokens off;', ...lines((name) => `proxy_hide_header ${name};`)].join('\n'),
			apache: [
				'ServerTokens Prod',
				'ServerSignature Off',
				...lines((name) => `Header unset ${name}\nHeader always unset ${name}`),
			].join('\n'),
			caddy: `header {\n${names.map((name) => `\t-${name}`).join('\n')}\n}`,
			cloudflare: `# Rules > Transform Rules > Modify Response Header > Remove\n${names.join('\n')}`,
			nextjs: '// next.config.js\npoweredByHeader: false,',
			express: [
				"app.disable('x-powered-by');",
				...lines((name) => name)
					.filter((name) => name.toLowerCase() !== 'x-powered-by')
					.map((name) => `app.use((req, res, next) => { res.removeHeader('${name}'); next(); });`),
			].join('\n'),
			azure: [
				'<!-- web.config, in <system.webServer> -->',
				'<security><requestFiltering removeServerHeader="true" /></security>',
				'<httpProtocol><customHeaders>',
				...lines((name) => `  <remove name="${name}" />`),
				'</customHeaders></httpProtocol>',
			].join('\n'),
			wordpress: `add_action('send_headers', function () {\n${lines((name) => `\theader_remove('${name}');`).join('\n')}\n});`,
		},
		...update,
		'PHP itself: expose_php = Off in php.ini. ASP.NET: <httpRuntime enableVersionHeader="false" />.',
		'What your host or CDN adds by itself may stay: it says nothing about your own software.',
	);
}

function rewritten(headers: readonly string[]): Fix {
	const names = plainNames(headers);
	const isLocation = (name: string) => /^(?:content-)?location$|^refresh$/i.test(name);
	const extra = names.filter((name) => !isLocation(name));
	if (extra.length === names.length && extra.length === 0) {
		return advice('Remove these headers where they are set');
	}
	const redirect = names.some(isLocation);
	return perPlatform(
		redirect
			? 'Let redirects name the public host, and remove headers that name machines'
			: `Remove ${extra.join(', ')} at the proxy`,
		{
			nginx: [
				...(redirect
					? [
							'# where the application is proxied',
							'proxy_set_header Host $host;',
							'proxy_set_header X-Forwarded-Proto $scheme;',
							'proxy_redirect ~^https?://[^/]+(/.*)$ $scheme://$host$1;',
							'# redirects of nginx itself',
							'absolute_redirect off;',
						]
					: []),
				...extra.map((name) => `proxy_hide_header ${name};`),
			].join('\n'),
			apache: [
				...(redirect
					? [
							'ProxyPreserveHost On',
							'# your proxied address in the place of BACKEND',
							'ProxyPassReverse / http://BACKEND/',
						]
					: []),
				...extra.map((name) => `Header unset ${name}\nHeader always unset ${name}`),
			].join('\n'),
			caddy: [
				'reverse_proxy localhost:3000 {',
				...(redirect ? ['\theader_down Location "^https?://[^/]+(/.*)$" "$1"'] : []),
				...extra.map((name) => `\theader_down -${name}`),
				'}',
			].join('\n'),
			express: [
				...(redirect
					? ['// a path, and no host: the browser knows where it is', "res.redirect('/sign-in');"]
					: []),
				...extra.map(
					(name) => `app.use((req, res, next) => { res.removeHeader('${name}'); next(); });`,
				),
			].join('\n'),
			cloudflare: `# Rules > Transform Rules > Modify Response Header > Remove\n${(extra.length > 0 ? extra : names).join('\n')}`,
		},
		...(redirect
			? [
					'Set the public address in the application (APP_URL, BASE_URL, WP_HOME), which it makes redirects from.',
				]
			: []),
	);
}
