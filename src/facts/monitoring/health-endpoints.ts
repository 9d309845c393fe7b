import { z } from 'zod';
import { atOnce } from '../../core/at-once.ts';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type UnknownReason,
	unknown,
} from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';
import { isWithin } from '../dns/ancestry.ts';
import { botWall } from '../web/bot-wall.ts';
import {
	bodyText,
	httpAnswer,
	httpExchange,
	type SeenAnswer,
	type SeenOutcome,
} from '../web/http.ts';
import { type Site, SiteParams, siteParams, sites } from '../web/sites.ts';
import { backEndOf } from './back-end.ts';
import { type HealthLeak, healthLeaks } from './health-leaks.ts';
import {
	type HealthLook,
	healthLook,
	isHealthAnswer,
	isSameAnswer,
	locationOf,
} from './health-look.ts';

/** What a health endpoint was seen to be, over the requests that were made. */
export type HealthState =
	/** A success each time, and nothing in the body against it. */
	| 'up'
	/** A success by its status, and its body says down. */
	| 'contradicts'
	/** 5xx twice. */
	| 'failing'
	/** What a random path gets too. */
	| 'shell'
	/** Declared, and 404, 410 or another 4xx. */
	| 'missing'
	| 'redirects'
	/** 401 or 403. */
	| 'needs-login'
	/** Not seen, or once this and once that; `detail` says why. */
	| 'unseen';

/** An address that says whether the product lives. Its name is its URL. */
export interface HealthEndpoint
	extends Subject<{
		/** `declared` by the user, or `found` at one of the usual paths. */
		standing: 'declared' | 'found';
		/**
		 * By its path: `liveness` answers for the process alone, `readiness` for what it needs; `health` is
		 * any other.
		 */
		sort: 'liveness' | 'readiness' | 'health';
	}> {
	readonly url: string;
	readonly host: string;
	readonly state: HealthState;
	/** In the order asked; empty where it was not seen. */
	readonly looks: readonly HealthLook[];
	/** Where a redirect leads; `null` without one. */
	readonly location: string | null;
	readonly leaks: readonly HealthLeak[];
	/** What the secrets are that it shows, never their values. */
	readonly secrets: readonly string[];
	/** Why it was not seen, and of what kind that is; both empty where it was. */
	readonly because: UnknownReason | null;
	readonly detail: string;
}

/** What one host says of its health. */
export interface HealthSurvey {
	readonly host: string;
	/** What a path gets that nobody can have published, in words. */
	readonly control: string;
	readonly endpoints: readonly HealthEndpoint[];
	/** Usual paths that were not seen, with the reason. */
	readonly unseen: readonly { readonly because: UnknownReason; readonly detail: string }[];
	/** Every usual path gets the page that random ones get, with success; `isApp`: that of a program. */
	readonly shell: { readonly url: string; readonly isApp: boolean } | null;
	/** What shows that the host has a program behind it, in words; `null` where nothing does. */
	readonly backEnd: string | null;
	/** Addresses of the host that customers need and that answer 5xx, twice. */
	readonly broken: readonly { readonly url: string; readonly status: number }[];
}

/** Paths that frameworks, platforms and custom give it, the likeliest first. */
export const HEALTH_PATHS = [
	'/health',
	'/healthz',
	'/api/health',
	'/status',
	'/up',
	'/livez',
	'/readyz',
] as const;

const AT_ONCE = 3;
/** Further looks cost requests: so many endpoints of a host get them. */
const MOST_JUDGED = 3;
/** A monitor's probe gives up after some seconds; a host that held up every path would be slow itself. */
const LONGEST_MS = 5_000;
const MOST_BYTES = 65_536;
/** Above this, a third look tells whether it is so. */
export const SLOW_MS = 1_000;

export const HealthSurveyParams = z.object({
	host: z.string(),
	/** The audited domain: what lies outside it is asked as a third party. */
	own: z.string(),
	seed: z.string(),
	login: z.string().nullable(),
	isApi: z.boolean(),
	/** URLs on this host; the usual paths are tried where there are none. */
	declared: z.array(z.string()),
	/** Other URLs on this host that the user named. */
	routes: z.array(z.string()),
});
type Params = z.infer<typeof HealthSurveyParams>;

