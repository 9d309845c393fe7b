import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { audit } from '../../audit.ts';
import { startLab } from '../../lab/start-lab.ts';
import { loadWorld } from '../../lab/world.ts';
import { PACKAGE_FILE } from '../../version.ts';
import { EXIT, type ExitCode, exitCodeOf, type FailOn, gravest } from '../exit-code.ts';
import { interruptible } from '../interruptible.ts';
import { type OutputOptions, printReports, requireOutputs } from '../print-reports.ts';

interface DemoOptions extends OutputOptions {
	readonly failOn?: FailOn;
	readonly quiet?: boolean;
}

/** Audits the demo world's targets on an internet that lives in this process; nothing leaves it. */
export async function demo(options: DemoOptions): Promise<ExitCode> {
	requireOutputs(options);
	const world = await loadWorld(path.join(path.dirname(PACKAGE_FILE), 'fixtures/worlds/demo.yaml'));
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-demo-'));
	const lab = await startLab(world);
	try {
		const caFile = path.join(folder, 'roots.pem');
		await writeFile(caFile, lab.caPem);
		const { result: reports, interrupted } = await interruptible((signal) =>
			Promise.all(
				world.targets.map(async ({ repository, ...target }) => {
					const repo =
						repository === undefined ? undefined : await checkOut(repository, world, folder);
					return audit({
						...target,
						repo,
						resolver: lab.resolver,
						addressMap: lab.addressMap,
						caFiles: [caFile],
						configFolder: folder,
						signal,
					});
				}),
			),
		);
		await printReports(reports, options);
		return gravest([
			...reports.map((report) => exitCodeOf(report, options.failOn ?? 'blocker')),
			...(interrupted ? [EXIT.interrupted] : []),
		]);
	} finally {
		await lab.close();
		await rm(folder, { recursive: true, force: true });
	}
}

/** Writes the repository that the world describes. */
async function checkOut(
	name: string,
	{ repositories }: Awaited<ReturnType<typeof loadWorld>>,
	folder: string,
): Promise<string> {
	const root = path.join(folder, name);
	for (const [file, content] of Object.entries(repositories[name] ?? {})) {
		const at = path.join(root, file);
		await mkdir(path.dirname(at), { recursive: true });
		await writeFile(at, [content].flat().join(''));
	}
	return root;
}
