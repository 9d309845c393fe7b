import {
	advice,
	botWall,
	cannotSay,
	defineCheck,
	type Evidence,
	endpoints,
	httpAnswer,
	minutes,
	type TimingSummary,
	timingOf,
	z,
} from '../../src/sdk.ts';

type Told = Pick<
	TimingSummary,
	| 'url'
	| 'budgetMs'
	| 'samples'
	| 'over'
	| 'errors'
	| 'min'
	| 'p50'
	| 'p95'
	| 'p99'
	| 'max'
	| 'p95Interval'
	| 'phases'
	| 'slowPhases'
	| 'newConnectionP95'
	| 'roundTrip'
	| 'connection'
	| 'judgedWithoutRoundTrip'
	| 'plan'
>;

export default defineCheck({
	id: 'timing/p95',
	title: 'The API answers 95 of 100 requests within 300 ms',
	rationale:
		'A screen makes several requests to the API; what one in twenty of them takes is what a customer ' +
		'meets on every other screen.',
	references: [
		'Exact binomial test of the share of samples over the budget, 5 % either way',
		'Wald and Wolfowitz 1940 (runs): slow samples in blocks',
	],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		'within-budget': {
			outcome: 'pass',
			says: (a: Told) => `${a.url} keeps p95 under ${budget(a)}: ${numbers(a)}.`,
		},
		'over-budget': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(480),
			says: (a: Told) =>
				`${a.url} is too slow: p95 is over ${budget(a)} (${a.over} of ${a.samples} samples were): ${numbers(a)}.`,
			impact:
				'Customers wait at every step of the product, and more of them at once make it slower still.',
			fix: (a: Told) =>
				advice(
					`Shorten what takes longest: ${largestPhase(a)}.`,
					'Profile the slowest route under its own queries: missing indexes and queries in a loop come first.',
					'Reuse database connections through a pool, and run the API in the region of its database.',
					'Measure again with --endpoint, which takes as many samples as a verdict needs.',
				),
			control: (a: Told) =>
				a.judgedWithoutRoundTrip
					? `A round trip from here takes ${ms(a.roundTrip ?? 0)}, over half the budget: it was taken off every sample.`
					: `A round trip from here takes ${a.roundTrip === null ? 'an unknown time' : ms(a.roundTrip)}, and is part of every sample.`,
			reproduce: (a: Told) =>
				`curl -sS -o /dev/null -w '%{time_starttransfer} %{time_total}\\n' ${forShell(a.url)}`,
			evidence,
		},
		'not-enough-evidence': {
			outcome: 'unknown',
			reason: 'budget',
			couldBe: 'high',
			says: (a: Told) =>
				`${a.samples} samples of ${a.url} prove neither that p95 is under ${budget(a)} nor that it is not ` +
				`(${a.over} over): ${numbers(a)}. ${a.plan === 'fixed' ? 'Name the URL with --endpoint for as many samples as a verdict needs.' : 'The plan could not be finished in time: raise --timeout.'}`,
		},
		inconclusive: {
			outcome: 'unknown',
			reason: 'inconclusive',
			couldBe: 'high',
			says: (a: Told & { because: 'undecided' | 'clustered' | 'noisy' }) =>
				`p95 of ${a.url} cannot be placed on either side of ${budget(a)}: ${WHY[a.because]} (${a.over} of ` +
				`${a.samples} over): ${numbers(a)}.`,
		},
	},

	appliesTo: ({ context }) =>
		context.kind === 'api' || 'A page for people: the budget of an API route does not apply to it.',
	needs: ({ subject }) => ({
		answer: httpAnswer({ url: subject.url }),
		timing: timingOf({ url: subject.url, together: [...subject.together] }),
	}),

	judge({ given: { answer, timing }, say }) {
		const wall = botWall(answer);
		if (wall !== null) return cannotSay('denied', `${timing.url}: ${wall}`, 'high');
		const { decision, errorRate: _, ...told } = timing;
		switch (decision) {
			case 'pass':
				return say('within-budget', told);
			case 'fail':
				return say('over-budget', told);
			case 'not-enough':
				return say('not-enough-evidence', told);
			case 'undecided':
			case 'clustered':
			case 'noisy':
				return say('inconclusive', { ...told, because: decision });
			case 'rate-limited':
				return cannotSay('denied', `${timing.url} asked us to slow down (429)`, 'high');
		}
	},

	examples: (example) => [
		example('a pass', taken({ decision: 'pass', samples: 80, over: 0 }), 'within-budget'),
		example('a fail', taken({ decision: 'fail', samples: 20, over: 5 }), 'over-budget'),
		example(
			'a fail far away',
			taken({ decision: 'fail', over: 5, roundTrip: 180, judgedWithoutRoundTrip: true }),
			'over-budget',
		),
		example('twenty samples', taken({ decision: 'not-enough' }), 'not-enough-evidence'),
		example(
			'the plan cut short',
			taken({ decision: 'not-enough', plan: 'sequential', samples: 41 }),
			'not-enough-evidence',
		),
		example(
			'on the line',
			taken({ decision: 'undecided', samples: 300, over: 12 }),
			'inconclusive',
		),
		example(
			'slow in blocks',
			taken({ decision: 'clustered', samples: 150, over: 2 }),
			'inconclusive',
		),
		example('our machine too busy', taken({ decision: 'noisy' }), 'inconclusive'),
		example('asked to slow down', taken({ decision: 'rate-limited' }), 'unknown'),
	],
});

