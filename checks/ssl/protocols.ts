import {
	defineCheck,
	hosts,
	type Judgement,
	type Severity,
	type TlsSurvey,
	type TlsSurveys,
	tlsSurveys,
	z,
} from '../../src/sdk.ts';
import { besideOf } from './_judged-chains.ts';
import { VERDICTS } from './_protocol-verdicts.ts';
import { OLD_ONLY, SOUND_SURVEY, SSL3_ONLY, survey } from './_survey-samples.ts';
import {
	how,
	isNo,
	isOld,
	isYes,
	named,
	notLooked,
	type Open,
	places,
	type Seen,
	spotted,
} from './_surveyed.ts';

export default defineCheck({
	id: 'ssl/protocols',
	title: 'Only current versions of TLS are spoken, without the faults of the old ones',
	rationale:
		'TLS 1.2 and 1.3 are what browsers, phones and programs speak; where both are missing, nobody gets ' +
		'in. What is older has known attacks: an attacker in the same network makes two sides use the ' +
		'oldest version that both know.',
	references: [
		'RFC 8996 (TLS 1.0 and 1.1), RFC 7568 (SSL 3.0), RFC 6176 (SSL 2.0)',
		'RFC 5746 (renegotiation), RFC 7507 (fallback), CVE-2012-4929 (CRIME)',
		'Mozilla Server Side TLS 6.0',
	],
	reach: 'sign-in',
	layer: 'server',
	over: hosts,
	options: z.object({}),
	verdicts: VERDICTS,
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject }) => ({
		spoken: tlsSurveys({ host: subject.name, beside: besideOf(subject) }),
	}),
	judge({ given: { spoken }, subject, say }) {
		const said: Judgement<keyof typeof VERDICTS>[] = [];
		let isClean = true;
		for (const [key, rule] of RULES) {
			const seen = spotted(subject.name, spoken, rule);
			if (seen === null) continue;
			said.push(say(key, seen));
			if (seen.severity !== 'info') isClean = false;
		}
		const open = notLooked(subject.name, spoken, questions);
		if (open !== null) return [...said, open];
		if (!isClean) return said;
		const offered = [...new Set(spoken.surveys.flatMap(versionsIn))].join(' and ');
		return [...said, say('modern', { host: subject.name, where: places(spoken), offered })];
	},
	examples: (example) => {
		const given = (...surveys: TlsSurvey[]) => ({
			spoken: { surveys, passedOver: [] } as TlsSurveys,
		});
		const changed = (change: Parameters<typeof survey>[0]) => given(survey(change));
		const old = { TLSv1: true, 'TLSv1.2': false, 'TLSv1.3': false };
		const unsure = { seen: 'unknown', because: 'timeout', detail: 'no answer' } as const;
		return [
			example('TLS 1.2 and 1.3', given(SOUND_SURVEY), 'modern'),
			example('TLS 1.0 alone', given(OLD_ONLY), 'no-modern-version'),
			example('SSL 3.0 alone', given(SSL3_ONLY), 'no-modern-version'),
			example('TLS 1.0 alone at a guessed host', given(OLD_ONLY), 'no-modern-version', {
				subject: { context: { standing: 'guessed', stage: 'production' } },
			}),
			example('TLS 1.0 alone at one of two', given(SOUND_SURVEY, OLD_ONLY), 'no-modern-version'),
			example(
				'TLS 1.2 alone is modern',
				changed({ versions: { 'TLSv1.3': false } }),
				'tls-1-3-missing',
			),
			example('TLS 1.3 alone', changed({ versions: { 'TLSv1.2': false } }), 'tls-1-2-missing'),
			example('TLS 1.3 alone is modern', changed({ versions: { 'TLSv1.2': false } }), 'modern'),
			example('SSL 2.0 too', changed({ versions: { SSLv2: true } }), 'ssl-2-offered'),
			example('SSL 3.0 too', changed({ versions: { SSLv3: true } }), 'ssl-3-offered'),
			example('TLS 1.0 too', changed({ versions: { TLSv1: true } }), 'tls-1-0-offered'),
			example('TLS 1.0 without TLS 1.2', changed({ versions: old }), 'tls-1-0-offered'),
			example('TLS 1.1 too', changed({ versions: { 'TLSv1.1': true } }), 'tls-1-1-offered'),
			example(
				'no renegotiation_info',
				changed({ more: { secureRenegotiation: { seen: 'no' } } }),
				'insecure-renegotiation',
			),
			example(
				'DEFLATE is picked',
				changed({ more: { compression: { seen: 'yes', how: 'TLSv1.2, method 1' } } }),
				'compression-on',
			),
			example(
				'a fallback is not noticed',
				changed({ versions: { TLSv1: true }, more: { fallbackSignal: { seen: 'no' } } }),
				'no-fallback-signal',
			),
			example(
				'a fallback is refused',
				changed({ more: { fallbackSignal: { seen: 'yes', how: 'alert 86' } } }),
				'modern',
			),
			example('HTTP/1.1 only', changed({ more: { http2: { seen: 'no' } } }), 'no-http2'),
			example('HTTP/1.1 only is modern', changed({ more: { http2: { seen: 'no' } } }), 'modern'),
			example(
				'no session is kept',
				changed({ more: { resumption: { seen: 'no' } } }),
				'no-resumption',
			),
			example('SSL 3.0 not known', changed({ versions: { SSLv3: unsure } }), 'unknown'),
			example(
				'neither TLS 1.2 nor 1.3 known',
				changed({ versions: { 'TLSv1.2': unsure, 'TLSv1.3': unsure, TLSv1: true } }),
				'unknown',
			),
			example('resumption not known', changed({ more: { resumption: unsure } }), 'modern'),
		];
	},
});

