import {
	advice,
	defineCheck,
	type LoadSummary,
	loadOf,
	loadTargets,
	minutes,
	z,
} from '../../src/sdk.ts';
import { loaded, NOT_BEGUN } from './_samples.ts';
import { again, alone, evidence, kinds, notLoaded, users, whyOpen } from './_told.ts';

/** Answers of 500 and above within a second. */
const BURST = 3;

export default defineCheck({
	id: 'load/errors',
	title: 'With 25 people at once, less than one request in a hundred fails',
	rationale:
		'Errors that come with company (a pool that is used up, a limit on connections, workers that wait for each ' +
		'other) do not show to one developer, and all show on launch day.',
	references: ['Exact binomial test of the share of failed requests, 1 % allowed, 5 % either way'],
	reach: 'sign-in',
	layer: 'server',

	over: loadTargets,
	options: z.object({}),

	verdicts: {
		'within-budget': {
			outcome: 'pass',
			says: (a: LoadSummary) =>
				`${a.plan.url} fails less than 1 % of requests with ${users(a)}: ${a.errors} of ${a.samples} failed.`,
		},
		'rate-over-budget': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(240),
			says: (a: LoadSummary) =>
				`${a.plan.url} fails more than 1 % of requests with ${who(a)}: ${a.errors} of ${a.samples} failed (${kinds(a)}).`,
			impact:
				'On launch day people meet errors as soon as others are there too: sign-ups and orders are lost.',
			fix: (a: LoadSummary) =>
				advice(
					`Find out what fails first: ${kinds(a)}${a.failures[0] === undefined ? '' : ` (${a.failures[0].detail})`}.`,
					`Read the server’s log of the run: every request carries X-Launch-Ready-Run: ${a.runId}.`,
					'Compare the database’s connection limit with the pool size times the number of instances; waits for a connection end as errors.',
					'Raise the number of workers or instances, and the limits of the proxy before them (connections, queue, timeouts).',
					`Load it again: ${again(a)}`,
				),
			control: (a: LoadSummary) => `One user alone before the load: ${alone(a.before)}.`,
			reproduce: again,
			evidence,
		},
		'connection-refused': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(120),
			says: (a: LoadSummary) =>
				`${a.plan.url} refused ${a.refusedConnections} connections with ${who(a)}.`,
			impact: 'Whoever comes in that moment sees "this site can’t be reached".',
			fix: (a: LoadSummary) =>
				advice(
					'Let the server accept connections as fast as they come, and stay up.',
					'Look for a restart during the run (out of memory, a crash): a port that nobody listens on refuses.',
					'Raise the accept backlog (listen(…, backlog), net.core.somaxconn) and the limit of open files (ulimit -n, LimitNOFILE=).',
					`Load it again: ${again(a)}`,
				),
			reproduce: again,
			evidence,
		},
		timeouts: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(240),
			says: (a: LoadSummary) =>
				`${a.plan.url} left ${a.timeouts} requests without a whole answer for ${a.plan.timeoutMs / 1_000} s with ${who(a)}.`,
			impact: 'People look at a spinner, reload, and so double the load.',
			fix: (a: LoadSummary) =>
				advice(
					'Give every wait in the server a limit that is shorter than the customer’s patience, and find the one that was reached.',
					'Waits for a database connection, a lock, or another service without a timeout are the usual ones.',
					`Load it again: ${again(a)}`,
				),
			reproduce: again,
			evidence,
		},
		'tls-failures': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(120),
			says: (a: LoadSummary) =>
				`${a.tlsFailures} TLS handshakes with ${a.plan.url} failed with ${who(a)}.`,
			impact: 'Browsers show a security warning or a blank page to those people.',
			fix: (a: LoadSummary) =>
				advice(
					'Look at the TLS end (load balancer, proxy) for limits on new connections and for CPU.',
					'One bad instance or certificate behind a load balancer fails a share of the handshakes: compare all of them.',
					`Load it again: ${again(a)}`,
				),
			reproduce: again,
			evidence,
		},
		'server-error-burst': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(120),
			says: (a: LoadSummary) =>
				`${a.plan.url} answered ${a.burst?.count ?? 0} requests with a server error within one second, with ${who(a)} (${kinds(a)}).`,
			impact: 'Everybody who is there in that moment fails together.',
			fix: (a: LoadSummary) =>
				advice(
					`Look up that second in the log: ${((a.burst?.atMs ?? 0) / 1_000).toFixed(1)} s into the run, X-Launch-Ready-Run: ${a.runId}.`,
					'Errors that come together have one cause: a restart, a pool that ran dry, a dependency that was away.',
					`Load it again: ${again(a)}`,
				),
			reproduce: again,
			evidence,
		},
		'not-enough-evidence': {
			outcome: 'unknown',
			reason: 'budget',
			says: (a: LoadSummary) =>
				`${a.plan.url}: ${a.samples} requests with ${users(a)}, ${a.errors === 0 ? 'none failed' : `${a.errors} failed (${kinds(a)})`}. ` +
				`That less than 1 % fail is not proved: ${whyOpen(a, a.errorRate)}.`,
		},
	},
	decisive: true,

	needs: ({ subject }) => ({ load: loadOf({ plan: subject.plan }) }),

	judge({ given: { load }, say }) {
		const { refusedConnections, timeouts, tlsFailures, burst, errorRate } = load;
		const said = [
			...(refusedConnections > 0 ? [say('connection-refused', load)] : []),
			...(timeouts > 0 ? [say('timeouts', load)] : []),
			...(tlsFailures > 0 ? [say('tls-failures', load)] : []),
			...((burst?.count ?? 0) >= BURST ? [say('server-error-burst', load)] : []),
			...(errorRate.says === 'fail' ? [say('rate-over-budget', load)] : []),
		];
		if (errorRate.says === 'fail') return said;
		const not = notLoaded(load);
		if (not !== null) return [...said, not];
		return [
			...said,
			say(errorRate.says === 'pass' ? 'within-budget' : 'not-enough-evidence', load),
		];
	},

	examples: (example) => {
		const open = (because: 'few' | 'ended', more: Partial<LoadSummary> = {}) =>
			loaded({ errorRate: { says: 'open', because, missing: 49 }, ...more });
		const burst = (count: number) => loaded({ burst: { count, atMs: 3_200 } });
		return [
			example('750 requests, two of them failed', loaded({ errors: 2 }), 'within-budget'),
			example(
				'too many of them failed',
				loaded({ errors: 14, errorKinds: [['502', 14]], errorRate: { says: 'fail' } }),
				'rate-over-budget',
			),
			example('a short hold', open('few', { samples: 250 }), 'not-enough-evidence'),
			example(
				'broken off while nothing failed',
				open('ended', { stop: { why: 'slow', detail: 'p95 was 900 ms' } }),
				'not-enough-evidence',
			),
			example('one connection refused', loaded({ refusedConnections: 1 }), 'connection-refused'),
			example('one time-out', loaded({ timeouts: 1 }), 'timeouts'),
			example('one handshake that failed', loaded({ tlsFailures: 1 }), 'tls-failures'),
			example('three server errors in a second', burst(3), 'server-error-burst'),
			example('two server errors in a second', burst(2), 'within-budget'),
			example('nobody listens', loaded(NOT_BEGUN), 'rate-over-budget'),
			example('nobody could sign in', loaded({ ...NOT_BEGUN, ...NO_SAMPLES }), 'unknown'),
			example('a wall of 403', loaded({ clientErrors: 376 }), 'unknown'),
		];
	},
});

const NO_SAMPLES: Partial<LoadSummary> = {
	samples: 0,
	errors: 0,
	errorKinds: [],
	refusedConnections: 0,
	errorRate: { says: 'open', because: 'few', missing: 299 },
};

function who(load: LoadSummary): string {
	return load.stop.why === 'not-begun' ? 'one user alone' : users(load);
}
