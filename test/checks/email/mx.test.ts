import { expect, it } from 'vitest';
import mx from '../../../checks/email/mx.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(mx)).toEqual([]);
});
