import { readFile } from 'node:fs/promises';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isIP } from 'node:net';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseRecords } from './record.ts';

const Address = z.string().refine((text) => isIP(text) > 0, 'not an IP address');
const Milliseconds = z.number().min(0);

/** A name, or a list of names, in presentation form. */
const HostNames = z.array(z.string().min(1)).min(1);

/** Name servers by name (relative to the zone unless it ends in a dot) with their addresses. */
const NameServers = z.record(z.string().min(1), z.array(Address));

/** `owner [ttl] [IN] type rdata`, one a line; see `parseRecords`. */
const Records = z.union([z.string(), z.array(z.string())]);

// ── DNS ──────────────────────────────────────────────────────────────────────────────────────────

function areRecords(records: string | readonly string[]): boolean {
	try {
		parseRecords(textOf(records), [], 0);
		return true;
	} catch {
		return false;
	}
}

/** One text, whichever way the lines were written. */
export function textOf(records: string | readonly string[]): string {
	return typeof records === 'string' ? records : records.join('\n');
}

const DsKind = z.enum([
	/** SHA-256 of each key that signs keys. */
	'right',
	'none',
	/** Of a key that the zone does not have. */
	'mismatch',
	/** The right one and one of such a key. */
	'and-stale',
	/** SHA-1 alone, or beside SHA-256. */
	'sha1',
	'sha1-too',
	'sha384',
]);

/** When signatures are valid, in hours from the lab's start. */
const Validity = z.strictObject({ fromHours: z.number(), untilHours: z.number() });

const DnssecSchema = z.strictObject({
	/** IANA's numbers; the zone is signed with each. Real signatures for 1, 5, 7, 8, 10 and 13 to 16. */
	algorithms: z.array(z.number().int().min(0).max(255)).min(1).default([13]),
	rsaBits: z.number().int().min(512).default(2048),
	/** A key for keys (257) and one for records (256), or one (257) for both. */
	keys: z.enum(['split', 'single']).default('split'),
	/** A further pair that signs nothing and has no DS, as during a key rollover. */
	standby: z.boolean().default(false),
	/** NSEC, or NSEC3 with these parameters (salt in hex). */
	denial: z
		.union([
			z.literal('nsec'),
			z.strictObject({
				iterations: z.number().int().min(0).max(0xffff).default(0),
				salt: z
					.string()
					.regex(/^(?:[0-9a-fA-F]{2})*$/)
					.default(''),
			}),
		])
		.default('nsec'),
	/** Negative answers come without proof, or with proof of something else. */
	denialFault: z.enum(['absent', 'wrong']).optional(),
	/** A week old, good for two more unless given. */
	validity: Validity.default({ fromHours: -168, untilHours: 336 }),
	/** The first that fits a set counts. */
	signatureFaults: z
		.array(
			z.strictObject({
				/** `www A`, or a type alone for every name (`NSEC3`); every set unless given. */
				sets: z.array(z.string().regex(/^\S+(?: \S+)?$/)).optional(),
				/** At one server alone. */
				at: Address.optional(),
				does: z.union([z.enum(['missing', 'invalid']), Validity]),
			}),
		)
		.default([]),
	/** At the parent, beside what `delegation.ds` gives. */
	ds: DsKind.default('right'),
	/** The DS stays, and the zone has neither keys nor signatures. */
	withoutKeys: z.boolean().default(false),
	/** Servers that hold the unsigned edition. */
	unsignedAt: z.array(Address).default([]),
	/** CDS and CDNSKEY (RFC 7344); `delete` is RFC 8078's. */
	cds: z.enum(['none', 'right', 'mismatch', 'delete']).default('none'),
	/** Servers that sign with keys of their own, as a second provider does (RFC 8901). */
	otherSigner: z
		.strictObject({
			at: z.array(Address).min(1),
			/** The parent has a DS for its keys too. */
			ds: z.boolean().default(true),
			/** Each side publishes the other's keys for records. */
			crossPublished: z.boolean().default(false),
		})
		.optional(),
});

