import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { exportReport } from '../../src/export/export-report.ts';
import { MONITORING_TOOLS, type MonitoringTool } from '../../src/export/monitoring-tools.ts';
import { SAMPLE_MAP, sampleReport } from './sample-report.ts';

function textsOf(tool: MonitoringTool, report = sampleReport()): Map<string, string> {
	return new Map(exportReport(report, tool).files.map(({ name, text }) => [name, text]));
}

/** As Go's os.Expand, by which Gatus fills in its whole file before it reads it. */
function expanded(text: string, environment: Readonly<Record<string, string>> = {}): string {
	return text.replace(/\$(?:\$|\{([^}]*)\}|(\w+))/g, (found, braced, bare) =>
		found === '$$' ? '$' : (environment[braced ?? bare] ?? ''),
	);
}

// ── Structure, by each tool's documentation ──────────────────────────────────────────────────────

const Duration = z.string().regex(/^\d+[smh]$/);

const CONDITION =
	/^(?:\[(?:STATUS|RESPONSE_TIME|CERTIFICATE_EXPIRATION|CONNECTED|DNS_RCODE)\]|\[BODY\](?:\.\w+)?|len\(\[BODY\]\)) (?:==|!=|<|<=|>|>=) \S.*$/;

/** README of TwiN/gatus: endpoints, alerting; a condition splits at the first operator between spaces. */
const Gatus = z.strictObject({
	alerting: z.strictObject({
		slack: z.strictObject({ 'webhook-url': z.string(), 'default-alert': z.object({}) }),
		email: z.strictObject({
			from: z.string(),
			to: z.string(),
			username: z.string(),
			password: z.string(),
			host: z.string(),
			port: z.number().int(),
			'default-alert': z.object({}),
		}),
	}),
	endpoints: z.array(
		z.strictObject({
			name: z.string().regex(/^[^"\\]+$/),
			group: z.string().regex(/^[^"\\]+$/),
			url: z.string().min(1),
			method: z.literal('HEAD').optional(),
			interval: Duration,
			dns: z
				.strictObject({
					'query-name': z.string(),
					// What its client has an answer for.
					'query-type': z.enum(['A', 'AAAA', 'CNAME', 'MX', 'NS']),
				})
				.optional(),
			client: z.strictObject({ 'ignore-redirect': z.literal(true) }).optional(),
			conditions: z.array(z.string().regex(CONDITION)).min(1),
			alerts: z.array(z.strictObject({ type: z.enum(['slack', 'email']) })).length(2),
		}),
	),
});

/** upptime.js.org/docs/configuration, and interfaces.ts of upptime/uptime-monitor. */
const Upptime = z.strictObject({
	owner: z.string().min(1),
	repo: z.string().min(1),
	sites: z.array(
		z.strictObject({
			name: z.string().min(1),
			url: z.url({ protocol: /^https?$/ }),
			method: z.literal('HEAD').optional(),
			expectedStatusCodes: z.array(z.number().int()).length(1),
			maxRedirects: z.literal(0),
			maxResponseTime: z.number().optional(),
			__dangerous__body_down_if_text_missing: z.string().min(1).optional(),
		}),
	),
	'status-website': z.strictObject({ name: z.string(), baseUrl: z.string().startsWith('/') }),
	workflowSchedule: z.strictObject({ uptime: z.literal('*/5 * * * *') }),
});

const Regexps = z.array(z.string().refine((text) => new RegExp(text.replace(/\(\?i:?/g, '(?:'))));

/** CONFIGURATION.md of prometheus/blackbox_exporter. */
const Blackbox = z.strictObject({
	modules: z.record(
		z.string().regex(/^\w+$/),
		z.strictObject({
			prober: z.enum(['http', 'tcp', 'dns']),
			timeout: Duration,
			http: z
				.strictObject({
					method: z.enum(['GET', 'HEAD']),
					valid_status_codes: z.array(z.number().int()).length(1),
					follow_redirects: z.literal(false),
					fail_if_not_ssl: z.literal(true).optional(),
					fail_if_body_matches_regexp: Regexps.optional(),
					fail_if_header_not_matches: z
						.array(z.strictObject({ header: z.literal('Location'), regexp: z.string() }))
						.optional(),
					preferred_ip_protocol: z.literal('ip4'),
					ip_protocol_fallback: z.boolean(),
				})
				.optional(),
			tcp: z.object({}).optional(),
			dns: z
				.strictObject({
					query_name: z.string(),
					query_type: z.string(),
					valid_rcodes: z.tuple([z.literal('NOERROR')]),
					preferred_ip_protocol: z.literal('ip4'),
					ip_protocol_fallback: z.boolean(),
					validate_answer_rrs: z.strictObject({
						fail_if_none_matches_regexp: Regexps.min(1),
						fail_if_not_matches_regexp: Regexps.optional(),
					}),
				})
				.optional(),
		}),
	),
});

const Prometheus = z.object({
	scrape_configs: z
		.array(
			z.object({
				job_name: z.string(),
				static_configs: z.array(
					z.object({
						targets: z.array(z.string()).length(1),
						labels: z.object({ watched: z.string(), module: z.string() }),
					}),
				),
			}),
		)
		.min(1),
});

/** ENTITY_TYPES.md of BigBoot/AutoKuma; names of members as its client has them. */
const common = {
	name: z.string().min(1),
	parent_name: z.literal('launch-ready-group'),
	notification_name_list: z.tuple([
		z.literal('launch-ready-slack'),
		z.literal('launch-ready-email'),
	]),
	maxretries: z.number(),
	interval: z.number().max(300),
	retryInterval: z.number(),
};
const web = {
	url: z.url(),
	accepted_statuscodes: z.array(z.string().regex(/^\d{3}$/)).length(1),
	maxredirects: z.literal(0),
	timeout: z.number(),
};
const AutoKuma = z.array(
	z.discriminatedUnion('type', [
		z.strictObject({
			type: z.literal('http'),
			...common,
			...web,
			method: z.enum(['GET', 'HEAD']).optional(),
			expiryNotification: z.literal(true).optional(),
		}),
		z.strictObject({ type: z.literal('keyword'), ...common, ...web, keyword: z.string() }),
		z.strictObject({
			type: z.literal('port'),
			...common,
			hostname: z.string(),
			port: z.literal(25),
		}),
		z.strictObject({
			type: z.literal('dns'),
			...common,
			hostname: z.string(),
			dns_resolve_server: z.string(),
			dns_resolve_type: z.enum(['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS']),
			port: z.number(),
			conditions: z.string().optional(),
		}),
	]),
);

const gatus = (report = sampleReport()) =>
	Gatus.parse(parse(expanded(textsOf('gatus', report).get('gatus.yaml') ?? '')));

describe('Gatus', () => {
	const text = textsOf('gatus').get('gatus.yaml') ?? '';
	const { endpoints } = gatus();
	const named = (name: string) => endpoints.find((one) => one.name === name);

	it('watches pages and health every minute, and accepts nothing but what was seen', () => {
		expect(named('api.shop.test/items')).toMatchObject({
			group: 'site',
			interval: '1m',
			conditions: ['[STATUS] == 200', '[RESPONSE_TIME] < 250'],
		});
		expect(named('api.shop.test/health')).toMatchObject({ group: 'health', interval: '1m' });
	});

	it('warns 14 and 3 days before a certificate ends, of the site and of mail', () => {
		const ends = (group: string) =>
			endpoints
				.filter((one) => one.group === group && /shop\.test:443|:25$/.test(one.url))
				.map(({ url, conditions }) => [url, conditions[1]]);
		expect(ends('mail')).toEqual([
			['starttls://mx1.mailhost.test:25', '[CERTIFICATE_EXPIRATION] > 336h'],
			['starttls://mx1.mailhost.test:25', '[CERTIFICATE_EXPIRATION] > 72h'],
		]);
		expect(ends('certificates')).toHaveLength(6);
	});

	it('knows any of the values of a record, as its client writes them', () => {
		expect(named('shop.test: MX')).toMatchObject({
			url: '1.1.1.1',
			dns: { 'query-name': 'shop.test', 'query-type': 'MX' },
			conditions: [
				'[DNS_RCODE] == NOERROR',
				'[BODY] == any(mx1.mailhost.test., mx2.mailhost.test.)',
			],
		});
		expect(named('api.shop.test: A')?.conditions[1]).toBe('len([BODY]) > 0');
		// A question mark is any sign in a pattern of Go.
		expect(named('shop.test: SPF')?.conditions.at(-1)).toBe(
			'[BODY] == pat(*v=spf1 include:_spf.mailhost.test ?all*)',
		);
	});

	it('reads both channels from the environment', () => {
		const read = Gatus.parse(
			parse(expanded(text, { SLACK_WEBHOOK_URL: 'https://hooks.test/1', SMTP_PASSWORD: 'a: #b' })),
		);
		expect(read.alerting.slack['webhook-url']).toBe('https://hooks.test/1');
		expect(read.alerting.email.password).toBe('a: #b');
		expect(text).not.toMatch(/example\.(?:com|org|net)|YOUR_/i);
	});

	it('never has two endpoints of one key', () => {
		const map = {
			answers: ['https://a-b.shop.test/', 'https://a.b.shop.test/'].map((url) => ({
				url,
				from: url,
				status: 200,
				type: null,
			})),
		};
		const keys = gatus(sampleReport(map)).endpoints.map(({ group, name }) =>
			`${group}_${name}`.toLowerCase().replace(/[/_,.#+& ]/g, '-'),
		);
		expect(new Set(keys).size).toBe(keys.length);
	});
});

describe('Upptime', () => {
	const text = textsOf('upptime').get('.upptimerc.yml') ?? '';
	const { sites } = Upptime.parse(parse(text));
	const named = (name: string) => sites.find((one) => one.name === name);

	it('expects the status that was seen, of redirects too', () => {
		expect(named('www.shop.test/ redirects')).toMatchObject({ expectedStatusCodes: [301] });
		expect(named('shop.test/')).toMatchObject({
			expectedStatusCodes: [200],
			maxResponseTime: 2_000,
		});
	});

	it('looks for records in an answer, where the question alone is not enough', () => {
		const { url, __dangerous__body_down_if_text_missing: missing } =
			named('www.shop.test: CNAME') ?? {};
		expect(url).toBe('https://dns.google/resolve?name=www.shop.test&type=CNAME');
		const answer = (data: string) =>
			`{"Status":0,"Question":[{"name":"www.shop.test.","type":5}],"Answer":[{"data":"${data}"}]}`;
		expect(answer('shop.test.').includes(missing ?? '')).toBe(true);
		expect(answer('evil.test.').includes(missing ?? '')).toBe(false);
	});

	it('says what it cannot watch', () => {
		expect(text).toContain('# - mx1.mailhost.test, port 25: GitHub lets nobody out to it');
		expect(text).toContain('# - certificates 14 and 3 days before they end');
		expect(text).toContain('its 250 ms, which are for an open connection');
	});

	it('takes the repository that it runs in', () => {
		const [file] = exportReport(sampleReport(), 'upptime', { upptimeRepo: 'shop/status' }).files;
		expect(Upptime.parse(parse(file?.text ?? ''))).toMatchObject({ owner: 'shop', repo: 'status' });
	});
});

describe('Prometheus', () => {
	const files = textsOf('prometheus');
	const { modules } = Blackbox.parse(parse(files.get('blackbox.yml') ?? ''));
	const { scrape_configs: jobs } = Prometheus.parse(parse(files.get('prometheus.yml') ?? ''));

	it('points every target at a module that there is, and uses every module', () => {
		const used = jobs.flatMap((job) => job.static_configs.map(({ labels }) => labels.module));
		expect(new Set(used)).toEqual(new Set(Object.keys(modules)));
		expect(jobs.map(({ job_name }) => job_name)).toEqual([
			'launch-ready-site',
			'launch-ready-mail',
			'launch-ready-records',
		]);
	});

	it.each([
		['dns_shop_test_a', 'shop.test.\t300\tIN\tA\t203.0.113.10', true],
		['dns_shop_test_a', 'shop.test.\t300\tIN\tA\t203.0.113.100', false],
		['dns_shop_test_a', 'shop.test.\t300\tIN\tA\t203x0.113.10', false],
		['dns_shop_test_mx', 'shop.test.\t300\tIN\tMX\t20 mx2.mailhost.test.', true],
		['dns_shop_test_mx', 'shop.test.\t300\tIN\tMX\t10 mx1.mailhost.test.evil.test.', false],
		['dns_shop_test_caa', 'shop.test.\t300\tIN\tCAA\t0 issue "ca.test; validationmethods=x"', true],
		['dns_shop_test_caa', 'shop.test.\t300\tIN\tCAA\t0 iodef "mailto:ca@shop.test"', true],
		['dns_shop_test_caa', 'shop.test.\t300\tIN\tCAA\t0 issue "other.test"', false],
		['dns_www_shop_test_cname', 'www.shop.test.\t300\tIN\tCNAME\tshop.test.', true],
	])('takes in %s the record %j: %s', (module, record, isGood) => {
		const { fail_if_not_matches_regexp: all = [] } =
			modules[module]?.dns?.validate_answer_rrs ?? {};
		expect(all).toHaveLength(1);
		expect(all.every((one) => new RegExp(one.replace(/\(\?i:/g, '(?:')).test(record))).toBe(isGood);
	});

	it('minds no other text beside SPF, and misses its own', () => {
		const { fail_if_not_matches_regexp: all, fail_if_none_matches_regexp: some = [] } =
			modules['dns_shop_test_spf']?.dns?.validate_answer_rrs ?? {};
		expect(all).toBeUndefined();
		const matches = (text: string) => some.some((one) => new RegExp(one).test(text));
		expect(matches('a.\t1\tIN\tTXT\t"v=spf1 include:_spf.mailhost.test ?all"')).toBe(true);
		expect(matches('a.\t1\tIN\tTXT\t"v=spf1 include:_spf.mailhost.test all"')).toBe(false);
	});

	it.each([
		['redirect_https_www_shop_test', 'https://shop.test/', true],
		['redirect_https_www_shop_test', 'https://shop.test', true],
		['redirect_https_www_shop_test', '//shop.test/', true],
		['redirect_https_www_shop_test', '/', false],
		['redirect_https_www_shop_test', 'https://shop.test/elsewhere', false],
		['redirect_https_www_shop_test', 'https://shop-test/', false],
		['redirect_https_shop_test_old_html', '/new', true],
		['redirect_https_shop_test_old_html', 'https://shop.test/new', true],
		['redirect_https_shop_test_old_html', '/newer', false],
	])('takes in %s the Location %s: %s', (module, location, isGood) => {
		const [field] = modules[module]?.http?.fail_if_header_not_matches ?? [];
		expect(new RegExp(field?.regexp ?? '^never$').test(location)).toBe(isGood);
	});

	it('takes no health endpoint that says down below a 200', () => {
		const health = Object.values(modules).find(({ http }) => http?.fail_if_body_matches_regexp);
		const [down = ''] = health?.http?.fail_if_body_matches_regexp ?? [];
		const says = (body: string) => new RegExp(down.replace('(?i)', ''), 'i').test(body);
		expect(says('{"status": "DOWN"}')).toBe(true);
		expect(says('{"status":"up","lastError":"none"}')).toBe(false);
	});
});

describe('Uptime Kuma', () => {
	const files = textsOf('uptime-kuma');
	const monitors = AutoKuma.parse(JSON.parse(files.get('launch-ready.json') ?? ''));

	it('has a file for each channel that its monitors name, and one for their group', () => {
		expect([...files.keys()]).toEqual([
			'launch-ready-group.json',
			'launch-ready-slack.json',
			'launch-ready-email.json',
			'launch-ready.json',
		]);
		// Members that are lists of objects would be no TOML.
		expect(monitors.every((one) => !JSON.stringify(one).includes('[{"'))).toBe(true);
	});

	it('compares the values of records', () => {
		const mx = monitors.find((one) => one.name === 'shop.test: MX');
		expect(JSON.parse(mx?.type === 'dns' ? (mx.conditions ?? '') : '')).toEqual(
			['mx1.mailhost.test', 'mx2.mailhost.test'].map((value) => ({
				type: 'expression',
				variable: 'record',
				operator: 'equals',
				value,
				andOr: 'or',
			})),
		);
	});

	it('says in the group where it comes from and what is left out', () => {
		const { description } = JSON.parse(files.get('launch-ready-group.json') ?? '');
		expect(description).toContain('Written by launch-ready 1.2.3 from its audit of shop.test');
		expect(description).toContain('Left out: certificate of mx1.mailhost.test, port 25');
	});
});

it.each(MONITORING_TOOLS)('%s: the same report gives the same bytes, dated', (tool) => {
	const one = [...textsOf(tool)];
	expect([...textsOf(tool, structuredClone(sampleReport()))]).toEqual(one);
	expect(one.map(([, text]) => text).join('')).toContain('2026-06-01T12:00:00.000Z');
});

// ── Hostile values ───────────────────────────────────────────────────────────────────────────────

const SIGNS = [
	...'"\'\\\n\r\t#:-{}[]%$`*?&!|><=@, \u0000\u0085\u2028\ud800é',
	['$', '{HOME}'].join(''),
	'$HOME',
	'{{ get_env(name="A") }}',
	'{% raw %}',
	'\n---\n',
	'\nendpoints: []\n',
	' == ',
	'*/',
	'v=spf1 ',
];

const hostile = fc
	.array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ maxLength: 4 })), { maxLength: 12 })
	.map((parts) => parts.join(''));

const hostileReport = fc
	.record({
		host: hostile,
		text: hostile,
		path: hostile,
		detail: hostile,
		domain: fc.oneof(fc.constant('shop.test'), hostile),
	})
	.map(({ host, text, path, detail, domain }) => {
		const url = `https://shop.test/${path}`;
		const normal = URL.canParse(url) ? new URL(url).href : url;
		const row = (name: string, type: string, value: string) => ({
			name,
			type,
			ttl: 300,
			value,
			purpose: null,
		});
		return sampleReport(
			{
				records: [
					...SAMPLE_MAP.records,
					row('shop.test', 'TXT', `"v=spf1 ${text}"`),
					row('_dmarc.shop.test', 'TXT', `v=DMARC1; ${text}`),
					row(host, 'A', text),
					row('shop.test', 'MX', `10 ${host}`),
					row('shop.test', 'CAA', `0 issue "${text}"`),
				],
				answers: [
					...(SAMPLE_MAP.answers ?? []),
					{ url, from: url, status: 200, type: null },
					{ url: normal, from: normal, status: 200, type: null },
				],
				redirects: [
					{ from: 'https://shop.test/', to: normal, status: 302, endsAt: url, endStatus: 200 },
				],
				health: [{ url, state: detail, status: 200, cached: false, detail }],
				certificates: [
					...SAMPLE_MAP.certificates,
					...SAMPLE_MAP.certificates.slice(0, 1).map((one) => ({ ...one, host })),
				],
				mail: { exchangers: [`10 ${host}`], spf: null, dmarc: null },
			},
			{ target: { domain, hosts: [host, 'shop.test'] }, startedAt: detail },
		);
	});

describe('values that strangers wrote', () => {
	it('never break out of a string, and never change the structure', () => {
		fc.assert(
			fc.property(hostileReport, (report) => {
				gatus(report);
				Upptime.parse(parse(textsOf('upptime', report).get('.upptimerc.yml') ?? ''));
				const files = textsOf('prometheus', report);
				Prometheus.parse(parse(files.get('prometheus.yml') ?? ''));
				Blackbox.parse(parse(files.get('blackbox.yml') ?? ''));
				expect(parse(files.get('alerts.yml') ?? '')).toHaveProperty('groups');
				AutoKuma.parse(JSON.parse(textsOf('uptime-kuma', report).get('launch-ready.json') ?? ''));
			}),
			{ numRuns: 60 },
		);
	});

	it('are never filled in by Gatus, Upptime or AutoKuma', () => {
		fc.assert(
			fc.property(hostileReport, (report) => {
				const environment = { HOME: 'FILLED-IN', 'HOME}': 'FILLED-IN' };
				expect(
					expanded(textsOf('gatus', report).get('gatus.yaml') ?? '', environment),
				).not.toContain('FILLED-IN');
				const upptime = parse(textsOf('upptime', report).get('.upptimerc.yml') ?? '');
				expect(JSON.stringify(upptime)).not.toContain('$');
				const kuma = textsOf('uptime-kuma', report);
				const templates = [...kuma].filter(([name]) => !/slack|email/.test(name));
				for (const [, text] of templates) expect(text).not.toMatch(/\{[{%#]/);
			}),
			{ numRuns: 60 },
		);
	});

	it('keep what is a plain value as it is', () => {
		const text = 'v=spf1 ip4:192.0.2.0/24 exists:%{i}._spf.shop.test ~all';
		const records = [
			{ name: 'shop.test', type: 'TXT', ttl: 300, value: `"${text}"`, purpose: null },
		];
		const list = gatus(sampleReport({ records })).endpoints;
		expect(list.at(-1)?.conditions.at(-1)).toBe(`[BODY] == pat(*${text}*)`);
	});
});
