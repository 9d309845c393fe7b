import { minutes, type Severity } from '../../src/sdk.ts';
import {
	controlOf,
	evidenceOf,
	type FoundFile,
	LOOK_AT_LOG,
	reproduceOf,
	rotateStep,
	secretsInWords,
} from './_found-files.ts';
import { offTheWeb } from './_off-the-web.ts';

const COMMON = { control: controlOf, reproduce: reproduceOf, evidence: evidenceOf } as const;

function checkout(system: string) {
	return {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(60),
		says: (a: FoundFile) => `Anybody can download ${a.url}: ${a.what} was published with the site.`,
		impact: `With ready-made tools strangers restore source code from what ${system} keeps in this folder; what is secret in the code is theirs.`,
		fix: ({ path }: FoundFile) => {
			const folder = path.slice(1, path.indexOf('/', 1));
			return offTheWeb({
				summary: `Take the folder ${folder} off the web`,
				path,
				first: `Delete the whole folder ${folder} from the published folder; deploy an export and no checkout.`,
				steps: ['Replace every password and key that stands in the source code.', LOOK_AT_LOG],
			});
		},
		...COMMON,
	} as const;
}

function leftover<S extends Severity>(severity: S, impact: string, ...steps: string[]) {
	return {
		outcome: 'fail',
		severity,
		effort: minutes(15),
		says: (a: FoundFile) => `Anybody can download ${a.url}: ${a.what}.`,
		impact,
		fix: ({ url, path }: FoundFile) =>
			offTheWeb({ summary: `Take ${url} off the web`, path, steps }),
		...COMMON,
	} as const;
}

function withSecret<S extends Severity>(severity: S, holds: string, impact: string, step: string) {
	return {
		outcome: 'fail',
		severity,
		effort: minutes(60),
		says: (a: FoundFile) =>
			`Anybody can download ${a.url}: ${a.what}, with ${holds} in it (${secretsInWords(a)}).`,
		impact,
		fix: (a: FoundFile) =>
			offTheWeb({
				summary: `Take ${a.url} off the web, and replace what is secret in it`,
				path: a.path,
				steps: [rotateStep(a, step), step, LOOK_AT_LOG],
			}),
		...COMMON,
	} as const;
}

export const DEVELOPER_FILES_VERDICTS = {
	none: {
		outcome: 'pass',
		says: (a: { origin: string; paths: number; control: string }) =>
			`${a.origin} gives none of ${a.paths} usual working files of developers to strangers. ${a.control}`,
	},
	subversion: checkout('Subversion'),
	mercurial: checkout('Mercurial'),
	bazaar: checkout('Bazaar'),
	cvs: checkout('CVS'),
	'ds-store': leftover(
		'later',
		'It lists the names of all files in the folder, those that no page links to included.',
		'Keep it out of what is deployed: add .DS_Store to .gitignore and to the deployment’s list of exceptions.',
	),
	'sftp-password': withSecret(
		'high',
		'the password',
		'Whoever asked for this file can upload to your server, and change what your customers get.',
		'Change the password of this account at the server, or better allow keys alone.',
	),
	'editor-settings': leftover(
		'later',
		'It shows paths, hosts and habits of the people who build the product, which makes a targeted attack easier.',
	),
	'assistant-rules': leftover(
		'later',
		'It tells strangers how the product is built and run, often with names of hosts and of weak points.',
	),
	'mcp-token': withSecret(
		'blocker',
		'a credential',
		'Whoever asked for this file holds the credential, and can do with it what the assistant may do.',
		'Put a reference to an environment variable into the file, and the credential nowhere near the site.',
	),
	manifest: leftover(
		'later',
		'It names every library that the product is built from: attackers look up which of them have known holes.',
		'Publish the build’s output folder alone, not the project’s folder.',
	),
} as const;
