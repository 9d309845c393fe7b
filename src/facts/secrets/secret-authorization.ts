import { type Match, PLAIN } from './secret-match.ts';
import type { FileNature } from './secret-place.ts';
import { isPlaceholder } from './secret-placeholder.ts';
import { randomness } from './secret-randomness.ts';
import { rule, type SecretRule } from './secret-rule.ts';

export const AUTHORIZATION_ANCHORS: readonly string[] = [
	'basic ',
	'bearer ',
	'"auth"',
	'curl ',
	'identified by',
	'identified with',
	'with password',
	'with encrypted password',
	'sshpass ',
];

const anchors = AUTHORIZATION_ANCHORS;
const PASSWORD = { kind: 'connection-uri', confidence: 'high' } as const;
const BASIC = rule('HTTP', 'user and password', '', 'basic ', { ...PASSWORD, anchors });
const COMMAND = rule('HTTP', 'password on a command line', '', 'curl ', PASSWORD);
const SSH = rule('SSH', 'password on a command line', '', 'sshpass ', PASSWORD);
const BEARER = rule('HTTP', 'bearer token', '', 'bearer ', {
	anchors,
	tier: 'generic',
	confidence: 'medium',
});
const DOCKER = rule(
	'Docker registry',
	'user and password',
	'https://docs.docker.com/reference/cli/docker/login/',
	'"auth"',
	{ anchors, confidence: 'high' },
);
const SQL = rule(
	'SQL',
	'password of a role',
	'https://www.postgresql.org/docs/current/sql-alterrole.html',
	'identified by',
	{ anchors, kind: 'connection-uri', confidence: 'medium' },
);

export const AUTHORIZATION_RULES: readonly SecretRule[] = [
	BASIC,
	COMMAND,
	SSH,
	BEARER,
	DOCKER,
	SQL,
];

/** What is given to a server on a request, a command line or a statement, around a hit. */
export function authorizationAt(text: string, hit: number, nature: FileNature): Match | null {
	switch (text.charAt(hit).toLowerCase()) {
		case 'b':
			return basicAt(text, hit) ?? (nature.minified === true ? null : bearerAt(text, hit));
		case '"':
			return dockerAt(text, hit);
		case 'c':
			return curlAt(text, hit);
		case 's':
			return sshpassAt(text, hit);
		default:
			return statementAt(text, hit);
	}
}

const CREDENTIALS = /basic ([A-Za-z0-9+/_-]{8,400}={0,2})(?![\w+/=])/iy;

/** RFC 7617: base64 of `user:password`. */
function basicAt(text: string, hit: number): Match | null {
	CREDENTIALS.lastIndex = hit;
	const value = CREDENTIALS.exec(text)?.[1];
	return value === undefined ? null : pairOf(BASIC, value, hit + 'basic '.length);
}

const AUTHS = /"auth"\s{0,4}:\s{0,4}"([A-Za-z0-9+/]{8,2000}={0,2})"/y;

/** The client's configuration of registries. */
function dockerAt(text: string, hit: number): Match | null {
	AUTHS.lastIndex = hit;
	const found = AUTHS.exec(text);
	if (found === null) return null;
	const [whole, value = ''] = found;
	return pairOf(DOCKER, value, hit + whole.length - 1 - value.length);
}

function pairOf(of: SecretRule, encoded: string, start: number): Match | null {
	const pair = Buffer.from(encoded, 'base64').toString('latin1');
	const password = /^[\x21-\x39\x3b-\x7e]{0,100}:([\x20-\x7e]{3,1500})$/.exec(pair)?.[1];
	// RFC 7617 §2
	if (password === undefined || pair === 'Aladdin:open sesame') return null;
	if (isPlaceholder(password) || isPlaceholder(pair)) return null;
	return found(of, start, encoded, 'parsed');
}

const BEARER_TOKEN = /bearer ([A-Za-z0-9._~+/-]{20,600}={0,2})(?![\w+/=.~-])/iy;

/** RFC 6750. A JSON web token has a rule of its own. */
function bearerAt(text: string, hit: number): Match | null {
	BEARER_TOKEN.lastIndex = hit;
	const value = BEARER_TOKEN.exec(text)?.[1];
	if (value === undefined || value.startsWith('eyJ') || !/\d/.test(value)) return null;
	if (isPlaceholder(value) || randomness(value) <= 0) return null;
	return found(BEARER, hit + 'bearer '.length, value, 'none');
}

const CURL_USER =
	/(?:^|\s)(?:-u|--user)[ =]?(["']?)([^\s:"'$<{}]{1,80}):([^\s"'$<{}]{3,200})\1(?=["'\s]|$)/;

function curlAt(text: string, hit: number): Match | null {
	const command = text.slice(hit, hit + 600).split(/(?<!\\)\r?\n/, 1)[0] ?? '';
	const given = CURL_USER.exec(command);
	if (given === null) return null;
	const [whole, , , password = ''] = given;
	if (isPlaceholder(password) || /^(?:\*+|\.+|x+)$/i.test(password)) return null;
	const start = hit + given.index + whole.lastIndexOf(password);
	return found(COMMAND, start, password, 'none');
}

const SSHPASS = /sshpass -p ?(["']?)([^\s"'$<{}]{3,200})\1(?=\s)/y;

function sshpassAt(text: string, hit: number): Match | null {
	SSHPASS.lastIndex = hit;
	const given = SSHPASS.exec(text);
	if (given === null) return null;
	const [whole, , password = ''] = given;
	return isPlaceholder(password)
		? null
		: found(SSH, hit + whole.lastIndexOf(password), password, 'none');
}

const STATEMENT =
	/(?:identified (?:with [\w']{3,40} )?by|with (?:encrypted )?password) {1,4}'([^'\s]{6,100})'/iy;

/** CREATE and ALTER USER, ROLE, LOGIN. */
function statementAt(text: string, hit: number): Match | null {
	STATEMENT.lastIndex = hit;
	const given = STATEMENT.exec(text);
	if (given === null) return null;
	const [whole, password = ''] = given;
	if (isPlaceholder(password) || /^[*:@$%]/.test(password)) return null;
	return found(SQL, hit + whole.length - 1 - password.length, password, 'none');
}

function found(of: SecretRule, start: number, value: string, state: Match['state']): Match {
	const span = { start, end: start + value.length };
	return { rule: of, rank: 'structural', ...span, value, state, traits: PLAIN };
}
