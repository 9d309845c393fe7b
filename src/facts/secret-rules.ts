import {
	ATLASSIAN,
	afterPrefix,
	awsIdState,
	base64Json,
	CONFLUENT,
	discordState,
	GITLAB,
	pypiState,
} from './secret-checksum.ts';
import { rule, type SecretRule } from './secret-rule.ts';

const PUBLISHABLE = { tier: 'publishable' } as const;
const RESTRICTED = { tier: 'restricted' } as const;
const TEST = { tier: 'test' } as const;
const HOOK = { tier: 'restricted', kind: 'webhook-url' } as const;
const SIGNING = { kind: 'signing-secret' } as const;
const UNSURE = { confidence: 'low' } as const;
const named = (...names: string[]) => ({ names });

const AWS = 'https://console.aws.amazon.com/iam/home#/security_credentials';
const GOOGLE = 'https://console.cloud.google.com/apis/credentials';
const AZURE_APP = 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps';
const AZURE = 'https://portal.azure.com/';
const CLOUDFLARE = 'https://dash.cloudflare.com/profile/api-tokens';
const VERCEL = 'https://vercel.com/account/tokens';
const DIGITALOCEAN = 'https://cloud.digitalocean.com/account/api/tokens';
const SUPABASE = 'https://supabase.com/dashboard/project/_/settings/api-keys';
const PLANETSCALE = 'https://app.planetscale.com/';
const GITHUB = 'https://github.com/settings/tokens';
const GITLAB_TOKENS = 'https://gitlab.com/-/user_settings/personal_access_tokens';
const ATLASSIAN_TOKENS = 'https://id.atlassian.com/manage-profile/security/api-tokens';
const STRIPE = 'https://dashboard.stripe.com/apikeys';
const STRIPE_HOOKS = 'https://dashboard.stripe.com/webhooks';
const SQUARE = 'https://developer.squareup.com/apps';
const SHOPIFY = 'https://admin.shopify.com/';
const OPENAI = 'https://platform.openai.com/api-keys';
const ANTHROPIC = 'https://console.anthropic.com/settings/keys';
const SLACK = 'https://api.slack.com/apps';
const TWILIO = 'https://console.twilio.com/';
const GRAFANA = 'https://grafana.com/docs/grafana/latest/administration/service-accounts/';
const SENTRY = 'https://sentry.io/settings/account/api/auth-tokens/';
const NEW_RELIC = 'https://one.newrelic.com/api-keys';
const POSTHOG = 'https://app.posthog.com/settings/user-api-keys';
const LAUNCHDARKLY = 'https://app.launchdarkly.com/settings/authorization';
const LANGFUSE = 'https://cloud.langfuse.com/';
const DATADOG = 'https://app.datadoghq.com/organization-settings/api-keys';

