import { describe, expect, test } from 'vitest';
import { type Fact, type FactRef, known, unknown } from '../../../src/core/fact.ts';
import type { HelloOutcome, TlsOutcome } from '../../../src/core/io.ts';
import { type TlsSurvey, tlsSurvey } from '../../../src/facts/tls/tls-survey.ts';
import { tlsSurveys } from '../../../src/facts/tls/tls-surveys.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';

const HANDSHAKE: TlsOutcome = {
	kind: 'completed',
	protocol: 'TLSv1.3',
	cipher: 'TLS_AES_128_GCM_SHA256',
	alpn: 'h2',
	chain: [],
};

interface Hello {
	readonly version: string;
	readonly suites: readonly number[];
	readonly groups?: readonly number[];
	readonly again?: number;
}

const failed = (how: 'reset' | 'silent' | 'alert', change: object = {}): HelloOutcome => ({
	kind: 'failed',
	how,
	phase: 'tls',
	alert: how === 'alert' ? 40 : null,
	detail: `it was ${how}`,
	tookMs: how === 'silent' ? 4_000 : 10,
	...change,
});

const answered = (version: string, suite: number, change: object = {}): HelloOutcome => ({
	kind: 'answered',
	version,
	suite,
	compression: 0,
	sessionId: true,
	ticket: false,
	secureRenegotiation: true,
	alpn: null,
	group: version === 'TLSv1.3' ? 0x1d : null,
	timestamps: [],
	chain: [],
	staple: null,
	keyExchange: version === 'TLSv1.3' ? null : Buffer.from('03001d', 'hex').toString('base64'),
	asksForCertificate: false,
	complete: true,
	tookMs: 10,
	...change,
});

/** TLS 1.2 with one suite and TLS 1.3. */
function sound({ version, suites, groups = [] }: Hello): HelloOutcome {
	if (version === 'TLSv1.3') {
		return groups.includes(0x1d) ? answered(version, 0x1301) : failed('alert');
	}
	if (version !== 'TLSv1.2') return failed('alert', { alert: 70 });
	return suites.includes(0xc02f) ? answered(version, 0xc02f) : failed('alert');
}

async function surveyed(
	hello: (one: Hello, count: number) => HelloOutcome | 'unknown',
	handshake: (again: number) => TlsOutcome = () => HANDSHAKE,
) {
	const asked: Hello[] = [];
	let most = 0;
	let running = 0;
	const get = async ({ source, params }: FactRef<unknown>): Promise<Fact<unknown>> => {
		running += 1;
		most = Math.max(most, running);
		await new Promise((resolve) => setTimeout(resolve, 1));
		running -= 1;
		if (source.name === 'tls.handshake') {
			return known(handshake((params as { again?: number }).again ?? 0));
		}
		asked.push(params as unknown as Hello);
		const outcome = hello(params as unknown as Hello, asked.length);
		return outcome === 'unknown' ? unknown('budget', 'spent') : known(outcome);
	};
	const { source, params } = tlsSurvey({ host: 'example.com', address: '203.0.113.1' });
	if (source.kind !== 'derivation') throw new Error('no derivation');
	const fact = (await source.derive(params as never, get as never)) as Fact<TlsSurvey>;
	return { fact, asked, most };
}

function surveyIn(fact: Fact<TlsSurvey>): TlsSurvey {
	if (fact.status !== 'known') throw new Error(fact.detail);
	return fact.value;
}

const looks = (survey: TlsSurvey) => [
	...Object.values(survey.versions),
	...Object.values(survey.weak ?? {}),
	...Object.values(survey.groups ?? {}),
	survey.aead,
	survey.forwardSecrecy,
	survey.staticRsa,
	survey.cbc,
	survey.dhe,
];

