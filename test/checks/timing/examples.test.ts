import { expect, it } from 'vitest';
import p95 from '../../../checks/timing/p95.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';

it('timing/p95 says in its examples what it claims', () => {
	expect(verifyCheck(p95)).toEqual([]);
});
