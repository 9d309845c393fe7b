import { expect, it } from 'vitest';
import { defineCheck } from '../../src/core/check.ts';
import { type Severity, severityAt } from '../../src/core/severity.ts';
import {
	advice,
	days,
	defineSubjects,
	hosts,
	httpAnswer,
	minutes,
	type Subject,
	z,
} from '../../src/sdk.ts';

/** Each `@ts-expect-error` is a mistake; `tsc` fails where one of them compiles. */
const fields = {
	id: 't/refused',
	title: '',
	rationale: '',
	references: [],
	reach: 'trust',
	layer: 'content',
	options: z.object({ floor: z.number().default(1) }),
	over: hosts,
	examples: () => [],
} as const;
const fail = { outcome: 'fail', effort: minutes(1), impact: '', fix: advice('') } as const;
const pass = { outcome: 'pass', says: () => '' } as const;
const high = { ...fail, severity: 'high', says: () => '' } as const;
const needs = () => ({});

it('compiles only what makes sense', () => {
	const bare = defineSubjects({
		name: 't.bare',
		params: z.object({ host: z.string() }),
		from: () => ({ host: '' }),
		sample: { kind: 'host', name: 'bare', context: {} },
		derive: () => ({ status: 'known', value: [] as Subject<Record<never, never>>[] }),
	});
	const production = { by: 'stage', is: { production: 'blocker' } } as const;
	const stages = { by: 'stage', is: { production: 'blocker', staging: 'later' } } as const;
	const judge = () => ({ verdict: 'bad', args: {} }) as const;

	const staged = { ...high, severity: stages } as const;

	defineCheck({ ...fields, needs, judge, verdicts: { bad: staged } });
	// @ts-expect-error these subjects have no stage
	defineCheck({ ...fields, over: bare, needs, judge, verdicts: { bad: staged } });
	// @ts-expect-error a table must have a row for staging
	defineCheck({ ...fields, needs, judge, verdicts: { bad: { ...high, severity: production } } });
	// @ts-expect-error effort is work in minutes, not waiting in seconds
	defineCheck({ ...fields, needs, judge, verdicts: { bad: { ...high, effort: days(1) } } });
	// @ts-expect-error lead is waiting in seconds, not work in minutes
	defineCheck({ ...fields, needs, judge, verdicts: { bad: { ...high, lead: minutes(1) } } });
	// @ts-expect-error a fix is more than a sentence
	defineCheck({ ...fields, needs, judge, verdicts: { bad: { ...high, fix: 'Try again.' } } });
	const { impact, ...harmless } = high;
	// @ts-expect-error a failure says what it means for the launch
	defineCheck({ ...fields, needs, judge, verdicts: { bad: harmless } });
	expect(impact).toBe('');

	const bad = {
		...high,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { grave: boolean }) => (a.grave ? 'high' : 'later'),
		},
		says: (a: { n: number }) => `${a.n}`,
		lead: (a: { ttl: number }) => days(a.ttl),
	} as const;
	defineCheck({
		...fields,
		verdicts: { good: pass, bad },
		needs: ({ subject }) => ({ response: httpAnswer({ url: `https://${subject.name}/` }) }),
		judge({ given, subject, options, say }) {
			// @ts-expect-error an answer has no colour
			given.response.colour;
			// @ts-expect-error a host has no colour
			subject.colour;
			// @ts-expect-error no such option
			options.ceiling;
			// @ts-expect-error no such verdict
			say('ugly');
			// @ts-expect-error a pass that takes nothing is told nothing
			say('good', { n: 1 });
			// @ts-expect-error the lead must be told its ttl, the severity how grave it is
			say('bad', { n: 1 });
			return given.response.status < options.floor
				? say('bad', { n: 1, ttl: 1, grave: true })
				: say('good');
		},
		examples: (example) => [
			// @ts-expect-error a response is more than a number
			example('wrong facts', { response: 200 }, 'good'),
			// @ts-expect-error no such verdict
			example('wrong verdict', { response: answer }, 'ugly'),
			// @ts-expect-error a name is a string
			example('wrong subject', { response: answer }, 'good', { subject: { name: 1 } }),
		],
	});
	defineCheck({
		...fields,
		verdicts: { good: pass },
		needs,
		// @ts-expect-error a path without a verdict
		judge({ options, say }) {
			if (options.floor > 1) return say('good');
		},
	});
	expect(severityAt(stages, {})).toBe('blocker'); // an open context counts as its worst row
	expect(severityAt(bad.severity, {})).toBe('high');
});

const answer = {
	kind: 'answered',
	status: 200,
	headers: [],
	body: { bytes: '', truncated: false, sha256: '' },
	address: '203.0.113.1',
	tls: null,
	timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
} as const;

it('refuses a severity outside of those that the catalogue prints', () => {
	const rule = { oneOf: ['high', 'later'], pick: (): Severity => 'blocker' } as const;
	expect(() => severityAt(rule, {}, {})).toThrow(RangeError);
});
