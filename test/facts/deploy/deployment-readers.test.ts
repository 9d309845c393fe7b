import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutComments } from '../../../src/facts/deploy/code-text.ts';
import { developmentServer } from '../../../src/facts/deploy/development-server.ts';
import {
	assignmentsIn,
	copyOf,
	parseDockerfile,
	quotedWords,
} from '../../../src/facts/deploy/dockerfile.ts';
import { parseImageReference } from '../../../src/facts/deploy/image-reference.ts';
import { readImage } from '../../../src/facts/deploy/image-survey.ts';
import { keptStateIn, stateContext } from '../../../src/facts/deploy/kept-state.ts';
import { listeningIn, listeningOf } from '../../../src/facts/deploy/listening.ts';
import { readPackage, resolveScripts } from '../../../src/facts/deploy/package-scripts.ts';
import { platformServices } from '../../../src/facts/deploy/platform.ts';
import { listeningInScript } from '../../../src/facts/deploy/script-listening.ts';
import { keptStateInScript } from '../../../src/facts/deploy/script-state.ts';
import {
	commandsIn,
	isConditional,
	shownCommand,
} from '../../../src/facts/deploy/shell-command.ts';
import { readToml } from '../../../src/facts/deploy/toml.ts';
import { yamlDocuments } from '../../../src/facts/deploy/yaml-documents.ts';
import { scriptParser } from '../../../src/facts/logs/script-tree.ts';

const wordsOf = (line: string) => commandsIn(line).map(({ words }) => words.join(' '));

describe('Dockerfile', () => {
	test('continued lines, comments between them, here-documents and flags', () => {
		const { instructions, directives } = parseDockerfile(
			'# syntax=docker/dockerfile:1\nFROM --platform=linux/amd64 node:22 AS a\nRUN echo a \\\n  # a comment\n\n  b\nCOPY --chown=node <<EOT /a\nhello\nEOT\nCMD ["node", "a.js"]\r\n',
		);
		expect(directives).toEqual({ syntax: 'docker/dockerfile:1' });
		expect(instructions.map(({ keyword, line, endLine }) => [keyword, line, endLine])).toEqual([
			['FROM', 2, 2],
			['RUN', 3, 6],
			['COPY', 7, 9],
			['CMD', 10, 10],
		]);
		expect(instructions[1]?.text.replace(/\s+/g, ' ')).toBe('echo a b');
		expect(instructions[2]?.heredocs).toEqual([{ name: 'EOT', body: 'hello', line: 8 }]);
		expect(instructions[3]?.exec).toEqual(['node', 'a.js']);
	});

	test('an escape that a directive names', () => {
		const { instructions } = parseDockerfile('# escape=`\nFROM a\nRUN b `\n  c\nRUN d\n');
		expect(instructions.map(({ line }) => line)).toEqual([2, 3, 5]);
	});

	test('pairs of ENV, in both forms', () => {
		const pairs = (text: string) =>
			parseDockerfile(text).instructions.flatMap((one) => assignmentsIn(one));
		expect(pairs('ENV A=1 B="two words" C=a\\ b')).toEqual([
			['A', '1'],
			['B', 'two words'],
			['C', 'a b'],
		]);
		expect(pairs('ENV A the rest of it')).toEqual([['A', 'the rest of it']]);
		expect(pairs('ARG A\nARG B=2')).toEqual([
			['A', null],
			['B', '2'],
		]);
	});

	test('what COPY takes', () => {
		const [copy] = parseDockerfile('COPY a "b c" /d/').instructions;
		expect(copy && copyOf(copy)).toEqual({ sources: ['a', 'b c'], target: '/d/' });
	});

	test.each([
		['node', 'node', '', ''],
		['node:22-alpine', 'node', '22-alpine', ''],
		['docker.io/library/node:22', 'node', '22', ''],
		['localhost:5000/a', 'localhost:5000/a', '', ''],
		['localhost:5000/a:1@sha256:ab', 'localhost:5000/a', '1', 'sha256:ab'],
	])('the reference %s', (written, name, tag, digest) => {
		expect(parseImageReference(written)).toEqual({ name, tag, digest });
	});
});

