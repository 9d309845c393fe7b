import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { FileNature } from '../secrets/secret-place.ts';
import { isStandIn } from '../secrets/secret-placeholder.ts';
import { randomness } from '../secrets/secret-randomness.ts';
import { KINDS, TIERS } from '../secrets/secret-rule.ts';
import { secretsIn } from '../secrets/secret-scan.ts';
import { isSigningName } from './env-name.ts';

const VALUE_SHAPES = [
	'unseen',
	'empty',
	'placeholder',
	/** Put together elsewhere: `${NAME}`, a secret store's path, a call. */
	'reference',
	'flag',
	'number',
	'url',
	'text',
] as const;

/** Words that may be shown, because everybody's files have them. */
const WORDS: ReadonlySet<string> = new Set(
	'true false 1 0 yes no on off * development dev local test testing staging stage debug release production prod sandbox'.split(
		' ',
	),
);

export const EnvValueSchema = z.object({
	shape: z.enum(VALUE_SHAPES),
	/** Characters. */
	length: z.number().int(),
	/** The value itself where it is one of a closed list of words, lower case; else empty. */
	word: z.string(),
	url: z
		.object({
			/** Lower case, without the colon; empty for an address without one, such as `localhost:5432`. */
			scheme: z.string(),
			/** It leads to the machine that opens it. */
			local: z.boolean(),
			/** A name that the whole internet could resolve. */
			public: z.boolean(),
			/** With a user name or password. */
			credentials: z.boolean(),
			/** Host and port where they are this machine's; else empty. */
			host: z.string(),
			/** Inside the audited domain. */
			ours: z.boolean(),
		})
		.nullable(),
	/** What a rule of the secret scan says of it. */
	secret: z
		.object({
			provider: z.string(),
			what: z.string(),
			tier: z.enum(TIERS),
			kind: z.enum(KINDS),
			local: z.boolean(),
			/** Only the variable's name tells whose it is: many things have this shape. */
			named: z.boolean(),
			/** As `secrets/*` give it for the same value. */
			fingerprint: z.string(),
			rotate: z.string(),
		})
		.nullable(),
	/** Whose sandbox it opens, such as `Stripe`; else empty. */
	sandbox: z.string(),
	/** Why it is no good as a signing key, for names that say that it is one. */
	weak: z.enum(['', 'short', 'words', 'pattern']),
	/** No rule knows it, and it looks made by a generator. */
	random: z.boolean(),
	/** An account or a contract on a public chain. */
	address: z.boolean(),
	/** HMAC-SHA-256 under the user's key, to tell equal values: 16 hex digits; empty for short ones. */
	fingerprint: z.string(),
});
/** A value without the value. */
export type EnvValue = z.infer<typeof EnvValueSchema>;

export const UNSEEN: EnvValue = {
	shape: 'unseen',
	length: 0,
	word: '',
	url: null,
	secret: null,
	sandbox: '',
	weak: '',
	random: false,
	address: false,
	fingerprint: '',
};

export interface ValueJudge {
	/** Hex: the user's key for fingerprints. */
	readonly key: string;
	/** Registrable domain of the audit; `null` without one. */
	readonly domain: string | null;
}

/** What may be said of a value that a variable has. Never throws; nothing of the value is in the answer. */
export function judgeValue(name: string, value: string, judge: ValueJudge): EnvValue {
	const text = value.trim();
	const shape = shapeOf(name, text);
	const isReal = shape === 'url' || shape === 'text';
	return {
		shape,
		length: text.length,
		word: WORDS.has(text.toLowerCase()) ? text.toLowerCase() : '',
		url: shape === 'url' ? urlIn(text, judge.domain) : shape === 'text' ? localIn(text) : null,
		secret: isReal ? secretIn(name, text, judge.key) : null,
		sandbox: isReal ? sandboxOf(name, text) : '',
		weak: isReal && isSigningName(name) ? weaknessOf(text) : '',
		random: shape === 'text' && isRandom(text),
		address: /^0x[0-9a-f]{40}$/i.test(text),
		fingerprint: isReal && text.length >= 8 ? hmac(judge.key, 'env', text).slice(0, 16) : '',
	};
}

