import {
	at,
	cannotSay,
	type DeployedSecrets,
	defineCheck,
	deployedSecrets,
	deployedSites,
	doesNotApply,
	type FoundSecret,
	minutes,
	optional,
	type RepositoryFingerprints,
	repositoryFingerprints,
	type Severity,
	z,
} from '../../src/sdk.ts';
import { evidenceFor, whereTo } from './_leak.ts';
import {
	furtherPlaces,
	isPassing,
	lookFor,
	type OutputLeak,
	outputLeak,
	placeNames,
	placeOfLeak,
	remarksOf,
	settingOf,
	severityOfTwin,
	type Twin,
	throughServer,
	twinOf,
} from './_output.ts';
import { severityOf } from './_severity.ts';

/** What every leak has in common. */
const served = {
	outcome: 'fail',
	severity: {
		oneOf: ['blocker', 'high', 'later', 'info'],
		pick: (a: OutputLeak): Severity => a.severity,
	},
	says: (a: OutputLeak) =>
		`${a.host} hands every visitor a ${a.name}${a.shown}: it is in ${placeOfLeak(a)}${furtherPlaces(a)}.${remarksOf(a)}`,
	confidence: (a: OutputLeak) => a.confidence,
	control: (a: OutputLeak) => a.control,
	reproduce: lookFor,
	evidence: evidenceFor,
	cause: (a: OutputLeak) => `secret/${a.fingerprint}`,
} as const;

const CACHES =
	'Deploy, purge the CDN, and look again: old bundles keep answering under their old names until they are deleted.';

