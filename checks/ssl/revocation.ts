import {
	blockedBy,
	defineCheck,
	doesNotApply,
	hosts,
	type ListLook,
	type OcspAnswer,
	ocspState,
	type RevocationView,
	revocationViews,
	z,
} from '../../src/sdk.ts';
import { besideOf } from './_judged-chains.ts';
import { REVOCATION_VERDICTS } from './_revocation-verdicts.ts';
import { firstOfEach, SAMPLE_CERTIFICATE, shown } from './_served-certificate.ts';

export default defineCheck({
	id: 'ssl/revocation',
	title: 'The certificate has not been withdrawn',
	rationale:
		'An authority revokes a certificate when its key leaked or it was issued wrongly. Its dates go on ' +
		'looking good, the owner is told by a mail that nobody reads, and browsers close the site.',
	references: [
		'CA/B Forum Baseline Requirements §4.9',
		'RFC 5280 §5 (revocation lists)',
		'RFC 6960 (OCSP), RFC 6066 §8 (stapling), RFC 7633 (must-staple)',
		'CA/B Forum ballot SC-063 (OCSP is optional)',
	],
	reach: 'sign-in',
	layer: 'certificates',
	over: hosts,
	options: z.object({}),
	verdicts: REVOCATION_VERDICTS,
	needs: ({ subject }) => ({
		views: revocationViews({ host: subject.name, beside: besideOf(subject) }),
	}),
	judge({ given: { views }, subject, now, say }) {
		const host = subject.name;
		const trusted = views.filter(({ standing }) => standing === 'public' || standing === 'private');
		if (trusted.length === 0) {
			return blockedBy(
				{ check: 'ssl/chain', subject: host },
				'no issuer that could revoke it is known',
			);
		}
		const found = firstOfEach(trusted.flatMap((view) => faultsOf(view, now)));
		const said = found.map(([key, view, more]) => {
			const about = shown(host, view);
			switch (key) {
				case 'revoked':
					return say(key, { ...about, ...more });
				case 'staple-bad':
					return say(key, { ...about, ...more });
				case 'no-answer':
					return say(key, { ...about, ...more });
				default:
					return say(key, about);
			}
		});
		if (found.some(([key]) => key !== 'not-stapled')) return said;
		const sources = [...new Set(trusted.flatMap((view) => goodSources(view, now)))];
		if (sources.length > 0)
			return [...said, say('standing', { host, sources: sources.join('; ') })];
		return said.length > 0
			? said
			: doesNotApply(
					'the certificate names neither a list nor a responder, as short-lived ones may',
				);
	},
	examples: (example) => {
		const given = (...views: readonly Partial<RevocationView>[]) => ({
			views: views.map(
				(view): RevocationView => ({
					...SAMPLE_CERTIFICATE,
					staples: [],
					lists: [LISTED_NOT],
					...view,
				}),
			),
		});
		const stapled = (answer: OcspAnswer | null, more: Partial<RevocationView> = {}) =>
			given({
				ocspUrls: ['http://ocsp.example.net/'],
				staples: [{ address: '203.0.113.1', answer }],
				...more,
			});
		return [
			example('in no list', given({}), 'standing'),
			example('a good response', stapled(ANSWER), 'standing'),
			example('a revoked one', stapled(REVOKED), 'revoked'),
			example(
				'revoked, in an old response',
				stapled({ ...REVOKED, nextUpdate: '2029-12-09T00:00:00.000Z' }),
				'revoked',
			),
			example('on hold', stapled({ ...REVOKED, onHold: true }), 'revoked'),
			example(
				'on hold, in an old response',
				stapled({ ...REVOKED, onHold: true, nextUpdate: '2029-12-09T00:00:00.000Z' }),
				'staple-bad',
			),
			example('listed', given({ lists: [{ ...LISTED_NOT, state: LISTED }] }), 'revoked'),
			example(
				'an intermediate listed',
				given({
					lists: [
						LISTED_NOT,
						{ ...LISTED_NOT, subject: 'Example CA', isLeaf: false, state: LISTED },
					],
				}),
				'revoked',
			),
			example(
				'on hold in an old list',
				given({
					lists: [
						{
							...LISTED_NOT,
							state: { ...LISTED, onHold: true, nextUpdate: '2029-12-31T00:00:00.000Z' },
						},
					],
				}),
				'no-answer',
			),
			example(
				'must-staple without a response',
				given({ mustStaple: true, staples: [{ address: '203.0.113.1', answer: null }] }),
				'must-staple-unstapled',
			),
			example('must-staple with one', stapled(ANSWER, { mustStaple: true }), 'standing'),
			example(
				'the last second of a response',
				stapled({ ...ANSWER, nextUpdate: '2030-01-01T00:00:00.000Z' }),
				'standing',
			),
			example(
				'one second later',
				stapled({ ...ANSWER, nextUpdate: '2029-12-31T23:59:59.000Z' }),
				'staple-bad',
			),
			example(
				'for another certificate',
				stapled({
					kind: 'useless',
					why: 'wrong-certificate',
					detail: 'is about another certificate',
				}),
				'staple-bad',
			),
			example('unknown to the responder', stapled({ ...ANSWER, status: 'unknown' }), 'staple-bad'),
			example('nothing stapled', stapled(null), 'not-stapled'),
			example('nothing stapled, in no list', stapled(null), 'standing'),
			example(
				'the list out of reach',
				given({ lists: [{ ...LISTED_NOT, state: { kind: 'unread', detail: 'HTTP 404' } }] }),
				'no-answer',
			),
			example(
				'the list out of date',
				given({
					lists: [
						{
							...LISTED_NOT,
							state: {
								kind: 'not-listed',
								thisUpdate: '2029-12-01T00:00:00.000Z',
								nextUpdate: '2029-12-31T23:59:59.000Z',
							},
						},
					],
				}),
				'no-answer',
			),
			example(
				'the list out of reach, a good response',
				stapled(ANSWER, {
					lists: [{ ...LISTED_NOT, state: { kind: 'unread', detail: 'HTTP 404' } }],
				}),
				'standing',
			),
			example('short-lived, without a list', given({ crlUrls: [], lists: [] }), 'not-applicable'),
			example('signed by itself', given({ standing: 'self-signed', lists: [] }), 'blocked'),
		];
	},
});

