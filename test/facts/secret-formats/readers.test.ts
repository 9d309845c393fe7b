import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	composeBuilds,
	folderCopies,
	usualContext,
} from '../../../src/facts/secret-formats/build-contexts.ts';
import { isDockerIgnored } from '../../../src/facts/secret-formats/docker-ignore.ts';
import { parseDockerfile } from '../../../src/facts/secret-formats/dockerfile.ts';
import { readDotenv } from '../../../src/facts/secret-formats/dotenv.ts';
import { envFileSort } from '../../../src/facts/secret-formats/env-file.ts';
import { exposedCommandsIn } from '../../../src/facts/secret-formats/exposed-commands.ts';
import { parseJsonTree } from '../../../src/facts/secret-formats/json-tree.ts';
import { addressesIn, rowsOf } from '../../../src/facts/secret-formats/personal-rows.ts';
import {
	entriesOf,
	mapsIn,
	type TreeNode,
	textAt,
} from '../../../src/facts/secret-formats/tree-node.ts';
import { parseYamlTrees } from '../../../src/facts/secret-formats/yaml-tree.ts';
import { cpuMs } from '../../cpu-time.ts';

describe('dotenv', () => {
	test('names, quotes, comments and lines', () => {
		const text =
			'# a\nA=1\nexport B = two words # c\nC="x # y"\nD=\'q\' # z\nE=\n\nF="l1\nl2"\nG=`b`\r\nH=a#b\nbad line\nI: v\n';
		expect(readDotenv(text).map(({ name, value, line }) => [name, value, line])).toEqual([
			['A', '1', 2],
			['B', 'two words', 3],
			['C', 'x # y', 4],
			['D', 'q', 5],
			['E', '', 6],
			['F', 'l1\nl2', 8],
			['G', 'b', 10],
			['H', 'a#b', 11],
			['I', 'v', 13],
		]);
	});

	test('a mark at the beginning, an unclosed quote, escapes', () => {
		expect(readDotenv('\xef\xbb\xbfA="b\nC=d').map(({ name, value }) => [name, value])).toEqual([
			['A', '"b'],
			['C', 'd'],
		]);
		expect(readDotenv('A="x\\"y\\nz"').map(({ value }) => value)).toEqual(['x\\"y\nz']);
	});

	test('places are those of the values, whatever the text', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: fc.constantFrom('A', '=', '"', "'", '\n', ' ', '#', '\\', 'b', '\r') }),
				(text) => {
					for (const { value, start, end, line } of readDotenv(text)) {
						if (!value.includes('\n')) expect(text.slice(start, end)).toBe(value);
						expect(line).toBeLessThanOrEqual(text.split('\n').length);
					}
				},
			),
		);
	});

	test.each([
		['.env', 'env'],
		['a/.env.production.local', 'env'],
		['prod.env', 'env'],
		['.dev.vars', 'env'],
		['.env.example', 'example'],
		['.env.local.sample', 'example'],
		['example.env', 'example'],
		['.env.dist', 'example'],
		['.env-template', 'example'],
		['.env.vault', null],
		['.env.enc', null],
		['env.ts', null],
		['.environment', null],
		['.env.d.ts', null],
	])('%s is %s', (path, sort) => {
		expect(envFileSort(path)).toBe(sort);
	});
});

function plain(node: TreeNode): unknown {
	if (node.kind === 'map')
		return Object.fromEntries(node.entries.map(([key, inner]) => [key, plain(inner)]));
	if (node.kind === 'list') return node.items.map(plain);
	return node.kind === 'text' ? node.value : null;
}

const textsIn = (tree: TreeNode | null) =>
	[...mapsIn(tree ?? { kind: 'other' })].flatMap(({ map }) =>
		map.entries.flatMap(([, node]) => (node.kind === 'text' ? [node] : [])),
	);

