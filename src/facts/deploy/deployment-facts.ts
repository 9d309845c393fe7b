import { z } from 'zod';
import { PLATFORM_KINDS } from './platform.ts';

const Place = z.object({ file: z.string(), /** 1-based. */ line: z.number().int() });

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
	/** ENV and ARG, with the lines that they take up. */
	settings: z.array(
		z.object({ how: z.enum(['ENV', 'ARG']), line: z.number().int(), endLine: z.number().int() }),
	),
	/** Secrets, by their names, that a build hands in and the image keeps. */
	passed: z.array(
		z.object({ how: z.enum(['ENV', 'ARG']), line: z.number().int(), variable: z.string() }),
	),
	/** Copied by name, and named like something that holds secrets. */
	copied: z.array(
		z.object({
			line: z.number().int(),
			file: z.string(),
			/** Part of the repository. */
			isThere: z.boolean(),
		}),
	),
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

export const DeployedImagesSchema = z.object({
	/** Of production, as far as names and manifests tell. */
	images: z.array(ImageSchema),
	/** Files that could not be read, with the reason. */
	unread: z.array(z.string()),
	/** Platforms that build and run the product without an image of its own. */
	managed: z.array(z.string()),
});
export type DeployedImages = z.infer<typeof DeployedImagesSchema>;

const StartSchema = z.object({
	...Place.shape,
	/** As shown: `npm run dev`. */
	command: z.string(),
	/** What it comes to, through scripts: `nodemon server.js`; empty where it is the same. */
	program: z.string(),
	/** Of the script or file that holds it; `null` where the command itself does. */
	holder: Place.nullable(),
	/** `Heroku`, `the image`. */
	by: z.string(),
	/** `null` for a command that serves production. */
	development: z.object({ what: z.string(), instead: z.string(), build: z.string() }).nullable(),
});
export type ProductionStart = z.infer<typeof StartSchema>;

const PortSchema = z.object({
	...Place.shape,
	/** `app.listen(3000)`. */
	written: z.string(),
	/** Fixed; `null` where only the address is wrong. */
	port: z.number().nullable(),
	loopback: z.boolean(),
	platform: z.enum(PLATFORM_KINDS),
	name: z.string(),
	manifest: Place,
	/** Port that requests are sent to; `null` where it is what PORT says. */
	expected: z.number().nullable(),
	/** What to write instead. */
	instead: z.string(),
});
export type WrongPort = z.infer<typeof PortSchema>;

const StateSchema = z.object({
	...Place.shape,
	what: z.enum(['database', 'uploads', 'sessions']),
	/** `Prisma`, `multer`. */
	by: z.string(),
	/** As the code names it; empty where it does not. */
	path: z.string(),
	platform: z.enum(PLATFORM_KINDS),
	name: z.string(),
	manifest: Place,
	/** `unknown`: the platform can keep it, and its manifest does not tell. */
	disk: z.enum(['lost', 'unknown']),
});
export type LocalState = z.infer<typeof StateSchema>;

export const ProductionStartsSchema = z.object({
	starts: z.array(StartSchema),
	wrongPorts: z.array(PortSchema),
	/** Services whose way of listening was understood. */
	listening: z.number().int(),
	state: z.array(StateSchema),
	/** Platforms that start the product themselves. */
	managed: z.array(z.string()),
	unread: z.array(z.string()),
});
export type ProductionStarts = z.infer<typeof ProductionStartsSchema>;
