/** Everything a check may import. Built-in checks use this door too. */

export { z } from 'zod';
export {
	at,
	blockedBy,
	cannotSay,
	defineCheck,
	doesNotApply,
	optional,
} from './core/check.ts';
export type { Evidence } from './core/evidence.ts';
export {
	blocked,
	defineDerivation,
	defineProbe,
	type Fact,
	type FactRef,
	known,
	type UnknownReason,
	Unobserved,
	unknown,
} from './core/fact.ts';
export type { Locus } from './core/finding.ts';
export { advice, commands, type Fix, header, perPlatform, records } from './core/fix.ts';
export type {
	DnsAnswer,
	DnsRecord,
	HttpAnswered,
	HttpOutcome,
	TlsOutcome,
} from './core/io.ts';
export type { Severity } from './core/severity.ts';
export { defineSubjects, type Subject } from './core/subject.ts';
export type { Target } from './core/target.ts';
export { days, hours, minutes, seconds } from './core/units.ts';
export {
	type AddressClass,
	addressClass,
	isControlNet,
	networkOf,
} from './facts/address-class.ts';
export {
	type AddressSurvey,
	type AddressView,
	addressSurvey,
	isDead,
	type Served,
} from './facts/address-survey.ts';
export { botWall, isEmptyPage } from './facts/bot-wall.ts';
export {
	brokenPrefix,
	type Cookie,
	cookieLifetime,
	cookieReach,
	isAntiForgeryName,
	isRemoval,
	isSessionName,
	parseSetCookie,
} from './facts/cookies.ts';
export { enforcedPolicies } from './facts/csp.ts';
export {
	type Addresses,
	addressesIn,
	addressesOf,
	dnsAnswer,
	lookup,
	textsIn,
} from './facts/dns.ts';
export { dnsPanel, panelFor } from './facts/dns-panel.ts';
export { parseDotenv } from './facts/exposure-dotenv.ts';
export { GIT_FILES } from './facts/exposure-git.ts';
export {
	controlInWords,
	deniesOnlyWhatExists,
	exposureProbes,
	isExposed,
	type Probed,
	type Probes,
} from './facts/exposure-probe.ts';
export { hostNameFault } from './facts/host-name.ts';
export { controlName, type Host, hosts, isRequired, names } from './facts/hosts.ts';
export { type HstsField, readHsts } from './facts/hsts.ts';
export { hostsWithoutHttps, preloadFaults, preloadRedirectFaults } from './facts/hsts-preload.ts';
export {
	asksForSecrets,
	canonicalsIn,
	isHtml,
	metaIn,
	type Page,
	pageIn,
	readPage,
	readRefresh,
} from './facts/html.ts';
export { bodyText, fieldValues, httpAnswer, httpExchange } from './facts/http.ts';
export { type LocationFault, readLocation } from './facts/location.ts';
export { isReachableClass, type NetworkScope, networkScope } from './facts/network-scope.ts';
export {
	type ChainEnd,
	chainInWords,
	type Hop,
	isLocalName,
	isRedirect,
	isSameSite,
	type Landing,
	landing,
	type RedirectChain,
	redirectChain,
} from './facts/redirects.ts';
export {
	type DeadLink,
	deadLinks,
	type Resolution,
	resolution,
	type View,
} from './facts/resolution.ts';
export {
	isErrorPage,
	type Site,
	type SiteAnswer,
	type SiteHop,
	siteAnswer,
	siteHops,
	sitePage,
	sites,
} from './facts/sites.ts';
export { tlsHandshake, trustStore } from './facts/tls.ts';
export { type Walk, type WalkOutcome, walk } from './facts/walk.ts';
export { type Zone, zoneOf } from './facts/zone-of.ts';
