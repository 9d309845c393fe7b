import { z } from 'zod';
import { DOTENV_FAULTS } from './dotenv-file.ts';
import { FRAMEWORKS } from './env-package.ts';
import { ENV_FILE_ROLES } from './env-path.ts';
import { HOSTINGS } from './env-platforms.ts';
import { EnvValueSchema } from './env-value.ts';

const PlaceSchema = z.object({
	file: z.string(),
	/** 1-based. */
	line: z.number().int(),
});
export type EnvPlace = z.infer<typeof PlaceSchema>;

/** How badly a variable is wanted, worst first. */
export const NEEDS = [
	/** A schema refuses to go on without it. */
	'schema',
	/** The code ends with an error of its own without it. */
	'throws',
	/** The code uses it as it is. */
	'required',
	/** The code copes: a default, a question before. */
	'optional',
	/** The code only compares it: a switch. */
	'flag',
	/** Only tests and tools of the team read it. */
	'tool',
	/** Nothing reads it. */
	'unread',
] as const;
export type Need = (typeof NEEDS)[number];

const VariableSchema = z.object({
	name: z.string(),
	need: z.enum(NEEDS),
	/** Wanted when the program starts. */
	boot: z.boolean(),
	/** Wanted when the program is built: put into the bundle, checked by a schema, or imported. */
	build: z.enum(['', 'inlined', 'schema', 'import']),
	/** Reads, those of the product first; at most five. */
	reads: z.array(PlaceSchema),
	readsInAll: z.number().int(),
	/** Folders of the packages whose code reads it; empty for the root's. */
	folders: z.array(z.string()),
	/** Set by the runtime, the CI or the platform. */
	given: z.boolean(),
	/** An example, a schema or a committed env file that shows it; `null` for none. */
	shownIn: PlaceSchema.nullable(),
	/** Env files and manifests that declare it; at most five. */
	declared: z.array(PlaceSchema),
	/** Something uses it: code, a script, a library by itself. */
	used: z.boolean(),
	/** Packages that want it, and whose list of production has it not. */
	missingIn: z.array(z.string()),
	/** It is put into what browsers download: the prefix's framework; empty for a server's. */
	publicBy: z.string(),
});
export type EnvVariable = z.infer<typeof VariableSchema>;

const JudgedEnvFileSchema = z.object({
	path: z.string(),
	role: z.enum(ENV_FILE_ROLES),
	tracked: z.boolean(),
	/** Its values are production's. */
	production: z.boolean(),
	names: z.number().int(),
	faults: z.array(
		z.object({ kind: z.enum(DOTENV_FAULTS), line: z.number().int(), name: z.string() }),
	),
	/** Assigned again with another value. */
	duplicates: z.array(
		z.object({ name: z.string(), line: z.number().int(), first: z.number().int() }),
	),
});
export type JudgedEnvFile = z.infer<typeof JudgedEnvFileSchema>;

const SetValueSchema = z.object({
	name: z.string(),
	file: z.string(),
	line: z.number().int(),
	/** `env file`, `Dockerfile`, `vercel.json`, `workflow`, …: what sets it. */
	by: z.string(),
	stage: z.enum(['example', 'production', 'development', 'other']),
	/** The framework that puts it into what browsers download; empty for a server's. */
	publicBy: z.string(),
	value: EnvValueSchema,
});
export type SetValue = z.infer<typeof SetValueSchema>;

export const RepositoryEnvSchema = z.object({
	/** Files of code that were looked at. */
	code: z.number().int(),
	/** `null` outside git, empty before the first commit. */
	head: z.string().nullable(),
	/** Env files and code that could not be read, with the reason. */
	unread: z.array(z.string()),
	/** More files or names than the limits allow. */
	cut: z.boolean(),
	frameworks: z.array(z.enum(FRAMEWORKS)),
	/** What it is deployed on. */
	hostings: z.array(z.enum(HOSTINGS)),
	variables: z.array(VariableSchema),
	files: z.array(JudgedEnvFileSchema),
	values: z.array(SetValueSchema),
	production: z.object({
		/** As `--env` says; empty without. */
		asked: z.string(),
		/** Files that were taken for it. */
		files: z.array(z.string()),
		/** Why there is no list, though one was asked for; empty where there is. */
		unread: z.string(),
		/** Packages that want variables and for which no list was found. */
		unlisted: z.array(z.string()),
	}),
	/** Code reads variables by a convention that the text does not show, so nothing is known to be unused. */
	byConvention: z.boolean(),
	schemas: z.array(
		PlaceSchema.extend({
			kind: z.string(),
			keys: z.number().int(),
			/** Something that runs imports it. */
			reached: z.boolean(),
			folder: z.string(),
			skipped: z.enum(['always', 'by-flag', 'never']),
		}),
	),
	/** Switches that turn the check of variables off in a production build. */
	skips: z.array(PlaceSchema.extend({ name: z.string(), by: z.string() })),
	/** Literals that stand in for a signing secret. */
	fallbacks: z.array(
		PlaceSchema.extend({
			name: z.string(),
			length: z.number().int(),
			/** Git has it, or there is no git. */
			published: z.boolean(),
			fingerprint: z.string(),
		}),
	),
	/** Build configuration that puts variables into the bundle. */
	exposures: z.array(
		PlaceSchema.extend({
			by: z.string(),
			whole: z.boolean(),
			names: z.array(z.string()),
			folder: z.string(),
			/** Server secrets that are set in its package, or under these names. */
			secrets: z.number().int(),
		}),
	),
	/** Reads in code for browsers that find nothing there. */
	clientReads: z.array(
		PlaceSchema.extend({
			name: z.string(),
			framework: z.string(),
			prefix: z.string(),
			/** The script for browsers that brings it there; empty where it is the file itself. */
			by: z.string(),
		}),
	),
	/** `process.env[name]` in code for browsers. */
	clientDynamic: z.array(PlaceSchema.extend({ framework: z.string(), prefix: z.string() })),
	/** Code for browsers that imports a module of the server's variables. */
	clientImports: z.array(
		PlaceSchema.extend({ module: z.string(), names: z.array(z.string()), framework: z.string() }),
	),
	jobs: z.array(
		PlaceSchema.extend({
			job: z.string(),
			deploys: z.boolean(),
			opaque: z.string(),
			/** Build-required names that it does not get. */
			missing: z.array(z.string()),
		}),
	),
	/** `secrets.NAME` of workflows, with the variable that each is given to. */
	secrets: z.array(PlaceSchema.extend({ name: z.string(), to: z.string() })),
});
/** What a repository says of its environment variables. Names, and judgements of values; no value. */
export type RepositoryEnv = z.infer<typeof RepositoryEnvSchema>;