const ZoneSchema = z.strictObject({
	/**
	 * Its name servers: they hold the zone, and the parent delegates to them. SOA, NS and the
	 * addresses of servers inside the zone are added where `records` has none of that kind.
	 * `ns1` at 198.51.100.21 and `ns2` at 203.0.113.21 unless given.
	 */
	ns: NameServers.optional(),
	records: Records.default([]),
	/** What the parent says, where it is not what the zone says. */
	delegation: z
		.strictObject({
			/** No NS at the parent at all. */
			none: z.boolean().default(false),
			/** Other name servers, with the glue that the parent gives. */
			ns: NameServers.optional(),
			/** `false`: no glue. */
			glue: z.boolean().default(true),
			/** RDATA of DS records. */
			ds: z.array(z.string()).default([]),
			/** What one server of the parent says instead. */
			differs: z
				.array(
					z.strictObject({
						at: Address,
						none: z.boolean().default(false),
						ns: NameServers.optional(),
						/** Where the zone is signed. */
						ds: DsKind.optional(),
					}),
				)
				.default([]),
		})
		.optional(),
	/** Signed when the lab starts; nothing else in the zone changes. */
	dnssec: DnssecSchema.optional(),
	/** One server's own edition: `without` ("www A") taken away, sets in `records` replaced. */
	differs: z
		.array(
			z.strictObject({
				at: Address,
				without: z.array(z.string().regex(/^\S+ \S+$/)).default([]),
				records: Records.default([]),
			}),
		)
		.default([]),
});

/** What a name server does instead of, or before, its answer. The first that matches counts. */
const DnsFaultSchema = z.strictObject({
	/** Address of a name server, `resolver`, or every name server. */
	server: z.union([Address, z.literal('resolver')]).optional(),
	/** Exact name, or `*.suffix` for everything below. */
	name: z.string().optional(),
	type: z.string().optional(),
	transport: z.enum(['udp', 'tcp']).optional(),
	/** Only where the query has EDNS (RFC 6891). */
	onlyEdns: z.boolean().optional(),
	/** Only where the name has a capital letter. */
	onlyMixedCase: z.boolean().optional(),
	/** Not where the query has checking disabled, as a validating resolver behaves. */
	unlessCheckingDisabled: z.boolean().optional(),
	/** Only the first so many matching queries. */
	times: z.number().int().positive().optional(),
	does: z.union([
		z.enum([
			/** Never answers. */
			'silence',
			/** Answers with bytes that are no DNS message. */
			'garbage',
			/** Cuts the right answer in the middle of a record. */
			'cut',
			/** TC without records. */
			'truncate',
			/** Another id than asked. */
			'wrong-id',
			/** Another question than asked. */
			'wrong-question',
			/** The right answer, with the letters of the question in lower case. */
			'lower-case',
			/** The right answer without AA. */
			'not-authoritative',
			/** Refers to the root. */
			'upward-referral',
			/** Closes a TCP connection; does not answer over UDP. */
			'close',
		]),
		/** An empty answer with this code, and an extended error (RFC 8914). */
		z.strictObject({
			rcode: z.enum([
				'FORMERR',
				'SERVFAIL',
				'NXDOMAIN',
				'NOTIMP',
				'REFUSED',
				'YXDOMAIN',
				'NOTAUTH',
			]),
			ede: z.strictObject({ code: z.number().int(), text: z.string().default('') }).optional(),
		}),
		/** The right answer, late. */
		z.strictObject({ delayMs: Milliseconds }),
		/** These records instead, with NOERROR: a rewriting resolver, a forged answer. */
		z.strictObject({ answer: Records.refine(areRecords, 'no records') }),
	]),
});

const NameServerSchema = z.strictObject({
	/** Nothing listens, or nothing is ever answered. */
	udp: z.enum(['open', 'refused', 'silent']).default('open'),
	tcp: z.enum(['open', 'refused', 'silent']).default('open'),
	/** Gives whole zones away (RFC 5936). */
	transfers: z.boolean().default(false),
	/** Resolves anybody's names at RD=1. */
	recursion: z.boolean().default(false),
	/** Answer to `version.bind CH TXT`. */
	version: z.string().optional(),
	/** What it does with a query that has EDNS (RFC 6891 §7): an error without OPT, or nothing. */
	ednsFault: z.enum(['FORMERR', 'NOTIMP', 'silence']).optional(),
	/** The question comes back in lower case; or one with a capital letter is not answered. */
	caseFault: z.enum(['lowered', 'silence']).optional(),
	/** Right answers without AA. */
	notAuthoritative: z.boolean().default(false),
});

// ── Certificates ─────────────────────────────────────────────────────────────────────────────────

