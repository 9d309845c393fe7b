import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	minutes,
	type RepositoryTests,
	repositories,
	repositoryTests,
	z,
} from '../../src/sdk.ts';
import { firstTest } from './_first-test.ts';
import { nameOnce } from './_name-once.ts';

type Focused = RepositoryTests['focused'][number];

/** A generator makes the pages; with fewer files of code beside them there is little to test. */
const PAGES_CODE = 15;

export default defineCheck({
	id: 'deploy/tests',
	title: 'The repository has tests, and all of them run',
	rationale:
		'A last change before the launch is safe only where something else than a customer tells that it broke sign-in.',
	references: [
		'https://vitest.dev/api/test.html#test-only',
		'https://jestjs.io/docs/api#testonlyname-fn-timeout',
		'https://playwright.dev/docs/api/class-test#test-only',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { tests: number }) =>
				`${a.tests} ${a.tests === 1 ? 'file' : 'files'} of tests; none keeps the others from running.`,
		},
		none: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(240),
			says: (a: { code: number; language: string }) =>
				`There is no test in the repository, beside ${a.code} ${a.code === 1 ? 'file' : 'files'} of code.`,
			impact:
				'Whether sign-up and payment still work after a change is found out by whoever tries them next.',
			control:
				'Looked for by the names that test runners of ten languages look for, committed files alone.',
			fix: firstTest,
		},
		focused: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(2),
			says: (a: Focused) =>
				`${a.file}:${a.line} has ${a.call}${a.title === '' ? '' : ` (“${a.title}”)`}: the other tests ${/^F|^f|…/.test(a.call) ? 'of the run' : 'of the file'} are left out.`,
			impact: 'The run is green whatever the tests that are left out would say.',
			evidence: (a: Focused) => [{ kind: 'file', summary: `${a.file}:${a.line}`, detail: a.call }],
			fix: (a: Focused) => ({
				summary: `Write ${a.instead} for ${a.call} in ${a.file}:${a.line}`,
				steps: [
					'Let CI refuse the next one: forbidOnly: !!process.env.CI (Playwright), --forbid-only (Mocha), allowOnly: false (Vitest), eslint-plugin-jest/no-focused-tests, ginkgo unfocus.',
				],
				snippets: [
					{ platform: 'any', language: 'text', text: `// ${a.file}:${a.line}\n${a.instead}(` },
				],
			}),
		},
	},

	needs: ({ subject: { root } }) => ({ found: repositoryTests({ root }) }),

	judge({ given: { found }, say }) {
		const { code, tests, pagesBy, focused, unread, script, language } = found;
		const named = nameOnce();
		const said = focused.map((a) =>
			at(
				{ kind: 'file', name: named('focused', a.file), file: a.file, line: a.line },
				say('focused', a),
			),
		);
		const gaps =
			unread.length === 0
				? []
				: [cannotSay('unreadable', `Not read: ${unread.slice(0, 5).join('; ')}`)];
		if (said.length + gaps.length > 0) return [...said, ...gaps];
		if (tests > 0) return say('sound', { tests });
		if (code === 0) return doesNotApply('There is no code that could be tested.');
		if (pagesBy !== '' && code < PAGES_CODE && script === null) {
			return doesNotApply(`${pagesBy} makes the pages; there is hardly any code beside them.`);
		}
		return say('none', { code, language });
	},

	examples: (example) => [
		example('tests', { found: SAMPLE }, 'sound'),
		example('no code', { found: { ...SAMPLE, code: 0, tests: 0 } }, 'not-applicable'),
		example('one file of code', { found: { ...SAMPLE, code: 1, tests: 0 } }, 'none'),
		example('one test', { found: { ...SAMPLE, tests: 1 } }, 'sound'),
		example(
			'pages with little code',
			{ found: { ...SAMPLE, tests: 0, script: null, pagesBy: 'astro', code: PAGES_CODE - 1 } },
			'not-applicable',
		),
		example(
			'pages with more',
			{ found: { ...SAMPLE, tests: 0, script: null, pagesBy: 'astro', code: PAGES_CODE } },
			'none',
		),
		example(
			'one that is focused',
			{
				found: {
					...SAMPLE,
					focused: [
						{ file: 'src/cart.test.ts', line: 8, call: 'it.only', instead: 'it', title: 'adds' },
					],
				},
			},
			'focused',
		),
		example(
			'a file that cannot be read',
			{ found: { ...SAMPLE, unread: ['a.test.ts: permission denied'] } },
			'unknown',
		),
	],
});

const SAMPLE: RepositoryTests = {
	code: 40,
	tests: 12,
	firstTest: 'src/cart.test.ts',
	script: { file: 'package.json', line: 7, command: 'npm test' },
	pagesBy: '',
	language: 'node',
	focused: [],
	unread: [],
};
