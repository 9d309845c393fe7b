import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { githubJobs } from '../../../src/facts/deploy/github-jobs.ts';
import { readAction, readWorkflow } from '../../../src/facts/deploy/github-workflow.ts';
import { otherJobs } from '../../../src/facts/deploy/other-pipelines.ts';
import { contextsIn, isReachedFromOutside } from '../../../src/facts/deploy/outsider.ts';
import { NO_SCOPE } from '../../../src/facts/deploy/pipeline-job.ts';
import { runsTests } from '../../../src/facts/deploy/test-command.ts';
import {
	interpolationsIn,
	parseCondition,
	pathsFlowing,
} from '../../../src/facts/deploy/workflow-expression.ts';

const inBraces = (text: string) => `\${{ ${text} }}`;
const flowing = (text: string) =>
	interpolationsIn(inBraces(text)).flatMap(({ expression }) => pathsFlowing(expression));

describe('expressions of workflows', () => {
	test.each<[string, readonly string[]]>([
		['github.head_ref', ['github.head_ref']],
		["github.event['issue'].title", ['github.event.issue.title']],
		['github.event.commits[0].message', ['github.event.commits.*.message']],
		['github.event.commits.*.message', ['github.event.commits.*.message']],
		["a.b || 'x' || c.d", ['a.b', 'c.d']],
		["a.b && c.d || 'x'", ['c.d']],
		['a.b == c.d', []],
		['!a.b', []],
		["contains(a.b, 'x')", []],
		["format('{0} }}', a.b)", ['a.b']],
		["join(fromJSON(a.b).c, ', ')", ['a.b']],
		['(a.b)', ['a.b']],
		["'it''s'", []],
		['a.b.', []],
		['a.b c.d', []],
	])('%s can be the text of %j', (text, paths) => {
		expect(flowing(text)).toEqual(paths);
	});

	test('one that cannot be parsed is none, with or without its braces', () => {
		expect(parseCondition('a ==')).toBeNull();
		expect(parseCondition(inBraces('a.b'))).toEqual({ kind: 'path', path: 'a.b' });
		expect(parseCondition('a.b')).toEqual({ kind: 'path', path: 'a.b' });
	});

	test('any text is read in bounded time, however deep', () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 300 }), (text) => {
				for (const { expression } of interpolationsIn(inBraces(text))) pathsFlowing(expression);
				isReachedFromOutside([text, inBraces(text)], 'issues');
			}),
		);
		for (const sign of ['(', '!', '[', 'a(', 'a.', "'", '${{', '{{', 'a||']) {
			const started = performance.now();
			expect(() => flowing(sign.repeat(20_000))).not.toThrow();
			expect(performance.now() - started).toBeLessThan(500);
		}
	});

	test('names that stand for each other in a circle come to an end', () => {
		const scope = { ...NO_SCOPE, env: { a: inBraces('env.b'), b: inBraces('env.a') } };
		expect(contextsIn(inBraces('env.a'), scope).length).toBeLessThan(5);
	});
});

describe('conditions', () => {
	test.each([
		"github.event_name == 'push'",
		'github.event.pull_request.head.repo.full_name == github.repository',
		'github.event.pull_request.head.repo.full_name == github.event.pull_request.base.repo.full_name',
		'github.event.pull_request.head.repo.fork == false',
		"github.event.pull_request.head.repo.owner.login == 'example'",
		"github.event.pull_request.head.repo.full_name == 'example/shop'",
		'contains(fromJSON(\'["OWNER"]\'), github.event.pull_request.author_association)',
		"github.event_name == 'push' || !github.event.pull_request.head.repo.fork",
	])('%s lets nobody from outside through', (condition) => {
		expect(isReachedFromOutside([condition], 'pull_request_target')).toBe(false);
	});
	test.each([
		"github.repository == 'example/shop'",
		'github.event.pull_request.merged == true',
		"github.event.action == 'labeled'",
		"github.actor == 'dependabot[bot]'",
		"github.event_name == 'pull_request_target'",
		'github.event_name == github.event_name',
		'always()',
		'not an expression at all ==',
	])('%s may let them through', (condition) => {
		expect(isReachedFromOutside([condition], 'pull_request_target')).toBe(true);
	});
});

test('readers of pipelines throw at no text', () => {
	const files = [
		'.gitlab-ci.yml',
		'.circleci/config.yml',
		'bitbucket-pipelines.yml',
		'azure-pipelines.yml',
		'Jenkinsfile',
		'.travis.yml',
		'.buildkite/a.yml',
		'.drone.yml',
		'cloudbuild.yaml',
		'buildspec.yml',
		'appveyor.yml',
		'vercel.json',
		'netlify.toml',
		'render.yaml',
	];
	const piece = fc.constantFrom(
		...'jobs:|steps:|- run: x|  |\n|needs: [a]|stages:|pipelines:|workflows:|script:|- |a: &a|*a|[|{|}|]|"|if:|uses: ./a|phases:|services:|include:|extends: a|a:|1'.split(
			'|',
		),
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
			const text = pieces.join(' ').replaceAll(' \n ', '\n');
			for (const file of files) otherJobs(file, text);
			const workflow = readWorkflow('.github/workflows/a.yml', text);
			const action = readAction('a/action.yml', text);
			githubJobs(workflow === null ? [] : [workflow], action === null ? [] : [action]);
			runsTests(text, '', { packages: [], texts: new Map([['Makefile', text]]) });
		}),
	);
});

test('workflows and actions that call each other come to an end', () => {
	const call = (file: string, to: string) =>
		readWorkflow(
			file,
			`on: [push, workflow_call]\njobs:\n  a:\n    uses: ./${to}\n  b:\n    uses: ./${to}\n`,
		);
	const [a, b] = ['.github/workflows/a.yml', '.github/workflows/b.yml'] as const;
	const workflows = [call(a, b), call(b, a)].flatMap((one) => one ?? []);
	const started = performance.now();
	expect(workflows).toHaveLength(2);
	expect(githubJobs(workflows, []).length).toBeLessThanOrEqual(2_000);
	expect(performance.now() - started).toBeLessThan(2_000);
});