/** A production host of the target, with what was said of its health. */
export interface HealthHost extends Subject<{ kind: 'page' | 'api' | 'repository' }> {
	/** `null` where a repository alone was given. */
	readonly survey: Params | null;
	/** Absolute path of the repository: at the API's host, else the first; `null` elsewhere. */
	readonly repo: string | null;
}

const HostParams = SiteParams.extend({ health: z.array(z.string()), repo: z.string().nullable() });

type HealthTarget = Parameters<typeof siteParams>[0] & Pick<Target, 'health' | 'repo'>;

const hostParams = (target: HealthTarget) => ({
	...siteParams(target),
	health: [...(target.health ?? [])],
	repo: target.repo,
});

const SAMPLE_PARAMS: Params = {
	host: 'api.example.com',
	own: 'example.com',
	seed: '0'.repeat(16),
	login: null,
	isApi: true,
	declared: [],
	routes: [],
};

/**
 * The hosts whose health is asked: those of the declared endpoints; where none was declared, the audited
 * name, named hosts, app and api, as far as they are in production and serve something themselves. A
 * repository alone is one subject.
 */
export const healthHosts = defineSubjects({
	name: 'monitoring.health-hosts',
	params: HostParams,
	from: hostParams,
	sample: {
		kind: 'host',
		name: 'api.example.com',
		context: { kind: 'api' },
		survey: SAMPLE_PARAMS,
		repo: null,
	} satisfies HealthHost as HealthHost,
	async derive({ health, repo, ...params }, get): Promise<Fact<readonly HealthHost[]>> {
		const { domain, seed } = params;
		if (domain === null) {
			return known(repo === null ? [] : [repositoryAlone(repo)]);
		}
		const own = params.registrable ?? domain;
		const found = await get(sites(params));
		if (found.status !== 'known') return found;
		const byHost = new Map<string, string[]>();
		for (const url of health) {
			const { hostname } = new URL(url);
			byHost.set(hostname, [...(byHost.get(hostname) ?? []), url]);
		}
		const names =
			byHost.size > 0
				? [...byHost.keys()]
				: found.value.filter((site) => isAsked(site, found.value)).map(({ name }) => name);
		const isApiAt = (name: string) =>
			found.value.some((one) => one.name === name && one.context.kind === 'api');
		// A repository with a server is the API's, where there is one.
		const home = names.find(isApiAt) ?? names[0];
		return known(
			names.map((name): HealthHost => {
				const site = found.value.find((one) => one.name === name);
				const isApi = isApiAt(name);
				return {
					kind: 'host',
					name,
					context: { kind: isApi ? 'api' : 'page' },
					survey: {
						host: name,
						own,
						seed,
						login: site?.login ?? null,
						isApi,
						declared: byHost.get(name) ?? [],
						routes: params.endpoints.filter((url) => new URL(url).hostname === name),
					},
					repo: name === home ? repo : null,
				};
			}),
		);
	},
});

function repositoryAlone(repo: string): HealthHost {
	const name = repo.split('/').findLast((part) => part !== '') ?? repo;
	return { kind: 'repository', name, context: { kind: 'repository' }, survey: null, repo };
}

/** Twins and back offices are the same program, or nobody's launch. */
function isAsked({ context, name }: Site, all: readonly Site[]): boolean {
	if (context.stage !== 'production') return false;
	if (context.kind === 'redirect' || context.kind === 'file') return false;
	if (context.standing === 'guessed') return /^(?:app|api)\./.test(name);
	if (context.standing !== 'www') return true;
	const apex = all.find((one) => one.context.standing === 'apex');
	return apex?.context.kind === 'redirect';
}

/**
 * Asks one host for its health: a random path first, then the usual ones or those declared, three in
 * flight, one GET each, no redirect followed but one that only adds a slash. The first three that answer
 * are asked again; one that took a second both times a third time. Start page and named endpoints that
 * answer 5xx are asked again too. The owner's log shows 9 to 13 requests. A host that does not answer
 * is as `httpAnswer` has it; a gatekeeper makes it unknown.
 */
