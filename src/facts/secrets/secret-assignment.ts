import { type Match, PLAIN } from './secret-match.ts';
import type { FileNature } from './secret-place.ts';
import { isPlaceholder, isStandIn } from './secret-placeholder.ts';
import { randomness } from './secret-randomness.ts';
import { rule, type SecretRule } from './secret-rule.ts';

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
	'smtp_pass',
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
	/(?:^|_)(?:jwt|auth|session|sessions|cookie|csrf|webhook|signing|nextauth|flask|django|express|app|payload|hmac|refresh_token|access_token|iron|lucia|hook)_(?:secret|signing_key|secret_key|signing_secret)$|(?:^|_)secret_key_base$|^(?:(?:app|django|flask|settings)_)?secret_key$|(?:^|_)encryption_key$|^(?:app_|laravel_)?app_key$|^(?:secure_)?(?:auth|logged_in|nonce)_(?:key|salt)$|(?:^|_)signing_(?:key|secret)$/;
const MAIL_NAME = /(?:^|_)(?:smtp|mail|mailer|email|email_host|mail_server)_(?:pass|password)$/;
const SECRET_NAME =
	/(?:secret|token|passw(?:or)?d|passphrase|api_?key|access_?key|private_?key|auth_?key|app_?key|credentials?|pwd)(?:_?(?:key|value|base64|b64|prod|production|live|default|\d))?$/;
/** Names of things about secrets that are none. */
const ABOUT =
	/(?:public|publishable|csrf_token_name|max|min|num|count|length|total|design|page|next|continuation|cancel|css|color|tokenizer|cache|sort|partition|primary|foreign|translation|i18n|label|title|message|placeholder|error)_|_(?:name|id|url|uri|path|file|type|expiry|expires|ttl|arn|ref|prefix|header|field|version|algorithm|enabled)$/;

function ruleFor({ name, value }: Assignment, nature: FileNature): SecretRule | null {
	if (name === '') return SIGNING;
	if (SIGNING_NAME.test(name)) return value.length >= 8 ? SIGNING : null;
	if (MAIL_NAME.test(name)) return value.length >= 8 ? MAILER : null;
	if (!nature.generic || ABOUT.test(name) || !SECRET_NAME.test(name)) return null;
	return value.length >= 10 && value.length <= 200 && isRandom(value) ? GENERIC : null;
}

function isRandom(value: string): boolean {
	if (/[\s()<>{}]|:\/\/|^[\w-]+(?:\.[\w-]+)+$|^\.{0,2}\/|^[\d.,:-]+$/.test(value)) return false;
	return randomness(value) > 0;
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
	const start = hit + whole.length - value.length - 1;
	return { name: '', value, start };
}

const MAIL_AUTH = /auth: ?\{\s{0,40}user: [^\n]{1,120},\s{0,40}pass: (["'`])([^"'`\n]{8,100})\1/iy;

/** The options of nodemailer and its like. */
function mailerAt(text: string, hit: number): Assignment | null {
	MAIL_AUTH.lastIndex = hit;
	const found = MAIL_AUTH.exec(text);
	if (found === null) return null;
	const [whole, , value = ''] = found;
	return { name: 'mail_password', value, start: hit + whole.length - value.length - 1 };
}

const NAME_REST = /[\w.-]{0,60}/y;
const SEPARATOR =
	/(?:["'`\]]{0,2}\)?[ \t]{0,8}(?::[ \t]{0,2}[A-Za-z]{1,12}[ \t]{0,2}(?==))?(?:=>|:=|\?\?=?|\|\|=?|={1,3}|:|,|>|or[ \t])|["']?,?[ \t]{0,8}\r?\n[ \t]{0,40}["']?value["']?[ \t]{0,4}[:=])[ \t]{0,8}/iy;
const QUOTED = /(?:[bru]|b64|base64:)?(["'`])((?:(?!\1)[^\r\n\\]|\\.){1,200})\1/y;
const LOOSE = /[^\s"'`,;#<>{}()[\]]{1,200}(?=[\s,;<#]|$)/y;

const SPACE = /\s{1,20}/y;

function assignedAt(text: string, hit: number, { loose, spaced }: FileNature): Assignment | null {
	let nameAt = hit;
	while (nameAt > 0 && hit - nameAt < 60 && /[\w.-]/.test(text.charAt(nameAt - 1))) nameAt--;
	const nameEnd = endOf(NAME_REST, text, hit);
	const valueAt = endOf(spaced ? SPACE : SEPARATOR, text, nameEnd);
	if (valueAt === nameEnd) return null;
	const name = wordsOf(text.slice(nameAt, nameEnd));
	QUOTED.lastIndex = valueAt;
	const quoted = QUOTED.exec(text);
	if (quoted !== null) {
		const value = quoted[2] ?? '';
		// One of several names in a list, and no fallback in a call.
		const isListed =
			text.slice(nameEnd, valueAt).includes(',') && /^[a-z]+(?:_[a-z]+)*$/.test(value);
		const start = valueAt + quoted[0].length - value.length - 1;
		return isListed ? null : { name, value, start };
	}
	if (!loose) return null;
	LOOSE.lastIndex = valueAt;
	const value = LOOSE.exec(text)?.[0];
	return value === undefined ? null : { name, value, start: valueAt };
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
