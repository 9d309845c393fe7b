import {
	defineCheck,
	type LoadRefusal,
	loadPermit,
	loadTargets,
	PROOF_FILE,
	type Verdict,
	z,
} from '../../src/sdk.ts';

type Named = Extract<LoadRefusal, { readonly policy: string }>;
type Unproved = Extract<LoadRefusal, { readonly token: string }>;

export default defineCheck({
	id: 'load/refused',
	title: 'The load may be put on this URL',
	rationale:
		'A load on other people’s servers is an attack to them, and ends with a blocked account: a sign-in that is ' +
		'bought, or a platform that wants to be asked, is not loaded without its word.',
	references: [
		'Auth0 Load Testing Policy',
		'Vercel Fair Use Guidelines',
		'RFC 8615 (well-known URIs)',
	],
	reach: 'upkeep',
	layer: 'server',

	over: loadTargets,
	options: z.object({}),

	verdicts: {
		allowed: {
			outcome: 'pass',
			says: (a: { url: string; shownBy: string }) =>
				`${a.url} may be loaded${a.shownBy === '' ? '' : `: control of its host is shown by ${a.shownBy}`}.`,
		},
		'third-party-login': {
			outcome: 'unknown',
			reason: 'denied',
			couldBe: 'blocker',
			says: (a: Named & { url: string }) =>
				`${a.url} was not loaded: the sign-in of ${a.host} belongs to ${a.provider} (${a.by}). Sign in against a stub of your own and ` +
				`load what comes behind it, or ask ${a.provider} (${a.policy}) and write its word into the config as load.approval.`,
		},
		'platform-policy': {
			outcome: 'unknown',
			reason: 'denied',
			couldBe: 'blocker',
			says: (a: Named & { url: string }) =>
				`${a.url} was not loaded: ${a.provider} wants to be asked before any load test (${a.by}). Ask it (${a.policy}) and ` +
				'write its word into the config as load.approval, or load the same build on a server of your own.',
		},
		'no-proof-of-control': {
			outcome: 'unknown',
			reason: 'denied',
			couldBe: 'blocker',
			says: (a: Unproved & { url: string }) =>
				`${a.url} was not loaded: ${whatNeedsProof(a)} needs a proof that ${a.host} is yours, and ${a.found}. Publish ` +
				`${[...a.names.map((name) => `TXT ${name}. "${a.token}"`), `the line ${a.token} at ${a.file}`].join(', or ')}. ` +
				'The token is of this machine’s user; elsewhere give the same LAUNCH_READY_LOAD_KEY in the environment.',
		},
	},
	decisive: true,

	needs: ({ subject }) => ({ permit: loadPermit({ plan: subject.plan }) }),

	judge({ given: { permit }, subject, say }) {
		const { refusals, shownBy } = permit;
		if (refusals.length === 0) return say('allowed', { url: subject.name, shownBy });
		return refusals.map(
			(one): Verdict<LoadRefusal['why']> =>
				one.why === 'no-proof-of-control'
					? say(one.why, { ...one, url: subject.name, names: [...one.names] })
					: say(one.why, { ...one, url: subject.name }),
		);
	},

	examples: (example) => {
		const permit = (refusals: readonly LoadRefusal[], shownBy = '') => ({
			permit: { refusals, isPage: false, redirectsTo: null, shownBy },
		});
		const auth0 = {
			host: 'login.example.com',
			provider: 'Auth0',
			policy: 'https://auth0.com/docs/',
			by: 'login.example.com is an alias of example.edge.tenants.auth0.com',
		};
		return [
			example('25 users at a host of one’s own', permit([]), 'allowed'),
			example('more, with the token published', permit([], 'a TXT record'), 'allowed'),
			example(
				'a bought sign-in',
				permit([{ why: 'third-party-login', ...auth0 }]),
				'third-party-login',
			),
			example(
				'a platform that wants to be asked',
				permit([{ why: 'platform-policy', ...auth0, provider: 'Vercel' }]),
				'platform-policy',
			),
			example(
				'26 users without a proof',
				permit([
					{
						why: 'no-proof-of-control',
						host: 'api.example.com',
						users: 26,
						method: 'GET',
						token: 'launch-ready-00',
						names: ['_launch-ready.api.example.com'],
						file: `https://api.example.com${PROOF_FILE}`,
						found: 'nothing is published there',
					},
				]),
				'no-proof-of-control',
			),
		];
	},
});

function whatNeedsProof({ users, method }: Pick<Unproved, 'users' | 'method'>): string {
	const isRead = method === 'GET' || method === 'HEAD';
	return isRead ? `a load of ${users} users` : `a load with ${method}`;
}
