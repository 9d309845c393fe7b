import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healthHandlerIn } from '../../../src/facts/monitoring/constant-health.ts';
import { readHealthBody } from '../../../src/facts/monitoring/health-body.ts';
import { healthLeaks } from '../../../src/facts/monitoring/health-leaks.ts';
import {
	cronSeconds,
	destination,
	durationSeconds,
} from '../../../src/facts/monitoring/monitor.ts';
import { monitorsIn } from '../../../src/facts/monitoring/repository-monitors.ts';

/** `tool urls seconds asserts enabled`, and `tool kind to state`. */
function read(path: string, text: string): readonly string[] {
	const { monitors, channels } = monitorsIn(path, text);
	return [
		...monitors.map(
			(one) =>
				`${one.tool} ${one.urls.join(' ')} ${one.intervalSeconds} ${one.asserts} ${one.isEnabled} :${one.line}`,
		),
		...channels.map(({ tool, kind, to, state }) => `${tool} ${kind} ${to} ${state}`),
	];
}

describe('configuration of monitors', () => {
	it('is read of Gatus', () => {
		const text = `alerting:
  slack:
    webhook-url: "\${SLACK_WEBHOOK}"
  email:
    to: ops@shop.test
  discord:
    webhook-url: https://discord.com/api/webhooks/1/abc
endpoints:
  - name: site
    url: https://shop.test/health
    interval: 10m
    conditions: ["[STATUS] == 200"]
    alerts: [{ type: slack }, { type: email }]
  - name: slow
    enabled: false
    url: https://shop.test/
    conditions: ["[RESPONSE_TIME] < 300"]
`;
		expect(read('gatus/config.yaml', text)).toEqual([
			'Gatus https://shop.test/health 600 true true :10',
			'Gatus https://shop.test/ 60 false false :16',
			'Gatus chat  unseen',
			'Gatus mail ops@shop.test real',
		]);
	});

	it('is read of Upptime', () => {
		const text = 'owner: shop\nsites:\n  - name: Shop\n    url: https://shop.test\n';
		expect(read('.upptimerc.yml', text)).toEqual([
			'Upptime https://shop.test 300 true true :4',
			'Upptime own GitHub issues real',
		]);
	});

	it('is read of Prometheus, its Alertmanager and its operator', () => {
		const jobs = `global: { scrape_interval: 15m }
scrape_configs:
  - job_name: web
    metrics_path: /probe
    params: { module: [http_2xx] }
    static_configs: [{ targets: ["https://shop.test"] }]
  - job_name: node
    static_configs: [{ targets: ["localhost:9100"] }]
`;
		expect(read('prometheus.yml', jobs)).toEqual(['Prometheus https://shop.test 900 true true :3']);
		const route = 'route: { receiver: team }\nreceivers:\n  - name: team\n';
		expect(read('alertmanager.yml', route)).toEqual(['Prometheus own  placeholder']);
		expect(
			read('alertmanager.yml', `${route}    email_configs: [{ to: ops@shop.test }]\n`),
		).toEqual(['Prometheus mail ops@shop.test real']);
		const probe = `apiVersion: monitoring.coreos.com/v1
kind: Probe
metadata: { name: web }
spec:
  interval: 30s
  module: tcp_connect
  targets: { staticConfig: { static: ["https://shop.test"] } }
`;
		expect(read('k8s/probe.yaml', probe)).toEqual([
			'Prometheus https://shop.test 30 false true :2',
			'Prometheus own Alertmanager of the cluster unseen',
		]);
	});

	it('is read of scheduled workflows that watch, and of no others', () => {
		const workflow = (name: string, run: string) =>
			`name: ${name}\non:\n  schedule:\n    - cron: '*/15 * * * *'\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${run}\n`;
		const path = '.github/workflows/x.yml';
		expect(read(path, workflow('Uptime', 'curl -fsS https://shop.test/'))[0]).toBe(
			'GitHub Actions https://shop.test/ 900 true true :3',
		);
		expect(read(path, workflow('Uptime', 'curl -s https://shop.test/'))[0]).toContain('false true');
		expect(read(path, workflow('Nightly', 'curl -s https://shop.test/api/cron'))).toEqual([]);
	});

	it('is read of Terraform', () => {
		const text = `
resource "betteruptime_monitor" "site" {
  url             = "https://shop.test" # home
  monitor_type    = "status"
  check_frequency = 600
  paused          = true
}
resource "uptimerobot_monitor" "api" {
  type = "http"
  url  = var.url
}
resource "aws_route53_health_check" "tcp" {
  fqdn              = "shop.test"
  port              = 443
  type              = "TCP"
  request_interval  = "30"
}
resource "google_monitoring_uptime_check_config" "https" {
  period = "900s"
  http_check {
    path    = "/health"
    use_ssl = true
  }
  monitored_resource {
    type   = "uptime_url"
    labels = {
      host = "shop.test"
    }
  }
}
resource "google_monitoring_notification_channel" "mail" {
  type   = "email"
  labels = { email_address = "ops@shop.test" }
}
resource "pingdom_check" "p" {
  type       = "http"
  host       = "staging.shop.test"
  resolution = 5
  userids    = [1]
}
resource "statuscake_uptime_check" "s" {
  check_interval = 301
  contact_groups = []
  http_check {
    timeout = 20
    status_codes = ["500"]
  }
  monitored_resource { address = "https://shop.test" }
}
`;
		expect(read('infra/main.tf', text)).toEqual([
			'Better Stack https://shop.test 600 true false :2',
			'UptimeRobot var.url 300 true true :8',
			'Route 53 https://shop.test 30 false true :12',
			'Google Cloud Monitoring https://shop.test/health 900 true true :18',
			'Pingdom https://staging.shop.test 300 true true :35',
			'StatusCake https://shop.test 301 true true :41',
			'Better Stack own  real',
			'Google Cloud Monitoring mail ops@shop.test real',
			'Pingdom own  real',
		]);
	});

	it('is read of Checkly’s code', () => {
		const text = `import { ApiCheck, EmailAlertChannel, Frequency } from 'checkly/constructs';
new ApiCheck('home', {
  name: 'Home', activated: false, frequency: Frequency.EVERY_30M,
  request: { method: 'GET', url: 'https://shop.test/health' },
});
new EmailAlertChannel('mail', { address: 'you@example.com' });
`;
		expect(read('__checks__/home.check.ts', text)).toEqual([
			'Checkly https://shop.test/health 1800 true false :2',
			'Checkly mail you@example.com real',
			'Checkly own  unseen',
		]);
	});
});

