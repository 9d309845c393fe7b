import { redactRows, redactStored } from './redact-data.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/**
 * Takes the secrets out of what a server sent, before anybody sees it: checks, evidence files and
 * reports judge the same redacted bytes, live and replayed. Pure, linear in the length of its input,
 * and of no further effect when applied twice. Text is latin1, one character a byte. `LEN` in
 * `<redacted:LEN>` counts the bytes of the whole secret.
 */
export function redactHeaders(headers: Headers): Headers {
	return headers.map(([name, value]) => {
		const field = name.toLowerCase();
		if (field === 'set-cookie') return [name, redactCookie(value)];
		// A Location must stay what the browser would follow.
		return [name, field === 'location' ? value : redactTokens(value)];
	});
}

/**
 * Private keys, the values of environment files, the secrets of well-known credential and configuration
 * files, the rows of database dumps, what archives and databases hold, provider tokens and passwords in
 * URLs. Everything else survives byte for byte. HTML is never taken for such a file.
 */
export function redactBody(body: string): string {
	const stored = redactStored(body);
	if (stored !== null) return stored;
	let out = body;
	for (let pass = 0; pass < MOST_PASSES; pass += 1) {
		const next = redactOnce(out);
		if (next === out) break;
		out = next;
	}
	return out;
}

/** Takes out what a scan found, longest first, wherever it still stands. */
export function redactValues(text: string, values: readonly string[]): string {
	return values
		.toSorted((a, b) => b.length - a.length)
		.reduce((out, value) => out.replaceAll(value, () => tokenMark(value)), text);
}

/** What is taken out can uncover something beside it, which only made-up text does more than once. */
const MOST_PASSES = 8;

function redactOnce(body: string): string {
	const withoutKeys = redactPrivateKeys(body);
	const withoutFiles = isHtml(withoutKeys)
		? withoutKeys
		: redactRows(redactCredentialFiles(redactEnvironment(withoutKeys)));
	return redactTokens(withoutFiles);
}

const MARK = /^<redacted:\d+>$/;

function mark(secret: string): string {
	if (secret === '' || MARK.test(secret)) return secret;
	return `<redacted:${secret.length}>`;
}

/** `…` in UTF-8, as bytes. */
const ELLIPSIS = '\u00e2\u0080\u00a6';

/** The name and the attributes stay; a cookie without `=` is all value (RFC 6265bis §5.6). */
function redactCookie(cookie: string): string {
	const end = cookie.indexOf(';');
	const pair = end === -1 ? cookie : cookie.slice(0, end);
	const attributes = end === -1 ? '' : cookie.slice(end);
	const start = pair.indexOf('=') + 1;
	const [, before = '', value = '', after = ''] =
		/^(\s*)(.*?)(\s*)$/s.exec(pair.slice(start)) ?? [];
	return `${pair.slice(0, start)}${before}${mark(value)}${after}${attributes}`;
}

// ── HTML ─────────────────────────────────────────────────────────────────────────────────────────

/** A page does not begin with the source that makes it. */
function isHtml(body: string): boolean {
	return (
		!/^\s*<\?php\b/.test(body.slice(0, 64)) &&
		/<(?:!doctype html|html|head|body|script)\b/i.test(body.slice(0, 1_024))
	);
}

// ── Private keys ─────────────────────────────────────────────────────────────────────────────────

/** RFC 7468, OpenSSH's and OpenPGP's labels. */
const KEY_MARKER = /-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** So much base64 in one run is a key, and not code that puts a key together. */
const KEY_MATERIAL = /[A-Za-z0-9+/]{24}/;

/** What can stand inside a block whose END line is missing: base64, line breaks, header lines. */
const KEY_TEXT = /^(?:[A-Za-z0-9+/=\s:,.-]|\\[nr])*/;

/** Keeps the BEGIN and END lines. A block that was cut is taken out up to the end of its base64. */
function redactPrivateKeys(body: string): string {
	const markers = [...body.matchAll(KEY_MARKER)];
	if (markers.length === 0) return body;
	let out = body.slice(0, markers[0]?.index ?? 0);
	for (const [at, marker] of markers.entries()) {
		const start = marker.index + marker[0].length;
		const next = markers[at + 1];
		const between = body.slice(start, next?.index ?? body.length);
		out += marker[0] + (marker[1] === 'BEGIN' ? withoutKey(between, next?.[1] === 'END') : between);
	}
	return out;
}

