import {
	at,
	type CorsAnswer,
	type CorsLook,
	type CorsSurvey,
	cannotSay,
	corsSurvey,
	defineCheck,
	isEchoed,
	type Judgement,
	type OriginKind,
	type Say,
	toldSites,
	z,
} from '../../src/sdk.ts';
import { CORS_VERDICTS } from './_cors-verdicts.ts';

export default defineCheck({
	id: 'headers/cors',
	title: 'No foreign website can read answers in the visitor’s name',
	rationale:
		'Browsers keep websites from reading each other’s answers, unless a server says otherwise. One that says ' +
		'so to everybody, with cookies, gives its customers’ data to any page that they visit.',
	references: [
		'Fetch Standard, "CORS protocol" and "CORS check"',
		'Fetch Standard, "CORS protocol and HTTP caches" (Vary: Origin)',
		'OWASP Web Security Testing Guide: Testing Cross Origin Resource Sharing',
	],
	reach: 'sign-in',
	layer: 'content',

	over: toldSites,
	options: z.object({}),

	verdicts: CORS_VERDICTS,

	appliesTo: ({ context: { kind } }) => kind !== 'redirect' || 'It only redirects to another host.',
	needs: ({ subject: { name: host, apex, siblings, endpoints, seed, login } }) => ({
		survey: corsSurvey({
			host,
			apex,
			siblings: [...siblings],
			endpoints: [...endpoints],
			seed,
			login,
		}),
	}),

	judge({ given: { survey }, subject, say }) {
		const { looks, unseen } = survey;
		const found = looks.flatMap((look) =>
			faultsOf(look, survey, subject.apex, say).map((one) =>
				at({ kind: 'url', name: look.url }, one),
			),
		);
		const [first] = unseen;
		if (first !== undefined) return [...found, cannotSay('inconclusive', first, 'high')];
		if (found.length > 0) return found;
		return say('restrained', { host: subject.name, urls: looks.map(({ url }) => url) });
	},

	examples: (example) => [
		example('no CORS at all', asked({}), 'restrained'),
		example('everybody, without cookies', asked({ allow: () => '*' }), 'restrained'),
		example('one origin for all', asked({ allow: () => OWN, credentials: true }), 'restrained'),
		example('a list', asked({ allow: echo(isOwn), credentials: true, vary: true }), 'restrained'),
		example(
			'every origin, without cookies',
			asked({ allow: echo(() => true), vary: true }),
			'restrained',
		),
		example(
			'every origin',
			asked({ allow: echo(() => true), credentials: true }),
			'reflects-any-origin',
		),
		example(
			'every origin, of an API that asks to sign in',
			asked({ allow: echo(() => true), credentials: true, status: 401 }),
			'reflects-any-origin',
		),
		example(
			'null',
			asked({ allow: echo((origin) => origin === 'null'), credentials: true }),
			'allows-null',
		),
		example('null for everybody', asked({ allow: () => 'null', credentials: true }), 'allows-null'),
		example(
			'null without cookies',
			asked({ allow: echo((origin) => origin === 'null'), vary: true }),
			'restrained',
		),
		example(
			'by its beginning',
			asked({ allow: echo((origin) => origin.startsWith(OWN)), credentials: true }),
			'matches-suffix',
		),
		example(
			'by its end',
			asked({ allow: echo((origin) => origin.endsWith('example.com')), credentials: true }),
			'matches-prefix',
		),
		example(
			'without TLS',
			asked({
				allow: echo((origin) => /^https?:\/\/example\.com$/.test(origin)),
				credentials: true,
				vary: true,
			}),
			'allows-http-origin',
		),
		example(
			'without TLS, without cookies',
			asked({ allow: echo((origin) => /^https?:\/\/example\.com$/.test(origin)), vary: true }),
			'restrained',
		),
		example(
			'* with cookies',
			asked({ allow: () => '*', credentials: true }),
			'star-with-credentials',
		),
		example(
			'a list, and caches not told',
			asked({ allow: echo(isOwn), credentials: true }),
			'no-vary',
		),
		example(
			'a list, and nothing that a cache keeps',
			asked({ allow: echo(isOwn), credentials: true, status: 401, storable: false }),
			'restrained',
		),
		example('two fields', asked({ allow: () => ['*', '*'] }), 'sent-twice'),
		example('a comma', asked({ allow: () => '*, https://example.com' }), 'sent-twice'),
		example(
			'a gatekeeper',
			{ survey: { looks: [], sessions: [], unseen: ['https://example.com/: it refuses us'] } },
			'unknown',
		),
	],
});

type SayCors = Say<typeof CORS_VERDICTS>;
type Said = Judgement<keyof typeof CORS_VERDICTS> & {
	readonly verdict: keyof typeof CORS_VERDICTS;
};

