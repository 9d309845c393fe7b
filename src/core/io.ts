import type { LoadPlan } from './load-plan.ts';

/**
 * The only doors to the outside world. `src/net` implements them; probes receive them.
 *
 * What the other side does is a value, whatever it is (NXDOMAIN, refused, silent, garbage). A port
 * throws `Unobserved` only for a reason of ours: out of time, cancelled, budget, a file not readable.
 */
export interface Io {
	readonly dns: DnsPort;
	readonly http: HttpPort;
	readonly tls: TlsPort;
	readonly smtp: SmtpPort;
	readonly timing: TimingPort;
	/** Only where the user asked for a load: an audit has no means to make one. */
	readonly load?: LoadPort | undefined;
	readonly files: FilesPort;
	/** Folder that the user gave: what its env files hold must not be in what is fetched. */
	readonly repository?: string | undefined;
	readonly clock: Clock;
}

export interface Clock {
	now(): Date;
}

// ── DNS ──────────────────────────────────────────────────────────────────────────────────────────

export interface DnsPort {
	/** One question, to one server or to the recursive resolver. CNAMEs in the answer are followed. */
	ask(question: DnsQuestion): Promise<DnsAnswer>;
}

export interface DnsQuestion {
	/** A-labels, no final dot; `.` is the root. */
	readonly name: string;
	/** Mnemonic: `A`, `TXT`, `HTTPS`, … */
	readonly type: string;
	/** IP address of the server asked (port 53); the recursive resolver where absent. */
	readonly server?: string | undefined;
	/** `CH` for a server's own `version.bind`; IN unless given. */
	readonly class?: 'CH' | undefined;
	/** DNSSEC OK and checking disabled (RFC 4035 §3.2). Off unless given. */
	readonly dnssec?: boolean | undefined;
	/** `false`: without EDNS from the start. */
	readonly edns?: boolean | undefined;
	/** TCP from the start. */
	readonly tcp?: boolean | undefined;
	/** Recursion desired. Unless given: of the recursive resolver, and not of a server named here. */
	readonly recursive?: boolean | undefined;
	/** A second look: an equal question with the same number shares one exchange. 0 unless given. */
	readonly again?: number | undefined;
}

export const DNS_STATUSES = [
	'ok',
	/** NOERROR without a record of this type (RFC 2308 §2.2). */
	'nodata',
	'nxdomain',
	'servfail',
	'refused',
	/** Another rcode; see `rcode`. */
	'other-error',
	/** An authoritative server pointed to others. */
	'referral',
	/** The chain of CNAMEs ends without the type asked, outside what this server knows. */
	'cname-only',
	'cname-loop',
	'no-response',
	'connection-refused',
	'malformed',
] as const;
export type DnsStatus = (typeof DNS_STATUSES)[number];

/** What a server made us do before it answered, or did beside its answer. */
export const DNS_QUIRKS = [
	/** Three questions over UDP were lost; TCP was tried after that. */
	'udp-lost',
	/** ICMP port unreachable to UDP; TCP was tried after that. */
	'udp-refused',
	/** TC over UDP; TCP was tried after that. */
	'truncated',
	/** FORMERR, NOTIMP or BADVERS to EDNS; the answer came without (RFC 6891 §7). */
	'edns-refused',
	/** The letters of the question came back in another case. */
	'case-lost',
	/** The answer over UDP could not be read; TCP was tried after that. */
	'malformed-udp',
	/**
	 * Two tries over UDP were lost, and the third was answered, which goes in plain letters and, without
	 * `dnssec`, without EDNS. Chance does that too: ask again before you believe it.
	 */
	'plain-only',
] as const;
export type DnsQuirk = (typeof DNS_QUIRKS)[number];

/** Who "answered" where the zone file that the user gave holds the name. */
export const GIVEN_BY_ZONE = '--zone';

/** In the place of a resolver where the user forbade the network. */
export const NOT_LIVE = '--no-live';

/** Who "answered" where the user gave a name's addresses with `--resolve`. */
export const GIVEN_BY_USER = '--resolve';