function withoutKey(between: string, isClosed: boolean): string {
	const text = isClosed ? between : (KEY_TEXT.exec(between)?.[0] ?? '');
	if (!KEY_MATERIAL.test(text)) return between;
	const before = /^(?:\s|\\[nr])*/.exec(text)?.[0] ?? '';
	const inner = text.slice(before.length);
	const after = /(?:\s|\\[nr])*$/.exec(inner.slice(-16))?.[0] ?? '';
	const secret = inner.slice(0, inner.length - after.length);
	return `${before}${mark(secret)}${after}${between.slice(text.length)}`;
}

// ── Environment files ────────────────────────────────────────────────────────────────────────────

const ENVIRONMENT_LINE = /^(?:export )?[A-Z][A-Z0-9_]{2,}=/;
const ASSIGNMENT = /^([ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.]*[ \t]*=[ \t]*)(.*)$/s;
const QUOTES = ['"', "'", '`'] as const;

/** A value in quotes may go on over so many lines. */
const MOST_LINES = 100;

/** Several assignments make an environment file, and so does one where there is nothing else. */
function redactEnvironment(body: string): string {
	const lines = body.split('\n');
	const assignments = lines.filter((line) => ENVIRONMENT_LINE.test(line)).length;
	if (assignments === 0) return body;
	if (assignments === 1 && lines.some(isForeign)) return body;
	const closes = QUOTES.map((quote) => closingLines(lines, quote));
	const out: string[] = [];
	for (let at = 0; at < lines.length; at += 1) {
		const [, left, right = ''] = ASSIGNMENT.exec(lines[at] ?? '') ?? [];
		if (left === undefined) {
			out.push(lines[at] ?? '');
			continue;
		}
		const [value, space] = trimmedEnd(right);
		const last = isOpen(value) ? (closes[QUOTES.indexOf(value[0] as '"')]?.[at + 1] ?? -1) : -1;
		if (last === -1 || last - at > MOST_LINES) {
			out.push(`${left}${redactValue(value)}${space}`);
			continue;
		}
		const [whole, end] = trimmedEnd([right, ...lines.slice(at + 1, last + 1)].join('\n'));
		out.push(`${left}${redactValue(whole)}${end}`);
		at = last;
	}
	return out.join('\n');
}