describe('the survey of one address', () => {
	test('takes about twenty hellos at a sound server, six at once at most', async () => {
		const { fact, asked, most } = await surveyed(sound);
		const survey = surveyIn(fact);
		expect(asked.length).toBeGreaterThan(12);
		expect(asked.length).toBeLessThanOrEqual(25);
		expect(most).toBeLessThanOrEqual(6);
		expect(survey.versions).toMatchObject({
			SSLv3: { seen: 'no' },
			TLSv1: { seen: 'no' },
			'TLSv1.2': { seen: 'yes' },
			'TLSv1.3': { seen: 'yes' },
		});
		expect(Object.values(survey.weak ?? {})).toEqual(new Array(6).fill({ seen: 'no' }));
		expect(survey).toMatchObject({ aead: { seen: 'yes' }, fallbackSignal: null });
		expect(looks(survey).some((one) => one?.seen === 'unknown')).toBe(false);
	});

	test('never sends the same hello twice', async () => {
		const { asked } = await surveyed(sound);
		expect(new Set(asked.map((one) => JSON.stringify(one))).size).toBe(asked.length);
	});

	test('takes a closed connection for a refusal where a handshake completes after it', async () => {
		const closes = (one: Hello) => {
			const outcome = sound(one);
			return outcome.kind === 'failed' ? failed('reset') : outcome;
		};
		const survey = surveyIn((await surveyed(closes)).fact);
		expect(looks(survey).some((one) => one?.seen === 'unknown')).toBe(false);
		expect(survey.weak).toMatchObject({ rc4: { seen: 'no' } });
	});

	test('takes it for nothing where no handshake completes any more', async () => {
		const { fact, asked } = await surveyed(
			(one, count) => (count <= 3 ? sound(one) : failed('reset')),
			(again) =>
				again === 0
					? HANDSHAKE
					: { kind: 'failed', how: 'reset', phase: 'tls', alert: null, detail: 'reset' },
		);
		const survey = surveyIn(fact);
		expect(survey.versions['TLSv1.3']).toMatchObject({ seen: 'yes' });
		const open = looks(survey).filter((one) => one?.seen === 'unknown');
		expect(open.length).toBeGreaterThan(3);
		expect(
			open.every((one) => one?.seen === 'unknown' && /^(?:denied|inconclusive)$/.test(one.because)),
		).toBe(true);
		expect(looks(survey).filter((one) => one?.seen === 'no').length).toBeLessThanOrEqual(3);
		expect(asked.length).toBeLessThan(13);
	});

	test('takes no alert for a refusal where no handshake completes at the end', async () => {
		const { fact } = await surveyed(
			(one, count) => (count <= 6 ? sound(one) : failed('alert')),
			(again) =>
				again === 0
					? HANDSHAKE
					: { kind: 'failed', how: 'alert', phase: 'tls', alert: 80, detail: 'alert 80' },
		);
		const survey = surveyIn(fact);
		expect(looks(survey).filter((one) => one?.seen === 'no')).toEqual([]);
		expect(survey.versions['TLSv1.2']).toMatchObject({ seen: 'yes' });
		expect(survey.weak?.rc4).toMatchObject({ seen: 'unknown', because: 'denied' });
	});

	test('asks TLS 1.3 for a ticket where no session was kept before', async () => {
		const forgets = (one: Hello) => {
			const outcome = sound(one);
			return outcome.kind === 'answered' ? { ...outcome, sessionId: false } : outcome;
		};
		const asked = async (ticket: boolean) =>
			surveyIn((await surveyed(forgets, () => ({ ...HANDSHAKE, ticket }))).fact).resumption;
		expect(await asked(true)).toEqual({ seen: 'yes', how: 'TLSv1.3, ticket' });
		expect(await asked(false)).toEqual({ seen: 'no' });
		expect(surveyIn((await surveyed(forgets)).fact).resumption).toMatchObject({ seen: 'unknown' });
	});

	test('stops after two hellos that nothing answers', async () => {
		const { fact, asked } = await surveyed((one) =>
			one.version === 'TLSv1.2' && one.suites.includes(0xc02f) ? sound(one) : failed('silent'),
		);
		const survey = surveyIn(fact);
		expect(asked.length).toBeLessThanOrEqual(7);
		expect(survey.versions.SSLv3).toMatchObject({ seen: 'unknown', because: 'timeout' });
		expect(survey.weak?.rc4).toMatchObject({ seen: 'unknown' });
	});

	test('believes no suite that it did not offer', async () => {
		const stubborn = (one: Hello) =>
			one.version === 'TLSv1.2' ? answered('TLSv1.2', 0xc02f) : sound(one);
		expect(surveyIn((await surveyed(stubborn)).fact).weak).toMatchObject({ rc4: { seen: 'no' } });
	});

	test('asks for each weak kind by itself where a filter closes on all of them', async () => {
		const filtered = (one: Hello) => {
			if (one.version !== 'TLSv1.2') return sound(one);
			const isExport = one.suites.includes(0x0003);
			if (isExport && !one.suites.includes(0xc02f)) return failed('reset');
			return one.suites.includes(0x0005) && !one.suites.includes(0xc02f)
				? answered('TLSv1.2', 0x0005)
				: sound(one);
		};
		expect(surveyIn((await surveyed(filtered)).fact).weak).toMatchObject({
			rc4: { seen: 'yes' },
			export: { seen: 'no' },
		});
	});

	test('knows nothing of what could not be sent', async () => {
		const { fact } = await surveyed((one) => (one.version === 'SSLv2' ? 'unknown' : sound(one)));
		expect(surveyIn(fact).versions.SSLv2).toEqual({
			seen: 'unknown',
			because: 'budget',
			detail: 'spent',
		});
	});

	test('is left to ssl/https where nothing answers', async () => {
		const broken: TlsOutcome = {
			kind: 'failed',
			how: 'alert',
			phase: 'tls',
			alert: 80,
			detail: 'alert 80',
		};
		const { fact } = await surveyed(
			() => failed('alert'),
			() => broken,
		);
		expect(fact).toMatchObject({ status: 'blocked', by: { check: 'ssl/https' } });
		const refused = { ...broken, how: 'refused', phase: 'connect' } as const;
		const { asked, fact: closed } = await surveyed(sound, () => refused);
		expect(asked).toEqual([]);
		expect(closed).toMatchObject({ status: 'blocked', by: { check: 'ssl/https' } });
	});
});

const A = '203.0.113.10';
const B = '203.0.113.11';
const V6 = '2001:db8::10';

test('a host is asked at one address of each family, and where it shows other terms', async () => {
	const zones = { 'shop.test': { records: `@ A ${A}\n@ A ${B}\n@ AAAA ${V6}` } };
	const alike: World = { zones, sites: [{ hosts: ['shop.test'], at: [A, B, V6] }] };
	const ask = () => tlsSurveys({ host: 'shop.test', beside: 'www.shop.test' });
	const same = await gathered(alike, ask);
	expect(same.surveys.map(({ address }) => address).sort()).toEqual([V6, A].sort());
	expect(same.passedOver).toEqual([B]);
	const differing: World = {
		zones,
		sites: [
			{ hosts: ['shop.test'], at: [A, V6] },
			{ hosts: ['shop.test'], at: [B], tls: { max: 'TLSv1.2' } },
		],
	};
	const other = await gathered(differing, ask);
	expect(other.surveys.map(({ address }) => address).sort()).toEqual([V6, A, B].sort());
});
