import { expect, test } from 'vitest';
import { doubtOf } from '../../../src/facts/tls/clock-doubt.ts';

const OURS = Date.parse('2026-01-01T12:00:00Z');
const MINUTE = 60_000;
const seen = (minutes: number, address: string) => ({ at: OURS + minutes * MINUTE, address });
const [A, B] = ['203.0.113.1', '203.0.113.2'] as const;

test.each([
	['both agree with ours', seen(0, A), seen(1, B), false],
	['both are seven minutes off, which an audit explains', seen(7, A), seen(7, B), false],
	['both are eight minutes off', seen(8, A), seen(8, B), true],
	['both are behind', seen(-60, A), seen(-62, B), true],
	['one agrees with ours', seen(60, A), seen(0, B), false],
	['they differ among themselves', seen(60, A), seen(66, B), false],
	['one machine is asked twice', seen(60, A), seen(60, A), false],
	['one says nothing', seen(60, A), null, false],
])('%s: %s', (_, one, other, doubted) => {
	expect(doubtOf(OURS, one, other) !== null).toBe(doubted);
});
