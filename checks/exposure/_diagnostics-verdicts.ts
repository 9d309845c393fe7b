import {
	type Fix,
	minutes,
	perPlatform,
	type Severity,
	type Snippet,
	type Verdicts,
} from '../../src/sdk.ts';

/** What the wording of a page of internals needs. */
export interface Shown {
	readonly host: string;
	readonly url: string;
	/** Its path; a random one where it is an error page. */
	readonly path: string;
	readonly what: string;
	readonly made: string;
	/** Of the values, or endpoints, that it shows. */
	readonly names: readonly string[];
	readonly control: string;
	readonly status: number;
}

const LOOK = 'Search the access log for it, to learn who has looked.';

const byHand = (a: Shown) => `curl -sS ${a.url} | head -c 600`;

const COMMON = { control: (a: Shown) => a.control, reproduce: byHand } as const;

/** Lets nobody in from outside. */
function localOnly(a: Shown, summary: string, ...steps: string[]): Fix {
	const path = a.path.split('?')[0] ?? a.path;
	return perPlatform(
		summary,
		{
			nginx: `location = ${path} {\n  allow 127.0.0.1;\n  deny all;\n  # what serves it today stays here\n}`,
			apache: `<Location "${path}">\n  Require local\n</Location>`,
			caddy: `@outside {\n  path ${path}\n  not remote_ip private_ranges\n}\nrespond @outside 404`,
			cloudflare: `Security > WAF > Custom rules > Block:\n(http.request.uri.path eq "${path}")`,
			express: `app.all('${path}', (req, res) => res.sendStatus(404)); // before its own handler`,
		},
		...steps,
		'Behind a proxy on the same machine every request is local: let the proxy itself refuse the path.',
		LOOK,
	);
}

const SPRING = [
	'# application.properties',
	'management.endpoints.web.exposure.include=health',
	'management.endpoint.env.show-values=never',
	'management.server.port=8081',
	'management.server.address=127.0.0.1',
].join('\n');

function spring(summary: string): (a: Shown) => Fix {
	return (a) => {
		const fix = localOnly(
			{ ...a, path: '/actuator' },
			summary,
			'Give management a port of its own that only your own network reaches, and expose no more than health.',
			...(a.made === 'spring' && a.path !== '/actuator'
				? [
						'Replace every password, key and token of the program’s settings: whoever asked has them.',
					]
				: []),
		);
		const own: Snippet = { platform: 'any', language: 'properties', text: SPRING };
		const snippets = fix.snippets.map((one) => ({
			...one,
			text: one.text.replace('location = /actuator', 'location ^~ /actuator'),
		}));
		return { ...fix, snippets: [own, ...snippets] };
	};
}

/** How each framework is told that it runs for customers. */
const PRODUCTION: Readonly<Record<string, string>> = {
	django: "# settings.py\nDEBUG = False\nALLOWED_HOSTS = ['example.com']",
	flask: '# start it with a production server, and without debug\nFLASK_DEBUG=0\ngunicorn app:app',
	laravel: '# .env\nAPP_ENV=production\nAPP_DEBUG=false\n# then: php artisan config:cache',
	php: '; php.ini\ndisplay_errors = Off\nlog_errors = On',
	symfony: '# .env.local\nAPP_ENV=prod\nAPP_DEBUG=0\n# then: composer dump-env prod',
	rails:
		'RAILS_ENV=production\n# config/environments/production.rb\nconfig.consider_all_requests_local = false',
	aspnet:
		'<!-- web.config -->\n<system.web>\n  <customErrors mode="On" />\n  <compilation debug="false" />\n  <trace enabled="false" />\n</system.web>',
	'aspnet-core': 'ASPNETCORE_ENVIRONMENT=Production',
	express: 'NODE_ENV=production',
	python: '# FastAPI, Starlette: debug=False; and a handler that answers 500 without the traceback',
	go: '// no import _ "net/http/pprof" or "expvar" on the public server: serve them apart\ngo http.ListenAndServe("127.0.0.1:6060", nil)',
	vite: 'vite build      # and serve dist/, not: vite, vite dev',
	webpack:
		'webpack --mode production      # and serve dist/, not: webpack serve, react-scripts start',
	nextjs: 'next build && next start      # not: next dev',
};