export default defineCheck({
	id: 'secrets/deployed',
	title: 'What visitors download holds no secret',
	rationale:
		'Everything that a browser receives is public: HTML, scripts, source maps, the data that a page is ' +
		'hydrated with, settings that scripts fetch. Programs collect keys from there all day.',
	references: [
		'CWE-200 (exposure of sensitive information)',
		'CWE-540 (sensitive information in source code)',
	],
	reach: 'trust',
	layer: 'content',
	over: deployedSites,
	options: z.object({}),

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: DeployedSecrets['read'] & { host: string }) =>
				`${a.host} serves no secret: ${count(a.pages, 'page')}, ${count(a.assets, 'script or style sheet', 'scripts and style sheets')}, ` +
				`${count(a.maps, 'source map')} and ${count(a.settings, 'file of settings', 'files of settings')} were read.`,
		},
		'server-secret': {
			...served,
			effort: minutes(90),
			impact: (a: OutputLeak) =>
				`Anybody can copy it from the page and use it: it grants money, data, mail or infrastructure at ${a.provider}. ` +
				'Take it for known already.',
			fix: (a: OutputLeak) => ({
				summary: `Create a new ${a.name} now, then deploy a build without it`,
				steps: [
					`Create a new ${a.name} and revoke this one${whereTo(a.rotate)}. Do not wait for the next deploy; what breaks meanwhile was public.`,
					`Look through the provider's log for use that was not yours since the first deploy that had it.`,
					`Give the new value to the server as ${a.variable}, under a name without a public prefix, and call the provider from a route of your own.`,
					CACHES,
				],
				snippets: [...throughServer(a.variable), ...settingOf(a.variable)],
			}),
		},
		'restricted-key': {
			...served,
			effort: minutes(60),
			impact: (a: OutputLeak) =>
				`Anybody can use it within its scope (${a.name}): post into your channels, use up your quota, read what it may read.`,
			fix: (a: OutputLeak) => ({
				summary: `Create a new ${a.name} and use it from your server alone`,
				steps: [
					`Create a new ${a.name} with the narrowest scope that works and revoke this one${whereTo(a.rotate)}`,
					`Keep it on the server as ${a.variable}; let the browser call a route of your own, which checks who asks and how often.`,
					CACHES,
				],
				snippets: [...throughServer(a.variable), ...settingOf(a.variable)],
			}),
		},
		generic: {
			...served,
			effort: minutes(60),
			impact:
				'Its name says that it is secret, and everybody has it. No provider is known for it, so what it opens is for you to say.',
			fix: (a: OutputLeak) => ({
				summary: 'Take the value out of what browsers get, and replace it where it was issued',
				steps: [
					`If it opens anything, replace it where it was issued and keep the new one on the server as ${a.variable}.`,
					'Let the browser call a route of your own in its place.',
					'If it is made for browsers, give it a name that says so (public, site key), and accept this finding with that reason.',
					CACHES,
				],
				snippets: throughServer(a.variable),
			}),
		},
		'same-as-repository': {
			...served,
			says: (a: OutputLeak) =>
				`The ${a.name}${a.shown} in ${placeOfLeak(a)} is ${twinInWords(a)}: visitors of ${a.host} download the very value that the repository has.${remarksOf(a)}`,
			effort: minutes(90),
			confidence: 'high',
			control:
				'The values were compared themselves, whole, with a fingerprint under a key that stays on this machine.',
			impact: (a: OutputLeak) =>
				a.severity === 'info'
					? 'It is made for browsers; both places have the same one, as they should.'
					: 'It is no sample and no leftover: the value that is in use is public. One rotation ends all of its places.',
			fix: (a: OutputLeak) => ({
				summary:
					a.severity === 'info'
						? 'Nothing needs to be done'
						: `Replace ${a.twin?.variable || 'the value'} once, everywhere`,
				steps:
					a.severity === 'info'
						? []
						: [
								`Create a new ${a.name} and revoke this one${whereTo(a.rotate)}`,
								`Put the new value into ${a.twin?.file ?? 'the env file'} and into the platform as ${a.variable}; find what carries it into the bundle (a public prefix, define, an import of a server module) and take that away.`,
								CACHES,
							],
				snippets: a.severity === 'info' ? [] : settingOf(a.variable),
			}),
		},
	},

	appliesTo: ({ context, name }) => {
		if (context.kind === 'redirect') return `${name} only leads to another host.`;
		return context.kind === 'page' || `${name} serves no pages.`;
	},
	needs: ({ subject }) => ({
		found: deployedSecrets({ host: subject.name, login: subject.login }),
		repository: optional(repositoryFingerprints({ root: subject.repo, history: subject.history })),
	}),

	judge({ given: { found, repository }, subject, now, say }) {
		const host = subject.name;
		if (found.url === null) return doesNotApply(`${host} serves no page.`);
		const tree = repository.status === 'known' ? repository.value : {};
		const nameOf = placeNames();
		const leaks = found.secrets
			.filter((secret) => !isPassing(secret, now))
			.flatMap((secret) => {
				const twin = twinOf(secret) ?? treeTwin(secret, tree);
				const own = severityOf(secret, now) ?? 'info';
				const saying = verdictFor(secret);
				const same = twin === null ? null : severityOfSame(secret, now);
				return [
					...(saying === null ? [] : ([[saying, own]] as const)),
					...(same === null ? [] : ([['same-as-repository', same]] as const)),
				].map(([verdict, severity]) => {
					const told = outputLeak(secret, { host, severity, twin, now });
					const locus = { kind: 'url', name: nameOf(verdict, told.file) } as const;
					return at(locus, say(verdict, told));
				});
			});
		const gaps = [
			...(found.unread === null ? [] : [cannotSay('budget', found.unread)]),
			...(repository.status === 'known'
				? []
				: [cannotSay('unreadable', `Not compared with the repository: ${repository.detail}`)]),
		];
		if (leaks.length > 0 || gaps.length > 0) return [...leaks, ...gaps];
		return say('none', { ...found.read, host });
	},

	examples: (example) => {
		const fine = { status: 'known', value: {} } as const;
		const with_ = (about: Partial<FoundSecret>, tree: RepositoryFingerprints = {}) => ({
			found: site(secret(about)),
			repository: { status: 'known', value: tree } as const,
		});
		const inTree = { '0011223344556677': { file: 'src/pay.ts', line: 3 } };
		const equals = { variable: 'STRIPE_SECRET_KEY', file: '.env.production', line: 3 };
		const soon = { tier: 'generic', kind: 'generic', rule: 'json-web-token' } as const;
		return [
			example('nothing', { found: site(), repository: fine }, 'none'),
			example('no page', { found: { ...site(), url: null }, repository: fine }, 'not-applicable'),
			example('a live key in a script', with_({}), 'server-secret'),
			example('a key for browsers', with_({ tier: 'publishable', kind: 'publishable' }), 'none'),
			example('an id', with_({ tier: 'identifier', kind: 'restricted-key' }), 'none'),
			example('a sandbox key', with_({ tier: 'test', kind: 'test-key' }), 'none'),
			example(
				'a restricted key',
				with_({ tier: 'restricted', kind: 'restricted-key' }),
				'restricted-key',
			),
			example(
				'an address that is signed for thirty days less a second',
				with_({ tier: 'restricted', kind: 'restricted-key', expiresAt: 1_896_047_999 }),
				'none',
				{ now: '2030-01-01T00:00:00Z' },
			),
			example(
				'one that is signed for thirty days',
				with_({ tier: 'restricted', kind: 'restricted-key', expiresAt: 1_896_048_000 }),
				'restricted-key',
				{ now: '2030-01-01T00:00:00Z' },
			),
			example('a password by its name', with_({ tier: 'generic', kind: 'generic' }), 'generic'),
			example('a token without an end', with_(soon), 'generic'),
			example(
				'the value of a server variable',
				with_({ tier: 'test', kind: 'test-key', equals }),
				'same-as-repository',
			),
			example(
				'a key for browsers that the tree has too',
				with_({ tier: 'publishable', kind: 'publishable' }, inTree),
				'same-as-repository',
			),
			example(
				'a repository that could not be read',
				{ found: site(), repository: { status: 'unknown', because: 'unreadable', detail: 'x' } },
				'unknown',
			),
			example(
				'a bundle that was cut',
				{ found: { ...site(), unread: 'app.js is larger than what is read' }, repository: fine },
				'unknown',
			),
		];
	},
});

