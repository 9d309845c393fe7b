const SECRET =
	/(?:^|_)(?:password|passwd|passphrase|passcode|pwd|secret|api_?key|access_?key|private_?key|secret_?key|signing_?key|encryption_?key|service_role_key|client_?secret|credentials?|authorization|jwt|card_?number|cvv|cvc|ssn|otp|totp|mnemonic|seed_?phrase)$/;
/** With the password in it. */
const CONNECTION =
	/(?:^|_)(?:connection_?string|(?:database|db|postgres|mysql|mongo(?:db)?|redis)_?(?:url|uri))$/;
const TOKEN =
	/(?:^|_)(?:access|refresh|id|auth|session|bearer|api|reset|secret|user|jwt|csrf|bot|oauth|github|invite|login|verification|magic)_?token$/;
/** Of an environment variable more words are enough. */
const VARIABLE = /(?:^|_)(?:token|key|pass|dsn|pat|salt|private|credentials?)$/;
const ABOUT =
	/^(?:no|has|is|show|hide|hidden|forgot|reset|change|update|validate|hash|verify|check|toggle|use|missing|invalid|wrong|public|publishable|anon|masked|redacted|hashed|encrypted|max|min|num|count|total|expected|csrf)_|_(?:hash|length|id|name|url|path|field|error|label|regex|pattern|count|type|expiry|ttl|strength|policy|visible|enabled|required|changed|valid)$/;
const PUBLIC = /^(?:next_public|vite|react_app|public|expo_public|nuxt_public|gatsby)_/;

export const snakeCase = (name: string): string =>
	name
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
		.replace(/[-.]/g, '_')
		.toLowerCase();

/** Whether a variable or member of this name holds a secret. */
export function isSecretName(name: string): boolean {
	const words = snakeCase(name).replace(/^_+|_+$/g, '');
	return (
		CONNECTION.test(words) || ((SECRET.test(words) || TOKEN.test(words)) && !ABOUT.test(words))
	);
}

/** The same of an environment variable, whose values are secrets more often. */
export function isSecretVariable(name: string): boolean {
	const words = snakeCase(name);
	return (
		(isSecretName(name) || VARIABLE.test(words)) &&
		!PUBLIC.test(words) &&
		!/_(?:public|publishable|anon)_key$|^public_key$/.test(words)
	);
}
