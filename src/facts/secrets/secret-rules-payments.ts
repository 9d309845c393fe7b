import {
	named,
	PUBLISHABLE,
	RESTRICTED,
	rule,
	type SecretRule,
	SIGNING,
	TEST,
} from './secret-rule.ts';

const STRIPE = 'https://dashboard.stripe.com/apikeys';
const STRIPE_HOOKS = 'https://dashboard.stripe.com/webhooks';
const SQUARE = 'https://developer.squareup.com/apps';
const SHOPIFY = 'https://admin.shopify.com/';

/** Payments, banking and commerce. */
export const PAYMENTS: readonly SecretRule[] = [
	rule('Stripe', 'secret key', STRIPE, 'sk_live_{b62:10-247}'),
	rule('Stripe', 'restricted key', STRIPE, 'rk_live_{b62:10-247}', RESTRICTED),
	rule('Stripe', 'test secret key', STRIPE, ['sk_test_{b62:10-247}', 'rk_test_{b62:10-247}'], TEST),
	rule(
		'Stripe',
		'publishable key',
		STRIPE,
		['pk_live_{b62:10-247}', 'pk_test_{b62:10-247}'],
		PUBLISHABLE,
	),
	rule('Stripe', 'webhook signing secret', STRIPE_HOOKS, 'whsec_{b64p:32-90}', SIGNING),
	rule(
		'Stripe',
		'client secret',
		STRIPE,
		['pi_{b62:14-30}_secret_{b62:20-40}', 'seti_{b62:14-30}_secret_{b62:20-40}'],
		{ ...RESTRICTED, anchors: ['_secret_'], before: 36 },
	),
	rule(
		'PayPal',
		'client secret',
		'https://developer.paypal.com/dashboard/applications/live',
		'{u:80}',
		named('paypal'),
	),
	rule(
		'PayPal',
		'access token',
		'https://developer.paypal.com/dashboard/applications/live',
		'A21AA{u:80-110}',
		RESTRICTED,
	),
	rule(
		'Braintree',
		'private key',
		'https://www.braintreegateway.com/login',
		'{hex:32}',
		named('braintree'),
	),
	rule(
		'Braintree',
		'access token',
		'https://www.braintreegateway.com/login',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the dollar sign is the token's own.
		'access_token$production${low:16}${hex:32}',
	),
	rule(
		'Braintree',
		'sandbox token',
		'https://sandbox.braintreegateway.com/login',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the dollar sign is the token's own.
		'access_token$sandbox${low:16}${hex:32}',
		TEST,
	),
	rule('Square', 'access token', SQUARE, ['EAAA{u:60}', 'sq0atp-{u:22}'], {
		anchors: ['eaaa', 'sq0atp-'],
	}),
	rule('Square', 'OAuth secret', SQUARE, 'sq0csp-{u:43}'),
	rule('Square', 'application id', SQUARE, 'sq0idp-{u:22}', PUBLISHABLE),
	rule('Plaid', 'access token', 'https://dashboard.plaid.com/developers/keys', [
		'access-production-{uuid}',
		'access-development-{uuid}',
	]),
	rule(
		'Plaid',
		'sandbox token',
		'https://dashboard.plaid.com/developers/keys',
		'access-sandbox-{uuid}',
		TEST,
	),
	rule(
		'Plaid',
		'secret',
		'https://dashboard.plaid.com/developers/keys',
		'{hex:30}',
		named('plaid'),
	),
	rule(
		'Razorpay',
		'test key id',
		'https://dashboard.razorpay.com/app/keys',
		'rzp_test_{b62:14}',
		TEST,
	),
	rule('Razorpay', 'key id', 'https://dashboard.razorpay.com/app/keys', 'rzp_live_{b62:14}', {
		tier: 'identifier',
		pair: { template: '{b62:24}', rule: 'razorpay-key-secret' },
	}),
	rule(
		'Razorpay',
		'key secret',
		'https://dashboard.razorpay.com/app/keys',
		'{b62:24}',
		named('razorpay'),
	),
	rule(
		'Paddle',
		'API key',
		'https://vendors.paddle.com/authentication-v2',
		'pdl_live_apikey_{low:26}_{b62:22}_{b62:3}',
	),
	rule(
		'Paddle',
		'sandbox API key',
		'https://sandbox-vendors.paddle.com/authentication-v2',
		'pdl_sdbx_apikey_{low:26}_{b62:22}_{b62:3}',
		TEST,
	),
	rule(
		'Lemon Squeezy',
		'API key',
		'https://app.lemonsqueezy.com/settings/api',
		'eyJ{u:20-60}.eyJ{u:60-900}.{u:300-900}',
		{
			names: ['lemonsqueezy', 'lemon_squeezy'],
			confidence: 'high',
		},
	),
	rule('Polar', 'token', 'https://polar.sh/settings', [
		'polar_oat_{u:32-60}',
		'polar_pat_{u:32-60}',
	]),
	rule('Flutterwave', 'secret key', 'https://app.flutterwave.com/dashboard/settings/apis', [
		'FLWSECK-{hex:32}-X',
		'FLWSECK-{low:32}-{low:11}vt-X',
		'FLWSECK_{b62:32}',
	]),
	rule(
		'Flutterwave',
		'test secret key',
		'https://app.flutterwave.com/dashboard/settings/apis',
		'FLWSECK_TEST-{low:32}-X',
		TEST,
	),
	rule(
		'GoCardless',
		'access token',
		'https://manage.gocardless.com/developers',
		'live_{u:40}',
		named('gocardless'),
	),
	rule(
		'GoCardless',
		'sandbox token',
		'https://manage-sandbox.gocardless.com/developers',
		'sandbox_{u:40}',
		{ ...TEST, names: ['gocardless'] },
	),
	rule(
		'Checkout.com',
		'sandbox secret key',
		'https://dashboard.sandbox.checkout.com/developers/keys',
		['sk_test_{uuid}', 'sk_sbox_{low:27}'],
		TEST,
	),
	rule(
		'Checkout.com',
		'secret key',
		'https://dashboard.checkout.com/developers/keys',
		'sk_{uuid}',
		{ anchors: ['sk_'] },
	),
	rule(
		'Mercury',
		'API token',
		'https://app.mercury.com/settings/tokens',
		'mercury_production_{b62:2-6}_{u:20-90}',
	),
	rule(
		'Coinbase',
		'API secret',
		'https://portal.cdp.coinbase.com/',
		['{u:64}', '{b62:32}', '{b64:86}=='],
		{
			names: ['coinbase'],
		},
	),
	rule('Ramp', 'client secret', 'https://app.ramp.com/', 'ramp_sec_{b62:48}'),
	rule('Shopify', 'access token', SHOPIFY, ['shpat_{Hex:32}', 'shpca_{Hex:32}', 'shppa_{Hex:32}']),
	rule('Shopify', 'shared secret', SHOPIFY, 'shpss_{Hex:32}'),
	rule('Alchemy', 'API key', 'https://dashboard.alchemy.com/', 'alcht_{b62:30}'),
	rule('Alchemy', 'API key by name', 'https://dashboard.alchemy.com/', '{u:32}', {
		...named('alchemy'),
		...RESTRICTED,
	}),
	rule('Infura', 'API key', 'https://app.infura.io/', '{hex:32}', {
		...named('infura'),
		...RESTRICTED,
	}),
	rule('Etherscan', 'API key', 'https://etherscan.io/myapikey', '{up:34}', {
		...named('etherscan'),
		...RESTRICTED,
	}),
	rule(
		'Adyen',
		'API key',
		'https://ca-live.adyen.com/',
		'AQE{b64:4-8}{dot:80-400}',
		named('adyen'),
	),
];
