import { cannotSay, type RepositoryEnv } from '../../src/sdk.ts';
import { count, listed } from './_world.ts';

/** What was not looked at. A single file is not "a repository that could not be read". */
export function gapsIn({ unread, cut }: RepositoryEnv) {
	return [
		...(unread.length === 0
			? []
			: [
					cannotSay(
						'unreadable',
						`Not read: ${count(unread.length, 'file')} (${listed(unread, 3)})`,
						'high',
					),
				]),
		...(cut
			? [cannotSay('budget', 'There are more files or variables than the limits allow.', 'high')]
			: []),
	];
}

/** For code to paste: text of the repository that is no plain name or path is left to the user. */
export const pasted = (text: string, instead: string): string =>
	/^[\w./@-]+$/.test(text) ? text : instead;
