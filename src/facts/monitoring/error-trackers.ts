import type { HttpAnswered } from '../../core/io.ts';
import { enforcedPolicies } from '../web/csp.ts';
import { allowsUrl, governing } from '../web/csp-meaning.ts';

/** An error tracker that code of a page sends to. */
export interface ErrorTracker {
	readonly vendor: string;
	/** Host that a DSN names; `null` where the code names none. */
	readonly ingest: string | null;
	/** Events go through an address of the site's own. */
	readonly hasTunnel: boolean;
	/** What events say where they come from; empty where no literal says so. */
	readonly environment: string;
}

/** `https://<key>@<host>/<project>`: Sentry, GlitchTip and their like. Redaction may have cut the key. */
const DSN =
	/https:\/\/(?:[0-9a-z]{20,64}|<redacted[^>"'`@]{0,40}>)(?::[^"'`\s@/]{1,64})?@([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?\/(?:[\w-]+\/){0,3}\d+/g;

/** What stands in the code or in the address of a script of each; a DSN says more. */
const VENDORS: readonly (readonly [mark: RegExp, vendor: string])[] = [
	[/\bjs(?:-de)?\.sentry-cdn\.com\/[0-9a-f]{32}/, 'Sentry'],
	[/\bnotify\.bugsnag\.com\b|\bsessions\.bugsnag\.com\b/, 'Bugsnag'],
	[/\bapi\.rollbar\.com\b|\bcdn\.rollbar\.com\b/, 'Rollbar'],
	[/\bapi\.honeybadger\.io\b|\bjs\.honeybadger\.io\b/, 'Honeybadger'],
	[/\bbrowser-intake-[\w-]*datadoghq\b|\bdatadoghq-browser-agent\.com\b/, 'Datadog'],
	[/\bbam(?:-cell)?\.(?:eu01\.)?nr-data\.net\b|\bjs-agent\.newrelic\.com\b/, 'New Relic'],
	[/\bcapture\.trackjs\.com\b|\bcdn\.trackjs\.com\b/, 'TrackJS'],
	[/\bapi\.raygun\.(?:io|com)\b|\bcdn\.raygun\.io\b/, 'Raygun'],
	[
		/\br\.l[rg]-(?:in|ingest)[\w.-]{0,20}\.(?:io|com)\b|\bcdn\.(?:logrocket|lr-ingest|lr-in|lgrckt-in)\.(?:io|com)\b/,
		'LogRocket',
	],
	[/\bdc\.services\.visualstudio\.com\b|\bjs\.monitor\.azure\.com\b/, 'Application Insights'],
	[/\bpub\.highlight\.(?:io|run)\b/, 'Highlight'],
	[/\bapi\.airbrake\.io\b/, 'Airbrake'],
	[/\bfaro-collector-[\w-]+\.grafana\.net\b/, 'Grafana Faro'],
	[/\bappsignal-endpoint\.net\b/, 'AppSignal'],
	[
		/\botlp(?:-http)?\b[^"'`\n]{0,80}\/v1\/(?:traces|logs)\b|["'`]@opentelemetry\/(?:sdk|exporter)/,
		'OpenTelemetry',
	],
];

/** The options of one call stand near each other, also in a minified bundle. */
const NEAR = 600;
const MOST = 10;

/** In a script, or in the addresses of scripts. Never throws, linear. */
export function errorTrackersIn(code: string): readonly ErrorTracker[] {
	const found: ErrorTracker[] = [];
	for (const match of code.matchAll(DSN)) {
		if (found.length >= MOST) break;
		const around = code.slice(
			Math.max(0, match.index - NEAR),
			match.index + match[0].length + NEAR,
		);
		found.push({
			vendor: 'Sentry',
			ingest: match[1] ?? null,
			hasTunnel: /\btunnel(?:Route)?["']?\s*:\s*["'`\w$]/.test(around),
			environment:
				/\benvironment["']?\s*:\s*["'`]([\w-]{1,30})["'`](?!\s*[=!+?])/.exec(around)?.[1] ?? '',
		});
	}
	for (const [mark, vendor] of VENDORS) {
		if (mark.test(code) && !found.some((one) => one.vendor === vendor)) {
			found.push({ vendor, ingest: null, hasTunnel: false, environment: '' });
		}
	}
	return found;
}

/** A policy of a page that keeps events from their tracker. */
export interface BlockedIngest {
	readonly ingest: string;
	/** The directive that governs it, with its sources, as the policy has it. */
	readonly directive: string;
	readonly by: 'header' | 'meta';
}

/** `null` where events get through, or the code names no host, or they go through the site itself. */
export function blockedIngest(
	{ ingest, hasTunnel }: ErrorTracker,
	{ url, answer }: { readonly url: string; readonly answer: HttpAnswered },
): BlockedIngest | null {
	if (ingest === null || hasTunnel || !URL.canParse(`https://${ingest}/api/1/envelope/`))
		return null;
	const target = new URL(`https://${ingest}/api/1/envelope/`);
	for (const policy of enforcedPolicies(answer)) {
		const list = governing(policy, 'connect-src');
		if (list === null || allowsUrl(list, target, new URL(url))) continue;
		const directive = `${list.directive} ${list.texts.join(' ')}`.trim();
		return { ingest, directive, by: policy.by };
	}
	return null;
}
