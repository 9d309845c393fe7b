import { beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { AnyCheck } from '../../src/core/check.ts';
import {
	defineDerivation,
	defineProbe,
	type FactRef,
	known,
	Unobserved,
} from '../../src/core/fact.ts';
import { defineSubjects } from '../../src/core/subject.ts';
import { type AuditRequest, audit } from '../../src/engine/audit.ts';
import { FactStore } from '../../src/engine/fact-store.ts';
import {
	liveObserver,
	type Observation,
	planningObserver,
	replayObserver,
} from '../../src/engine/observer.ts';
import { verifyCheck } from '../../src/engine/verify-check.ts';
import { asked, ioOf, NOW, sample, target, type World } from './sample-check.ts';

const never = new AbortController().signal;

function auditAt(world: World, more: Partial<AuditRequest> = {}) {
	const observer = liveObserver(ioOf(world), never, () => undefined);
	return audit({ target, checks: [sample], observer, now: NOW, ...more });
}

const found = async (world: World, more: Partial<AuditRequest> = {}) =>
	(await auditAt(world, more)).findings;

beforeEach(() => {
	asked.length = 0;
});

it("judges each host that was found; one host's time-out is that host's unknown", async () => {
	const findings = await found((host) =>
		host.startsWith('staging') ? new Unobserved('timeout', 'no answer in 10 s') : 200,
	);
	expect(findings).toMatchObject([
		{ subject: 'www.example.com', outcome: 'pass', verdict: 'fine' },
		{ subject: 'staging.example.com', outcome: 'unknown', reason: 'timeout', couldBe: 'high' },
	]);
});

it('takes severity from the context, for what failed and for what could not be seen', async () => {
	expect(await found(() => 503)).toMatchObject([
		{ severity: 'blocker', effort: 30, lead: 86_400 },
		{ severity: 'later' },
	]);
	expect(await found(() => new Unobserved('offline', 'no route'))).toMatchObject([
		{ couldBe: 'blocker', decisive: true },
		{ couldBe: 'high', decisive: false },
	]);
});

it('lets a severity depend on what was seen, and a verdict be an unknown', async () => {
	expect(await found(() => 418)).toMatchObject([{ severity: 'high' }, { severity: 'high' }]);
	expect(await found(() => 300)).toMatchObject([
		{ outcome: 'unknown', verdict: 'unclear', reason: 'inconclusive', couldBe: 'high' },
		{},
	]);
});

it('never passes without a subject, a verdict or a sound check', async () => {
	const empty = { ...target, domain: null };
	expect(await found(() => 200, { target: empty })).toMatchObject([{ outcome: 'not-applicable' }]);
	const silent = { ...sample, judge: () => [] };
	expect(await found(() => 200, { checks: [silent] })).toMatchObject([
		{ outcome: 'unknown', reason: 'our-bug' },
		{ outcome: 'unknown', reason: 'our-bug' },
	]);
	const throwing: AnyCheck = {
		...sample,
		needs: () => {
			throw new Error('boom');
		},
	};
	expect(await found(() => 200, { checks: [throwing] })).toMatchObject([
		{ reason: 'our-bug', message: 'Error: boom' },
		{},
	]);
});

it('obeys selection by area, check and verdict, and says so', async () => {
	const policy = { severity: {}, options: {} };
	expect(await found(() => 503, { policy: { ...policy, skip: ['t'] } })).toMatchObject([
		{ outcome: 'skipped', subject: 'example.com' },
	]);
	expect(asked).toEqual([]);
	expect(await found(() => 503, { policy: { ...policy, only: ['other'] } })).toMatchObject([
		{ outcome: 'skipped' },
	]);
	expect(
		await found(() => 503, { policy: { ...policy, skip: ['t/answers/broken'] } }),
	).toMatchObject([{ outcome: 'skipped', subject: 'www.example.com' }, { outcome: 'skipped' }]);
	expect(await found(() => 503, { policy: { ...policy, only: ['t/answers/odd'] } })).toMatchObject([
		{ outcome: 'skipped' },
		{ outcome: 'skipped' },
	]);
});

it('takes options and severities from the policy; the longest prefix wins', async () => {
	const options = { 't/answers': { worst: 200 } };
	const severity = { t: 'high', 't/answers/broken': 'info' } as const;
	expect(await found(() => 200, { policy: { options, severity } })).toMatchObject([
		{ outcome: 'note', severity: 'info' },
		{ outcome: 'note', severity: 'info' },
	]);
});

it('accepts what a valid waiver covers, and no more', async () => {
	const waiver = { id: 't/answers', reason: 'known', owner: 'ops', until: '2030-06-01' };
	const run = (more: object) =>
		auditAt(() => 503, {
			policy: { severity: {}, options: {}, accept: [{ ...waiver, ...more }] },
		});
	const refused = await run({});
	expect(refused.findings).toMatchObject([{ outcome: 'fail' }, { outcome: 'accepted' }]);
	expect(refused.waivers).toMatchObject([{ state: 'used' }]);
	const allowed = await run({ allowBlocker: true, subject: 'www.example.com' });
	expect(allowed.findings).toMatchObject([{ outcome: 'accepted' }, { outcome: 'fail' }]);
	const expired = await run({ until: '2029-12-30', allowBlocker: true });
	expect(expired.findings).toMatchObject([{ outcome: 'fail' }, { outcome: 'fail' }]);
	expect(expired.waivers).toMatchObject([{ state: 'expired' }]);
	const lastDay = await run({ until: '2029-12-31', allowBlocker: true });
	expect(lastDay.waivers).toMatchObject([{ state: 'used' }]);
	const unused = await run({ id: 't/answers/odd' });
	expect(unused.waivers).toMatchObject([{ state: 'unused' }]);
});

it('replays a recording to the very same findings without asking anything', async () => {
	const recorded: Observation[] = [];
	const observer = liveObserver(
		ioOf((host) => (host.startsWith('www') ? 503 : new Unobserved('timeout', 'late'))),
		never,
		(one) => recorded.push(one),
	);
	const live = await audit({ target, checks: [sample], observer, now: NOW });
	asked.length = 0;
	const lines = recorded.map((one) => JSON.parse(JSON.stringify(one)) as Observation);
	const again = await audit({
		target,
		checks: [sample],
		observer: replayObserver(lines),
		now: NOW,
	});
	expect(again.findings).toEqual(live.findings);
	expect(asked).toEqual([]);
	const blind = await audit({ target, checks: [sample], observer: replayObserver([]), now: NOW });
	expect(blind.findings).toMatchObject([{ reason: 'not-recorded' }, { reason: 'not-recorded' }]);
});

it('plans without asking, going on with assumed answers', async () => {
	const lines: string[] = [];
	const observer = planningObserver((line) => lines.push(line));
	const planned = await audit({ target, checks: [sample], observer, now: NOW });
	expect(lines.sort()).toEqual(['GET staging.example.com', 'GET www.example.com']);
	expect(planned.findings).toMatchObject([{ outcome: 'pass' }, { outcome: 'pass' }]);
	expect(asked).toEqual([]);
});

it('ends at once when it is stopped, even if a probe never settles', async () => {
	const controller = new AbortController();
	const hangs = defineProbe({
		name: 't.hangs',
		params: z.object({}),
		value: z.number(),
		observe: () => new Promise<number>(() => undefined),
		describe: () => ({ kind: 'http', summary: '', detail: '' }),
		plan: () => '',
	});
	const check: AnyCheck = { ...sample, needs: () => ({ status: hangs({}) }) };
	const observer = liveObserver(
		ioOf(() => 200),
		controller.signal,
		() => undefined,
	);
	const running = audit({ target, checks: [check], observer, now: NOW });
	controller.abort(new Unobserved('cancelled', 'the run was stopped'));
	expect((await running).findings).toMatchObject([
		{ reason: 'cancelled' },
		{ reason: 'cancelled' },
	]);
});

it('shares one round trip among many askers, and names a circle instead of hanging', async () => {
	let times = 0;
	const slow = defineProbe({
		name: 't.slow',
		params: z.object({ n: z.number() }),
		value: z.number(),
		observe: async ({ n }) => {
			times += 1;
			await new Promise((resolve) => setTimeout(resolve, 5));
			return n;
		},
		describe: () => ({ kind: 'http', summary: '', detail: '' }),
		plan: () => '',
	});
	const store = new FactStore(
		liveObserver(
			ioOf(() => 200),
			never,
			() => undefined,
		),
	);
	await Promise.all(Array.from({ length: 50 }, () => store.get(slow({ n: 1 }))));
	expect(times).toBe(1);

	const none = z.object({});
	const a: (p: Record<string, never>) => FactRef<number> = defineDerivation({
		name: 't.a',
		params: none,
		derive: (_, get) => get(b({})),
	});
	const b: typeof a = defineDerivation({
		name: 't.b',
		params: none,
		derive: (_, get) => get(a({})),
	});
	const both = await Promise.all([store.get(a({})), store.get(b({}))]);
	expect(both.map((fact) => fact.status)).toEqual(['unknown', 'unknown']);
	expect(store.evidenceFor(a({}).key)).toEqual([]);
});

it("waits with no check for another's subjects", async () => {
	const order: string[] = [];
	const slowHosts = defineSubjects({
		name: 't.slow-hosts',
		params: z.object({}),
		from: () => ({}),
		sample: sample.over.sample,
		derive: async () => {
			await new Promise((resolve) => setTimeout(resolve, 20));
			order.push('subjects of the slow check');
			return known([sample.over.sample]);
		},
	});
	const slow: AnyCheck = { ...sample, id: 't/slow', over: slowHosts };
	await found(
		(host) => {
			order.push(host);
			return 200;
		},
		{ checks: [slow, sample] },
	);
	expect(order).toEqual(['www.example.com', 'staging.example.com', 'subjects of the slow check']);
});

it('measures alone, one after the other, when everything else has settled', async () => {
	const order: string[] = [];
	const quiet = defineProbe({
		name: 't.quiet',
		lane: 'quiet',
		params: z.object({ host: z.string() }),
		value: z.number(),
		observe: async ({ host }) => {
			order.push(`start ${host}`);
			await new Promise((resolve) => setTimeout(resolve, 5));
			order.push(`end ${host}`);
			return 200;
		},
		describe: () => ({ kind: 'timing', summary: '', detail: '' }),
		plan: () => '',
	});
	const timed: AnyCheck = {
		...sample,
		id: 't/timed',
		needs: ({ subject }) => ({ status: quiet({ host: subject.name }) }),
	};
	const findings = await found(
		(host) => {
			order.push(`shared ${host}`);
			return 200;
		},
		{ checks: [timed, sample] },
	);
	expect(findings.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'pass', 'pass']);
	expect(order).toEqual([
		'shared www.example.com',
		'shared staging.example.com',
		'start www.example.com',
		'end www.example.com',
		'start staging.example.com',
		'end staging.example.com',
	]);

	const store = new FactStore(
		liveObserver(
			ioOf(() => 200),
			never,
			() => undefined,
		),
	);
	const loud = defineDerivation({
		name: 't.loud',
		params: z.object({}),
		derive: async (_, get) => {
			const one = await get(quiet({ host: 'a' }));
			return one.status === 'known' ? known(one.value) : one;
		},
	});
	expect(await store.get(loud({}))).toMatchObject({ status: 'unknown', because: 'our-bug' });
});

it('finds what is wrong with a check by running its examples', () => {
	expect(verifyCheck(sample)).toEqual([]);
	expect(verifyCheck({ ...sample, references: [] })).toEqual(['it names no reference']);
	expect(verifyCheck({ ...sample, examples: () => [] })).toHaveLength(4);
	const wrong: AnyCheck = {
		...sample,
		examples: (example: Parameters<typeof sample.examples>[0]) => [
			...sample.examples(example),
			example('wrong', { status: 200 }, 'broken'),
		],
	};
	expect(verifyCheck(wrong)).toEqual(['"wrong" says fine, not broken']);
	const { broken } = sample.verdicts;
	const torn: AnyCheck = {
		...sample,
		verdicts: { ...sample.verdicts, broken: { ...broken, says: () => 'One.\nTwo.' } },
	};
	expect(verifyCheck(torn)).toEqual(['"an error" is worded in more than one line']);
});
