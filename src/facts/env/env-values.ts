import { type PublicPrefix, secrecyOf } from './env-name.ts';
import type { ProductionLists } from './env-production.ts';
import type { JudgedEnvFile, SetValue } from './env-schema.ts';
import type { EnvFileSource, Sources } from './env-sources.ts';
import { judgeValue, UNSEEN, type ValueJudge } from './env-value.ts';

export function envFileFrom(
	{ path, role, tracked, parsed }: EnvFileSource,
	lists: ProductionLists,
): JudgedEnvFile {
	const first = new Map<string, { value: string; line: number }>();
	const duplicates: JudgedEnvFile['duplicates'] = [];
	for (const { name, value, line } of parsed.assignments) {
		const before = first.get(name);
		if (before === undefined) first.set(name, { value, line });
		else if (before.value !== value) duplicates.push({ name, line, first: before.line });
	}
	return {
		path,
		role,
		tracked,
		production: lists.files.has(path),
		names: first.size + parsed.bare.length,
		faults: [...parsed.faults],
		duplicates,
	};
}

interface ValueWorld {
	readonly lists: ProductionLists;
	readonly judge: ValueJudge;
	readonly publicOf: (name: string, file: string) => PublicPrefix | null;
}

/** Everything that is set to a value somewhere, judged. */
export function valuesOf(
	envFiles: readonly EnvFileSource[],
	{ declared, workflows }: Sources,
	{ lists, judge, publicOf }: ValueWorld,
): readonly SetValue[] {
	const judged = (name: string, file: string, value: string) => ({
		publicBy: publicOf(name, file)?.framework ?? '',
		value: judgeValue(name, value, judge),
	});
	return [
		...envFiles.flatMap((file) =>
			lastOfEach(file).map(({ name, value, line }) => ({
				name,
				file: file.path,
				line,
				by: 'env file',
				stage: stageOf(file, name, lists),
				...judged(name, file.path, value),
				...(file.masked && value === '' && { value: UNSEEN }),
			})),
		),
		...declared.flatMap(({ name, file, line, by, sets, value }) =>
			value === null
				? []
				: [
						{
							name,
							file,
							line,
							by,
							stage: sets ? ('production' as const) : ('other' as const),
							...judged(name, file, value),
						},
					],
		),
		...workflows.flatMap(({ file, literals }) =>
			literals.map(({ name, value, line }) => ({
				name,
				file,
				line,
				by: 'workflow',
				stage: 'other' as const,
				...judged(name, file, value),
			})),
		),
	];
}

/** The last assignment of a name is the one that counts. */
function lastOfEach({ parsed }: EnvFileSource) {
	return [...new Map(parsed.assignments.map((one) => [one.name, one])).values()];
}

function stageOf(
	{ path, role }: EnvFileSource,
	name: string,
	lists: ProductionLists,
): SetValue['stage'] {
	if (lists.files.has(path) || lists.base.has(`${path}:${name}`)) return 'production';
	if (role === 'example') return 'example';
	return role === 'development' || role === 'base' ? 'development' : 'other';
}

/** Files with credentials in them: they are nobody's example. */
export function secretiveFiles(values: readonly SetValue[]): ReadonlySet<string> {
	return new Set(
		values
			.filter(({ name, value }) => {
				const isReal = value.shape === 'text' || value.shape === 'url';
				const isServer = value.secret?.tier === 'server' && !value.secret.local;
				return isReal && (isServer || secrecyOf(name) === 'secret');
			})
			.map(({ file }) => file),
	);
}