export const healthSurvey = defineDerivation({
	name: 'monitoring.health',
	params: HealthSurveyParams,
	async derive(params, get): Promise<Fact<HealthSurvey>> {
		const origins = [...new Set(params.declared.map((url) => new URL(url).origin))];
		const origin = origins[0] ?? `https://${params.host}`;
		const control = await ask(`${origin}/lr-${params.seed}`, get, params);
		if (control.status !== 'known') return control;
		if (control.value.kind === 'failed') return unanswered(params, control.value.detail, get);
		const wall = botWall(control.value);
		if (wall !== null) return unknown('denied', `${params.host}: ${wall}`);
		const asked = await askAll(params, control.value, get);
		return surveyOf(params, { control: control.value, origin, asked }, get);
	},
});

/** Every health endpoint of the target, the declared ones first; the members of `healthHosts` that answer. */
export const healthEndpoints = defineSubjects({
	name: 'monitoring.health-endpoints',
	params: HostParams,
	from: hostParams,
	sample: {
		...endpointAt('https://api.example.com/health', 'found'),
		state: 'up',
		detail: '',
		because: null,
	} satisfies HealthEndpoint as HealthEndpoint,
	async derive(params, get): Promise<Fact<readonly HealthEndpoint[]>> {
		const all = await get(healthHosts(params));
		if (all.status !== 'known') return all;
		const surveys = await Promise.all(
			all.value.map(async ({ survey }) => {
				if (survey === null) return [];
				const found = await get(healthSurvey(survey));
				if (found.status === 'known') return found.value.endpoints;
				// What the user declared stays an endpoint, whether or not its host was seen.
				const because = found.status === 'unknown' ? found.because : 'inconclusive';
				return survey.declared.map((url) => ({
					...endpointAt(url, 'declared'),
					because,
					detail: found.detail,
				}));
			}),
		);
		return known(surveys.flat());
	},
});

function ask(
	url: string,
	get: GetFact,
	{ own, again }: { readonly own: string; readonly again?: number },
): Promise<Fact<SeenOutcome>> {
	const limits = { maxBytes: MOST_BYTES, totalMs: LONGEST_MS };
	const elsewhere = isWithin(new URL(url).hostname, own) ? {} : { thirdParty: true };
	return get(httpExchange({ url, ...limits, ...elsewhere, ...(again !== undefined && { again }) }));
}

async function unanswered(
	{ host }: Params,
	detail: string,
	get: GetFact,
): Promise<Fact<HealthSurvey>> {
	const start = await get(httpAnswer({ url: `https://${host}/` }));
	if (start.status !== 'known') return start;
	return unknown('inconclusive', `${host} answers, and not on a random path: ${detail}`);
}

interface Asked {
	readonly url: string;
	/** `null` where it was not asked. */
	readonly outcome: Fact<SeenOutcome> | null;
	/** What a random path beside it gets. */
	readonly control: SeenAnswer;
}

async function askAll(
	params: Params,
	control: SeenAnswer,
	get: GetFact,
): Promise<readonly Asked[]> {
	const { host, declared, seed, own } = params;
	const urls =
		declared.length > 0 ? declared : HEALTH_PATHS.map((path) => `https://${host}${path}`);
	let isStopped = false;
	return atOnce(AT_ONCE, urls, async (url) => {
		if (isStopped) return { url, outcome: null, control };
		const outcome = await ask(url, get, { own });
		if (answerIn(outcome)?.status === 429) isStopped = true;
		return { url, outcome, control: await siblingOf({ url, outcome, control, seed, own }, get) };
	});
}

/** A folder may be another program, with an answer of its own for what it does not know. */
async function siblingOf(
	{ url, outcome, control, seed, own }: Asked & Pick<Params, 'seed' | 'own'>,
	get: GetFact,
): Promise<SeenAnswer> {
	const { origin, pathname } = new URL(url);
	const folder = pathname.replace(/[^/]*\/?$/, '');
	const answer = answerIn(outcome);
	if (folder === '/' || answer === null || answer.status === 404) return control;
	return answerIn(await ask(`${origin}${folder}lr-${seed}`, get, { own })) ?? control;
}

function answerIn(outcome: Fact<SeenOutcome> | null): SeenAnswer | null {
	if (outcome?.status !== 'known' || outcome.value.kind !== 'answered') return null;
	return outcome.value;
}

