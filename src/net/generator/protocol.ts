import type { Located } from '../dialer.ts';

/*
 * What the measuring Worker is told, and what it tells. One run is: lanes are opened and warmed up,
 * `ready` sets the clock to 0, jobs are begun at their intended times, samples are streamed back as
 * they end, and `done` says how quiet the Worker was. `startGenerator` is the other side.
 *
 * The Worker decides when a request can go out, and drops what is queued for a host that asks for less:
 * 429, or 503 with Retry-After. Everything else is for those who see the samples: a plan that is
 * decided and a circuit that breaks cancel what is queued.
 */

/** Where requests go: one address, pinned for the whole run. */
export interface Route {
	readonly origin: string;
	/** Name for SNI, and what `inFlightPerHost` counts by. */
	readonly host: string;
	/** The server's address, or the proxy's, as it is known outside. */
	readonly address: string;
	/** Where that address really is; see `AddressMap`. */
	readonly at: Located | 'refused' | 'silent' | 'unreachable';
	/** URL of the proxy, with its credentials. */
	readonly proxy: string | null;
	/** Host or address that the proxy is asked for. */
	readonly through: string;
}

/** One kept-alive connection (HTTP/1.1, one request in flight), opened at its first use. */
interface Lane {
	readonly route: number;
	/** Lines requested on it, in turn, before the clock starts. Their first is the cold one. */
	readonly warmUp: readonly number[];
	/** For jobs that name it, and for no others: the connection of one user. */
	readonly isOwn?: boolean | undefined;
}

export interface Step {
	readonly route: number;
	/** Path and query; the whole URL for a plain request to a proxy. */
	readonly path: string;
	readonly method: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
	/** Sent as UTF-8; its length must be in `headers`. */
	readonly body?: string | undefined;
}

/** Requests of one kind: what is sampled as one series. */
export interface Line {
	/**
	 * What one sample is made of: one request, or the redirects before a document and the document. A
	 * step that is answered with anything but a redirect is the last.
	 */
	readonly steps: readonly [Step, ...Step[]];
	/** `new`: every sample opens connections of its own, as a first visit does. */
	readonly connection: 'kept' | 'new';
	/** Request sent to last byte, for each step; then the sample is a failure (`silent` or `cut`). */
	readonly timeoutMs: number;
	/** What the body of the last step must be. A body that is not decoded as sent is a failure too. */
	readonly expect?: Expectation | undefined;
	/** Headers of the last answer that come with the sample; lower case. */
	readonly keepHeaders?: readonly string[] | undefined;
}

export interface Expectation {
	/** Of every so many samples, one is looked at: 1 looks at all of them. */
	readonly oneIn: number;
	/** Its JSON must parse, where the header says that it is JSON and the body is not empty. */
	readonly wellFormed?: boolean | undefined;
	readonly contains?: string | undefined;
	/** Markers of other users, each as a whole word and not inside of `contains`. None is said aloud. */
	readonly excludes?: readonly string[] | undefined;
}

/** One request to make. */
export interface Job {
	readonly line: number;
	/** Milliseconds since the run began. A job whose time has passed is begun as soon as it can be. */
	readonly intendedMs: number;
	/** This lane and no other; any free lane of the line's first route that is nobody's own unless given. */
	readonly lane?: number | undefined;
}

/** Everything that the Worker is started with. */
export interface RunPlan {
	readonly routes: readonly Route[];
	readonly lanes: readonly Lane[];
	readonly lines: readonly Line[];
	/** Least time between any two starts, in milliseconds. */
	readonly apartMs: number;
	readonly inFlightPerHost: number;
	/** How long opening a connection may take, in milliseconds: TCP, and TLS. */
	readonly connectMs: number;
	readonly tlsMs: number;
}

export type ToWorker =
	| { readonly kind: 'jobs'; readonly jobs: readonly Job[] }
	/** Drops what is queued for a line; all lines unless given. What is in flight ends by itself. */
	| { readonly kind: 'cancel'; readonly line: number | null }
	/** No more jobs will come: `done` follows the last sample. */
	| { readonly kind: 'finish' };

export type FromWorker =
	/** `zeroAt` is the moment 0 of the run's clock, in milliseconds since 1970. */
	| { readonly kind: 'ready'; readonly zeroAt: number }
	/** `row` is one sample in the order of `COLUMNS`. */
	| { readonly kind: 'sample'; readonly row: Float64Array; readonly told: SampleText }
	| { readonly kind: 'done'; readonly noise: Noise };

/** What of a sample is no number. */
export interface SampleText {
	/** Why there is no good answer; empty where there is one. */
	readonly failure: string;
	/** Those of `keepHeaders` that came, in wire order. */
	readonly headers: readonly (readonly [name: string, value: string])[];
}

/** How quiet the measuring Worker was while it measured: what no sample can be better than. */
export interface Noise {
	/** A request to a server in the Worker that does nothing, in milliseconds. */
	readonly pingP95Ms: number;
	readonly pings: number;
	/** Delay of the Worker's event loop beyond its own resolution, in milliseconds. */
	readonly loopDelayP99Ms: number;
	/** The longest of them. */
	readonly loopDelayMaxMs: number;
}

/** Times are milliseconds since the run began; negative before the clock was started. */
export const COLUMNS = [
	'line',
	/** -1 for a connection of the sample's own. */
	'lane',
	/** Place of a warm-up on its lane, from 1; 0 for a sample. */
	'warmUp',
	'intended',
	/** A lane was free and its turn had come; opening a connection comes after it. */
	'taken',
	/** The (first) request was handed to the socket. */
	'started',
	/** First byte of the (last) final response; 0 where none came. */
	'headersAt',
	/** Last byte, or the failure. */
	'ended',
	/** Of the last answer; 0 for none. */
	'status',
	'newConnection',
	/** TCP connect of the last step's connection; 0 where it was a kept one. */
	'roundTripMs',
	/** Last answer to the end of the kept connection that would have been used; -1 where it was open. */
	'closedAfterMs',
	/** What opening the sample's connections took, all steps together. */
	'connectMs',
	'tlsMs',
	/** From the first step's begin to the last step's: what redirects cost, connections included. */
	'redirectMs',
	/** Request sent to first byte, in the last step. */
	'firstByteMs',
	/** Of the last body, as sent. */
	'bytes',
	/** Answers that were redirects before the last. */
	'redirects',
	/** 429, or 503 with Retry-After: 1, and nothing further is sent to the host. */
	'askedForLess',
	/** Place in `TIMING_FAULTS`. */
	'fault',
] as const;
