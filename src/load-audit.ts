import { createHmac } from 'node:crypto';
import type { AuditOptions } from './audit-options.ts';
import type { Config } from './config/config-schema.ts';
import { Unobserved } from './core/fact.ts';
import { type LoadPlan, type LoadProgress, loadSeconds } from './core/load-plan.ts';
import type { Report } from './core/report.ts';
import { liveObserver, planningObserver } from './engine/observer.ts';
import { type LoadAsked, parseLoad, type ScenarioAsked } from './engine/parse-load.ts';
import { repositoryTarget } from './engine/repository-target.ts';
import type { EvidenceHeader } from './evidence/evidence-format.ts';
import { fileSettings } from './file-settings.ts';
import { createFiles } from './files/create-files.ts';
import { reportOf, runChecks } from './judged-audit.ts';
import { loadScenario } from './load-scenario.ts';
import { systemClock } from './net/clock.ts';
import { createNet } from './net/io.ts';
import type { Scenario } from './net/load/sign-in.ts';
import { timeLimit } from './time-limit.ts';
import { USER_AGENT, VERSION } from './version.ts';

export interface LoadOptions
	extends Pick<
		AuditOptions,
		| 'accept'
		| 'addressMap'
		| 'asOf'
		| 'caFiles'
		| 'configFolder'
		| 'deadlineSeconds'
		| 'env'
		| 'options'
		| 'record'
		| 'resolve'
		| 'resolver'
		| 'severity'
		| 'signal'
		| 'skip'
	> {
	readonly asked: Omit<LoadAsked, 'scenario'>;
	/** As the config has it; its names are looked up in `env`. */
	readonly scenario?: NonNullable<Config['load']>['scenario'];
	readonly onLoad?: ((progress: LoadProgress) => void) | undefined;
}

/** After the user's wish to stop: what is not there by then is left. */
const LEAVE_MS = 900;

/**
 * Loads what was asked, one URL after the other, and judges it by the checks of the area `load`. The
 * signal ends the load within a second; what was measured until then is reported with
 * `complete: false`. Throws `BadTarget` for what cannot or must not be loaded as it was asked.
 */
export async function auditLoad(options: LoadOptions): Promise<Report> {
	const { plans, scenario } = await plansOf(options);
	const target = targetOf(plans);
	const seconds = plans.reduce((sum, plan) => sum + loadSeconds(plan), 0);
	const leaving = new AbortController();
	const limit = timeLimit(seconds, leaving.signal);
	const wish = options.signal ?? new AbortController().signal;
	let leave: NodeJS.Timeout | undefined;
	const onWish = () => {
		leave = setTimeout(() => leaving.abort(), LEAVE_MS);
	};
	if (wish.aborted) onWish();
	wish.addEventListener('abort', onWish, { once: true });
	const startedAt = systemClock.now();
	const { signal } = limit;
	const net = createNet({
		resolver: options.resolver,
		resolve: options.resolve,
		addressMap: options.addressMap,
		registrable: null,
		named: plans.flatMap(({ url, scenario: one }) =>
			[url, ...(one?.login ? [one.login] : [])].map((each) => new URL(each).hostname),
		),
		load: { scenario, stop: wish, onProgress: options.onLoad },
		caFiles: options.caFiles,
		env: options.env ?? {},
		userAgent: USER_AGENT,
		signal,
	});
	try {
		const files = createFiles(fileSettings(options, signal));
		const evidence = await recordingIn(options.record);
		const observer = liveObserver({ ...net.io, files }, signal, (one) => evidence?.record(one));
		const now = options.asOf ?? startedAt;
		const audited = await runChecks(judgedBy(options), { target, observer, now });
		const header: EvidenceHeader = {
			format: 'launch-ready-evidence',
			version: 1,
			tool: { name: 'launch-ready', version: VERSION },
			target,
			vantage: net.vantage,
			startedAt: startedAt.toISOString(),
			durationMs: systemClock.now().getTime() - startedAt.getTime(),
			complete: !signal.aborted && !wish.aborted,
		};
		await evidence?.finish(header);
		return reportOf(judgedBy(options), audited, header);
	} finally {
		clearTimeout(leave);
		wish.removeEventListener('abort', onWish);
		limit.clear();
		await net.close();
		leaving.abort(new Unobserved('cancelled', 'the run is over'));
	}
}

/** Every request that a load would send; nothing is sent. */
export async function planLoad(options: LoadOptions): Promise<readonly string[]> {
	const lines = new Set<string>();
	const { plans } = await plansOf(options);
	await runChecks(judgedBy(options), {
		target: targetOf(plans),
		observer: planningObserver((line) => lines.add(line)),
		now: systemClock.now(),
	});
	return [...lines].sort();
}

async function plansOf({
	asked,
	scenario,
	env = {},
	configFolder,
}: LoadOptions): Promise<{ plans: readonly LoadPlan[]; scenario: Scenario | undefined }> {
	const played = scenario === undefined ? undefined : loadScenario(scenario, env);
	const about = played === undefined ? undefined : askedOf(played, scenario?.action.budget);
	const wanted = { ...asked, scenario: about };
	const hosts = new Set<string>();
	const plans = parseLoad(wanted, (host) => {
		hosts.add(host);
		return '';
	});
	if (hosts.size === 0) return { plans, scenario: played };
	const files = createFiles(fileSettings({ configFolder }, new AbortController().signal));
	const key = env['LAUNCH_READY_LOAD_KEY'] || (await files.fingerprintKey());
	return { plans: parseLoad(wanted, (host) => tokenOf(host, key)), scenario: played };
}

function askedOf(
	{ login, action, marker, accounts }: Scenario,
	budget: string | undefined,
): ScenarioAsked {
	return {
		method: action.method,
		url: action.url,
		budgetMs: budget === undefined ? null : budgetOf(budget),
		login: login === null ? null : { method: login.method, url: login.url },
		isMarked: marker !== null,
		accounts: accounts.length,
	};
}

function budgetOf(text: string): number {
	const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
	const ms = Number(number) * (unit === 's' ? 1_000 : 1);
	if (ms > 0) return ms;
	throw new RangeError(`load.scenario.action.budget "${text}": write 300ms or 1.5s`);
}

/** The same for one user and host at all times, and nobody else's: what a stranger publishes is no use. */
function tokenOf(host: string, key: string): string {
	const mac = createHmac('sha256', key).update(`load ${host}`).digest('hex');
	return `launch-ready-${mac.slice(0, 32)}`;
}

function targetOf(plans: readonly LoadPlan[]) {
	const bare = repositoryTarget({ repo: null, history: 'none', logs: [], seed: '0'.repeat(16) });
	return { ...bare, load: plans };
}

function judgedBy(options: LoadOptions): AuditOptions {
	const { accept, asOf, deadlineSeconds, severity, skip, options: ofChecks } = options;
	return { accept, asOf, deadlineSeconds, severity, skip, options: ofChecks };
}

async function recordingIn(folder: string | undefined) {
	if (folder === undefined) return null;
	const { writeEvidence } = await import('./evidence/write-evidence.ts');
	return writeEvidence(folder);
}
