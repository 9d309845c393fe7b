import { expect, it } from 'vitest';
import type { Place } from '../../src/core/fact.ts';
import type { Blocked, Failed } from '../../src/core/finding.ts';
import { fold } from '../../src/engine/fold.ts';
import { rank } from '../../src/score/rank.ts';
import { about, failure, passed, unseen } from '../score/findings.ts';

const at = (check: string, subject = 'a.test'): Place => ({ check, subject });

const failed = (place: Place, more: Partial<Failed> = {}): Failed =>
	failure({ severity: 'blocker', ...place, verdict: 'dead', cause: 'dead', ...more });

const blocked = (place: Place, by: Place): Blocked => ({
	...place,
	locus: { kind: 'host', name: place.subject },
	message: 'no answer',
	facts: [],
	outcome: 'blocked',
	verdict: null,
	by,
	couldBe: 'blocker',
	decisive: true,
});

it('folds three levels of consequences under one risk, in any order', () => {
	const chain = [
		blocked(at('headers/hsts'), at('ssl/https')),
		blocked(at('ssl/https'), at('dns/resolution')),
		blocked(at('dns/resolution'), at('dns/delegation', 'test')),
		failed(at('dns/delegation', 'test')),
	];
	for (const findings of [chain, chain.toReversed()]) {
		const risks = rank(fold(findings), about);
		expect(risks).toHaveLength(1);
		expect(risks[0]?.hides).toEqual(['dns/resolution', 'headers/hsts', 'ssl/https']);
	}
});

it("hides nothing under another host's failure, a missing cause or a circle", () => {
	const findings = fold([
		failed(at('ssl/https', 'b.test')),
		blocked(at('headers/hsts'), at('ssl/https')),
		blocked(at('dns/mx'), at('dns/ns')),
		blocked(at('dns/ns'), at('dns/mx')),
	]);
	expect(findings.map(({ outcome }) => outcome)).toEqual(['fail', 'unknown', 'unknown', 'unknown']);
	expect(rank(findings, about)).toMatchObject([{ hides: [] }]);
});

it.each([
	['accepted', failed(at('ssl/https'), { outcome: 'accepted' }), 'was accepted'],
	['no blocker', failed(at('ssl/https'), { severity: 'high' }), 'ssl/https at a.test failed'],
	['a pass', passed('ssl/https'), 'does not say why'],
])('counts as unknown what hides under a cause that is %s', (_, cause, why) => {
	const [, consequence] = fold([cause, blocked(at('headers/hsts'), at('ssl/https'))]);
	expect(consequence).toMatchObject({ outcome: 'unknown', couldBe: 'blocker', decisive: true });
	expect(consequence?.message).toContain(why);
});

it('lets what hangs on a cause that was not run weigh as much as that cause', () => {
	const consequence: Blocked = {
		...blocked(at('headers/hsts'), at('ssl/https')),
		couldBe: 'high',
		decisive: false,
	};
	const required = fold([consequence], ({ check, subject }) =>
		check === 'ssl/https' && subject === 'a.test'
			? { couldBe: 'blocker', decisive: true }
			: undefined,
	);
	expect(required).toMatchObject([
		{ outcome: 'unknown', reason: 'cause-not-found', couldBe: 'blocker', decisive: true },
	]);
	const guessed = fold([consequence], () => ({ couldBe: 'high', decisive: false }));
	expect(guessed).toMatchObject([{ outcome: 'unknown', couldBe: 'high', decisive: false }]);
});

it('hands on why the cause itself is unknown', () => {
	const [, consequence] = fold([
		unseen({ check: 'ssl/https', reason: 'offline' }),
		blocked(at('headers/hsts'), at('ssl/https')),
	]);
	expect(consequence).toMatchObject({ outcome: 'unknown', reason: 'offline' });
});

it('takes the gravest of several findings of one check for the cause', () => {
	const [, , consequence] = fold([
		failed(at('ssl/https'), { severity: 'later', verdict: 'slow', cause: 'slow' }),
		failed(at('ssl/https')),
		blocked(at('headers/hsts'), at('ssl/https')),
	]);
	expect(consequence).toMatchObject({ outcome: 'blocked' });
});
