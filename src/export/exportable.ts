/** What of a report may stand in a configuration. A report can be a stranger's, and holds what strangers serve. */

/** As a host is written in the DNS, in A-labels; underscores are for names of records. */
const HOST =
	/^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** The names that staging hosts begin with; the audit's own rule. */
const STAGING = /^(?:dev|preview|qa|stage|staging|test|uat)\b/;

const LONGEST_URL = 2_000;

export function isHostName(text: string): boolean {
	return HOST.test(text);
}

export function isStagingName(host: string): boolean {
	return STAGING.test(host);
}

/** Parameters that open doors: such a URL belongs in no file, and some of these files are public. */
const SECRET = /[?&][^=&]*(?:auth|code|key|pass|secret|sig|token)[^=&]*=/i;

/**
 * An http or https URL, as `URL` writes it, of a named host, without a user, a secret, or a value that the
 * report redacted. Placeholders of templates and of environments are not in it either: the tools would fill
 * them in.
 */
export function isSafeUrl(text: string): boolean {
	if (text.length > LONGEST_URL || !URL.canParse(text) || isTemplate(text)) return false;
	const url = new URL(text);
	const isPlain = url.href === text && url.username === '' && url.password === '';
	const isWeb = /^https?:$/.test(url.protocol) && isHostName(url.hostname);
	return isPlain && isWeb && !/[<>]/.test(text) && !SECRET.test(text);
}

/** Go's and Tera's templates, and values of environments, which some tools fill in anywhere in a text. */
function isTemplate(text: string): boolean {
	return /\{[{%#]|\$/.test(text);
}

/** Printable ASCII that every format takes, and that no tool gives a meaning. */
export function isPlainText(text: string): boolean {
	return /^[\x20-\x7e]+$/.test(text) && !/["\\]/.test(text) && !isTemplate(text);
}

/** For comments: one line, nothing unseen. */
export function oneLine(text: string): string {
	return text
		.toWellFormed()
		.slice(0, 500)
		.replace(/[^\x20-\x7e\p{L}\p{N}\p{P}\p{S}]/gu, '?');
}
