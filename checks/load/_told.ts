import {
	cannotSay,
	type Evidence,
	type LoadDecision,
	type LoadSummary,
	type NoVerdict,
	type Quantiles,
} from '../../src/sdk.ts';

/** Why the load says nothing of the target; `null` where it does. */
export function notLoaded(load: LoadSummary): NoVerdict | null {
	const { stop, failures, plan, samples, clientErrors } = load;
	if (stop.why === 'not-begun') return cannotSay('inconclusive', `${plan.url}: ${stop.detail}`);
	const ours = failures.find(({ fault }) => fault === 'ours');
	if (ours !== undefined) return cannotSay('unsupported', ours.detail);
	if (stop.why === 'interrupted' && samples === 0) {
		return cannotSay('cancelled', 'it was stopped before the load began');
	}
	if (clientErrors > samples / 2) {
		return cannotSay(
			'inconclusive',
			`${plan.url} refuses our requests (400 to 499 in ${clientErrors} of ${samples}), so the answer that customers get was not loaded: give a scenario that signs in`,
		);
	}
	return null;
}

export function ms(value: number): string {
	return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

export function seconds(valueMs: number): string {
	return `${(valueMs / 1_000).toFixed(1)} s`;
}

/** Who was there. */
export function users({ plan }: LoadSummary): string {
	return `${plan.users} concurrent user${plan.users === 1 ? '' : 's'}`;
}

/** Both clocks, always together. */
export function figures({ intended, service }: LoadSummary): string {
	const [low, high] = intended.p95Interval;
	const between = high === null ? `over ${ms(low)}` : `${ms(low)} to ${ms(high)}`;
	return (
		`from the intended start p50 ${ms(intended.p50)}, p95 ${ms(intended.p95)} (95 % confidence: ${between}), ` +
		`p99 ${ms(intended.p99)}; from the sending p95 ${ms(service.p95)}, p99 ${ms(service.p99)}`
	);
}

export function budget({ budgetMs, limitMs }: LoadSummary): string {
	return `${budgetMs} ms${limitMs > budgetMs ? ' of server time' : ''}`;
}

/** In words: `3 × 502, 1 × connection refused`. */
export function kinds({ errorKinds }: LoadSummary): string {
	return errorKinds.map(([what, count]) => `${count} × ${what}`).join(', ');
}

export function alone(one: Quantiles | null): string {
	return one === null
		? 'not measured'
		: `p50 ${ms(one.p50)}, p95 ${ms(one.p95)} in ${one.samples} requests`;
}

export function evidence(load: LoadSummary): readonly Evidence[] {
	const { plan, stop, noise } = load;
	const detail = [
		`${users(load)}, ${plan.model} model, ${plan.thinkMs / 1_000} s between two requests of one, ramp ${plan.rampMs / 1_000} s, hold ${plan.holdMs / 1_000} s; run ${load.runId}`,
		figures(load),
		`${load.over} of ${load.samples} at or over ${ms(load.limitMs)}, ${load.errors} failed${load.errors > 0 ? ` (${kinds(load)})` : ''}, ${load.unsent} never sent`,
		`one user before: ${alone(load.before)}; after: ${alone(load.after)}`,
		`${load.rate.toFixed(1)} answers a second; ended after ${seconds(load.endedMs)}: ${stop.why}${stop.detail === '' ? '' : ` (${stop.detail})`}`,
		`noise of the measuring thread: ping p95 ${ms(noise.pingP95Ms)}, event loop p99 ${ms(noise.loopDelayP99Ms)}; HTTP/1.1`,
	].join('\n');
	return [{ kind: 'timing', summary: `${load.samples} requests to ${plan.url}`, detail }];
}

/** How the same load is put on it again. */
export function again({ plan }: LoadSummary): string {
	const shown = /^[\w:/.~%-]+$/.test(plan.url) ? plan.url : `${new URL(plan.url).origin}/`;
	return plan.scenario === null ? `launch-ready load ${shown}` : 'launch-ready load';
}

/** What would settle it. */
export function whyOpen(load: LoadSummary, decision: LoadDecision): string {
	if (decision.says !== 'open') return '';
	switch (decision.because) {
		case 'few':
			return `a verdict needs ${decision.missing} more good requests at least: hold for longer (--hold)`;
		case 'ended':
			return `the run ended early (${load.stop.detail}), so a pass would say too much`;
		case 'clustered':
			return 'the slow ones came in blocks, so a longer hold may look different';
		case 'noisy':
			return 'this machine was too busy to measure so near to the budget';
	}
}