const WHY = {
	undecided: 'after the last sample of the plan neither is proved, so treat it as borderline',
	clustered: 'the slow samples came in blocks, so a longer time may look different',
	noisy: 'this machine was too busy to measure so near to the budget',
} as const;

function budget({ budgetMs, judgedWithoutRoundTrip }: Told): string {
	return `${budgetMs} ms${judgedWithoutRoundTrip ? ' of server time' : ''}`;
}

function numbers(a: Told): string {
	const [low, high] = a.p95Interval;
	return (
		`p50 ${ms(a.p50)}, p95 ${ms(a.p95)} (95 % confidence: ${high === null ? `over ${ms(low)}` : `${ms(low)} to ${ms(high)}`}), ` +
		`p99 ${ms(a.p99)}, ${a.errors} errors in ${a.samples} samples, ` +
		`${a.connection === 'kept alive' ? 'warm connection' : 'a new connection each'}` +
		`${a.newConnectionP95 === null ? '' : `, p95 with a new connection ${ms(a.newConnectionP95)}`}`
	);
}

/** As it is where no shell reads more into it; else the root of its host. */
function forShell(url: string): string {
	return /^[\w:/.~%-]+$/.test(url) ? url : `${new URL(url).origin}/`;
}

function ms(value: number): string {
	return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** What the slow answers wait for: where few are slow, the usual one waits for something else. */
function largestPhase({ phases, slowPhases, errors, samples }: Told): string {
	if (errors > samples / 2) return `most requests failed (${errors} of ${samples})`;
	if (slowPhases === null) return `${errors} of ${samples} requests failed, and no other was slow`;
	const { firstByte, download } = slowPhases;
	const isUsual = slowPhases.samples > samples / 2;
	const beside = (usual: number) =>
		isUsual
			? ''
			: ` in ${slowPhases.samples === 1 ? 'the slow answer' : `the ${slowPhases.samples} slow answers`}, ${ms(usual)} in the usual one`;
	return download > firstByte
		? `the body is read for ${ms(download)}${beside(phases.download)}; make it smaller, or compress it`
		: `the server thinks for ${ms(firstByte)} before the first byte${beside(phases.firstByte)}`;
}

function evidence(a: Told): readonly Evidence[] {
	const { connect, firstByte, download } = a.phases;
	const detail = [
		numbers(a),
		`min ${ms(a.min)}, max ${ms(a.max)}, ${a.over} samples at or over ${a.budgetMs} ms`,
		`medians: connect ${ms(connect)}, first byte ${ms(firstByte)}, download ${ms(download)}`,
	].join('\n');
	return [{ kind: 'timing', summary: `${a.samples} samples of ${a.url}`, detail }];
}

function taken(summary: Partial<TimingSummary>) {
	const timing: TimingSummary = {
		url: 'https://api.example.com/',
		budgetMs: 300,
		samples: 20,
		over: 1,
		errors: 0,
		errorRate: 0,
		min: 80,
		p50: 120,
		p95: 280,
		p99: 340,
		max: 340,
		p95Interval: [200, null],
		phases: { connect: 40, firstByte: 115, download: 5 },
		slowPhases: { samples: 1, firstByte: 320, download: 5 },
		newConnectionP95: 330,
		roundTrip: 20,
		connection: 'kept alive',
		judgedWithoutRoundTrip: false,
		plan: 'fixed',
		decision: 'not-enough',
		...summary,
	};
	return {
		answer: {
			kind: 'answered',
			status: 404,
			headers: [],
			body: { bytes: '{}', truncated: false, sha256: '' },
			address: '203.0.113.1',
			tls: null,
			timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
		} as const,
		timing,
	};
}
