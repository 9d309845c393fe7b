import {
	at,
	declaresEncoding,
	defineCheck,
	fieldValues,
	type HttpAnswered,
	header,
	minutes,
	perPlatform,
	readNosniff,
	type SiteAnswer,
	type SiteSample,
	siteAnswer,
	siteSamples,
	sites,
	unseenPage,
	z,
} from '../../src/sdk.ts';
import { NOT_SENT } from './_not-sent.ts';
import { answered, PAGE } from './_page-samples.ts';
import { LATER } from './_staged.ts';

const FIELD = 'X-Content-Type-Options';

const GUESSED =
	'A browser that guesses may run as script what a customer uploaded as a picture or a text.';

const reproduce = (a: { url: string }) =>
	`curl -sS -D - -o /dev/null '${a.url.replaceAll("'", '%27')}' | grep -i content-type`;

const TYPED = perPlatform(
	'Send a Content-Type with every body',
	{
		nginx: 'include mime.types;\ndefault_type application/octet-stream;',
		apache: 'AddType text/html .html\nAddType text/javascript .js .mjs\nAddType text/css .css',
		express: "res.type('html').send(page); // or 'json', 'text'",
		caddy:
			'header Content-Type "text/html; charset=utf-8"  # caddy’s file_server sets types by itself',
		nextjs:
			"return new Response(page, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });",
	},
	'A file server knows types by ending; an application must name the type of what it writes by itself.',
);

const ENCODED = perPlatform(
	'Say that pages are UTF-8',
	{
		nginx: 'charset utf-8;',
		apache: 'AddDefaultCharset utf-8',
		express: "res.type('text/html; charset=utf-8');",
		any: '<meta charset="utf-8">',
	},
	'The meta element must stand within the first 1,024 bytes of the page.',
);

