import type { EnvPlace, EnvVariable, RepositoryEnv, SetValue } from '../../src/sdk.ts';

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 5): string {
	const shown = names.slice(0, most);
	const rest = names.length - shown.length;
	if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
	const last = shown.at(-1) ?? '';
	return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

export const count = (number: number, noun: string): string =>
	`${number} ${noun}${number === 1 ? '' : 's'}`;

export const placed = ({ file, line }: EnvPlace): string => `${file}:${line}`;

/** Whether production is incomplete without it. */
export const isWanted = ({ need, given }: EnvVariable): boolean =>
	!given && (need === 'schema' || need === 'throws' || need === 'required');

/** A schema refuses to go on, or the program reads it when it starts. */
export const stopsBoot = ({ need, boot }: EnvVariable): boolean => need === 'schema' || boot;

/** What the code does without it. */
export function wantOf({ need, boot, reads, build }: EnvVariable): string {
	const [first] = reads;
	const where = first === undefined ? 'the code' : placed(first);
	if (build === 'import') return `${where} imports it, and the build refuses to go on without it`;
	if (need === 'schema') return `the schema at ${where} refuses to go on without it`;
	const when = boot ? ' when the program starts' : '';
	return need === 'throws'
		? `${where} ends with an error without it${when}`
		: `${where} uses it${when}, and nothing stands in for it`;
}

/** What production is given: later files and files before manifests, as they are loaded. */
export function inForce({ values, production }: RepositoryEnv): readonly SetValue[] {
	const all = values.filter(({ stage }) => stage === 'production');
	const inFiles = new Set(all.filter(({ by }) => by === 'env file').map(({ name }) => name));
	const local = new Set(
		all.filter(({ file }) => file.endsWith('.local')).map(({ name, file }) => `${file}\0${name}`),
	);
	const hasList = production.files.length > 0;
	return all.filter(({ name, file, by }) => {
		if (by === 'env file') return !local.has(`${file}.local\0${name}`);
		// An image's defaults are there to be overridden, by a list that may not be known.
		return !inFiles.has(name) && (hasList || by !== 'Dockerfile');
	});
}

/** Names that nothing in the repository uses, where that can be known. */
export function unusedNames({
	variables,
	byConvention,
	code,
	cut,
}: RepositoryEnv): ReadonlySet<string> {
	if (byConvention || code === 0 || cut) return new Set();
	return new Set(variables.flatMap(({ name, used, given }) => (used || given ? [] : [name])));
}
