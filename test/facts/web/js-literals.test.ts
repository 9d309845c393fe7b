import fc from 'fast-check';
import { expect, it } from 'vitest';
import { literalsWith } from '../../../src/facts/web/js-literals.ts';
import { cpuMs } from '../../cpu-time.ts';

function texts(source: string) {
	return literalsWith(source, /KEY/).map(({ text }) => text);
}

it.each([
	['both quotes', `a("KEY1",'KEY2')`, ['KEY1', 'KEY2']],
	['a template', 'a(`KEY`)', ['KEY']],
	['comments', '// "KEY"\n/* "KEY" */ a("KEY") // KEY', ['KEY']],
	['an address in a string is no comment', 'a="http://x//KEY";b="KEY"', ['http://x//KEY', 'KEY']],
	['a comment in a string is none', `a="/*";b="KEY";c="*/"`, ['KEY']],
	['a quote in a regular expression', `a=/["']/g;b="KEY"`, ['KEY']],
	['a slash in a class', `a=/[/"]/;b="KEY"`, ['KEY']],
	['a division', `a=b/2;c="KEY"/1`, ['KEY']],
	['a division after a bracket', `a=(b)/c;d="KEY";e=f/g`, ['KEY']],
	['a regular expression after return', `return/"KEY/.test(a)?"KEY":b`, ['KEY']],
	['escapes', `a="\\u004bEY \\"x\\" \\x4b\\n"`, ['KEY "x" K\n']],
	['a quote that is escaped', `a='it\\'s KEY'`, ["it's KEY"]],
	['JSON', `{"a":"KEY","b":["KEY2"]}`, ['KEY', 'KEY2']],
	['nested templates', `a=\`x\${b?\`KEY1\`:{c:"KEY2"}.c}KEY3\``, ['KEY1', 'KEY2', 'KEY3']],
	['a string that does not close', `a="KEY\nb="KEY2"`, ['KEY', 'KEY2']],
	['code', 'KEY.a(KEY)', []],
	['an HTML comment', '<!-- "KEY"\na("KEY2")', ['KEY2']],
])('reads %s', (_, source, wanted) => {
	expect(texts(source)).toEqual(wanted);
});

it('says what stands around, without comments, and whether it is whole', () => {
	expect(literalsWith('fetch(/* x */ "KEY", 1)', /KEY/)).toEqual([
		{ text: 'KEY', whole: true, before: 'fetch( ', after: ', 1)' },
	]);
	expect(literalsWith(`a=\`KEY/\${b}\``, /KEY/)).toMatchObject([{ text: 'KEY/', whole: false }]);
});

it('never throws, ends, and is linear', () => {
	fc.assert(
		fc.property(
			fc.array(
				fc.constantFrom(
					'"',
					"'",
					'`',
					'/',
					'\\',
					'${',
					'{',
					'}',
					'KEY',
					'\n',
					'/*',
					'*/',
					'[',
					']',
					'a',
				),
			),
			(pieces) => {
				for (const { text } of literalsWith(pieces.join(''), /KEY/)) expect(text).toContain('KEY');
			},
		),
	);
	const started = cpuMs();
	literalsWith(`a="KEY";b=/x/;\`\${c}\`;{`.repeat(60_000), /KEY/);
	literalsWith(`KEY${'/'.repeat(300_000)}`, /KEY/);
	literalsWith(`KEY${'=/['.repeat(100_000)}`, /KEY/);
	expect(cpuMs() - started).toBeLessThan(4_000);
});
