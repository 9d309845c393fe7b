import { type Match, PLAIN } from './secret-match.ts';
import type { FileNature } from './secret-place.ts';
import { isPlaceholder, isStandIn } from './secret-placeholder.ts';
import { randomness } from './secret-randomness.ts';
import { rule, type SecretRule } from './secret-rule.ts';
import { CALLS, SEPARATORS } from './secret-separator.ts';

export const ASSIGNMENT_ANCHORS: readonly string[] = [
	'secret',
	'token',
	'passw',
	'passphrase',
	'api_key',
	'apikey',
	'api-key',
	'access_key',
	'accesskey',
	'private_key',
	'privatekey',
	'auth_key',
	'app_key',
	'signing_key',
	'signingkey',
	'encryption_key',
	'encryptionkey',
	'logged_in_',
	'nonce_',
	'auth_salt',
	'credential',
	'_pass',
	'dbpass',
	'pass:',
	'pass=',
	'pass =',
	'pass"',
	"pass'",
	'pass>',
	'pwd',
	'master_key',
	'masterkey',
	'account_key',
	'accountkey',
	'service_key',
	'license_key',
	'licensekey',
	'server_key',
	'serverkey',
	'client_key',
	'storage_key',
	'shared_key',
	'sharedkey',
	'deploy_key',
	'hmac_key',
	'jwt_key',
	'session_key',
	'cookie_key',
	'cookieparser(',
	'jwt.sign(',
	'jwt.verify(',
	'session(',
	'auth: {',
	'auth:{',
];

const RANDOM = 'https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html';
const anchors = ASSIGNMENT_ANCHORS;
const SIGNING = rule('Application', 'signing secret', RANDOM, 'secret', {
	anchors,
	kind: 'signing-secret',
	confidence: 'medium',
});
const MAILER = rule('SMTP', 'password', RANDOM, 'smtp_pass', {
	anchors,
	kind: 'connection-uri',
	confidence: 'medium',
});
const GENERIC = rule('Unidentified', 'secret', RANDOM, 'secret', {
	anchors,
	tier: 'generic',
	confidence: 'low',
});
export const ASSIGNMENT_RULES: readonly SecretRule[] = [SIGNING, MAILER, GENERIC];

interface Assignment {
	/** Lower case, words joined by `_`; empty for an argument. */
	readonly name: string;
	readonly value: string;
	readonly start: number;
	readonly quoted: boolean;
	/** Behind a comma: a fallback, or merely the next of several. */
	readonly listed: boolean;
}

/** A literal given to a name that says secret, around a hit on one of `ASSIGNMENT_ANCHORS`. */
export function assignmentAt(text: string, hit: number, nature: FileNature): Match | null {
	const assigned = mailerAt(text, hit) ?? callAt(text, hit) ?? assignedAt(text, hit, nature);
	if (assigned === null) return null;
	const { name, value, start } = assigned;
	const rule = ruleFor(assigned, nature);
	if (rule === null || isWords(value, name)) return null;
	if (rule === SIGNING ? isStandIn(value) : isPlaceholder(value)) return null;
	return {
		rule,
		rank: rule === GENERIC ? 'generic' : 'structural',
		start,
		end: start + value.length,
		value,
		state: 'none',
		traits: PLAIN,
	};
}

/** Rails' key files: 32 hex digits and nothing else. */
export function keyFileIn(text: string): Match | null {
	const value = /^([0-9a-f]{32})\s{0,4}$/.exec(text)?.[1];
	if (value === undefined) return null;
	const span = { start: 0, end: value.length };
	return { rule: SIGNING, rank: 'structural', ...span, value, state: 'none', traits: PLAIN };
}

const SIGNING_NAME =
	/(?:^|_)(?:jwt|auth|session|sessions|cookie|csrf|webhook|signing|nextauth|flask|django|express|app|payload|hmac|token|refresh_token|access_token|iron|lucia|hook)_(?:secret|signing_key|secret_key|signing_secret)$|(?:^|_)(?:session|cookie)_password$|(?:^|_)secret_key_base$|^(?:(?:app|django|flask|settings)_)?secret_key$|^secret_token$|(?:^|_)signing_secret$/;
/** The names of keys are also what values are kept under: `AUTH_KEY = "auth_token"`. */
const KEY_NAME =
	/(?:^|_)encryption_key$|^(?:app_|laravel_)?app_key$|^(?:secure_)?(?:auth|logged_in|nonce)_(?:key|salt)$|(?:^|_)(?:signing|jwt|hmac|session|cookie)_keys?$/;
const MAIL_NAME = /(?:^|_)(?:smtp|mail|mailer|email|email_host|mail_server)_(?:pass|password)$/;
const PASSWORD_NAME =
	/(?:passw(?:or)?d|passphrase|(?:^|_|db)pass|pwd)(?:_?(?:value|prod|production|live|default|\d))?$/;
const SECRET_NAME =
	/(?:secret|token|api_?key|access_?key|private_?key|auth_?key|app_?key|(?:master|account|service|license|server|client|storage|shared|deploy|session|cookie)_?key|credentials?)(?:_?(?:key|value|base64|b64|prod|production|live|default|\d))?$/;
