import {
	blockedBy,
	botWall,
	cannotSay,
	type Endpoint,
	type Evidence,
	type Fact,
	httpAnswer,
	type NoVerdict,
	optional,
	type SeenAnswer,
	type TimingSummary,
	timingOf,
} from '../../src/sdk.ts';

/** The samples of an endpoint, taken together with those of all others. */
export function timed({ url, together, idleSeconds }: Endpoint) {
	return timingOf({ url, together: [...together], idleSeconds });
}

/** With the answer that the audit saw before: a gatekeeper's page is not what was timed. */
export function timedAndSeen({ subject }: { readonly subject: Endpoint }) {
	return { answer: optional(httpAnswer({ url: subject.url })), timing: timed(subject) };
}

/** Why the samples say nothing of the endpoint; `null` where they do. */
export function notMeasured(
	timing: TimingSummary,
	answer: Fact<SeenAnswer>,
	endpoint: Endpoint,
): NoVerdict | null {
	const { name, context } = endpoint;
	const wall = answer.status === 'known' ? botWall(answer.value) : null;
	if (wall !== null) return cannotSay('denied', `${name}: ${wall}`);
	if (timing.decision === 'rate-limited') {
		return cannotSay(
			'denied',
			`${name} asked us to slow down after ${timing.samples} samples (429, or 503 with Retry-After)`,
		);
	}
	if (timing.failure?.fault === 'ours') return cannotSay('unsupported', timing.failure.detail);
	if (timing.isStream) {
		return cannotSay('unsupported', `${name} is a stream of events, which has no last byte`);
	}
	if (timing.isUnreachable) {
		const detail = `${name} answered none of ${timing.samples} samples`;
		return context.standing === 'declared'
			? blockedBy({ check: 'timing/availability', subject: name }, detail)
			: cannotSay('inconclusive', detail);
	}
	const strange = elsewhere(timing, endpoint);
	return strange === null ? null : cannotSay('inconclusive', strange);
}

/** Fast refusals must not better a p95: why these answers are not those that customers wait for. */
function elsewhere(timing: TimingSummary, { name, context }: Endpoint): string | null {
	const { namedAs, samples, clientErrors, elsewhere: others } = timing;
	const isDeclared = context.standing === 'declared';
	const untimed = 'so the answer that customers get was not timed';
	if (isDeclared && clientErrors > samples / 2) {
		return `${name} refuses our requests (400 to 499 in ${clientErrors} of ${samples}), ${untimed}`;
	}
	if (namedAs !== null && context.kind !== 'page' && isPage(timing)) {
		return `${namedAs} leads to a page for people (${name}), ${untimed}`;
	}
	const isMixed = others < samples || isDeclared;
	if (isMixed && others > STRANGE_SHARE * samples && timing.decision !== 'fail') {
		return `${name} answered ${others} of ${samples} requests with a redirect or a refusal (300 to 499), and others not: ${untimed}`;
	}
	return null;
}

/** The share that may be over a budget. */
const STRANGE_SHARE = 0.05;

function isPage({ type }: TimingSummary): boolean {
	return /^\s*text\/html\b/i.test(type);
}

