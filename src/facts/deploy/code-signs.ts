import { withoutComments } from './code-text.ts';
import { lineAt } from './package-scripts.ts';

/** A place that shows something, and what. */
export interface FoundSign {
	readonly what: string;
	readonly line: number;
}

const NAME =
	'_?(?:health(?:[-_]?check|z)?|livez?|liveness|readyz?|readiness|alive|_?ping|heartbeat|up|status|healthy)';
const ROUTE = new RegExp(
	`(?:\\.(?:get|head|all|use|route|register|add|GET|Get|Handle|HandleFunc|MapGet|MapHealthChecks|add_url_rule|add_api_route|add_route)|@(?:Controller|Get|GetMapping|RequestMapping)|\\b(?:re_)?path|\\broute|\\bget|Route::(?:get|any)|HandleFunc)\\s*(?:<[^>]{0,40}>)?\\s*\\(?\\s*(?:\\{[^{}]{0,200}(?:url|path)\\s*:\\s*)?[rf]?["'\`]\\^?/?(?:[\\w.-]{1,30}/){0,3}${NAME}/?\\$?["'\`]`,
);
const COMPARED = new RegExp(
	`(?:pathname|url|path|URL\\.Path|req\\.\\w+)\\b[^\\n]{0,40}(?:===?|startsWith\\(|case)\\s*["'\`]/(?:[\\w.-]{1,30}/){0,3}${NAME}/?["'\`]|\\bcase\\s+["'\`]/(?:[\\w.-]{1,30}/){0,3}${NAME}/?["'\`]\\s*:`,
);
const OPTION = new RegExp(
	`\\b(?:url|path|route|endpoint|healthCheckPath)\\s*[:=]\\s*["'\`]/(?:[\\w.-]{1,30}/){0,3}${NAME}/?["'\`]`,
);
const LIBRARY =
	/rails\/health#show|MapHealthChecks|@godaddy\/terminus|@nestjs\/terminus|TerminusModule|lightship|health_check\.urls|spring-boot-starter-actuator|fastify-healthcheck|@fastify\/under-pressure|express-healthcheck|HealthController|healthcheck\.NewHandler|okcomputer/;

