import { z } from 'zod';
import { SEVERITIES } from '../core/severity.ts';

/** The state file's own version: what another writes is not read as if it were this. */
export const STATE_VERSION = 1;

/** One finding that is failing, or was when it was last looked at. */
const Entry = z.strictObject({
	fingerprint: z.string(),
	id: z.string(),
	check: z.string(),
	/** The subject that was judged, as rows of checks name it. */
	subject: z.string(),
	/** What exactly it is about. */
	place: z.string(),
	severity: z.enum(SEVERITIES),
	title: z.string(),
	/** When it was first seen to fail; ISO 8601, as every moment here. */
	since: z.string(),
	/** When its check was last judged at its subject. */
	judgedAt: z.string(),
	/** It failed twice in a row and stands until its check passes. */
	confirmed: z.boolean(),
});
export type Entry = z.infer<typeof Entry>;

const Watched = z.strictObject({
	rounds: z.number().int(),
	lastRoundAt: z.string().nullable(),
	/** Rounds in a row in which what the launch hangs on could not be seen. */
	blind: z.number().int(),
	entries: z.array(Entry),
});
export type Watched = z.infer<typeof Watched>;

const Told = z.strictObject({
	id: z.string(),
	place: z.string(),
	severity: z.enum(SEVERITIES),
	title: z.string(),
	since: z.string(),
});
export type Told = z.infer<typeof Told>;

const Alert = z.strictObject({
	at: z.string(),
	domain: z.string(),
	/** `sight`: whether anything can be seen of it from here. */
	sight: z.enum(['lost', 'back']).nullable(),
	broke: z.array(Told),
	recovered: z.array(Told),
	/** Neither passed nor failed for so long that it is let go. */
	gone: z.array(Told),
	/** Confirmed and standing when this was written, these included. */
	standing: z.number().int(),
	headline: z.string(),
});
export type Alert = z.infer<typeof Alert>;

export const CHANNELS = ['webhook', 'mail', 'command'] as const;
export type Channel = (typeof CHANNELS)[number];

const Owed = z.strictObject({
	alert: Alert,
	/** Where it has not arrived yet. */
	channels: z.array(z.enum(CHANNELS)),
	tries: z.number().int(),
});
export type Owed = z.infer<typeof Owed>;

export const WatchStateSchema = z.strictObject({
	format: z.literal('launch-ready-watch'),
	version: z.literal(STATE_VERSION),
	domains: z.record(z.string(), Watched),
	outbox: z.array(Owed),
});
export type WatchState = z.infer<typeof WatchStateSchema>;

export const NOTHING_WATCHED: WatchState = {
	format: 'launch-ready-watch',
	version: STATE_VERSION,
	domains: {},
	outbox: [],
};

export const NEVER_LOOKED: Watched = { rounds: 0, lastRoundAt: null, blind: 0, entries: [] };