const is = (test: boolean, detail: string, severity: Severity): Seen =>
	test ? { detail, severity } : null;

const RULES: readonly (readonly [
	Exclude<keyof typeof VERDICTS, 'modern'>,
	(survey: TlsSurvey) => Seen,
])[] = [
	[
		'no-modern-version',
		(one) => is(isOld(one), `the newest is ${versionsIn(one)[0] ?? 'none'}`, 'blocker'),
	],
	['ssl-2-offered', ({ versions: v }) => is(isYes(v.SSLv2), how(v.SSLv2), 'high')],
	['ssl-3-offered', ({ versions: v }) => is(isYes(v.SSLv3), how(v.SSLv3), 'high')],
	['tls-1-0-offered', ({ versions: v }) => is(isYes(v.TLSv1), how(v.TLSv1), legacy(v))],
	['tls-1-1-offered', ({ versions: v }) => is(isYes(v['TLSv1.1']), how(v['TLSv1.1']), legacy(v))],
	[
		'tls-1-3-missing',
		({ versions: v }) => is(isNo(v['TLSv1.3']) && isYes(v['TLSv1.2']), how(v['TLSv1.2']), 'later'),
	],
	[
		'tls-1-2-missing',
		({ versions: v }) => is(isNo(v['TLSv1.2']) && isYes(v['TLSv1.3']), how(v['TLSv1.3']), 'info'),
	],
	[
		'insecure-renegotiation',
		(one) => is(isNo(one.secureRenegotiation), 'no renegotiation_info in its answer', 'high'),
	],
	['compression-on', ({ compression }) => is(isYes(compression), how(compression), 'high')],
	[
		'no-fallback-signal',
		({ fallbackSignal }) =>
			is(isNo(fallbackSignal), 'a hello with TLS_FALLBACK_SCSV is answered', 'later'),
	],
	['no-http2', ({ http2 }) => is(isNo(http2), 'h2 was offered and not picked', 'info')],
	['no-resumption', ({ resumption }) => is(isNo(resumption), 'no session id, no ticket', 'info')],
];

function legacy(versions: TlsSurvey['versions']): Severity {
	return isNo(versions['TLSv1.2']) ? 'high' : 'later';
}

/** Newest first. */
function versionsIn({ versions }: TlsSurvey): readonly string[] {
	const offered = Object.entries(versions).filter(([, look]) => isYes(look));
	return offered.map(([version]) => named(version)).reverse();
}

function questions(survey: TlsSurvey): readonly Open[] {
	const { versions } = survey;
	const isProved = isYes(versions['TLSv1.2']) || isYes(versions['TLSv1.3']);
	return [
		...Object.entries(versions).map(([version, look]) => ({
			what: named(version),
			look,
			couldBe: couldBe(version, isProved),
		})),
		{ what: 'renegotiation', look: survey.secureRenegotiation, couldBe: 'high' },
		{ what: 'compression', look: survey.compression, couldBe: 'high' },
		{ what: 'the fallback signal', look: survey.fallbackSignal, couldBe: 'later' },
		{ what: 'resumption', look: survey.resumption, couldBe: 'info' },
	];
}

function couldBe(version: string, isProved: boolean): Severity {
	if (version === 'TLSv1.2' || version === 'TLSv1.3') return isProved ? 'later' : 'blocker';
	return version.startsWith('SSL') ? 'high' : 'later';
}
