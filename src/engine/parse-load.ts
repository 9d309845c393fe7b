import { LOAD, type LoadPlan, MOST_LOAD, plannedRequests } from '../core/load-plan.ts';
import { parseEndpoint } from './parse-endpoint.ts';
import { BadTarget } from './parse-target.ts';

/** What the user asked to be loaded. */
export interface LoadAsked {
	/** Each with a budget behind it, where it has one: `https://api.example.com/items p95<300ms`. */
	readonly urls: readonly string[];
	readonly scenario?: ScenarioAsked | undefined;
	readonly users?: number | undefined;
	readonly model?: LoadPlan['model'] | undefined;
	readonly rampSeconds?: number | undefined;
	readonly holdSeconds?: number | undefined;
	readonly thinkSeconds?: number | undefined;
	readonly approval?: string | undefined;
	/** `--yes-i-own-this`. */
	readonly isConfirmed?: boolean | undefined;
	/** Shortened in tests. */
	readonly restMs?: number | undefined;
	readonly timeoutMs?: number | undefined;
	readonly baseline?: LoadPlan['baseline'] | undefined;
}

export interface ScenarioAsked {
	readonly method: string;
	readonly url: string;
	/** Of p95, in milliseconds; `null` for the usual. */
	readonly budgetMs: number | null;
	readonly login: { readonly method: string; readonly url: string } | null;
	readonly isMarked: boolean;
	readonly accounts: number;
}

const MOST_USERS = 100;

/**
 * One plan a URL, and one for the scenario. `tokenFor` gives what a host's owner publishes. Throws
 * `BadTarget`, with the line that says what to type instead, for a load that is too large, for one that
 * needs the user's word, and for what is no URL.
 */
export function parseLoad(
	asked: LoadAsked,
	tokenFor: (host: string) => string,
): readonly LoadPlan[] {
	const plans = new Map<string, LoadPlan>();
	for (const text of asked.urls) {
		const rule = parseEndpoint(text);
		if ('fault' in rule) throw new BadTarget(rule.fault.replace('--endpoint "', 'load: "'));
		const { url, method, budgetMs, kind } = rule;
		const budget = budgetMs ?? (kind === 'cached' ? CACHED_MS : null);
		const about = { url, method, budgetMs: budget, scenario: null };
		plans.set(url, planOf(about, asked, tokenFor));
	}
	const { scenario } = asked;
	if (scenario !== undefined) {
		const { method, budgetMs, login, isMarked, accounts } = scenario;
		const url = webUrl(scenario.url, 'load.scenario.action.url');
		const signIn = login === null ? null : webUrl(login.url, 'load.scenario.login.url');
		const about = { url, method, budgetMs, scenario: { login: signIn, isMarked, accounts } };
		plans.set(url, planOf(about, asked, tokenFor, login?.method));
	}
	if (plans.size === 0) {
		throw new BadTarget(
			'Nothing to load. Give a URL (launch-ready load https://api.example.com/items), or load.urls or load.scenario in the config.',
		);
	}
	return [...plans.values()];
}

/** A cached route's budget in an audit. */
const CACHED_MS = 500;

function planOf(
	about: Pick<LoadPlan, 'url' | 'method' | 'budgetMs' | 'scenario'>,
	asked: LoadAsked,
	tokenFor: (host: string) => string,
	loginMethod = 'GET',
): LoadPlan {
	const { users = LOAD.users, model = 'open' } = asked;
	const ms = (seconds: number | undefined, usual: number) =>
		seconds === undefined ? usual : seconds * 1_000;
	const plan = {
		...about,
		users,
		model,
		rampMs: ms(asked.rampSeconds, LOAD.rampMs),
		holdMs: ms(asked.holdSeconds, LOAD.holdMs),
		thinkMs: ms(asked.thinkSeconds, LOAD.thinkMs),
		timeoutMs: asked.timeoutMs ?? LOAD.timeoutMs,
		baseline: asked.baseline ?? LOAD.baseline,
		restMs: asked.restMs ?? LOAD.restMs,
		approval: asked.approval ?? '',
	};
	requireSmall(plan);
	const changes = [about.method, loginMethod].find((method) => !isRead(method));
	const isHeavy =
		users > LOAD.users || users / plan.thinkMs > LOAD.users / LOAD.thinkMs || changes !== undefined;
	if ((isHeavy || plan.holdMs > LOAD.holdMs) && asked.isConfirmed !== true) {
		const what = changes === undefined ? 'more than 25 users for 30 s' : `${changes} requests`;
		throw new BadTarget(
			`${about.url}: ${what} may hurt. If the server is yours, say so with --yes-i-own-this.`,
		);
	}
	const { hostname } = new URL(about.url);
	return { ...plan, proof: isHeavy && !isLoopbackName(hostname) ? tokenFor(hostname) : null };
}

/** However large a load is wanted: more is no light load, and not this command's. */
function requireSmall(plan: Pick<LoadPlan, 'users' | 'rampMs' | 'holdMs' | 'thinkMs'>): void {
	const { users, rampMs, holdMs } = plan;
	if (!Number.isInteger(users) || users < 1 || users > MOST_USERS) {
		throw new BadTarget(`--users ${users}: give a number from 1 to ${MOST_USERS}.`);
	}
	if (rampMs + holdMs > MOST_LOAD.ms) {
		throw new BadTarget(
			`Ramp and hold together take ${(rampMs + holdMs) / 1_000} s, and a load lasts at most ${MOST_LOAD.ms / 1_000} s: shorten --hold.`,
		);
	}
	const requests = plannedRequests(plan);
	if (requests > MOST_LOAD.requests) {
		throw new BadTarget(
			`That would be about ${requests} requests, and a load has at most ${MOST_LOAD.requests}: fewer --users, a shorter --hold, or a longer --think.`,
		);
	}
}

function isRead(method: string): boolean {
	return method === 'GET' || method === 'HEAD';
}

function isLoopbackName(hostname: string): boolean {
	return /^(?:127\.[\d.]+|\[::1\]|(?:.*\.)?localhost)$/.test(hostname);
}

function webUrl(text: string, from: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
		throw new BadTarget(`${from} "${text}" is not an http(s) URL.`);
	}
	url.hash = '';
	return url.href;
}
