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

/**
 * The signature of a URL that lets anyone who has it in, until it expires. Links to AWS' and Azure's
 * own samples carry no signature of the right length.
 */
export function signedUrlAt(text: string, hit: number): Match | null {
	const query = queryAround(text, hit);
	if (/example/i.test(query)) return null;
	const first = text.charAt(hit + 2).toLowerCase();
	if (first === 'a') return awsAt(text, hit, query);
	if (first === 'g' && text.charAt(hit + 1) === '-') return googleAt(text, hit, query);
	return azureAt(text, hit, query);
}

function awsAt(text: string, hit: number, query: string): Match | null {
	const value = /^=([0-9a-f]{64})(?![0-9A-Za-z])/.exec(text.slice(hit + 15, hit + 85))?.[1];
	if (value === undefined || !/x-amz-credential=A[KS]IA/i.test(query)) return null;
	const date = /x-amz-date=(\d{8}T\d{6}Z)/i.exec(query)?.[1];
	const seconds = /x-amz-expires=(\d{1,7})(?!\d)/i.exec(query)?.[1];
	return found(AWS, hit + 16, value, expiryFrom(date, seconds));
}

function googleAt(text: string, hit: number, query: string): Match | null {
	const value = /^=([0-9a-f]{256,1024})(?![0-9A-Za-z])/.exec(
		text.slice(hit + 16, hit + 1_050),
	)?.[1];
	if (value === undefined) return null;
	const date = /x-goog-date=(\d{8}T\d{6}Z)/i.exec(query)?.[1];
	const seconds = /x-goog-expires=(\d{1,7})(?!\d)/i.exec(query)?.[1];
	return found(GOOGLE, hit + 17, value, expiryFrom(date, seconds));
}

const SAS = /^sig=([A-Za-z0-9%+/_-]{43,90}={0,2})(?![\w%+/=])/i;

/** HMAC-SHA-256 in base64, percent-encoded, beside the version (`sv`) that every SAS names. */
function azureAt(text: string, hit: number, query: string): Match | null {
	if (/\w/.test(text.charAt(hit - 1))) return null;
	const value = SAS.exec(text.slice(hit, hit + 100))?.[1];
	if (value === undefined || Buffer.from(decoded(value), 'base64').length !== 32) return null;
	const isFlow = /logic\.azure\.com|powerplatform\.com/i.test(query);
	if (!isFlow && !/(?:^|[?&;])sv=\d{4}-\d\d-\d\d|SharedAccessSignature sr=/i.test(query))
		return null;
	const until = /[?&;]se=([\d:.TZ%Aa3-]{10,40})/.exec(query)?.[1];
	const epoch = /[?&;]se=(\d{9,11})(?!\d)/.exec(query)?.[1];
	const seconds = epoch === undefined ? Date.parse(decoded(until ?? '')) / 1000 : Number(epoch);
	return found(isFlow ? FLOW : AZURE, hit + 4, value, Number.isFinite(seconds) ? seconds : null);
}

/** Seconds since 1970 of `20300101T000000Z` and so many seconds; `null` where it is not said. */
function expiryFrom(date: string | undefined, seconds: string | undefined): number | null {
	if (date === undefined || seconds === undefined) return null;
	const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(date) ?? [];
	if (day === undefined || time === undefined) return null;
	const iso = `${day.replace(/^(\d{4})(\d\d)/, '$1-$2-')}T${time.replace(/^(\d\d)(\d\d)/, '$1:$2:')}Z`;
	const from = Date.parse(iso);
	return Number.isNaN(from) ? null : from / 1000 + Number(seconds);
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

function found(
	of: SecretRule,
	start: number,
	value: string,
	expiresAt: number | null,
): Match | null {
	if (isPlaceholderToken(value)) return null;
	return {
		rule: of,
		rank: 'exact',
		start,
		end: start + value.length,
		value,
		state: 'none',
		traits: { ...PLAIN, expiresAt },
	};
}
