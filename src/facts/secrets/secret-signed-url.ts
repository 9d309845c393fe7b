import { type Match, PLAIN } from './secret-match.ts';
import { isPlaceholderToken } from './secret-placeholder.ts';
import { RESTRICTED, rule, type SecretRule } from './secret-rule.ts';

const AWS = rule(
	'AWS',
	'presigned URL',
	'https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html',
	'X-Amz-Signature=',
	RESTRICTED,
);
const GOOGLE = rule(
	'Google Cloud',
	'signed URL',
	'https://cloud.google.com/storage/docs/access-control/signed-urls',
	'X-Goog-Signature=',
	RESTRICTED,
);
const AZURE = rule(
	'Azure',
	'shared access signature',
	'https://learn.microsoft.com/azure/storage/common/storage-sas-overview',
	'sig=',
	RESTRICTED,
);
const FLOW = rule(
	'Power Automate',
	'trigger URL',
	'https://learn.microsoft.com/azure/logic-apps/logic-apps-securing-a-logic-app',
	'sig=',
	{ tier: 'restricted', kind: 'webhook-url' },
);

export const SIGNED_URL_RULES: readonly SecretRule[] = [AWS, GOOGLE, AZURE, FLOW];
export const SIGNED_URL_ANCHORS: readonly string[] = [
	'x-amz-signature=',
	'x-goog-signature=',
	'sig=',
];

/** Characters of a query, the session token of temporary credentials included. */
const LONGEST = 2_500;

/** The signature of a URL that lets in whoever has it, until it expires. */
export function signedUrlAt(text: string, hit: number): Match | null {
	const second = text.charAt(hit + 2).toLowerCase();
	if (second === 'a') return awsAt(text, hit);
	return text.charAt(hit + 1) === '-' ? googleAt(text, hit) : azureAt(text, hit);
}

const AWS_SIGNATURE = /^=([0-9a-f]{64})(?![0-9A-Za-z])/;
const GOOGLE_SIGNATURE = /^=([0-9a-f]{256,1024})(?![0-9A-Za-z])/;

function awsAt(text: string, hit: number): Match | null {
	const value = AWS_SIGNATURE.exec(text.slice(hit + 15, hit + 85))?.[1];
	const query = value === undefined ? '' : queryAround(text, hit);
	if (value === undefined || !/x-amz-credential=A[KS]IA/i.test(query)) return null;
	return found(AWS, { start: hit + 16, value, query, expiresAt: expiryIn(query, 'amz') });
}

function googleAt(text: string, hit: number): Match | null {
	const value = GOOGLE_SIGNATURE.exec(text.slice(hit + 16, hit + 1_050))?.[1];
	if (value === undefined) return null;
	const query = queryAround(text, hit);
	return found(GOOGLE, { start: hit + 17, value, query, expiresAt: expiryIn(query, 'goog') });
}

const SAS = /^sig=([A-Za-z0-9%+/_-]{43,90}={0,2})(?![\w%+/=])/i;

/** HMAC-SHA-256 in base64, percent-encoded, beside the version (`sv`) that every SAS names. */
function azureAt(text: string, hit: number): Match | null {
	if (/\w/.test(text.charAt(hit - 1))) return null;
	const value = SAS.exec(text.slice(hit, hit + 100))?.[1];
	if (value === undefined || Buffer.from(decoded(value), 'base64').length !== 32) return null;
	const query = queryAround(text, hit);
	const isFlow = /logic\.azure\.com|powerplatform\.com/i.test(query);
	const isSas = /(?:^|[?&;])sv=\d{4}-\d\d-\d\d|(?:^|[?&;])sr=[^&]{4,300}&/.test(query);
	if (!isFlow && !isSas) return null;
	const until = /[?&;]se=([\d:.TZ%Aa3-]{9,40})/.exec(query)?.[1] ?? '';
	const seconds = /^\d+$/.test(until) ? Number(until) : Date.parse(decoded(until)) / 1000;
	const expiresAt = Number.isFinite(seconds) ? seconds : null;
	return found(isFlow ? FLOW : AZURE, { start: hit + 4, value, query, expiresAt });
}

/** Seconds since 1970 of `20300101T000000Z` and so many seconds; `null` where it is not said. */
function expiryIn(query: string, provider: 'amz' | 'goog'): number | null {
	const at = new RegExp(
		`x-${provider}-date=(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)Z`,
		'i',
	);
	const [, year, month, day, hour, minute, second] = at.exec(query) ?? [];
	const lasts = new RegExp(`x-${provider}-expires=(\\d{1,7})(?!\\d)`, 'i').exec(query)?.[1];
	if (year === undefined || lasts === undefined) return null;
	const from = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
	return Number.isNaN(from) ? null : from / 1000 + Number(lasts);
}

function decoded(value: string): string {
	return value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
}

function queryAround(text: string, hit: number): string {
	const before = text.slice(Math.max(0, hit - LONGEST), hit);
	const from = Math.max(...['"', "'", ' ', '\n', '`'].map((edge) => before.lastIndexOf(edge)));
	const after = text.slice(hit, hit + LONGEST).split(/["'\s`<>]/, 1)[0] ?? '';
	const whole = before.slice(from + 1) + after;
	return whole.replaceAll('&amp;', '&').replaceAll('\\u0026', '&');
}

interface Signature {
	readonly start: number;
	readonly value: string;
	/** What stands around it, up to quotes and spaces. */
	readonly query: string;
	readonly expiresAt: number | null;
}

function found(of: SecretRule, { start, value, query, expiresAt }: Signature): Match | null {
	if (/example/i.test(query) || isPlaceholderToken(value)) return null;
	const span = { start, end: start + value.length };
	return {
		rule: of,
		rank: 'exact',
		...span,
		value,
		state: 'none',
		traits: { ...PLAIN, expiresAt },
	};
}