export const CERTIFICATE_KINDS = [
	'ok',
	'expired',
	'not-yet-valid',
	/** For `elsewhere.test` alone. */
	'wrong-host',
	'self-signed',
	/** The leaf alone. */
	'missing-intermediate',
	/** From a second authority that nobody trusts. */
	'untrusted-root',
	/** The name in CN only. */
	'no-san',
	'is-ca',
	/** Extended key usage clientAuth alone. */
	'client-only',
	/** No extended key usage. */
	'no-purpose',
	'out-of-order',
	'root-sent',
	'unrelated-sent',
	'intermediate-expired',
	/** RSA, 1024 bits. */
	'weak-key',
	'sha1',
	/** Valid for 500 days. */
	'too-long',
	/** Listed in the authority's CRL. */
	'revoked',
	/** The intermediate above it is listed in the root's CRL. */
	'revoked-intermediate',
	/** From an authority that nobody trusts and that is called as Cloudflare's Origin CA is. */
	'cloudflare-origin',
] as const;

const CertificateFields = z.strictObject({
	kind: z.enum(CERTIFICATE_KINDS).default('ok'),
	/** Subject alternative names: DNS names or addresses. The site's hosts unless given. */
	names: z.array(z.string().min(1)).optional(),
	key: z.enum(['ec', 'rsa']).default('ec'),
	/** Of the leaf, from now; 60 unless given. */
	daysLeft: z.number().optional(),
	/** notAfter − notBefore; 90 unless given. */
	lifetimeDays: z.number().positive().optional(),
	/** CRL distribution point in the leaf; a word says what is wrong with the list that it leads to. */
	crl: z
		.union([
			z.boolean(),
			z.enum([
				'expired',
				/** Signed by another authority. */
				'forged',
				/** For another part of the certificates (RFC 5280 §5.2.5). */
				'partition',
				/** Of certificates that are no CA, at the very address. */
				'own-partition',
				'garbage',
				/** Nothing at that address. */
				'missing',
			]),
		])
		.default(false),
	/** Must-staple (RFC 7633). */
	mustStaple: z.boolean().default(false),
	/** OCSP URL in the leaf. */
	ocsp: z.boolean().optional(),
	/** OCSP response that comes with the handshake. */
	staple: z
		.enum([
			'good',
			'revoked',
			'expired',
			/** About another certificate. */
			'wrong',
			'unknown',
			/** Good, signed by a delegate of the authority (RFC 6960 §4.2.2.2). */
			'delegated',
			/** Good, signed by somebody else. */
			'forged',
			/** An error instead of an answer. */
			'try-later',
			'garbage',
		])
		.optional(),
	/** Timestamps embedded in the leaf (RFC 6962 §3.3), each of another log. */
	scts: z.number().int().min(0).max(20).optional(),
	/** Organisation of the intermediate that issues it, as CAs call themselves. */
	issuer: z.string().optional(),
});

const CertificateSchema = z.preprocess(
	(value) => (typeof value === 'string' ? { kind: value } : value),
	CertificateFields,
);

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** Names of suites that OpenSSL gave them, for the scripted server. */
export const SCRIPTED_SUITES = [
	'TLS_AES_128_GCM_SHA256',
	'ECDHE-RSA-AES128-GCM-SHA256',
	'ECDHE-ECDSA-AES128-GCM-SHA256',
	'ECDHE-ECDSA-AES128-SHA',
	'DHE-RSA-AES128-GCM-SHA256',
	'DHE-RSA-AES128-SHA',
	'AES128-GCM-SHA256',
	'AES128-SHA',
	'DES-CBC3-SHA',
	'RC4-SHA',
	'DES-CBC-SHA',
	'EXP-RC4-MD5',
	'ADH-AES128-SHA',
	'AECDH-AES128-SHA',
	'AECDH-NULL-SHA',
	'NULL-SHA',
] as const;

export const SCRIPTED_GROUPS = ['X25519MLKEM768', 'X25519', 'P-256', 'P-384', 'P-521'] as const;

/**
 * A server that answers hellos up to the end of its first turn and never completes a handshake: it plays
 * what current OpenSSL cannot.
 */
