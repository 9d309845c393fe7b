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
export {
	blocked,
	defineDerivation,
	defineProbe,
	type Fact,
	type FactRef,
	known,
	Unobserved,
	unknown,
} from './core/fact.ts';
export type { Evidence, Locus } from './core/finding.ts';
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
	type Addresses,
	addressesIn,
	addressesOf,
	dnsAnswer,
	lookup,
	textsIn,
} from './facts/dns.ts';
export { controlName, type Host, hosts, isRequired, names } from './facts/hosts.ts';
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
export { tlsHandshake, trustStore } from './facts/tls.ts';
