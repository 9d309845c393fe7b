import {
	type FoundSecret,
	type RepositoryFiles,
	type RepositorySecrets,
	SAMPLE_SECRET,
} from '../../src/sdk-repository.ts';

/** What the scan says of a sound repository, with these secrets. */
export function sampleSecrets(...secrets: FoundSecret[]): RepositorySecrets {
	return {
		head: '0123456789abcdef0123456789abcdef01234567',
		gitUnread: '',
		scanned: { files: 12, bytes: 34_567 },
		binary: 0,
		tooLarge: [],
		unreadable: [],
		skipped: [],
		allowed: { count: 0, places: [] },
		secrets,
		values: [],
		truncated: false,
	};
}

/** A provider's live key, committed. */
export const sampleSecret = (about: Partial<FoundSecret>): FoundSecret => ({
	...SAMPLE_SECRET,
	...about,
});

/** A repository with no file that matters. */
export function sampleFiles(about: Partial<RepositoryFiles>): RepositoryFiles {
	return {
		inGit: true,
		gitUnread: '',
		files: 12,
		env: [],
		examples: [],
		keyStores: [],
		serviceAccounts: [],
		noted: [],
		images: { count: 0, copies: [] },
		commands: [],
		unread: [],
		...about,
	};
}
