import {
	asksForSecrets,
	at,
	defineCheck,
	doesNotApply,
	fieldValues,
	type HttpAnswered,
	header,
	minutes,
	parseCsp,
	readFrameOptions,
	type SeenPage,
	sitePage,
	sitePages,
	sites,
	unseenPage,
	z,
} from '../../src/sdk.ts';
import { NOT_SENT } from './_not-sent.ts';
import { NOT_A_PAGE, pagesWith, pageWith } from './_page-samples.ts';
import { LATER } from './_staged.ts';

const FIELD = 'X-Frame-Options';
const POLICY = 'Content-Security-Policy';

const CLICKJACKED =
	'Somebody can lay your page invisibly over theirs, and your signed-in customers click your buttons ' +
	'without knowing it.';

const reproduce = (a: { url: string }) =>
	`curl -sSI '${a.url.replaceAll("'", '%27')}' | grep -iE 'x-frame-options|content-security-policy'`;

const send = (summary: string) => ({
	...header(
		FIELD,
		'SAMEORIGIN',
		`A ${POLICY} with frame-ancestors 'self' says the same and wins over it; with a policy in place, add the directive there.`,
		'Where other sites are meant to embed you, name them in frame-ancestors instead.',
	),
	summary,
});

export default defineCheck({
	id: 'headers/framing',
	title: 'Other sites cannot put the pages into a frame',
	rationale:
		'A page that any site may frame can be clicked through (clickjacking): the visitor sees a game and ' +
		'presses your "confirm" button.',
	references: [
		'RFC 7034 (X-Frame-Options)',
		'Content Security Policy Level 3 §6.4.2 (frame-ancestors)',
		'HTML Living Standard §7.6 (X-Frame-Options)',
	],
	reach: 'sign-in',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: {
		protected: {
			outcome: 'pass',
			says: (a: { url: string; by: string }) => `${a.url} says who may frame it (${a.by}).`,
		},
		missing: {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(15),
			says: (a: { url: string; open: string | null }) =>
				a.open === null
					? `${a.url} sends neither frame-ancestors in a ${POLICY} nor ${FIELD}: every site may frame it.`
					: `Every site may frame ${a.url}: its ${POLICY} says frame-ancestors ${a.open}, which wins over any ${FIELD}.`,
			impact: CLICKJACKED,
			fix: send('Say that only your own pages may frame you'),
			reproduce,
			cause: NOT_SENT,
		},
		invalid: {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(15),
			says: (a: { url: string; problem: string; blocksAll: boolean }) =>
				`Browsers cannot follow the ${FIELD} of ${a.url}: ${a.problem}` +
				`${a.blocksAll ? '; they then refuse every frame, your own too' : ''}.`,
			impact: (a: { blocksAll: boolean }) =>
				a.blocksAll
					? 'Your own embedded pages (a checkout, a preview) stay empty, and nobody sees why.'
					: CLICKJACKED,
			fix: send(`Send one ${FIELD}, with DENY or SAMEORIGIN`),
			reproduce,
		},
	},

	appliesTo: ({ context: { kind } }) => kind === 'page' || NOT_A_PAGE[kind],
	needs: ({ subject }) => ({
		page: sitePage({ host: subject.name }),
		pages: sitePages({ host: subject.name, login: subject.login }),
	}),

	judge({ given, subject, say }) {
		const unseen = unseenPage(given.page, subject);
		if (unseen !== null) return unseen;
		const { pages } = given.pages;
		const [start] = pages;
		if (start === undefined) return doesNotApply(`${given.page.url} is no HTML page.`);
		const found = pages.flatMap((page) => {
			const fault = faultOf(page);
			return fault === null ? [] : [{ url: page.url, fault }];
		});
		// One place sends it for all pages, as a rule: the start page speaks for the sign-in page.
		const [first] = found;
		if (first === undefined) return say('protected', { url: start.url, by: wayOf(start.answer) });
		const { url, fault } = first;
		return at(
			{ kind: 'url', name: url },
			'open' in fault ? say('missing', { url, ...fault }) : say('invalid', { url, ...fault }),
		);
	},

	examples: (example) => {
		const given = (start: HttpAnswered['headers'], login?: HttpAnswered['headers']) => ({
			...pageWith(start),
			...pagesWith(start, login),
		});
		return [
			example('nothing', given([]), 'missing'),
			example('SAMEORIGIN', given([[FIELD, 'SAMEORIGIN']]), 'protected'),
			example('deny, in any case', given([[FIELD, ' deny ']]), 'protected'),
			example(
				'twice the same',
				given([
					[FIELD, 'DENY'],
					[FIELD, 'deny'],
				]),
				'protected',
			),
			example(
				'twice, contradicting',
				given([
					[FIELD, 'DENY'],
					[FIELD, 'SAMEORIGIN'],
				]),
				'invalid',
			),
			example('with a comma', given([[FIELD, 'SAMEORIGIN, SAMEORIGIN']]), 'invalid'),
			example('ALLOW-FROM', given([[FIELD, 'ALLOW-FROM https://a.example']]), 'invalid'),
			example('ALLOWALL', given([[FIELD, 'ALLOWALL']]), 'invalid'),
			example('unknown', given([[FIELD, 'SAME-ORIGIN']]), 'invalid'),
			example('empty', given([[FIELD, '']]), 'invalid'),
			example(
				'frame-ancestors wins over a broken header',
				given([
					[FIELD, 'ALLOWALL'],
					[POLICY, "frame-ancestors 'none'"],
				]),
				'protected',
			),
			example(
				'report-only does not count',
				given([[`${POLICY}-Report-Only`, "frame-ancestors 'none'"]]),
				'missing',
			),
			example('a widget, for everybody', given([[POLICY, 'frame-ancestors *']]), 'protected'),
			example(
				'for everybody, beside a header that says nobody',
				given([
					[FIELD, 'DENY'],
					[POLICY, 'frame-ancestors https:'],
				]),
				'missing',
			),
			example(
				'for everybody in one policy, and for nobody in the next',
				given([
					[POLICY, 'frame-ancestors *'],
					[POLICY, "frame-ancestors 'none'"],
				]),
				'protected',
			),
			example('the sign-in page alone', given([[FIELD, 'DENY']], []), 'missing'),
			example(
				'a page that is not there',
				{ ...given([]), ...pageWith([], { status: 502 }) },
				'blocked',
			),
			example(
				'data',
				{ ...pageWith([]), pages: { pages: [], assets: [], passedOver: 0 } },
				'not-applicable',
			),
		];
	},
});