type Fault =
	| readonly [
			'revoked',
			RevocationView,
			{ whose: string; at: string; reason: string | null; source: string; isLeaf: boolean },
	  ]
	| readonly ['must-staple-unstapled' | 'not-stapled', RevocationView, null]
	| readonly ['staple-bad', RevocationView, { fault: string }]
	| readonly ['no-answer', RevocationView, { tried: string }];

const OWN = "the server's certificate";
const STAPLE = 'its stapled OCSP response';

function faultsOf(view: RevocationView, now: Date): readonly Fault[] {
	const revoked = [...revokedByStaple(view, now), ...revokedByList(view, now)];
	if (revoked.length > 0) return revoked;
	return [...stapleFaults(view, now), ...answerFaults(view, now)];
}

function revokedByStaple(view: RevocationView, now: Date): readonly Fault[] {
	return view.staples.flatMap(({ answer }): Fault[] => {
		const state = answer === null ? null : ocspState(answer, now);
		if (state?.kind !== 'revoked') return [];
		const { at, reason } = state;
		return [['revoked', view, { whose: OWN, at, reason, source: STAPLE, isLeaf: true }]];
	});
}

function revokedByList(view: RevocationView, now: Date): readonly Fault[] {
	return view.lists.flatMap(({ subject, isLeaf, url, state }): Fault[] => {
		if (state.kind !== 'listed' || (state.onHold && isOver(state.nextUpdate, now))) return [];
		const whose = isLeaf ? OWN : `the intermediate "${subject}"`;
		const { at, reason } = state;
		return [['revoked', view, { whose, at, reason, source: url, isLeaf }]];
	});
}

function stapleFaults(view: RevocationView, now: Date): readonly Fault[] {
	const answers = view.staples.map(({ answer }) => answer);
	const faults: Fault[] = answers.flatMap((answer): Fault[] => {
		const state = answer === null ? null : ocspState(answer, now);
		return state?.kind === 'useless' ? [['staple-bad', view, { fault: state.detail }]] : [];
	});
	if (!answers.includes(null)) return faults;
	if (view.mustStaple) faults.push(['must-staple-unstapled', view, null]);
	else if (view.ocspUrls.length > 0) faults.push(['not-stapled', view, null]);
	return faults;
}

function answerFaults(view: RevocationView, now: Date): readonly Fault[] {
	if (goodSources(view, now).length > 0) return [];
	if (view.crlUrls.length + view.ocspUrls.length === 0) return [];
	const own = view.lists.find(({ isLeaf }) => isLeaf);
	const list = own === undefined ? 'the certificate names no list over http' : listText(own);
	return [['no-answer', view, { tried: `no good response is stapled, and ${list}` }]];
}

/** What shows that the server's own certificate stands, in words. */
function goodSources(view: RevocationView, now: Date): readonly string[] {
	const staples = view.staples.flatMap(({ answer }) => {
		const state = answer === null ? null : ocspState(answer, now);
		return state?.kind === 'good' ? ['a stapled OCSP response'] : [];
	});
	const lists = view.lists.flatMap(({ isLeaf, url, state }) =>
		isLeaf && state.kind === 'not-listed' && isCurrent(state.nextUpdate, now)
			? [`not in ${url}`]
			: [],
	);
	return [...staples, ...lists];
}

/** Without a date for the next one, a list may be of any age (RFC 5280 §5.1.2.5 demands the date). */
function isCurrent(nextUpdate: string | null, now: Date): boolean {
	return nextUpdate !== null && !isOver(nextUpdate, now);
}

function isOver(nextUpdate: string | null, now: Date): boolean {
	return nextUpdate !== null && now.getTime() >= Date.parse(nextUpdate) + 1000;
}

function listText({ url, state }: ListLook): string {
	switch (state.kind) {
		case 'unread':
			return `the list at ${url} cannot be had (${state.detail})`;
		case 'unusable':
			return `the list at ${url} does not answer for it (${state.detail})`;
		default:
			return `the list at ${url} is out of date`;
	}
}

// ── For the examples ─────────────────────────────────────────────────────────────────────────────

const ANSWER: Extract<OcspAnswer, { kind: 'answer' }> = {
	kind: 'answer',
	status: 'good',
	thisUpdate: '2029-12-30T00:00:00.000Z',
	nextUpdate: '2030-01-06T00:00:00.000Z',
	delegate: null,
	revokedAt: null,
	reason: null,
	onHold: false,
};

const REVOKED: OcspAnswer & { kind: 'answer' } = {
	...ANSWER,
	status: 'revoked',
	revokedAt: '2029-12-20T10:00:00.000Z',
	reason: 'its key is compromised',
};

const LISTED_NOT: ListLook = {
	subject: 'example.com',
	isLeaf: true,
	url: 'http://crl.example.net/1.crl',
	state: {
		kind: 'not-listed',
		thisUpdate: '2029-12-31T00:00:00.000Z',
		nextUpdate: '2030-01-07T00:00:00.000Z',
	},
};

const LISTED = {
	kind: 'listed',
	at: '2029-12-20T10:00:00.000Z',
	reason: null,
	onHold: false,
	nextUpdate: '2030-01-07T00:00:00.000Z',
} as const;