async function surveyOf(
	params: Params,
	{ control, origin, asked }: { control: SeenAnswer; origin: string; asked: readonly Asked[] },
	get: GetFact,
): Promise<Fact<HealthSurvey>> {
	const { host, declared } = params;
	const standing = declared.length > 0 ? 'declared' : 'found';
	const first = await Promise.all(asked.map((one) => firstLook(one, standing, params.own, get)));
	const present = first.filter((one) => standing === 'declared' || isThere(one));
	const endpoints = await judgeMost(present, params.own, get);
	const isShell =
		standing === 'found' &&
		endpoints.length === 0 &&
		first.length > 0 &&
		first.every(({ state, looks }) => state === 'shell' && isSuccess(looks[0]?.status));
	const unseen = first
		.filter(({ state }) => state === 'unseen' && standing === 'found')
		.map(({ because, detail }) => ({ because: because ?? 'inconclusive', detail }));
	if (endpoints.length === 0 && unseen.length === 0 && isRefusal(control.status)) {
		return unknown('denied', `${host} refuses every path (${control.status})`);
	}
	return known({
		host,
		control: `${origin}/lr-${params.seed} gave ${control.status}`,
		endpoints,
		unseen,
		shell: isShell ? { url: first[0]?.url ?? '', isApp: isAppShell(control) } : null,
		backEnd: endpoints.length > 0 ? null : await backEndOf(params, get),
		broken: await brokenRoutes(params, get),
	});
}

const isRefusal = (status: number): boolean => status === 401 || status === 403;
const isSuccess = (status: number | undefined): boolean =>
	status !== undefined && status >= 200 && status <= 299;