describe('JSON with places', () => {
	test('reads what JSON.parse reads, and knows where strings stand', () => {
		const strings = fc.letrec((tie) => ({
			value: fc.oneof(
				{ depthSize: 'small' },
				fc.string({ unit: 'binary' }),
				fc.array(tie('value')),
				fc.dictionary(
					fc.string().filter((key) => key !== '__proto__'),
					tie('value'),
					{ noNullPrototype: true },
				),
			),
		})).value;
		fc.assert(
			fc.property(strings, fc.constantFrom(undefined, 2), (value, space) => {
				const text = JSON.stringify(value, null, space);
				const tree = parseJsonTree(text);
				expect(tree === null ? 'not read' : plain(tree)).toEqual(value);
				for (const { value: word, start, end } of textsIn(tree)) {
					expect(JSON.parse(`"${text.slice(start, end)}"`)).toBe(word);
				}
			}),
		);
	});

	test('comments and final commas are allowed, other faults are not', () => {
		expect(plain(parseJsonTree('{ // a\n "a": ["b", /* c */ "d",], }') as TreeNode)).toEqual({
			a: ['b', 'd'],
		});
		for (const text of [
			'',
			'{',
			'{"a"}',
			'{"a": b}',
			'["a" "b"]',
			'"a',
			'{} {}',
			'['.repeat(100),
		]) {
			expect(parseJsonTree(text), text).toBeNull();
		}
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				expect(['object']).toContain(typeof parseJsonTree(text));
			}),
		);
	});
});

describe('YAML with places', () => {
	test('scalars of every style', () => {
		const text = 'a: plain\nb: "quo\\ted"\nc: \'single\'\nd: |\n  block\ne: [f, "g"]\n---\nh: 1\n';
		const [first, second] = parseYamlTrees(text);
		const at = (key: string) => {
			const node = textAt(first, key);
			return text.slice(node?.start, node?.end);
		};
		expect([at('a'), at('c')]).toEqual(['plain', 'single']);
		expect(textAt(first, 'd')?.value.trim()).toBe('block');
		expect(textAt(second, 'h')?.value).toBe('1');
	});

	test('aliases do not multiply, and brackets do not pile up', () => {
		const bomb = `a: &a [x,x,x]\n${Array.from({ length: 12 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`},*${at === 0 ? 'a' : `b${at - 1}`}]`).join('\n')}\n`;
		expect(JSON.stringify(parseYamlTrees(bomb)).length).toBeLessThan(5_000);
		expect(parseYamlTrees('['.repeat(50_000))).toEqual([]);
	});

	test('broken texts give what can be read', () => {
		expect(entriesOf(parseYamlTrees('a: b\n{{ if x }}\n')[0]).length).toBeLessThanOrEqual(2);
		fc.assert(
			fc.property(
				fc.string({
					unit: fc.constantFrom(
						':',
						' ',
						'\n',
						'-',
						'a',
						'[',
						'{',
						'"',
						'&',
						'*',
						'|',
						'>',
						'?',
						'!',
						'#',
					),
				}),
				(text) => {
					expect(Array.isArray(parseYamlTrees(text))).toBe(true);
				},
			),
		);
	});
});

describe('.dockerignore', () => {
	test.each([
		['.env', '.env', true],
		['.env', 'a/.env', false],
		['**/.env', 'a/b/.env', true],
		['**/.env', '.env', true],
		['.env*', '.env.local', true],
		['*/.env', 'a/.env', true],
		['*/.env', 'a/b/.env', false],
		['apps', 'apps/web/.env', true],
		['apps/', 'apps/web/.env', true],
		['*\n!apps', 'apps/.env', false],
		['*\n!apps\n**/.env', 'apps/.env', true],
		['.env\n!.env', '.env', false],
		['# .env', '.env', false],
		['  .env  \r', '.env', true],
		['/.env', '.env', true],
		['./a/../.env', '.env', true],
		['.en[u-w]', '.env', true],
		['.en[^v]', '.env', false],
		['.en?', '.env', true],
		['a/**', 'a/b/.env', true],
		['**', '.env', true],
		['a/**/c', 'a/c', true],
		['\\.env', '.env', true],
		['', '.env', false],
		['!', '.env', false],
	])('%j on %s: %s', (rules, path, ignored) => {
		expect(isDockerIgnored(rules, path)).toBe(ignored);
	});

	test('takes bounded time on many stars', () => {
		const started = cpuMs();
		isDockerIgnored(`${'*a'.repeat(200)}b\n`.repeat(50), 'a'.repeat(400));
		expect(cpuMs() - started).toBeLessThan(3_000);
	});
});

