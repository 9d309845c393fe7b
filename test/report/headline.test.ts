import { expect, it } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { duration, headline } from '../../src/report/headline.ts';

const decision: Report['decision'] = {
	launch: 'NO_GO',
	sentence: '',
	blockers: 2,
	high: 3,
	later: 6,
	info: 4,
	accepted: 1,
	score: 0,
	deductions: [],
	earliestGo: 5 * 3_600,
	deadlineSeconds: 48 * 3_600,
	withinDeadline: true,
};

it('is the line that the product promises', () => {
	expect(headline(decision, { judged: 41, apply: 44, denied: 0 })).toBe(
		'NO_GO  2 blockers, 3 high, 6 can wait, 1 accepted | coverage 41/44 | earliest GO 5 h → within 48 h: yes',
	);
});

it('says that a wall stood in the way', () => {
	expect(headline(decision, { judged: 40, apply: 44, denied: 4 })).toContain(
		'coverage 40/44 | 4 turned away | earliest GO',
	);
});

it('says nothing that it cannot know', () => {
	const blind = {
		...decision,
		launch: 'CANNOT_SAY',
		earliestGo: null,
		withinDeadline: null,
	} as const;
	expect(headline(blind, { judged: 0, apply: 44, denied: 0 })).toMatch(
		/coverage 0\/44 \| earliest GO cannot be said$/,
	);
	const fine = {
		...decision,
		launch: 'GO',
		blockers: 0,
		high: 0,
		later: 0,
		accepted: 0,
		earliestGo: 0,
	} as const;
	expect(headline(fine, { judged: 44, apply: 44, denied: 0 })).toBe(
		'GO  no risks | coverage 44/44 | earliest GO now',
	);
	const one = { ...decision, blockers: 1, withinDeadline: false };
	expect(headline(one, { judged: 1, apply: 1, denied: 0 })).toMatch(/^NO_GO {2}1 blocker,.* no$/);
});

it.each([
	[0, '0 min'],
	[1, '1 min'],
	[60, '1 min'],
	[61, '2 min'],
	[3_599, '1 h'],
	[3_600, '1 h'],
	[5_400, '1 h 30 min'],
	[48 * 3_600, '48 h'],
	[72 * 3_600, '3 d'],
	[75 * 3_600, '3 d 3 h'],
])('%d seconds are %s', (seconds, words) => {
	expect(duration(seconds)).toBe(words);
});
