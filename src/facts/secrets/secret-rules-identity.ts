import { base64Json } from './secret-checksum.ts';
import { named, rule, type SecretRule } from './secret-rule.ts';

/** Sign-in and social platforms. */
export const IDENTITY: readonly SecretRule[] = [
	rule('age', 'identity', 'https://github.com/FiloSottile/age', 'AGE-SECRET-KEY-1{up:58}', {
		kind: 'private-key',
	}),
	rule(
		'Clerk',
		'secret key',
		'https://dashboard.clerk.com/last-active?path=api-keys',
		'sk_live_{b62:40-60}',
		{
			names: ['clerk'],
			confidence: 'high',
		},
	),
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
		named('facebook', 'fb_app_secret', 'meta_app_secret'),
	),
	rule(
		'LinkedIn',
		'client secret',
		'https://www.linkedin.com/developers/apps',
		['{b62:16}', 'WPL_AP1.{b62:16}.{b64p:6-8}'],
		named('linkedin_client_secret', 'linkedin_secret'),
	),
	rule(
		'Twitter',
		'API secret',
		'https://developer.x.com/en/portal/projects-and-apps',
		['{b62:50}', '{b62:45}'],
		named('twitter'),
	),
	rule(
		'Twitch',
		'client secret',
		'https://dev.twitch.tv/console/apps',
		'{low:30}',
		named('twitch'),
	),
	rule('Dropbox', 'access token', 'https://www.dropbox.com/developers/apps', 'sl.{u:130-152}', {
		anchors: ['sl.'],
	}),
];