/** A page that a program fills: its text is short, and it loads scripts. */
function isAppShell(control: SeenAnswer): boolean {
	const html = bodyText(control);
	const text = html
		.replace(/<(script|style|noscript|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
		.replace(/<[^>]*>/g, ' ');
	return /<script\b[^>]*\bsrc\s*=/i.test(html) && text.replace(/\s+/g, ' ').trim().length < 40;
}

function isThere({ state }: HealthEndpoint): boolean {
	return state !== 'missing' && state !== 'shell' && state !== 'unseen';
}

async function firstLook(
	{ url, outcome, control }: Asked,
	standing: 'declared' | 'found',
	own: string,
	get: GetFact,
): Promise<HealthEndpoint> {
	const about = endpointAt(url, standing);
	const answer = answerIn(outcome);
	if (answer === null) return { ...about, ...reasonOf(url, outcome) };
	const wall = botWall(answer);
	if (wall !== null) return { ...about, because: 'denied', detail: `${url}: ${wall}` };
	const state = stateOf({ url, answer, control }, standing);
	const seen = { ...about, looks: [healthLook(answer)], because: null, detail: '' };
	if (state !== 'redirects') return { ...seen, state, ...tellsOf(answer, own) };
	const location = locationOf(answer, url);
	if (standing === 'declared') return { ...seen, state, location };
	// Only where it leads to an answer of its own does a redirect show that there is something.
	if (location !== `${url}/`) return { ...seen, state: 'missing', location };
	const behind = answerIn(await ask(location, get, { own }));
	const isReal = behind !== null && isSuccess(behind.status) && isHealthAnswer(behind, location);
	return { ...seen, state: isReal ? 'redirects' : 'missing', location };
}

function tellsOf(answer: SeenAnswer, own: string): Pick<HealthEndpoint, 'leaks' | 'secrets'> {
	if (answer.status >= 400 && answer.status < 500) return { leaks: [], secrets: [] };
	const real = (answer.secrets ?? []).filter(({ confidence }) => confidence !== 'low');
	const secrets = [...new Set(real.map(({ what }) => what))];
	return { leaks: healthLeaks(bodyText(answer), own), secrets };
}

function reasonOf(
	url: string,
	outcome: Fact<SeenOutcome> | null,
): Pick<HealthEndpoint, 'because' | 'detail'> {
	if (outcome === null) return { because: 'denied', detail: `${url} was not asked after a 429` };
	if (outcome.status === 'unknown') return { because: outcome.because, detail: outcome.detail };
	if (outcome.status === 'blocked') return { because: 'inconclusive', detail: outcome.detail };
	const { value } = outcome;
	const detail = value.kind === 'failed' ? value.detail : '';
	const isSilent = value.kind === 'failed' && value.how === 'silent';
	return { because: isSilent ? 'timeout' : 'inconclusive', detail: `${url}: ${detail}` };
}

/** After one answer; what a second one says is not in it. */
function stateOf(
	{ url, answer, control }: { url: string; answer: SeenAnswer; control: SeenAnswer },
	standing: 'declared' | 'found',
): HealthState {
	const { status } = answer;
	const isSame = isSameAnswer(answer, control, url);
	if (isSuccess(status)) {
		if (isSame) return 'shell';
		if (standing === 'found' && !isHealthAnswer(answer, url)) return 'missing';
		return healthLook(answer).says === 'down' ? 'contradicts' : 'up';
	}
	if (isSame && standing === 'found') return 'missing';
	if (status >= 500) return 'failing';
	if (isRefusal(status)) return 'needs-login';
	return status >= 300 && status <= 399 && status !== 304 ? 'redirects' : 'missing';
}

function endpointAt(url: string, standing: 'declared' | 'found'): HealthEndpoint {
	const { hostname, pathname } = new URL(url);
	return {
		kind: 'endpoint',
		name: url,
		context: { standing, sort: sortOf(pathname) },
		url,
		host: hostname,
		state: 'unseen',
		looks: [],
		location: null,
		leaks: [],
		secrets: [],
		because: 'inconclusive',
		detail: '',
	};
}

function sortOf(path: string): HealthEndpoint['context']['sort'] {
	if (/\/_?(?:livez?|liveness|alive|ping)\/?$/i.test(path)) return 'liveness';
	return /\/_?(?:readyz?|readiness|ready)\/?$/i.test(path) ? 'readiness' : 'health';
}

/** Those with something wrong first: it has to be seen twice. */
function urgency({ state }: HealthEndpoint): number {
	return ['failing', 'contradicts', 'up'].indexOf(state);
}

async function judgeMost(
	present: readonly HealthEndpoint[],
	own: string,
	get: GetFact,
): Promise<readonly HealthEndpoint[]> {
	const again = new Set(
		present
			.filter((one) => urgency(one) >= 0)
			.toSorted((one, two) => urgency(one) - urgency(two))
			.slice(0, MOST_JUDGED)
			.map(({ url }) => url),
	);
	return atOnce(AT_ONCE, present, (one) =>
		again.has(one.url) ? lookedAgain(one, own, get) : Promise.resolve(once(one)),
	);
}

/** Of what nobody asked twice, an error may be a passing one. */
function once(one: HealthEndpoint): HealthEndpoint {
	if (one.state !== 'failing') return one;
	const detail = `${one.url} answered ${one.looks[0]?.status} once`;
	return { ...one, state: 'unseen', because: 'budget', detail };
}

async function lookedAgain(
	one: HealthEndpoint,
	own: string,
	get: GetFact,
): Promise<HealthEndpoint> {
	const second = answerIn(await ask(one.url, get, { own, again: 1 }));
	if (second === null || botWall(second) !== null) return once(one);
	const looks = [...one.looks, healthLook(second)];
	const isSlow = looks.every(({ tookMs }) => tookMs > SLOW_MS);
	const third = isSlow ? answerIn(await ask(one.url, get, { own, again: 2 })) : null;
	const all = third === null ? looks : [...looks, healthLook(third)];
	const [first] = looks;
	const isFailing = second.status >= 500;
	const more = { ...one, looks: all };
	if (one.state === 'failing' && isFailing) return more;
	if (one.state === 'failing' || isFailing) {
		const detail = `${one.url} answered ${first?.status} and then ${second.status}`;
		return { ...more, state: 'unseen', because: 'inconclusive', detail };
	}
	return { ...more, ...tellsOf(second, own) };
}

async function brokenRoutes(
	{ host, routes }: Params,
	get: GetFact,
): Promise<HealthSurvey['broken']> {
	const urls = [...new Set([`https://${host}/`, ...routes.slice(0, 2)])];
	const found = await Promise.all(
		urls.map(async (url) => {
			const first = answerIn(await get(httpExchange({ url })));
			if (first === null || first.status < 500 || botWall(first) !== null) return [];
			const second = answerIn(await get(httpExchange({ url, again: 1 })));
			return second !== null && second.status >= 500 && botWall(second) === null
				? [{ url, status: second.status }]
				: [];
		}),
	);
	return found.flat();
}
