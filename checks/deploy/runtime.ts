import {
	areRelated,
	at,
	CALENDAR_DATE,
	CALENDAR_SOURCES,
	cannotSay,
	defineCheck,
	doesNotApply,
	minutes,
	type RepositoryRuntimes,
	RUNTIMES,
	type Runtime,
	type RuntimeSource,
	repositories,
	repositoryRuntimes,
	z,
} from '../../src/sdk.ts';
import { oneLine, pinRuntime, RUNTIME_NAMES, upgradeRuntime } from './_runtime-fix.ts';
import {
	disagreements,
	type Ended,
	endedBefore,
	type Voice,
	voicesOf,
} from './_runtime-reading.ts';

const MOST_PLACES = 20;

type Place = { file: string; line: number; what: string; version: string };
type NotPinned = {
	runtime: Runtime;
	manifests: string[];
	floating: Place[];
	day: string;
	deployed: string;
};
type Disagrees = {
	runtime: Runtime;
	sides: { cycles: string[]; isOpen: boolean; places: Place[] }[];
	deployed: string;
};
type EndOfLife = { runtime: Runtime; cycle: string; ended: string; places: Place[]; day: string };

const placeOf = ({ file, line, what, version }: RuntimeSource): Place => ({
	file,
	line,
	what,
	version,
});
const shown = ({ file, line, what, version }: Place): string =>
	`${file}:${line} (${what.includes(version.trim()) ? what : `${what} ${version}`})`;
const linesIn = ({ cycles, isOpen }: { cycles: readonly string[]; isOpen: boolean }): string =>
	isOpen
		? `${cycles[0]} or later`
		: cycles.length > 3
			? `${cycles[0]} to ${cycles.at(-1)}`
			: cycles.join(' or ');

const detailOf = (places: readonly Place[]): string => places.map(shown).join('\n');

