import { base64Json } from './secret-checksum.ts';
import { named, PUBLISHABLE, rule, type SecretRule, TEST } from './secret-rule.ts';

const CLERK = 'https://dashboard.clerk.com/last-active?path=api-keys';

/** Sign-in and social platforms. */
export const IDENTITY: readonly SecretRule[] = [
	rule('age', 'identity', 'https://github.com/FiloSottile/age', 'AGE-SECRET-KEY-1{up:58}', {
		kind: 'private-key',
	}),
	rule('Clerk', 'secret key', CLERK, 'sk_live_{b62:40-60}', {
		names: ['clerk'],
		confidence: 'high',
	}),
	rule('Clerk', 'test secret key', CLERK, 'sk_test_{b62:40-60}', {
		...TEST,
		names: ['clerk'],
		confidence: 'high',
	}),
	rule('Clerk', 'publishable key', CLERK, ['pk_live_{b64p:10-80}', 'pk_test_{b64p:10-80}'], {
		...PUBLISHABLE,
		names: ['clerk'],
		confidence: 'high',
	}),
	rule('Auth0', 'client secret', 'https://manage.auth0.com/', '{u:64-80}', named('auth0')),
	rule(
		'Okta',
		'API token',
		'https://developer.okta.com/docs/guides/create-an-api-token/',
		'00{u:40}',
		{
			names: ['okta', 'ssws'],
		},
	),
	rule('WorkOS', 'API key', 'https://dashboard.workos.com/api-keys', 'sk_live_a2V5{b62:20-120}'),
	rule(
		'WorkOS',
		'test API key',
		'https://dashboard.workos.com/api-keys',
		'sk_test_a2V5{b62:20-120}',
		TEST,
	),
	rule(
		'1Password',
		'service account token',
		'https://my.1password.com/developer-tools/infrastructure-secrets/serviceaccount/',
		'ops_eyJ{u:200-1500}',
		{ check: base64Json(4) },
	),
	rule('Facebook', 'access token', 'https://developers.facebook.com/apps/', 'EAA{b62:80-300}', {
		anchors: ['eaa'],
	}),
	rule(
		'Facebook',
		'app secret',
		'https://developers.facebook.com/apps/',
		'{hex:32}',
		named('facebook', 'fb_app_secret', 'fb_secret', 'meta_app_secret', 'instagram'),
	),
	rule(
		'LinkedIn',
		'client secret',
		'https://www.linkedin.com/developers/apps',
		['{b62:16}', 'WPL_AP1.{b62:16}.{b64p:6-8}'],
		named('linkedin'),
	),
	rule(
		'Twitter',
		'API secret',
		'https://developer.x.com/en/portal/projects-and-apps',
		['{b62:50}', '{b62:45}'],
		named('twitter', 'tweet'),
	),
	rule('Twitter', 'bearer token', 'https://developer.x.com/en/portal/projects-and-apps', [
		'AAAAAAAAAAAAAAAAAAAAA{b62:5-30}%2{b62:1}{b62:20-60}%3D{b62:40-60}',
		'AAAAAAAAAAAAAAAAAAAAA{b62:5-30}%3D{b62:40-80}',
	]),
	rule(
		'Twitch',
		'client secret',
		'https://dev.twitch.tv/console/apps',
		'{low:30}',
		named('twitch'),
	),
	rule(
		'Dropbox',
		'app secret',
		'https://www.dropbox.com/developers/apps',
		['{low:15}', '{u:11}AAAAAAAAAA{u:43}'],
		named('dropbox'),
	),
	rule(
		'Dropbox',
		'access token',
		'https://www.dropbox.com/developers/apps',
		['sl.{u:130-152}', 'sl.u.{u:130-1400}'],
		{
			anchors: ['sl.'],
		},
	),
];
