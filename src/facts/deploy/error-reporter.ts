import { lineAt } from './package-scripts.ts';

/** Something that sends unhandled errors to where people look. */
export interface ErrorReporter {
	readonly what: string;
	/** 1-based. */
	readonly line: number;
}

const PACKAGES = new RegExp(
	`^(?:${[
		'@sentry/.*',
		'sentry-(?:sdk|raven|ruby|rails|logback|log4j2|spring.*|sidekiq)',
		'sentry',
		'sentry/sentry.*',
		'Sentry(?:\\..*)?',
		'raven(?:-js)?',
		'.*getsentry/sentry-go.*',
		'.*glitchtip.*',
		'@bugsnag/.*',
		'bugsnag(?:-.*|/.*)?',
		'.*bugsnag-go.*',
		'@?rollbar(?:[-/].*)?',
		'.*rollbar-go.*',
		'rollbax',
		'@honeybadger-io/.*',
		'honeybadger(?:-io/.*)?',
		'.*honeybadger-go.*',
		'@airbrake/.*',
		'airbrake.*',
		'pybrake',
		'.*gobrake.*',
		'@appsignal/.*',
		'appsignal.*',
		'raygun.*',
		'mindscape/raygun4php',
		'Mindscape\\.Raygun.*',
		'newrelic(?:_rpm)?',
		'new_relic_agent',
		'.*newrelic/go-agent.*',
		'@newrelic/.*',
		'dd-trace',
		'ddtrace',
		'datadog',
		'@datadog/.*',
		'.*dd-trace-go.*',
		'datadog/.*',
		'elastic-apm.*',
		'@elastic/apm-.*',
		'.*go\\.elastic\\.co/apm.*',
		'@opentelemetry/(?:sdk-.*|auto-instrumentations-.*|exporter-.*)',
		'opentelemetry[-_](?!api$).*',
		'opentelemetry',
		'open-telemetry/.*',
		'go\\.opentelemetry\\.io/.*',
		'OpenTelemetry\\..*',
		'@vercel/otel',
		'applicationinsights.*',
		'@microsoft/applicationinsights-.*',
		'Microsoft\\.ApplicationInsights.*',
		'Azure\\.Monitor\\.OpenTelemetry.*',
		'azure-monitor-opentelemetry.*',
		'@azure/monitor-opentelemetry.*',
		'opencensus-ext-azure',
		'@google-cloud/(?:error-reporting|logging(?:-.*)?)',
		'google-cloud-(?:error-reporting|logging)',
		'cloud\\.google\\.com/go/(?:errorreporting|logging)',
		'stackdriver',
		'@highlight-run/.*',
		'highlight(?:\\.run|-io)',
		'logrocket(?:-.*)?',
		'trackjs(?:-.*)?',
		'@axiomhq/.*',
		'@logtail/.*',
		'logtail.*',
		'@baselime/.*',
		'exceptionless',
		'@exceptionless/.*',
		'errsole.*',
		'@solarwinds-apm/.*',
		'scout[-_]apm',
		'skylight',
		'@instana/.*',
		'atatus.*',
		'exception_notification',
		'solid_errors',
		'error_tracker',
		'tower(?:_.*)?',
		'spatie/(?:laravel-flare|flare-client-php|laravel-error-share)',
		'laravel/(?:nightwatch|pulse)',
		'inspector-apm/.*',
		'logfire',
		'@grafana/faro-.*',
		'@honeycombio/.*',
		'@middleware\\.io/.*',
		'pino-(?:sentry|datadog|axiom).*',
		'winston-transport-sentry.*',
		'Serilog\\.Sinks\\.(?:Sentry|Seq|ApplicationInsights|Datadog.*|NewRelic.*)',
		'elmah.*',
		'ElmahCore.*',
		'micrometer-registry-(?:datadog|new-relic|otlp|azure-monitor)',
	].join('|')})$`,
);

export const isErrorReporter = (packageName: string): boolean => PACKAGES.test(packageName);

const SCRIPTS =
	/browser\.sentry-cdn\.com|js(?:-de)?\.sentry-cdn\.com|d2wy8f7a9ursnm\.cloudfront\.net|cdn\.rollbar\.com|js-agent\.newrelic\.com|cdn\.trackjs\.com|cdn\.l[og]r?-?(?:in|ogrocket)[\w.-]*\.(?:com|io)|datadoghq-browser-agent\.com|cdn\.raygun\.io|js\.honeybadger\.io|js\.monitor\.azure\.com/;
const AGENTS =
	/-javaagent:\S{0,200}(?:newrelic|dd-java-agent|opentelemetry-javaagent|applicationinsights|elastic-apm|glowroot|sentry)|\bopentelemetry-instrument\b|\bddtrace-run\b|\bnewrelic-admin\b|(?:--require|--import|-r)[ =]\S{0,60}(?:dd-trace|newrelic|opentelemetry|sentry|applicationinsights|elastic-apm)|instrumentation\.opentelemetry\.io\/inject|admission\.datadoghq\.com\/|APPLICATIONINSIGHTS_CONNECTION_STRING|ApplicationInsightsAgent_EXTENSION_VERSION/;
const ADDONS =
	/"(?:plan"\s*:\s*")?(?:sentry|rollbar|bugsnag|honeybadger|airbrake|raygun|appsignal|newrelic|scout)(?::[\w-]+)?"/;
/** What frameworks bring: Django's mail to admins, Next.js' hook, a handler that mails. */
const OWN =
	/^ADMINS\s*=\s*[[(]\s*[("']|\bAdminEmailHandler\b|\bSMTPHandler\b|\bexport\s+(?:async\s+)?(?:function|const)\s+onRequestError\b|\bcapture_exceptions\b|\bcaptureException\b|\benableExceptionAutocapture\b|\bRails\.error\.subscribe\b|\bNativeMailerHandler\b/m;

/** In code, pages and settings, beside any package. */
export function errorReporterIn(file: string, text: string): ErrorReporter | null {
	const patterns = [SCRIPTS, AGENTS, OWN];
	if (/(?:^|\/)app\.json$/.test(file)) patterns.push(ADDONS);
	for (const pattern of patterns) {
		const match = pattern.exec(text);
		if (match !== null) {
			return { what: match[0].trim().slice(0, 60), line: lineAt(text, match.index) };
		}
	}
	return null;
}
