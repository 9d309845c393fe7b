import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	HEALTH_PATHS,
	type HealthSurvey,
	type HealthView,
	healthHosts,
	healthView,
	type Judgement,
	type Say,
	z,
} from '../../src/sdk.ts';
import { faultsOf } from './_health-faults.ts';
import { look, OPERATIONS, seen, survey } from './_health-samples.ts';
import { HEALTH_VERDICTS } from './_health-verdicts.ts';

type Verdict = keyof typeof HEALTH_VERDICTS & string;
type Words = Say<typeof HEALTH_VERDICTS>;

export default defineCheck({
	id: 'monitoring/health',
	title: 'An address says honestly whether the product works',
	rationale:
		'Monitors, load balancers and platforms ask one address. Where it is not there, or answers 200 whatever happens, an outage is found by customers.',
	references: [
		'https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06',
		'RFC 9111 §5.1 (Age) and §5.2.2.5 (no-store)',
		'CWE-200',
	],
	reach: 'upkeep',
	layer: 'content',
	over: healthHosts,
	options: z.object({}),

	verdicts: HEALTH_VERDICTS,

	needs: ({ subject: { survey, repo } }) => ({ view: healthView({ survey, repo }) }),

	judge({ given: { view }, say }) {
		const code = constantCode(view, say);
		if (view.survey === null) return code ?? withoutHost(view);
		const { endpoints } = view.survey;
		const framework = view.operations?.framework ?? null;
		const faults = endpoints.flatMap((one) => [
			...faultsOf(one, view.survey ?? NO_SURVEY, { say, framework }),
			...(one.state === 'unseen' ? [cannotSay(one.because ?? 'inconclusive', one.detail)] : []),
		]);
		const isShown = faults.some(({ verdict }) => verdict === 'always-ok');
		const all = [...faults, ...(code === null || isShown ? [] : [code])];
		if (endpoints.length === 0) return [...absent(view, view.survey, say), ...all];
		if (all.length > 0) return all;
		return say('sound', { urls: endpoints.map(({ url }) => url).join(', ') });
	},

	examples: (example) => [
		example('one that works', { view: survey([seen()]) }, 'sound'),
		example(
			'one that says nothing',
			{ view: survey([seen({ looks: [look({ says: null })] })]) },
			'sound',
		),
		example(
			'a constant one for liveness',
			{
				view: survey([seen({ url: 'https://api.example.com/livez', sort: 'liveness' })], {
					broken: [{ url: 'https://api.example.com/', status: 500 }],
				}),
			},
			'sound',
		),
		example('nothing on an API', { view: survey([]) }, 'missing'),
		example(
			'declared, and not there',
			{
				view: survey([seen({ state: 'missing', looks: [look({ status: 404 })] })]),
			},
			'missing',
		),
		example('a site of files', { view: survey([], { backEnd: null }) }, 'not-applicable'),
		example(
			'a site of files whose repository holds a server',
			{
				view: { ...survey([], { backEnd: null }), operations: OPERATIONS },
			},
			'missing',
		),
		example(
			'an app’s page at every path',
			{
				view: survey([], {
					backEnd: null,
					shell: { url: 'https://api.example.com/health', isApp: true },
				}),
			},
			'page-shell',
		),
		example(
			'pages at every path, and nothing behind',
			{
				view: survey([], {
					backEnd: null,
					shell: { url: 'https://api.example.com/health', isApp: false },
				}),
			},
			'not-applicable',
		),
		example(
			'declared, and the app’s page',
			{ view: survey([seen({ state: 'shell' })]) },
			'page-shell',
		),
		example(
			'well while the start page fails',
			{
				view: survey([seen()], { broken: [{ url: 'https://api.example.com/', status: 500 }] }),
			},
			'always-ok',
		),
		example(
			'a constant in code',
			{
				view: { ...survey([seen()]), operations: OPERATIONS, handler: 'constant' },
			},
			'always-ok',
		),
		example(
			'a constant, and no database',
			{
				view: {
					...survey([seen()]),
					operations: { ...OPERATIONS, databases: [] },
					handler: 'constant',
				},
			},
			'sound',
		),
		example(
			'a body that says down',
			{
				view: survey([
					seen({ state: 'contradicts', looks: [look({ says: 'down', words: 'status: "down"' })] }),
				]),
			},
			'status-contradicts-body',
		),
		example(
			'503 twice',
			{
				view: survey([
					seen({ state: 'failing', looks: [look({ status: 503 }), look({ status: 503 })] }),
				]),
			},
			'failing',
		),
		example(
			'503 once',
			{
				view: survey([
					seen({
						state: 'unseen',
						because: 'inconclusive',
						detail: 'https://api.example.com/health answered 503 and then 200',
						looks: [look({ status: 503 }), look({})],
					}),
				]),
			},
			'unknown',
		),
		example(
			'an Age',
			{ view: survey([seen({ looks: [look({}), look({ cache: 'Age: 7' })] })]) },
			'cached',
		),
		example(
			'a moment that stays',
			{
				view: survey([seen({ looks: [look({ time: FINE }), look({ time: FINE })] })]),
			},
			'cached',
		),
		example(
			'a moment that stays for a second',
			{
				view: survey([seen({ looks: [look({ time: WHOLE }), look({ time: WHOLE })] })]),
			},
			'sound',
		),
		example(
			'a moment of last year',
			{
				view: survey([
					seen({
						looks: [
							look({ time: WHOLE, dateAt: WHOLE.at + 31_000 }),
							look({ time: WHOLE, dateAt: WHOLE.at + 31_000 }),
						],
					}),
				]),
			},
			'cached',
		),
		example(
			'a machine’s name',
			{
				view: survey([seen({ leaks: [{ kind: 'machine', text: 'hostname: ip-10-0-3-4' }] })]),
			},
			'leaks-detail',
		),
		example(
			'a secret',
			{
				view: survey([seen({ secrets: ['a password of PostgreSQL'] })]),
			},
			'leaks-detail',
		),
		example(
			'a redirect',
			{
				view: survey([
					seen({
						state: 'redirects',
						looks: [look({ status: 301 })],
						location: 'https://api.example.com/health/',
					}),
				]),
			},
			'redirects',
		),
		example(
			'a login',
			{
				view: survey([seen({ state: 'needs-login', looks: [look({ status: 401 })] })]),
			},
			'needs-login',
		),
		example('one second', { view: survey([timed(1_000, 1_000, 1_000)]) }, 'sound'),
		example('more than one second', { view: survey([timed(1_001, 1_001, 1_001)]) }, 'slow'),
		example('slow twice, and quick then', { view: survey([timed(1_500, 1_001, 200)]) }, 'slow'),
		example(
			'a gatekeeper',
			{
				view: survey([], {
					unseen: [{ because: 'denied', detail: 'https://api.example.com/health: a bot wall' }],
				}),
			},
			'unknown',
		),
		example(
			'a route at a path of its own',
			{
				view: {
					...survey([]),
					operations: {
						...OPERATIONS,
						healthRoute: { what: '/internal/health', file: 'src/server.ts', line: 3 },
					},
				},
			},
			'unknown',
		),
		example(
			'a repository alone',
			{ view: { survey: null, operations: OPERATIONS, handler: 'asks' } },
			'not-applicable',
		),
	],
});

