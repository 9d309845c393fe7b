import { type Match, PLAIN } from '../secrets/secret-match.ts';
import { isPlaceholder, isStandIn } from '../secrets/secret-placeholder.ts';
import { randomness } from '../secrets/secret-randomness.ts';
import { rule, type SecretRule } from '../secrets/secret-rule.ts';
import { isLocalHost } from '../secrets/secret-uri.ts';
import { formatOf } from './known-format.ts';
import type { Reading, Slot } from './reading.ts';

/** A file with more is data. */
const LONGEST = 16 * 1024 * 1024;
const GUIDE = 'https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html';

const RULES: Readonly<Record<Slot, SecretRule>> = {
	login: rule('Server', 'login password', GUIDE, 'password', { kind: 'connection-uri' }),
	database: rule('Database', 'account password', GUIDE, 'password', { kind: 'connection-uri' }),
	registry: rule('Package registry', 'credential', GUIDE, 'auth'),
	cluster: rule('Kubernetes', 'cluster credential', GUIDE, 'token'),
	cloud: rule('Cloud storage', 'secret key', GUIDE, 'secret'),
	signing: rule('Framework', 'signing key', GUIDE, 'secret', { kind: 'signing-secret' }),
	hash: rule('Account', 'password hash', GUIDE, '$2y$', { tier: 'generic' }),
	session: rule('HTTP', 'sign-in of a session', GUIDE, 'authorization', { tier: 'generic' }),
	password: rule('Stored', 'credential', GUIDE, 'password', { tier: 'generic' }),
	setting: rule('Configured', 'secret', GUIDE, 'secret', { tier: 'generic', confidence: 'medium' }),
};

/** What only the reader of a file's format can see, as matches at their places. */
export function formatSecrets(path: string, text: string): readonly Match[] {
	if (text.length > LONGEST) return [];
	const read = formatOf(path, text)?.read;
	return (read?.(text) ?? []).flatMap((one) => {
		const match = matchOf(one);
		return match === null ? [] : [match];
	});
}

function matchOf(reading: Reading): Match | null {
	const { slot, value, start, end, host, encoded, forDevelopment } = reading;
	if (!(slot === 'setting' ? isSecretSetting(reading) : isCredential(value, slot))) return null;
	return {
		rule: RULES[slot],
		rank: slot === 'setting' ? 'generic' : 'named',
		start,
		end,
		value,
		state: 'none',
		traits: { ...PLAIN, encoded, local: forDevelopment || (host !== '' && isLocalHost(host)) },
	};
}

/** A value in a place for credentials: one that somebody uses, and not one that everybody does. */
function isCredential(value: string, slot: Slot): boolean {
	if (slot === 'hash') return true;
	if (slot === 'signing')
		return value.length >= 16 && !isStandIn(value) && !/unique phrase/.test(value);
	const least = slot === 'session' ? 16 : 5;
	return value.length >= least && !isUsual(value) && !isPlaceholder(value);
}

const SECRET_NAME =
	/(?:secret|token|passw(?:or)?d|passphrase|pwd|(?:^|[_-])pass|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|app[_-]?key|encryption[_-]?key|signing[_-]?key|master[_-]?key|license[_-]?key|credentials?|(?:^|[_-])key)(?:[_-]?(?:value|base64|b64|\d))?$/i;
const ABOUT =
	/(?:^|[_-])(?:public|publishable|csrf|next|page|continuation|cache|primary|foreign|max|min)[_-]|[_-](?:name|id|url|uri|path|file|type|ttl|expiry|header|enabled)$/i;

/** By its name alone, without regard to its value. */
export const namesSecret = (name: string): boolean => {
	const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
	return SECRET_NAME.test(words) && !ABOUT.test(words);
};

/** A name that says secret, and a value that nobody makes up for show. */
function isSecretSetting({ name, value }: Reading): boolean {
	return namesSecret(name) && isSecretValue(name, value);
}

export function isSecretValue(name: string, value: string): boolean {
	if (value.length < 8 || value.length > 4_000 || isUsual(value) || isPlaceholder(value))
		return false;
	if (/[\s<>{}()]|^(?:\.{0,2}|~)\/|^[a-z]+:\/\/|^[\d.,:-]+$/i.test(value)) return false;
	if (/pass|pwd/i.test(name))
		return /\d|[^\w]/.test(value) && !/^[a-z]+(?:[-_][a-z]+)+$/i.test(value);
	return randomness(value) > 0;
}

/** What everybody types for a machine that nobody else reaches. */
const USUAL =
	/^(?:root|admin|administrator|test|testing|tester|demo|dev|develop(?:ment|er)?|local(?:host)?|user|guest|postgres(?:ql)?|mysql|mariadb|mongo|redis|minio(?:admin)?|rabbitmq|default|app|database|db|my|qwerty|letmein|hunter|supersecret|wordpress|laravel|django|rails|ci|docker|none|null|true|false|yes|no|\*+|x+|-+|\.+|\d{1,8})(?:[\W_]?(?:root|admin|test|password|passwd|pass|pw|user|local|dev|\d{1,6}))?!?$/i;

/** Weak, or a name: nothing that could be in use behind a public address. */
export const isUsual = (value: string): boolean =>
	USUAL.test(value) || /^[A-Z][A-Z_]{3,60}$/.test(value) || value.trim() === '';