/** A route that says whether the service lives, in code or by the name of a file. */
export function healthRouteIn(path: string, text: string): FoundSign | null {
	const byName = new RegExp(
		`(?:^|/)(?:app|pages|api|routes|functions|server)/(?:.{0,100}/)?${NAME}(?:/(?:route|\\+server|index|\\+page\\.server))?(?:\\.(?:get|loader))?\\.(?:[cm]?[jt]sx?|py|php|rb)$`,
	);
	if (byName.test(path)) return { what: path, line: 1 };
	if (!/health|live|read[yi]|ping|heartbeat|status|alive|["'`]\/?up["'`]/i.test(text)) return null;
	const code = withoutComments(text, styleOf(path));
	for (const pattern of [ROUTE, COMPARED, OPTION, LIBRARY]) {
		const match = pattern.exec(code);
		if (match !== null) return { what: match[0].slice(0, 60), line: lineAt(code, match.index) };
	}
	return null;
}

const styleOf = (path: string): 'c' | 'hash' =>
	/\.(?:py|rb|ya?ml|toml|ex|exs|sh)$/.test(path) ? 'hash' : 'c';

const COMMIT =
	/\b(?:\w*GIT_(?:COMMIT|SHA|REV|HASH|REVISION)\w*|COMMIT_(?:SHA|HASH|REF|ID)|SOURCE_(?:VERSION|COMMIT)|GITHUB_SHA|CI_COMMIT_\w+|HEROKU_(?:SLUG_COMMIT|RELEASE_VERSION|BUILD_COMMIT)|RAILWAY_\w*COMMIT\w*|FLY_(?:IMAGE_REF|MACHINE_VERSION)|K_REVISION|GAE_VERSION|(?:NEXT_PUBLIC_|VITE_|PUBLIC_|NUXT_PUBLIC_)?(?:APP|BUILD|RELEASE)_(?:VERSION|SHA|ID|COMMIT|NUMBER|REVISION|HASH)|SENTRY_RELEASE|npm_package_version|VERCEL_DEPLOYMENT_ID|__APP_VERSION__|__COMMIT_HASH__|gitHash|commitHash|commitSha|gitSha|buildId)\b|git rev-parse|git describe/;
const VERSION_ROUTE = new RegExp(
	ROUTE.source.replace(NAME, '(?:version|release|build|build-?info|info|revision|about/version)'),
);
const VERSION_HEADER =
	/["'`]x-(?:[\w-]{1,30}-)?(?:version|release|commit|revision|build|deploy-?id)["'`]/i;
const VERSION_META =
	/<meta\s[^>]{0,200}name=["'](?:[\w:-]{0,30}[-:])?(?:version|revision|commit|build|release)["']/i;
const TRACKER_RELEASE =
	/\brelease\s*[:=]\s*(?!["'`]\s*["'`]|undefined|null)\S|withSentryConfig|sentryVitePlugin|sentryWebpackPlugin|sentryRollupPlugin|@sentry\/nuxt\/module|appVersion\s*:|code_version\s*:|codeVersion\s*:/;
const PACKAGE_VERSION =
	/\b(?:pkg|packageJson|package_json|packageInfo)\.version\b|\{[^{}\n]{0,80}\bversion\b[^{}\n]{0,80}\}\s*(?:=\s*require\(|from\s*)["'][^"']{0,80}package\.json["']|importlib\.metadata|__version__/;

/** Something that can tell, of a running deployment, which commit or release it is. */
export function versionIn(path: string, text: string): FoundSign | null {
	if (
		/(?:^|\/)(?:app|pages|api|routes|server)\/(?:.{0,100}\/)?version(?:\/(?:route|\+server|index))?\.[cm]?[jt]sx?$/.test(
			path,
		)
	) {
		return { what: path, line: 1 };
	}
	const isTracker = /sentry|bugsnag|rollbar|honeybadger|datadog|newrelic/i.test(text);
	const patterns = [COMMIT, VERSION_HEADER, VERSION_META, VERSION_ROUTE, PACKAGE_VERSION];
	if (isTracker) patterns.push(TRACKER_RELEASE);
	const code = withoutComments(text, styleOf(path));
	for (const pattern of patterns) {
		const match = pattern.exec(code);
		if (match !== null) return { what: match[0].slice(0, 60), line: lineAt(code, match.index) };
	}
	return null;
}

/** Packages that send unhandled errors somewhere, whatever else they do. */
const REPORTERS =
	/^(?:@sentry\/.*|sentry-sdk|sentry-raven|sentry-(?:ruby|rails)|sentry\/sentry(?:-laravel|-symfony)?|raven(?:-js)?|.*getsentry\/sentry-go|io\.sentry.*|sentry(?:-spring.*|-logback)?|@bugsnag\/.*|bugsnag(?:-js|\/.*)?|.*bugsnag-go.*|rollbar(?:\/.*)?|.*rollbar-go|@honeybadger-io\/.*|honeybadger|@airbrake\/.*|airbrake(?:-.*)?|@appsignal\/.*|appsignal|raygun(?:4\w*|-.*|)?|newrelic|newrelic_rpm|.*newrelic\/go-agent.*|dd-trace|ddtrace|datadog|@datadog\/.*|.*dd-trace-go.*|elastic-apm(?:-.*)?|elastic-apm-node|@elastic\/apm-.*|@opentelemetry\/(?:sdk-.*|auto-instrumentations-.*|exporter-.*)|opentelemetry-(?:distro|sdk|exporter.*|instrumentation.*)|@vercel\/otel|applicationinsights|@microsoft\/applicationinsights-.*|azure-monitor-opentelemetry|@azure\/monitor-opentelemetry|@google-cloud\/error-reporting|google-cloud-error-reporting|@highlight-run\/.*|highlight\.run|logrocket|trackjs|posthog-(?:js|node)|posthog|@axiomhq\/.*|@logtail\/.*|@baselime\/.*|exceptionless|@exceptionless\/.*|errsole|@solarwinds-apm\/.*|scout_apm|skylight|@instana\/.*|atatus-.*|sumologic.*|@rollbar\/.*|glitchtip.*|exception_notification|spatie\/laravel-ray|spatie\/laravel-flare|facade\/ignition|logfire|@grafana\/faro-.*|@honeycombio\/.*|@aws-lambda-powertools\/tracer|@middleware\.io\/.*)(?:\[.*)?$/;

export const isReporter = (name: string): boolean => REPORTERS.test(name);

const REPORTER_SCRIPT =
	/(?:browser\.sentry-cdn\.com|js\.sentry-cdn\.com|d2wy8f7a9ursnm\.cloudfront\.net|cdn\.rollbar\.com|js-agent\.newrelic\.com|cdn\.trackjs\.com|cdn\.logrocket|datadoghq-browser-agent\.com|cdn\.raygun\.io|js\.honeybadger\.io)/;

/** One that is loaded by a script tag. */
export function reporterScriptIn(text: string): FoundSign | null {
	const match = REPORTER_SCRIPT.exec(text);
	return match === null ? null : { what: match[0], line: lineAt(text, match.index) };
}

/** Databases that keep what customers give; caches and search indexes are none. */
const DATABASES: readonly (readonly [pattern: RegExp, name: string, backedUpBy: string])[] = [
	[
		/^@neondatabase\/serverless$/,
		'Neon',
		'Neon, which keeps a history to restore from on every plan',
	],
	[
		/^@planetscale\/database$/,
		'PlanetScale',
		'PlanetScale, which backs up every production branch',
	],
	[
		/^(?:@libsql\/client|@tursodatabase\/.*|@prisma\/adapter-libsql)$/,
		'Turso',
		'Turso, which keeps a history to restore from on every plan',
	],
	[
		/^(?:pg|postgres|pg-promise|@vercel\/postgres|psycopg2?(?:-binary)?|psycopg|asyncpg|postgrex|github\.com\/(?:lib\/pq|jackc\/pgx)|postgresql)(?:\[.*)?$/,
		'PostgreSQL',
		'',
	],
	[
		/^(?:mysql2?|mariadb|mysqlclient|pymysql|github\.com\/go-sql-driver\/mysql|mysql-connector-j(?:ava)?)$/,
		'MySQL',
		'',
	],
	[/^(?:mongodb|mongoose|pymongo|motor|mongoid|go\.mongodb\.org\/mongo-driver)$/, 'MongoDB', ''],
	[/^(?:better-sqlite3|sqlite3)$/, 'SQLite', ''],
	[/^@supabase\/supabase-js$/, 'Supabase', ''],
	[
		/^(?:@prisma\/client|typeorm|sequelize|knex|drizzle-orm|@mikro-orm\/core|kysely|objection|sqlalchemy|sqlmodel|tortoise-orm|peewee|activerecord|doctrine\/orm|ecto_sql|gorm\.io\/gorm)$/,
		'a database',
		'',
	],
];

export interface NamedDatabase {
	readonly name: string;
	/** Empty where nobody backs it up unasked. */
	readonly backedUpBy: string;
}

export function databaseNamed(packageName: string): NamedDatabase | null {
	const found = DATABASES.find(([pattern]) => pattern.test(packageName));
	return found === undefined ? null : { name: found[1], backedUpBy: found[2] };
}

const IAC_BACKUP =
	/\bbackup_retention_period\s*=\s*[1-9]|\bbackup_retention_days\s*=\s*[1-9]|BackupRetentionPeriod:\s*["']?[1-9]|\bbackup_configuration\s*\{|point_in_time_recovery|PointInTimeRecovery|backupRetention\s*:|barmanObjectStore/;

/** Infrastructure code that has backups switched on. */
export function declaredBackupIn(text: string): FoundSign | null {
	const match = IAC_BACKUP.exec(text);
	return match === null ? null : { what: match[0].trim(), line: lineAt(text, match.index) };
}

const BACKUP =
	/\bback(?:ed|ing)?[- ]?ups?\b|\bpg_dump(?:all)?\b|\bmysqldump\b|\bmongodump\b|\blitestream\b|\bwal-[ge]\b|\bpgbackrest\b|\bbarman\b|\brestic\b|\bpoint[- ]in[- ]time\b/i;
const RESTORE =
	/\brestor(?:e|es|ed|ing|ation)\b|\bpg_restore\b|\bmongorestore\b|\bpoint[- ]in[- ]time recovery\b|\bPITR\b|\bdisaster recovery\b/i;

/** What a document says of backups, and of getting the data back from them. */
export function backupNotesIn(text: string): {
	readonly backup: FoundSign | null;
	readonly restore: FoundSign | null;
} {
	const sign = (pattern: RegExp): FoundSign | null => {
		const match = pattern.exec(text);
		return match === null ? null : { what: match[0], line: lineAt(text, match.index) };
	};
	const backup = sign(BACKUP);
	return { backup, restore: backup === null ? null : sign(RESTORE) };
}
