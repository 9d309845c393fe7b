import { platformServices } from './platform.ts';

/** A place that asks, again and again or at a deploy, whether the service lives. */
export interface HealthAsked {
	readonly what: string;
	/** 1-based. */
	readonly line: number;
}

const SETTINGS: readonly (readonly [file: RegExp, asks: RegExp])[] = [
	[
		/(?:^|\/)(?:[\w.-]*[Dd]ockerfile[\w.-]*|Containerfile)$/,
		/^[ \t]*HEALTHCHECK[ \t]+(?!NONE\b)/im,
	],
	[
		/\.tf(?:\.json)?$/,
		/\b(?:health_check|healthCheck|liveness_probe|startup_probe|readiness_probe|health_check_path|aws_route53_health_check|google_compute_health_check|google_monitoring_uptime_check_config|betteruptime_monitor)\b/,
	],
	// Kamal's proxy asks /up unless told otherwise.
	[/(?:^|\/)config\/deploy[\w.-]*\.ya?ml$/, /^(?:proxy|healthcheck):/m],
	[
		/(?:^|\/)(?:copilot|\.aws|ecs|aws|infra|deploy)\/[\w./-]+\.(?:ya?ml|json)$/,
		/["']?health_?check["']?\s*:/i,
	],
	[/(?:^|\/)task-?def[\w.-]*\.json$/, /"healthCheck"\s*:/],
	[/\.(?:nomad|hcl)$/, /^\s*check\s*\{/m],
	[/(?:^|\/)Caddyfile$/, /\bhealth_uri\b/],
	[/(?:^|\/)(?:CHECKS|app\.json)$/, /"healthchecks"\s*:|^\s*(?:\w+=|\/)/m],
	[
		/(?:^|\/)\.ebextensions\/[\w.-]+\.config$/,
		/Health\s?Check(?:Path|\s?URL)|Application Healthcheck URL/i,
	],
	[/(?:^|\/)[\w.-]*compose[\w.-]*\.ya?ml$/, /loadbalancer\.healthcheck\.path/],
	[
		/(?:^|\/)(?:template|sam|cloudformation|serverless)[\w.-]*\.(?:ya?ml|json)$/,
		/HealthCheckPath|HealthCheckConfig|healthCheck\s*:/,
	],
	[
		/(?:^|\/)(?:cdk|infra|infrastructure|pulumi|stacks|lib|sst|iac)[\w./-]*\.[jt]s$/,
		/configureHealthCheck\s*\(|\bhealthCheck(?:Path)?\s*:\s*(?:\{|["'`])/,
	],
	[/(?:^|\/)\.upptimerc\.ya?ml$|(?:^|\/)[\w.-]+\.check\.[jt]s$/, /url\s*:|new \w*Check\s*\(/],
	[/(?:^|\/)service\.ya?ml$/, /\blivenessProbe\s*:|\bstartupProbe\s*:/],
];

/** A step that fetches the route once the new version is up. */
const FETCHED =
	/\b(?:curl|wget|http|xh|wait-on)\b[^\n#]{0,200}\/(?:[\w.-]{1,30}\/){0,3}(?:_?health(?:[-_]?check|z)?|livez|readyz|readiness|up|ping|status)\b/;
const STEPS =
	/(?:^|\/)(?:\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.yml|cloudbuild[\w.-]*\.ya?ml|Jenkinsfile|bitbucket-pipelines\.yml|[\w.-]*(?:deploy|release|smoke|health)[\w.-]*\.(?:sh|bash))$/;

export const mayAskHealth = (file: string): boolean =>
	STEPS.test(file) || SETTINGS.some(([pattern]) => pattern.test(file));

/** Of a file that settles how something is deployed. */
export function healthAskedIn(file: string, text: string): HealthAsked | null {
	const probed = platformServices(file, text).find(
		({ canProbe, probe }) => canProbe && probe !== null,
	);
	if (probed?.probe) return { what: probed.probe.what, line: probed.probe.line };
	for (const [pattern, asks] of SETTINGS) {
		const match = pattern.test(file) ? asks.exec(text) : null;
		if (match !== null) return signAt(text, match);
	}
	const fetched = STEPS.test(file) ? FETCHED.exec(text) : null;
	return fetched === null ? null : signAt(text, fetched);
}

function signAt(text: string, match: RegExpExecArray): HealthAsked {
	const at = match.index + (/^\s*/.exec(match[0])?.[0].length ?? 0);
	const line = text.slice(0, at).split('\n').length;
	const [what = ''] = /^[\w.-]+/.exec(text.slice(at)) ?? [];
	return { what, line };
}
