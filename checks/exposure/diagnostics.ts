import {
	assetText,
	at,
	cannotSay,
	controlInWords,
	defineCheck,
	type Fact,
	type HttpMethods,
	httpMethods,
	isHtmlDiagnostic,
	type Judgement,
	known,
	optional,
	type Probed,
	type Probes,
	recogniseDevelopmentScript,
	recogniseDiagnostic,
	recogniseErrorPage,
	type Say,
	type Site,
	type SiteAnswer,
	type SitePages,
	siteAnswer,
	sitePages,
	sites,
	unknown,
	z,
} from '../../src/sdk.ts';
import { DIAGNOSTICS_VERDICTS, type Shown } from './_diagnostics-verdicts.ts';
import { concluded, foundFiles } from './_found-files.ts';
import { answered, type PathList, probed, probes, probesOf, twinned } from './_probed-paths.ts';

const PATHS: PathList = {
	usual: [
		'/server-status?auto',
		'/phpinfo.php',
		'/info.php',
		'/actuator',
		'/actuator/env',
		'/metrics',
	],
	deep: [
		'/server-info',
		'/nginx_status',
		'/status?full',
		'/test.php',
		'/i.php',
		'/actuator/heapdump',
		'/console',
		'/_profiler/empty/search/results',
		'/_debugbar/open',
		'/telescope',
		'/horizon',
		'/elmah.axd',
		'/trace.axd',
		'/debug/pprof/',
		'/debug/vars',
		'/@vite/client',
		'/webpack-dev-server',
		'/_next/static/development/_devPagesManifest.json',
	],
};

type Verdict = keyof typeof DIAGNOSTICS_VERDICTS;