export function ms(value: number): string {
	return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

export function budget({
	budgetMs,
	judgedWithoutRoundTrip,
}: Pick<TimingSummary, 'budgetMs' | 'judgedWithoutRoundTrip'>): string {
	return `${budgetMs} ms${judgedWithoutRoundTrip ? ' of server time' : ''}`;
}

export function roundTripName({ isEdge }: Pick<TimingSummary, 'isEdge'>): string {
	return isEdge ? 'edge round trip' : 'round trip';
}

/** What every verdict about time carries. */
export function numbers(a: TimingSummary): string {
	const [low, high] = a.p95Interval;
	const between = high === null ? `over ${ms(low)}` : `${ms(low)} to ${ms(high)}`;
	const reopened = a.reopened > 0 ? ` (opened anew for ${a.reopened})` : '';
	const isWalked = a.connection === 'new for each visit';
	const named =
		a.namedAs === null || isWalked ? '' : ` (${a.namedAs} redirects here, which is not timed)`;
	const beside = [
		...(a.newConnectionP95 === null || isWalked
			? []
			: [`p95 with a new connection about ${ms(a.newConnectionP95)}`]),
		...(a.roundTrip === null ? [] : [`${roundTripName(a)} ${ms(a.roundTrip)}`]),
		serverTime(a),
	];
	return (
		`p50 ${ms(a.p50)}, p95 ${ms(a.p95)} (95 % confidence: ${between}), p99 ${ms(a.p99)}, ` +
		`${a.errors} errors in ${a.samples} samples over ${seconds(a.spanMs)}, ` +
		`connection ${a.connection}${reopened}; ${beside.join(', ')}${named}`
	);
}

/** Of the whole answer where the connection is kept, of the document's first byte in a visit. */
function serverTime({ connection, roundTrip, serverTime: { p50, p95 } }: TimingSummary): string {
	const what =
		connection === 'new for each visit' ? 'server time to the first byte' : 'server time';
	const less = roundTrip === null ? ', the way there included' : '';
	return `${what} p50 ${ms(p50)}, p95 ${ms(p95)}${less}`;
}

function seconds(spanMs: number): string {
	return `${spanMs < 10_000 ? (spanMs / 1_000).toFixed(1) : Math.round(spanMs / 1_000)} s`;
}

export function evidence(a: TimingSummary): readonly Evidence[] {
	const { dns, connect, tls, firstByte, download } = a.phases;
	const { hits, others } = a.cache;
	const detail = [
		numbers(a),
		`min ${ms(a.min)}, max ${ms(a.max)}, ${a.over} samples at or over ${ms(a.limitMs)}; plan: ${a.plan}`,
		`medians: DNS ${ms(dns)}, TCP ${ms(connect)}, TLS ${ms(tls)}, redirects ${ms(a.redirects.tookMs)}, first byte ${ms(firstByte)}, download ${ms(download)}`,
		`sent: ${Math.round(a.bytes)} bytes, ${a.encoding === '' ? 'not compressed' : a.encoding}; redirects on the way: ${a.redirects.count}; answered by a cache: ${hits} of ${hits + others}`,
		...(a.serverTimings.length > 0 ? [`Server-Timing, medians: ${saidByServer(a)}`] : []),
		`p95 from the moment when a request should have gone out: ${ms(a.intendedP95)}`,
		`noise of the measuring thread: ping p95 ${ms(a.noise.pingP95Ms)}, event loop p99 ${ms(a.noise.loopDelayP99Ms)}; HTTP/1.1`,
	].join('\n');
	return [{ kind: 'timing', summary: `${a.samples} samples of ${a.url}`, detail }];
}

function saidByServer({ serverTimings }: TimingSummary): string {
	return serverTimings
		.map(({ name, description, durationMs }) => {
			const what = description === '' || description === name ? name : `${name} (${description})`;
			return `${what} ${ms(durationMs)}`;
		})
		.join(', ');
}

/** As it is where no shell reads more into it; else the root of its host. */
export function forShell(url: string): string {
	return /^[\w:/.~%-]+$/.test(url) ? url : `${new URL(url).origin}/`;
}

export function timedByHand({ url }: Pick<TimingSummary, 'url'>): string {
	const columns = '%{http_code} %{time_connect} %{time_starttransfer} %{time_total}';
	return `for i in 1 2 3 4 5; do curl -sS -o /dev/null -w '${columns}\\n' ${forShell(url)}; done`;
}

/** What the slow answers wait for: where few are slow, the usual one waits for something else. */
export function largestPhase(a: TimingSummary): string {
	const { phases, slowPhases, errors, samples } = a;
	if (errors > samples / 2) return `most requests failed (${errors} of ${samples})`;
	if (slowPhases === null) return `${errors} of ${samples} requests failed, and no other was slow`;
	const { firstByte, download } = slowPhases;
	const before = openingOf(a);
	if (before.ms > Math.max(firstByte, download)) return before.words;
	const isUsual = slowPhases.samples > samples / 2;
	const slow = slowPhases.samples === 1 ? 'slow answer' : `${slowPhases.samples} slow answers`;
	const beside = (usual: number) =>
		isUsual ? '' : ` in the ${slow}, ${ms(usual)} in the usual one`;
	const inside = a.serverTimings.length > 0 ? `; it says itself: ${saidByServer(a)}` : '';
	return download > firstByte
		? `the body is read for ${ms(download)}${beside(phases.download)}; make it smaller, or compress it`
		: `the server thinks for ${ms(firstByte)} before the first byte${beside(phases.firstByte)}${inside}`;
}

/** The largest of what a visit spends before it asks for the document; nothing on a kept connection. */
function openingOf({ connection, phases, redirects }: TimingSummary): {
	readonly ms: number;
	readonly words: string;
} {
	if (connection !== 'new for each visit') return { ms: 0, words: '' };
	const parts = [
		{ ms: phases.dns, words: `the look-up of the name takes ${ms(phases.dns)}` },
		{ ms: phases.connect, words: `opening the TCP connection takes ${ms(phases.connect)}` },
		{ ms: phases.tls, words: `the TLS handshake takes ${ms(phases.tls)}` },
		{
			ms: redirects.tookMs,
			words: `redirects take ${ms(redirects.tookMs)} before the document is asked for`,
		},
	];
	return parts.reduce((most, one) => (one.ms > most.ms ? one : most));
}

const WHY_OPEN = {
	undecided: 'after the last sample of the plan neither is proved, so treat it as borderline',
	clustered: 'the slow samples came in blocks, so a longer time may look different',
	late: 'requests had to wait for the answers before them, so customers wait longer than the samples took',
	noisy: 'this machine was too busy to measure so near to the budget',
} as const;

type Open = TimingSummary & { readonly because: keyof typeof WHY_OPEN };

/** Why the plan did not come to an end, and what would bring it there. */
function missingEvidence(a: TimingSummary): string {
	const more = `a verdict needs ${a.missing} more samples at least`;
	return a.plan === 'fixed'
		? `${more}: name the URL with --endpoint`
		: `the plan could not be finished in time (${more}): raise --timeout`;
}

/** What a check of p95 says where the samples decide nothing; `of` is what was sampled. */
export function openVerdicts<const Worst extends 'high' | 'later'>(
	couldBe: Worst,
	of: 'samples of' | 'visits to',
) {
	const whose = of === 'visits to' ? 'visits to ' : '';
	return {
		'not-enough-evidence': {
			outcome: 'unknown' as const,
			reason: 'budget' as const,
			couldBe,
			says: (a: TimingSummary) =>
				`${a.samples} ${of} ${a.url} prove neither that p95 is under ${budget(a)} nor that it is not ` +
				`(${a.over} over): ${numbers(a)}. Provisional: ${missingEvidence(a)}.`,
		},
		inconclusive: {
			outcome: 'unknown' as const,
			reason: 'inconclusive' as const,
			couldBe,
			says: (a: Open) =>
				`p95 of ${whose}${a.url} cannot be placed on either side of ${budget(a)}: ` +
				`${WHY_OPEN[a.because]} (${a.over} of ${a.samples} over): ${numbers(a)}.`,
		},
	};
}

/** With the reason, where no further sample of the plan would decide; `null` otherwise. */
export function openIn(timing: TimingSummary): Open | null {
	const { decision } = timing;
	return decision in WHY_OPEN ? { ...timing, because: decision as keyof typeof WHY_OPEN } : null;
}
