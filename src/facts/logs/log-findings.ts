import { z } from 'zod';

/** What a log should not hold, as the check of its content says it. */
const LOG_VERDICTS = [
	'token',
	'password',
	'personal-data',
	'payment-card',
	'request-bodies',
	'stack-with-source',
] as const;

const LogKindSchema = z.object({
	verdict: z.enum(LOG_VERDICTS),
	/** In the plural: `Stripe secret keys`, `e-mail addresses`. */
	what: z.string(),
	/** Different values; at most `MOST_VALUES`. */
	distinct: z.number().int(),
	/** Occurrences. */
	count: z.number().int(),
	/** Of a value that rules of secrets know, as those show it; empty for several and for others. */
	fingerprint: z.string(),
	/** Where to replace the value; empty where nobody issued it. */
	rotate: z.string(),
	/** They are all numbers that providers publish for tests. */
	published: z.boolean(),
	/** Names of fields that held it. */
	fields: z.array(z.string()),
	/** The first ones: the line without its values. */
	samples: z.array(z.object({ line: z.number().int(), text: z.string() })),
});
export type LogKind = z.infer<typeof LogKindSchema>;

const LogReadingSchema = z.object({
	file: z.string(),
	bytes: z.number().int(),
	/** Read so far. */
	lines: z.number().int(),
	/** Tracked by git. */
	committed: z.boolean(),
	/** In a folder that browsers get. */
	served: z.boolean(),
	/** Test data or documentation: written by hand, so not read. */
	madeUp: z.boolean(),
	/** Why it was not read, or not to its end; empty where it was. */
	unread: z.string(),
	kinds: z.array(LogKindSchema),
});
export type LogReading = z.infer<typeof LogReadingSchema>;

export const RepositoryLogsSchema = z.object({
	logs: z.array(LogReadingSchema),
	/** Logs beyond the first that are read. */
	more: z.number().int(),
	/** Files in all: none is a repository without any. */
	files: z.number().int(),
});
export type RepositoryLogs = z.infer<typeof RepositoryLogsSchema>;
