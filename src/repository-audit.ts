import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { AuditOptions } from './audit-options.ts';
import type { FilesPort, Io } from './core/io.ts';
import type { Report } from './core/report.ts';
import { liveObserver } from './engine/observer.ts';
import { repositoryTarget } from './engine/repository-target.ts';
import { fileSettings } from './file-settings.ts';
import { systemClock } from './net/clock.ts';
import { createNotLive } from './net/not-live.ts';
import { compose } from './report/compose.ts';
import { serviceMap } from './report/service-map.ts';
import { DEADLINE_SECONDS, judgeChecks } from './run-checks.ts';
import { timeLimit } from './time-limit.ts';
import { VERSION } from './version.ts';

/*
 * For commands that stand in a hook before every commit: what only sites need is never loaded.
 */

const TIMEOUT_SECONDS = 60;

/**
 * Audits files alone, by the checks that the options select; no network is touched. `staged`: instead
 * of the folder, what the next commit would add to it. Settles within the time limit.
 */
export async function auditRepository(
	options: AuditOptions & { readonly repo: string; readonly staged?: boolean },
): Promise<Report> {
	const { history = 'reachable', logs = [], timeoutSeconds = TIMEOUT_SECONDS } = options;
	const target = repositoryTarget({
		repo: path.resolve(options.repo),
		history,
		logs: logs.map((file) => path.resolve(file)),
		seed: randomBytes(8).toString('hex'),
	});
	const limit = timeLimit(timeoutSeconds, options.signal);
	const startedAt = systemClock.now();
	try {
		const { io: notLive, vantage } = createNotLive({ signal: limit.signal });
		const files = await filesFor(options, limit.signal);
		const io: Io = { ...notLive, files, repository: path.resolve(options.repo) };
		const observer = liveObserver(io, limit.signal, () => undefined);
		const now = options.asOf ?? startedAt;
		const { checks, findings, waivers, store } = await judgeChecks(options, {
			target,
			observer,
			now,
		});
		return compose({
			target,
			checks,
			findings,
			waivers,
			describe: (key) => store.describe(key),
			map: serviceMap([], target, {
				purposeOf: () => null,
				reports: undefined,
				certificates: [],
			}),
			timings: [],
			platforms: [],
			platformName: null,
			complete: !limit.signal.aborted,
			deadlineSeconds: options.deadlineSeconds ?? DEADLINE_SECONDS,
			version: VERSION,
			startedAt,
			durationMs: systemClock.now().getTime() - startedAt.getTime(),
			vantage,
		});
	} finally {
		limit.clear();
	}
}

async function filesFor(
	options: AuditOptions & { readonly staged?: boolean },
	signal: AbortSignal,
): Promise<FilesPort> {
	const settings = fileSettings(options, signal);
	if (options.staged !== true) {
		return (await import('./files/create-files.ts')).createFiles(settings);
	}
	return (await import('./files/staged-files.ts')).createStagedFiles(settings);
}
