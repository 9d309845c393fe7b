import type { FoundSecret, RepositoryFiles, RepositorySecrets } from '../../src/sdk-repository.ts';

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
export function sampleSecret(about: Partial<FoundSecret>): FoundSecret {
	return {
		rule: 'stripe-secret-key',
		provider: 'Stripe',
		what: 'secret key',
		tier: 'server',
		kind: 'server-secret',
		confidence: 'high',
		state: 'none',
		expiresAt: null,
		local: false,
		encrypted: false,
		published: false,
		paired: false,
		encoded: null,
		preview: 'sk_l',
		length: 32,
		fingerprint: '0011223344556677',
		variable: '',
		inProduction: false,
		places: [{ file: 'src/pay.ts', line: 3, place: 'head', text: "const key = '[redacted]';" }],
		placesInAll: 1,
		rotate: 'https://dashboard.stripe.com/apikeys',
		anchor: 'sk_live_',
		...about,
	};
}

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
