import {
	advice,
	at,
	cannotSay,
	type DeployedSecrets,
	defineCheck,
	deployedSecrets,
	doesNotApply,
	type FoundSecret,
	minutes,
	type PublicKey,
	type PublicKeys,
	publicKeys,
	sites,
	z,
} from '../../src/sdk.ts';
import { placeNames } from './_output.ts';

type Key = {
	readonly host: string;
	readonly name: string;
	/** ` (pk_l…, 107 characters)`. */
	readonly shown: string;
	readonly file: string;
	readonly line: number;
	readonly fingerprint: string;
	readonly text: string;
	/** Where its limits are set. */
	readonly console: string;
	readonly limit: string;
};

type TestKey = {
	readonly host: string;
	readonly kind: PublicKey['kind'];
	readonly shown: string;
	readonly place: string;
};

const PROVIDER = { stripe: 'Stripe', paystack: 'Paystack', clerk: 'Clerk' } as const;

/** What keeps a key for browsers from being used by somebody else's page, by rule. */
const LIMITS: Readonly<Record<string, string>> = {
	'google-api-key':
		'Google Cloud console > APIs & Services > Credentials > the key: "Websites" with your origins, and "Restrict key" to the APIs that the page calls',
	'mapbox-public-token':
		'Mapbox account > Access tokens > the token: add your origins under "Token restrictions", and public scopes alone',
	'posthog-project-key': 'PostHog > Project settings > Authorised URLs: your origins',
	'segment-write-key':
		'Segment > the source > Settings > Filters and Schema: block events that you do not plan',
	'mixpanel-project-token':
		'Mixpanel > Data settings: a tracking plan, and filters for events from elsewhere',
	'amplitude-api-key': 'Amplitude > Data > Ingestion filters: block events from other origins',
	'sentry-dsn':
		'Sentry > Project settings > Security & Privacy > Allowed Domains: your origins; and a spike limit for the key under Client Keys',
	'datadog-client-token':
		'Datadog > Organization Settings > Client Tokens: one token a site, and a quota on what it ingests',
	'new-relic-browser-key':
		'New Relic > API keys: one browser key a site, and a limit on data ingest',
};

const shared = {
	outcome: 'fail',
	severity: 'info',
	effort: minutes(10),
	cause: (a: Key) => `secret/${a.fingerprint}`,
	evidence: ({ file, line, text }: Key) => [
		{ kind: 'http', summary: `${file}:${line}`, detail: text },
	],
} as const;

