import { afterPrefix, awsIdState } from './secret-checksum.ts';
import { named, PUBLISHABLE, RESTRICTED, rule, type SecretRule, UNSURE } from './secret-rule.ts';

const AWS = 'https://console.aws.amazon.com/iam/home#/security_credentials';
const GOOGLE = 'https://console.cloud.google.com/apis/credentials';
const GEMINI = 'https://aistudio.google.com/apikey';
const AZURE_APP = 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps';
const AZURE = 'https://portal.azure.com/';
const CLOUDFLARE = 'https://dash.cloudflare.com/profile/api-tokens';
const VERCEL = 'https://vercel.com/account/tokens';
const DIGITALOCEAN = 'https://cloud.digitalocean.com/account/api/tokens';
const SUPABASE = 'https://supabase.com/dashboard/project/_/settings/api-keys';
const PLANETSCALE = 'https://app.planetscale.com/';

/** Cloud, hosting and databases as a service. */
export const CLOUD: readonly SecretRule[] = [
	rule(
		'AWS',
		'access key id',
		AWS,
		['AKIA{b32:16}', 'ASIA{b32:16}', 'ABIA{b32:16}', 'ACCA{b32:16}'],
		{
			tier: 'identifier',
			check: awsIdState,
			pair: { template: '{b64:40}', rule: 'aws-secret-access-key' },
		},
	),
	rule('AWS', 'secret access key', AWS, '{b64:40}', {
		names: ['aws', 'amazon', 'secret_access_key', 'secretaccesskey'],
	}),
	rule('AWS', 'session token', AWS, ['IQoJ{b64p:100-1600}', 'FwoG{b64p:100-1600}'], {
		names: ['session_token', 'sessiontoken', 'security_token', 'security-token'],
		...UNSURE,
	}),
	rule('Amazon Bedrock', 'API key', AWS, 'ABSK{b64p:109-269}'),
	rule('Google', 'API key', GOOGLE, 'AIza{u:35}', PUBLISHABLE),
	// Made for browsers and apps; in code that only a server runs it is restricted to nothing but by luck.
	rule('Google', 'server API key', GOOGLE, 'AIza{u:35}', {
		serverOnly:
			/firebase|maps?|browser|public|client|android|ios|web|vite_|expo_|gatsby_|react_app_/i,
		confidence: 'medium',
	}),
	rule('Google Gemini', 'API key of the old form', GEMINI, 'AIza{u:35}', {
		names: ['gemini', 'generative_ai', 'generativeai', 'google_ai', 'palm_api'],
		confidence: 'high',
	}),
	rule('Google', 'OAuth client id', GOOGLE, '{digit:9-13}-{low:32}.apps.googleusercontent.com', {
		...PUBLISHABLE,
		anchors: ['.apps.googleusercontent.com'],
		before: 46,
	}),
	rule('Google Gemini', 'API key', GEMINI, 'AQ.Ab{u:48-60}'),
	rule('Google', 'OAuth client secret', GOOGLE, 'GOCSPX-{u:28}'),
	rule('Google', 'OAuth access token', GOOGLE, 'ya29.{u:20-500}', RESTRICTED),
	rule('Google', 'OAuth refresh token', GOOGLE, '1//0{u:40-200}', { anchors: ['1//0'] }),
	rule('Firebase', 'cloud messaging server key', GOOGLE, 'AAAA{u:7}:APA91b{u:134}', {
		anchors: [':apa91b'],
		before: 11,
	}),
	rule('Azure', 'client secret', AZURE_APP, '{u:3}{digit:1}Q~{dot:31-34}', {
		before: 3,
		anchors: ['0Q~', '1Q~', '2Q~', '3Q~', '4Q~', '5Q~', '6Q~', '7Q~', '8Q~', '9Q~'],
	}),
	rule('Azure', 'storage account key', AZURE, 'AccountKey={b64:86}==', {
		anchors: ['accountkey='],
	}),
	rule('Azure', 'account key', AZURE, '{b64:86}==', {
		names: ['azure', 'storage_account', 'storageaccount', 'account_key', 'accountkey', 'cosmos'],
	}),
	// https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate
	rule('Azure DevOps', 'personal access token', 'https://dev.azure.com/', '{b62:76}AZDO{b62:4}', {
		anchors: ['azdo'],
		before: 76,
	}),
	rule(
		'Azure DevOps',
		'personal access token of the old form',
		'https://dev.azure.com/',
		'{low:52}',
		named('azure_devops', 'azuredevops', 'azdo', 'ado_pat', 'vsts'),
	),
	rule('Azure Functions', 'key', AZURE, '{u:44}AzFu{u:6}==', { anchors: ['azfu'], before: 44 }),
	rule('Azure AI Search', 'key', AZURE, '{b62:42}AzSe{b62:6}', { anchors: ['azse'], before: 42 }),
	rule('Azure Container Registry', 'password', AZURE, '{b64:42}+ACR{b62:6}', {
		anchors: ['+acr'],
		before: 42,
	}),
	rule('Azure AI', 'API key', AZURE, '{b62:52}JQQJ99{b62:26}', {
		anchors: ['jqqj99'],
		before: 52,
	}),
	rule('Azure', 'shared access key', AZURE, 'SharedAccessKey={b64:43}='),
	rule('Azure', 'app configuration secret', AZURE, 'Secret={b64:43-86}='),
	rule('Azure OpenAI', 'API key', AZURE, '{hex:32}', {
		names: ['azure_openai', 'azureopenai', 'azure-openai', 'openai.azure', 'openai_api_key'],
	}),
	rule('Cloudflare', 'API token', CLOUDFLARE, [
		'cfk_{b62:40}{hex:8}',
		'cfut_{b62:40}{hex:8}',
		'cfat_{b62:40}{hex:8}',
	]),
	rule(
		'Cloudflare',
		'API token of the old form',
		CLOUDFLARE,
		'{u:40}',
		named('cloudflare', 'cf_api_token', 'cf_token', 'cf_api_key'),
	),
	rule(
		'Cloudflare',
		'global API key',
		CLOUDFLARE,
		'{hex:37}',
		named('cloudflare', 'cf_api_key', 'cf_global'),
	),
	rule('Cloudflare', 'origin CA key', CLOUDFLARE, 'v1.0-{hex:24}-{hex:146}'),
	rule(
		'Vercel',
		'token',
		VERCEL,
		['vcp_{b62:56}', 'vci_{b62:56}', 'vca_{b62:56}', 'vcr_{b62:56}', 'vck_{b62:56}'],
		{ seal: afterPrefix(4) },
	),
	rule('Vercel', 'token of the old form', VERCEL, '{b62:24}', named('vercel')),
	rule(
		'Netlify',
		'access token',
		'https://app.netlify.com/user/applications#personal-access-tokens',
		'nfp_{b62:36-48}',
	),
	rule(
		'Netlify',
		'access token of the old form',
		'https://app.netlify.com/user/applications#personal-access-tokens',
		'{u:40-46}',
		named('netlify'),
	),
	rule('Heroku', 'API key', 'https://dashboard.heroku.com/account', 'HRKU-AA{u:58}'),
	rule(
		'Heroku',
		'API key of the old form',
		'https://dashboard.heroku.com/account',
		'{uuid}',
		named('heroku'),
	),
	rule('Render', 'API key', 'https://dashboard.render.com/u/settings#api-keys', 'rnd_{b62:28}'),
	rule('Railway', 'token', 'https://railway.com/account/tokens', '{uuid}', named('railway')),
	rule('Fly.io', 'token', 'https://fly.io/dashboard/personal/tokens', [
		'fm2_{b64p:100-1200}',
		'fm1r_{b64p:100-1200}',
		'fm1a_{b64p:100-1200}',
		'fo1_{u:43}',
	]),
	rule('DigitalOcean', 'token', DIGITALOCEAN, [
		'dop_v1_{hex:64}',
		'doo_v1_{hex:64}',
		'dor_v1_{hex:64}',
	]),
	rule(
		'DigitalOcean',
		'Spaces secret',
		'https://cloud.digitalocean.com/spaces/access_keys',
		'{b64:43}',
		named('spaces_secret', 'do_spaces', 'spaces_access_key_secret', 'spaces_key'),
	),
	rule(
		'DigitalOcean',
		'Spaces access key',
		'https://cloud.digitalocean.com/spaces/access_keys',
		'DO00{up:16}',
		{
			tier: 'identifier',
			pair: { template: '{b64:43}', rule: 'digitalocean-spaces-secret' },
		},
	),
	rule(
		'Hetzner',
		'API token',
		'https://console.hetzner.cloud/',
		'{b62:64}',
		named('hetzner', 'hcloud'),
	),
	rule(
		'Linode',
		'API token',
		'https://cloud.linode.com/profile/tokens',
		'{hex:64}',
		named('linode'),
	),
	rule(
		'Scaleway',
		'secret key',
		'https://console.scaleway.com/iam/api-keys',
		'{uuid}',
		named('scw_secret', 'scw_default', 'scaleway'),
	),
	rule('OVHcloud', 'application key', 'https://eu.api.ovh.com/createApp/', '{b62:16}', {
		...named('ovh_application_key', 'ovh_app_key'),
		tier: 'identifier',
	}),
	rule('OVHcloud', 'API secret', 'https://eu.api.ovh.com/createApp/', '{b62:32}', named('ovh')),
	rule('Scaleway', 'access key', 'https://console.scaleway.com/iam/api-keys', 'SCW{up:17}', {
		tier: 'identifier',
		pair: { template: '{uuid}', rule: 'scaleway-secret-key' },
	}),
	rule('UpCloud', 'API token', 'https://hub.upcloud.com/account/api-tokens', 'ucat_{up:26}'),
	rule('Supabase', 'secret key', SUPABASE, 'sb_secret_{u:31}'),
	rule('Supabase', 'publishable key', SUPABASE, 'sb_publishable_{u:31}', PUBLISHABLE),
	rule(
		'Supabase',
		'management token',
		'https://supabase.com/dashboard/account/tokens',
		'sbp_{hex:40}',
	),
	rule('Neon', 'API key', 'https://console.neon.tech/app/settings/api-keys', 'napi_{low:64}'),
	rule('PlanetScale', 'token', PLANETSCALE, [
		'pscale_tkn_{dot:32-64}',
		'pscale_pw_{dot:32-64}',
		'pscale_oauth_{dot:32-64}',
	]),
	rule('MongoDB Atlas', 'service account secret', 'https://cloud.mongodb.com/', 'mdb_sa_sk_{u:40}'),
	rule(
		'Upstash',
		'token',
		'https://console.upstash.com/',
		'{b64p:40-120}',
		named('upstash', 'kv_rest_api_token'),
	),
	rule(
		'Cloudinary',
		'API environment variable',
		'https://console.cloudinary.com/settings/api-keys',
		'cloudinary://{digit:15}:{u:27}@{u:1-60}',
	),
	rule(
		'Cloudinary',
		'API secret',
		'https://console.cloudinary.com/settings/api-keys',
		'{u:27}',
		named('cloudinary'),
	),
	rule(
		'Convex',
		'deploy key',
		'https://dashboard.convex.dev/',
		[
			'prod:{low:3-20}-{low:3-20}-{digit:1-4}|{b64p:40-200}',
			'project:{u:3-40}:{u:3-40}|{b64p:40-200}',
		],
		{ names: ['convex'], ...UNSURE },
	),
	rule('Infisical', 'service token', 'https://app.infisical.com/', 'st.{dot:60-200}', {
		names: ['infisical'],
		confidence: 'high',
	}),
	rule('Pulumi', 'access token', 'https://app.pulumi.com/account/tokens', 'pul-{hex:40}'),
	rule(
		'Terraform Cloud',
		'token',
		'https://app.terraform.io/app/settings/tokens',
		'{b62:14}.atlasv1.{u:60-70}',
		{ anchors: ['.atlasv1.'] },
	),
	rule('Doppler', 'token', 'https://dashboard.doppler.com/', [
		'dp.pt.{b62:40-44}',
		'dp.st.{b62:40-44}',
		'dp.st.{low:1-20}.{b62:40-44}',
		'dp.ct.{b62:40-44}',
		'dp.sa.{b62:40-44}',
		'dp.scim.{b62:40-44}',
		'dp.audit.{b62:40-44}',
	]),
	rule(
		'HashiCorp Vault',
		'token',
		'https://developer.hashicorp.com/vault/docs/commands/token/revoke',
		['hvs.{u:90-120}', 'hvb.{u:138-300}', 'hvr.{u:90-300}'],
	),
	rule(
		'HashiCorp Vault',
		'token of the old form',
		'https://developer.hashicorp.com/vault/docs/commands/token/revoke',
		's.{b62:24}',
		named('vault'),
	),
	rule('Tailscale', 'key', 'https://login.tailscale.com/admin/settings/keys', [
		'tskey-api-{b62:8-20}-{b62:20-40}',
		'tskey-auth-{b62:8-20}-{b62:20-40}',
		'tskey-client-{b62:8-20}-{b62:20-40}',
		'tskey-scim-{b62:8-20}-{b62:20-40}',
		'tskey-webhook-{b62:8-20}-{b62:20-40}',
		'tskey-{b62:10-20}-{b62:16-40}',
	]),
	rule(
		'ngrok',
		'auth token',
		'https://dashboard.ngrok.com/authtokens',
		['{b62:27}_{b62:21}', '{b62:27}_{digit:1}{b62:20}'],
		named('ngrok'),
	),
	rule('Exoscale', 'API key', 'https://portal.exoscale.com/iam/api-keys', 'EXO{hex:24}', {
		tier: 'identifier',
		pair: { template: '{u:43}', rule: 'exoscale-secret-key' },
	}),
	rule(
		'Exoscale',
		'secret key',
		'https://portal.exoscale.com/iam/api-keys',
		'{u:43}',
		named('exoscale_secret', 'exoscale_api_secret'),
	),
];
