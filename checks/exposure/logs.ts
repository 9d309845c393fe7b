import {
	at,
	controlInWords,
	defineCheck,
	minutes,
	type Probes,
	recogniseLog,
	sites,
	z,
} from '../../src/sdk.ts';
import {
	concluded,
	controlOf,
	evidenceOf,
	type FoundFile,
	foundFiles,
	LOOK_AT_LOG,
	reproduceOf,
} from './_found-files.ts';
import { offTheWeb } from './_off-the-web.ts';
import { type PathList, probed, probes, probesOf, twinned } from './_probed-paths.ts';

const PATHS: PathList = {
	usual: ['/debug.log', '/wp-content/debug.log'],
	deep: ['/error.log', '/access.log', '/npm-debug.log', '/storage/logs/laravel.log'],
};

export default defineCheck({
	id: 'exposure/logs',
	title: 'No log file can be downloaded',
	rationale:
		'Logs hold addresses of visitors, paths on the server, failed queries and sometimes passwords and ' +
		'session tokens.',
	references: ['CWE-532', 'CWE-538', 'OWASP Web Security Testing Guide, WSTG-CONF-04'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: {
		'not-readable': {
			outcome: 'pass',
			says: (a: { origin: string; paths: number; control: string }) =>
				`${a.origin} gives none of ${a.paths} usual log files to strangers. ${a.control}`,
		},
		readable: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(30),
			says: (a: FoundFile) => `Anybody can read ${a.url}: ${a.what}.`,
			impact:
				'Strangers follow live what your product does and who uses it; what went wrong tells them where to attack.',
			fix: ({ url, path }: FoundFile) =>
				offTheWeb({
					summary: `Move ${url} out of the published folder`,
					path,
					first:
						'Write the log to a folder that the web server does not publish, such as /var/log.',
					steps: [
						'Delete the old log from the published folder.',
						'Replace every password, token and session that stands in it.',
						LOOK_AT_LOG,
					],
				}),
			control: controlOf,
			reproduce: reproduceOf,
			evidence: evidenceOf,
		},
	},

	needs: ({ subject }) => ({ probes: probesOf(subject, PATHS) }),

	judge({ given, say }) {
		const { origin, controls, paths } = given.probes;
		const found = foundFiles(given.probes, recognise).map(({ told }) =>
			at({ kind: 'url', name: told.url }, say('readable', told)),
		);
		return concluded(found, given.probes, () =>
			say('not-readable', { origin, paths: paths.length, control: controlInWords(controls) }),
		);
	},

	examples: (example) => [
		example('not there', giving(404, 'Not Found'), 'not-readable'),
		example(
			'PHP',
			giving(200, '[01-Jan-2030 10:00:00 UTC] PHP Warning:  a in /b on line 1'),
			'readable',
		),
		example('Laravel', giving(206, '[2030-01-01 10:00:00] production.ERROR: a'), 'readable'),
		example('any program', giving(200, '2030-01-01T10:00:00Z INFO started'), 'readable'),
		example('without a level', giving(200, '2030-01-01T10:00:00Z started'), 'not-readable'),
		example('without a time', giving(200, 'ERROR: there is no such page'), 'not-readable'),
		example(
			'a page that shows one',
			giving(200, '<!doctype html><pre>\n2030-01-01 10:00:00 INFO a</pre>'),
			'not-readable',
		),
		example(
			'a server that makes logs up',
			{ probes: probes([twinned(probed('/debug.log', 200, LINE), 200, `${LINE}2`)]) },
			'not-readable',
		),
		example('no answer in time', { probes: probes([LATE]) }, 'unknown'),
	],
});

const LINE = '2030-01-01 10:00:00 ERROR a';

const LATE = {
	...probed('/debug.log', 404),
	status: null,
	unseen: { because: 'timeout', detail: 'no answer in time' },
} as const;

function recognise(_path: string, bytes: string) {
	const what = recogniseLog(bytes);
	return what === null ? null : { what };
}

function giving(status: number, bytes: string): { probes: Probes } {
	return { probes: probes([probed('/debug.log', status, bytes)]) };
}
