import { groupBy } from '../core/group-by.ts';
import {
	CERTIFICATE_DAYS,
	type WatchedRedirect,
	type WatchedUrl,
	type WatchList,
} from './watch-list.ts';
import type { WatchedRecord } from './watched-records.ts';
import { type ExportedFile, leftOutComment, yamlFile } from './yaml-file.ts';

/** A module of the blackbox exporter, and what it is pointed at. */
interface Probe {
	readonly job: 'site' | 'records' | 'mail';
	readonly module: string;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly target: string;
	readonly labels: Readonly<Record<string, string>>;
}

const SECONDS_A_DAY = 86_400;

/**
 * Prometheus with the blackbox exporter, and an Alertmanager: four files. Syntax: prometheus.io and
 * CONFIGURATION.md of the exporter, from its version 0.20 on.
 */
export function prometheusFiles(list: WatchList, dnsServer: string): readonly ExportedFile[] {
	const probes = withModuleNames(probesOf(list, dnsServer));
	return [
		yamlFile('prometheus.yml', {
			comment: [
				...list.origin,
				'',
				'Start the blackbox exporter with blackbox.yml, and Alertmanager with alertmanager.yml. Where',
				'they run elsewhere, change 127.0.0.1:9115 and 127.0.0.1:9093.',
				...(list.mail.length > 0
					? ['Many networks let nobody out to port 25: then delete the job "launch-ready-mail".']
					: []),
				...leftOutComment(list.leftOut),
			],
			tree: prometheusTree(probes),
		}),
		yamlFile('blackbox.yml', {
			comment: [
				...list.origin,
				'',
				`Records are asked for at ${dnsServer}, and are healthy with the values that the audit saw.`,
			],
			tree: {
				modules: Object.fromEntries(probes.map(({ module, settings }) => [module, settings])),
			},
		}),
		yamlFile('alerts.yml', { comment: list.origin, tree: { groups: [alertGroup(list)] } }),
		yamlFile('alertmanager.yml', {
			comment: [
				...list.origin,
				'',
				'FILL IN: put the address of your Slack webhook and the routing key of your PagerDuty service',
				'into the two files below. Alertmanager reads no environment.',
			],
			tree: ALERTMANAGER,
		}),
	];
}

// ── prometheus.yml ───────────────────────────────────────────────────────────────────────────────

/** Prometheus forgets a sample after five minutes: a slow job must be well below that. */
const INTERVALS = { site: '1m', records: '2m', mail: '2m' } as const;

function prometheusTree(probes: readonly Probe[]): unknown {
	return {
		global: { scrape_interval: '1m', evaluation_interval: '1m' },
		rule_files: ['alerts.yml'],
		alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }] },
		scrape_configs: [...groupBy(probes, ({ job }) => job)].map(([job, its]) => ({
			job_name: `launch-ready-${job}`,
			metrics_path: '/probe',
			scrape_interval: INTERVALS[job],
			scrape_timeout: '15s',
			static_configs: its.map(({ target, module, labels }) => ({
				targets: [target],
				labels: { ...labels, module },
			})),
			relabel_configs: [
				{ source_labels: ['module'], target_label: '__param_module' },
				{ source_labels: ['__address__'], target_label: '__param_target' },
				{ source_labels: ['watched'], target_label: 'instance' },
				{ target_label: '__address__', replacement: '127.0.0.1:9115' },
			],
		})),
	};
}

// ── blackbox.yml ─────────────────────────────────────────────────────────────────────────────────

function probesOf(list: WatchList, dnsServer: string): readonly Probe[] {
	return [
		...list.pages.map((page) => urlProbe(page)),
		...list.health.map((one) => urlProbe(one, SAYS_DOWN)),
		...list.redirects.map(redirectProbe),
		...certificateProbes(list),
		...list.mail.map(mailProbe),
		...list.records.map((record) => recordProbe(record, dnsServer)),
	];
}

/** The exporter makes one attempt at one address: IPv6 first would fail on a machine without it. */
const IPV4_FIRST = { preferred_ip_protocol: 'ip4', ip_protocol_fallback: true };

/** What a health endpoint may say below a status of 200. */
const SAYS_DOWN = {
	fail_if_body_matches_regexp: [
		'(?i)"(?:status|state|health)"\\s*:\\s*"(?:down|error|fail(?:ed|ing|ure)?|unhealthy|outage)"',
	],
};

function urlProbe(
	{ url, method, status, kind, budgetMs }: WatchedUrl,
	more?: Readonly<Record<string, unknown>>,
): Probe {
	const isTls = url.startsWith('https:');
	return {
		job: 'site',
		module: `${more === undefined ? 'http' : 'health'}_${status}${method === 'HEAD' ? '_head' : ''}${isTls ? '' : '_plain'}`,
		settings: {
			prober: 'http',
			timeout: '10s',
			http: {
				method,
				valid_status_codes: [status],
				follow_redirects: false,
				...(isTls && { fail_if_not_ssl: true }),
				...more,
				...IPV4_FIRST,
			},
		},
		target: url,
		labels: {
			watched: url,
			...(budgetMs !== null && { timed: kind, budget_ms: String(budgetMs) }),
		},
	};
}