export const hmac = (key: string, family: string, value: string): string =>
	createHmac('sha256', Buffer.from(key, 'hex'))
		.update(`${family}\0`)
		.update(value, 'latin1')
		.digest('hex');

const REFERENCE =
	/^(?:\$\{?[A-Za-z_]|\{\{|<%|%[A-Z_]+%|vault:|ref\+|secret:\/\/|op:\/\/|arn:aws|projects\/[\w-]+\/secrets|ENC[[(]|encrypted:|sealed|!(?:Ref|Sub|GetAtt)|@[A-Z])|\$\{\{|\$\([^)]/;
const STAND_IN =
	/^(?:x{2,}|\.{2,}|\*{2,}|-+|_+|\?+|#+|tbd|todo|fixme|change(?:it|this|me)|replaceme|fillme|fill[-_ ]?in|insert[-_ ].{0,30}|enter[-_ ].{0,40}|set[-_ ]?me|dummy|foobar|placeholder.{0,30}|(?:some|any|a)[-_ ](?:secret|password|token|key|value|random).{0,30}|your[-_ ].{0,60}|<[^<>]{0,80}>|\[[A-Za-z][\w -]{0,60}\]|\{[a-z][\w -]{0,60}\}|generate[-_ ](?:a|an|with|me|by|using|your|random|one)\b.{0,40}|your[a-z]*(?:key|token|secret|password|id|url))$/i;
const SAYS_SO =
	/change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|with|this)|placeholder|your[-_](?:\w+[-_])?(?:key|token|secret|password|id|domain|project|app|api|db|database|host|user|name|account|bucket|org)\b|<your|xxxx/i;
/** What stands for nothing only where a credential is wanted. */
const NO_CREDENTIAL =
	/^(?:none|null|nil|undefined|n\/a|na|empty|value|string|token|key|api[-_ ]?key|secret|password|foo|bar|super[-_ ]?secret.{0,20}|my[-_ ]?(?:secret|password|token|api[-_ ]?key)|[a-z]+_(?:live|test)_(?:1234\w*|abc\w{0,6}|replace\w*))$/i;
const CREDENTIAL_NAME = /SECRET|KEY|TOKEN|PASSWORD|PASSWD|PASSPHRASE|DSN|CREDENTIAL/i;

function shapeOf(name: string, text: string): EnvValue['shape'] {
	if (text === '') return 'empty';
	if (REFERENCE.test(text)) return 'reference';
	if (/^(?:true|false|yes|no|on|off|enabled?|disabled?)$/i.test(text)) return 'flag';
	if (/^[+-]?\d{1,15}(?:\.\d{1,10})?(?:ms|s|m|h|d|kb|mb|gb|%)?$/i.test(text)) {
		return text === '0' || text === '1' ? 'flag' : 'number';
	}
	if (isPlaceholderValue(name, text)) return 'placeholder';
	return URL_SHAPE.test(text) ? 'url' : 'text';
}

function isPlaceholderValue(name: string, text: string): boolean {
	if (STAND_IN.test(text) || SAYS_SO.test(text)) return true;
	// A sandbox's, however much it looks like a sample of the documentation.
	if (sandboxOf(name, text) !== '') return false;
	if (URL_SHAPE.test(text)) return isPlaceholderUrl(text);
	// What everybody would guess is a weak key where it signs, and not a missing one.
	if (!CREDENTIAL_NAME.test(name) || isSigningName(name)) return false;
	return NO_CREDENTIAL.test(text) || (text.length >= 6 && isStandIn(text));
}

const URL_SHAPE = /^[a-z][a-z0-9+.-]{1,30}:\/\/[^\s]/i;
/** RFC 2606, and what samples write where a host belongs. */
const SAMPLE_HOST =
	/(?:^|\.)example\.(?:com|net|org)$|\.(?:example|invalid)$|^(?:host|hostname|your[-_.].*|my[-_.]?(?:app|site|domain)\.(?:com|dev|io)|yourdomain\..*|yoursite\..*|domain\.com|ep-xxx.*|xxx.*)$/;

function isPlaceholderUrl(text: string): boolean {
	const { host, user, password } = partsOf(text);
	return (
		SAMPLE_HOST.test(host) ||
		// Local ones are judged as what they are.
		(!isLocalHost(host) &&
			/^(?:user|username|dbuser|db_user)$/i.test(user) &&
			/^(?:pass|password|dbpassword|db_password|pwd|secret)$/i.test(password))
	);
}

/** By hand, because database URIs are no URLs for the standard: several hosts, odd passwords. */
function partsOf(text: string): {
	scheme: string;
	host: string;
	port: string;
	user: string;
	password: string;
} {
	const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\s]{0,500})/i.exec(text) ?? [];
	const at = rest.lastIndexOf('@');
	const info = at === -1 ? '' : rest.slice(0, at);
	const colon = info.indexOf(':');
	const first = rest.slice(at + 1).split(',', 1)[0] ?? '';
	const [, host = '', port = ''] =
		/^(\[[^\]]{0,60}\]|[^:]{0,255})(?::(\d{1,5}))?/.exec(first) ?? [];
	return {
		scheme: scheme.toLowerCase(),
		host: host.toLowerCase().replace(/^\[|\]$/g, ''),
		port,
		user: colon === -1 ? info : info.slice(0, colon),
		password: colon === -1 ? '' : info.slice(colon + 1),
	};
}

function isLocalHost(host: string): boolean {
	return /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|::1?|host\.docker\.internal)$/.test(
		host,
	);
}

const PRIVATE_HOST =
	/^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|fc|fd|fe80)|\.(?:internal|local|lan|home|corp|svc|cluster|intranet|test|invalid|example|railway\.internal)$|\.svc\./;

function urlIn(text: string, domain: string | null): EnvValue['url'] {
	// A list: what counts is whether all of it is one way.
	const all = text
		.split(/[,\s]+/)
		.filter((one) => URL_SHAPE.test(one))
		.map(partsOf);
	const [first = partsOf(text)] = all;
	const local = all.length > 0 && all.every(({ host }) => isLocalHost(host));
	const insecure = all.find(({ scheme }) => scheme === 'http') ?? first;
	const { scheme, host, port, user, password } = local ? first : insecure;
	return {
		scheme,
		local,
		public:
			host.includes('.') &&
			!PRIVATE_HOST.test(host) &&
			!isLocalHost(host) &&
			!/^[\d.]+$/.test(host),
		credentials: user !== '' || password !== '',
		host: local ? `${host}${port === '' ? '' : `:${port}`}` : '',
		ours: domain !== null && (host === domain || host.endsWith(`.${domain}`)),
	};
}

/** Addresses of this machine in the other ways that connection strings write them. */
const LOCAL =
	/^(?:jdbc:[a-z:]{2,30}\/\/)?((?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|0\.0\.0\.0)(?::\d{1,5})?)(?:[/?;].{0,300})?$|\b(?:Server|Data Source|host)\s?=\s?(?:tcp:)?(localhost|127\.0\.0\.1)\b|@(?:tcp)?\((localhost|127\.0\.0\.1)(?::\d{1,5})?\)/i;

function localIn(text: string): EnvValue['url'] {
	const [found, ...hosts] = LOCAL.exec(text.slice(0, 500)) ?? [];
	if (found === undefined) return null;
	const host = hosts.find((one) => one !== undefined)?.toLowerCase() ?? '';
	const credentials = /password|pwd|user|@/i.test(text);
	return { scheme: '', local: true, public: false, credentials, host, ours: false };
}

const NATURE: FileNature = { loose: true, generic: false, named: true, spaced: false, key: false };

/** The name stands before the value, since many rules need it. */
function secretIn(name: string, text: string, key: string): EnvValue['secret'] {
	const written = text.includes('\n') || /^["'`]/.test(text) ? text : `${name}=${text}`;
	const [found] = [...secretsIn(written, NATURE)].sort(
		(a, b) => TIERS.indexOf(a.rule.tier) - TIERS.indexOf(b.rule.tier),
	);
	if (found === undefined) return null;
	const { rule, value, traits } = found;
	return {
		provider: rule.provider,
		what: rule.what,
		tier: rule.tier,
		kind: rule.kind,
		local: traits.local,
		named: rule.names.length > 0,
		fingerprint: hmac(key, rule.id, value).slice(0, 16),
		rotate: rule.rotate,
	};
}

/** Keys and addresses of payment sandboxes and development instances, as the providers document them. */
const SANDBOXES: readonly (readonly [provider: string, value: RegExp, name?: RegExp])[] = [
	['Clerk', /^(?:pk|sk)_test_[\w$+/=]{10,}$/, /CLERK/],
	['Paystack', /^(?:pk|sk)_test_[0-9a-f]{40}$/],
	['Stripe', /^(?:sk|pk|rk)_test_\w{3,}$/],
	['Razorpay', /^rzp_test_\w{8,}$/],
	['Paddle', /^pdl_sdbx_/],
	['Paddle', /^test_[0-9a-z]{20,}$/, /PADDLE/],
	['Flutterwave', /^FLW(?:SECK|PUBK)_TEST/],
	['Braintree', /^(?:access_token\$sandbox\$|sandbox_)/],
	['Square', /^sandbox-sq0/],
	['Plaid', /^access-sandbox-/],
	['Mollie', /^test_\w{20,}$/, /MOLLIE/],
	['Adyen', /^test_\w{8,}$/i, /ADYEN/],
	['GoCardless', /^sandbox_\w{20,}$/, /GOCARDLESS/],
	['PayPal', /^https:\/\/(?:api|api-m|www)\.sandbox\.paypal\.com/],
	['PayPal', /^sandbox$/i, /PAYPAL.*(?:MODE|ENV|ENVIRONMENT)$/],
	['Plaid', /^sandbox$|^https:\/\/sandbox\.plaid\.com/i, /PLAID/],
	['Braintree', /^sandbox$/i, /BRAINTREE/],
	['Square', /^sandbox$|squareupsandbox\.com/i, /SQUARE/],
	['Paddle', /^sandbox$/i, /PADDLE/],
];

function sandboxOf(name: string, text: string): string {
	return (
		SANDBOXES.find(
			([, value, named]) => value.test(text) && (named === undefined || named.test(name)),
		)?.[0] ?? ''
	);
}

/** OWASP ASVS: as hard to guess as 256 bits would be for an attacker offline; 32 characters is the floor. */
const SHORTEST_KEY = 32;

function weaknessOf(text: string): EnvValue['weak'] {
	// A key pair or a provider's own token is not a chosen word.
	if (/-----BEGIN|^whsec_|^\{/.test(text)) return '';
	const body = text.replace(/^base64:/, '');
	if (isWordy(body)) return 'words';
	if (isStandIn(body) || new Set(body).size < 8) return 'pattern';
	return body.length < SHORTEST_KEY ? 'short' : '';
}

/** `my-super-secret-jwt-key-for-production`: letters in words, and a generator would not have made them. */
function isWordy(text: string): boolean {
	return randomness(text) < -0.5 && !/^[0-9a-f]{24,}$/i.test(text);
}

function isRandom(text: string): boolean {
	if (text.length < 12 || text.length > 400) return false;
	if (/[\s()<>{}]|:\/\/|^[\w-]+(?:\.[\w-]+)+$|^\.{0,2}\/|^[\d.,:-]+$/.test(text)) return false;
	return randomness(text) > 0;
}