const ScriptedTlsSchema = z.strictObject({
	/**
	 * `older`: hellos that offer no TLS 1.3; `shareless`: these, and those without a key share; OpenSSL
	 * serves the others, as browsers send them.
	 */
	answers: z.enum(['older', 'shareless', 'all']).default('older'),
	versions: z.array(z.enum(['SSLv2', 'SSLv3', ...TLS_VERSIONS])).min(1),
	/** The first that the client offers is picked, whatever the client prefers. */
	suites: z.array(z.enum(SCRIPTED_SUITES)).default(['ECDHE-ECDSA-AES128-GCM-SHA256']),
	groups: z.array(z.enum(SCRIPTED_GROUPS)).default(['X25519', 'P-256']),
	/** Of DHE: a group of RFC 2409 or RFC 3526, or so many bits of the server's own. */
	prime: z
		.union([z.enum(['modp1', 'modp2', 'modp5', 'modp14']), z.number().int()])
		.default('modp14'),
	/** DEFLATE, where it is offered. */
	compression: z.boolean().default(false),
	/** RFC 5746. */
	secureRenegotiation: z.boolean().default(true),
	/** RFC 7507. */
	fallbackSignal: z.boolean().default(true),
	/** By extension, of so many logs, to whom asks for them (RFC 6962 §3.3.1); up to TLS 1.2. */
	timestamps: z.number().int().min(0).max(20).default(0),
	/** A session id. */
	resumption: z.boolean().default(true),
	/** What comes where there is no common version or suite. */
	refusal: z.enum(['alert', 'reset', 'silent']).default('alert'),
	/** From here on every connection to the site is reset, as by a filter that counts. */
	connections: z.number().int().positive().optional(),
});

const TlsSchema = z.strictObject({
	min: z.enum(TLS_VERSIONS).default('TLSv1.2'),
	max: z.enum(TLS_VERSIONS).default('TLSv1.3'),
	/** OpenSSL's list; Node's unless given. */
	ciphers: z.string().optional(),
	/** Agreed on in the handshake; requests are HTTP/1.1 whatever this says. */
	alpn: z.array(z.string()).default(['http/1.1']),
	/** OpenSSL's list of groups; Node's unless given. */
	groups: z.string().optional(),
	/** DHE over this group of RFC 2409 or RFC 3526, where `ciphers` has such suites. */
	prime: z.enum(['modp2', 'modp5', 'modp14']).optional(),
	scripted: ScriptedTlsSchema.optional(),
	/** A client certificate is asked for, not required. */
	asksForCertificate: z.boolean().default(false),
	/** Instead of a handshake with whoever names this host (SNI). */
	fault: z
		.union([
			z.enum([
				'silent',
				'reset',
				'close',
				'plain-text',
				/** Resets where TLS 1.3 is offered, and works where it is not. */
				'tls-1.3-intolerant',
			]),
			z.strictObject({ alert: z.number().int().min(0).max(255) }),
		])
		.optional(),
});

// ── Web ──────────────────────────────────────────────────────────────────────────────────────────

/** What Node would refuse to send has to go into `raw`. */
const Header = z
	.tuple([z.string(), z.string()])
	.refine(isSendable, 'not a header that can be sent');

function isSendable([name, value]: [string, string]): boolean {
	try {
		validateHeaderName(name);
		validateHeaderValue(name, onTheWire(value));
		return true;
	} catch {
		return false;
	}
}

/** Text above 0x7f goes out as UTF-8, as it stands in the file; Node wants one character a byte. */
export function onTheWire(value: string): string {
	return Buffer.from(value, 'utf8').toString('latin1');
}

/** In order and with duplicates as a list of pairs; a map where neither matters. */
const Headers = z.preprocess(
	(value) =>
		typeof value === 'object' && value !== null && !Array.isArray(value)
			? Object.entries(value).flatMap(([name, one]) =>
					(Array.isArray(one) ? one : [one]).map((each) => [name, String(each)]),
				)
			: value,
	z.array(Header),
);

/**
 * One answer. In headers, `redirect`, `body` and `raw` these are filled in: `{{host}}`, `{{path}}`,
 * `{{query}}`, `{{uri}}` (path and query), `{{origin}}` (the request's header), `{{nonce}}` (one a
 * response), `{{count}}` (requests of this route so far), `{{in300days}}` (any number; ISO 8601).
 */
