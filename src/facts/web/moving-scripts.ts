import { isWithin } from '../dns/ancestry.ts';

/**
 * Hosts whose scripts their makers change under the same address, so that a fixed hash would break the
 * page: payment, tag managers, analytics, advertising, maps, captchas, chats, consent, error trackers,
 * social widgets, videos, font and A/B loaders. From the makers' own instructions (2026).
 */
const MOVING_HOSTS: readonly string[] =
	// Payment
	(
		'js.stripe.com paypal.com paypalobjects.com braintreegateway.com js.braintreegateway.com squareup.com ' +
		'squarecdn.com adyen.com klarna.com klarnacdn.net klarnaservices.com mollie.com paddle.com chargebee.com ' +
		'recurly.com checkout.com razorpay.com lemonsqueezy.com pay.google.com applepay.cdn-apple.com afterpay.com ' +
		// Tags and analytics
		'googletagmanager.com google-analytics.com googleoptimize.com analytics.google.com segment.com segment.io ' +
		'mixpanel.com amplitude.com heap.io heapanalytics.com hotjar.com hotjar.io fullstory.com mouseflow.com ' +
		'clarity.ms plausible.io usefathom.com simpleanalyticscdn.com simpleanalytics.com cloudflareinsights.com ' +
		'posthog.com matomo.cloud umami.is goatcounter.com rudderlabs.com newrelic.com nr-data.net datadoghq-browser-agent.com ' +
		'quantserve.com scorecardresearch.com chartbeat.com parsely.com omtrdc.net adobedtm.com tealiumiq.com ' +
		'optimizely.com vwo.com visualwebsiteoptimizer.com launchdarkly.com statsig.com mc.yandex.ru ' +
		'vercel-insights.com va.vercel-scripts.com static.cloudflareinsights.com ' +
		// Advertising
		'googlesyndication.com googleadservices.com doubleclick.net connect.facebook.net bat.bing.com ' +
		'snap.licdn.com ads-twitter.com static.ads-twitter.com analytics.tiktok.com s.pinimg.com sc-static.net ' +
		'redditstatic.com criteo.com criteo.net adroll.com taboola.com outbrain.com amazon-adsystem.com ' +
		// Maps, captchas, sign-in
		'maps.googleapis.com maps.google.com api.mapbox.com js.api.here.com www.google.com www.gstatic.com ' +
		'www.recaptcha.net hcaptcha.com challenges.cloudflare.com accounts.google.com apis.google.com ' +
		'appleid.cdn-apple.com appleid.auth.apple.com alcdn.msauth.net clerk.accounts.dev ' +
		// Chats, forms, consent
		'intercom.io intercomcdn.com widget.intercom.io crisp.chat tawk.to drift.com driftt.com zdassets.com ' +
		'zendesk.com hs-scripts.com hs-analytics.net hsforms.net hubspot.com usemessages.com freshchat.com ' +
		'livechatinc.com olark.com typeform.com calendly.com tally.so cookiebot.com cookielaw.org onetrust.com ' +
		'usercentrics.eu cookieyes.com iubenda.com trustarc.com osano.com termly.io quantcast.com ' +
		// Errors, social, media, fonts
		'sentry-cdn.com js.sentry-cdn.com bugsnag.com rollbar.com platform.twitter.com platform.linkedin.com ' +
		'instagram.com tiktok.com youtube.com player.vimeo.com wistia.com wistia.net fast.wistia.com ' +
		'use.typekit.net use.fontawesome.com kit.fontawesome.com trustpilot.com widget.trustpilot.com ' +
		'cdn.shopify.com shopifycloud.com klaviyo.com mailchimp.com list-manage.com chimpstatic.com'
	).split(' ');

/** Whether a script may change under its address, by the name of its host. */
export function isMovingScript(url: string): boolean {
	const { hostname } = new URL(url);
	return MOVING_HOSTS.some((host) => isWithin(hostname, host));
}