/** Names of things about secrets that are none. */
const ABOUT =
	/(?:public|publishable|site|csrf_token_name|max|min|num|count|length|total|design|page|next|continuation|cancel|css|color|tokenizer|cache|sort|partition|primary|foreign|translation|i18n|label|title|message|placeholder|error|preview_mode)_|_(?:name|id|url|uri|path|file|type|expiry|expires|ttl|arn|ref|prefix|header|field|version|algorithm|enabled)$/;

function ruleFor(assigned: Assignment, nature: FileNature): SecretRule | null {
	const { name, value } = assigned;
	if (name === '') return SIGNING;
	if (ABOUT.test(name)) return null;
	if (value.length >= 8 && isOfPurpose(assigned)) return MAIL_NAME.test(name) ? MAILER : SIGNING;
	return isGeneric(assigned, nature) ? GENERIC : null;
}

/** The name says what it opens. */
function isOfPurpose({ name, value }: Assignment): boolean {
	if (SIGNING_NAME.test(name)) return !isKeyOfStore(value);
	return KEY_NAME.test(name) ? isRandom(value) : MAIL_NAME.test(name);
}

function isGeneric(assigned: Assignment, { generic, source }: FileNature): boolean {
	return generic ? isConfigured(assigned) : source === true && isHardCoded(assigned);
}

/** `previewModeSigningKey`: what a value is kept under, and no value. */
const isKeyOfStore = (value: string): boolean =>
	/^[a-z]+(?:[A-Z][a-z]+)*(?:Key|Secret|Token|Password)$/.test(value);

/** In an env or configuration file, where most of what has such a name is one. */
function isConfigured({ name, value, listed }: Assignment): boolean {
	if (value.length > 200 || (listed && !isRandom(value, BEYOND_DOUBT))) return false;
	if (PASSWORD_NAME.test(name)) return value.length >= 8 && isPassword(value);
	return SECRET_NAME.test(name) && value.length >= 10 && isRandom(value);
}

/** Nobody's name for something, though perhaps not a generator's work either. */
function isPassword(value: string): boolean {
	if (isRandom(value)) return true;
	const isUsual =
		/^(?:root|admin|test|testing|demo|dev|develop|local|user|guest|postgres|mysql|redis|default|app|my|db)[\W_]?\d{0,6}!?$/i;
	return /\d/.test(value) && /[a-z]/i.test(value) && !isUsual.test(value) && !NO_VALUE.test(value);
}

/** Randomness of a literal in source code that leaves no doubt. */
const BEYOND_DOUBT = 3;

function isHardCoded({ name, value, quoted }: Assignment): boolean {
	if (!quoted || value.length > 200 || /[[\]{}()|\\^<>]/.test(value)) return false;
	if (/^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(value)) return false;
	const isPasswordName = PASSWORD_NAME.test(name);
	if (!isPasswordName && !SECRET_NAME.test(name)) return false;
	if (value.length < (isPasswordName ? 8 : 16) || !/\d/.test(value)) return false;
	return isRandom(value, BEYOND_DOUBT);
}

/** Text, addresses, names with dots, paths, numbers. */
const NO_VALUE = /[\s()<>{}]|:\/\/|^[\w-]+(?:\.[\w-]+)+$|^\.{0,2}\/|^[\d.,:-]+$/;

function isRandom(value: string, least = 0): boolean {
	return !NO_VALUE.test(value) && randomness(value) > least;
}

/** English, a name that repeats the variable's, or the name of another variable. */
function isWords(value: string, name: string): boolean {
	const plain = value.toLowerCase().replace(/[^a-z0-9]+/g, '');
	const ownName = name.replaceAll('_', '');
	return (
		/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value) ||
		/^(?:process|config|env|settings|secrets?|vars|self|this|os|ctx)[.[(]/i.test(value) ||
		(name !== '' && /^[A-Za-z',.:?!()-]+(?: [A-Za-z',.:?!()-]+)+$/.test(value)) ||
		(name !== '' &&
			/^[a-z]+(?:[._:/-][a-z]+)*$/i.test(value) &&
			(ownName.includes(plain) || plain.includes(ownName)))
	);
}

const CALL =
	/(?:jwt\.(?:sign|verify)\([^"'`\n]{1,120}?,\s{0,8}|cookieparser\(\s{0,4}|session\(\s{0,20}\{[^}]{0,300}?\bsecret:\s{0,8}\[?)(["'`])([^"'`\n]{4,200})\1/iy;

/** Libraries that take the secret as an argument. */
function callAt(text: string, hit: number): Assignment | null {
	CALL.lastIndex = hit;
	const found = CALL.exec(text);
	if (found === null) return null;
	const [whole, , value = ''] = found;
	// A message that speaks of it.
	if (/["'`]/.test(text.charAt(hit - 1))) return null;
	const start = hit + whole.length - value.length - 1;
	return { name: '', value, start, quoted: true, listed: false };
}

