import { expect, it } from 'vitest';
import dkim from '../../../checks/email/dkim.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(dkim)).toEqual([]);
});