function production(summary: string, ...steps: string[]): (a: Shown) => Fix {
	return (a) => {
		const text = PRODUCTION[a.made];
		const snippets: readonly Snippet[] =
			text === undefined ? [] : [{ platform: 'any', language: 'text', text }];
		return {
			summary,
			steps: [
				...steps,
				'Restart it, and look at a page that does not exist: it must be your own, without a word of code.',
				LOOK,
			],
			snippets,
		};
	};
}

/** The host itself says this when something is missing or breaks, or under a path. */
const where = (a: Shown) =>
	a.status >= 400
		? `${a.host} answers errors with ${a.what}`
		: `Anybody can open ${a.url}: ${a.what}`;

function namesInWords({ names }: Pick<Shown, 'names'>): string {
	const shown = names.slice(0, 10).join(', ');
	return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** What Spring Boot shows strangers by its own default. */
const HARMLESS = ['health', 'info'];

function actuatorSeverity({ path, names }: Shown): Severity {
	const isDefault = names.length > 0 && names.every((name) => HARMLESS.includes(name));
	return path === '/actuator' && isDefault ? 'info' : 'high';
}

/** What can be said of pages that show the inside of a program. */
export const DIAGNOSTICS_VERDICTS = {
	'none-open': {
		outcome: 'pass',
		says: (a: { origin: string; paths: number; control: string }) =>
			`${a.origin} shows strangers nothing of its inside, under ${a.paths} usual paths and in its error pages. ${a.control}`,
	},
	'server-status': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		says: (a: Shown) => `Anybody can open ${a.url}: ${a.what}.`,
		impact:
			'It shows strangers, live, which pages your visitors open and from which addresses, links with one-time ' +
			'tokens included, and how busy the server is.',
		fix: (a: Shown) =>
			localOnly(
				a,
				`Let ${a.path.split('?')[0]} answer the server itself alone`,
				...(a.made === 'php-fpm'
					? ['Or give it its own port: pm.status_listen = 127.0.0.1:9001.']
					: []),
			),
		...COMMON,
	},
	'php-info': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(10),
		says: (a: Shown) => `Anybody can open ${a.url}: ${a.what}.`,
		impact:
			'It prints versions, paths and the environment of the program, where passwords of the database and ' +
			'keys usually are.',
		fix: (a: Shown) => ({
			summary: `Delete ${a.path.slice(1)} from the server`,
			steps: [
				'Delete it from the repository too, or the next deployment brings it back.',
				'Look at its section “Environment”: replace every password and key that stands there.',
				LOOK,
			],
			snippets: [
				{ platform: 'nginx', language: 'nginx', text: `location = ${a.path} { return 404; }` },
				{ platform: 'apache', language: 'apache', text: `RedirectMatch 404 "^${a.path}$"` },
			],
		}),
		...COMMON,
		reproduce: (a: Shown) => `curl -sS ${a.url} | grep -o 'PHP Version [0-9.]*' | head -1`,
	},
	'actuator-secrets': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(120),
		says: (a: Shown) =>
			`Anybody can download ${a.url}: ${a.what}${a.names.length > 0 ? ` (${namesInWords(a)})` : ''}.`,
		impact:
			'Passwords of the database, keys of payment and mail services: whoever asks has them, and bots ask every host.',
		fix: spring('Close the management endpoints, and replace every secret that they showed'),
		...COMMON,
		reproduce: (a: Shown) => `curl -sS -o /dev/null -w '%{http_code} %{content_type}\\n' ${a.url}`,
	},
	actuator: {
		outcome: 'fail',
		severity: { oneOf: ['high', 'info'], pick: actuatorSeverity },
		effort: minutes(30),
		says: (a: Shown) =>
			`Anybody can open ${a.url}: ${a.what}${a.names.length > 0 ? ` (${namesInWords(a)})` : ''}.`,
		impact: (a: Shown) =>
			actuatorSeverity(a) === 'info'
				? 'It shows no more than that the program runs, which is Spring Boot’s own default.'
				: 'It leads strangers to endpoints that show the program’s inside, and to some that change it.',
		fix: spring('Expose no more than health to the public'),
		...COMMON,
	},
	metrics: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		says: (a: Shown) => `Anybody can open ${a.url}: ${a.what}.`,
		impact:
			'Strangers read how many customers, orders and errors you have, which paths and inner services there are, ' +
			'and see at once whether an attack works.',
		fix: (a: Shown) =>
			localOnly(
				a,
				'Serve metrics to your monitoring alone',
				'Best on a port of their own that only your network reaches.',
			),
		...COMMON,
	},
	'debug-console': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(60),
		says: (a: Shown) => `${where(a)}.`,
		impact:
			'A stranger runs commands on your server, or reads its passwords and keys off a page, and owns your customers’ data.',
		fix: production(
			'Switch the debugger off today, and replace every secret of this program',
			'Replace the program’s secret key and every password and key of its environment.',
		),
		...COMMON,
	},
	'debug-page': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		says: (a: Shown) => `${where(a)}.`,
		impact:
			'Customers meet source code instead of an apology, and attackers read paths, versions, settings and queries.',
		fix: production('Run it in production mode, without debug pages'),
		...COMMON,
	},
	'development-server': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(60),
		says: (a: Shown) => `${a.host} runs ${a.what} for the public (${a.url}).`,
		impact:
			'Every page is built anew for every visitor, slowly, and the server gives source files away; some versions ' +
			'give any file of the machine.',
		fix: production('Deploy a build'),
		...COMMON,
	},
	'trace-method': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: { url: string }) => `${a.url} answers TRACE, and sends the request back.`,
		impact:
			'Together with another weakness it shows a script what browsers hide from it: cookies, and headers that ' +
			'proxies add.',
		fix: perPlatform('Refuse TRACE', {
			apache: 'TraceEnable off',
			nginx: 'if ($request_method = TRACE) { return 405; }',
			caddy: '@trace method TRACE\nrespond @trace 405',
			cloudflare: 'Security > WAF > Custom rules > Block:\n(http.request.method eq "TRACE")',
			express:
				"app.trace('/*splat', (req, res) => res.sendStatus(405)); // Express 4: app.trace('*', …)",
		}),
		control: 'The answer held a header field that was made up for this request.',
		reproduce: (a: { url: string }) => `curl -sS -X TRACE -H 'X-Test: 1' ${a.url}`,
	},
	'risky-methods': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(15),
		says: (a: { url: string; methods: readonly string[] }) =>
			`${a.url} says that it takes ${a.methods.join(', ')} (Allow, in answer to OPTIONS); none was tried.`,
		impact:
			'If it does, a stranger puts files on the server or deletes them; a page has no use for these methods.',
		fix: perPlatform('Take no method on pages but GET, HEAD and POST', {
			nginx: 'limit_except GET HEAD POST { deny all; }',
			apache: '<LimitExcept GET HEAD POST>\n  Require all denied\n</LimitExcept>\nDav Off',
			caddy: '@others not method GET HEAD POST OPTIONS\nrespond @others 405',
			azure:
				'<system.webServer><security><requestFiltering><verbs>\n  <add verb="PUT" allowed="false" />\n  <add verb="DELETE" allowed="false" />\n  <add verb="DEBUG" allowed="false" />\n</verbs></requestFiltering></security></system.webServer>',
		}),
		confidence: 'medium',
		reproduce: (a: { url: string }) => `curl -sS -i -X OPTIONS ${a.url} | grep -i '^allow:'`,
	},
} satisfies Verdicts;