function redirectProbe({ from, to, status }: WatchedRedirect): Probe {
	return {
		job: 'site',
		module: `redirect_${identifier(from)}`,
		settings: {
			prober: 'http',
			timeout: '10s',
			http: {
				method: 'GET',
				valid_status_codes: [status],
				follow_redirects: false,
				fail_if_header_not_matches: [{ header: 'Location', regexp: locationPattern(from, to) }],
				...IPV4_FIRST,
			},
		},
		target: from,
		labels: { watched: from },
	};
}

/** In full, or as far as it differs: a Location may leave out scheme and host (RFC 9110 §10.2.2). */
function locationPattern(from: string, to: string): string {
	const { origin, protocol } = new URL(to);
	const rest = literal(to.slice(origin.length));
	const host = literal(origin.slice(protocol.length));
	if (new URL(from).origin === origin) return `^(?:(?:${protocol})?${host})?${rest}$`;
	// Without the slash of a start page it means the same.
	return `^(?:${protocol})?${host}${rest === '/' ? '/?' : rest}$`;
}

/** Hosts that no watched page or redirect shows the certificate of. */
function certificateProbes(list: WatchList): readonly Probe[] {
	const { certificates, pages, health, redirects } = list;
	const urls = [...pages.map(({ url }) => url), ...health.map(({ url }) => url)];
	const shown = new Set(
		[...urls, ...redirects.map(({ from }) => from)]
			.filter((url) => url.startsWith('https:'))
			.map((url) => new URL(url).host),
	);
	return certificates
		.filter((host) => !shown.has(host))
		.map((host) => ({
			job: 'site',
			module: 'tls',
			settings: { prober: 'tcp', timeout: '10s', tcp: { tls: true, ...IPV4_FIRST } },
			target: `${host}:443`,
			labels: { watched: `${host}:443` },
		}));
}

/** RFC 5321 and RFC 3207; QUIT is left to the end of the connection. */
function mailProbe(host: string): Probe {
	return {
		job: 'mail',
		module: 'smtp_starttls',
		settings: {
			prober: 'tcp',
			timeout: '15s',
			tcp: {
				...IPV4_FIRST,
				query_response: [
					{ expect: '^220 ' },
					{ send: 'EHLO monitor.invalid\r' },
					{ expect: '^250[- ]STARTTLS' },
					{ send: 'STARTTLS\r' },
					{ expect: '^220' },
					{ starttls: true },
					{ send: 'EHLO monitor.invalid\r' },
					{ expect: '^250[- ]' },
					{ send: 'QUIT\r' },
				],
			},
		},
		target: `${host}:25`,
		labels: { watched: `${host}:25` },
	};
}

function recordProbe({ name, type, label, values }: WatchedRecord, dnsServer: string): Probe {
	const own = values.map((value) => recordPattern(type, value));
	const isText = type === 'TXT';
	return {
		job: 'records',
		module: `dns_${identifier(name)}_${label.toLowerCase()}`,
		settings: {
			prober: 'dns',
			timeout: '10s',
			dns: {
				query_name: name,
				query_type: type,
				valid_rcodes: ['NOERROR'],
				...IPV4_FIRST,
				validate_answer_rrs: {
					fail_if_none_matches_regexp: own.length > 0 ? own : [`\\t${type}\\t`],
					// Another text at the same name is nobody's business; another address is.
					...(!isText &&
						own.length > 0 && {
							fail_if_not_matches_regexp: [
								`(?:${[...own, '\\tCNAME\\t', '\\tRRSIG\\t', ...others(type)].join('|')})`,
							],
						}),
				},
			},
		},
		target: dnsServer,
		labels: { watched: `${name} ${label}` },
	};
}

/** Of CAA only the authorities are watched. */
function others(type: WatchedRecord['type']): readonly string[] {
	return type === 'CAA' ? ['\\tCAA\\t\\d+ iodef '] : [];
}

/** As the exporter writes records: owner, TTL, class, type and data with tabs between. */
function recordPattern(type: WatchedRecord['type'], value: string): string {
	switch (type) {
		case 'A':
		case 'AAAA':
			return `\\t${type}\\t${literal(value)}$`;
		case 'CNAME':
		case 'NS':
			return `\\t${type}\\t(?i:${literal(value)})\\.?$`;
		case 'MX':
			return `\\tMX\\t\\d+ (?i:${literal(value)})\\.?$`;
		case 'CAA':
			return `\\tCAA\\t\\d+ issue(?:wild)? "(?i:${literal(value)})[";]`;
		case 'TXT':
			return `\\tTXT\\t"${literal(value)}"`;
	}
}