describe('shell', () => {
	test.each([
		['a && b; c | d & e', ['a', 'b', 'c', 'd', 'e']],
		['A=1 env B=2 npx --yes next start', ['next start']],
		['exec node "a b.js" > out.log 2>&1', ['node a b.js']],
		["sh -c 'npm run a && exec node b.js'", ['npm run a', 'node b.js']],
		['dotenv -e .env -- vite --host', ['vite --host']],
		['concurrently "npm:api" "vite"', ['npm run api', 'vite']],
		['npm-run-all --parallel api web', ['npm run api', 'npm run web']],
		['python -m flask run', ['flask run']],
		['poetry run uvicorn a:b', ['uvicorn a:b']],
		['./node_modules/.bin/next dev', ['next dev']],
		['node node_modules/next/dist/bin/next dev', ['next dev']],
		['tini -- node a.js', ['node a.js']],
	])('%s', (line, expected) => {
		expect(wordsOf(line)).toEqual(expected);
	});

	test.each([
		'a || b',
		'if a; then b; fi',
		'[ -n "$A" ] && b',
		'test -n a && b',
		'case a in *) b;; esac',
	])('decides by itself: %s', (line) => expect(isConditional(line)).toBe(true));

	test.each(['a && b', 'jest --if-present test', 'node test.js', 'notif a'])(
		'does not: %s',
		(line) => expect(isConditional(line)).toBe(false),
	);

	test('what is shown has no secrets', () => {
		expect(
			shownCommand(
				'A=hunter1 B="hunter 2" x --token hunter3 --db-password=hunter4 https://u:hunter5@h/',
			),
		).not.toMatch(/hunter/);
	});

	test('scripts are followed, by folder, by workspace and in circles', () => {
		const manifest = (file: string, name: string, scripts: object) =>
			readPackage(file, JSON.stringify({ name, scripts }));
		const packages = [
			manifest('package.json', 'root', {
				start: 'npm run start -w web',
				a: 'npm run b',
				b: 'npm run a',
			}),
			manifest('apps/web/package.json', 'web', { start: 'next start -p 3000' }),
		].filter((one) => one !== null);
		const to = (line: string, folder = '') =>
			resolveScripts(commandsIn(line), folder, packages).map(({ command }) =>
				command.words.join(' '),
			);
		expect(to('npm start')).toEqual(['next start -p 3000']);
		expect(to('pnpm --filter web start')).toEqual(['next start -p 3000']);
		expect(to('yarn workspace web start')).toEqual(['next start -p 3000']);
		expect(to('yarn start', 'apps/web')).toEqual(['next start -p 3000']);
		expect(to('npm run a')).toHaveLength(1);
	});
});

describe('development servers', () => {
	const isOne = (line: string) => commandsIn(line).some((one) => developmentServer(one) !== null);

	test.each([
		'next dev',
		'next',
		'nuxt dev',
		'vite',
		'vite --host',
		'vite dev',
		'webpack serve',
		'webpack-dev-server',
		'react-scripts start',
		'ng serve',
		'vue-cli-service serve',
		'gatsby develop',
		'astro dev',
		'remix dev',
		'docusaurus start',
		'nodemon a.js',
		'ts-node-dev a.ts',
		'tsx watch a.ts',
		'node --watch a.js',
		'node -r dotenv/config --watch-path=src a.js',
		'deno run -A --watch a.ts',
		'bun --hot a.ts',
		'node --inspect a.js',
		'nest start --watch',
		'flask run',
		'flask --app a run --debug',
		'python manage.py runserver',
		'fastapi dev',
		'uvicorn a:b --reload',
		'php -S 0.0.0.0:80',
		'php artisan serve',
		'air',
		'cargo watch -x run',
		'dotnet watch run',
		'mvn quarkus:dev',
		'rails server -e development',
		'RAILS_ENV=development rails s',
		'turbo run dev',
		'hugo server',
		'mkdocs serve',
	])('%s', (line) => expect(isOne(line)).toBe(true));

	test.each([
		'next start',
		'next build',
		'nuxt start',
		'vite build',
		'vite preview',
		'webpack --mode production',
		'react-scripts build',
		'ng build',
		'gatsby serve',
		'astro preview',
		'node a.js --watch-dog',
		'node a.js',
		'tsx a.ts',
		'nest start',
		'gunicorn a:b',
		'uvicorn a:b',
		'fastapi run',
		'php-fpm',
		'bun a.ts',
		'rails server',
		'turbo run start',
		'quasar serve dist',
		'parcel build',
		'next dev --help',
		'sanity start',
		'reflex run --env prod',
		'vitepress serve',
		'node --watchful',
	])('not: %s', (line) => expect(isOne(line)).toBe(false));
});

describe('commands that listen', () => {
	const told = (line: string) => {
		const [command] = commandsIn(line);
		const found = command === undefined ? null : listeningOf(command);
		return found === null ? null : [found.port, found.loopback, found.isOpen];
	};

	test.each<[string, readonly unknown[] | null]>([
		['uvicorn a:b', [8000, true, false]],
		['uvicorn a:b --host 0.0.0.0 --port 80', [80, false, false]],
		['uvicorn a:b --host 0.0.0.0 --port $PORT', [null, false, false]],
		['uvicorn a:b --uds /tmp/a', null],
		['UVICORN_PORT=1 uvicorn a:b', null],
		['gunicorn a:b', [null, false, false]],
		['gunicorn -b 127.0.0.1:8000 a:b', [8000, true, false]],
		['gunicorn -b :8000 a:b', [8000, false, false]],
		['gunicorn -c a.py a:b', null],
		['next start', [null, false, false]],
		['next start -p 3000', [3000, false, false]],
		['next start -H localhost', [null, true, false]],
		['vite preview', [4173, true, false]],
		['vite preview --host --port $PORT', [null, false, false]],
		['serve -s build -l 3000', [3000, false, false]],
		['serve -s build', [null, false, false]],
		['node a.js', null],
	])('%s', (line, expected) => expect(told(line)).toEqual(expected));
});

