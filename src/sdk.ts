/** Everything a check may import. Built-in checks use this door too. */

export { z } from 'zod';
export {
	at,
	blockedBy,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Judgement,
	type NoVerdict,
	optional,
	type Say,
	type Verdict,
	type Verdicts,
} from './core/check.ts';
export { closest } from './core/closest.ts';
export { OUTSIDE } from './core/control-query.ts';
export { EMPTY_ANSWER } from './core/empty-answer.ts';
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
export {
	advice,
	commands,
	type Fix,
	type HeaderField,
	type Platform,
	perPlatform,
	records,
	type Snippet,
} from './core/fix.ts';
export { groupBy } from './core/group-by.ts';
export { apart, header, headers } from './core/header-fix.ts';
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
export { GIVEN_BY_ZONE } from './core/io.ts';
export type { Severity } from './core/severity.ts';
export { defineSubjects, type Subject } from './core/subject.ts';
export { svcParamKey, svcParamKeyNumber } from './core/svc-param.ts';
export type { Target } from './core/target.ts';
export { days, hours, minutes, seconds } from './core/units.ts';
export { deployedImages } from './facts/deploy/deployed-images.ts';
export { deployedStarts } from './facts/deploy/deployed-starts.ts';
export {
	type DeployedRepository,
	type DeployedVersion,
	deployedRepositories,
	deployedVersion,
} from './facts/deploy/deployed-version.ts';
export type {
	DeployedImage,
	DeployedImages,
	LocalState,
	ProductionStart,
	ProductionStarts,
	WrongPort,
} from './facts/deploy/deployment-facts.ts';
export { type LockState, repositoryLocks } from './facts/deploy/lock-files.ts';
export { MANAGER_FACTS, type Manager } from './facts/deploy/lock-kind.ts';
export type {
	Migration,
	MigrationIssue,
	Migrations,
	SchemaPush,
} from './facts/deploy/migration-issue.ts';
export { repositoryMigrations } from './facts/deploy/migrations.ts';
export { repositoryOperations } from './facts/deploy/operations.ts';
export type { Operations, Sign } from './facts/deploy/operations-schema.ts';
export type {
	PipelineAction,
	PipelineDeploy,
	PipelineForkCode,
	PipelineInjection,
	PipelineToken,
	RepositoryPipelines,
} from './facts/deploy/pipeline-facts.ts';
export { repositoryPipelines } from './facts/deploy/pipelines-survey.ts';
export type { PlatformKind } from './facts/deploy/platform.ts';
export { type RepositoryRollback, repositoryRollback } from './facts/deploy/rollback-survey.ts';
export {
	CALENDAR_DATE,
	CALENDAR_SOURCES,
	endOf,
	RUNTIMES,
	type Runtime,
	recommended,
} from './facts/deploy/runtime-calendar.ts';
export {
	areRelated,
	type RepositoryRuntimes,
	type RuntimeSource,
	repositoryRuntimes,
} from './facts/deploy/runtimes.ts';
export { type RepositoryTests, repositoryTests } from './facts/deploy/tests-survey.ts';
export type { WebFramework } from './facts/deploy/web-framework.ts';
export {
	type AddressClass,
	addressClass,
	isControlNet,
	networkOf,
} from './facts/dns/address-class.ts';
export {
	type AddressSurvey,
	type AddressView,
	addressSurvey,
	isDead,
	type Served,
} from './facts/dns/address-survey.ts';
export { type AliasStep, type AliasTrail, aliasTrail } from './facts/dns/alias-trail.ts';
export { isWithin } from './facts/dns/ancestry.ts';
export {
	type Addresses,
	addressesIn,
	addressesOf,
	dnsAnswer,
	lookup,
	textsIn,
} from './facts/dns/dns.ts';
export { dnsPanel, panelFor } from './facts/dns/dns-panel.ts';
export { hostNameFault } from './facts/dns/host-name.ts';
export {
	type HttpsEndpoint,
	type HttpsRecord,
	type HttpsRecordSurvey,
	httpsRecordSurvey,
	itemsOf,
	paramOf,
	type Reached,
} from './facts/dns/https-record.ts';
export { isReachableClass, type NetworkScope, networkScope } from './facts/dns/network-scope.ts';
export { registrableOf } from './facts/dns/registrable.ts';
export {
	type DeadLink,
	deadLinks,
	type Resolution,
	resolution,
	type View,
} from './facts/dns/resolution.ts';
export { isSharedAlias } from './facts/dns/shared-alias.ts';
export { type Walk, type WalkOutcome, walk } from './facts/dns/walk.ts';
export { type Zone, zoneOf } from './facts/dns/zone-of.ts';
export type { SeenDenial, SeenSet, SeenSignature } from './facts/dnssec/dnssec-answer.ts';
export { isDigestValidated, isValidated } from './facts/dnssec/dnssec-crypto.ts';
export {
	type DnssecSurvey,
	dnssecSurvey,
	failsValidation,
	REVOKED,
	type SeenDs,
	type SeenKey,
	type SigningServer,
} from './facts/dnssec/dnssec-survey.ts';
export { dnssecClock, momentOf, secondsUntil, timingAt } from './facts/dnssec/dnssec-time.ts';
export { type AuditedDomain, auditedDomains } from './facts/domain/domains.ts';
export { type ParentDs, parentDs } from './facts/domain/parent-ds.ts';
export type { RegisteredDs } from './facts/domain/rdap-domain.ts';
export {
	type Registration,
	type RegistrationView,
	registeredDomainOf,
	registrationOf,
} from './facts/domain/registration.ts';
export { registrationClock } from './facts/domain/registration-clock.ts';
export { type Sibling, siblingDomains } from './facts/domain/siblings.ts';
export {
	isGivenByPlatform,
	isOfServerProvider,
	isOwnUrlName,
	isSigningName,
	modeNameOf,
	secrecyOf,
	speaksOfSecrets,
	withoutPublicPrefix,
} from './facts/env/env-name.ts';
export type { Hosting } from './facts/env/env-platforms.ts';
export type {
	EnvPlace,
	EnvVariable,
	JudgedEnvFile,
	RepositoryEnv,
	SetValue,
} from './facts/env/env-schema.ts';
export { type EnvValue, UNSEEN } from './facts/env/env-value.ts';
export {
	type ConfiguredRepository,
	configuredRepositories,
	repositoryEnv,
} from './facts/env/repository-env.ts';
export {
	INTROSPECTION,
	isHtmlAdminTool,
	recogniseAdminTool,
} from './facts/exposure/exposure-admin-tools.ts';
export { recogniseBackup } from './facts/exposure/exposure-backups.ts';
export { recogniseConfig } from './facts/exposure/exposure-config-files.ts';
export { CREDENTIAL_FILES } from './facts/exposure/exposure-credentials.ts';
export { recogniseDeveloperFile } from './facts/exposure/exposure-developer-files.ts';
export {
	type Diagnostic,
	isHtmlDiagnostic,
	recogniseDevelopmentScript,
	recogniseDiagnostic,
	recogniseErrorPage,
} from './facts/exposure/exposure-diagnostics.ts';
export { parseDotenv } from './facts/exposure/exposure-dotenv.ts';
export { GIT_FILES } from './facts/exposure/exposure-git.ts';
export { recogniseLog } from './facts/exposure/exposure-logs.ts';
export {
	type Answered,
	controlInWords,
	deniesOnlyWhatExists,
	exposureProbes,
	isExposed,
	type Probed,
	type Probes,
} from './facts/exposure/exposure-probe.ts';
export { type HttpMethods, httpMethods } from './facts/exposure/http-methods.ts';
export { isBucketListing, isFolderListing, listedObjects } from './facts/exposure/listing.ts';
export {
	type ListingSurvey,
	listingSurvey,
	type OpenBucket,
} from './facts/exposure/listing-survey.ts';
export { hadSecret, redactedSecrets } from './facts/exposure/redacted-secret.ts';
export {
	insecureFields,
	isContact,
	parseSecurityTxt,
	readDateTime,
	valuesOf,
} from './facts/exposure/security-txt.ts';
export {
	type SecurityTxtFile,
	type SecurityTxtSurvey,
	securityTxtSurvey,
} from './facts/exposure/security-txt-survey.ts';
export type { SourceMapReading } from './facts/exposure/source-map.ts';
export {
	type SourceMapLook,
	type SourceMapSurvey,
	sourceMapSurvey,
} from './facts/exposure/source-map-survey.ts';
export { startPageLinks } from './facts/exposure/start-page-links.ts';
export {
	controlName,
	type Host,
	hosts,
	isRequired,
	isStagingName,
	names,
} from './facts/hosts.ts';
export { type DefaultIcon, defaultIcon, templateOfIcon } from './facts/launch/default-icons.ts';
export {
	type DefaultPage,
	defaultNotFoundIn,
	defaultPageIn,
	type UnclaimedHost,
	unclaimedIn,
} from './facts/launch/default-pages.ts';
export { type Gate, type GateKind, gateIn } from './facts/launch/gates.ts';
export { type LaunchSite, launchSites } from './facts/launch/launch-sites.ts';
export { type MailLinks, mailLinks } from './facts/launch/mail-links.ts';
export { type PublicKey, type PublicKeys, publicKeys } from './facts/launch/public-keys.ts';
export { noIndexIn } from './facts/launch/robots-directives.ts';
export { type RobotsFile, robotsFile } from './facts/launch/robots-file.ts';
export { type StagingHost, stagingHosts } from './facts/launch/staging-hosts.ts';
export { type FoundUse, type StagingSurvey, stagingSurvey } from './facts/launch/staging-survey.ts';
export { type Own, type TestKind, testAddressIn } from './facts/launch/test-address.ts';
export type { Use } from './facts/launch/test-uses.ts';
export { loadOf } from './facts/load/load.ts';
export { type LoadRefusal, loadPermit, PROOF_FILE } from './facts/load/load-permit.ts';
export type { LoadDecision, LoadOpen, LoadSummary, Quantiles } from './facts/load/load-summary.ts';
export { type LoadTarget, loadTargets } from './facts/load/load-targets.ts';
export type { LogKind, LogReading, RepositoryLogs } from './facts/logs/log-findings.ts';
export { givenLog, type LogPlace, logPlaces, repositoryLogs } from './facts/logs/log-places.ts';
export { repositoryLogging } from './facts/logs/logging.ts';
export type { Logging, LoggingFinding } from './facts/logs/logging-finding.ts';
export {
	type BimiCertificate,
	type BimiLogo,
	type BimiRecordView,
	type BimiSurvey,
	bimiSurvey,
} from './facts/mail/bimi.ts';
export { parseBimiRecord, repairedBimiRecord } from './facts/mail/bimi-record.ts';
export { type BrokenRule, isError } from './facts/mail/broken-rule.ts';
export {
	type DaneHost,
	type DaneSurvey,
	daneSurvey,
	type TlsaLook,
} from './facts/mail/dane-survey.ts';
export {
	type DkimDiscovery,
	type DkimSelector,
	discoverDkim,
	dkimDiscovery,
	hasKeyRecord,
	isUsable,
} from './facts/mail/dkim-discovery.ts';
export { type DkimKeyRecord, looksLikeKey } from './facts/mail/dkim-key.ts';
export { rewrittenKey, unrestricted } from './facts/mail/dkim-repair.ts';
export { keyName } from './facts/mail/dkim-verify.ts';
export { discovered, discoveredInWords, discoverySteps } from './facts/mail/dmarc-discovered.ts';
export {
	DMARC_POLICIES,
	type DmarcRecord,
	effectiveRecord,
	isDmarcText,
	isMisspeltDmarc,
	parseDmarc,
	policyTag,
	type ReportUri,
	softened,
	tagValue,
	validValue,
} from './facts/mail/dmarc-record.ts';
export { respelt, rewritten, type TagChanges } from './facts/mail/dmarc-repair.ts';
export {
	type DmarcDiscovery,
	discoverDmarc,
	dmarcDiscovery,
} from './facts/mail/dmarc-walk.ts';
export { isGenericName } from './facts/mail/generic-name.ts';
export { mailCertificateProblems } from './facts/mail/mail-certificate.ts';
export { type MailDomain, mailDomains } from './facts/mail/mail-domains.ts';
export {
	type Ask,
	longestTtl,
	type MailText,
	mailTexts,
} from './facts/mail/mail-lookups.ts';
export {
	MAIL_PROVIDERS,
	providerOfInclude,
	providerOfMx,
} from './facts/mail/mail-providers.ts';
export { type ProvidersSeen, providersSeen } from './facts/mail/mail-providers-seen.ts';
export { type MailService, serviceLines, serviceNamed } from './facts/mail/mail-services.ts';
export type {
	MessageAuthentication,
	SignatureReading,
	SpfReading,
} from './facts/mail/message-authentication.ts';
export { isInnerName } from './facts/mail/message-trust.ts';
export { type MtaSts, type MtaStsMode, mtaSts, mtaStsMode } from './facts/mail/mta-sts.ts';
export {
	isMxPattern,
	isNamedBy,
	type MtaStsPolicy,
	type PolicyText,
	parseMtaStsPolicy,
	policyText,
	repairedPolicy,
	SHORT_MAX_AGE,
} from './facts/mail/mta-sts-policy.ts';
export { parseMtaStsRecord, repairedMtaStsRecord } from './facts/mail/mta-sts-record.ts';
export {
	type MtaStsPolicyView,
	type MtaStsRecordView,
	type MtaStsSurvey,
	mtaStsSurvey,
	policyHost,
	policyUrl,
} from './facts/mail/mta-sts-survey.ts';
export { type MxHost, type MxReading, mxReading, readMx } from './facts/mail/mx-reading.ts';
export { type ProductService, productServices } from './facts/mail/product-services.ts';
export type { Source as ReportSource } from './facts/mail/report-sources.ts';
export {
	type ReportedDomain,
	type ReportSurvey,
	reportSurvey,
	WINDOW_DAYS,
} from './facts/mail/report-survey.ts';
export { reportedDomains } from './facts/mail/reported-domains.ts';
export {
	type MailAddress,
	type ReverseDns,
	type ReverseNamed,
	type ReverseSurvey,
	reversed,
	reverseSurvey,
} from './facts/mail/reverse-dns.ts';
export type { SampleMessage } from './facts/mail/sample-message.ts';
export {
	type JudgedMessage,
	judgedMessage,
	judgedMessages,
	type SampleFile,
	sampleFiles,
} from './facts/mail/sample-messages.ts';
export { isFreemail, sendingService } from './facts/mail/sending-services.ts';
export { describeSession } from './facts/mail/smtp.ts';
export {
	isOld,
	type MailHost,
	type SmtpLook,
	type SmtpSurvey,
	smtpSurvey,
} from './facts/mail/smtp-survey.ts';
export {
	addressCount,
	canonicalTerm,
	costTree,
	lookupsOf,
	lookupsOfBranch,
	passesOf,
	voidsOf,
	widestV6,
} from './facts/mail/spf-cost.ts';
export {
	authorisesSomebody,
	brokenBy,
	hasFaults,
	isBroken,
	liveNodes,
} from './facts/mail/spf-health.ts';
export { macroLetters } from './facts/mail/spf-macro.ts';
export {
	type MissingProvider,
	missingProviders,
	providerNamed,
	spfProviders,
} from './facts/mail/spf-providers.ts';
export { parseSpf, type SpfFault, type SpfRecord } from './facts/mail/spf-record.ts';
export {
	edited,
	mergedRecord,
	namesSenders,
	repaired,
	type SpfEdit,
	withAll,
	without,
	withTerms,
} from './facts/mail/spf-repair.ts';
export { isSenderId, isSpfText, misspeltVersion } from './facts/mail/spf-version.ts';
export {
	type SpfBranch,
	type SpfNode,
	type SpfWalk,
	specOf,
	spfWalk,
	walkSpf,
} from './facts/mail/spf-walk.ts';
export { longSpfText } from './facts/mail/spf-zone-file.ts';
export { readSvg, type SvgReading } from './facts/mail/svg-profile.ts';
export { daneHosts, type TlsRptView, tlsRpt } from './facts/mail/tls-rpt.ts';
export { parseTlsRptRecord, repairedTlsRptRecord } from './facts/mail/tls-rpt-record.ts';
export {
	effectiveTlsa,
	matchTlsa,
	parseTlsa,
	type TlsaRecord,
	tlsaOf,
	tlsaText,
} from './facts/mail/tlsa-record.ts';
export {
	type ErrorTracking,
	errorTracking,
	type SeenTracker,
} from './facts/monitoring/error-tracking.ts';
export {
	HEALTH_PATHS,
	type HealthEndpoint,
	type HealthHost,
	type HealthState,
	type HealthSurvey,
	healthEndpoints,
	healthHosts,
	healthSurvey,
	SLOW_MS,
} from './facts/monitoring/health-endpoints.ts';
export type { HealthLeak } from './facts/monitoring/health-leaks.ts';
export type { HealthLook } from './facts/monitoring/health-look.ts';
export { type HealthView, healthView } from './facts/monitoring/health-view.ts';
export type { Channel, Monitor } from './facts/monitoring/monitor.ts';
export { type MonitoredTarget, monitoredTargets } from './facts/monitoring/monitored-targets.ts';
export { type MonitorsOf, monitorsOf } from './facts/monitoring/monitors-of.ts';
export type { RepositoryMonitors } from './facts/monitoring/repository-monitors.ts';
export { type StatusPage, type StatusPages, statusPages } from './facts/monitoring/status-pages.ts';
export { watchedHost } from './facts/monitoring/watched-host.ts';
export { isKeyFileName } from './facts/secret-formats/key-store.ts';
export {
	type EnvFile,
	type NotedFile,
	type RepositoryFiles,
	repositoryFiles,
} from './facts/secret-formats/repository-files.ts';
export { type BuildSecrets, buildSecrets } from './facts/secrets/build-secrets.ts';
export { type DeployedSecrets, deployedSecrets } from './facts/secrets/deployed-secrets.ts';
export { type DeployedSite, deployedSites } from './facts/secrets/deployed-sites.ts';
export type {
	HistorySecret,
	PastEnvFile,
	RepositoryHistory,
} from './facts/secrets/history-sighting.ts';
export {
	type Repository,
	repositories,
	repositoryHistory,
	repositorySecrets,
} from './facts/secrets/repository.ts';
export {
	type RepositoryFingerprints,
	type RepositoryPlace,
	repositoryFingerprints,
} from './facts/secrets/repository-fingerprints.ts';
export { SAMPLE_SECRET } from './facts/secrets/sample-secret.ts';
export type { SecretPlace } from './facts/secrets/secret-place.ts';
export type { FoundSecret, RepositorySecrets } from './facts/secrets/secret-sighting.ts';
export {
	type ClaimableName,
	type ClaimStanding,
	claimableNames,
} from './facts/takeover/claimable-names.ts';
export { cloudOf } from './facts/takeover/cloud-addresses.ts';
export { type LostTarget, type LostTargets, lostTargets } from './facts/takeover/named-targets.ts';
export { type ReleasedAddress, releasedAddresses } from './facts/takeover/released-addresses.ts';
export { type TakeoverView, takeoverView } from './facts/takeover/takeover.ts';
export { takeoverService } from './facts/takeover/takeover-services.ts';
export type { UnservedZone } from './facts/takeover/unserved-zone.ts';
export { type Wildcard, type WildcardLanding, wildcard } from './facts/takeover/wildcard.ts';
export { type Endpoint, endpoints } from './facts/timing/endpoints.ts';
export { type HostPaces, hostPaces, type Pace } from './facts/timing/host-paces.ts';
export { timedHosts } from './facts/timing/timed-hosts.ts';
export { hostTiming, lookupTiming, timingOf } from './facts/timing/timing.ts';
export type { HostTiming, TimingSummary } from './facts/timing/timing-summary.ts';
export type { ChainAssessment, ChainProblem } from './facts/tls/assess-chain.ts';
export { type ClockDoubt, clockDoubt, doubtAt } from './facts/tls/clock-doubt.ts';
export { type HostCaa, hostCaa } from './facts/tls/host-caa.ts';
export { coversName } from './facts/tls/host-match.ts';
export { type HttpsAnswer, httpsAnswers, isDoubtful } from './facts/tls/https-answers.ts';
export { type Interception, interception } from './facts/tls/interception.ts';
export type { KnownIssuer } from './facts/tls/issuers.ts';
export { knownPrime } from './facts/tls/key-exchange.ts';
export { type NamelessAnswer, namelessAnswer } from './facts/tls/nameless-answer.ts';
export { type OcspAnswer, type OcspState, ocspState } from './facts/tls/ocsp-response.ts';
export {
	CLOUDFLARE,
	type OriginHost,
	type OriginView,
	originHosts,
	originView,
} from './facts/tls/origin-view.ts';
export { type RenewalWindow, renewalWindows } from './facts/tls/renewal-info.ts';
export { type ListLook, type RevocationView, revocationViews } from './facts/tls/revocation.ts';
export { type ServedCertificate, servedCertificates } from './facts/tls/served-certificates.ts';
export {
	assessServed,
	type CertificateSummary,
	certificateProblems,
	certificateSummary,
	isFailure,
	type ServedChain,
	servedChains,
} from './facts/tls/served-chains.ts';
export { tlsHandshake, trustStore } from './facts/tls/tls.ts';
export { tlsHello } from './facts/tls/tls-hello.ts';
export type { Looked, TlsSurvey } from './facts/tls/tls-survey.ts';
export { type TlsSurveys, tlsSurveys } from './facts/tls/tls-surveys.ts';
export {
	LOGS_BY_EXTENSION,
	type TransparencyView,
	transparencyViews,
} from './facts/tls/transparency.ts';
export { isModern } from './facts/tls/version-hello.ts';
export { botWall, isEmptyPage } from './facts/web/bot-wall.ts';
export {
	isolationFault,
	obsoleteHeaders,
	permissionsPolicyFault,
	type ReferrerPolicy,
	readReferrerPolicy,
	resourcePolicyFault,
} from './facts/web/browser-policies.ts';
export { type CampaignWalk, campaignWalks } from './facts/web/campaigns.ts';
export {
	type CanonicalSurvey,
	canonicalSurvey,
	sitemapUrls,
	type TwinUrls,
} from './facts/web/canonical-survey.ts';
export { certificateRefusal } from './facts/web/certificate-refusal.ts';
export { type ChainReport, chainReport } from './facts/web/chain-report.ts';
export { declaresEncoding, readNosniff } from './facts/web/content-type-options.ts';
export {
	brokenPrefix,
	type Cookie,
	cookieLifetime,
	cookieReach,
	isAntiForgeryName,
	isProvidersCookie,
	isRemoval,
	isSessionName,
	parseSetCookie,
} from './facts/web/cookies.ts';
export {
	type CorsAnswer,
	type CorsLook,
	type CorsSurvey,
	corsSurvey,
	isEchoed,
	type OriginKind,
} from './facts/web/cors-survey.ts';
export {
	type EnforcedPolicy,
	enforcedPolicies,
	metaPolicies,
	parseCsp,
} from './facts/web/csp.ts';
export { type BlockedPart, blockedParts, hashSource } from './facts/web/csp-blocked.ts';
export { governing, sourcesInForce } from './facts/web/csp-meaning.ts';
export { reusedNonce } from './facts/web/csp-nonce.ts';
export {
	cspText,
	type DirectiveChanges,
	NONCE_PLACEHOLDER,
	rewrittenPolicy,
	securedSource,
	withoutSources,
	withSources,
} from './facts/web/csp-repair.ts';
export { CSP_DIRECTIVES, isSourceList, syntaxFaults } from './facts/web/csp-syntax.ts';
export { type CspWeakness, cspWeaknesses } from './facts/web/csp-weaknesses.ts';
export { type FrameOptions, readFrameOptions } from './facts/web/frame-options.ts';
export { type HostAnswer, type HostAnswers, hostAnswers } from './facts/web/host-answers.ts';
export { type HstsField, readHsts } from './facts/web/hsts.ts';
export {
	type HttpsStanding,
	httpsStandings,
	preloadFaultsIn,
	preloadRedirectFaults,
} from './facts/web/hsts-preload.ts';
export {
	asksForSecrets,
	canonicalsIn,
	isHtml,
	metaIn,
	type Page,
	pageIn,
	readPage,
	readRefresh,
} from './facts/web/html.ts';
export {
	bodyText,
	fieldValues,
	httpAnswer,
	httpExchange,
	type SeenAnswer,
} from './facts/web/http.ts';
export { insecureScriptsAt } from './facts/web/insecure-script.ts';
export { countingHashes, hasIntegrity, integrityOf } from './facts/web/integrity.ts';
export { internalAddresses } from './facts/web/internal-address.ts';
export { type LocationFault, readLocation } from './facts/web/location.ts';
export { type InsecureLoad, insecureLoads } from './facts/web/mixed-content.ts';
export {
	type OldDomain,
	oldDomains,
	type SurveyedDomain,
} from './facts/web/old-domain.ts';
export type { OldUrl, UnreadLine } from './facts/web/old-url-list.ts';
export {
	isTarget,
	type OldUrlSurvey,
	type OldUrlWalk,
	oldUrlList,
	oldUrlSurvey,
	type Walk as OldUrlWay,
	withoutSlash,
} from './facts/web/old-urls.ts';
export { type PageSources, pageSources, starterPolicy } from './facts/web/page-sources.ts';
export { type PinnedFile, pinnedFiles } from './facts/web/pinned-files.ts';
export { type LostPost, lostPosts } from './facts/web/post-routes.ts';
export {
	isCampaignParameter,
	type QueryChange,
	queryChange,
	rawQuery,
} from './facts/web/query-change.ts';
export {
	isSamePage,
	type PageSketch,
	type RandomPath,
	randomPath,
	randomPathOf,
} from './facts/web/random-path.ts';
export {
	MATRIX_QUERY,
	type MatrixWalk,
	type RedirectMatrix,
	redirectMatrix,
	startPaths,
} from './facts/web/redirect-matrix.ts';
export {
	isOutside,
	type Redirector,
	type RedirectorProbe,
	type RedirectorSurvey,
	redirectorSurvey,
} from './facts/web/redirectors.ts';
export {
	type ChainEnd,
	chainInWords,
	type Hop,
	isRedirect,
	isRegistrable,
	isSameSite,
	type Landing,
	landing,
	type RedirectChain,
	redirectChain,
} from './facts/web/redirects.ts';
export { signInWalk } from './facts/web/sign-in.ts';
export {
	assetText,
	type SeenPage,
	type SiteAsset,
	type SitePages,
	sitePages,
} from './facts/web/site-pages.ts';
export { type SiteSample, siteSamples } from './facts/web/site-samples.ts';
export {
	isApiName,
	type Site,
	type SiteAnswer,
	type SiteHop,
	siteAnswer,
	siteHops,
	sitePage,
	sites,
	unseenPage,
} from './facts/web/sites.ts';
export { isLocalName } from './facts/web/stranger.ts';
export {
	type EndOfLife,
	endedBy,
	isDebugHeader,
	namesVersion,
	TECHNOLOGY_HEADERS,
} from './facts/web/technology-headers.ts';
export {
	ownedBy,
	type ToldHost,
	type ToldSite,
	type ToldTarget,
	toldHosts,
	toldSites,
	toldTargets,
} from './facts/web/told.ts';
export { type CaaRecord, caaOf, caaSurvey, type RelevantCaa } from './facts/zone/caa.ts';
export { parseIssueValue } from './facts/zone/caa-value.ts';
export { type Delegation, delegation, type ParentView } from './facts/zone/delegation.ts';
export { type NameServerDomain, nameServerDomains } from './facts/zone/name-server-domains.ts';
export {
	type NameServerSurvey,
	nameServerSurvey,
	type ServerBehaviour,
} from './facts/zone/server-behaviour.ts';
export {
	type SerialGap,
	type Soa,
	type SoaAt,
	type SoaSurvey,
	soaSurvey,
} from './facts/zone/soa-survey.ts';
export { type SubZone, subZones } from './facts/zone/sub-zones.ts';
export {
	LEADING_TYPES,
	type PlannedMove,
	type TtlSet,
	type TtlSurvey,
	ttlSurveyOf,
} from './facts/zone/ttl-survey.ts';
export { type Vantage, vantage } from './facts/zone/vantage.ts';
export { workingZone } from './facts/zone/working-zone.ts';
export { type Disagreement, type Edition, zoneConsistency } from './facts/zone/zone-consistency.ts';
export {
	type CheckedSet,
	type NameServer,
	namesIn,
	type ServerAt,
	type ServerState,
	type ZoneSurvey,
	zoneSurvey,
} from './facts/zone/zone-survey.ts';
export { type AuditedZone, auditedZones, surveyOf } from './facts/zone/zones.ts';
export {
	type DriftAt,
	type DriftedSet,
	type ZoneDrift,
	zoneDriftOf,
} from './facts/zone-file/zone-drift.ts';
export {
	type LongText,
	parseZoneFile,
	type ZoneFile,
	type ZoneRecord,
} from './facts/zone-file/zone-file.ts';
export {
	masterLine,
	reviewZoneFile,
	type ZoneFileReview,
} from './facts/zone-file/zone-file-review.ts';
export { plannedZoneOf, zoneFileName } from './facts/zone-file/zone-plan.ts';
