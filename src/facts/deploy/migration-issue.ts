import { z } from 'zod';
import { MIGRATION_TOOLS } from './migration-file.ts';

const MIGRATION_ISSUES = [
	'no-way-back',
	'locks-table',
	'breaks-running-code',
	'concurrent-in-transaction',
] as const;

const MigrationIssueSchema = z.object({
	kind: z.enum(MIGRATION_ISSUES),
	/** 1-based. */
	line: z.number().int(),
	/** What it does, in words: `drops column nickname of users`. */
	what: z.string(),
	/** What sort of change, to choose the fix by. */
	change: z.string(),
	table: z.string(),
	column: z.string(),
	/** Where running code reads it: `src/a.ts:3`; empty for other issues. */
	reader: z.string(),
});
export type MigrationIssue = z.infer<typeof MigrationIssueSchema>;

const MigrationSchema = z.object({
	file: z.string(),
	tool: z.enum(MIGRATION_TOOLS),
	/** Seconds since 1970; `null` where nothing tells. */
	addedAt: z.number().nullable(),
	/** The last tag holds it. */
	released: z.boolean(),
	/** Seconds since 1970 of its last change after the commit that added it. */
	editedAt: z.number().nullable(),
	issues: z.array(MigrationIssueSchema),
});
export type Migration = z.infer<typeof MigrationSchema>;

const PushSchema = z.object({
	file: z.string(),
	line: z.number().int(),
	/** The command or setting. */
	what: z.string(),
	/** It says that data may be lost. */
	losesData: z.boolean(),
});
export type SchemaPush = z.infer<typeof PushSchema>;

export const MigrationsSchema = z.object({
	/** Migrations in all. */
	count: z.number().int(),
	/** Who runs them. */
	tool: z.string(),
	/** Those with something to say about them. */
	migrations: z.array(MigrationSchema),
	lastTag: z.object({ name: z.string(), at: z.number() }).nullable(),
	/** Where a deploy runs them: `fly.toml`; empty where none does. */
	runBy: z.string(),
	pushes: z.array(PushSchema),
	/** A managed service applies them without a step in the repository. */
	managed: z.boolean(),
	unread: z.array(z.string()),
});
export type Migrations = z.infer<typeof MigrationsSchema>;
