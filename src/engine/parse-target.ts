import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { getDomain } from 'tldts';
import type { EndpointRule, Target } from '../core/target.ts';
import { parseEndpoint } from './parse-endpoint.ts';

/** What the user typed cannot be audited; the message is the line to show. */
export class BadTarget extends Error {}

export interface Asked {
	/** A domain or an http(s) URL; absent for a repository alone. */
	readonly domain?: string | undefined;
	readonly hosts?: readonly string[] | undefined;
	/** URLs, each with its method before and with what it is and its budget behind; see `parseEndpoint`. */
	readonly endpoints?: readonly string[] | undefined;
	readonly health?: readonly string[] | undefined;
	readonly coldStart?: boolean | undefined;
	readonly untimed?: boolean | undefined;
	readonly guess?: boolean | undefined;
	readonly dkimSelectors?: readonly string[] | undefined;
	/** Absolute path. */
	readonly dmarcReports?: string | undefined;
	readonly sendingIps?: readonly string[] | undefined;
	readonly sends?: boolean | undefined;
	readonly bulk?: boolean | undefined;
	readonly active?: boolean | undefined;
	readonly deep?: boolean | undefined;
	readonly login?: string | undefined;
	readonly origin?: string | undefined;
	/** Absolute path. */
	readonly oldUrls?: string | undefined;
	readonly oldDomains?: readonly string[] | undefined;
	readonly campaigns?: readonly string[] | undefined;
	/** Absolute path. */
	readonly zoneFile?: string | undefined;
	readonly drift?: boolean | undefined;
	/** Absolute paths. */
	readonly messages?: readonly string[] | undefined;
	readonly rdap?: string | undefined;
	/** Absolute paths. */
	readonly logs?: readonly string[] | undefined;
	/** Absolute path. */
	readonly repo?: string | undefined;
	/** Absolute path, or a mode. */
	readonly envFile?: string | undefined;
	/** Unless given, what refs and stashes lead to. */
	readonly history?: Target['history'] | undefined;
	readonly seed: string;
}

/** Throws `BadTarget` with one line that says what to type instead. */
export function parseTarget(asked: Asked): Target {
	const domain = asked.domain === undefined ? null : hostName(asked.domain);
	return {
		domain,
		registrable: domain === null ? null : registrableOf(domain),
		hosts: (asked.hosts ?? []).map(hostName),
		...endpointsOf(asked),
		...healthOf(asked),
		...(asked.guess === false && { guess: asked.guess }),
		...mailOf(asked),
		active: asked.active ?? false,
		deep: asked.deep ?? false,
		login: asked.login === undefined ? null : webUrl(asked.login, '--login'),
		origin: asked.origin === undefined ? null : oneAddress(asked.origin, ORIGIN),
		oldDomains: (asked.oldDomains ?? []).map(hostName),
		campaigns: (asked.campaigns ?? []).map((text) => webUrl(text, 'campaigns')),
		zoneUse: asked.drift === true ? 'drift' : 'plan',
		rdap: asked.rdap === undefined ? null : webUrl(asked.rdap, '--rdap'),
		...foldersAndFiles(asked),
		history: asked.history ?? 'reachable',
		seed: asked.seed,
	};
}

function endpointsOf({
	endpoints = [],
	coldStart = false,
	untimed = false,
}: Asked): Pick<Target, 'endpoints' | 'endpointRules' | 'coldStart' | 'untimed'> {
	const rules = new Map<string, EndpointRule>();
	for (const text of endpoints) {
		const rule = parseEndpoint(text);
		if ('fault' in rule) throw new BadTarget(rule.fault);
		if (!rules.has(rule.url)) rules.set(rule.url, rule);
	}
	const telling = [...rules.values()].filter(
		({ method, kind, budgetMs }) => method !== 'GET' || kind !== null || budgetMs !== null,
	);
	return {
		endpoints: [...rules.keys()],
		...(telling.length > 0 && { endpointRules: telling }),
		...(coldStart && { coldStart }),
		...(untimed && { untimed }),
	};
}

function healthOf({ health = [] }: Asked): Pick<Target, 'health'> {
	if (health.length === 0) return {};
	return { health: [...new Set(health.map((text) => webUrl(text, '--health')))] };
}

function foldersAndFiles({ dmarcReports, oldUrls, zoneFile, logs, repo, envFile }: Asked) {
	return {
		logs: [...new Set(logs)],
		dmarcReports: dmarcReports ?? null,
		oldUrls: oldUrls ?? null,
		zoneFile: zoneFile ?? null,
		repo: repo ?? null,
		env: envFile ?? null,
	};
}

const ORIGIN = {
	option: '--origin',
	give: 'Give the address of the server behind the CDN, such as 203.0.113.9 or 2001:db8::9.',
};
const SENDING_IP = {
	option: '--sending-ip',
	give: 'Give one, such as 203.0.113.9 or 2001:db8::9, and the option again for each further one.',
};

/** In the form of RFC 5952; an IPv4 address inside IPv6 is unwrapped. */
function oneAddress(input: string, { option, give }: { option: string; give: string }): string {
	const bare = input.trim().replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1');
	if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) {
		throw new BadTarget(`${option} "${input}" is no address. ${give}`);
	}
	return ipaddr.process(bare).toString();
}

function mailOf({
	dkimSelectors = [],
	sends = false,
	bulk = false,
	messages = [],
	sendingIps = [],
}: Asked): Pick<Target, 'dkimSelectors' | 'sends' | 'bulk' | 'messages' | 'sendingIps'> {
	return {
		dkimSelectors: [...dkimSelectors],
		sends,
		bulk,
		messages: [...messages],
		sendingIps: [...new Set(sendingIps.map((text) => oneAddress(text, SENDING_IP)))],
	};
}

/** By the public suffix list with its private part: `a.github.io` belongs to its owner. */
function registrableOf(name: string): string {
	return getDomain(name, { allowPrivateDomains: true }) ?? name;
}

/** A domain name in A-labels, lower case, without final dot, out of what people paste. */
function hostName(input: string): string {
	const text = input.trim();
	const name = text.includes('://') ? hostOfUrl(text) : text.replace(/\/.*$/s, '');
	if (/:\d*$/.test(name)) {
		throw new BadTarget(
			`"${input}" names a port. Give the domain: its public ports 443, 80 and 25 are audited.`,
		);
	}
	const ascii = domainToASCII(name.replace(/\.$/, '')).toLowerCase();
	const bare = name.replace(/^\[(.*)\]$/, '$1');
	if (ipaddr.isValid(bare) || ipaddr.isValid(ascii)) {
		throw new BadTarget(
			`"${input}" is an address. Give the domain that leads to it, with --resolve DOMAIN:443:${bare} to aim at that server.`,
		);
	}
	const labels = ascii.split('.');
	const wellFormed =
		ascii.length > 0 &&
		ascii.length <= 253 &&
		labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
	if (!wellFormed || labels.length < 2) {
		throw new BadTarget(
			`"${input}" is not a domain name. Type one like: launch-ready audit example.com`,
		);
	}
	return ascii;
}

function hostOfUrl(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
		throw new BadTarget(`"${text}" cannot be audited. Give a domain or an https:// URL.`);
	}
	return url.host;
}

function webUrl(text: string, from: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
		throw new BadTarget(`${from} "${text}" is not an http(s) URL.`);
	}
	url.hash = '';
	return url.href;
}
