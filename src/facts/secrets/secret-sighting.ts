import { z } from 'zod';
import { CHECKS } from './secret-checksum.ts';
import { PLACES } from './secret-place.ts';
import { KINDS, TIERS } from './secret-rule.ts';

/** One place of a secret. */
const SightingSchema = z.object({
	file: z.string(),
	/** 1-based. */
	line: z.number().int(),
	place: z.enum(PLACES),
	/** The line, with every secret on it taken out. */
	text: z.string(),
});
export type Sighting = z.infer<typeof SightingSchema>;

/** A secret without its value, with every place where it stands. */
export const FoundSecretSchema = z.object({
	rule: z.string(),
	provider: z.string(),
	what: z.string(),
	tier: z.enum(TIERS),
	kind: z.enum(KINDS),
	confidence: z.enum(['high', 'medium', 'low']),
	state: z.enum(CHECKS),
	/** Seconds since 1970. */
	expiresAt: z.number().nullable(),
	local: z.boolean(),
	encrypted: z.boolean(),
	published: z.boolean(),
	paired: z.boolean(),
	encoded: z.enum(['base64', 'percent', 'unicode']).nullable(),
	/** First four characters; empty below twelve, and for keys, which all begin alike. */
	preview: z.string(),
	length: z.number().int(),
	/** HMAC-SHA-256 of family and value under the user's key: 16 hex digits. */
	fingerprint: z.string(),
	/** Environment variable that it is assigned to somewhere, such as `JWT_SECRET`; empty for none. */
	variable: z.string(),
	/** Also in an env file of production that git does not see: it is in use. */
	inProduction: z.boolean(),
	/** At most 20, the gravest first. */
	places: z.array(SightingSchema),
	placesInAll: z.number().int(),
	/** Where to get a new one. */
	rotate: z.string(),
	/** Text to search for by hand; no part of the secret. */
	anchor: z.string(),
	/** The variable of an env or CI file of the repository that has this very value. */
	equals: z.object({ variable: z.string(), file: z.string(), line: z.number().int() }).optional(),
});
export type FoundSecret = z.infer<typeof FoundSecretSchema>;

export const RepositorySecretsSchema = z.object({
	/** `null` outside git, empty before the first commit. */
	head: z.string().nullable(),
	/** Why git's account of what is tracked could not be had; empty where it could, or there is none. */
	gitUnread: z.string(),
	scanned: z.object({ files: z.number().int(), bytes: z.number().int() }),
	/** Files that have no text. */
	binary: z.number().int(),
	/** Over the size limit, with their size. */
	tooLarge: z.array(z.string()),
	unreadable: z.array(z.string()),
	/** As the listing says: links out of the root, submodules… */
	skipped: z.array(z.string()),
	/** Places that a comment allows, ours or another scanner's. */
	allowed: z.object({
		count: z.number().int(),
		places: z.array(z.object({ file: z.string(), line: z.number().int() })),
	}),
	secrets: z.array(FoundSecretSchema),
	/** Every value of the files that were read, to know it again in the past of the repository. */
	values: z.array(
		z.object({
			/** Of the value alone: HMAC-SHA-256 under the user's key, 16 hex digits. */
			identity: z.string(),
			/** Of its entry in `secrets`; empty where it has none. */
			fingerprint: z.string(),
			/** In an env file of production that git does not see. */
			inProduction: z.boolean(),
			/** A comment allows it somewhere. */
			allowed: z.boolean(),
		}),
	),
	/** There were more files, or more secrets, than the limits allow. */
	truncated: z.boolean(),
});
export type RepositorySecrets = z.infer<typeof RepositorySecretsSchema>;
