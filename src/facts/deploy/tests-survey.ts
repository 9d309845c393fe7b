import { basename, posix } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { scriptParser } from '../logs/script-tree.ts';
import { textOf } from './deploy-step.ts';
import {
	type FocusedTest,
	focusedInGo,
	focusedInRuby,
	focusedTests,
	mayFocus,
} from './focused-tests.ts';
import { readPackage } from './package-scripts.ts';
import { isCodeFile, isTestFile } from './test-file.ts';

const TestsSchema = z.object({
	/** Files of code that could be tested. */
	code: z.number().int(),
	/** Files of tests. */
	tests: z.number().int(),
	/** The first one; empty for none. */
	firstTest: z.string(),
	/** The script that runs them; `null` where no package has one. */
	script: z
		.object({
			file: z.string(),
			line: z.number().int(),
			/** `npm test`. */
			command: z.string(),
		})
		.nullable(),
	/** A generator of pages, by its package; empty for none. */
	pagesBy: z.string(),
	/** What could be tested is written in: `node`, `python`…; empty for what we have no words for. */
	language: z.string(),
	focused: z.array(
		z.object({
			file: z.string(),
			line: z.number().int(),
			call: z.string(),
			instead: z.string(),
			title: z.string(),
		}),
	),
	unread: z.array(z.string()),
});
export type RepositoryTests = z.infer<typeof TestsSchema>;

/** Whether a repository has tests, and whether some of them keep the others from running. */
export const repositoryTests = defineProbe({
	name: 'deploy.tests',
	params: z.object({ root: z.string() }),
	value: TestsSchema,
	observe: ({ root }, io) => surveyTests(root, io.files),
	describe: ({ root }, { code, tests, script, focused }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${tests} files of tests, ${code} of code`,
		detail: [
			...(script === null ? [] : [`${script.file}:${script.line}: ${script.command}`]),
			...focused.slice(0, 20).map(({ file, line, call }) => `${file}:${line}: ${call}`),
		].join('\n'),
	}),
	plan: () => null,
});

const MOST_FOCUSED = 100;
const MOST_RUST = 100;
const PER_TURN = 100;
type ListedFile = FileListing['files'][number];

async function surveyTests(root: string, port: FilesPort): Promise<RepositoryTests> {
	const { files, head } = await port.list(root);
	const unread: string[] = [];
	const kept = files.filter(({ tracked, ignored }) => (head === null ? !ignored : tracked));
	const tests = kept.filter(({ path }) => isTestFile(path));
	const code = kept.filter(({ path }) => isCodeFile(path));
	const inCode = tests.length > 0 ? '' : await testInCode(root, port, { files: code, unread });
	const { script, pagesBy } = await packagesOf(root, port, { files: kept, unread });
	return {
		code: code.length,
		tests: tests.length || Number(inCode !== ''),
		firstTest: tests[0]?.path ?? inCode,
		script,
		pagesBy,
		language: languageOf(code),
		focused: await focusedIn(root, port, { files: tests, unread }),
		unread,
	};
}

interface Files {
	readonly files: readonly ListedFile[];
	readonly unread: string[];
}

/** Rust keeps tests beside what they test; so do a few others. */
async function testInCode(
	root: string,
	port: FilesPort,
	{ files, unread }: Files,
): Promise<string> {
	const rust = files.filter(({ path }) => /\.(?:rs|zig)$/.test(path)).slice(0, MOST_RUST);
	for (const { path } of rust) {
		const text = await textOf(root, port, { path, unread });
		if (text !== null && /^\s*#\[(?:\w+::)?test\]|#\[cfg\(test\)\]|^test "/m.test(text))
			return path;
	}
	return '';
}

const PAGES =
	/^(?:@docusaurus\/core|vitepress|gatsby|@11ty\/eleventy|hexo|nextra|vuepress|docsify|@astrojs\/starlight|astro)$/;

async function packagesOf(
	root: string,
	port: FilesPort,
	{ files, unread }: Files,
): Promise<Pick<RepositoryTests, 'script' | 'pagesBy'>> {
	let script: RepositoryTests['script'] = null;
	let pagesBy = '';
	const manifests = files
		.filter(({ path }) => posix.basename(path) === 'package.json')
		.sort((a, b) => a.path.split('/').length - b.path.split('/').length)
		.slice(0, 200);
	for (const { path } of manifests) {
		const manifest = readPackage(path, (await textOf(root, port, { path, unread })) ?? '');
		if (manifest === null) continue;
		const name = ['test', 'test:unit', 'test:ci', 'tests', 'test:e2e', 'e2e'].find((one) =>
			isReal(manifest.scripts[one]),
		);
		if (script === null && name !== undefined) {
			const command = name === 'test' ? 'npm test' : `npm run ${name}`;
			script = { file: path, line: manifest.scriptLines[name] ?? 1, command };
		}
		pagesBy ||=
			[...manifest.needs, ...manifest.developmentNeeds].find((one) => PAGES.test(one)) ?? '';
	}
	return { script, pagesBy };
}

/** Not what `npm init` writes, and not what only says that all is well. */
const isReal = (script: string | undefined): boolean =>
	script !== undefined &&
	script.trim() !== '' &&
	!/no test specified|^\s*(?:echo\b[^&|;]*|true|exit 0|:)\s*(?:&&\s*exit \d+\s*)?$/.test(script);

const LANGUAGES: readonly (readonly [name: string, path: RegExp])[] = [
	['node', /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/],
	['python', /\.py$/],
	['go', /\.go$/],
	['ruby', /\.rb$/],
	['php', /\.php$/],
	['rust', /\.rs$/],
	['java', /\.(?:java|kts?)$/],
	['dotnet', /\.(?:cs|fs|vb)$/],
	['elixir', /\.exs?$/],
];

function languageOf(code: readonly ListedFile[]): string {
	const counts = LANGUAGES.map(([name, pattern]) => ({
		name,
		count: code.filter(({ path }) => pattern.test(path)).length,
	}));
	const most = counts.reduce((a, b) => (b.count > a.count ? b : a));
	return most.count === 0 ? '' : most.name;
}

async function focusedIn(
	root: string,
	port: FilesPort,
	{ files, unread }: Files,
): Promise<RepositoryTests['focused']> {
	const focused: RepositoryTests['focused'] = [];
	const parse = await scriptParser();
	for (const [index, { path }] of files.entries()) {
		if (index % PER_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
		if (!/\.(?:[cm]?[jt]sx?|go|rb)$/.test(path)) continue;
		const text = await textOf(root, port, { path, unread });
		if (text === null) continue;
		const found = inFile(path, text, parse);
		focused.push(...found.map((one) => ({ file: path, ...one })));
		if (focused.length >= MOST_FOCUSED) break;
	}
	return focused;
}

function inFile(
	path: string,
	text: string,
	parse: Parameters<typeof focusedTests>[2],
): readonly FocusedTest[] {
	if (path.endsWith('.go')) return focusedInGo(text);
	if (path.endsWith('.rb')) return focusedInRuby(text);
	return mayFocus(text) ? focusedTests(path, text, parse) : [];
}
