import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/core/finding.ts';
import type { Severity } from '../src/core/severity.ts';
import { settleLooks } from '../src/two-looks.ts';
import { failure, passed, unseen } from './score/findings.ts';

const fail = (check: string, verdict: string, severity: Severity = 'blocker'): Finding => ({
	...failure({ check, verdict, severity }),
	subject: 'example.com',
	locus: { kind: 'host', name: 'example.com' },
});
const pass = (check: string): Finding => ({ ...passed(check), subject: 'example.com' });

const outcomes = (...looks: Finding[][]) => {
	const { findings, flapped, open } = settleLooks(looks);
	return {
		outcomes: findings.map(({ check, outcome }) => `${outcome} ${check}`),
		flapped: flapped.map(({ verdict }) => verdict),
		open,
	};
};

describe('several looks', () => {
	it('count what failed in both', () => {
		const one = fail('ssl/https', 'refused');
		expect(outcomes([one, pass('dns/a')], [one])).toEqual({
			outcomes: ['fail ssl/https', 'pass dns/a'],
			flapped: [],
			open: [],
		});
	});

	it('ask for a second one of what failed in the first, and of what decides and is unknown', () => {
		expect(outcomes([fail('ssl/https', 'refused'), unseen({ check: 'ssl/chain' })]).open).toEqual([
			'ssl/chain',
			'ssl/https',
		]);
	});

	it('let a failure go that was not there again, and say so', () => {
		expect(outcomes([fail('ssl/https', 'refused')], [pass('ssl/https')])).toEqual({
			outcomes: ['pass ssl/https'],
			flapped: ['refused'],
			open: [],
		});
	});

	it('take another face of the same subject for the same failure, unless it is graver', () => {
		const other = outcomes([fail('ssl/https', 'refused')], [fail('ssl/https', 'silent')]);
		expect(other).toMatchObject({ outcomes: ['fail ssl/https'], flapped: [], open: [] });
		const graver = outcomes([fail('ssl/https', 'slow', 'later')], [fail('ssl/https', 'silent')]);
		expect(graver).toMatchObject({ outcomes: ['unknown ssl/https'], open: ['ssl/https'] });
	});

	it('need a third one where another check fails in the second, and leave it open without', () => {
		const first = [fail('redirects/chain', 'target-fails')];
		const second = [pass('redirects/chain'), fail('ssl/https', 'refused')];
		const two = outcomes(first, second);
		expect(two).toEqual({
			outcomes: ['pass redirects/chain', 'unknown ssl/https'],
			flapped: ['target-fails', 'refused'],
			open: ['ssl/https'],
		});
		const three = outcomes(first, second, [fail('ssl/https', 'refused')]);
		expect(three.outcomes).toEqual(['pass redirects/chain', 'fail ssl/https']);
		expect(three.open).toEqual([]);
	});

	it('neither confirm nor clear what the second could not see', () => {
		const blind = unseen({ check: 'ssl/https', subject: 'example.com' });
		const down = fail('ssl/https', 'refused');
		const two = outcomes([down], [blind]);
		expect(two).toEqual({ outcomes: ['unknown ssl/https'], flapped: [], open: ['ssl/https'] });
		expect(outcomes([down], [blind], [down]).outcomes).toEqual(['fail ssl/https']);
		expect(outcomes([down], [blind], [pass('ssl/https')]).flapped).toEqual(['refused']);
	});
});
