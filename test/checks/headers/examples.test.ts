import { expect, it } from 'vitest';
import cookies from '../../../checks/headers/cookies.ts';
import csp from '../../../checks/headers/csp.ts';
import hsts from '../../../checks/headers/hsts.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';

it.each([hsts, csp, cookies])('$id says in its examples what it claims', (check) => {
	expect(verifyCheck(check)).toEqual([]);
});
