import type { RepositoryTests } from '../../src/sdk.ts';

/** A generator makes the pages; with fewer files of code beside them there is little to test. */
export const PAGES_CODE = 15;

export const isPagesAlone = ({
	pagesBy,
	code,
	script,
}: Pick<RepositoryTests, 'pagesBy' | 'code' | 'script'>): boolean =>
	pagesBy !== '' && code < PAGES_CODE && script === null;
