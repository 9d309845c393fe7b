import { expect, it } from 'vitest';
import check from '../../../checks/redirects/canonical.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';

it('says in every example what the example claims', () => {
	expect(verifyCheck(check)).toEqual([]);
});
