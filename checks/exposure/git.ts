import {
	advice,
	at,
	controlInWords,
	defineCheck,
	deniesOnlyWhatExists,
	GIT_FILES,
	isExposed,
	minutes,
	type Probed,
	type Probes,
	sites,
	z,
} from '../../src/sdk.ts';
import { offTheWeb } from './_off-the-web.ts';
import { type PathList, probed, probes, probesOf, unseenPaths } from './_probed-paths.ts';

const PATHS: PathList = { usual: ['/.git/config', '/.git/HEAD'], deep: ['/.git/index'] };

interface Told {
	readonly folder: string;
	/** Paths that were readable, or refused. */
	readonly paths: readonly string[];
	readonly control: string;
}

export default defineCheck({
	id: 'exposure/git',
	title: 'The repository cannot be downloaded from the web server',
	rationale:
		'From a readable .git folder anybody restores the whole source and its history, with every secret ' +
		'that was ever committed.',
	references: ['CWE-527', 'gitrepository-layout(5)'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: {
		'not-readable': {
			outcome: 'pass',
			says: (a: { origin: string; control: string }) =>
				`${a.origin} gives no file of a .git folder to strangers. ${a.control}`,
		},
		readable: {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(120),
			says: (a: Told) =>
				`Anybody can download the repository: ${a.folder} is readable (${a.paths.join(', ')}).`,
			impact:
				'Strangers restore your source and its history with ready-made tools; every password or key that was ' +
				'ever committed is theirs.',
			fix: offTheWeb({
				summary: 'Take the .git folder off the web, and replace every secret in the history',
				path: '/.git/config',
				first:
					'Delete .git from the folder that the web server publishes; deploy an export or a build and no checkout.',
				steps: [
					'Look for secrets in the history (launch-ready secrets) and replace each one: deleting the folder does not make anybody forget it.',
					'Search the access log for /.git, to learn who has taken it.',
				],
			}),
			control: (a: Told) => a.control,
			reproduce: (a: Told) => `curl -sS -o /dev/null -w '%{http_code}\\n' ${a.folder}config`,
		},
		'blocked-but-deployed': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(30),
			says: (a: Told) =>
				`${a.folder} is refused and not missing (${a.paths.join(', ')}): the repository seems to be deployed.`,
			impact: 'One changed rule in the web server, and the whole repository is public.',
			fix: advice('Deploy an export or a build, so that no .git folder lies beside the site'),
			control: (a: Told) => a.control,
			confidence: 'medium',
		},
	},

	needs: ({ subject }) => ({
		probes: probesOf(subject, PATHS),
	}),

	judge({ given, say }) {
		const { origin, controls, paths } = given.probes;
		const control = controlInWords(controls);
		const folder = `${origin}/.git/`;
		const place = { kind: 'url', name: folder } as const;
		const readable = paths.filter((one) => isExposed(one, controls, signatureOf(one)));
		if (readable.length > 0) {
			return at(
				place,
				say('readable', { folder, paths: readable.map(({ path }) => path), control }),
			);
		}
		const unseen = unseenPaths(given.probes);
		if (unseen !== null) return unseen;
		const refused = paths.filter(({ status }) => status === 401 || status === 403);
		if (refused.length > 0 && deniesOnlyWhatExists(controls)) {
			const told = refused.map(({ path, status }) => `${path}: ${status}`);
			return at(place, say('blocked-but-deployed', { folder, paths: told, control }));
		}
		return say('not-readable', { origin, control });
	},

	examples: (example) => [
		example('not there', answering(404, 404, 404), 'not-readable'),
		example('all of it', answering(CONFIG, 'ref: refs/heads/main\n', 'DIRC\0\0\0\x02'), 'readable'),
		example('the configuration alone', answering(CONFIG, 404, 404), 'readable'),
		example('a detached HEAD alone', answering(404, `${'0'.repeat(40)}\n`, 404), 'readable'),
		example(
			'a page with the word',
			answering('<!doctype html>\n[core]\n', 404, 404),
			'not-readable',
		),
		example('other text', answering('core', 'refs/heads/main', 'DIR'), 'not-readable'),
		example('refused', answering(403, 403, 403), 'blocked-but-deployed'),
		example(
			'refused like every name with a dot',
			{
				probes: probes(answering(403, 403, 403).probes.paths, (path) =>
					probed(path, path.startsWith('/.') ? 403 : 404),
				),
			},
			'not-readable',
		),
		example(
			'every path gives the same',
			{
				probes: probes(answering(CONFIG, CONFIG, CONFIG).probes.paths, (path) =>
					probed(path, 200, CONFIG),
				),
			},
			'not-readable',
		),
		example('no answer in time', { probes: probes([LATE]) }, 'unknown'),
	],
});

const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tbare = false\n';

const LATE = {
	...probed('/.git/config', 404),
	status: null,
	unseen: { because: 'timeout', detail: 'no answer in time' },
} as const;

function signatureOf({ path }: Probed): (bytes: string) => boolean {
	return GIT_FILES[path] ?? (() => false);
}

/** For each file in turn a status without content, or the content that it gives. */
function answering(...files: (number | string)[]): { probes: Probes } {
	const paths = Object.keys(GIT_FILES);
	return {
		probes: probes(
			files.map((file, i) =>
				typeof file === 'number' ? probed(paths[i] ?? '', file) : probed(paths[i] ?? '', 200, file),
			),
		),
	};
}