const MAIL_AUTH = /auth: ?\{\s{0,40}user: [^\n]{1,120},\s{0,40}pass: (["'`])([^"'`\n]{8,100})\1/iy;

/** The options of nodemailer and its like. */
function mailerAt(text: string, hit: number): Assignment | null {
	MAIL_AUTH.lastIndex = hit;
	const found = MAIL_AUTH.exec(text);
	if (found === null) return null;
	const [whole, , value = ''] = found;
	const start = hit + whole.length - value.length - 1;
	return { name: 'mail_password', value, start, quoted: true, listed: false };
}

const NAME_REST = /[\w.-]{0,60}/y;
const GIVEN = new RegExp(SEPARATORS, 'iy');
const GIVEN_OR_PASSED = new RegExp(CALLS, 'iy');
const QUOTED = /(?:[bru]|b64|base64:)?(["'`])((?:(?!\1)[^\r\n\\]|\\.){1,200})\1/y;
/** Inside a string of another language: notebooks, shell in JSON. */
const ESCAPED = /\\(["'`])([^"'`\\\r\n]{1,200})\\\1/y;
const LOOSE = /[^\s"'`{}[\]<>(,;#][^\s"'`<>]{0,199}(?=[\s<]|$)/y;

const SPACE = /[ \t]{1,20}/y;
const SPACES = /\s{1,20}/y;
/** A command's option, or one of the words that set a variable without a sign. */
const SET_BEFORE = /(?:^|[ \t\n])(?:ENV|setx?|setenv|set -x) $/i;

function assignedAt(text: string, hit: number, nature: FileNature): Assignment | null {
	const nameEnd = endOf(NAME_REST, text, hit);
	const valueAt = valueAfter(text, hit, nameEnd, nature);
	if (valueAt === nameEnd) return null;
	const separator = text.slice(nameEnd, valueAt);
	// An argument behind an argument; behind a quoted name it is that name's.
	if (/^\s{0,8},/.test(separator)) return null;
	const given = quotedAt(text, nameEnd, valueAt) ?? looseAt(text, valueAt, nature);
	if (given === null || given.value.length < SHORTEST) return null;
	return { ...given, name: wordsOf(text.slice(nameStart(text, hit), nameEnd)) };
}

/** Of what a name is given, whatever the name is. */
const SHORTEST = 8;

type Given = Omit<Assignment, 'name'>;

function nameStart(text: string, hit: number): number {
	let start = hit;
	while (start > 0 && hit - start < 60 && NAME_CODES[text.charCodeAt(start - 1)] === 1) start--;
	return start;
}

const NAME_CODES = new Uint8Array(256);
for (let code = 0; code < 128; code++) {
	if (/[\w.-]/.test(String.fromCharCode(code))) NAME_CODES[code] = 1;
}

function valueAfter(text: string, hit: number, nameEnd: number, nature: FileNature): number {
	if (nature.spaced) return endOf(SPACES, text, nameEnd);
	const given = endOf(nature.minified === true ? GIVEN : GIVEN_OR_PASSED, text, nameEnd);
	if (given !== nameEnd || !nature.loose || !/[ \t]/.test(text.charAt(nameEnd))) return given;
	const nameAt = nameStart(text, hit);
	const isOption = text.startsWith('--', nameAt);
	const isSet = SET_BEFORE.test(text.slice(Math.max(0, nameAt - 9), nameAt));
	return isOption || isSet ? endOf(SPACE, text, nameEnd) : nameEnd;
}

function quotedAt(text: string, nameEnd: number, valueAt: number): Given | null {
	for (const pattern of [QUOTED, ESCAPED]) {
		pattern.lastIndex = valueAt;
		const found = pattern.exec(text);
		if (found === null) continue;
		const [whole, , value = ''] = found;
		// One of several names in a list, and no fallback in a call.
		const listed = text.slice(nameEnd, valueAt).includes(',');
		const behind = pattern === ESCAPED ? 2 : 1;
		const start = valueAt + whole.length - value.length - behind;
		const isName = listed && /^[a-z]+(?:_[a-z]+)*$/.test(value);
		return isName ? null : { value, start, quoted: true, listed };
	}
	return null;
}

function looseAt(text: string, valueAt: number, nature: FileNature): Given | null {
	const inElement = nature.markup === true && text.charAt(valueAt - 1) === '>';
	if (!nature.loose && !inElement) return null;
	LOOSE.lastIndex = valueAt;
	const run = LOOSE.exec(text)?.[0];
	if (run === undefined) return null;
	// The next of several settings on the line, and what closes a list.
	const value = (run.split(/[;&,](?=[\w .]{1,30}=)/, 1)[0] ?? '').replace(/[,;)\]}]{1,3}$/, '');
	return value === '' ? null : { value, start: valueAt, quoted: false, listed: false };
}

function endOf(pattern: RegExp, text: string, at: number): number {
	pattern.lastIndex = at;
	return pattern.test(text) ? pattern.lastIndex : at;
}

/** `process.env.jwtSecret` and `JWT-SECRET` are `jwt_secret`. */
function wordsOf(name: string): string {
	return name
		.replace(/^.*(?:env|ENV|settings|config|vars)\./, '')
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.replace(/[.-]+/g, '_')
		.replace(/^_+|_+$/g, '')
		.toLowerCase();
}