describe('Dockerfiles', () => {
	test('continued lines, comments between them, the escape directive, here-documents', () => {
		const text = 'FROM a\nRUN one \\\n# comment\n  two\nRUN <<EOF\nCOPY . .\nEOF\ncopy . /app\n';
		expect(parseDockerfile(text)).toEqual([
			{ keyword: 'FROM', text: 'a', line: 1 },
			{ keyword: 'RUN', text: expect.stringMatching(/^one\s+two$/), line: 2 },
			{ keyword: 'RUN', text: '<<EOF\nCOPY . .\nEOF', line: 5 },
			{ keyword: 'COPY', text: '. /app', line: 8 },
		]);
		expect(
			parseDockerfile('# escape=`\nFROM a\nCOPY . `\n  C:\\app\\\nRUN b\n').map(({ line }) => line),
		).toEqual([2, 3, 5]);
	});

	test('folders that are copied whole', () => {
		const copied = (line: string) =>
			folderCopies(`FROM a\n${line}\n`, ['.env', 'apps/web/.env']).flatMap(({ files }) => files);
		expect(copied('COPY . .')).toEqual(['.env', 'apps/web/.env']);
		expect(copied('COPY apps /apps')).toEqual(['apps/web/.env']);
		expect(copied('COPY ./apps/web/ ./')).toEqual(['apps/web/.env']);
		expect(copied('COPY --link --from=b . .')).toEqual([]);
		expect(copied('COPY .env .')).toEqual([]);
		expect(copied('ADD https://a.test/x .')).toEqual([]);
	});

	test('contexts', () => {
		expect(
			['Dockerfile', 'a/Dockerfile', 'docker/a.Dockerfile', 'a/.docker/prod/Dockerfile'].map(
				usualContext,
			),
		).toEqual(['', 'a', '', 'a/.docker/prod']);
		const compose = parseYamlTrees(
			'services:\n  a: {build: ./api}\n  b: {build: {context: .., dockerfile: x/D}}\n  c: {image: d}\n  e: {build: "https://a.test/r.git"}\n',
		);
		expect(composeBuilds('infra/compose.yml', compose)).toEqual([
			{ dockerfile: 'infra/api/Dockerfile', context: 'infra/api' },
			{ dockerfile: 'x/D', context: '' },
		]);
		expect(
			composeBuilds('compose.yml', parseYamlTrees('services:\n  a: {build: ../out}\n')),
		).toEqual([]);
	});
});

describe('commands and rows', () => {
	test('any text, any pipeline: no throw, bounded time', () => {
		fc.assert(
			fc.property(
				fc.constantFrom('a.yml', 'a.sh', 'Dockerfile'),
				fc.string({
					unit: fc.constantFrom(
						'echo ',
						'$TOKEN',
						'\n',
						' -p ',
						'docker login',
						'|',
						'"',
						': ',
						'- ',
						'run',
						'\\',
						'curl ',
						'set -x',
					),
				}),
				(path, text) => {
					for (const { line } of exposedCommandsIn(path, text)) expect(line).toBeGreaterThan(0);
				},
			),
		);
		for (const piece of [
			'echo $A_TOKEN ',
			'docker login ',
			'curl -u a:',
			'set -x\n',
			'--build-arg A=',
			'mysql -p',
			'- run: |\n  ',
		]) {
			const started = cpuMs();
			for (const path of ['a.sh', 'a.yml', 'Dockerfile'])
				exposedCommandsIn(path, piece.repeat(200_000 / piece.length));
			expect(cpuMs() - started, piece).toBeLessThan(4_000);
		}
	});

	test('no operand is a value', () => {
		const [found] = exposedCommandsIn('a.sh', 'sshpass -p Xk29dkqLmm ssh a@b\n');
		expect(found).toEqual({ line: 1, how: 'argument', shown: 'sshpass -p', operand: 'a literal' });
	});

	test('addresses of people, each once', () => {
		expect(
			addressesIn(
				'a@mail.io A@mail.io b@mail.io noreply@mail.io x@example.com y@shop.test git@localhost',
			),
		).toBe(2);
		expect(addressesIn('a@'.repeat(100_000))).toBe(0);
		expect(rowsOf('CREATE TABLE a (b text);\nSELECT 1;\n')).toBe('');
		expect(
			rowsOf('-- a\nINSERT INTO a VALUES (1);\nSELECT 2;\nreplace into b values (3);\n'),
		).toContain('replace into b values (3)');
	});
});
