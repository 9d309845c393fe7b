import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	dataUrlBytes,
	isLibrarySource,
	readSourceMap,
	sourceMapComment,
} from '../../../src/facts/exposure/source-map.ts';
import { cpuMs } from '../../cpu-time.ts';

const OWN = {
	version: 3,
	file: 'app.js',
	mappings: 'AAAA;BACA',
	names: ['a'],
	sources: ['webpack:///./src/app.ts', 'webpack:///./node_modules/lib/index.js', 'src/bäcker.ts'],
	sourcesContent: ['let a = "\\" \\\\";', 'module.exports = 1', 'b'],
};

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value), 'utf8').toString('latin1');

describe('readSourceMap (ECMA-426)', () => {
	it('counts what is ours, and what stands in it whole', () => {
		expect(readSourceMap(bytesOf(OWN))).toEqual({
			sources: 2,
			withText: 2,
			names: ['webpack:///./src/app.ts', 'src/bäcker.ts'],
			isCut: false,
		});
	});

	it.each([
		['without sourcesContent', { ...OWN, sourcesContent: undefined }, 0],
		['with nulls in it', { ...OWN, sourcesContent: [null, null, null] }, 0],
		['with empty texts in it', { ...OWN, sourcesContent: ['', 'x', ''] }, 0],
		['with a text for one of them', { ...OWN, sourcesContent: [null, 'x', 'y'] }, 1],
		['with content of a library alone', { ...OWN, sourcesContent: [null, 'x'] }, 0],
	])('a map %s', (_, map, withText) => {
		expect(readSourceMap(bytesOf(map))).toMatchObject({ sources: 2, withText });
	});

	it('reads an index map', () => {
		const index = {
			version: 3,
			sections: [{ offset: { line: 0, column: 0 }, map: OWN }, { map: OWN }],
		};
		expect(readSourceMap(bytesOf(index))).toMatchObject({ sources: 4, withText: 4 });
	});

	it('reads behind the line that keeps browsers from running it', () => {
		expect(readSourceMap(`)]}'\n${bytesOf(OWN)}`)).toMatchObject({ withText: 2 });
	});

	it.each([
		['', null],
		['<!doctype html><title>Shop</title>', null],
		['{}', null],
		['{"version":3}', null],
		['{"version":2,"mappings":"A","sources":["a"]}', null],
		['{"version":3,"mappings":"","sources":[]}', null],
		['[{"version":3}]', null],
	])('%s is none', (text, expected) => {
		expect(readSourceMap(text)).toBe(expected);
	});

	it('reads the beginning of one that was cut', () => {
		const { mappings, ...first } = OWN;
		const text = bytesOf({ ...first, mappings });
		const cut = readSourceMap(text.slice(0, text.indexOf('AAAA')));
		expect(cut).toMatchObject({ withText: 2, isCut: true });
		const early = readSourceMap(bytesOf(OWN).slice(0, 110));
		expect(early).toMatchObject({ sources: 1, withText: 0, isCut: true });
	});

	it('agrees with JSON.parse on every map, and never throws on a part of one', () => {
		const map = fc.record({
			version: fc.constant(3),
			x: fc.jsonValue(),
			sources: fc.array(fc.string({ minLength: 1 }).map((name) => `src/${name}`)),
			sourcesContent: fc.array(fc.option(fc.string())),
			mappings: fc.constant('A'),
		});
		fc.assert(
			fc.property(map, fc.nat(), (one, at) => {
				const own = one.sources.filter((name) => !isLibrarySource(name));
				const withText = one.sources.filter(
					(name, i) => own.includes(name) && one.sourcesContent[i],
				);
				const text = bytesOf(one);
				expect(readSourceMap(text)).toMatchObject({
					sources: own.length,
					withText: withText.length,
					isCut: false,
				});
				const part = readSourceMap(text.slice(0, at % text.length));
				expect(part === null || part.isCut).toBe(true);
			}),
		);
	});

	it('takes time in step with the length', () => {
		const began = cpuMs();
		readSourceMap(`{"version":3,"x":${'['.repeat(500_000)}`);
		readSourceMap(`{"version":3,"x":"${'\\'.repeat(500_000)}`);
		readSourceMap(`{"version":3,"sources":[${'"a",'.repeat(200_000)}`);
		expect(cpuMs() - began).toBeLessThan(2_000);
	});
});

it.each([
	['webpack:///./node_modules/react/index.js', true],
	['webpack:///webpack/bootstrap', true],
	['webpack:///(webpack)/buildin/global.js', true],
	['webpack://app/external "React"', true],
	['../../node_modules/.pnpm/vue@3/node_modules/vue/dist/vue.js', true],
	['\u0000vite/preload-helper.js', true],
	['C:\\app\\node_modules\\lib\\index.js', true],
	['webpack:///./src/webpack-config.ts', false],
	['../src/App.tsx', false],
	['src/external-links.ts', false],
])('%s is a library’s: %j', (name, is) => {
	expect(isLibrarySource(name)).toBe(is);
});

describe('sourceMapComment', () => {
	it.each([
		['a();\n//# sourceMappingURL=app.js.map\n', 'app.js.map'],
		['a();//# sourceMappingURL=app.js.map', 'app.js.map'],
		['a();\n//@ sourceMappingURL=app.js.map', 'app.js.map'],
		['a{}\n/*# sourceMappingURL=app.css.map */\n', 'app.css.map'],
		['//# sourceMappingURL=old.map\na();\n//# sourceMappingURL=new.map', 'new.map'],
		['a();\n//# sourceMappingURL=a.map\n//# sourceURL=a.js', 'a.map'],
		['a();', null],
		['x = "//# sourceMappingURL=" + y;', null],
		['"/*# sourceMappingURL=data:application/json;base64,".concat(btoa(x), " */")', null],
		['//# sourceMappingURL=a.map\na();b();', null],
		['let sourceMappingURL=1', null],
		['//# sourceMappingURL=\n', null],
	])('%j', (text, url) => {
		expect(sourceMapComment(text)).toBe(url);
	});
});

it.each([
	['data:application/json;base64,eyJhIjoxfQ==', '{"a":1}'],
	['data:application/json;charset=utf-8;base64,eyJhIjoxfQ==', '{"a":1}'],
	['data:application/json,%7B%22a%22%3A1%7D', '{"a":1}'],
	['data:application/json,%7', null],
	['data:text/plain,abc', null],
	['app.js.map', null],
])('reads %s', (url, bytes) => {
	expect(dataUrlBytes(url)).toBe(bytes);
});