export default defineCheck({
	id: 'deploy/runtime',
	title: 'The application runs on one named version, and its vendor still mends it',
	rationale:
		'What is tested on one version of the language and runs on another fails in ways no test has seen; a version that its vendor has given up gets no fix for the next hole.',
	references: Object.values(CALENDAR_SOURCES),
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { named: { runtime: Runtime; place: Place }[] }) =>
				`${a.named.map(({ runtime, place }) => `${RUNTIME_NAMES[runtime]}: ${shown(place)}`).join('; ')}; nothing says otherwise, and the line is supported (calendars of ${CALENDAR_DATE}).`,
		},
		'not-pinned': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(10),
			says: (a: NotPinned) =>
				a.floating.length > 0
					? `${shown(a.floating[0] ?? { file: '', line: 0, what: '', version: '' })} takes whatever version of ${RUNTIME_NAMES[a.runtime]} is newest.`
					: `Nothing names the version of ${RUNTIME_NAMES[a.runtime]} that ${a.manifests.join(', ')} ${a.manifests.length === 1 ? 'runs' : 'run'} on.`,
			impact:
				'The platform chooses, and moves to the next major version by itself: a deploy without a change of yours can break.',
			control:
				'Manifests, version files, images and platform files were read; what CI uses does not decide what production runs.',
			fix: pinRuntime,
			evidence: (a: NotPinned) => [
				{
					kind: 'file',
					summary: a.manifests[0] ?? '',
					detail: a.floating.length > 0 ? detailOf(a.floating) : a.manifests.join('\n'),
				},
			],
		},
		disagrees: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(30),
			says: (a: Disagrees) =>
				`${RUNTIME_NAMES[a.runtime]} is ${a.sides
					.map(
						(side) =>
							`${linesIn(side)} in ${shown(side.places[0] ?? { file: '', line: 0, what: '', version: '' })}`,
					)
					.join(', but ')}.`,
			impact:
				'What was tested is not what runs: syntax, native modules and defaults differ between the lines, and the install or the start can fail on the day of the deploy.',
			control: 'Ranges count as every line they allow, and all jobs of CI together as one.',
			fix: oneLine,
			evidence: (a: Disagrees) => [
				{
					kind: 'file',
					summary: `${a.sides[0]?.places[0]?.file ?? ''}`,
					detail: detailOf(a.sides.flatMap(({ places }) => places)),
				},
			],
		},
		'end-of-life': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(120),
			says: (a: EndOfLife) =>
				`${RUNTIME_NAMES[a.runtime]} ${a.cycle}, named in ${shown(a.places[0] ?? { file: '', line: 0, what: '', version: '' })}, has had no security fixes since ${a.ended}.`,
			impact:
				'The next hole found in it stays open, its images and packages are no longer rebuilt, and platforms refuse to build it after a notice.',
			control: (a: EndOfLife) =>
				`By the vendor's calendar as of ${CALENDAR_DATE}: ${CALENDAR_SOURCES[a.runtime]}`,
			fix: ({ runtime, day, places }: EndOfLife) =>
				upgradeRuntime({ runtime, day, places: places.map(({ file, line }) => `${file}:${line}`) }),
			evidence: (a: EndOfLife) => [
				{ kind: 'file', summary: a.places[0]?.file ?? '', detail: detailOf(a.places) },
			],
		},
	},

	needs: ({ subject: { root } }) => ({ found: repositoryRuntimes({ root }) }),

	judge({ given: { found }, now, say }) {
		const day = now.toISOString().slice(0, 10);
		const about = RUNTIMES.filter((runtime) => isDeployed(found, runtime));
		const said = about.flatMap((runtime) => {
			const voices = voicesOf(found.sources, runtime);
			return [
				...endings(endedBefore(voices, runtime, day), runtime, day).map((one) =>
					at(locus(one.places[0], `${runtime} ${one.cycle}`), say('end-of-life', one)),
				),
				...disagreements(voices).map((group) => {
					const told = disagreementOf(group, runtime);
					const place = told.sides[0]?.places[0];
					return at(locus(place, `${runtime} ${place?.file ?? ''}`), say('disagrees', told));
				}),
				...unpinned(found, runtime, day).map((one) =>
					at(
						locus(one.floating[0] ?? { file: one.manifests[0] ?? '' }, runtime),
						say('not-pinned', one),
					),
				),
			];
		});
		const gaps =
			found.unread.length === 0
				? []
				: [cannotSay('unreadable', `Not read: ${found.unread.slice(0, 5).join('; ')}`, 'high')];
		if (said.length + gaps.length > 0) return [...said, ...gaps];
		const named = about.flatMap((runtime) => {
			const place = voicesOf(found.sources, runtime)[0]?.places[0];
			return place === undefined ? [] : [{ runtime, place: placeOf(place) }];
		});
		return named.length === 0
			? doesNotApply('No application of Node.js, Python, Ruby, PHP or Go is deployed from here.')
			: say('sound', { named });
	},

	examples: (example) => [
		example('nothing that runs', { found: runtimesWith([], []) }, 'not-applicable'),
		example('a library', { found: runtimesWith([source()], []) }, 'not-applicable'),
		example(
			'one line everywhere',
			{ found: runtimesWith([source(), source({ ...IN_IMAGE })]) },
			'sound',
			ON,
		),
		example('none named', { found: runtimesWith([]) }, 'not-pinned', ON),
		example('only CI names one', { found: runtimesWith([source({ ...IN_CI })]) }, 'not-pinned', ON),
		example(
			'an image without a version',
			{
				found: runtimesWith([
					source({ ...IN_IMAGE, version: 'latest', what: 'FROM node', cycles: [] }),
				]),
			},
			'not-pinned',
			ON,
		),
		example(
			'image and version file',
			{
				found: runtimesWith([
					source(),
					source({ ...IN_IMAGE, version: '24', what: 'FROM node:24', cycles: ['24'] }),
				]),
			},
			'disagrees',
			ON,
		),
		example(
			'a range that allows the image',
			{
				found: runtimesWith([
					source({
						what: 'engines.node',
						version: '>=20',
						cycles: ['20', '21', '22', '23', '24'],
						isOpen: true,
					}),
					source({ ...IN_IMAGE, version: '24', what: 'FROM node:24', cycles: ['24'] }),
				]),
			},
			'sound',
			ON,
		),
		example(
			'a range that does not',
			{
				found: runtimesWith([
					source({ what: 'engines.node', version: '>=24', cycles: ['24', '25'], isOpen: true }),
					source({ ...IN_IMAGE }),
				]),
			},
			'disagrees',
			ON,
		),
		example(
			'CI tries the deployed line among others',
			{
				found: runtimesWith([
					source({ ...IN_IMAGE }),
					source({ ...IN_CI, version: '20', cycles: ['20'] }),
					source({ ...IN_CI }),
				]),
			},
			'sound',
			ON,
		),
		example(
			'two services of a monorepo',
			{
				found: runtimesWith([
					source({ ...IN_IMAGE, file: 'api/Dockerfile', folder: 'api' }),
					source({
						...IN_IMAGE,
						file: 'web/Dockerfile',
						folder: 'web',
						version: '24',
						cycles: ['24'],
					}),
				]),
			},
			'sound',
			ON,
		),
		...(
			[
				['the last day of Node.js 22', '2027-04-30T23:59:59Z', 'sound'],
				['the day after', '2027-05-01T00:00:00Z', 'end-of-life'],
			] as const
		).map(([name, now, says]) => example(name, { found: runtimesWith([source()]) }, says, { now })),
		example(
			'a range whose every line has ended',
			{ found: runtimesWith([source({ version: '^16 || ^18', cycles: ['16', '18'] })]) },
			'end-of-life',
			ON,
		),
		example(
			'older than the calendar',
			{ found: runtimesWith([source({ version: '3', cycles: ['3'] })]) },
			'end-of-life',
			ON,
		),
		example(
			'newer than the calendar',
			{ found: runtimesWith([source({ version: '99', cycles: ['99'] })]) },
			'sound',
			ON,
		),
		example(
			'a file that cannot be read',
			{
				found: {
					...runtimesWith([]),
					applications: [],
					unread: ['package.json: permission denied'],
				},
			},
			'unknown',
		),
	],
});