export default defineCheck({
	id: 'headers/content-type',
	title: 'Every body says what it is, and browsers are told not to guess',
	rationale:
		'Browsers guess the type of what is not labelled, and sometimes of what is. An upload or an error ' +
		'text that is taken for a page runs with your customers’ sign-in.',
	references: [
		'Fetch Standard §3.6 (X-Content-Type-Options)',
		'RFC 9110 §8.3 (Content-Type)',
		'HTML Living Standard §13.2.3 (encoding)',
	],
	reach: 'trust',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: {
		typed: {
			outcome: 'pass',
			says: (a: { host: string; seen: number }) =>
				`${a.host} labels its bodies and forbids guessing (${a.seen} ${a.seen === 1 ? 'answer' : 'answers'} seen).`,
		},
		'nosniff-missing': {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(5),
			says: (a: { url: string }) => `${a.url} does not send ${FIELD}: nosniff.`,
			impact: GUESSED,
			fix: header(FIELD, 'nosniff', 'Send it with every answer: pages, scripts, uploads, errors.'),
			reproduce,
			cause: NOT_SENT,
		},
		'nosniff-invalid': {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(5),
			says: (a: { url: string; value: string; followed: boolean }) =>
				a.followed
					? `The ${FIELD} of ${a.url} has several values, "${a.value}", where the standard knows one: browsers read the first.`
					: `Browsers ignore the ${FIELD} of ${a.url}: "${a.value}" is not nosniff.`,
			impact: (a: { followed: boolean }) =>
				a.followed
					? 'None in browsers today; two places set it, and a change of order can put another value first.'
					: GUESSED,
			fix: header(FIELD, 'nosniff', 'One word, one field.'),
			reproduce,
		},
		missing: {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(20),
			says: (a: { url: string; status: number }) =>
				`${a.url} sends a body (status ${a.status}) without a Content-Type.`,
			impact: `Browsers guess what it is, and some programs refuse it. ${GUESSED}`,
			fix: TYPED,
			reproduce,
		},
		'no-charset': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(5),
			says: (a: { url: string }) =>
				`${a.url} names its encoding neither in Content-Type nor in a meta element.`,
			impact: 'Browsers guess it: names with an umlaut or an accent can come out garbled.',
			fix: ENCODED,
			reproduce,
		},
	},

	appliesTo: ({ context: { kind } }) => kind !== 'redirect' || 'It only redirects to another host.',
	needs: ({ subject }) => ({
		page: siteAnswer({ host: subject.name }),
		samples: siteSamples({ host: subject.name, seed: subject.seed, login: subject.login }),
	}),

	judge({ given, subject, say }) {
		const unseen = unseenPage(given.page, subject);
		if (unseen !== null) return unseen;
		const { url, answer } = given.page;
		const samples = given.samples.filter(({ what }) => what !== 'again');
		const nosniff = fieldValues(answer, FIELD);
		const state = readNosniff(nosniff);
		const found = [
			...(state === 'absent' ? [say('nosniff-missing', { url })] : []),
			...(state === 'invalid' || state === 'list'
				? [
						say('nosniff-invalid', {
							url,
							value: nosniff.join(', ').slice(0, 60),
							followed: state === 'list',
						}),
					]
				: []),
			...samples
				.filter(isUntyped)
				.map((one) =>
					at(
						{ kind: 'url', name: one.url },
						say('missing', { url: one.url, status: one.answer.status }),
					),
				),
			...samples
				.filter((one) => one.what === 'page' || one.what === 'login')
				.filter((one) => declaresEncoding(one.answer, one.url) === false)
				.map((one) => at({ kind: 'url', name: one.url }, say('no-charset', { url: one.url }))),
		];
		return found.length > 0 ? found : say('typed', { host: subject.name, seen: samples.length });
	},

	examples: (example) => [
		example('sound', served([TEXT, [FIELD, 'nosniff']]), 'typed'),
		example('in any case', served([TEXT, [FIELD, 'NoSniff']]), 'typed'),
		example(
			'twice, in two fields',
			served([TEXT, [FIELD, 'nosniff'], [FIELD, 'nosniff']]),
			'typed',
		),
		example('twice, in one field', served([TEXT, [FIELD, 'nosniff, nosniff']]), 'nosniff-invalid'),
		example('without it', served([TEXT]), 'nosniff-missing'),
		example('another word', served([TEXT, [FIELD, 'no-sniff']]), 'nosniff-invalid'),
		example('a semicolon', served([TEXT, [FIELD, 'nosniff;']]), 'nosniff-invalid'),
		example('empty', served([TEXT, [FIELD, '']]), 'nosniff-invalid'),
		example(
			'no type',
			served([[FIELD, 'nosniff']], '<!doctype html><meta charset=utf-8>x'),
			'missing',
		),
		example('no type, and no body', served([[FIELD, 'nosniff']], ''), 'typed'),
		example(
			'no encoding',
			served([
				['content-type', 'text/html'],
				[FIELD, 'nosniff'],
			]),
			'no-charset',
		),
		example(
			'an encoding in a meta element',
			served(
				[
					['content-type', 'text/html'],
					[FIELD, 'nosniff'],
				],
				'<meta charset="utf-8">x',
			),
			'typed',
		),
		example(
			'one that comes too late',
			served(
				[
					['content-type', 'text/html'],
					[FIELD, 'nosniff'],
				],
				`<!-- ${'x'.repeat(1024)} --><meta charset="utf-8">`,
			),
			'no-charset',
		),
		example(
			'data needs no encoding',
			served(
				[
					['content-type', 'application/json'],
					[FIELD, 'nosniff'],
				],
				'{}',
			),
			'typed',
		),
		example(
			'a page that is not there',
			{ ...served([]), page: { url: HERE, answer: answered([], { status: 503 }) } },
			'blocked',
		),
	],
});

const HERE = 'https://example.com/';
const TEXT = ['content-type', 'text/html; charset=utf-8'] as const;

function isUntyped({ answer }: SiteSample): boolean {
	const { status, body } = answer;
	const hasNone = fieldValues(answer, 'content-type').every((value) => value.trim() === '');
	return hasNone && body.bytes !== '' && status >= 200 && (status < 300 || status >= 400);
}

function served(
	headers: HttpAnswered['headers'],
	body = PAGE,
): { page: SiteAnswer; samples: readonly SiteSample[] } {
	const page = { url: HERE, answer: answered(headers, { body }) };
	return { page, samples: [{ what: 'page', ...page }] };
}