export interface DnsAnswer {
	readonly status: DnsStatus;
	/** Mnemonic, `NOERROR`…; `null` without a usable message. */
	readonly rcode: string | null;
	readonly aa: boolean;
	readonly ad: boolean;
	readonly ra: boolean;
	/** Extended DNS errors (RFC 8914): evidence, never a cause. */
	readonly ede: readonly { readonly code: number; readonly text: string }[];
	/** Aliases followed from the name asked, in order. */
	readonly chain: readonly {
		readonly owner: string;
		readonly target: string;
		readonly ttl: number;
	}[];
	/** Records of the type asked at the end of the chain. */
	readonly records: readonly DnsRecord[];
	readonly authority: readonly DnsRecord[];
	/** With `dnssec`, the signatures of the answer section too, and the DNAMEs behind its aliases. */
	readonly additional: readonly DnsRecord[];
	/** Seconds that the absence may be cached (RFC 2308 §5); `null` where no SOA said so. */
	readonly negativeTtl: number | null;
	/** In the order in which they were met; none where the first datagram was answered. */
	readonly quirks: readonly DnsQuirk[];
	/** `address` asked, the DoH URL, `GIVEN_BY_USER`, or `GIVEN_BY_ZONE`. */
	readonly server: string;
	readonly transport: 'udp' | 'tcp' | 'https';
	/** What went wrong on the way, in one line; empty where nothing did. */
	readonly detail: string;
}

export interface DnsRecord {
	/** Lower case, no final dot. */
	readonly owner: string;
	readonly type: string;
	/** Seconds. */
	readonly ttl: number;
	/** RDATA in presentation form (RFC 1035 §5.1), names without final dot. */
	readonly text: string;
	readonly data: DnsData;
	/**
	 * RDATA as DNSSEC signs it (RFC 4034 §6.2, RFC 6840 §5.1): names whole and in lower case where those
	 * say so; hex. Only in answers to questions with `dnssec`.
	 */
	readonly wire?: string | undefined;
}

/** RDATA of the types that checks read; every other type has only `text`. */
export type DnsData =
	| { readonly type: 'A' | 'AAAA'; readonly address: string }
	| { readonly type: 'CNAME' | 'NS' | 'PTR' | 'DNAME'; readonly target: string }
	| { readonly type: 'MX'; readonly preference: number; readonly exchange: string }
	| {
			readonly type: 'TXT' | 'SPF';
			/** One character a byte (latin1), so that nothing is lost. */
			readonly strings: readonly string[];
	  }
	| {
			readonly type: 'SOA';
			readonly mname: string;
			readonly rname: string;
			readonly serial: number;
			readonly refresh: number;
			readonly retry: number;
			readonly expire: number;
			readonly minimum: number;
	  }
	| { readonly type: 'CAA'; readonly flags: number; readonly tag: string; readonly value: string }
	| {
			readonly type: 'HTTPS' | 'SVCB';
			readonly priority: number;
			readonly target: string;
			/** Key name or `keyNNNNN` to value in presentation form, in wire order. */
			readonly params: readonly (readonly [key: string, value: string])[];
	  }
	| { readonly type: 'other' };

// ── HTTP ─────────────────────────────────────────────────────────────────────────────────────────

export interface HttpPort {
	/** One request, one response, no redirect followed. */
	exchange(request: HttpRequest): Promise<HttpOutcome>;
}