/** An application of it, or an image or platform that runs it. */
const isDeployed = ({ applications, sources }: RepositoryRuntimes, runtime: Runtime): boolean =>
	applications.some((one) => one.runtime === runtime) ||
	sources.some(
		(one) => one.runtime === runtime && (one.where === 'image' || one.where === 'platform'),
	);

const locus = (place: { file: string; line?: number } | undefined, name: string) =>
	({
		kind: 'file',
		name,
		file: place?.file ?? '',
		...(place?.line !== undefined && { line: place.line }),
	}) as const;

/** One finding a line, whichever places name it. */
function endings(ended: readonly Ended[], runtime: Runtime, day: string): readonly EndOfLife[] {
	const byCycle = new Map<string, EndOfLife>();
	for (const { voice, cycle, ended: end } of ended) {
		const before = byCycle.get(cycle)?.places ?? [];
		const places = [...before, ...voice.places.map(placeOf)].slice(0, MOST_PLACES);
		byCycle.set(cycle, { runtime, cycle, ended: end, places, day });
	}
	return [...byCycle.values()];
}

/** Images and platforms say what production is; the newest of them is where to go. */
function disagreementOf(group: readonly Voice[], runtime: Runtime): Disagrees {
	const byLines = new Map<string, Disagrees['sides'][number]>();
	for (const { cycles, isOpen, places } of group) {
		const key = `${cycles.join()}${isOpen}`;
		const before = byLines.get(key)?.places ?? [];
		const all = [...before, ...places.map(placeOf)].slice(0, MOST_PLACES);
		byLines.set(key, { cycles: [...cycles], isOpen, places: all });
	}
	const runs = group.find(({ places }) => /image|platform/.test(places[0]?.where ?? ''));
	const exact =
		runs ?? group.find(({ cycles, isOpen }) => cycles.length === 1 && !isOpen) ?? group[0];
	return { runtime, sides: [...byLines.values()], deployed: exact?.cycles.at(-1) ?? '' };
}

/** One finding a runtime: the remedy is one file. */
function unpinned(
	{ applications, sources }: RepositoryRuntimes,
	runtime: Runtime,
	day: string,
): readonly NotPinned[] {
	const own = sources.filter((one) => one.runtime === runtime && one.where !== 'ci');
	const loose = applications
		.filter((one) => one.runtime === runtime)
		.filter(
			({ folder }) => !own.some((one) => one.cycles.length > 0 && areRelated(one.folder, folder)),
		);
	if (loose.length === 0) return [];
	const floating = own
		.filter((one) => one.where === 'image' && one.cycles.length === 0)
		.filter((one) => loose.some(({ folder }) => areRelated(one.folder, folder)));
	const manifests = [...new Set(loose.map(({ manifest }) => manifest))].slice(0, MOST_PLACES);
	const inCi = sources.find((one) => one.runtime === runtime && one.where === 'ci' && !one.isOpen);
	return [
		{
			runtime,
			manifests,
			floating: floating.map(placeOf),
			day,
			deployed: inCi?.cycles.at(-1) ?? '',
		},
	];
}

const ON = { now: '2026-11-01' };

const source = (told: Partial<RuntimeSource> = {}): RuntimeSource => ({
	runtime: 'node',
	file: '.nvmrc',
	line: 1,
	folder: '',
	version: '22',
	what: '.nvmrc',
	where: 'version-file',
	cycles: ['22'],
	isOpen: false,
	...told,
});
const IN_IMAGE = { file: 'Dockerfile', where: 'image', what: 'FROM node:22-slim' } as const;
const IN_CI = {
	file: '.github/workflows/ci.yml',
	line: 9,
	where: 'ci',
	what: 'node-version 22',
} as const;

const runtimesWith = (
	sources: RuntimeSource[],
	applications: RepositoryRuntimes['applications'] = [
		{ runtime: 'node', folder: '', manifest: 'package.json' },
	],
): RepositoryRuntimes => ({ sources, applications, unread: [] });
