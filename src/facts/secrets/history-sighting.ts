import { z } from 'zod';
import { PLACES } from './secret-place.ts';
import { FoundSecretSchema } from './secret-sighting.ts';

/**
 * What of today still has a value of the past, the most public first. `head`: the commit that is
 * checked out. `default`: the branch that the remote names as its own. `history`: only older commits.
 * `unreachable`: no commit that any ref leads to.
 */
export const STANDINGS = [
	'head',
	'default',
	'branch',
	'tag',
	'stash',
	'history',
	'unreachable',
] as const;
export type Standing = (typeof STANDINGS)[number];

const MomentSchema = z.object({
	commit: z.string(),
	/** Of the author, seconds since 1970. */
	at: z.number(),
});

const PastSchema = z.object({
	/** Path at that time; empty for what no tree has any more. */
	file: z.string(),
	/** The newest version that has it. */
	blob: z.string(),
	standing: z.enum(STANDINGS),
	/** The ref that has it still; empty where none does. */
	ref: z.string(),
	/** `null` for what is unreachable. */
	added: MomentSchema.nullable(),
	removed: MomentSchema.nullable(),
	/** Refs that lead to the commit which added it; `null` where they were not counted. */
	refs: z.number().int().nullable(),
});
export type Past = z.infer<typeof PastSchema>;

/** A file that had a value. */
const HistorySightingSchema = PastSchema.extend({
	line: z.number().int(),
	place: z.enum(PLACES),
	/** The line, with every secret on it taken out. */
	text: z.string(),
});
export type HistorySighting = z.infer<typeof HistorySightingSchema>;

const HistorySecretSchema = FoundSecretSchema.omit({ places: true, inProduction: true }).extend({
	/** As in `RepositorySecrets.values`. */
	identity: z.string(),
	/** At most 20, the most public first. */
	places: z.array(HistorySightingSchema),
});
export type HistorySecret = z.infer<typeof HistorySecretSchema>;

/** An env file of the past whose values somebody used. */
const PastEnvFileSchema = PastSchema.extend({
	/** HEAD has a file of this path. */
	isThere: z.boolean(),
	/** Of all its versions. */
	variables: z.array(z.string()),
});
export type PastEnvFile = z.infer<typeof PastEnvFileSchema>;

export const RepositoryHistorySchema = z.object({
	/** `false` outside git: then there is nothing else. */
	git: z.boolean(),
	scanned: z.object({
		commits: z.number().int(),
		blobs: z.number().int(),
		bytes: z.number(),
	}),
	/** Of the blobs, those without text. */
	binary: z.number().int(),
	/** Over the size limit: how many, and some of them by path with their size. */
	tooLarge: z.object({ count: z.number().int(), files: z.array(z.string()) }),
	/** Why some of the past could not be looked at. */
	gaps: z.array(z.string()),
	/** Each value once in each file. */
	allowed: z.object({
		count: z.number().int(),
		places: z.array(z.object({ file: z.string(), line: z.number().int(), identity: z.string() })),
	}),
	secrets: z.array(HistorySecretSchema),
	envFiles: z.array(PastEnvFileSchema),
	/** There was more than the limits allow. */
	truncated: z.boolean(),
});
export type RepositoryHistory = z.infer<typeof RepositoryHistorySchema>;