/**
 * The frame-ancestors of every enforced policy that has one; a meta element's is ignored (Content Security
 * Policy Level 3 §3.3).
 */
function ancestorsOf(answer: HttpAnswered): readonly (readonly string[])[] {
	return parseCsp(fieldValues(answer, POLICY)).flatMap(({ directives }) => {
		const values = directives.get('frame-ancestors');
		return values === undefined ? [] : [values];
	});
}

/** It lets in everybody, or everybody with TLS. */
function isOpen(values: readonly string[]): boolean {
	return values.some((value) => ['*', 'https:', 'http:'].includes(value.toLowerCase()));
}

function wayOf(answer: HttpAnswered): string {
	const ancestors = ancestorsOf(answer);
	const [first] = ancestors;
	if (first === undefined) return FIELD;
	return ancestors.every(isOpen)
		? `frame-ancestors ${first.join(' ')}: every site, so it is meant to be embedded`
		: 'frame-ancestors';
}

type Fault =
	| { readonly open: string | null }
	| { readonly problem: string; readonly blocksAll: boolean };

function faultOf({ answer, page }: SeenPage): Fault | null {
	const options = readFrameOptions(fieldValues(answer, FIELD));
	const ancestors = ancestorsOf(answer);
	const [first] = ancestors;
	if (first !== undefined) {
		if (!ancestors.every(isOpen)) return null;
		// A widget is meant to be framed; a sign-in, or what says DENY beside it, is not.
		const isMeant = options.kind !== 'policy' && !asksForSecrets(page);
		return isMeant ? null : { open: first.join(' ').slice(0, 120) };
	}
	if (options.kind === 'absent') return { open: null };
	if (options.kind === 'policy') return null;
	return { problem: options.problem, blocksAll: options.blocksAll };
}
