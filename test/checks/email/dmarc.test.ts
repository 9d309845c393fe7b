import { expect, it } from 'vitest';
import dmarc from '../../../checks/email/dmarc.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(dmarc)).toEqual([]);
});
