import { base64Json, CONFLUENT, zuploState } from './secret-checksum.ts';
import {
	named,
	PUBLISHABLE,
	RESTRICTED,
	rule,
	type SecretRule,
	SIGNING,
	TEST,
	UNSURE,
} from './secret-rule.ts';

const GRAFANA = 'https://grafana.com/docs/grafana/latest/administration/service-accounts/';
const SENTRY = 'https://sentry.io/settings/account/api/auth-tokens/';
const NEW_RELIC = 'https://one.newrelic.com/api-keys';
const POSTHOG = 'https://app.posthog.com/settings/user-api-keys';
const LAUNCHDARKLY = 'https://app.launchdarkly.com/settings/authorization';
const DATADOG = 'https://app.datadoghq.com/organization-settings/api-keys';

/** Observability, product and data services. */
export const PRODUCT: readonly SecretRule[] = [
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
		'Sentry',
		'DSN',
		'https://docs.sentry.io/concepts/key-terms/dsn-explainer/',
		[
			'https://{hex:32}@o{digit:1-20}.ingest.sentry.io/{digit:1-20}',
			'https://{hex:32}@o{digit:1-20}.ingest.us.sentry.io/{digit:1-20}',
			'https://{hex:32}@o{digit:1-20}.ingest.de.sentry.io/{digit:1-20}',
			'https://{hex:32}@sentry.io/{digit:1-20}',
		],
		{ ...PUBLISHABLE, anchors: ['.sentry.io/', '@sentry.io/'], opens: 'https://', before: 90 },
	),
	rule('Datadog', 'client token', DATADOG, 'pub{hex:32}', PUBLISHABLE),
	rule(
		'Datadog',
		'key',
		DATADOG,
		['{hex:40}', '{hex:32}'],
		named(
			'datadog',
			'dd_api_key',
			'dd_app_key',
			'dd_application_key',
			'dd-api-key',
			'dd-application-key',
		),
	),
	rule('New Relic', 'user key', NEW_RELIC, 'NRAK-{up:27}'),
	rule('New Relic', 'insert key', NEW_RELIC, ['NRII-{u:32}', 'NRIQ-{u:32}'], RESTRICTED),
	rule('New Relic', 'license key', NEW_RELIC, ['{low:36}NRAL', '{b62:36}FFFFNRAL'], {
		anchors: ['nral'],
		before: 40,
	}),
	rule('New Relic', 'browser key', NEW_RELIC, 'NRJS-{hex:19}', PUBLISHABLE),
	rule('Grafana', 'service account token', GRAFANA, 'glsa_{b62:32}_{Hex:8}'),
	rule('Grafana Cloud', 'token', 'https://grafana.com/orgs', 'glc_eyJ{b64p:60-400}', {
		check: base64Json(4),
	}),
	rule('Grafana', 'API key of the old form', GRAFANA, 'eyJrIjoi{b64p:60-400}', {
		check: base64Json(0),
	}),
	rule('Axiom', 'token', 'https://app.axiom.co/settings/api-tokens', [
		'xaat-{uuid}',
		'xapt-{uuid}',
	]),
	rule('PostHog', 'personal API key', POSTHOG, 'phx_{b62:41-49}'),
	rule('PostHog', 'project key', POSTHOG, 'phc_{b62:41-49}', PUBLISHABLE),
	rule('Segment', 'write key', 'https://app.segment.com/', '{b62:32}', {
		...PUBLISHABLE,
		names: ['segment'],
	}),
	rule(
		'Honeycomb',
		'API key',
		'https://ui.honeycomb.io/account',
		['hcaik_{low:58}', '{b62:22}', '{hex:32}'],
		{
			names: ['honeycomb', 'x-honeycomb-team'],
		},
	),
	rule('Better Stack', 'token', 'https://betterstack.com/settings/api-tokens', '{b62:24}', {
		names: ['better_stack', 'betterstack', 'logtail', 'better_uptime', 'betteruptime'],
	}),
	rule(
		'Mixpanel',
		'API secret',
		'https://mixpanel.com/settings/project',
		['{hex:32}', '{b62:32}'],
		{
			names: ['mixpanel_secret', 'mixpanel_api_secret', 'mixpanel_service'],
		},
	),
	rule('Mixpanel', 'project token', 'https://mixpanel.com/settings/project', '{hex:32}', {
		...PUBLISHABLE,
		names: ['mixpanel'],
	}),
	rule('Amplitude', 'secret key', 'https://app.amplitude.com/', '{hex:32}', {
		names: ['amplitude_secret', 'amplitudesecret'],
	}),
	rule('Amplitude', 'API key', 'https://app.amplitude.com/', '{hex:32}', {
		...PUBLISHABLE,
		names: ['amplitude'],
	}),
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
	rule(
		'Intercom',
		'access token by name',
		'https://app.intercom.com/a/apps/_/developer-hub',
		'{b64:59}=',
		named('intercom'),
	),
	rule('HubSpot', 'API key', 'https://app.hubspot.com/api-key/', '{uuid}', {
		names: ['hubspot', 'hapikey', 'hub_spot'],
	}),
	rule('Monday.com', 'API token', 'https://monday.com/', 'eyJ{u:20-60}.eyJ{u:60-900}.{u:40-100}', {
		names: ['monday'],
		confidence: 'high',
	}),
	rule(
		'Calendly',
		'access token',
		'https://calendly.com/integrations/api_webhooks',
		'eyJ{u:20-100}.eyJ{u:60-900}.{u:40-400}',
		{
			names: ['calendly'],
			confidence: 'high',
		},
	),
	rule('Airtable', 'API key of the old form', 'https://airtable.com/create/tokens', 'key{b62:14}', {
		names: ['airtable'],
	}),
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
	rule('Algolia', 'search key', 'https://dashboard.algolia.com/account/api-keys', '{hex:32}', {
		...PUBLISHABLE,
		names: ['algolia'],
	}),
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
	rule('Contentful', 'delivery token', 'https://app.contentful.com/', '{u:43}', {
		...RESTRICTED,
		names: ['contentful'],
	}),
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
	rule(
		'Confluent',
		'API secret of the old form',
		'https://confluent.cloud/settings/api-keys',
		'{b64:64}',
		named('confluent'),
	),
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
	rule(
		'Inngest',
		'test signing key',
		'https://app.inngest.com/env/branch/manage/signing-key',
		'signkey-test-{hex:32-64}',
		TEST,
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
	rule(
		'Svix',
		'API token',
		'https://dashboard.svix.com/',
		['sk_{u:20-60}.eu', 'sk_{u:20-60}.us', 'testsk_{u:20-60}.eu', 'testsk_{u:20-60}.us'],
		{
			names: ['svix'],
			...UNSURE,
		},
	),
	rule('Zuplo', 'API key', 'https://portal.zuplo.com/', 'zpka_{low:32}_{hex:8}', {
		check: zuploState,
	}),
];
