import { withoutComments } from './code-text.ts';
import { lineAt } from './package-scripts.ts';
import { routeFinder } from './registered-route.ts';

/** Something that tells, of a running deployment, which commit or release it is. */
export interface VisibleVersion {
	readonly what: string;
	/** 1-based. */
	readonly line: number;
}

const WORD =
	'(?:version|release|revision|commit(?:-(?:sha|hash|id))?|build(?:-(?:id|number|version|sha))?|git-?(?:sha|commit|hash|rev)|deploy(?:ment)?-id)';
/** Of the product, not of an API, a client or a provider. */
export const VERSION_HEADER = new RegExp(
	`^x-(?:(?:app|application|service|server|build|git|release|deploy(?:ed)?|image|site|web|source)-)?${WORD}$`,
	'i',
);
const HEADER = new RegExp(
	`(.{0,30})(?:["'\`]|add_header\\s+|\\bheader\\s+)(x-(?:(?:app|application|service|server|build|git|release|deploy(?:ed)?|image|site|web|source)-)?${WORD})["'\`\\s]`,
	'gi',
);
const READS = /(?:\breq(?:uest)?\b[^\n]{0,20}(?:\[|\()|\.headers\.get\()\s*$/i;

const routes = routeFinder(
	'/?(?:[\\w.-]{1,30}/){0,3}(?:_{0,2}version(?:__)?(?:\\.(?:json|txt))?|build-?info|app-?version|revision|commit-?(?:sha|hash|id)?)/?',
);
const ROUTE_FILE =
	/(?:^|\/)(?:(?:app\/(?:[\w().@-]{1,60}\/){0,6}|routes\/(?:[\w().-]{1,60}\/){0,4})(?:_?version|build-?info)\/(?:route|\+server)|pages\/(?:api\/)?(?:[\w.-]{1,60}\/){0,3}(?:_?version|build-?info)|server\/(?:api|routes)\/(?:[\w.-]{1,60}\/){0,3}(?:version|build-?info)(?:\.get)?|app\/routes\/[\w$.+]{0,60}(?:version|build-?info)|api\/(?:version|build-?info))(?:\.json|\.txt)?\.[cm]?[jt]sx?$/;

export const VERSION_META =
	/<meta\s[^>]{0,200}name=["'](?:[\w:-]{0,30}[-:])?(?:version|revision|commit|build|release|git-(?:sha|commit))["']/i;

/** Names that hold a commit or release, of platforms and of habit. */
const COMMIT =
	/\b(?:\w*GIT_(?:COMMIT|SHA|REV|HASH|REVISION)\w*|COMMIT_(?:SHA|HASH|REF|ID)|SOURCE_(?:VERSION|COMMIT)|GITHUB_SHA|CI_COMMIT_\w+|HEROKU_(?:SLUG_COMMIT|RELEASE_VERSION|BUILD_COMMIT)|RAILWAY_\w*COMMIT\w*|FLY_(?:IMAGE_REF|MACHINE_VERSION)|K_REVISION|GAE_VERSION|(?:APP|BUILD|RELEASE)_(?:VERSION|SHA|ID|COMMIT|NUMBER|REVISION|HASH)|npm_package_version|gitHash|commitHash|commitSha|gitSha)\b|git rev-parse|git describe/;
const PACKAGE_VERSION =
	/\b(?:pkg|packageJson|package_json|packageInfo)\.version\b|\{[^{}\n]{0,80}\bversion\b[^{}\n]{0,80}\}\s*(?:=\s*require\(|from\s*)["'][^"']{0,80}package\.json["']/;
/** Put into every bundle, where anybody can read it. */
const BUNDLED =
	/\b(?:NEXT_PUBLIC|VITE|NUXT_PUBLIC|REACT_APP|PUBLIC|EXPO_PUBLIC)_\w{0,40}(?:VERSION|SHA|COMMIT|RELEASE|REVISION|BUILD_ID)\b|\b__(?:APP_VERSION|COMMIT_HASH|COMMIT_SHA|GIT_COMMIT|GIT_SHA|BUILD_ID|VERSION|RELEASE)__\b|\bgenerateBuildId\b|\bdeploymentId\s*:/;
/** What a version of a deployment is read from; a document has a version too. */
const OWN =
	'(?:process\\.env|import\\.meta\\.env|os\\.|ENV|env\\(|getenv|System\\.|Environment|settings\\.|config|app\\.|__\\w+__|\\w*(?:VERSION|COMMIT|SHA|BUILD|RELEASE)|(?:app|pkg|package|build|git|release)\\w*|version\\b(?!\\.)|commit\\b|\\$\\{)';
/** An answer with it. A literal is the version of an interface, not of a deployment. */
const ANSWERED = new RegExp(
	`\\b(?:json|send|jsonify|JsonResponse|JSONResponse|JSON|Json|Response|reply|response|body\\s*=|render\\s+json:|return)\\s{0,4}[({[][^;]{0,400}?\\b(?:version|commit|commitSha|gitSha|sha|revision|release|build)["']?\\s*(?:=>|[:=])\\s*${OWN}`,
);
/** The short form, of a name that is read from a package or the environment. */
const SHORT =
	/\b(?:json|send|Response)\s{0,4}\([^;]{0,300}?[{,]\s*(?:version|commit|sha|revision|release)\s*[,}]/;
const TEMPLATE =
	/\.(?:jsx|tsx|vue|svelte|astro|erb|haml|slim|html?|ejs|hbs|pug|njk|twig|jinja2?|heex|eex|leex|cshtml|gohtml|tmpl)$|\.blade\.php$/;

const TRACKERS =
	/sentry|bugsnag|rollbar|honeybadger|datadog|dd-trace|newrelic|airbrake|appsignal|raygun|opentelemetry|trackjs|logrocket/i;
const RELEASE =
	/\brelease["']?\s*(?:=>|[:=])\s*(?!["'`]\s*["'`]|undefined|null|true|false)\S|withSentryConfig|sentryVitePlugin|sentryWebpackPlugin|sentryRollupPlugin|sentryEsbuildPlugin|@sentry\/nuxt\/module|\b(?:appVersion|app_version|code_version|codeVersion)["']?\s*[:=]|\brevision["']?\s*[:=]/;
/** In settings as well as in code. */
const TRACKER_SETTING =
	/\bSENTRY_RELEASE\b|\bDD_VERSION\b|tags\.datadoghq\.com\/version|getsentry\/action-release|sentry-cli\s+releases|service\.version\s*=|\b(?:ATTR|SEMRESATTRS)_SERVICE_VERSION\b|\bHONEYBADGER_REVISION\b|\bAPPSIGNAL_(?:APP_)?REVISION\b|git-commit-id(?:-maven)?-plugin|gradle-git-properties|\bNEW_RELIC_METADATA_COMMIT\b/;

const MAY =
	/version|release|revision|commit|build-?(?:id|info)|git-?sha|deploymentId|\bsha\b|sentry/i;
const MAY_ROUTE = /["'`/](?:_{0,2}version|build-?info|app-?version|revision|commit)/i;
const MAY_HEADER = /x-[\w-]{0,20}(?:version|release|revision|commit|build|sha|deploy)/i;

/** In code and templates. */
export function versionIn(file: string, text: string): VisibleVersion | null {
	if (ROUTE_FILE.test(file)) return { what: file, line: 1 };
	if (!MAY.test(text)) return null;
	const code = withoutComments(text, /\.(?:py|rb|exs?)$/.test(file) ? 'hash' : 'c');
	const sign = (pattern: RegExp): VisibleVersion | null => {
		const match = pattern.exec(code);
		return match === null ? null : signAt(code, match);
	};
	const route = TEMPLATE.test(file) || !MAY_ROUTE.test(code) ? null : routes(code);
	if (route !== null) return { what: route.path, line: lineAt(code, route.index) };
	const has = (pattern: RegExp) => pattern.test(code);
	return (
		headerIn(code) ??
		sign(VERSION_META) ??
		sign(BUNDLED) ??
		sign(TRACKER_SETTING) ??
		(TRACKERS.test(code) ? sign(RELEASE) : null) ??
		(TEMPLATE.test(file) ? (sign(COMMIT) ?? sign(PACKAGE_VERSION)) : null) ??
		(TEMPLATE.test(file) ? null : sign(ANSWERED)) ??
		(has(SHORT) && (has(COMMIT) || has(PACKAGE_VERSION)) ? sign(SHORT) : null)
	);
}

/** In the settings of servers, images, platforms and workflows. */
export function versionSettingIn(text: string): VisibleVersion | null {
	const match = TRACKER_SETTING.exec(text);
	return headerIn(text) ?? (match === null ? null : signAt(text, match));
}

function headerIn(code: string): VisibleVersion | null {
	if (!MAY_HEADER.test(code)) return null;
	for (const match of code.matchAll(HEADER)) {
		const [, before = '', name = ''] = match;
		if (READS.test(before)) continue;
		return { what: name, line: lineAt(code, match.index + before.length) };
	}
	return null;
}

const signAt = (code: string, match: RegExpExecArray): VisibleVersion => ({
	what: match[0].replace(/\s+/g, ' ').slice(0, 60),
	line: lineAt(code, match.index),
});
