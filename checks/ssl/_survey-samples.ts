import type { Looked, TlsSurvey } from '../../src/sdk.ts';

type Version = keyof TlsSurvey['versions'];

interface Change {
	readonly versions?: Partial<Record<Version, boolean | Looked>>;
	readonly weak?: Partial<NonNullable<TlsSurvey['weak']>>;
	readonly groups?: Partial<NonNullable<TlsSurvey['groups']>>;
	readonly more?: Partial<Omit<TlsSurvey, 'versions' | 'weak' | 'groups'>>;
}

const NO: Looked = { seen: 'no' };
const yes = (how: string): Looked => ({ seen: 'yes', how });

const GOOD = 'TLSv1.2 with TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256';

const lookOf = (version: Version, one: boolean | Looked): Looked =>
	typeof one === 'object' ? one : one ? yes(version) : NO;

/** For the examples: what a sound server shows. */
export const SOUND_SURVEY: TlsSurvey = {
	address: '203.0.113.1',
	versions: {
		SSLv2: NO,
		SSLv3: NO,
		TLSv1: NO,
		'TLSv1.1': NO,
		'TLSv1.2': yes(GOOD),
		'TLSv1.3': yes('TLSv1.3 with TLS_AES_128_GCM_SHA256'),
	},
	weak: { null: NO, anonymous: NO, export: NO, des: NO, rc4: NO, '3des': NO },
	aead: yes(GOOD),
	forwardSecrecy: yes(GOOD),
	staticRsa: NO,
	cbc: NO,
	dhe: NO,
	primes: [],
	groups: {
		X25519MLKEM768: yes('TLSv1.3'),
		X25519: yes('TLSv1.3'),
		'P-256': yes('TLSv1.3'),
		'P-384': NO,
		'P-521': NO,
	},
	secureRenegotiation: yes('TLSv1.2'),
	compression: NO,
	fallbackSignal: null,
	http2: yes('ALPN'),
	resumption: yes('TLSv1.2, ticket'),
};

/** The sound one, changed. */
export function survey(change: Change): TlsSurvey {
	const changed = Object.entries(change.versions ?? {}).map(([version, one]) => [
		version,
		lookOf(version as Version, one),
	]);
	return {
		...SOUND_SURVEY,
		...change.more,
		versions: { ...SOUND_SURVEY.versions, ...Object.fromEntries(changed) },
		weak: SOUND_SURVEY.weak === null ? null : { ...SOUND_SURVEY.weak, ...change.weak },
		groups: SOUND_SURVEY.groups === null ? null : { ...SOUND_SURVEY.groups, ...change.groups },
	};
}

const RC4 = 'TLSv1 with TLS_RSA_WITH_RC4_128_SHA';

/** TLS 1.0 with RC4, and nothing else. */
export const OLD_ONLY: TlsSurvey = {
	...survey({
		versions: { TLSv1: yes(RC4), 'TLSv1.2': false, 'TLSv1.3': false },
		weak: { rc4: yes(RC4) },
	}),
	address: '203.0.113.2',
	aead: null,
	forwardSecrecy: NO,
	groups: null,
	http2: null,
};

export const SSL3_ONLY: TlsSurvey = survey({
	versions: { SSLv3: true, 'TLSv1.2': false, 'TLSv1.3': false },
});