export interface HttpRequest {
	readonly url: string;
	readonly method: 'GET' | 'OPTIONS' | 'TRACE';
	/** Beside Host, User-Agent, Accept and Accept-Encoding, which are always sent. */
	readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
	/** This address instead of the ones that DNS gives. */
	readonly address?: string | undefined;
	/** Of the decoded body; the rest is not read. Default 1 MiB. */
	readonly maxBytes?: number | undefined;
	/** The whole exchange, in milliseconds, waiting for a connection slot and pace apart. Default 15 s. */
	readonly totalMs?: number | undefined;
	/** A host outside the target's domain, which a check declares that it must ask. */
	readonly thirdParty?: boolean | undefined;
	/** SHA-384 and SHA-512 of the body too, as Subresource Integrity names them. */
	readonly digests?: boolean | undefined;
	/** With `thirdParty`: at a private address too, because the target is in the same network. */
	readonly evenPrivate?: boolean | undefined;
	/**
	 * A browser's memory for one walk: cookies that earlier steps were given are sent, new ones are
	 * kept. Their values never leave the port. `step` tells the requests of a walk apart.
	 */
	readonly jar?: { readonly walk: string; readonly step: number } | undefined;
}

export type HttpOutcome =
	| HttpAnswered
	| {
			readonly kind: 'failed';
			readonly how: ConnectFailure | 'no-such-host' | 'tls-failed' | 'not-tls' | 'bad-response';
			/** Where it stopped. Silence at `connect` may be a filter between us and them. */
			readonly phase: Phase;
			readonly detail: string;
			readonly address: string | null;
	  };

export interface HttpAnswered {
	readonly kind: 'answered';
	readonly status: number;
	/** In wire order, duplicates kept, names as sent. */
	readonly headers: readonly (readonly [name: string, value: string])[];
	readonly body: HttpBody;
	/** The address that answered. */
	readonly address: string;
	/** `null` on http. */
	readonly tls: { readonly protocol: string; readonly certificateSha256: string } | null;
	readonly timing: HttpTiming;
}

interface HttpBody {
	/** Decoded by Content-Encoding, one character a byte (latin1), cut at `maxBytes`. */
	readonly bytes: string;
	readonly truncated: boolean;
	/** Of the decoded bytes that were read, before anything is taken out of them; hex. */
	readonly sha256: string;
	/** The same, only where `digests` was asked for. */
	readonly sha384?: string | undefined;
	readonly sha512?: string | undefined;
}

/** Milliseconds; a phase that did not happen (kept-alive connection, plain http) is 0. */
interface HttpTiming {
	readonly dns: number;
	readonly connect: number;
	readonly tls: number;
	/** Request sent to first byte of the response. */
	readonly firstByte: number;
	readonly download: number;
}

type Phase = 'dns' | 'connect' | 'tls' | 'request';

export type ConnectFailure =
	/** RST or ICMP port unreachable. */
	| 'refused'
	/** No route to the network or host. */
	| 'unreachable'
	| 'reset'
	/** Nothing came within the deadline. */
	| 'silent';

// ── TLS ──────────────────────────────────────────────────────────────────────────────────────────

export interface TlsPort {
	/** One handshake, accepting any certificate: judging it is not the network's business. */
	handshake(request: TlsRequest): Promise<TlsOutcome>;
	/**
	 * A ClientHello written octet by octet, and what comes back before anything is encrypted: one
	 * connection, closed then. It offers what no library of today can.
	 */
	hello(request: HelloRequest): Promise<HelloOutcome>;
	/** What this machine trusts: PEM bundles, empty where there is none. */
	roots(): Promise<TrustStore>;
}

export interface TrustStore {
	/** Node's version, because stores differ between versions. */
	readonly node: string;
	/** The roots that Node ships: a path that ends here is public. */
	readonly publicPem: string;
	/** `--ca` and NODE_EXTRA_CA_CERTS: a path that ends here is private. */
	readonly privatePem: string;
}

export interface TlsRequest {
	readonly host: string;
	readonly address: string;
	readonly port: number;
	/** The newest version offered; the newest that there is unless given. */
	readonly maxVersion?: 'TLSv1.2' | undefined;
	/** No SNI, as from a client that asks for an address. */
	readonly withoutName?: true | undefined;
	/** Waits for the ticket that TLS 1.3 gives after the handshake (RFC 8446 §4.6.1). */
	readonly forTicket?: true | undefined;
	/** A second look: an equal request with the same number shares one handshake. 0 unless given. */
	readonly again?: number | undefined;
}

