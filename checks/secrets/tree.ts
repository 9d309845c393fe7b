import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type FoundSecret,
	minutes,
	type RepositorySecrets,
	repositories,
	repositorySecrets,
	type Severity,
	z,
} from '../../src/sdk-repository.ts';
import { evidenceFor, type Leak, leakOf, rotateFirst, searchFor, sentence } from './_leak.ts';
import { severityOf } from './_severity.ts';

/** What every leak has in common. */
const leak = {
	outcome: 'fail',
	severity: {
		oneOf: ['blocker', 'high', 'later', 'info'],
		pick: (a: Leak): Severity => a.severity,
	},
	says: sentence,
	confidence: (a: Leak) => a.confidence,
	control: (a: Leak) => a.control,
	reproduce: searchFor,
	evidence: evidenceFor,
	cause: (a: Leak) => `secret/${a.fingerprint}`,
} as const;

const WHO_HAS_IT =
	'Everybody with the repository, a clone, a fork, a build log or a backup of it can use the value';

export default defineCheck({
	id: 'secrets/tree',
	title: 'No file that is committed or deployed holds a secret',
	rationale:
		'Keys in files are copied with every clone, build and image, are found by scanners within minutes ' +
		'of a repository becoming public, and cannot be taken back by deleting them.',
	references: [
		'CWE-798 (hard-coded credentials)',
		'CWE-321 (hard-coded cryptographic key)',
		'CWE-312 (cleartext storage)',
	],
	reach: 'trust',
	layer: 'content',
	over: repositories,
	options: z.object({}),
	decisive: true,

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { files: number; allowed: number }) =>
				`No secret in ${count(a.files, 'file')}.${a.allowed > 0 ? ` Comments allow ${count(a.allowed, 'place')}.` : ''}`,
		},
		'server-secret': {
			...leak,
			effort: minutes(60),
			impact: (a: Leak) =>
				`${WHO_HAS_IT}: it grants money, data, mail or infrastructure at ${a.provider}.`,
			fix: (a: Leak) => rotateFirst(a, `Create a new ${a.name}`),
		},
		'restricted-key': {
			...leak,
			effort: minutes(45),
			impact: (a: Leak) => `${WHO_HAS_IT} within the scope it was given (${a.name}).`,
			fix: (a: Leak) =>
				rotateFirst(
					a,
					`Create a new ${a.name} with the narrowest scope that works`,
					'Narrow what the new one may do: read only, one resource, one address.',
				),
		},
		'private-key': {
			...leak,
			effort: minutes(90),
			impact:
				'Whoever reads the file can pose as the server, sign as you, or log in where the key is ' +
				'accepted, and can read recorded traffic where the protocol allows it.',
			fix: (a: Leak) =>
				rotateFirst(
					a,
					'Generate a new private key outside the repository',
					'Revoke the certificate issued for the old key, or remove its public part from authorized_keys, and let the authority issue a new one.',
				),
		},
		'connection-uri': {
			...leak,
			effort: minutes(45),
			impact:
				'Whoever reads the file and reaches the server can read, change and delete everything that ' +
				'this account may.',
			fix: (a: Leak) =>
				rotateFirst(
					a,
					'Set a new password for this account',
					'Let the server accept connections from the application only (allow-list or private network).',
				),
		},
		'signing-secret': {
			...leak,
			effort: minutes(45),
			impact:
				'Whoever knows the secret can forge sessions, tokens or webhook calls and act as any customer ' +
				'or administrator.',
			fix: (a: Leak) => {
				const fix = rotateFirst(
					a,
					'Replace the signing secret by 32 random bytes',
					'Fail at start where the variable is unset; do not fall back to a literal. Sessions signed with the old secret end.',
				);
				const make = {
					platform: 'any' as const,
					language: 'shell',
					text: 'openssl rand -base64 32',
				};
				return { ...fix, snippets: [make, ...fix.snippets] };
			},
		},
		'service-role-jwt': {
			...leak,
			effort: minutes(60),
			impact:
				'This key bypasses row level security: whoever has it reads and changes every row of every table.',
			fix: (a: Leak) =>
				rotateFirst(
					a,
					'Rotate the JWT secret of the project, which ends this key',
					'Use the anon or publishable key where browsers need one; keep the service role on the server.',
				),
		},
		'webhook-url': {
			...leak,
			effort: minutes(20),
			impact: 'Whoever has the address can post into your channel or start your automation as you.',
			fix: (a: Leak) => rotateFirst(a, `Delete the ${a.name} and create a new one`),
		},
		'test-key': {
			...leak,
			effort: minutes(20),
			impact:
				'It opens a sandbox only, but it shows how the live key will be handled, and takes its place in production if nobody replaces it.',
			fix: (a: Leak) => rotateFirst(a, `Create a new ${a.name}`),
		},
		generic: {
			...leak,
			effort: minutes(30),
			impact: `${WHO_HAS_IT}. No provider is known for it, so what it opens is for you to say.`,
			fix: (a: Leak) =>
				rotateFirst(
					a,
					'Replace the value at the service that issued it',
					'If it is no secret, say so on its line with the comment launch-ready:allow.',
				),
		},
		encoded: {
			...leak,
			effort: minutes(60),
			impact: `${WHO_HAS_IT}: encoding hides it from a glance and from simple scanners, and from nobody else.`,
			fix: (a: Leak) => rotateFirst(a, `Create a new ${a.name}`),
		},
	},

	needs: ({ subject }) => ({ found: repositorySecrets({ root: subject.root }) }),

	judge({ given: { found }, now, say }) {
		const seen = new Map<string, number>();
		const leaks = found.secrets.flatMap((secret) => {
			const severity = severityOf(secret, now);
			const verdict = verdictFor(secret);
			if (severity === null || verdict === null) return [];
			const told = leakOf(secret, severity, now);
			// Findings of one kind in one file are told apart by their order.
			const key = `${verdict}\0${told.file}`;
			const before = seen.get(key) ?? 0;
			seen.set(key, before + 1);
			const name = before === 0 ? told.file : `${told.file}#${before + 1}`;
			return [at({ kind: 'file', name, file: told.file, line: told.line }, say(verdict, told))];
		});
		const gaps = gapsIn(found);
		if (leaks.length > 0 || gaps.length > 0) return [...leaks, ...gaps];
		if (found.scanned.files + found.binary === 0) {
			return doesNotApply('The repository has no files.');
		}
		return say('none', { files: found.scanned.files, allowed: found.allowed.count });
	},

	examples: (example) => [
		example('clean', { found: repository() }, 'none'),
		example('nothing in it', { found: { ...repository(), scanned: NOTHING } }, 'not-applicable'),
		example('a live key', { found: repository(key({})) }, 'server-secret'),
		example('the same in documentation', { found: repository(key({}, 'docs')) }, 'server-secret'),
		example(
			'allowed by a comment',
			{ found: { ...repository(), allowed: { count: 1, places: [{ file: 'a.ts', line: 1 }] } } },
			'none',
		),
		example(
			'a publishable key is meant to be there',
			{ found: repository(key({ tier: 'publishable', kind: 'publishable' })) },
			'none',
		),
		example(
			'a restricted key',
			{ found: repository(key({ tier: 'restricted', kind: 'restricted-key' })) },
			'restricted-key',
		),
		example(
			'an id without its secret',
			{ found: repository(key({ tier: 'identifier', kind: 'restricted-key' })) },
			'restricted-key',
		),
		example(
			'an encrypted private key',
			{ found: repository(key({ kind: 'private-key', encrypted: true, preview: '' })) },
			'private-key',
		),
		example(
			'a password in a URI',
			{ found: repository(key({ kind: 'connection-uri' })) },
			'connection-uri',
		),
		example(
			'a password for this machine only',
			{ found: repository(key({ kind: 'connection-uri', local: true })) },
			'connection-uri',
		),
		example(
			'a fallback for a signing secret',
			{ found: repository(key({ kind: 'signing-secret' })) },
			'signing-secret',
		),
		example(
			'a key that bypasses row security',
			{ found: repository(key({ kind: 'service-role-jwt' })) },
			'service-role-jwt',
		),
		example(
			'the same, expired a second ago',
			{ found: repository(key({ kind: 'service-role-jwt', expiresAt: 1_893_455_999 })) },
			'service-role-jwt',
		),
		example(
			'a chat hook',
			{ found: repository(key({ tier: 'restricted', kind: 'webhook-url' })) },
			'webhook-url',
		),
		example(
			'a sandbox key',
			{ found: repository(key({ tier: 'test', kind: 'test-key' })) },
			'test-key',
		),
		example(
			'a random value by name',
			{ found: repository(key({ tier: 'generic', kind: 'generic', confidence: 'low' })) },
			'generic',
		),
		example('behind base64', { found: repository(key({ encoded: 'base64' })) }, 'encoded'),
		example(
			'a file that cannot be read',
			{ found: { ...repository(), unreadable: ['a.txt: permission denied'] } },
			'unknown',
		),
		example(
			'more than the limits allow',
			{ found: { ...repository(key({})), truncated: true } },
			'unknown',
		),
		example(
			'git does not say what is tracked',
			{ found: { ...repository(), head: null, gitUnread: 'it belongs to somebody else' } },
			'unknown',
		),
	],
});

