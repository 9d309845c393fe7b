import { describe, expect, test } from 'vitest';
import type { SecretRule } from '../../../src/facts/secrets/secret-rule.ts';
import { SECRET_RULES, secretsIn } from '../../../src/facts/secrets/secret-scan.ts';
import { cpuMs } from '../../cpu-time.ts';
import { givenTo, samplesOf, seeded } from './secret-samples.ts';

const EVERYTHING = {
	loose: true,
	generic: true,
	named: true,
	spaced: false,
	key: false,
	source: true,
	server: true,
	markup: true,
};
const random = seeded(11);

/** Characters in a text; a pattern that backtracks without bound would need minutes for it. */
const LENGTH = 10_000;
/** Milliseconds for one text: a hundred times what it takes. */
const MOST = 300;

/** One of every class that a pattern has, and what stands between names, signs and values. */
const RUNS = [
	...['a', 'Z', '0', 'f', '_', '-', '.', '+', '/', '=', ':', ' ', '\t', '\n', '"', '\\', '{'],
	...['a0', 'Aa0_', 'a.', 'a-', '%3a', '\\"', ' =', '="', ': "', '",', '\n  ', 'value=', '&a='],
];

const filled = (text: string, length = LENGTH): string =>
	text.repeat(Math.ceil(length / Math.max(1, text.length))).slice(0, length);

/** Beginnings, names and whole tokens followed by more than they can have, once and again and again. */
function hostileTo(rule: SecretRule): readonly string[] {
	const [token = ''] = samplesOf(rule, random);
	const beginnings = new Set([
		...rule.anchors.slice(0, 3),
		...rule.templates.slice(0, 2).map(({ literal }) => literal ?? ''),
		givenTo(rule, token).slice(0, -3),
	]);
	return [...beginnings].flatMap((beginning) => [
		...RUNS.map((run) => beginning + filled(run)),
		...RUNS.map((run) => filled(beginning + filled(run, 90))),
		filled(beginning),
		filled(beginning.slice(0, -1)),
		filled(`${beginning.slice(0, beginning.length / 2)}${beginning}`),
		filled(token),
	]);
}

/** The best of three: other work on the machine is not the pattern's. */
function fastest(text: string): number {
	let best = Number.POSITIVE_INFINITY;
	for (let round = 0; round < 3 && best > MOST; round++) {
		const started = cpuMs();
		secretsIn(text, EVERYTHING);
		best = Math.min(best, cpuMs() - started);
	}
	return best;
}

// A machine that is busy elsewhere makes single runs long, never all of four.
describe('time grows with the length of a text, whatever it is made of', { retry: 3 }, () => {
	test.each(SECRET_RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
		for (const text of hostileTo(rule)) {
			expect(fastest(text), JSON.stringify(text.slice(0, 120))).toBeLessThan(MOST);
		}
	});
});

test('no pattern repeats a group, and none repeats without an end', () => {
	for (const { id, templates } of SECRET_RULES) {
		for (const { pattern } of templates) {
			const outside = pattern.replace(/\\.|\[[^\]]*\]/g, 'c');
			expect(outside, id).not.toMatch(/[*+]|\{\d+,\}|\)[{?]/);
		}
	}
});
