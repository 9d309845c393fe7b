import { z } from 'zod';
import { DATABASE_ENGINES } from './kept-database.ts';
import { PLATFORM_KINDS } from './platform.ts';
import { WEB_FRAMEWORKS } from './web-framework.ts';

const SignSchema = z.object({
	/** A few words of what stands there. */
	what: z.string(),
	file: z.string(),
	/** 1-based. */
	line: z.number().int(),
});
/** A place in the repository that shows something. */
export type Sign = z.infer<typeof SignSchema>;

const ServiceSchema = z.object({
	kind: z.enum(PLATFORM_KINDS),
	name: z.string(),
	file: z.string(),
	line: z.number().int(),
	/** As the manifest calls it; empty where it has one without a name. */
	service: z.string(),
});

const DatabaseSchema = SignSchema.extend({
	engine: z.enum(DATABASE_ENGINES),
	/** It is sure that the product keeps data in one; some frameworks may do without. */
	isSure: z.boolean(),
});

/** How a repository's product is watched and kept once it is deployed. */
export const OperationsSchema = z.object({
	/** Files that were looked into. */
	files: z.number().int(),
	unread: z.array(z.string()),
	/** There are more files than were looked into. */
	cut: z.boolean(),
	/** `server`: answers requests itself. `client`: runs in browsers alone. `static`: pages. */
	kind: z.enum(['server', 'client', 'static', 'none']),
	/** `express in package.json`; empty for none. */
	because: z.string(),
	framework: z.enum(WEB_FRAMEWORKS),
	/** Of the framework's own files, relative to the root; empty for the root. */
	folder: z.string(),
	isTyped: z.boolean(),
	/** Port that an image exposes; `null` where none says so. */
	port: z.number().int().nullable(),
	/** A platform that serves and watches everything itself: there is no process of one's own. */
	managedBy: SignSchema.nullable(),
	/** Services with a process of their own. */
	services: z.array(ServiceSchema),
	images: z.array(z.object({ file: z.string(), line: z.number().int() })),
	/** `what` is its path, empty where code does not tell. */
	healthRoute: SignSchema.nullable(),
	healthAsked: SignSchema.nullable(),
	/** Where it could be asked and is not. */
	unasked: z.array(ServiceSchema.extend({ kind: z.enum(['image', ...PLATFORM_KINDS]) })),
	version: SignSchema.nullable(),
	reporter: SignSchema.nullable(),
	/** A reporter among the packages that nothing loads. */
	idleReporter: SignSchema.nullable(),
	/** Where a browser's code talks to a server. */
	callsServer: SignSchema.nullable(),
	/** The surest first. */
	databases: z.array(DatabaseSchema),
	/** Who keeps the database, with what is known of its backups. */
	keptBy: SignSchema.extend({ backups: z.string(), engine: z.enum(DATABASE_ENGINES) }).nullable(),
	/** A database server that the repository starts itself. */
	own: SignSchema.extend({ engine: z.enum(DATABASE_ENGINES) }).nullable(),
	backup: SignSchema.nullable(),
	restore: SignSchema.nullable(),
	/** Infrastructure code that has backups switched on. */
	declaredBackup: SignSchema.nullable(),
});
export type Operations = z.infer<typeof OperationsSchema>;