export type TlsOutcome =
	| TlsCompleted
	| {
			readonly kind: 'failed';
			readonly how: ConnectFailure | 'alert' | 'not-tls' | 'handshake-failed';
			readonly phase: 'connect' | 'tls';
			/** TLS alert number (RFC 8446 §6.2), where one was received. */
			readonly alert: number | null;
			readonly detail: string;
			/** As in `TlsCompleted`: what came before it failed. */
			readonly asksForCertificate?: boolean | undefined;
	  };

export interface TlsCompleted {
	readonly kind: 'completed';
	/** `TLSv1.3`, … */
	readonly protocol: string;
	readonly cipher: string;
	readonly alpn: string | null;
	/** DER in base64, exactly as sent, leaf first. */
	readonly chain: readonly string[];
	/** DER in base64 of the OCSP response that came with the handshake (RFC 6066 §8), not judged. */
	readonly staple?: string | undefined;
	/** The server will know the session again; only where `forTicket` asked, in TLS 1.3. */
	readonly ticket?: boolean | undefined;
	/** The server sent a CertificateRequest, whether or not it insists; absent where nobody read that. */
	readonly asksForCertificate?: boolean | undefined;
}

/** Oldest first. */
export const HELLO_VERSIONS = ['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type HelloVersion = (typeof HELLO_VERSIONS)[number];

export interface HelloRequest {
	readonly host: string;
	readonly address: string;
	readonly port: number;
	/**
	 * The newest version offered. TLS 1.3 is offered alone (RFC 8446 §4.2.1), every other one as the
	 * newest of all that there were (RFC 5246 §E.1): the server may pick an older one.
	 */
	readonly version: HelloVersion;
	/** IANA's numbers, signalling suites among them; not read for SSLv2, which has its own seven. */
	readonly suites: readonly number[];
	/** NamedGroup (RFC 8422 §5.1.1, RFC 8446 §4.2.7). No key share goes with them. */
	readonly groups?: readonly number[] | undefined;
	/** SignatureScheme (RFC 8446 §4.2.3); all that there are unless given. */
	readonly signatureSchemes?: readonly number[] | undefined;
	/** DEFLATE (RFC 3749) before no compression; up to TLS 1.2. */
	readonly compression?: true | undefined;
	/** Application protocols; none offered unless given. */
	readonly alpn?: readonly string[] | undefined;
	/** Signed certificate timestamps are asked for (RFC 6962 §3.3.1). */
	readonly timestamps?: true | undefined;
	/** An OCSP response is asked for (RFC 6066 §8). */
	readonly staple?: true | undefined;
	/** No SNI. */
	readonly withoutName?: true | undefined;
	/** A second look: an equal request with the same number shares one exchange. 0 unless given. */
	readonly again?: number | undefined;
}

export type HelloOutcome =
	| HelloAnswered
	| {
			readonly kind: 'failed';
			readonly how: ConnectFailure | 'alert' | 'not-tls' | 'malformed';
			readonly phase: 'connect' | 'tls';
			readonly alert: number | null;
			readonly detail: string;
			/** Milliseconds, the wait for a connection slot apart. */
			readonly tookMs: number;
	  };

/** A ServerHello or HelloRetryRequest, and what followed it in the clear. */
export interface HelloAnswered {
	readonly kind: 'answered';
	/** `TLSv1.2`, …; `0x7f1c` where it is none that we know. */
	readonly version: string;
	/** 0 for SSLv2. */
	readonly suite: number;
	/** CompressionMethod; 0 is none. */
	readonly compression: number;
	/** The server will know the session again: by its id, or by a ticket that it promises (RFC 5077). */
	readonly sessionId: boolean;
	readonly ticket: boolean;
	/** renegotiation_info (RFC 5746 §3.2). */
	readonly secureRenegotiation: boolean;
	readonly alpn: string | null;
	/** Of the key share, or the one that a HelloRetryRequest asks for; `null` up to TLS 1.2. */
	readonly group: number | null;
	/** SignedCertificateTimestamp structures of extension 18, base64. */
	readonly timestamps: readonly string[];
	/** DER in base64, leaf first; empty in TLS 1.3, where it is encrypted. */
	readonly chain: readonly string[];
	/** DER in base64; `null` without CertificateStatus. */
	readonly staple: string | null;
	/** ServerKeyExchange as sent, base64; `null` without one. */
	readonly keyExchange: string | null;
	readonly asksForCertificate: boolean;
	/** The server's turn ended as the protocol says; `false` where it was cut off before. */
	readonly complete: boolean;
	readonly tookMs: number;
}

// ── SMTP ─────────────────────────────────────────────────────────────────────────────────────────

export interface SmtpPort {
	/** Connect to port 25, EHLO, STARTTLS, QUIT. Never a mail. */
	session(request: SmtpRequest): Promise<SmtpOutcome>;
}

export interface SmtpRequest {
	readonly host: string;
	readonly address: string;
	/** The newest version of TLS offered; the newest that there is unless given. */
	readonly maxVersion?: 'TLSv1.1' | undefined;
}

export type SmtpOutcome =
	| {
			readonly kind: 'session';
			/** Reply to the connection, first line. */
			readonly greeting: string;
			/** EHLO keywords, upper case, with parameters. */
			readonly extensions: readonly string[];
			/** Reply code to STARTTLS; `null` where it was not offered. */
			readonly starttls: number | null;
			/** `null` where STARTTLS did not get so far. */
			readonly tls: TlsOutcome | null;
	  }
	| {
			readonly kind: 'failed';
			readonly how: ConnectFailure | 'bad-response';
			readonly phase: 'connect' | 'smtp';
			readonly detail: string;
	  };

// ── Timing ───────────────────────────────────────────────────────────────────────────────────────

export interface TimingPort {
	/** Raw samples, endpoints interleaved, nothing else running. */
	series(request: TimingRequest): Promise<TimingSeries>;
	/** The same request to each of a host's addresses in turn, on a new connection each. */
	addresses(request: AddressTimingRequest): Promise<AddressTiming>;
	/** Look-ups of A by the resolver, one after the other; a name given twice is asked twice. */
	lookups(request: { readonly names: readonly string[] }): Promise<readonly LookupTiming[]>;
}

export interface TimedEndpoint {
	/** What the samples are known by. */
	readonly url: string;
	/** What the user named, where that redirects to `url`. */
	readonly namedAs?: string | undefined;
	readonly method: 'GET' | 'HEAD';
	/**
	 * `null`: requests on warm kept-alive connections. Else every sample is a visit on new connections:
	 * these URLs in order, the redirects and then the document.
	 */
	readonly visit: readonly string[] | null;
	/** Most samples taken; the sequential plan may stop earlier. */
	readonly samples: number;
	/** A sample at or above it counts as over, in milliseconds; see `limitOf`. */
	readonly budgetMs: number;
	/** Stop when the sequential plan decides (only at its looks), and spread the samples over time. */
	readonly sequential: boolean;
}

export interface TimingRequest {
	readonly endpoints: readonly TimedEndpoint[];
	/** After the samples, twice: nothing for so many seconds, then one request. */
	readonly idleSeconds?: number | undefined;
}

export interface TimingSeries {
	readonly endpoints: readonly TimedSeries[];
	readonly noise: TimingNoise;
}

export interface TimedSeries {
	readonly url: string;
	/** Pinned for the whole series; `null` where the name had none. */
	readonly address: string | null;
	/** The way led through a proxy, so no round trip to the server was seen. */
	readonly isProxied: boolean;
	/** Shortest TCP connect, in milliseconds: to the edge, where there is one. */
	readonly roundTripMs: number | null;
	/** What the samples are held against, in milliseconds; see `limitOf`. */
	readonly limitMs: number;
	/** It asked for fewer requests (429, or 503 with Retry-After), so sampling ended there. */
	readonly askedForLess: boolean;
	/** The very first request, which no summary counts. */
	readonly cold: TimingSample | null;
	/** Connections opened for the warm-ups, the very first among them, in milliseconds. */
	readonly opened: readonly { readonly connectMs: number; readonly tlsMs: number }[];
	/** By intended start. */
	readonly samples: readonly TimingSample[];
	/** The requests after `idleSeconds` of nothing. */
	readonly idle: readonly TimingSample[];
	/** Look-ups of the hosts of a visit by the resolver, in milliseconds, all hosts of one together. */
	readonly dnsMs: readonly number[];
}

/** How quiet the thread that measured was: no sample is truer than that. Milliseconds. */
export interface TimingNoise {
	readonly pingP95Ms: number;
	readonly loopDelayP99Ms: number;
}

export const TIMING_FAULTS = [
	'none',
	'no-such-host',
	'refused',
	'unreachable',
	'reset',
	'silent',
	'tls-failed',
	'not-tls',
	'bad-response',
	/** The body was not complete in time. */
	'cut',
	/** The body is not what its header says. */
	'wrong-body',
	/** The body holds what belongs to another user. */
	'foreign-body',
	/** Ours: a proxy that does not let us through, a protocol that we do not speak. */
	'ours',
] as const;
export type TimingFault = (typeof TIMING_FAULTS)[number];

export interface TimingSample {
	/** Milliseconds since the series began, when the request should have gone out. */
	readonly intendedMs: number;
	/** Intended to sent, in milliseconds; what opening a connection took is in it. */
	readonly lateMs: number;
	/**
	 * Request sent to last byte; for a visit from its begin, and the median of `dnsMs` with it. For a
	 * failure, to the failure.
	 */
	readonly tookMs: number;
	/** Request sent to first byte, of the document. */
	readonly firstByteMs: number;
	/** First byte to last. */
	readonly downloadMs: number;
	/** 0 on a kept-alive connection. */
	readonly connectMs: number;
	readonly tlsMs: number;
	/** Spent before the document was asked for, connections included; 0 without redirects. */
	readonly redirectMs: number;
	/** 0 where no answer came. */
	readonly status: number;
	readonly newConnection: boolean;
	/** TCP connect to where the document came from, if this sample opened that connection; else 0. */
	readonly roundTripMs: number;
	/**
	 * How long after its last answer the kept connection had ended that this sample would have gone over;
	 * `null` where it was still open, and where there had been none.
	 */
	readonly closedAfterMs: number | null;
	/** Of the body, as sent. */
	readonly bytes: number;
	/** Empty where a whole answer came that is what it says it is. */
	readonly failure: string;
	/** `none` where `failure` is empty. */
	readonly fault: TimingFault;
	/** Those of `TIMED_FIELDS` that came, as sent. */
	readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface AddressTimingRequest {
	readonly url: string;
	readonly addresses: readonly string[];
	readonly rounds: number;
}

export interface AddressTiming {
	readonly addresses: readonly {
		readonly address: string;
		readonly samples: readonly TimingSample[];
	}[];
	readonly noise: TimingNoise;
}

export interface LookupTiming {
	readonly name: string;
	readonly tookMs: number;
	readonly status: DnsStatus;
	/** Aliases that were followed. */
	readonly aliases: number;
}

// ── Load ─────────────────────────────────────────────────────────────────────────────────────────

export interface LoadPort {
	/**
	 * One user, then many, then one again. It ends by itself when the target suffers, and when the user
	 * wishes; what was measured until then is the value. Throws `Unobserved` before anything was.
	 */
	run(plan: LoadPlan): Promise<LoadRun>;
}

/** Raw samples of one load. Milliseconds; each phase has a clock of its own, from its begin. */
export interface LoadRun {
	/** As every request carried it (`X-Launch-Ready-Run`), for who looks into the server's log. */
	readonly runId: string;
	/** Pinned for the whole run; `null` where the name had none. */
	readonly address: string | null;
	/** Shortest TCP connect; `null` where none was seen, as through a proxy. */
	readonly roundTripMs: number | null;
	/** One user, before and after; `after` is `null` where the run did not come so far. */
	readonly before: LoadSamples;
	readonly under: LoadSamples;
	readonly after: LoadSamples | null;
	/** When requests under load should have gone out that never did, because earlier ones were waited for. */
	readonly unsentMs: readonly number[];
	/** When the load ended, on its own clock. */
	readonly endedMs: number;
	readonly stop: LoadStop;
	/** What went wrong, each kind once, in words. */
	readonly failures: readonly { readonly fault: TimingFault; readonly detail: string }[];
	/** `loopDelayMaxMs`: a stall no longer than that may have been ours. */
	readonly noise: TimingNoise & { readonly loopDelayMaxMs: number };
}

export const LOAD_STOPS = [
	/** The whole plan. */
	'completed',
	/** 429, or a Retry-After. */
	'rate-limited',
	'errors-in-a-row',
	'error-share',
	/** p95 over ten times one user's. */
	'slow',
	/** The user stopped it. */
	'interrupted',
	/** No user could sign in, or one was never answered: there was nothing to load. */
	'not-begun',
] as const;

export interface LoadStop {
	readonly why: (typeof LOAD_STOPS)[number];
	readonly detail: string;
}

/** Column by column, in the order of the intended starts. */
export interface LoadSamples {
	readonly intendedMs: readonly number[];
	/** Handed to the socket; the intended start where it never was. */
	readonly sentMs: readonly number[];
	/** Last byte, or the failure. */
	readonly endedMs: readonly number[];
	/** 0 where no answer came. */
	readonly status: readonly number[];
	readonly fault: readonly TimingFault[];
	/** Number of the user, from 0. */
	readonly user: readonly number[];
}

// ── Files and git ────────────────────────────────────────────────────────────────────────────────

export interface FilesPort {
	/**
	 * Files of a repository that could be published: tracked by git, or, outside git, every file that
	 * is not in a dependency folder. Symbolic links are not followed out of the root.
	 */
	list(root: string): Promise<FileListing>;
	/** One character a byte (latin1), at most `maxBytes`. Throws `Unobserved` where it can't be read. */
	read(root: string, path: string, maxBytes: number): Promise<string>;
	/**
	 * Where the port gives what the next commit would have: the same file as HEAD has it, `null` where it
	 * has none. Elsewhere there is no such thing.
	 */
	before?(root: string, path: string, maxBytes: number): Promise<string | null>;
	/** A file of any size, piece by piece, as `read` gives it. Pieces end anywhere. */
	stream(root: string, path: string): AsyncIterable<string>;
	/** What git remembers of the files below these paths; `null` outside git and before the first commit. */
	pathHistory(root: string, paths: readonly string[]): Promise<PathHistory | null>;
	/** Lines of tracked text that hold one of these words as a whole word, as a commit has them. */
	linesAt(
		root: string,
		commit: string,
		words: readonly string[],
	): Promise<readonly { readonly path: string; readonly line: number; readonly text: string }[]>;
	/** What git has of a repository on this machine; `null` outside git. Throws where git refuses it. */
	gitStore(root: string): Promise<GitStore | null>;
	/**
	 * Contents of blobs, many to a piece of memory, in the order in which git keeps them: every blob
	 * that there is and `choose` takes, or those named. What is not there is left out. Not more than six
	 * pieces wait to be taken.
	 */
	blobs(root: string, choose: BlobChoice): AsyncIterable<BlobBatch>;
	/** Where and when blobs were in the tree, as everything that refs, HEAD and stashes lead to says. */
	blobPast(root: string, wanted: BlobWish): Promise<BlobPast>;
	/**
	 * What each of these commits has at each of these paths; `null` where it has nothing. Commits beyond
	 * what git can be asked about are left out, the last first.
	 */
	blobsAt(
		root: string,
		commits: readonly string[],
		paths: readonly string[],
	): Promise<readonly (readonly (string | null)[])[]>;
	/** The user's key for secret fingerprints: this machine only; made on first use. Hex. */
	fingerprintKey(): Promise<string>;
	/** What an earlier run kept under this name; `null` where there is nothing that can be read. */
	kept(name: string): Promise<string | null>;
	/** Which program this is, to the version: what one has kept says nothing to another. */
	readonly program?: string | undefined;
	/** For later runs, whole or not at all. A folder that cannot be written keeps nothing. */
	keep(name: string, text: string): Promise<void>;
}

export interface FileListing {
	readonly files: readonly {
		/** Relative to the root, `/` between folders. */
		readonly path: string;
		readonly bytes: number;
		readonly tracked: boolean;
		/** Matched by a .gitignore rule. */
		readonly ignored: boolean;
	}[];
	/** `null` outside git, empty before the first commit. */
	readonly head: string | null;
	/**
	 * Why git's own account could not be had where there is a `.git` (no git here, the folder
	 * belongs to somebody else): `tracked` and `ignored` are then false everywhere, and unknown.
	 */
	readonly gitUnread?: string | undefined;
	/** Files and folders that should be listed and could not be looked at, with the reason. */
	readonly unreadable?: readonly string[] | undefined;
	/** There are more files than are listed. */
	readonly cut?: boolean | undefined;
	/** What was passed over, with the reason, in one line each. */
	readonly skipped: readonly string[];
}

export interface PathHistory {
	/** The newest tag that HEAD contains. */
	readonly lastTag: {
		readonly name: string;
		/** Seconds since 1970. */
		readonly at: number;
		/** Files below the paths that it holds. */
		readonly files: readonly string[];
	} | null;
	/** By path, where the file is in HEAD or in the index. */
	readonly files: readonly PathChanges[];
	/** Some of the past is not on this machine. */
	readonly shallow: boolean;
}

export interface PathChanges {
	readonly path: string;
	readonly added: { readonly commit: string; readonly at: number };
	/** Changes of its content after that, the newest first. */
	readonly changed: readonly { readonly commit: string; readonly at: number }[];
}

/** The objects and refs of a repository. */
export interface GitStore {
	/** Commit; empty before the first. */
	readonly head: string;
	/** Every ref but symbolic ones, with the commit that it leads to; trees and blobs are left out. */
	readonly refs: readonly { readonly name: string; readonly commit: string }[];
	/** The ref that the remote's HEAD names; `null` where there is none. */
	readonly defaultBranch: string | null;
	/** Commits of all stashes, and what they hold beside: the index, untracked files. */
	readonly stashes: readonly string[];
	/** Commits before a depth were left on the server. */
	readonly shallow: boolean;
	/** Contents may have been left on the server. */
	readonly partial: boolean;
	/** Folders outside of the root that objects would be read from; then none are read. */
	readonly borrows: readonly string[];
}

export type BlobChoice =
	| { readonly ids: readonly string[] }
	| { choose(id: string, bytes: number): boolean };

export interface BlobBatch {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Where each begins and ends in it. */
	readonly blobs: readonly { readonly id: string; readonly start: number; readonly end: number }[];
}

export interface BlobWish {
	readonly store: GitStore;
	/** Whether the past of a blob at a path is wanted. */
	wants(blob: string, path: string): boolean;
	/** Whether the blob is on this machine. */
	isHere(blob: string): boolean;
}

export interface BlobPast {
	readonly commits: number;
	/** Blobs that commits name and that are not on this machine. */
	readonly missing: number;
	readonly appearances: readonly BlobAppearance[];
	/** Why git stopped before the beginning; empty where it did not. */
	readonly stopped: string;
}

/** A blob at a path, relative to the root. */
export interface BlobAppearance {
	readonly blob: string;
	readonly path: string;
	/** The first commit that has it, with its author's date in seconds since 1970. */
	readonly added: { readonly commit: string; readonly at: number };
	/** The last commit that took it away or replaced it; `null` where none did. */
	readonly removed: { readonly commit: string; readonly at: number } | null;
	/** Refs that lead to the first commit; `null` where there are too many commits to tell. */
	readonly refs: number | null;
}
