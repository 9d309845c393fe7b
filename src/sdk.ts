/** Everything a check may import. Built-in checks use this door too. */

export { z } from 'zod';
export {
	at,
	blockedBy,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Judgement,
	optional,
	type Say,
	type Verdict,
	type Verdicts,
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
	DnsData,
	DnsRecord,
	DnsStatus,
	HttpAnswered,
	HttpOutcome,
	TlsOutcome,
	TrustStore,
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
export type { ChainAssessment, ChainProblem } from './facts/assess-chain.ts';
export { botWall, isEmptyPage } from './facts/bot-wall.ts';
export {
	type CanonicalSurvey,
	canonicalSurvey,
	sitemapUrls,
	type TwinUrls,
} from './facts/canonical-survey.ts';
export { certificateRefusal } from './facts/certificate-refusal.ts';
export { type ChainReport, chainReport } from './facts/chain-report.ts';
export { type ClockDoubt, clockDoubt } from './facts/clock-doubt.ts';
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
	type DkimDiscovery,
	type DkimSelector,
	discoverDkim,
	dkimDiscovery,
	hasKeyRecord,
	isUsable,
} from './facts/dkim-discovery.ts';
export { type DkimKeyRecord, looksLikeKey } from './facts/dkim-key.ts';
export {
	DMARC_POLICIES,
	type DmarcRecord,
	effectiveRecord,
	isMisspeltDmarc,
	parseDmarc,
	policyTag,
	softened,
	tagValue,
	validValue,
} from './facts/dmarc-record.ts';
export {
	type DmarcDiscovery,
	discoverDmarc,
	dmarcDiscovery,
} from './facts/dmarc-walk.ts';
export {
	type Addresses,
	addressesIn,
	addressesOf,
	dnsAnswer,
	lookup,
	textsIn,
} from './facts/dns.ts';
export { dnsPanel, panelFor } from './facts/dns-panel.ts';
export { type Endpoint, endpoints } from './facts/endpoints.ts';
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
export { coversName } from './facts/host-match.ts';
export { hostNameFault } from './facts/host-name.ts';
export { controlName, type Host, hosts, isRequired, names } from './facts/hosts.ts';
export { type HstsField, readHsts } from './facts/hsts.ts';
export {
	type HttpsStanding,
	httpsStandings,
	preloadFaults,
	preloadRedirectFaults,
} from './facts/hsts-preload.ts';
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
export { type HttpsAnswer, httpsAnswers, isDoubtful } from './facts/https-answers.ts';
export { type LocationFault, readLocation } from './facts/location.ts';
export { type MailDomain, mailDomains } from './facts/mail-domains.ts';
export {
	type Ask,
	longestTtl,
	type MailText,
	mailTexts,
} from './facts/mail-lookups.ts';
export {
	isWithin,
	MAIL_PROVIDERS,
	providerOfInclude,
	providerOfMx,
} from './facts/mail-providers.ts';
export { type ProvidersSeen, providersSeen } from './facts/mail-providers-seen.ts';
export { type MxHost, type MxReading, mxReading, readMx } from './facts/mx-reading.ts';
export { isReachableClass, type NetworkScope, networkScope } from './facts/network-scope.ts';
export {
	type ChainEnd,
	chainInWords,
	type Hop,
	isLocalName,
	isRedirect,
	isRegistrable,
	isSameSite,
	type Landing,
	landing,
	type RedirectChain,
	redirectChain,
} from './facts/redirects.ts';
export { type Repository, repositories, repositorySecrets } from './facts/repository.ts';
export {
	type DeadLink,
	deadLinks,
	type Resolution,
	resolution,
	type View,
} from './facts/resolution.ts';
export type { SecretPlace } from './facts/secret-place.ts';
export type { FoundSecret, RepositorySecrets } from './facts/secret-sighting.ts';
export {
	assessServed,
	type CertificateSummary,
	certificateProblems,
	certificateSummary,
	isFailure,
	type ServedChain,
	servedChains,
} from './facts/served-chains.ts';
export {
	type Site,
	type SiteAnswer,
	type SiteHop,
	siteAnswer,
	siteHops,
	sitePage,
	sites,
	unseenPage,
} from './facts/sites.ts';
export {
	addressCount,
	canonicalTerm,
	costTree,
	lookupsOf,
	lookupsOfBranch,
	passesOf,
	voidsOf,
	widestV6,
} from './facts/spf-cost.ts';
export { authorisesSomebody, hasFaults, isBroken, liveNodes } from './facts/spf-health.ts';
export { macroLetters } from './facts/spf-macro.ts';
export {
	type MissingProvider,
	missingProviders,
	providerNamed,
	spfProviders,
} from './facts/spf-providers.ts';
export {
	isSenderId,
	isSpfText,
	misspeltVersion,
	parseSpf,
	type SpfFault,
	type SpfRecord,
} from './facts/spf-record.ts';
export {
	edited,
	mergedRecord,
	namesSenders,
	repaired,
	type SpfEdit,
	withAll,
	without,
	withTerms,
} from './facts/spf-repair.ts';
export {
	type SpfBranch,
	type SpfNode,
	type SpfWalk,
	specOf,
	spfWalk,
	walkSpf,
} from './facts/spf-walk.ts';
export { timingOf } from './facts/timing.ts';
export type { TimingSummary } from './facts/timing-summary.ts';
export { tlsHandshake, trustStore } from './facts/tls.ts';
export { type Walk, type WalkOutcome, walk } from './facts/walk.ts';
export { type Zone, zoneOf } from './facts/zone-of.ts';