const FINE = {
	key: 'timestamp',
	text: '2030-01-01T00:00:00.123Z',
	at: 1_893_456_000_123,
	isFine: true,
};
const WHOLE = {
	key: 'timestamp',
	text: '2030-01-01T00:00:00Z',
	at: 1_893_456_000_000,
	isFine: false,
};

const timed = (...all: readonly number[]) => seen({ looks: all.map((tookMs) => look({ tookMs })) });

const NO_SURVEY = survey([]).survey;

/** A handler that answers the same whatever happens, beside a database that the product surely has. */
function constantCode({ operations, handler }: HealthView, say: Words) {
	const route = operations?.healthRoute;
	const database = operations?.databases.find(({ isSure }) => isSure);
	if (handler !== 'constant' || !route || database === undefined) return null;
	const { file, line } = route;
	return at(
		{ kind: 'file', name: file, file, line },
		say('always-ok', {
			url: '',
			framework: operations?.framework ?? null,
			broken: '',
			status: 0,
			place: `${file}:${line}`,
			database: `${database.what} in ${database.file}`,
		}),
	);
}

function withoutHost({ operations }: HealthView) {
	return doesNotApply(
		operations?.kind === 'server'
			? 'No host was audited: what answers there was not asked.'
			: 'The repository holds no server.',
	);
}

/** No endpoint was found. */
function absent(view: HealthView, found: HealthSurvey, say: Words): readonly Judgement<Verdict>[] {
	const { operations } = view;
	const { host, shell, unseen, control } = found;
	const framework = operations?.framework ?? null;
	const isServer = operations?.kind === 'server';
	const backEnd =
		found.backEnd ?? (isServer ? `the repository holds a server: ${operations.because}` : null);
	const own = operations?.healthRoute;
	if (shell !== null) {
		if (backEnd === null && !shell.isApp) return [doesNotApply(noBackEnd(host))];
		const { url } = shell;
		return [at({ kind: 'url', name: url }, say('page-shell', { url, framework, control }))];
	}
	const [first] = unseen;
	if (first !== undefined) return [cannotSay(first.because, first.detail, 'later')];
	if (backEnd === null) return [doesNotApply(noBackEnd(host))];
	if (own && own.what !== '' && !HEALTH_PATHS.some((path) => path === own.what)) {
		const words = `${own.file}:${own.line} answers ${own.what}, which was not asked: name it with --health.`;
		return [cannotSay('inconclusive', words, 'later')];
	}
	return [say('missing', { host, declared: '', status: 0, backEnd, control, framework })];
}

function noBackEnd(host: string): string {
	return `${host} shows no back end (no session, no JSON, no form of its own): there is nothing whose health could be asked.`;
}
