import { z } from 'zod';
import { CHECKS } from '../secrets/secret-checksum.ts';
import { TIERS } from '../secrets/secret-rule.ts';
import { PLATFORM_KINDS } from './platform.ts';

const Place = z.object({ file: z.string(), /** 1-based. */ line: z.number().int() });

/** A secret that an image keeps: without its value. */
const ImageSecretSchema = z.object({
	how: z.enum(['ENV', 'ARG', 'COPY']),
	line: z.number().int(),
	/** Empty for a copied file. */
	variable: z.string(),
	/** The copied file; empty for a variable. */
	source: z.string(),
	/** What the value showed; `null` where the build brings it, so that only its name is known. */
	value: z
		.object({
			provider: z.string(),
			what: z.string(),
			tier: z.enum(TIERS),
			state: z.enum(CHECKS),
			confidence: z.enum(['high', 'medium', 'low']),
			/** Seconds since 1970. */
			expiresAt: z.number().nullable(),
			local: z.boolean(),
			published: z.boolean(),
			encrypted: z.boolean(),
			preview: z.string(),
			length: z.number().int(),
			fingerprint: z.string(),
			rotate: z.string(),
		})
		.nullable(),
});
export type ImageSecret = z.infer<typeof ImageSecretSchema>;

const ImageSchema = z.object({
	file: z.string(),
	/** Of the last FROM. */
	line: z.number().int(),
	/** What the last stage goes on from, as written. */
	base: z.string(),
	/** Who runs it. `unset`: nobody is named. `dropped`: the start gives root up. */
	user: z.object({
		state: z.enum(['unset', 'root', 'set', 'dropped']),
		line: z.number().int(),
		/** The base image's own user is documented, and is root. */
		isCertain: z.boolean(),
		/** A user that the base image brings and that suits. */
		suggested: z.string(),
	}),
	bases: z.array(
		z.object({
			line: z.number().int(),
			image: z.string(),
			pinned: z.enum(['digest', 'tag', 'latest', 'none']),
		}),
	),
	secrets: z.array(ImageSecretSchema),
	/** An instruction that takes the whole context; `null` for none. */
	broadCopy: z.object({ line: z.number().int(), text: z.string() }).nullable(),
	/** Where a `.dockerignore` would be looked for first. */
	ignoreFile: z.string(),
	hasIgnoreFile: z.boolean(),
	developmentPackages: z
		.object({
			line: z.number().int(),
			command: z.string(),
			manager: z.string(),
			/** Stage it was copied from; empty for the last itself. */
			from: z.string(),
			/** Of the manifest that lists them. */
			manifest: z.string(),
		})
		.nullable(),
	/** Process 1 passes no signal on. */
	deaf: z
		.object({
			line: z.number().int(),
			/** `CMD npm start`. */
			written: z.string(),
			by: z.enum(['shell', 'npm', 'npx', 'yarn', 'pnpm']),
			/** Words for the exec form; empty where they can't be told. */
			exec: z.array(z.string()),
		})
		.nullable(),
});
export type DeployedImage = z.infer<typeof ImageSchema>;

const ServiceSchema = z.object({
	kind: z.enum(PLATFORM_KINDS),
	name: z.string(),
	file: z.string(),
	line: z.number().int(),
	service: z.string(),
	isManaged: z.boolean(),
	canProbe: z.boolean(),
	probe: z.object({ line: z.number().int(), what: z.string() }).nullable(),
});
export type DeployedService = z.infer<typeof ServiceSchema>;

const StartSchema = z.object({
	...Place.shape,
	/** As shown: `npm run dev`. */
	command: z.string(),
	/** What it comes to, through scripts: `nodemon server.js`; empty where it is the same. */
	program: z.string(),
	/** Of the script that holds it; `null` where the command itself does. */
	script: Place.nullable(),
	/** `Heroku`, `the image`, `npm start`. */
	by: z.string(),
	/** A manifest or image says that this starts in production. */
	isDeclared: z.boolean(),
	development: z
		.object({ what: z.string(), instead: z.string(), build: z.string() })
		.nullable(),
});
export type ProductionStart = z.infer<typeof StartSchema>;

const PortSchema = z.object({
	...Place.shape,
	/** `app.listen(3000)`. */
	written: z.string(),
	/** Fixed; `null` where only the address is wrong. */
	port: z.number().nullable(),
	loopback: z.boolean(),
	platform: z.string(),
	manifest: Place,
	/** Port that requests are sent to; `null` where it is PORT. */
	expected: z.number().nullable(),
	/** What to write instead. */
	instead: z.string(),
});
export type WrongPort = z.infer<typeof PortSchema>;

const StateSchema = z.object({
	...Place.shape,
	what: z.enum(['database', 'uploads', 'sessions', 'memory-sessions']),
	/** `Prisma`, `multer`. */
	by: z.string(),
	/** As the code names it; empty where it does not. */
	path: z.string(),
	platform: z.string(),
	manifest: Place,
	/** `unknown`: the platform can keep it, and its manifest does not tell. */
	disk: z.enum(['lost', 'unknown']),
	kind: z.enum(PLATFORM_KINDS),
});
export type LocalState = z.infer<typeof StateSchema>;

const Sign = Place.extend({ what: z.string() });
export type Sign = z.infer<typeof Sign>;

export const DeploymentSchema = z.object({
	files: z.number().int(),
	unread: z.array(z.string()),
	/** There are more files than were looked at. */
	truncated: z.boolean(),
	/** `server`: answers requests itself. `client`: runs in browsers alone. `static`: pages. */
	kind: z.enum(['server', 'client', 'static', 'none']),
	/** `express in package.json`. */
	because: z.string(),
	services: z.array(ServiceSchema),
	images: z.array(ImageSchema),
	starts: z.array(StartSchema),
	wrongPorts: z.array(PortSchema),
	/** Services whose way of listening was understood. */
	listening: z.number().int(),
	state: z.array(StateSchema),
	healthRoute: Sign.nullable(),
	probes: z.array(Sign),
	version: Sign.nullable(),
	reporter: Sign.nullable(),
	database: Sign.nullable(),
	/** What backs the database up without being asked; empty for nothing. */
	backedUpBy: z.string(),
	backupNote: Sign.nullable(),
	restoreNote: Sign.nullable(),
});
export type Deployment = z.infer<typeof DeploymentSchema>;