type Said =
	| 'server-secret'
	| 'restricted-key'
	| 'private-key'
	| 'connection-uri'
	| 'signing-secret'
	| 'service-role-jwt'
	| 'webhook-url'
	| 'test-key'
	| 'generic'
	| 'encoded';

function verdictFor({ kind, encoded }: FoundSecret): Said | null {
	if (kind === 'publishable') return null;
	return encoded === null ? kind : 'encoded';
}

/**
 * What was not looked at, where it could hold a secret. A single file is not "a repository that could
 * not be read", so it can hide no blocker that the launch hangs on; git's silence about all of it can.
 */
function gapsIn(found: RepositorySecrets) {
	const files = [...found.unreadable, ...found.tooLarge.map((one) => `${one}, over the limit`)];
	return [
		...(found.gitUnread === ''
			? []
			: [cannotSay('unreadable', `What is tracked is unknown: ${found.gitUnread}`)]),
		...(files.length === 0
			? []
			: [
					cannotSay(
						'unreadable',
						`Not read: ${count(files.length, 'file')} (${list(files)})`,
						'high',
					),
				]),
		...(found.truncated
			? [cannotSay('budget', 'There are more files or more secrets than the limits allow.', 'high')]
			: []),
	];
}

const count = (number: number, noun: string): string =>
	`${number} ${noun}${number === 1 ? '' : 's'}`;

function list(lines: readonly string[]): string {
	const rest = lines.length - 5;
	return `${lines.slice(0, 5).join('; ')}${rest > 0 ? `; ${rest} more` : ''}`;
}

const NOTHING = { files: 0, bytes: 0 };

function repository(...secrets: FoundSecret[]): RepositorySecrets {
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

function key(
	about: Partial<FoundSecret>,
	place: FoundSecret['places'][number]['place'] = 'head',
): FoundSecret {
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
		places: [{ file: 'src/pay.ts', line: 3, place, text: "const key = '[redacted]';" }],
		placesInAll: 1,
		rotate: 'https://dashboard.stripe.com/apikeys',
		anchor: 'sk_live_',
		...about,
	};
}