const AnswerFields = {
	/** 200; 308 with `redirect`. */
	status: z.number().int().min(100).max(999).optional(),
	/** A header of the site with the same name is replaced. */
	headers: Headers.optional(),
	/** Without the site's headers. */
	bare: z.boolean().optional(),
	/** Content-Type; `text/html; charset=utf-8` where there is a body; `''` for none. */
	type: z.string().optional(),
	/** A list is joined without separator, so that no line of a file need look like a real key. */
	body: z.union([z.string(), z.array(z.string())]).optional(),
	bodyBase64: z.string().optional(),
	/** Location. */
	redirect: z.string().optional(),
	/** The body shows method, URL and headers of the request as JSON. */
	echo: z.boolean().optional(),
	/** Wait before the first byte. */
	delayMs: Milliseconds.optional(),
	/** Wait between the two halves of the body. */
	pauseMs: Milliseconds.optional(),
	/** What was not asked for so long is stopped, and the next to ask waits until it has started. */
	sleep: z.strictObject({ afterMs: Milliseconds, wakeMs: Milliseconds }).optional(),
	/** Bytes of the response, headers included, sent as they are; then the connection closes. */
	raw: z.string().optional(),
	fault: z
		.enum([
			/** RST instead of an answer. */
			'reset',
			/** The connection stays open and silent. */
			'silent',
			/** Closed before the first byte. */
			'close',
			/** Half the body that Content-Length promises, then closed. */
			'truncated',
			/** Headers at once, one byte of the body every 200 ms. */
			'slow',
		])
		.optional(),
};

const AnswerSchema = z.strictObject(AnswerFields);

const Pattern = z.string().refine(isRegExp, 'no regular expression');

const When = z.strictObject({
	method: z.string().optional(),
	/** Header name and a regular expression for its value; `''` matches an absent header too. */
	header: z.tuple([z.string(), Pattern]).optional(),
	/** Regular expression for the query, without `?`. */
	query: Pattern.optional(),
});

const RouteSchema = z.preprocess(
	(value) => (typeof value === 'string' ? { body: value } : value),
	z.strictObject({
		...AnswerFields,
		/** Laid over the route, one after the other, over and over. */
		sequence: z.array(AnswerSchema).optional(),
		/** The first that matches is laid over the route. */
		variants: z.array(AnswerSchema.extend({ when: When })).optional(),
	}),
);

/** Path to route; `/x/*` for everything below; a key with `?` is compared with the query too. */
const Routes = z.record(z.string().regex(/^\//, 'a path begins with /'), RouteSchema);

const PagesSchema = z.strictObject({
	/** Sent with every answer. */
	headers: Headers.default([]),
	routes: Routes.default({}),
	/** For every other path; a plain 404 page unless given. */
	fallback: RouteSchema.optional(),
});

const SiteSchema = PagesSchema.extend({
	/** Host names that it answers to; `*.example.test` for one label more. */
	hosts: HostNames,
	/** The first site at an address also answers to names that no site there has. */
	at: z.array(Address).min(1),
	/** Port 80: redirects to https, the same pages, nothing, or pages of its own. */
	http: z.union([z.enum(['upgrade', 'same', 'closed']), PagesSchema]).default('upgrade'),
	/** Port 443. */
	https: z.enum(['open', 'closed']).default('open'),
	certificate: CertificateSchema.default({
		kind: 'ok',
		key: 'ec',
		crl: false,
		mustStaple: false,
	}),
	tls: TlsSchema.prefault({}),
});

// ── Mail, ports ──────────────────────────────────────────────────────────────────────────────────

const MailHostSchema = z.strictObject({
	/**
	 * As it introduces itself; its certificate is for this name unless that says otherwise. Zones may
	 * hold `{{tlsa NAME SELECTOR MATCHING}}`: the data of a TLSA record for its certificate.
	 */
	name: z.string().min(1),
	at: z.array(Address).min(1),
	starttls: z
		.enum([
			'offered',
			'absent',
			/** Offered, then refused with 454. */
			'refused',
			/** 220, then no TLS. */
			'broken',
		])
		.default('offered'),
	certificate: CertificateSchema.default({
		kind: 'ok',
		key: 'ec',
		crl: false,
		mustStaple: false,
	}),
	tls: TlsSchema.omit({ fault: true, alpn: true }).prefault({}),
	/** First line of the greeting, instead of `220 NAME ESMTP`. */
	greeting: z.string().optional(),
});

/** One port of one address, whatever sites say. */
const PortSchema = z.strictObject({
	at: Address,
	port: z.number().int().min(1).max(65_535),
	does: z.union([
		z.enum([
			'refused',
			/** No answer to the connection. */
			'silent',
			'unreachable',
			/** Accepts and says nothing. */
			'accept-silent',
			/** Accepts and resets at the first byte. */
			'reset',
			/** Speaks HTTP without TLS. */
			'plain-text',
		]),
		/** Accepts, sends these bytes, closes. */
		z.strictObject({ says: z.string() }),
		/** Answers the first bytes with this TLS alert (RFC 8446 §6). */
		z.strictObject({ alert: z.number().int().min(0).max(255) }),
	]),
});

const WorldSchema = z.strictObject({
	/** What it shows, in a sentence. */
	title: z.string().default(''),
	/** What happens at addresses where nothing stands. 192.0.2.0/24 is silent whatever this says. */
	unmapped: z.enum(['refused', 'silent', 'unreachable']).default('refused'),
	/** Round trip to an address over TCP, in milliseconds, instead of the lab's own. */
	distances: z.record(Address, Milliseconds).default({}),
	/** By apex. Root and top-level domains are made from these. */
	zones: z.record(z.string().min(1), ZoneSchema).default({}),
	/**
	 * The resolver validates (RFC 4035 §5) wherever a parent has a DS: AD for what is sound, SERVFAIL for
	 * what is bogus unless checking is disabled.
	 */
	validates: z.boolean().default(false),
	/** The root and the top-level domains are signed, so that a chain leads down from the root's key. */
	signedRoot: z.boolean().default(false),
	/** The servers of the root and the top-level domains have IPv6 addresses too. */
	ipv6: z.boolean().default(false),
	nameServers: z.record(Address, NameServerSchema).default({}),
	dnsFaults: z.array(DnsFaultSchema).default([]),
	sites: z.array(SiteSchema).default([]),
	mail: z.array(MailHostSchema).default([]),
	ports: z.array(PortSchema).default([]),
	/** Repositories: path to content; a list is joined without separator. */
	repositories: z
		.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])))
		.default({}),
	/** What the demo audits, in this order. */
	targets: z
		.array(
			z.strictObject({
				domain: z.string(),
				hosts: z.array(z.string()).default([]),
				endpoints: z.array(z.string()).default([]),
				dkimSelectors: z.array(z.string()).default([]),
				repository: z.string().optional(),
				rdap: z.string().optional(),
			}),
		)
		.default([]),
});

