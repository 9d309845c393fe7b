import {
	advice,
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	minutes,
	type PublicKey,
	type PublicKeys,
	perPlatform,
	publicKeys,
	sites,
	z,
} from '../../src/sdk.ts';

type Key = {
	readonly host: string;
	readonly kind: PublicKey['kind'];
	readonly shown: string;
	readonly fingerprint: string;
	readonly place: string;
	readonly instance: string | null;
	/** A live key of the same provider stands beside it. */
	readonly live: boolean;
};

const PROVIDER = { stripe: 'Stripe', paystack: 'Paystack', clerk: 'Clerk' } as const;

/** Where it stands, be that the page or a script of its. */
const reproduce = (a: Key) => {
	const url = /https?:\/\/\S+/.exec(a.place)?.[0] ?? `https://${a.host}/`;
	return `curl -sSL '${url.replaceAll("'", '%27')}' | grep -o 'pk_test_[A-Za-z0-9]\\{4\\}'`;
};
const keyOf = (a: Key) => `${a.shown} (fingerprint ${a.fingerprint})`;
const CONTROL =
	'Counted only where it is a whole string or attribute that code works with; comments and text that shows a key are left out.';

export default defineCheck({
	id: 'launch/test-keys',
	title: 'Payments and sign-ins work with live keys',
	rationale:
		'With the test key of a payment provider, orders come in and no money does; with the development instance of ' +
		'a sign-in provider, customers sign up into a store that is thrown away.',
	references: [
		'Stripe documentation: API keys, test mode',
		'Clerk documentation: instances and environments',
	],
	reach: 'sign-in',
	layer: 'content',
	over: sites,
	options: z.object({}),

	verdicts: {
		'no-test-key': {
			outcome: 'pass',
			says: (a: { host: string; read: number; live: number }) =>
				`${a.host} uses no test key of a payment or sign-in provider (${a.read} pages and scripts read` +
				`${a.live === 0 ? '' : `, ${a.live} live ${a.live === 1 ? 'key' : 'keys'}`}).`,
		},
		'stripe-test-key': {
			outcome: 'fail',
			severity: { oneOf: ['blocker', 'high'], pick: (a: Key) => (a.live ? 'high' : 'blocker') },
			effort: minutes(30),
			says: (a: Key) =>
				`${a.host} uses a test key of ${PROVIDER[a.kind]}, ${keyOf(a)}, in ${a.place}` +
				`${a.live ? '; a live key stands beside it' : ''}.`,
			impact: (a: Key) =>
				a.live
					? 'Some payments may go through the test account: customers believe that they have paid, and no money arrives.'
					: 'Real cards are declined, or orders are taken and nobody pays: test mode moves no money.',
			fix: (a: Key) =>
				perPlatform(
					`Build the production site with the live publishable key of ${PROVIDER[a.kind]}.`,
					{
						vercel:
							'vercel env rm NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY production\nvercel env add NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY production   # paste the pk_live_ key',
						netlify: 'netlify env:set STRIPE_PUBLISHABLE_KEY <pk_live_ key> --context production',
						heroku: 'heroku config:set STRIPE_PUBLISHABLE_KEY=<pk_live_ key>',
						fly: 'fly secrets set STRIPE_PUBLISHABLE_KEY=<pk_live_ key>',
						cloudflare:
							'Workers & Pages > your project > Settings > Variables > Production: set the pk_live_ key, then deploy again',
						wordpress: 'WooCommerce > Settings > Payments > Stripe: untick "Enable test mode"',
					},
					`Copy the key from the dashboard of ${PROVIDER[a.kind]} with test mode switched off, and replace the secret key on the server together with it: a live and a test key do not work with each other.`,
					'Create the webhooks, prices and products in live mode too; those of test mode do not exist there.',
					'The key is put in when the site is built: build and deploy again, and look for pk_test_ in the page once more.',
				),
			control: CONTROL,
			reproduce,
		},
		'clerk-development-key': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(60),
			says: (a: Key) =>
				`${a.host} signs customers in at a development instance of Clerk, ${a.instance} (${keyOf(a)}, in ${a.place}).`,
			impact:
				'Customers see a "Development mode" notice, only 100 of them can sign up, and their accounts do not move to production.',
			fix: () =>
				advice(
					'Create a production instance at Clerk and build the site with its pk_live_ key.',
					'Clerk dashboard: Create production instance, then set the DNS records that it shows (clerk.<domain>, accounts.<domain> and those for mail).',
					'Set NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY and CLERK_SECRET_KEY of the production environment to the new pair.',
					'Enter your own OAuth credentials for Google, GitHub and others: development instances share those of Clerk.',
					'Build and deploy again.',
				),
			control: `${CONTROL} Decoded from base64, the key names the instance.`,
			reproduce,
		},
	},

	appliesTo: ({ context, name }) => {
		if (context.stage === 'staging') return 'A test site works with test keys.';
		if (context.kind === 'redirect') return `${name} only leads to another host.`;
		return context.kind === 'page' || `${name} serves no pages.`;
	},
	needs: ({ subject }) => ({
		found: publicKeys({ host: subject.name, login: subject.login }),
	}),

	judge({ given, subject, say }) {
		const host = subject.name;
		const { url, keys, read, unread } = given.found;
		if (url === null) return doesNotApply(`${host} serves no page.`);
		const found = keys
			.filter(({ mode }) => mode === 'test')
			.map(({ kind, shown, fingerprint, place, instance }) => {
				const live = keys.some((one) => one.mode === 'live' && one.kind === kind);
				const args = { host, kind, shown, fingerprint, place, instance, live };
				const verdict = kind === 'clerk' ? 'clerk-development-key' : 'stripe-test-key';
				return at({ kind: 'url', name: `${url} (${shown})` }, say(verdict, args));
			});
		if (unread !== null) return [...found, cannotSay('budget', unread)];
		return found.length > 0 ? found : say('no-test-key', { host, read, live: keys.length });
	},

	examples: (example) => {
		const key = (kind: PublicKey['kind'], mode: PublicKey['mode']): PublicKey => ({
			kind,
			mode,
			shown: `pk_${mode}_51Ab…`,
			fingerprint: '0123abcd',
			instance: kind === 'clerk' ? 'calm-cow-1.clerk.accounts.dev' : null,
			place: 'an inline script of https://example.com/',
		});
		const given = (keys: readonly PublicKey[], more: Partial<PublicKeys> = {}) => ({
			found: { url: 'https://example.com/', keys, read: 3, unread: null, ...more },
		});
		return [
			example('no key', given([]), 'no-test-key'),
			example('a live key', given([key('stripe', 'live')]), 'no-test-key'),
			example('Stripe’s test key', given([key('stripe', 'test')]), 'stripe-test-key'),
			example('Paystack’s test key', given([key('paystack', 'test')]), 'stripe-test-key'),
			example(
				'both of Stripe’s',
				given([key('stripe', 'test'), key('stripe', 'live')]),
				'stripe-test-key',
			),
			example('Clerk’s development key', given([key('clerk', 'test')]), 'clerk-development-key'),
			example('Clerk’s live key', given([key('clerk', 'live')]), 'no-test-key'),
			example('a script that was not read', given([], { unread: 'too large' }), 'unknown'),
			example('no page', given([], { url: null }), 'not-applicable'),
		];
	},
});