/** RE2 takes a backslash before any sign of ASCII for the sign itself. */
function literal(text: string): string {
	return text.replace(/[^\w\s/:,;=@~"'%&!<>-]/g, '\\$&');
}

function identifier(text: string): string {
	return text
		.replace(/[^a-z0-9]+/gi, '_')
		.replace(/^_+|_+$/g, '')
		.slice(0, 80);
}

/** Modules that differ get names that differ, in the order in which they come. */
function withModuleNames(probes: readonly Probe[]): readonly Probe[] {
	const bySettings = new Map<string, string>();
	const taken = new Set<string>();
	return probes.map((probe) => {
		const key = JSON.stringify([probe.module, probe.settings]);
		const known = bySettings.get(key);
		if (known !== undefined) return { ...probe, module: known };
		let module = probe.module;
		for (let count = 2; taken.has(module); count += 1) module = `${probe.module}_${count}`;
		taken.add(module);
		bySettings.set(key, module);
		return { ...probe, module };
	});
}

// ── alerts.yml ───────────────────────────────────────────────────────────────────────────────────

function alertGroup(list: WatchList): unknown {
	const urls = [...list.pages, ...list.health];
	return {
		name: 'launch-ready',
		rules: [
			alert('Down', {
				expr: 'probe_success{job="launch-ready-site"} == 0',
				for: '3m',
				severity: 'critical',
				summary: '{{ $labels.watched }} does not answer as it did at the audit.',
			}),
			...(list.mail.length > 0
				? [
						alert('MailDown', {
							expr: 'probe_success{job="launch-ready-mail"} == 0',
							for: '10m',
							severity: 'critical',
							summary: '{{ $labels.watched }} takes no mail over STARTTLS.',
						}),
					]
				: []),
			...(list.records.length > 0
				? [
						alert('RecordChanged', {
							expr: 'probe_success{job="launch-ready-records"} == 0',
							for: '10m',
							severity: 'critical',
							summary: 'DNS: {{ $labels.watched }} is not what it was at the audit.',
						}),
					]
				: []),
			...certificateAlerts(),
			...speedAlerts(urls),
			alert('MonitoringSilent', {
				expr: 'up{job=~"launch-ready-.+"} == 0 or absent(up{job="launch-ready-site"})',
				for: '5m',
				severity: 'critical',
				summary: 'Prometheus does not reach the blackbox exporter: nothing is watched.',
			}),
		],
	};
}

function alert(
	name: string,
	rule: {
		readonly expr: string;
		readonly for: string;
		readonly severity: 'warning' | 'critical';
		readonly summary: string;
	},
): unknown {
	return {
		alert: `LaunchReady${name}`,
		expr: rule.expr,
		for: rule.for,
		labels: { severity: rule.severity },
		annotations: { summary: rule.summary },
	};
}

function certificateAlerts(): readonly unknown[] {
	return (['warning', 'critical'] as const).map((severity) =>
		alert(severity === 'warning' ? 'CertificateEndsSoon' : 'CertificateEndsNow', {
			expr: `probe_ssl_earliest_cert_expiry{job=~"launch-ready-.+"} - time() < ${CERTIFICATE_DAYS[severity]} * ${SECONDS_A_DAY}`,
			for: '10m',
			severity,
			summary: `The certificate of {{ $labels.watched }} ends within ${CERTIFICATE_DAYS[severity]} days.`,
		}),
	);
}

/**
 * One rule for each budget. The exporter opens a connection for every look: of a request, whose budget is
 * for an open one, its opening is not counted.
 */
function speedAlerts(urls: readonly WatchedUrl[]): readonly unknown[] {
	const budgets = groupBy(
		urls.filter(({ budgetMs }) => budgetMs !== null),
		({ kind, budgetMs }) => `${kind} ${budgetMs}`,
	);
	return [...budgets]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([, [{ kind, budgetMs }]]) => {
			const match = `timed="${kind}",budget_ms="${budgetMs}"`;
			const seconds =
				kind === 'visit'
					? `probe_duration_seconds{${match}}`
					: `sum without (phase) (probe_http_duration_seconds{${match},phase=~"processing|transfer"})`;
			return alert(`Slow${kind === 'visit' ? 'Visit' : 'Request'}${budgetMs}`, {
				expr: `quantile_over_time(0.95, (${seconds})[1h:1m]) > ${(budgetMs ?? 0) / 1_000}`,
				for: '10m',
				severity: 'warning',
				summary: `{{ $labels.watched }}: p95 of the last hour is over ${budgetMs} ms.`,
			});
		});
}

// ── alertmanager.yml ─────────────────────────────────────────────────────────────────────────────

const ALERTMANAGER = {
	route: {
		receiver: 'on-call',
		group_by: ['alertname', 'watched'],
		group_wait: '30s',
		group_interval: '5m',
		repeat_interval: '4h',
	},
	inhibit_rules: [
		{
			source_matchers: ['alertname = LaunchReadyCertificateEndsNow'],
			target_matchers: ['alertname = LaunchReadyCertificateEndsSoon'],
			equal: ['watched'],
		},
	],
	receivers: [
		{
			name: 'on-call',
			slack_configs: [{ api_url_file: '/etc/alertmanager/slack-webhook-url', send_resolved: true }],
			pagerduty_configs: [
				{ routing_key_file: '/etc/alertmanager/pagerduty-routing-key', send_resolved: true },
			],
		},
	],
};