export default defineCheck({
	id: 'exposure/diagnostics',
	title: 'Nobody outside sees the inside of the program',
	rationale:
		'Status pages, debuggers and management endpoints are made for the team. Open to the public they show ' +
		'passwords, visitors and source code, and some of them run commands.',
	references: [
		'CWE-215, CWE-489, CWE-497',
		'OWASP Web Security Testing Guide, WSTG-CONF-02 and WSTG-CONF-06',
		'RFC 9110 §9.3.8 (TRACE)',
		'Spring Boot, Actuator',
	],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: DIAGNOSTICS_VERDICTS,

	needs: ({ subject }) => ({
		probes: probesOf(subject, PATHS),
		start: optional(siteAnswer({ host: subject.name })),
		pages: optional(sitePages({ host: subject.name, login: subject.login })),
		methods: optional(httpMethods({ host: subject.name, seed: subject.seed, ask: subject.deep })),
	}),

	judge({ given, subject, say }): readonly Judgement<Verdict>[] {
		const { origin, controls, paths } = given.probes;
		const host = subject.name;
		const atPaths = foundFiles(given.probes, recogniseDiagnostic, isHtmlDiagnostic).map(
			({ told, seen }) => {
				const shown = { host, status: 200, ...told, ...seen };
				return at({ kind: 'url', name: told.url }, say(seen.kind, shownOf(shown)));
			},
		);
		const found = [
			...atPaths,
			...inErrors([...startOf(given.start), ...controls, ...paths], host, say),
			...inScripts(given.pages, host, say),
			...ofMethods(given.methods, subject, say),
		];
		return concluded(found, given.probes, () =>
			say('none-open', { origin, paths: paths.length, control: controlInWords(controls) }),
		);
	},

	examples: (example) => [
		example('nothing open', giving(), 'none-open'),
		example(
			'Apache’s status',
			giving(['/server-status?auto', 200, 'Total Accesses: 1\nBusyWorkers: 2']),
			'server-status',
		),
		example(
			'the same as a page',
			giving(['/server-status?auto', 200, '<html>\nTotal Accesses: 1']),
			'none-open',
		),
		example(
			'nginx’s status',
			giving(['/nginx_status', 200, 'Active connections: 2 \n']),
			'server-status',
		),
		example('phpinfo()', giving(['/info.php', 200, PHP_INFO]), 'php-info'),
		example(
			'a tutorial about it',
			giving(['/info.php', 200, '<html><p>Look for PHP Version 8.2 and PHP Extension']),
			'none-open',
		),
		example(
			'settings with values',
			giving(['/actuator/env', 200, env('jdbc:x')]),
			'actuator-secrets',
		),
		example(
			'settings with hidden values',
			giving(['/actuator/env', 200, env('******')]),
			'actuator',
		),
		example(
			'a dump of the memory',
			giving(['/actuator/heapdump', 206, 'JAVA PROFILE 1.0.2\0']),
			'actuator-secrets',
		),
		example('management endpoints', giving(['/actuator', 200, links('self', 'env')]), 'actuator'),
		example(
			'Spring Boot’s default',
			giving(['/actuator', 200, links('self', 'health')]),
			'actuator',
		),
		example(
			'metrics',
			giving(['/metrics', 200, '# HELP up Up.\n# TYPE up gauge\nup 1\n']),
			'metrics',
		),
		example(
			'a page about metrics',
			giving(['/metrics', 200, '<!doctype html>\n# HELP up Up.\nup 1']),
			'none-open',
		),
		example(
			'the same for every name in the folder',
			{ ...giving(), probes: probes([twinned(probed('/metrics', 200, METRICS), 200, METRICS)]) },
			'none-open',
		),
		example(
			'the same for every path',
			{
				...giving(),
				probes: probes([probed('/metrics', 200, METRICS)], (path) => answered(path, 200, METRICS)),
			},
			'none-open',
		),
		example(
			'Werkzeug’s debugger',
			failing('<script>EVALEX = true, SECRET = "x";'),
			'debug-console',
		),
		example('Werkzeug’s traceback', failing('<script>EVALEX = false;'), 'debug-page'),
		example(
			'Laravel with its environment',
			failing('/vendor/laravel/framework/src/Illuminate/ APP_KEY'),
			'debug-console',
		),
		example('Django', failing('because you have <code>DEBUG = True</code> in your'), 'debug-page'),
		example(
			'a page that was found, with the same words',
			{
				...giving(),
				probes: probes([], (path) =>
					answered(path, 200, 'because you have <code>DEBUG = True</code>'),
				),
			},
			'none-open',
		),
		example(
			'the start page fails with a traceback',
			{
				...giving(),
				start: known(answering(500, 'at Layer.handle [as handle_request] (/app/x.js:1:1)')),
			},
			'debug-page',
		),
		example(
			'Vite’s client',
			giving(['/@vite/client', 200, 'import "x"; createHotContext()']),
			'development-server',
		),
		example(
			'a script of webpack’s server',
			{
				...giving(),
				pages: loading(
					'/static/js/bundle.js',
					'"./node_modules/webpack-dev-server/client/index.js"',
				),
			},
			'development-server',
		),
		example(
			'a build',
			{ ...giving(), pages: loading('/static/js/bundle.js', '(()=>{})()') },
			'none-open',
		),
		example(
			'TRACE is echoed',
			{ ...giving(), methods: offering({ echoesTrace: true }) },
			'trace-method',
		),
		example(
			'TRACE is refused',
			{ ...giving(), methods: offering({ echoesTrace: false }) },
			'none-open',
		),
		example(
			'PUT on a page',
			{ ...giving(), methods: offering({ allowed: ['GET', 'PUT'] }) },
			'risky-methods',
		),
		example(
			'PUT on an API',
			{ ...giving(), methods: offering({ allowed: ['GET', 'PUT'] }) },
			'none-open',
			API,
		),
		example(
			'DEBUG on an API',
			{ ...giving(), methods: offering({ allowed: ['DEBUG'] }) },
			'risky-methods',
			API,
		),
		example(
			'methods that nobody could look at',
			{ ...giving(), methods: unknown('denied', 'a bot wall') },
			'unknown',
			{ subject: { deep: true } },
		),
		example(
			'methods that were not seen',
			{ ...giving(), methods: offering({ unseen: 'no answer' }) },
			'unknown',
		),
		example(
			'asked to slow down',
			{
				...giving(),
				probes: probes([
					{
						...probed('/metrics', 429),
						unseen: { because: 'denied', detail: 'it asks us to slow down (429)' },
					},
				]),
			},
			'unknown',
		),
	],
});

type Saying = Say<typeof DIAGNOSTICS_VERDICTS>;

function shownOf({ host, url, path, what, made, names, control, status }: Shown): Shown {
	return { host, url, path, what, made, names, control, status };
}

type Seen = Pick<Probed, 'url' | 'path' | 'status' | 'bytes'>;

function startOf(start: Fact<SiteAnswer>): readonly Seen[] {
	if (start.status !== 'known') return [];
	const { url, answer } = start.value;
	const { pathname: path } = new URL(url);
	return [{ url, path, status: answer.status, bytes: answer.body.bytes.slice(0, MOST_BYTES) }];
}

/** As much as of every other path. */
const MOST_BYTES = 65_536;