test('TOML: tables, arrays of them, inline tables, values over lines', () => {
	const entries = readToml(
		'a = 1 # c\n[b]\nc = "x # y"\nd = [\n  "e",\n  "f",\n]\n[[g]]\nh = { i = true }\n[[g]]\nh = \'\'\'\nj\'\'\'\n',
	);
	const at = (path: string) => entries.find((one) => one.path.join('.') === path);
	expect(at('a')).toMatchObject({ value: 1, line: 1 });
	expect(at('b.c')).toMatchObject({ value: 'x # y', line: 3 });
	expect(at('b.d')).toMatchObject({ value: ['e', 'f'], line: 4 });
	expect(at('g.0.h.i')).toMatchObject({ value: true, line: 9 });
	expect(at('g.1.h')).toMatchObject({ value: 'j', line: 11 });
});

describe('whatever they are given', () => {
	const PIECES = [
		'FROM ',
		'RUN ',
		'ENV A=',
		'CMD [',
		'"',
		"'",
		'\\',
		'\n',
		'#',
		'<<EOT',
		'${A:-',
		'}',
		'{',
		'[',
		']]',
		'(',
		')',
		' = ',
		': ',
		'- ',
		'  ',
		'services:',
		'web',
		'command',
		'npm run ',
		'sh -c ',
		'&&',
		'||',
		'|',
		'.listen(',
		'require(',
		'multer(',
		'app.run(',
		'DATABASES',
		'sqlite',
		'`',
		'/*',
		'*/',
		'//',
		'*a',
		'&a',
		'\0',
		'é',
		'\u{1f600}',
	];
	const text = fc.oneof(
		fc.string({ maxLength: 200 }),
		fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((parts) => parts.join('')),
	);
	const FILES = [
		'Procfile',
		'app.json',
		'heroku.yml',
		'fly.toml',
		'render.yaml',
		'railway.json',
		'railway.toml',
		'app.yaml',
		'.do/app.yaml',
		'apprunner.yaml',
		'compose.yml',
		'.github/workflows/a.yml',
		'firebase.json',
		'k8s/a.yaml',
	];
	const context = stateContext([], []);

	test('they never throw', async () => {
		const parse = await scriptParser();
		fc.assert(
			fc.property(text, (input) => {
				parseDockerfile(input);
				quotedWords(input);
				readImage('Dockerfile', `FROM a\n${input}`, '', '');
				commandsIn(input);
				readToml(input);
				yamlDocuments(input);
				withoutComments(input, 'c');
				withoutComments(input, 'hash');
				listeningIn('a.py', input);
				listeningIn('a.go', input);
				for (const file of FILES) {
					platformServices(file, `${input}\nkind: Deployment\napiVersion: a`);
				}
				for (const path of ['a.py', 'a.prisma', 'config/database.yml'])
					keptStateIn(path, input, context);
				const program = parse(input, 'a.ts');
				if (program !== null) {
					listeningInScript(program, input);
					keptStateInScript(program, input, context);
				}
			}),
			{ numRuns: 500 },
		);
	});

	test.each([
		['quotes', '"'],
		['backslashes', '\\'],
		['blanks', ' '],
		['brackets', '['],
		['braces', '{'],
		['dollars', '${A:-'],
		['lines', '\n'],
		['continued lines', 'a \\\n'],
		['here-documents', 'RUN <<EOT\n'],
		['operators', '&& '],
		['names', 'npm run '],
		['comments', '/*'],
		['calls', 'app.run('],
		['keys', 'a = '],
		['dashes', '- '],
	])('and take no longer than their length: %s', (_, piece) => {
		const input = piece.repeat(100_000 / piece.length);
		const began = performance.now();
		parseDockerfile(input);
		parseDockerfile(`RUN ${input}`);
		quotedWords(input);
		commandsIn(input);
		shownCommand(input);
		readToml(input);
		readToml(`a = ${input}`);
		withoutComments(input, 'c');
		withoutComments(input, 'hash');
		listeningIn('a.py', input);
		keptStateIn('a.py', input, context);
		keptStateIn('a.prisma', `datasource a {${input}`, context);
		keptStateIn('config/database.yml', `production:\n${input}`, context);
		platformServices('Procfile', input);
		expect(performance.now() - began).toBeLessThan(1_500);
	});
});
