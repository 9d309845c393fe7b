import { expect, it } from 'vitest';
import spf from '../../../checks/email/spf.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(spf)).toEqual([]);
});