/** What the host answers errors with: one page, as they come from one setting. */
function inErrors(all: readonly Seen[], host: string, say: Saying): readonly Judgement<Verdict>[] {
	for (const { url, path, status, bytes } of all) {
		const seen = status !== null && status >= 400 ? recogniseErrorPage(bytes) : null;
		if (seen === null || status === null) continue;
		const control = `${path} answered ${status}; a page that was found is never taken for an error page.`;
		return [say(seen.kind, shownOf({ host, url, path, control, status, ...seen }))];
	}
	return [];
}

/** A development server gives itself away by the scripts that it puts into its pages. */
function inScripts(
	pages: Fact<SitePages>,
	host: string,
	say: Saying,
): readonly Judgement<Verdict>[] {
	if (pages.status !== 'known') return [];
	for (const asset of pages.value.assets) {
		const text = asset.kind === 'script' ? assetText(asset) : null;
		const seen = text === null ? null : recogniseDevelopmentScript(asset.url, text);
		if (seen === null) continue;
		const { url } = asset;
		const control = 'The page itself loads this script, and it is a program and no page.';
		const path = new URL(url).pathname;
		return [say(seen.kind, shownOf({ host, url, path, control, status: 200, ...seen }))];
	}
	return [];
}

/** Programs that take PUT and DELETE on purpose are no pages. */
const RISKY = { page: ['PUT', 'DELETE', 'DEBUG'], other: ['DEBUG'] } as const;

function ofMethods(
	methods: Fact<HttpMethods>,
	{ context, deep }: Site,
	say: Saying,
): readonly Judgement<Verdict>[] {
	if (methods.status === 'unknown' && deep) {
		return [cannotSay(methods.because, methods.detail, 'later')];
	}
	if (methods.status !== 'known') return [];
	const { url, echoesTrace, allowed, unseen } = methods.value;
	const wanted: readonly string[] = context.kind === 'page' ? RISKY.page : RISKY.other;
	const risky = (allowed ?? []).filter((one) => wanted.includes(one));
	return [
		...(echoesTrace === true ? [say('trace-method', { url })] : []),
		...(risky.length > 0 ? [say('risky-methods', { url, methods: risky })] : []),
		...(unseen === null ? [] : [cannotSay('inconclusive', unseen, 'later')]),
	];
}

const API = {
	subject: { context: { standing: 'named', stage: 'production', kind: 'api', forms: 'no' } },
} as const;

const METRICS = '# HELP up Up.\n# TYPE up gauge\nup 1\n';

const PHP_INFO =
	'<html><h1 class="p">PHP Version 8.2.1</h1><tr><td class="e">PHP Extension </td><td class="v">2022';

function env(value: string): string {
	return `{"propertySources":[{"name":"x","properties":{"spring.datasource.url":{"value":"${value}"}}}]}`;
}

function links(...names: readonly string[]): string {
	return `{"_links":{${names.map((name) => `"${name}":{"href":"https://example.com/actuator"}`).join(',')}}}`;
}

interface Given {
	readonly probes: Probes;
	readonly start: Fact<SiteAnswer>;
	readonly pages: Fact<SitePages>;
	readonly methods: Fact<HttpMethods>;
}

function answering(status: number, bytes: string): SiteAnswer {
	const timing = { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 };
	return {
		url: 'https://example.com/',
		answer: {
			kind: 'answered',
			status,
			headers: [],
			body: { bytes, truncated: false, sha256: '' },
			address: '203.0.113.1',
			tls: null,
			timing,
		},
	};
}

function giving(
	...paths: readonly (readonly [path: string, status: number, bytes: string])[]
): Given {
	return {
		probes: probes(paths.map(([path, status, bytes]) => probed(path, status, bytes))),
		start: known(answering(200, '<!doctype html>')),
		pages: known({ pages: [], assets: [], passedOver: 0 }),
		methods: offering({}),
	};
}

/** Random paths give this. */
function failing(bytes: string): Given {
	return { ...giving(), probes: probes([], (path) => answered(path, 404, bytes)) };
}

function loading(path: string, text: string): Fact<SitePages> {
	const { answer } = answering(200, text);
	const asset = {
		url: `https://example.com${path}`,
		kind: 'script',
		answer,
		unseen: null,
	} as const;
	return known({ pages: [], assets: [asset], passedOver: 0 });
}

function offering(methods: Partial<HttpMethods>): Fact<HttpMethods> {
	const nothing = { echoesTrace: null, allowed: null, unseen: null };
	return known({ url: 'https://example.com/', ...nothing, ...methods });
}
