import { describe, expect, test } from 'vitest';
import tests from '../../../checks/deploy/tests.ts';
import type { Io } from '../../../src/core/io.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { repositoryTests } from '../../../src/facts/deploy/tests-survey.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder, write } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

type Files = Readonly<Record<string, string>>;

async function sayingsAt(root: string): Promise<readonly string[]> {
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const { source, params } = repositoryTests({ root });
	const found = 'observe' in source ? await source.observe(params as never, io) : null;
	return inWords(judged(tests, { found }));
}

const sayings = (files: Files) => sayingsAt(committed(files));

const CODE: Files = { 'src/cart.ts': 'export const a = 1;\n' };
const FILE = 'src/cart.test.ts';
const withTest = (text: string, file = FILE): Files => ({ ...CODE, [file]: text });

test('its examples say what they claim', () => {
	expect(verifyCheck(tests)).toEqual([]);
});

describe('none', () => {
	test('code alone', async () => {
		expect(await sayings(CODE)).toEqual(['later none']);
		expect(await sayings({ 'app/main.py': 'a = 1\n' })).toEqual(['later none']);
	});
	test.each([
		'src/cart.test.ts',
		'src/__tests__/cart.js',
		'test/cart.js',
		'e2e/sign-in.ts',
		'cypress/e2e/login.cy.ts',
		'tests/test_cart.py',
		'cart_test.go',
		'spec/cart_spec.rb',
		'tests/CartTest.php',
		'src/test/java/Cart.java',
		'test/cart_test.exs',
	])('%s is a test', async (file) => {
		expect(await sayings({ ...CODE, [file]: 'x\n' })).toEqual(['pass']);
	});
	test('Rust keeps them in its code', async () => {
		expect(await sayings({ 'src/lib.rs': 'fn a() {}\n' })).toEqual(['later none']);
		expect(await sayings({ 'src/lib.rs': '#[cfg(test)]\nmod tests {}\n' })).toEqual(['pass']);
	});
	test('what supports tests is none, and neither is one that is not committed', async () => {
		expect(await sayings({ ...CODE, 'vitest.config.ts': '', 'tests/setup.ts': '' })).toEqual([
			'later none',
		]);
		const root = committed(CODE);
		write(root, { [FILE]: 'x' });
		expect(await sayingsAt(root)).toEqual(['later none']);
	});
	test('documents and settings have nothing to test', async () => {
		expect(await sayings({ 'README.md': '#', 'eslint.config.js': 'export default [];' })).toEqual([
			'not-applicable',
		]);
	});
});

describe('focused', () => {
	test.each([
		"it.only('a', () => {});",
		"test.only('a', () => {});",
		"describe.only('a', () => {});",
		"test.describe.only('a', () => {});",
		"it.concurrent.only('a', () => {});",
		"test.serial.only('a', () => {});",
		"it.only.each([1])('a %s', () => {});",
		"it.only.each`a\n1`('a', () => {});",
		"fit('a', () => {});",
		"fdescribe('a', function () {});",
		"suite.only('a', () => {});",
		"import { test as base } from '@playwright/test';\nconst apiTest = base.extend({});\napiTest.only('a', async () => {});",
	])('%s', async (text) => {
		const line = text.split('\n').findIndex((one) => /only|^f/.test(one)) + 1;
		expect(await sayings(withTest(`${text}\n`))).toEqual([`later focused ${FILE}:${line}`]);
	});

	test.each([
		"it('reads only what it needs', () => {});",
		"// it.only('a', () => {});",
		"/* describe.only('a') */ it('a', () => {});",
		'const source = "it.only(\'a\', () => {})";',
		'const source = `fit("a", () => {})`;',
		"import { fit } from './curve';\nfit('linear', () => 1);",
		'fit(model, data);',
		"it.skip('a', () => {});",
		"cy.get('a').only('b');",
		'sinon.only(x);',
		'expect(list.only).toBe(1);',
	])('%s is not', async (text) => {
		expect(await sayings(withTest(`${text}\n`))).toEqual(['pass']);
	});

	test('where it stands in data of tests, or is not committed, nothing is left out', async () => {
		const fixture = { 'test/fixtures/a.test.js': "it.only('a', () => {});\n" };
		expect(await sayings({ ...withTest('x\n'), ...fixture })).toEqual(['pass']);
		const root = committed(withTest("it('a', () => {});\n"));
		write(root, { 'src/b.test.ts': "it.only('a', () => {});\n" });
		expect(await sayingsAt(root)).toEqual(['pass']);
	});

	test('two in one file are two', async () => {
		expect(await sayings(withTest("it.only('a', () => {});\nit.only('b', () => {});\n"))).toEqual([
			`later focused ${FILE}:1`,
			`later focused ${FILE}:2`,
		]);
	});

	test('Ginkgo and RSpec have their own words', async () => {
		const go =
			'package a\nimport . "github.com/onsi/ginkgo/v2"\nvar _ = FDescribe("a", func() {})\n';
		expect(await sayings(withTest(go, 'cart_test.go'))).toEqual(['later focused cart_test.go:3']);
		const ruby =
			"describe Cart do\n  fit 'adds' do\n  end\n  it 'a', :focus do\n  end\n  # fit 'x' do\nend\n";
		expect(await sayings(withTest(ruby, 'spec/cart_spec.rb'))).toEqual([
			'later focused spec/cart_spec.rb:2',
			'later focused spec/cart_spec.rb:4',
		]);
	});
});
