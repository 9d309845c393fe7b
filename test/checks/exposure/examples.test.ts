import { expect, it } from 'vitest';
import dotenv from '../../../checks/exposure/dotenv.ts';
import git from '../../../checks/exposure/git.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';

it.each([dotenv, git])('$id says in its examples what it claims', (check) => {
	expect(verifyCheck(check)).toEqual([]);
});