const CLOUD: readonly SecretRule[] = [
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
		names: ['aws_secret', 'secret_access_key', 'secretaccesskey', 'awssecret', 'aws_key'],
	}),
	rule('Amazon Bedrock', 'API key', AWS, 'ABSK{b64p:109-269}'),
	rule('Google', 'API key', GOOGLE, 'AIza{u:35}', PUBLISHABLE),
	rule('Google Gemini', 'API key', 'https://aistudio.google.com/apikey', 'AQ.Ab{u:48-60}'),
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
	rule('Azure', 'shared access key', AZURE, 'SharedAccessKey={b64:43}='),
	rule('Azure', 'app configuration secret', AZURE, 'Secret={b64:43-86}='),
	rule('Azure OpenAI', 'API key', AZURE, '{hex:32}', named('azure_openai', 'azureopenai')),
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
		named('cloudflare', 'cf_api_token'),
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
	rule('Fly.io', 'token', 'https://fly.io/dashboard/personal/tokens', 'fm2_{b64p:100-1200}', {
		anchors: ['fm2_'],
	}),
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
		named('spaces_secret', 'do_spaces', 'spaces_access_key_secret'),
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
		named('scw_secret_key', 'scaleway_secret'),
	),
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
		named('upstash_redis_rest_token', 'kv_rest_api_token'),
	),
	rule(
		'Cloudinary',
		'API environment variable',
		'https://console.cloudinary.com/settings/api-keys',
		'cloudinary://{digit:15}:{u:27}@{u:1-60}',
	),
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
		['hvs.{u:90-120}', 'hvb.{u:138-300}'],
	),
	rule('Tailscale', 'key', 'https://login.tailscale.com/admin/settings/keys', [
		'tskey-api-{b62:8-20}-{b62:20-40}',
		'tskey-auth-{b62:8-20}-{b62:20-40}',
		'tskey-client-{b62:8-20}-{b62:20-40}',
		'tskey-scim-{b62:8-20}-{b62:20-40}',
		'tskey-webhook-{b62:8-20}-{b62:20-40}',
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

const SOURCE_CONTROL: readonly SecretRule[] = [
	rule(
		'GitHub',
		'token',
		GITHUB,
		['ghp_{b62:36}', 'gho_{b62:36}', 'ghu_{b62:36}', 'ghs_{b62:36}', 'ghr_{b62:36}'],
		{ seal: afterPrefix(4) },
	),
	rule(
		'GitHub',
		'fine-grained token',
		'https://github.com/settings/personal-access-tokens',
		'github_pat_{b62:22}_{b62:59}',
	),
	rule('GitHub', 'installation token', GITHUB, 'ghs_{digit:1-10}_eyJ{dot:300-900}'),
	rule('GitLab', 'routable token', GITLAB_TOKENS, 'glpat-{u:27-300}.{hex:2}.{low:9}', {
		seal: GITLAB,
	}),
	rule('GitLab', 'token', GITLAB_TOKENS, [
		'glpat-{u:20}',
		'gldt-{u:20}',
		'glrt-{u:20}',
		'glptt-{hex:40}',
		'glagent-{u:50}',
		'gloas-{u:64}',
		'glsoat-{u:20}',
		'GR1348941{u:20}',
	]),
	rule(
		'GitLab',
		'scoped token',
		GITLAB_TOKENS,
		['glcbt-{b62:1-5}_{u:20}', 'glft-{u:20}', 'glimt-{u:25}', 'glffct-{u:20}'],
		RESTRICTED,
	),
	rule('Atlassian', 'API token', ATLASSIAN_TOKENS, 'ATATT3{u:170-200}={HEX:8}', {
		seal: ATLASSIAN,
	}),
	rule('Atlassian', 'access token', ATLASSIAN_TOKENS, 'ATCTT3{u:170-200}={HEX:8}', {
		seal: ATLASSIAN,
	}),
	rule(
		'Bitbucket',
		'app password',
		'https://bitbucket.org/account/settings/app-passwords/',
		'ATBB{b62:32}',
	),
	rule('npm', 'access token', 'https://www.npmjs.com/settings/~/tokens', 'npm_{b62:36}', {
		seal: afterPrefix(4),
	}),
	rule(
		'npm registry',
		'auth token',
		'https://docs.npmjs.com/revoking-access-tokens',
		['{uuid}', '{b64:20-400}==', '{b64:20-400}=', '{any:20-400}'],
		{ names: ['_authtoken', ':_auth'], confidence: 'high' },
	),
	rule('PyPI', 'token', 'https://pypi.org/manage/account/token/', 'pypi-AgE{u:60-300}', {
		check: pypiState,
	}),
	rule('RubyGems', 'API key', 'https://rubygems.org/profile/api_keys', 'rubygems_{hex:48}'),
	rule('crates.io', 'API token', 'https://crates.io/settings/tokens', 'cio{b62:32}', {
		anchors: ['cio'],
	}),
	rule('NuGet', 'API key', 'https://www.nuget.org/account/apikeys', 'oy2{low:43}', {
		anchors: ['oy2'],
	}),
	rule('Clojars', 'token', 'https://clojars.org/tokens', 'CLOJARS_{low:60}'),
	rule('Docker Hub', 'access token', 'https://app.docker.com/settings/personal-access-tokens', [
		'dckr_pat_{u:27}',
		'dckr_oat_{u:32}',
	]),
	rule('CircleCI', 'token', 'https://app.circleci.com/settings/user/tokens', [
		'CCIPAT_{b62:22}_{hex:40}',
		'CCIPRJ_{b62:22}_{hex:40}',
	]),
	rule(
		'Buildkite',
		'access token',
		'https://buildkite.com/user/api-access-tokens',
		'bkua_{hex:40}',
	),
	rule('Snyk', 'token', 'https://app.snyk.io/account', '{uuid}', named('snyk')),
	rule(
		'SonarQube',
		'token',
		'https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/',
		['squ_{hex:40}', 'sqp_{hex:40}', 'sqa_{hex:40}'],
	),
	rule(
		'Artifactory',
		'API key',
		'https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens',
		'AKCp{b62:68-70}',
	),
	rule('Cloudsmith', 'API key', 'https://cloudsmith.io/user/settings/api/', 'csa_{hex:36}'),
	rule('Codecov', 'upload token', 'https://app.codecov.io/', '{uuid}', {
		...named('codecov'),
		...RESTRICTED,
	}),
];

const PAYMENTS: readonly SecretRule[] = [
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
	rule('Stripe', 'client secret', STRIPE, 'pi_{b62:14-30}_secret_{b62:20-40}', {
		...RESTRICTED,
	}),
	rule(
		'PayPal',
		'client secret',
		'https://developer.paypal.com/dashboard/applications/live',
		'{u:80}',
		named('paypal'),
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
	rule('Ramp', 'client secret', 'https://app.ramp.com/', 'ramp_sec_{b62:48}'),
	rule('Shopify', 'access token', SHOPIFY, ['shpat_{Hex:32}', 'shpca_{Hex:32}', 'shppa_{Hex:32}']),
	rule('Shopify', 'shared secret', SHOPIFY, 'shpss_{Hex:32}'),
	rule('Alchemy', 'API key', 'https://dashboard.alchemy.com/', 'alcht_{b62:30}'),
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

const AI: readonly SecretRule[] = [
	rule(
		'OpenAI',
		'API key',
		OPENAI,
		[
			'sk-{b62:20}T3BlbkFJ{b62:20}',
			'sk-proj-{u:20-80}T3BlbkFJ{u:20-80}',
			'sk-svcacct-{u:20-80}T3BlbkFJ{u:20-80}',
			'sk-admin-{u:20-80}T3BlbkFJ{u:20-80}',
		],
		{ anchors: ['t3blbkfj'], before: 92 },
	),
	rule('Anthropic', 'API key', ANTHROPIC, 'sk-ant-api03-{u:93}AA'),
	rule('Anthropic', 'admin key', ANTHROPIC, 'sk-ant-admin01-{u:93}AA'),
	rule('Anthropic', 'OAuth token', ANTHROPIC, 'sk-ant-oat01-{u:80-110}'),
	rule('OpenRouter', 'API key', 'https://openrouter.ai/settings/keys', 'sk-or-v1-{hex:64}'),
	rule('Groq', 'API key', 'https://console.groq.com/keys', 'gsk_{b62:52}'),
	rule('xAI', 'API key', 'https://console.x.ai/', 'xai-{b62:70-120}'),
	rule('Perplexity', 'API key', 'https://www.perplexity.ai/account/api/keys', 'pplx-{b62:48}'),
	rule('Replicate', 'API token', 'https://replicate.com/account/api-tokens', 'r8_{b62:37}'),
	rule('Hugging Face', 'token', 'https://huggingface.co/settings/tokens', [
		'hf_{b62:34}',
		'api_org_{b62:34}',
	]),
	rule('Together', 'API key', 'https://api.together.ai/settings/api-keys', 'tgp_v1_{u:43}'),
	rule(
		'DeepSeek',
		'API key',
		'https://platform.deepseek.com/api_keys',
		'sk-{hex:32}',
		named('deepseek'),
	),
	rule('Moonshot', 'API key', 'https://platform.moonshot.ai/console/api-keys', 'sk-{b62:48}', {
		names: ['moonshot', 'kimi'],
	}),
	rule(
		'Stability',
		'API key',
		'https://platform.stability.ai/account/keys',
		'sk-{b62:48}',
		named('stability'),
	),
	rule('Cerebras', 'API key', 'https://cloud.cerebras.ai/', 'csk-{low:48}'),
	rule('ElevenLabs', 'API key', 'https://elevenlabs.io/app/settings/api-keys', 'sk_{hex:48}', {
		anchors: ['sk_'],
	}),
	rule('Deepgram', 'API key', 'https://console.deepgram.com/', '{hex:40}', named('deepgram')),
	rule('Mistral', 'API key', 'https://console.mistral.ai/api-keys', '{b62:32}', named('mistral')),
	rule('Cohere', 'API key', 'https://dashboard.cohere.com/api-keys', '{b62:40}', {
		names: ['cohere', 'co_api_key'],
	}),
	rule(
		'AssemblyAI',
		'API key',
		'https://www.assemblyai.com/app/api-keys',
		'{hex:32}',
		named('assemblyai', 'assembly_ai'),
	),
	rule(
		'Fireworks',
		'API key',
		'https://app.fireworks.ai/settings/users/api-keys',
		'fw_{b62:22-24}',
		{
			anchors: ['fw_'],
		},
	),
	rule('LangSmith', 'API key', 'https://smith.langchain.com/settings', [
		'lsv2_pt_{hex:32}_{hex:10}',
		'lsv2_sk_{hex:32}_{hex:10}',
	]),
	rule('Langfuse', 'secret key', LANGFUSE, 'sk-lf-{uuid}'),
	rule('Langfuse', 'public key', LANGFUSE, 'pk-lf-{uuid}', PUBLISHABLE),
	rule('Pinecone', 'API key', 'https://app.pinecone.io/', 'pcsk_{b62:5-6}_{b62:63}'),
	rule('Weights & Biases', 'API key', 'https://wandb.ai/authorize', 'wandb_v1_{u:77}'),
	rule('Tavily', 'API key', 'https://app.tavily.com/', [
		'tvly-{b62:32}',
		'tvly-dev-{b62:32}',
		'tvly-prod-{b62:32}',
	]),
	rule('Firecrawl', 'API key', 'https://www.firecrawl.dev/app/api-keys', 'fc-{hex:32}', {
		anchors: ['fc-'],
	}),
	rule(
		'Brave Search',
		'API key',
		'https://api-dashboard.search.brave.com/app/keys',
		'BSA{u:24-40}',
		{ names: ['brave'] },
	),
];

const MESSAGING: readonly SecretRule[] = [
	rule('Slack', 'token', SLACK, [
		'xoxb-{digit:10-14}-{digit:10-14}-{b62:20-40}',
		'xoxp-{digit:10-14}-{digit:10-14}-{digit:10-14}-{hex:28-34}',
		'xoxb-{b62:10-72}',
		'xoxp-{u:20-150}',
		'xoxa-{u:20-150}',
		'xoxr-{u:20-150}',
		'xoxs-{u:20-150}',
		'xoxc-{u:20-150}',
		'xoxd-{u:20-250}',
		'xoxe-{u:20-250}',
		'xoxe.xoxp-{digit:1}-{u:100-250}',
		'xoxe.xoxb-{digit:1}-{u:100-250}',
	]),
	rule('Slack', 'app token', SLACK, 'xapp-{digit:1}-{up:9-14}-{digit:10-16}-{hex:40-80}'),
	rule(
		'Slack',
		'webhook',
		SLACK,
		[
			'https://hooks.slack.com/services/T{up:8-12}/B{up:8-14}/{b62:20-28}',
			'https://hooks.slack.com/workflows/T{up:8-12}/A{up:8-14}/{digit:15-20}/{b62:20-28}',
			'https://hooks.slack.com/triggers/{b62:8-14}/{digit:10-16}/{hex:32}',
		],
		HOOK,
	),
	rule(
		'Discord',
		'webhook',
		'https://support.discord.com/hc/en-us/articles/228383668-Intro-to-Webhooks',
		[
			'https://discord.com/api/webhooks/{digit:17-20}/{u:60-72}',
			'https://discordapp.com/api/webhooks/{digit:17-20}/{u:60-72}',
			'https://discord.com/api/v10/webhooks/{digit:17-20}/{u:60-72}',
		],
		HOOK,
	),
	rule(
		'Discord',
		'bot token',
		'https://discord.com/developers/applications',
		['M{u:22-26}.{u:6}.{u:27-38}', 'N{u:22-26}.{u:6}.{u:27-38}', 'O{u:22-26}.{u:6}.{u:27-38}'],
		{
			names: ['token', 'discord', 'login', 'bot.run', 'client.run'],
			check: discordState,
			confidence: 'high',
		},
	),
	rule(
		'Telegram',
		'bot token',
		'https://core.telegram.org/bots/features#botfather',
		'{digit:8-10}:A{u:34}',
		{
			before: 9,
			anchors: ['0:A', '1:A', '2:A', '3:A', '4:A', '5:A', '6:A', '7:A', '8:A', '9:A'],
		},
	),
	rule(
		'Microsoft Teams',
		'webhook',
		'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook',
		'.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{hex:32}/{uuid}',
		{ ...HOOK, anchors: ['.webhook.office.com/webhookb2/'] },
	),
	rule(
		'Google Chat',
		'webhook',
		'https://developers.google.com/workspace/chat/quickstart/webhooks',
		'https://chat.googleapis.com/v1/spaces/{u:8-16}/messages?key={u:39}&token={dot:20-60}',
		HOOK,
	),
	rule(
		'Zapier',
		'webhook',
		'https://zapier.com/app/zaps',
		'https://hooks.zapier.com/hooks/catch/{digit:5-10}/{low:5-10}',
		HOOK,
	),
	rule(
		'Make',
		'webhook',
		'https://www.make.com/en/help/tools/webhooks',
		[
			'https://hook.eu1.make.com/{low:32}',
			'https://hook.eu2.make.com/{low:32}',
			'https://hook.us1.make.com/{low:32}',
			'https://hook.us2.make.com/{low:32}',
			'https://hook.integromat.com/{low:32}',
		],
		HOOK,
	),
	rule('Twilio', 'account SID', TWILIO, 'AC{hex:32}', {
		tier: 'identifier',
		anchors: [
			'AC0',
			'AC1',
			'AC2',
			'AC3',
			'AC4',
			'AC5',
			'AC6',
			'AC7',
			'AC8',
			'AC9',
			'ACa',
			'ACb',
			'ACc',
			'ACd',
			'ACe',
			'ACf',
		],
		pair: { template: '{hex:32}', rule: 'twilio-auth-token' },
	}),
	rule('Twilio', 'auth token', TWILIO, '{hex:32}', named('twilio')),
	rule('SendGrid', 'API key', 'https://app.sendgrid.com/settings/api_keys', 'SG.{u:22}.{u:43}', {
		anchors: ['sg.'],
	}),
	rule('Resend', 'API key', 'https://resend.com/api-keys', 're_{b62:8-9}_{b62:22-24}', {
		...named('resend'),
		...UNSURE,
	}),
	rule(
		'Postmark',
		'server token',
		'https://account.postmarkapp.com/servers',
		'{uuid}',
		named('postmark'),
	),
	rule('Mailgun', 'API key', 'https://app.mailgun.com/settings/api_security', ['key-{hex:32}']),
	rule(
		'Mailgun',
		'private API key',
		'https://app.mailgun.com/settings/api_security',
		'{hex:32}-{hex:8}-{hex:8}',
		named('mailgun', 'mg_api'),
	),
	rule(
		'Mailchimp',
		'API key',
		'https://us1.admin.mailchimp.com/account/api/',
		'{hex:32}-us{digit:1-2}',
	),
	rule('Mandrill', 'API key', 'https://mandrillapp.com/settings', 'md-{u:22}', {
		...named('mandrill', 'mailchimp'),
	}),
	rule('MailerSend', 'API token', 'https://app.mailersend.com/api-tokens', 'mlsn.{hex:64}'),
	rule('Brevo', 'API key', 'https://app.brevo.com/settings/keys/api', 'xkeysib-{hex:64}-{b62:16}'),
	rule(
		'Brevo',
		'SMTP key',
		'https://app.brevo.com/settings/keys/smtp',
		'xsmtpsib-{hex:64}-{b62:16}',
	),
	rule(
		'Klaviyo',
		'private key',
		'https://www.klaviyo.com/settings/account/api-keys',
		'pk_{hex:34}',
		{
			anchors: ['pk_'],
		},
	),
	rule(
		'Mailjet',
		'secret key',
		'https://app.mailjet.com/account/apikeys',
		'{hex:32}',
		named('mailjet', 'mj_apikey'),
	),
	rule(
		'SparkPost',
		'API key',
		'https://app.sparkpost.com/account/api-keys',
		'{hex:40}',
		named('sparkpost'),
	),
	rule('Telnyx', 'API key', 'https://portal.telnyx.com/#/api-keys', 'KEY0{u:54}', {
		anchors: ['key0'],
	}),
	rule('Pusher', 'app secret', 'https://dashboard.pusher.com/', '{hex:20}', named('pusher')),
	rule('Plivo', 'auth id', 'https://console.plivo.com/', 'MA{up:18}', {
		tier: 'identifier',
		names: ['plivo'],
		pair: { template: '{b62:40}', rule: 'plivo-auth-token' },
	}),
	rule('Plivo', 'auth token', 'https://console.plivo.com/', '{b62:40}', named('plivo')),
];

const IDENTITY: readonly SecretRule[] = [
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

const PRODUCT: readonly SecretRule[] = [
	rule(
		'Sentry',
		'auth token',
		SENTRY,
		['sntrys_eyJ{b64p:60-400}_{b64p:43-44}', 'sntryu_{hex:64}'],
		{
			check: (token) => (token.startsWith('sntrys_') ? base64Json(7)(token) : 'none'),
		},
	),
	rule(
		'Datadog',
		'key',
		DATADOG,
		['{hex:40}', '{hex:32}'],
		named('datadog', 'dd_api_key', 'dd_app_key'),
	),
	rule('New Relic', 'user key', NEW_RELIC, 'NRAK-{up:27}'),
	rule('New Relic', 'insert key', NEW_RELIC, ['NRII-{u:32}', 'NRIQ-{u:32}'], RESTRICTED),
	rule('New Relic', 'browser key', NEW_RELIC, 'NRJS-{hex:19}', PUBLISHABLE),
	rule('Grafana', 'service account token', GRAFANA, 'glsa_{b62:32}_{Hex:8}'),
	rule('Grafana Cloud', 'token', 'https://grafana.com/orgs', 'glc_eyJ{b64p:60-400}', {
		check: base64Json(4),
	}),
	rule('Axiom', 'token', 'https://app.axiom.co/settings/api-tokens', [
		'xaat-{uuid}',
		'xapt-{uuid}',
	]),
	rule('PostHog', 'personal API key', POSTHOG, 'phx_{b62:41-49}'),
	rule('PostHog', 'project key', POSTHOG, 'phc_{b62:41-49}', PUBLISHABLE),
	rule('Segment', 'access token', 'https://app.segment.com/', 'sgp_{b62:64}'),
	rule('LaunchDarkly', 'key', LAUNCHDARKLY, ['sdk-{uuid}', 'api-{uuid}']),
	rule('LaunchDarkly', 'mobile key', LAUNCHDARKLY, 'mob-{uuid}', PUBLISHABLE),
	rule('Linear', 'API key', 'https://linear.app/settings/account/security', 'lin_api_{b62:40}'),
	rule('Notion', 'integration token', 'https://www.notion.so/profile/integrations', [
		'ntn_{digit:11}{b62:35}',
		'secret_{b62:43}',
	]),
	rule('Airtable', 'access token', 'https://airtable.com/create/tokens', 'pat{b62:14}.{hex:64}', {
		anchors: ['pat'],
	}),
	rule('HubSpot', 'private app token', 'https://app.hubspot.com/private-apps/', [
		'pat-na1-{uuid}',
		'pat-na2-{uuid}',
		'pat-eu1-{uuid}',
		'pat-ap1-{uuid}',
	]),
	rule(
		'Intercom',
		'access token',
		'https://app.intercom.com/a/apps/_/developer-hub',
		'dG9r{b64:55}=',
		{ anchors: ['dg9r'] },
	),
	rule('Zendesk', 'API token', 'https://support.zendesk.com/', '{b62:40}', named('zendesk')),
	rule('ClickUp', 'API token', 'https://app.clickup.com/settings/apps', 'pk_{digit:6-9}_{up:32}', {
		anchors: ['pk_'],
	}),
	rule('Typeform', 'access token', 'https://admin.typeform.com/user/tokens', 'tfp_{dot:59}'),
	rule(
		'Algolia',
		'admin key',
		'https://dashboard.algolia.com/account/api-keys',
		'{hex:32}',
		named('algolia_admin', 'algolia_api_key', 'algolia_write', 'algolia_secret'),
	),
	rule(
		'Mapbox',
		'secret token',
		'https://console.mapbox.com/account/access-tokens/',
		'sk.eyJ{u:60-120}.{u:20-24}',
	),
	rule(
		'Mapbox',
		'public token',
		'https://console.mapbox.com/account/access-tokens/',
		'pk.eyJ{u:60-120}.{u:20-24}',
		PUBLISHABLE,
	),
	rule(
		'Contentful',
		'management token',
		'https://app.contentful.com/account/profile/cma_tokens',
		'CFPAT-{u:43}',
	),
	rule('Sanity', 'API token', 'https://www.sanity.io/manage', 'sk{b62:79-180}', {
		names: ['sanity'],
	}),
	rule('Figma', 'access token', 'https://www.figma.com/settings', 'figd_{u:40}'),
	rule(
		'Postman',
		'API key',
		'https://go.postman.co/settings/me/api-keys',
		'PMAK-{hex:24}-{hex:34}',
	),
	rule('Databricks', 'access token', 'https://docs.databricks.com/dev-tools/auth/pat.html', [
		'dapi{hex:32}-{digit:1}',
		'dapi{hex:32}',
	]),
	rule('Confluent', 'API secret', 'https://confluent.cloud/settings/api-keys', 'cflt{b64:60}', {
		seal: CONFLUENT,
	}),
	rule('Elastic', 'service token', 'https://cloud.elastic.co/', 'essu_{b64p:60-120}'),
	rule('ClickHouse', 'API secret', 'https://console.clickhouse.cloud/', '4b1d{b62:38}'),
	rule('Salesforce', 'session id', 'https://login.salesforce.com/', '00D{b62:12-15}!{dot:80-120}', {
		anchors: ['00d'],
	}),
	rule('EasyPost', 'API key', 'https://app.easypost.com/account/settings', 'EZAK{b62:54}'),
	rule(
		'EasyPost',
		'test API key',
		'https://app.easypost.com/account/settings',
		'EZTK{b62:54}',
		TEST,
	),
	rule(
		'Inngest',
		'signing key',
		'https://app.inngest.com/env/production/manage/signing-key',
		'signkey-prod-{hex:64}',
		SIGNING,
	),
	rule('Trigger.dev', 'secret key', 'https://cloud.trigger.dev/', 'tr_prod_{b62:20-24}', UNSURE),
	rule(
		'Liveblocks',
		'secret key',
		'https://liveblocks.io/dashboard/apikeys',
		'sk_prod_{u:40-80}',
		UNSURE,
	),
	rule('Knock', 'secret key', 'https://dashboard.knock.app/', 'sk_{u:40-60}', {
		names: ['knock'],
		...UNSURE,
	}),
	rule('Zuplo', 'API key', 'https://portal.zuplo.com/', 'zpka_{hex:32}_{hex:8}'),
];

/** Exact shapes and named tokens of known providers; structures of their own are in the scanner. */
export const PROVIDER_RULES: readonly SecretRule[] = [
	...CLOUD,
	...SOURCE_CONTROL,
	...PAYMENTS,
	...AI,
	...MESSAGING,
	...IDENTITY,
	...PRODUCT,
];
