import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { exportReport } from '../../src/export/export-report.ts';
import { sampleReport } from './sample-report.ts';

/*
 * The tools themselves, where they are installed. Elsewhere these are skipped, and formats.test.ts has
 * the structure.
 */

const run = promisify(execFile);
let folder = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-export-'));
	for (const { name, text } of exportReport(sampleReport(), 'prometheus').files) {
		await writeFile(path.join(folder, name), text);
	}
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function isInstalled(tool: string): boolean {
	const { PATH = '' } = process.env;
	return PATH.split(path.delimiter).some((at) => existsSync(path.join(at, tool)));
}

const DAY = 86_400;
/** When the rules are looked at, and since when a rule that waits ten minutes must hold. Seconds. */
const AT = 3_600;
const SINCE = AT - 600;

describe.skipIf(!isInstalled('promtool'))('promtool', () => {
	it('takes the configuration and its rules', async () => {
		const { stdout } = await run('promtool', ['check', 'config', 'prometheus.yml'], {
			cwd: folder,
		});
		expect(stdout).toContain('prometheus.yml is valid');
		expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
	});

	it('sees each alert fire, and none of them one step before', async () => {
		const constant = (name: string, labels: string, value: number) => ({
			series: `${name}{${labels}}`,
			values: `${value}x60`,
		});
		const ends = (watched: string, at: number) =>
			constant(
				'probe_ssl_earliest_cert_expiry',
				`job="launch-ready-site",watched="${watched}"`,
				at,
			);
		const request = 'job="launch-ready-site",timed="request",budget_ms="250"';
		const visit = 'job="launch-ready-site",timed="visit",budget_ms="2000"';
		const phase = (watched: string, name: string, seconds: number) =>
			constant(
				'probe_http_duration_seconds',
				`${request},watched="${watched}",phase="${name}"`,
				seconds,
			);
		const fires = (name: string, ...watched: readonly string[]) => ({
			eval_time: `${AT}s`,
			alertname: `LaunchReady${name}`,
			exp_alerts: watched.map((one) => ({ exp_labels: labelsOf(name, one) })),
		});
		const test = {
			rule_files: ['alerts.yml'],
			evaluation_interval: '1m',
			tests: [
				{
					interval: '1m',
					input_series: [
						constant('up', 'job="launch-ready-site"', 1),
						constant('probe_success', 'job="launch-ready-site",watched="down"', 0),
						constant('probe_success', 'job="launch-ready-site",watched="up"', 1),
						constant('probe_success', 'job="launch-ready-records",watched="mx"', 0),
						ends('in time', AT + 14 * DAY),
						ends('soon', SINCE + 14 * DAY - 1),
						ends('not now', AT + 3 * DAY),
						ends('now', SINCE + 3 * DAY - 1),
						// On an open connection: what opening it took is not counted.
						phase('fast', 'processing', 0.24),
						phase('fast', 'transfer', 0.01),
						phase('fast', 'tls', 5),
						phase('slow', 'processing', 0.24),
						phase('slow', 'transfer', 0.02),
						constant('probe_duration_seconds', `${visit},watched="page"`, 2.01),
						constant('probe_duration_seconds', `${visit},watched="quick page"`, 2),
					],
					alert_rule_test: [
						fires('Down', 'down'),
						fires('RecordChanged', 'mx'),
						fires('CertificateEndsSoon', 'soon', 'not now', 'now'),
						fires('CertificateEndsNow', 'now'),
						fires('SlowRequest250', 'slow'),
						fires('SlowVisit2000', 'page'),
						fires('MonitoringSilent'),
					],
				},
				{
					interval: '1m',
					input_series: [constant('up', 'job="launch-ready-site"', 0)],
					alert_rule_test: [
						{
							...fires('MonitoringSilent'),
							exp_alerts: [{ exp_labels: { severity: 'critical', job: 'launch-ready-site' } }],
						},
					],
				},
			],
		};
		await writeFile(path.join(folder, 'alerts.test.yml'), stringify(withAnnotations(test)));
		const { stdout } = await run('promtool', ['test', 'rules', 'alerts.test.yml'], {
			cwd: folder,
		}).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => ({
			stdout: `${stdout}${stderr}`,
		}));
		expect(stdout).toContain('SUCCESS');
	});
});

function labelsOf(name: string, watched: string): Record<string, string> {
	const isWarning = /Soon|Slow/.test(name);
	const timed = /^SlowRequest/.test(name)
		? { timed: 'request', budget_ms: '250' }
		: /^SlowVisit/.test(name)
			? { timed: 'visit', budget_ms: '2000' }
			: {};
	return {
		severity: isWarning ? 'warning' : 'critical',
		job: name === 'RecordChanged' ? 'launch-ready-records' : 'launch-ready-site',
		watched,
		...timed,
	};
}

interface RuleTest {
	readonly tests: readonly {
		readonly alert_rule_test: readonly {
			readonly alertname: string;
			readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
		}[];
	}[];
}

/** promtool compares the summaries too. */
function withAnnotations<T extends RuleTest>(test: T): unknown {
	const summary = (name: string, watched: string) => {
		const texts: Readonly<Record<string, string>> = {
			LaunchReadyDown: `${watched} does not answer as it did at the audit.`,
			LaunchReadyRecordChanged: `DNS: ${watched} is not what it was at the audit.`,
			LaunchReadyCertificateEndsSoon: `The certificate of ${watched} ends within 14 days.`,
			LaunchReadyCertificateEndsNow: `The certificate of ${watched} ends within 3 days.`,
			LaunchReadySlowRequest250: `${watched}: p95 of the last hour is over 250 ms.`,
			LaunchReadySlowVisit2000: `${watched}: p95 of the last hour is over 2000 ms.`,
			LaunchReadyMonitoringSilent:
				'Prometheus does not reach the blackbox exporter: nothing is watched.',
		};
		return texts[name];
	};
	return {
		...test,
		tests: test.tests.map((one) => ({
			...one,
			alert_rule_test: one.alert_rule_test.map((rule) => ({
				...rule,
				exp_alerts: rule.exp_alerts.map(({ exp_labels }) => ({
					exp_labels,
					exp_annotations: { summary: summary(rule.alertname, exp_labels['watched'] ?? '') },
				})),
			})),
		})),
	};
}

it.skipIf(!isInstalled('prometheus-blackbox-exporter'))(
	'the blackbox exporter takes its modules, and calls none of their members outdated',
	async () => {
		const { stderr } = await run('prometheus-blackbox-exporter', [
			'--config.check',
			`--config.file=${path.join(folder, 'blackbox.yml')}`,
		]);
		expect(stderr).toContain('Config file is ok');
		expect(stderr).not.toContain('deprecated');
	},
);

it.skipIf(!isInstalled('amtool'))('Alertmanager takes its receivers', async () => {
	const { stdout } = await run('amtool', ['check-config', path.join(folder, 'alertmanager.yml')]);
	expect(stdout).toContain('SUCCESS');
});