function isForeign(line: string): boolean {
	return !/^\s*(?:#|$)/.test(line) && !ENVIRONMENT_LINE.test(line);
}

/** It begins with a quote that this line does not close. */
function isOpen(value: string): boolean {
	const quote = value[0] ?? '';
	return QUOTES.some((one) => one === quote) && value.indexOf(quote, 1) === -1;
}

/** For every line, the nearest one from there on that ends with this quote; -1 for none. */
function closingLines(lines: readonly string[], quote: string): readonly number[] {
	const nearest = new Array<number>(lines.length + 1).fill(-1);
	for (let at = lines.length - 1; at >= 0; at -= 1) {
		nearest[at] = trimmedEnd(lines[at] ?? '')[0].endsWith(quote) ? at : (nearest[at + 1] ?? -1);
	}
	return nearest;
}

function redactValue(value: string): string {
	const quote = value[0] ?? '';
	const isQuoted = QUOTES.some((one) => one === quote) && value.length > 1 && value.endsWith(quote);
	return isQuoted ? `${quote}${mark(value.slice(1, -1))}${quote}` : mark(value);
}

/** `\s+$` would look for every run of spaces anew. */
function trimmedEnd(text: string): readonly [text: string, space: string] {
	const trimmed = text.trimEnd();
	return [trimmed, text.slice(trimmed.length)];
}

// ── Files that hold credentials ──────────────────────────────────────────────────────────────────

interface CredentialFile {
	/** Which bodies it is tried on. */
	readonly where: (body: string) => boolean;
	/** Groups: what stays before, the secret, what stays after. */
	readonly pattern: RegExp;
}

/** How the name of a setting ends whose value is a secret. */
const SECRET_NAME =
	'passw(?:or)?d|passwd|pwd|passphrase|secret|[_-]token|(?:access|auth|api|bearer|refresh|bot|deploy|admin|service|github|gitlab|slack|npm)token|(?:private|secret|encryption|signing|account|master|shared|access|api|role)[_-]?key';

/** The value stands elsewhere, in the environment or a template's variable, or is yet to be filled in. */
const NO_REFERENCE =
	'(?!(?:(?:bearer|basic|token) )?(?:\\$\\{|\\$\\(|<%|\\{\\{|#\\{|%\\w+%|process\\.env|<[\\w -]{1,60}>|your[-_ ]|xxx|\\*\\*\\*|change[-_]?me\\b|replace[-_]?(?:me|with)))';

/** What stands beside a field where people type. */
const NO_LABEL = '(?!passwor[dt]"|(?:enter|your|new|confirm|forgot|reset|repeat|show|hide)[ ?])';

/** A line of a log begins with its time, or with whose request it was. */
const LOG_LINE =
	/^(?:\[?\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:|\[\d{2}-[A-Z][a-z]{2}-\d{4} |\S{1,100} \S{1,100} \S{1,100} \[\d{2}\/[A-Z][a-z]{2}\/\d{4}:)/m;

function anywhere(...parts: readonly string[]): RegExp {
	return new RegExp(parts.join(''), 'gim');
}

const CREDENTIAL_FILES: readonly CredentialFile[] = [
	{
		// .npmrc
		where: (body) => /_(?:authToken|auth|password)[ \t]*=/.test(body),
		pattern:
			/^([^\n=]*\b_(?:authToken|auth|password)[ \t]*=[ \t]*)(?!["']?\$\{\w+\}["']?\s*$)(\S[^\r\n]*)()/gm,
	},
	{
		// .aws/credentials
		where: (body) => body.includes('aws_'),
		pattern: /^([ \t]*aws_(?:secret_access_key|session_token)[ \t]*=[ \t]*)(\S[^\r\n]*)()/gim,
	},
	{
		// .htpasswd
		where: (body) => /^[^\s:<>{}]{1,255}:[${]/m.test(body),
		pattern: /^([^\s:<>{}]{1,255}:)(\$(?:apr1|2[abxy]?|1|5|6)\$\S+|\{S?SHA\}\S+)()/gm,
	},
	{
		// .htpasswd with crypt(3)'s old form, and nothing else
		where: (body) => everyLine(body, /^[^\s:<>{}]{1,255}:[./0-9A-Za-z]{13}\s*$/),
		pattern: /^([^\s:<>{}]{1,255}:)([./0-9A-Za-z]{13})(?=\s*$)()/gm,
	},
	{
		// .docker/config.json
		where: (body) => body.includes('"auths"'),
		pattern: /("(?:auth|identitytoken|registrytoken)"\s{0,20}:\s{0,20}")([^"\\\n]+)(")/g,
	},
	{
		// .netrc
		where: (body) => /^[ \t]*machine[ \t]+\S+\s/m.test(body),
		pattern: /(\bpassword[ \t]+)(\S+)()/g,
	},
	{
		// .pgpass: host:port:database:user:password, and nothing else
		where: (body) => everyLine(body, /^(?!\d+:)[^:\s]+:(?:\d+|\*):[^:]*:[^:]*:./),
		pattern: /^([^:\s#][^:\s]*:(?:\d+|\*):[^:\n]*:[^:\n]*:)([^\r\n]+)()/gm,
	},
	{
		// Rails' secrets.yml, docker-compose.yml, serverless.yml
		where: (body) => /^(?:services|provider|version):|secret_key_base/m.test(body),
		pattern: anywhere(
			`^([ \\t]*(?:- )?["']?[\\w.-]{0,60}(?:${SECRET_NAME}|secret_key_base)["']?[ \\t]*[:=][ \\t]*["']?)`,
			`${NO_REFERENCE}(?![*!|>&])([^\\s"'#][^\\r\\n"']*)()`,
		),
	},
	{
		// Dockerfile
		where: (body) => /^FROM[ \t]+\S/m.test(body),
		pattern: anywhere(
			`^((?:ENV|ARG)[ \\t]+(?:[^\\n]{0,200}[ \\t])?\\w{0,60}(?:${SECRET_NAME})(?:=|[ \\t]{1,8})["']?)`,
			`${NO_REFERENCE}([^\\s"'=]+)()`,
		),
	},
	{
		// web.config: attributes, and settings by name
		where: (body) => /<configuration\b/i.test(body),
		pattern: anywhere(
			`(\\b(?:\\w{0,40}(?:${SECRET_NAME}|validationKey|decryptionKey)|key\\s{0,5}=\\s{0,5}"[\\w.:-]{0,60}(?:${SECRET_NAME})"\\s{1,20}value)\\s{0,5}=\\s{0,5}")`,
			`(?!AutoGenerate)${NO_REFERENCE}([^"\\n<]+)(")`,
		),
	},
	{
		// Connection strings of .NET, in JSON and XML
		where: (body) => /connectionstring/i.test(body),
		pattern:
			/\b((?:password|pwd|accountkey|sharedaccesskey)\s{0,5}=\s{0,5})([^;"'\s<>&{}$%]{1,500})()/gi,
	},
	{
		// Logs
		where: (body) => LOG_LINE.test(body),
		pattern:
			/\b((?:password|passwd|pwd|secret|token|[a-z]{1,10}_token|api_?key)["']?\s{0,3}(?:=>|[=:])\s{0,3}["']?|(?:Bearer|Basic)\s{1,3}(?=[\w.~+/=-]{6}))([^\s"'&,;<>}\])]{1,500})()/gi,
	},
	{
		// PHP and Python source, by the name on the left of a quoted text
		where: (body) => body.includes('<?php') || /\b(?:DB_PASSWORD|SECRET_KEY)\b/.test(body),
		pattern:
			/(['"$]?\b[a-z_]{0,40}(?:passw(?:or)?d|secret|token|api_?key|auth_key|salt)[a-z_]{0,40}['"]?\]?\s{0,20}(?:=>|=|,|:)\s{0,20}['"])([^'"\n]+)(['"])/gi,
	},
	{
		// JSON settings with a log-in (an editor's sftp.json, an OAuth client, a programme's configuration)
		where: (body) => /^\s*(?:\/\/[^\n]*\n\s*)*[[{]/.test(body.slice(0, 1_024)),
		pattern: anywhere(
			`("[\\w.:-]{0,60}(?:${SECRET_NAME}|authorization)"\\s{0,20}:\\s{0,20}")`,
			`${NO_LABEL}(?!-----BEGIN )${NO_REFERENCE}((?:[^"\\\\\\n]|\\\\.)+)(")`,
		),
	},
	{
		// Arguments of a command in JSON: ["--token", "x"] and ["--token=x"]
		where: (body) => /"--[\w-]*(?:token|key|secret|password)/i.test(body),
		pattern: anywhere(
			`("--[\\w-]{0,40}(?:token|key|secret|password)(?:=|"\\s{0,20},\\s{0,20}"))`,
			`${NO_REFERENCE}((?:[^"\\\\\\n]|\\\\.)+)(")`,
		),
	},
	{
		// Spring's /actuator/env; asterisks are what it shows of a value that it hides itself
		where: (body) => body.includes('"propertySources"'),
		pattern: /("value"\s{0,20}:\s{0,20}")(?!\*+")((?:[^"\\\n]|\\.)+)(")/g,
	},
];

function redactCredentialFiles(body: string): string {
	let out = body;
	for (const { where, pattern } of CREDENTIAL_FILES) {
		if (!where(out)) continue;
		out = out.replace(
			pattern,
			(_, before: string, secret: string, after: string) => `${before}${mark(secret)}${after}`,
		);
	}
	return out;
}

function everyLine(body: string, form: RegExp): boolean {
	const lines = body.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
	return lines.length > 0 && lines.every((line) => form.test(line));
}

// ── Tokens ───────────────────────────────────────────────────────────────────────────────────────

/** Shapes that their issuers made to be recognised, and JSON Web Tokens (RFC 7519). */
const TOKEN = new RegExp(
	`(?<![A-Za-z0-9_-])(?:${[
		'(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9_-])',
		'[sr]k_live_[A-Za-z0-9]{10,}',
		'gh[pousr]_[A-Za-z0-9]{30,}',
		'github_pat_[A-Za-z0-9_]{22,}',
		'xox[a-z]-[A-Za-z0-9-]{10,}',
		'xapp-[A-Za-z0-9-]{10,}',
		'glpat-[A-Za-z0-9_-]{16,}',
		'AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])',
		'sk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{16,}',
		'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}',
		'npm_[A-Za-z0-9]{30,}',
		'eyJ[A-Za-z0-9_-]{5,}\\.eyJ[A-Za-z0-9_-]{5,}\\.[A-Za-z0-9_-]*',
	].join('|')})`,
	'g',
);

/** The scheme and the user stay. A password of a URL has no `/`, or `https://host:80/@x` would count. */
const URL_PASSWORD =
	/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/'"<>`]{0,100}:)(?!\$\{?\w{1,80}\}?@|\{\{|%\w{1,80}%@)([^\s@/'"<>`]{1,200})@/gi;

function tokenMark(token: string): string {
	return token.length < 12 ? mark(token) : `${token.slice(0, 4)}${ELLIPSIS}${mark(token)}`;
}

function redactTokens(text: string): string {
	return text
		.replace(TOKEN, tokenMark)
		.replace(URL_PASSWORD, (_, before: string, password: string) => `${before}${mark(password)}@`);
}