describe('destinations', () => {
	it.each([
		['chat', 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX', 'placeholder'],
		['webhook', 'YOUR_WEBHOOK', 'placeholder'],
		['webhook', 'https://hooks.shop.test/your-webhook', 'placeholder'],
		['mail', 'your-email@shop.test', 'placeholder'],
		['mail', 'ops@shop.test', 'real'],
		['chat', `$\{SLACK_WEBHOOK}`, 'unseen'],
		['chat', '$SLACK_WEBHOOK', 'unseen'],
		['chat', '{{ .Values.slack }}', 'unseen'],
		['pager', 'var.key', 'unseen'],
	] as const)('%s %s is %s', (kind, text, state) => {
		expect(destination(kind, text).state).toBe(state);
	});

	it('show nothing that opens them', () => {
		const url = 'https://discord.com/api/webhooks/123456/Kd8sjdkaJ2k3';
		expect(JSON.stringify(destination('chat', url))).not.toContain('Kd8s');
	});
});

describe('times', () => {
	it.each([
		['5m', 300],
		['1h30m', 5_400],
		['300s', 300],
		['PT5M', 300],
		[60, 60],
		['sometimes', null],
		[0, null],
	])('%s is %s s', (text, seconds) => {
		expect(durationSeconds(text)).toBe(seconds);
	});

	it.each([
		['*/5 * * * *', 300],
		['* * * * *', 60],
		['0,30 * * * *', 1_800],
		['7 * * * *', 3_600],
		['0 */6 * * *', 21_600],
		['0 8 * * *', 86_400],
		['0 8 * * 1', 86_400],
		['@daily', null],
	])('%s is %s s', (text, seconds) => {
		expect(cronSeconds(text)).toBe(seconds);
	});
});

describe('bodies', () => {
	it.each([
		['{"status":"ok"}', 'up'],
		['{"status":"pass","version":"1","checks":{}}', 'up'],
		['{"status":"UP","components":{"mail":{"status":"DOWN"}}}', 'up'],
		['{"status":"ok","info":{"db":{"status":"up"}},"error":{},"details":{}}', 'up'],
		['{"ok":true,"error":null,"errors":0,"errorRate":0,"failed":0}', 'up'],
		['{"error":null,"errors":[],"uptime":3}', null],
		['{"error":"none"}', null],
		['{"status":"degraded","checks":{"db":"down"}}', 'degraded'],
		['{"status":"down"}', 'down'],
		['{"status":"error","error":{"db":{"status":"down"}}}', 'down'],
		['{"status":"fail","output":"x"}', 'down'],
		['{"status":503}', 'down'],
		['{"healthy":false}', 'down'],
		['{"error":"connect ECONNREFUSED"}', 'down'],
		['{"status":"ok","checks":{"postgres:time":[{"status":"fail"}]}}', 'down'],
		['{"checks":{"queue":{"status":"unhealthy"}}}', 'down'],
		['Healthy', 'up'],
		['Unhealthy', 'down'],
		['OK', 'up'],
		['0 errors', null],
		['Error: connect ECONNREFUSED', 'down'],
		['', null],
		['[]', null],
	])('%s says %s', (text, says) => {
		expect(readHealthBody(text).says).toBe(says);
	});

	it.each([
		['{"status":"ok","version":"1.4.2","commit":"abc1234","environment":"production"}', []],
		['{"status":"ok","server":"running","host":"api.shop.test"}', []],
		['{"hostname":"web-7f9c"}', ['machine']],
		['{"db":{"error":"connect ECONNREFUSED 10.0.4.2:5432"}}', ['machine']],
		['{"database":{"version":"PostgreSQL 14.2"}}', ['software version']],
		['{"runtime":"v20.1.0"}', ['software version']],
		['{"env":{"NODE_ENV":"x","DB_HOST":"y","APP_KEY":"z"}}', ['environment']],
		['{"stack":"Error: x\\n    at Object.<anonymous> (/srv/app/server.js:3:5)"}', ['stack trace']],
	])('%s gives away %j', (text, kinds) => {
		expect(healthLeaks(text, 'shop.test').map(({ kind }) => kind)).toEqual(kinds);
	});
});

describe('handlers', () => {
	it.each([
		["app.get('/health', (q, s) => s.send('ok'))", 'a.js', 'constant'],
		[
			"app.get('/health', ping);\nfunction ping(q, s) {\n  s.json({ at: Date.now() });\n}",
			'a.js',
			'constant',
		],
		["app.get('/health', async (q, s) => { await db.ping(); s.send('ok'); })", 'a.js', 'asks'],
		["app.get('/health', (q, s) => s.json({ ok: isReady() }))", 'a.js', 'asks'],
		["app.get('/health', health)", 'a.js', null],
		[
			'export async function GET() {\n  return Response.json({ status: "ok" });\n}',
			'route.ts',
			'constant',
		],
		[
			'@app.get("/health")\ndef health():\n    return {"status": "ok"}\n\nx = 1',
			'a.py',
			'constant',
		],
		[
			'@app.get("/health")\ndef health():\n    db.execute("select 1")\n    return {"status": "ok"}\n',
			'a.py',
			'asks',
		],
		['path("health/", views.health),', 'urls.py', null],
		[
			'mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok")) })',
			'a.go',
			'constant',
		],
	])('%s', (text, file, said) => {
		expect(healthHandlerIn(file, text, 1)).toBe(said);
	});
});

describe('readers', () => {
	const shapes = fc.oneof(
		fc.string({ maxLength: 400 }),
		fc.json({ maxDepth: 6 }),
		fc
			.array(
				fc.constantFrom(
					'endpoints:',
					'  - url: ',
					'conditions: [',
					'sites:',
					'scrape_configs:',
					'receivers:',
					'resource "pingdom_check" "a" {',
					'}',
					'x = "',
					'<<EOF',
					'[',
					'{',
					'new ApiCheck(',
					')',
					"app.get('/health', (",
					'=>',
					'@app.get("/h")',
					'def f():',
					'  ',
					'\n',
				),
				{ maxLength: 60 },
			)
			.map((parts) => parts.join('\n')),
	);

	it('never throw, whatever they are given', () => {
		fc.assert(
			fc.property(
				shapes,
				fc.constantFrom('a.yml', '.upptimerc.yml', 'a.tf', 'a.check.ts', '.github/workflows/a.yml'),
				(text, path) => {
					const { monitors } = monitorsIn(path, text);
					for (const { intervalSeconds } of monitors) expect(intervalSeconds).not.toBeNaN();
					readHealthBody(text);
					healthLeaks(text, 'shop.test');
					for (const file of ['a.js', 'a.py']) healthHandlerIn(file, text, 1);
					expect(cronSeconds(text)).not.toBeNaN();
					expect(durationSeconds(text)).not.toBeNaN();
				},
			),
			{ numRuns: 400 },
		);
	});

	it('are done at once with hostile texts', () => {
		const started = performance.now();
		for (const text of [
			'{'.repeat(60_000),
			'('.repeat(60_000),
			'a = [\n'.repeat(20_000),
			'"'.repeat(60_000),
		]) {
			for (const path of ['a.yml', 'a.tf', 'a.check.ts']) monitorsIn(path, text);
			readHealthBody(text);
			healthLeaks(text, 'shop.test');
			healthHandlerIn('a.js', text, 1);
		}
		expect(performance.now() - started).toBeLessThan(5_000);
	});
});
