import { secretsIn } from '../secrets/secret-scan.ts';
import { isSigningName, isSkipName, type PublicPrefix } from './env-name.ts';
import { folderOf, isBelow } from './env-path.ts';
import type { EnvVariable, RepositoryEnv, SetValue } from './env-schema.ts';
import type { ReadAt, Sources } from './env-sources.ts';
import { hmac, type ValueJudge } from './env-value.ts';
import { isWantedAt, type SchemaKeyAt } from './env-variables.ts';

/**
 * Where a switch turns the check off in what is shipped. While an image is built it only matters for what
 * the bundle takes in: the rest is checked when the image starts.
 */
export function skipsOf(
	{ packages, dockerfiles, workflows }: Sources,
	values: readonly SetValue[],
	{ keys, publicOf }: SkipWorld,
): RepositoryEnv['skips'] {
	const inlined = keys.filter((key) => key.required && publicOf(key.name, key.file) !== null);
	const isHarmless = (file: string): boolean => {
		const text = dockerfiles.find((one) => one.file === file)?.text ?? '';
		const isGiven = (name: string) =>
			new RegExp(`^\\s{0,8}(?:ARG|ENV)\\s{1,8}${name}\\b`, 'm').test(text);
		return keys.length > 0 && inlined.every(({ name }) => isGiven(name));
	};
	const isOn = (word: string) => /^(?:1|true|yes|on)$/.test(word);
	const set = values.filter(
		({ name, value, stage, by }) =>
			isSkipName(name) && isOn(value.word) && (stage === 'production' || by === 'Dockerfile'),
	);
	const lasting = set.filter(
		({ by, stage, file }) => by !== 'Dockerfile' || stage === 'production' || !isHarmless(file),
	);
	const shell = /\b((?:NEXT_PUBLIC_)?(?:SKIP|DISABLE)_[A-Z_]{3,30})=["']?(?:1|true|yes|on)\b/;
	const scripts = packages.packages.flatMap(({ folder, scripts: all }) =>
		Object.entries(all).flatMap(([script, command]) => {
			const name = shell.exec(command)?.[1];
			const isBuild =
				/^(?:build|prebuild|start|prestart|vercel-build|heroku-postbuild|deploy|build:prod(?:uction)?)$/.test(
					script,
				);
			if (name === undefined || !isSkipName(name) || !isBuild) return [];
			const file = folder === '' ? 'package.json' : `${folder}/package.json`;
			return [{ file, line: 1, name, by: `the script "${script}"` }];
		}),
	);
	const runs = dockerfiles.flatMap(({ file, text }) =>
		text.split('\n').flatMap((line, index) => {
			const name = /^\s*(?:#|ENV\b|ARG\b|LABEL\b)/.test(line) ? undefined : shell.exec(line)?.[1];
			return name !== undefined && isSkipName(name) && !isHarmless(file)
				? [{ file, line: index + 1, name, by: 'a step of the image' }]
				: [];
		}),
	);
	const inWorkflows = workflows.flatMap(({ file, literals }) =>
		literals
			.filter(
				({ name, value, deploys }) => deploys && isSkipName(name) && isOn(value.toLowerCase()),
			)
			.map(({ name, line }) => ({ file, line, name, by: 'a workflow that deploys' })),
	);
	return [
		...lasting.map(({ name, file, line, by }) => ({
			name,
			file,
			line,
			by: by === 'env file' ? 'an env file of production' : by,
		})),
		...scripts,
		...runs,
		...inWorkflows,
	];
}

interface SkipWorld {
	readonly keys: readonly SchemaKeyAt[];
	readonly publicOf: (name: string, file: string) => PublicPrefix | null;
}

/** Literals that code takes where a signing secret is not set. */
export function fallbacksOf(
	sources: Sources,
	reads: readonly ReadAt[],
	keys: readonly SchemaKeyAt[],
	judge: ValueJudge,
): RepositoryEnv['fallbacks'] {
	const status = new Map(sources.listing.files.map((file) => [file.path, file]));
	// Where it is demanded elsewhere, the literal is never reached.
	const demanded = new Set([
		...reads.filter(({ read }) => read.handling === 'throws').map(({ read }) => read.name),
		...keys.filter(({ required, reached }) => required && reached).map(({ name }) => name),
	]);
	const found = [
		...reads
			.filter(({ context, language, file }) =>
				language === 'compose' ? /prod/i.test(file) : context === 'app' || context === 'build',
			)
			.map(({ file, read: { name, line, literal } }) => ({ file, name, line, literal })),
		...[...sources.scripts].flatMap(([file, { js, context }]) =>
			context === 'app' || context === 'build'
				? js.schemas.flatMap(({ keys: own }) =>
						own.map(({ name, line, literal }) => ({ file, name, line, literal })),
					)
				: [],
		),
	];
	return found.flatMap(({ file, name, line, literal }) => {
		if (literal === null || literal.trim() === '' || !isSigningName(name) || demanded.has(name))
			return [];
		const listed = status.get(file);
		return [
			{
				file,
				line,
				name,
				length: literal.length,
				published: listed?.tracked === true || sources.listing.head === null,
				fingerprint: fingerprintOf(name, literal, judge.key),
			},
		];
	});
}

/** The one that the secret scan gives the same literal, so that both are one risk. */
function fingerprintOf(name: string, literal: string, key: string): string {
	const nature = { loose: false, generic: false, named: true, spaced: false, key: false };
	const [match] = secretsIn(`${name} = "${literal}"`, nature);
	const [family, value] = match === undefined ? ['env', literal] : [match.rule.id, match.value];
	return hmac(key, family, value).slice(0, 16);
}

/** Jobs that build, with what they are not given of what the build needs. */
export function jobsOf(sources: Sources, variables: readonly EnvVariable[]): RepositoryEnv['jobs'] {
	const needed = variables.filter(
		({ build, need, given }) => build !== '' && isWantedAt(need) && !given,
	);
	return sources.workflows.flatMap(({ file, jobs }) =>
		jobs.flatMap(({ job, line, builds, deploys, folder, given, opaque }) => {
			if (!builds) return [];
			const skipsSchema = given.some(isSkipName);
			const has = new Set([...given, ...committedNames(sources)]);
			const missing = needed
				.filter(({ build, name, folders }) => {
					if (has.has(name) || !folders.some((one) => isBuiltBy(one, folder, sources)))
						return false;
					if (build === 'schema') return !skipsSchema;
					return build === 'import' || deploys;
				})
				.map(({ name }) => name);
			return [{ file, line, job, deploys, opaque, missing }];
		}),
	);
}

/** A job at the root builds everything; one in a folder builds that and what it uses. */
function isBuiltBy(folder: string, at: string, { packages }: Sources): boolean {
	if (at === '') return true;
	const owner = packages.of(`${at}/package.json`);
	return packages.reach(owner).has(folder) || isBelow(folder, at);
}

/** Committed env files that a production build reads by itself. */
function committedNames({ envFiles }: Sources): readonly string[] {
	return envFiles
		.filter(({ tracked, role }) => tracked && (role === 'production' || role === 'base'))
		.flatMap(({ parsed }) => parsed.assignments)
		.filter(({ value }) => value !== '')
		.map(({ name }) => name);
}

/** With how many server secrets each would publish, by the values that are set. */
export function exposuresOf(
	exposures: readonly Omit<RepositoryEnv['exposures'][number], 'secrets'>[],
	values: readonly SetValue[],
): RepositoryEnv['exposures'] {
	const secret = values.filter(
		({ stage, value }) =>
			stage !== 'example' && value.secret?.tier === 'server' && !value.secret.local,
	);
	return exposures.map((one) => {
		const published = secret.filter(
			({ name, file }) =>
				(one.whole && isBelow(one.folder, folderOf(file))) || one.names.includes(name),
		);
		return { ...one, secrets: new Set(published.map(({ name }) => name)).size };
	});
}