type Said = 'server-secret' | 'restricted-key' | 'generic';

function verdictFor({ tier }: FoundSecret): Said | null {
	switch (tier) {
		case 'server':
			return 'server-secret';
		case 'restricted':
			return 'restricted-key';
		case 'generic':
			return 'generic';
		case 'test':
		case 'publishable':
		case 'identifier':
			return null;
	}
}

function treeTwin({ fingerprint }: FoundSecret, tree: RepositoryFingerprints): Twin | null {
	const place = tree[fingerprint];
	return place === undefined ? null : { variable: '', ...place };
}

/** What has no provider and stands in the source of the front end is no more than what is served. */
function severityOfSame(secret: FoundSecret, now: Date): Severity {
	const isOnlySource = secret.tier === 'generic' && secret.equals === undefined;
	return isOnlySource ? (severityOf(secret, now) ?? 'info') : severityOfTwin(secret, now);
}

function twinInWords({ twin }: OutputLeak): string {
	if (twin === null) return 'the one of the repository';
	const place = `${twin.file}:${twin.line}`;
	return twin.variable === '' ? `the one in ${place}` : `${twin.variable} of ${place}`;
}

function count(number: number, one: string, several = `${one}s`): string {
	return `${number} ${number === 1 ? one : several}`;
}

function site(...secrets: FoundSecret[]): DeployedSecrets {
	return {
		url: 'https://example.com/',
		secrets,
		read: { pages: 1, assets: 3, maps: 0, settings: 0 },
		unread: null,
	};
}

function secret(about: Partial<FoundSecret>): FoundSecret {
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
		places: [{ file: 'https://example.com/app.js', line: 1, place: 'client', text: '[redacted]' }],
		placesInAll: 1,
		rotate: 'https://dashboard.stripe.com/apikeys',
		anchor: 'sk_live_',
		...about,
	};
}
