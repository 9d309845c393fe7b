import { cannotSay, type EnvPlace, type EnvVariable, type RepositoryEnv } from '../../src/sdk.ts';

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

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 5): string {
	const shown = names.slice(0, most);
	const rest = names.length - shown.length;
	if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
	const last = shown.at(-1) ?? '';
	return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

export const count = (number: number, noun: string): string =>
	`${number} ${noun}${number === 1 ? '' : 's'}`;

export const placed = ({ file, line }: EnvPlace): string => `${file}:${line}`;

/** For code to paste: text of the repository that is no plain name or path is left to the user. */
export const pasted = (text: string, instead: string): string =>
	/^[\w./@-]+$/.test(text) ? text : instead;

/** What the gathering says of a sound repository. */
export function sampleEnv(about: Partial<RepositoryEnv> = {}): RepositoryEnv {
	return {
		code: 12,
		head: '0123456789abcdef0123456789abcdef01234567',
		unread: [],
		cut: false,
		frameworks: ['next'],
		hostings: ['vercel'],
		variables: [],
		files: [],
		values: [],
		production: { asked: '', files: [], unread: '', unlisted: [] },
		byConvention: false,
		schemas: [],
		skips: [],
		fallbacks: [],
		exposures: [],
		clientReads: [],
		clientDynamic: [],
		clientImports: [],
		jobs: [],
		secrets: [],
		...about,
	};
}

/** A variable that the code uses as it is. */
export function sampleVariable(about: Partial<EnvVariable> = {}): EnvVariable {
	return {
		name: 'MAIL_HOST',
		need: 'required',
		boot: false,
		build: '',
		reads: [{ file: 'src/mail.ts', line: 4 }],
		readsInAll: 1,
		folders: [''],
		given: false,
		shownIn: null,
		declared: [],
		used: true,
		missingIn: [],
		publicBy: '',
		...about,
	};
}