function faultsOf(look: CorsLook, survey: CorsSurvey, apex: string, say: SayCors): readonly Said[] {
	const { url, answers } = look;
	const told = (answer: CorsAnswer) => ({ url, apex, origin: answer.origin });
	const twice = answers.find(isSeveral);
	if (twice !== undefined) {
		return [say('sent-twice', { ...told(twice), values: twice.allowed.slice(0, 4).map(cut) })];
	}
	const star = answers.find(({ allowed, credentials }) => allowed[0] === '*' && credentials);
	const unvaried = answers.find((one) => one.storable && !one.varies);
	return [
		...letIn(look, survey, told, say),
		...(star === undefined ? [] : [say('star-with-credentials', told(star))]),
		...(isDependent(answers) && unvaried !== undefined ? [say('no-vary', told(unvaried))] : []),
	];
}

/** Who may read with cookies and should not; the widest fault stands for those that it includes. */
function letIn(
	look: CorsLook,
	survey: CorsSurvey,
	told: (answer: CorsAnswer) => { url: string; apex: string; origin: string },
	say: SayCors,
): readonly Said[] {
	const echoed = (kind: OriginKind) =>
		look.answers.find((one) => one.kind === kind && isEchoed(one, true));
	const random = echoed('random');
	if (random !== undefined) {
		const perUser = whyPerUser(look, survey);
		return [say('reflects-any-origin', { ...told(random), perUser })];
	}
	const nobody = look.answers.find(
		({ allowed, credentials }) => allowed[0] === 'null' && credentials,
	);
	const imitated = (
		[
			['matches-suffix', 'suffix'],
			['matches-prefix', 'prefix'],
			['allows-http-origin', 'http'],
		] as const
	).flatMap(([verdict, kind]) => {
		const answer = echoed(kind);
		return answer === undefined ? [] : [say(verdict, told(answer))];
	});
	return [
		...(nobody === undefined ? [] : [say('allows-null', { ...told(nobody), origin: 'null' })]),
		...imitated,
	];
}

/** Paths whose body is about whoever asks, in nearly every API. */
const PERSONAL =
	/\/(?:me|accounts?|profile|sessions?|viewer|whoami|current[-_]?user|userinfo)\/?$/i;

/**
 * What shows that the body is about the visitor who asks, in words; `null` where nothing does. Seen
 * without signing in, so by signs alone: data that strangers are refused, data that depends on cookies,
 * data at an address that is about oneself. None counts where browsers keep the session cookies from
 * foreign sites (SameSite), or where a token and no cookie signs in.
 */
function whyPerUser(look: CorsLook, { sessions }: CorsSurvey): string | null {
	if (!look.isData || look.challenge === 'bearer') return null;
	const isKept = ({ sameSite }: CorsSurvey['sessions'][number]) =>
		sameSite === 'lax' || sameSite === 'strict';
	if (sessions.length > 0 && sessions.every(isKept)) return null;
	if (look.status === 401 || look.status === 403) {
		return `it has data for those who are signed in (strangers get ${look.status})`;
	}
	if (look.variesByCookie) return 'its data depends on the visitor’s cookies (Vary: Cookie)';
	return PERSONAL.test(new URL(look.url).pathname) ? 'its data is about whoever asks' : null;
}

function isSeveral({ allowed }: CorsAnswer): boolean {
	return allowed.length > 1 || allowed.some((value) => value.includes(','));
}

function isDependent(answers: readonly CorsAnswer[]): boolean {
	const values = new Set(answers.map(({ allowed }) => allowed[0] ?? ''));
	return (
		values.size > 1 ||
		answers.some((one) => one.allowed[0] !== undefined && isEchoed(one) && one.kind === 'random')
	);
}

function cut(value: string): string {
	return value.length > 80 ? `${value.slice(0, 80)}…` : value;
}

const OWN = 'https://example.com';
const SEED = '0'.repeat(16);

const ORIGINS: readonly (readonly [kind: OriginKind, origin: string])[] = [
	['random', `https://lr-${SEED}.example`],
	['null', 'null'],
	['own', OWN],
	['suffix', `${OWN}.lr-${SEED}.test`],
	['prefix', `https://lr-${SEED}example.com`],
	['http', 'http://example.com'],
];

function isOwn(origin: string): boolean {
	return origin === OWN;
}

function echo(accepts: (origin: string) => boolean) {
	return (origin: string) => (accepts(origin) ? origin : []);
}

interface Asked {
	/** Access-Control-Allow-Origin for an origin; none unless given. */
	readonly allow?: (origin: string) => string | readonly string[];
	readonly credentials?: boolean;
	readonly vary?: boolean;
	readonly status?: number;
	readonly storable?: boolean;
}

function asked({
	allow = () => [],
	credentials = false,
	vary = false,
	status = 200,
	storable = true,
}: Asked): { survey: CorsSurvey } {
	const answers = ORIGINS.map(([kind, origin]) => {
		const allowed = [allow(origin)].flat();
		return { kind, origin, status, allowed, credentials, varies: vary, storable };
	});
	const url = 'https://example.com/api';
	const look = { url, answers, isData: true, status, challenge: null, variesByCookie: false };
	return { survey: { looks: [look], sessions: [], unseen: [] } };
}
