import { isJsonObject } from './json-with-comments.ts';
import { type RedactedSecret, redactedSecrets } from './redacted-secret.ts';

/** What a configuration file gives away. */
export interface ConfigFile {
	readonly kind: 'settings' | 'infrastructure' | 'wordpress-users';
	/** For people: `ASP.NET’s settings`. */
	readonly what: string;
	/** Secrets with a value that was there to be read. */
	readonly secrets: readonly RedactedSecret[];
	/** Authors listed; 0 in other files. */
	readonly users: number;
}

/** Names of settings that programs in the browser need, and that everybody may know. */
const PUBLIC =
	/public|publishable|anon|site_?key|client_?(?:id|token)|search|maps?_|mapbox|rum|sentry|posthog|segment|analytics|csrf|xsrf|recaptcha|firebase|pusher/i;

const SECRET =
	/(?:passw(?:or)?d|passwd|(?:^|[_.:-])pwd|passphrase|secret|(?:private|encryption|signing|account|master|service_?role|secret|access)_?key|(?:auth|api|bearer|refresh|bot|deploy|admin|service|github|gitlab|slack|npm)_?token|connection_?strings?|(?:database|db|mongo(?:db)?|redis|postgres|amqp)_?(?:url|uri|dsn))$/i;

/** Whether a setting of this name is none that a browser may know. `apiKey` alone may be Firebase’s. */
export function isSecretSetting(name: string): boolean {
	return SECRET.test(name) && !PUBLIC.test(name);
}

/**
 * What a file is that was asked for under one of the usual names of configuration. Settings for the
 * browser (`/config.json` without the name of a secret) are `null`: they are meant to be read.
 */
export function recogniseConfig(path: string, bytes: string): ConfigFile | null {
	switch (path) {
		case '/config.json':
			return settings(
				bytes,
				'the application’s settings',
				isJsonObject(bytes) && holdsSecrets(bytes),
			);
		case '/appsettings.json':
			return settings(
				bytes,
				'ASP.NET’s settings',
				isJsonObject(bytes) && (/"ConnectionStrings"\s{0,20}:/i.test(bytes) || holdsSecrets(bytes)),
			);
		case '/web.config':
			return settings(
				bytes,
				'the configuration of IIS',
				/^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?:[^-]|-(?!->)){0,2000}-->\s*)?<configuration\b/i.test(
					bytes,
				),
			);
		case '/wp-json/wp/v2/users':
			return users(bytes);
		default:
			return infrastructure(path, bytes);
	}
}

function settings(bytes: string, what: string, is: boolean): ConfigFile | null {
	return is ? { kind: 'settings', what, secrets: secretsIn(bytes), users: 0 } : null;
}

/** A secret, or the place for one: empty, or filled in from elsewhere when the product starts. */
function holdsSecrets(bytes: string): boolean {
	const places = bytes.matchAll(
		/"([\w.:-]{1,80})"\s{0,20}:\s{0,20}"(?:|[$#]\{[^"\n]{1,200}\}|\{\{[^"\n]{1,200}\}\}|%\w{1,80}%|<[\w -]{1,60}>)"/g,
	);
	return secretsIn(bytes).length > 0 || [...places].some(([, name = '']) => isSecretSetting(name));
}

/** Names that connection strings and IIS give to secrets. */
const WITHIN = /^(?:password|pwd|accountkey|sharedaccesskey|validationkey|decryptionkey)$/i;

/** Beginnings of keys that are secret whatever they are called; the mark stands for the rest. */
const SECRET_KEY =
	/([A-Za-z_][\w.-]{0,60})"\s{0,20}:\s{0,20}"(?:sk_l|rk_l|gh[pousr]_|gith|glpa|npm_|xox[a-z]|xapp|sk-[aps]|SG\.\w)\u00e2\u0080\u00a6<redacted:(\d{1,9})>/g;

/** Those that have a value; what a browser needs does not count. */
function secretsIn(bytes: string): readonly RedactedSecret[] {
	const named = redactedSecrets(bytes).filter(
		({ name }) => isSecretSetting(name) || WITHIN.test(name),
	);
	const known = new Set(named.map(({ name }) => name));
	const recognised = [...bytes.matchAll(SECRET_KEY)].flatMap(([, name = '', length]) =>
		known.has(name) ? [] : [{ name, length: Number(length) }],
	);
	return [...named, ...recognised];
}

const INFRASTRUCTURE: Readonly<Record<string, readonly [sign: RegExp, what: string]>> = {
	'/docker-compose.yml': [
		/^services:[ \t]*(?:#[^\n]*)?\r?\n(?:[^\n]*\n){0,5}?[ \t]+[\w."-]+:/m,
		'a Docker Compose file',
	],
	'/Dockerfile': [/^FROM[ \t]+\S+/m, 'a Dockerfile'],
	'/serverless.yml': [/^provider:\s*(?:\S|\r?\n)/m, 'a deployment of the Serverless Framework'],
	'/firebase.json': [
		/^\s*\{[\s\S]{0,60000}"hosting"\s{0,20}:\s{0,20}[{[]/,
		'Firebase’s deployment settings',
	],
};

function infrastructure(path: string, bytes: string): ConfigFile | null {
	const known = INFRASTRUCTURE[path];
	if (known === undefined || !known[0].test(bytes)) return null;
	return {
		kind: 'infrastructure',
		what: known[1],
		secrets: redactedSecrets(bytes),
		users: 0,
	};
}

/** WordPress’s list of authors: log-in names in all but name. */
function users(bytes: string): ConfigFile | null {
	if (!/^\s*\[\s*\{/.test(bytes) || !/"id"\s{0,5}:\s{0,5}\d/.test(bytes)) return null;
	const slugs = bytes.match(/"slug"\s{0,5}:\s{0,5}"[^"]/g) ?? [];
	return slugs.length === 0
		? null
		: {
				kind: 'wordpress-users',
				what: 'WordPress’s list of authors',
				secrets: [],
				users: slugs.length,
			};
}