/** A small internet as plain data; everything has a default. */
export type World = z.input<typeof WorldSchema>;
/** With its defaults filled in. */
export type SettledWorld = z.output<typeof WorldSchema>;
export type DnssecSpec = z.output<typeof DnssecSchema>;
export type DsKind = z.output<typeof DsKind>;
export type ZoneSpec = z.output<typeof ZoneSchema>;
export type DnsFault = z.output<typeof DnsFaultSchema>;
export type CertificateSpec = z.output<typeof CertificateFields>;
export type TlsSpec = z.output<typeof TlsSchema>;
export type AnswerSpec = z.output<typeof AnswerSchema>;
export type RouteSpec = z.output<typeof RouteSchema>;
export type Pages = z.output<typeof PagesSchema>;
export type Site = z.output<typeof SiteSchema>;
export type MailHost = z.output<typeof MailHostSchema>;
export type PortFault = z.output<typeof PortSchema>;

function isRegExp(text: string): boolean {
	try {
		new RegExp(text);
		return true;
	} catch {
		return false;
	}
}

/** With its defaults filled in. */
export function settleDnssec(spec: z.input<typeof DnssecSchema>): DnssecSpec {
	return DnssecSchema.parse(spec);
}

/** A path's answer, as a world writes it. */
export type Route = z.input<typeof RouteSchema>;

export function settleRoute(route: Route): RouteSpec {
	return RouteSchema.parse(route);
}

/** Throws with the file's name, and for each fault its path inside the file. */
export async function loadWorld(file: string): Promise<SettledWorld> {
	const text = await readFile(file, 'utf8');
	return settleWorld(parse(text, { merge: true }), file);
}

/** Throws with one line for each fault, its path first. */
export function settleWorld(world: unknown, source = 'world'): SettledWorld {
	const parsed = WorldSchema.safeParse(world);
	if (parsed.success) return parsed.data;
	const faults = parsed.error.issues.map(
		({ path, message }) => `${path.map(String).join('.') || 'the world'}: ${message}`,
	);
	throw new TypeError(`${source}: ${faults.join('\n')}`);
}