export default defineCheck({
	id: 'secrets/public-by-design',
	title: 'Keys that browsers get are made for browsers',
	rationale:
		'Some keys must be in the page. They are listed, so that nobody takes them for leaks, and so that ' +
		'their limits, which cannot be seen from outside, are set on purpose.',
	references: [
		'Stripe documentation: API keys',
		'Google Cloud documentation: Adding restrictions to API keys',
		'Mapbox documentation: Token restrictions',
	],
	reach: 'upkeep',
	layer: 'content',
	over: sites,
	options: z.object({}),

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { host: string }) => `${a.host} gives browsers no key of a known provider.`,
		},
		expected: {
			...shared,
			says: (a: Key) =>
				`${a.host} gives browsers a ${a.name}${a.shown}, in ${a.file}: it is made for that.`,
			impact: 'None: the provider means it to be public.',
			fix: advice('Nothing needs to be done'),
		},
		'unrestricted-risk': {
			...shared,
			says: (a: Key) =>
				`${a.host} gives browsers a ${a.name}${a.shown}, in ${a.file}: whether it works from your pages alone cannot be seen from outside.`,
			impact:
				'Without limits anybody can copy it into their own page, run up your bill or fill your statistics.',
			fix: (a: Key) => advice('Limit the key to your origins in its console', a.limit, a.console),
		},
		'test-key-live': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(30),
			says: (a: TestKey) =>
				`${a.host} works with a test key of ${PROVIDER[a.kind]}, ${a.shown}, in ${a.place}: it is public by design, and of the wrong mode.`,
			impact: (a: TestKey) =>
				a.kind === 'clerk'
					? 'Customers sign up into a development instance, which holds 100 of them at most.'
					: 'Payments go to the sandbox: orders come in and no money does.',
			fix: (a: TestKey) =>
				advice(
					`Build the production site with the live publishable key of ${PROVIDER[a.kind]}`,
					'Set the pk_live_ key in the production environment of the platform, and the secret key that belongs to it on the server.',
					'Build and deploy again: the key is put in when the site is built.',
				),
			reproduce: (a: TestKey) =>
				`curl -sSL https://${a.host}/ | grep -o 'pk_test_[A-Za-z0-9]\\{4\\}'`,
			// The owner of the condition.
			cause: (a: TestKey) =>
				`launch/test-keys/${a.kind === 'clerk' ? 'clerk-development-key' : 'stripe-test-key'}`,
		},
	},

	appliesTo: ({ context, name }) => {
		if (context.kind === 'redirect') return `${name} only leads to another host.`;
		return context.kind === 'page' || `${name} serves no pages.`;
	},
	needs: ({ subject }) => ({
		found: deployedSecrets({ host: subject.name, login: subject.login }),
		keys: publicKeys({ host: subject.name, login: subject.login }),
	}),

	judge({ given: { found, keys }, subject, say }) {
		const host = subject.name;
		if (found.url === null) return doesNotApply(`${host} serves no page.`);
		const nameOf = placeNames();
		const listed = found.secrets.filter(isForBrowsers).map((secret) => {
			const told = keyOf(secret, host);
			const verdict = LIMITS[secret.rule] === undefined ? 'expected' : 'unrestricted-risk';
			return at({ kind: 'url', name: nameOf(verdict, told.file) }, say(verdict, told));
		});
		const tests = subject.context.stage === 'staging' ? [] : keys.keys.filter(isTest);
		const wrong = tests.map(({ kind, shown, place }) =>
			at(
				{ kind: 'url', name: `${found.url} (${shown})` },
				say('test-key-live', { host, kind, shown, place }),
			),
		);
		const all = [...listed, ...wrong];
		if (found.unread !== null) return [...all, cannotSay('budget', found.unread)];
		return all.length > 0 ? all : say('none', { host });
	},

	examples: (example) => {
		const nothing: PublicKeys = { url: 'https://example.com/', keys: [], read: 3, unread: null };
		const testKey: PublicKey = {
			kind: 'stripe',
			mode: 'test',
			shown: 'pk_test_51Ab…',
			fingerprint: '0123abcd',
			instance: null,
			place: 'an inline script of https://example.com/',
		};
		const seeing = (...secrets: FoundSecret[]) => ({ found: site(...secrets), keys: nothing });
		return [
			example('no key', seeing(), 'none'),
			example('Stripe’s live key', seeing(key({})), 'expected'),
			example(
				'a key for maps',
				seeing(key({ rule: 'google-api-key', provider: 'Google', what: 'API key' })),
				'unrestricted-risk',
			),
			example('a secret is no key for browsers', seeing(key({ tier: 'server' })), 'none'),
			example(
				'a test key on the live site',
				{ found: site(key({ preview: 'pk_t' })), keys: { ...nothing, keys: [testKey] } },
				'test-key-live',
			),
			example(
				'a live key beside it',
				{ found: site(), keys: { ...nothing, keys: [{ ...testKey, mode: 'live' }] } },
				'none',
			),
			example(
				'a test key on a test site',
				{ found: site(), keys: { ...nothing, keys: [testKey] } },
				'none',
				{ subject: { context: { ...sites.sample.context, stage: 'staging' } } },
			),
			example('no page', { found: { ...site(), url: null }, keys: nothing }, 'not-applicable'),
			example(
				'a bundle that was cut',
				{ found: { ...site(), unread: 'app.js is larger than what is read' }, keys: nothing },
				'unknown',
			),
		];
	},
});

/** Test keys are the other verdict's. */
const isForBrowsers = ({ tier, preview }: FoundSecret): boolean =>
	tier === 'publishable' && preview !== 'pk_t';

const isTest = ({ mode }: PublicKey): boolean => mode === 'test';

function keyOf(secret: FoundSecret, host: string): Key {
	const [place] = secret.places;
	const { file = '', line = 1, text = '' } = place ?? {};
	const preview = secret.preview === '' ? '' : `${secret.preview}…, `;
	return {
		host,
		name: `${secret.provider} ${secret.what}`,
		shown: ` (${preview}${secret.length} characters)`,
		file,
		line,
		fingerprint: secret.fingerprint,
		text,
		console: secret.rotate,
		limit: LIMITS[secret.rule] ?? '',
	};
}

function site(...secrets: FoundSecret[]): DeployedSecrets {
	return {
		url: 'https://example.com/',
		secrets,
		read: { pages: 1, assets: 3, maps: 0, settings: 0 },
		unread: null,
	};
}

function key(about: Partial<FoundSecret>): FoundSecret {
	return {
		rule: 'stripe-publishable-key',
		provider: 'Stripe',
		what: 'publishable key',
		tier: 'publishable',
		kind: 'publishable',
		confidence: 'high',
		state: 'none',
		expiresAt: null,
		local: false,
		encrypted: false,
		published: false,
		paired: false,
		encoded: null,
		preview: 'pk_l',
		length: 107,
		fingerprint: '8899aabbccddeeff',
		variable: '',
		inProduction: false,
		places: [{ file: 'https://example.com/app.js', line: 1, place: 'client', text: '[redacted]' }],
		placesInAll: 1,
		rotate: 'https://dashboard.stripe.com/apikeys',
		anchor: 'pk_live_',
		...about,
	};
}
