import {
	at,
	controlInWords,
	defineCheck,
	hadSecret,
	minutes,
	optional,
	type Probes,
	recogniseBackup,
	redactedSecrets,
	sites,
	startPageLinks,
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
	rotateStep,
	secretsInWords,
} from './_found-files.ts';
import { offTheWeb } from './_off-the-web.ts';
import { type PathList, probed, probes, probesOf, twinned } from './_probed-paths.ts';

const PATHS: PathList = {
	usual: [
		'/backup.sql',
		'/dump.sql',
		'/backup.zip',
		'/<domain>.zip',
		'/db.sqlite3',
		'/wp-config.php.bak',
	],
	deep: [
		'/db.sql',
		'/database.sql',
		'/<domain>.sql',
		'/dump.sql.gz',
		'/backup.sql.gz',
		'/db.sql.gz',
		'/database.sql.gz',
		'/<domain>.sql.gz',
		'/www.zip',
		'/public_html.zip',
		'/htdocs.zip',
		'/.zip',
		'/site.tar.gz',
		'/backup.tar.gz',
		'/backup.tar',
		'/backup.7z',
		'/backup.rar',
		'/backup.tar.xz',
		'/database.sqlite',
		'/data.db',
		'/wp-config.php~',
		'/wp-config.php.save',
		'/wp-config.php.old',
		'/wp-config.php.txt',
		'/index.php.bak',
		'/config.php.bak',
		'/settings.py.bak',
		'/.htaccess.bak',
	],
};

interface Source extends FoundFile {
	/** A password or key with a value stands in it. */
	readonly credential: boolean;
}

const COMMON = { control: controlOf, reproduce: reproduceOf, evidence: evidenceOf } as const;

const says = (a: FoundFile) => `Anybody can download ${a.url}: ${a.what}.`;

const BREACH =
	'Find out from the log whether somebody has taken it, and ask a lawyer the same day whether customers and authorities must be told: under the GDPR (Article 33) there are 72 hours for it.';

export default defineCheck({
	id: 'exposure/backups',
	title: 'No backup, dump or archive can be downloaded',
	rationale:
		'A dump that was put “just for a minute” beside the site is the whole database in one file, and its ' +
		'name is in every scanner’s list.',
	references: ['CWE-530', 'CWE-538', 'OWASP Web Security Testing Guide, WSTG-CONF-04'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { origin: string; paths: number; control: string }) =>
				`${a.origin} gives none of ${a.paths} usual names of backups to strangers. ${a.control}`,
		},
		'database-dump': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(240),
			says,
			impact:
				'Everything that your customers entrusted to you is in the hands of whoever asked for this file, and bots ask every host.',
			fix: (a: FoundFile) =>
				offTheWeb({
					summary: `Take ${a.url} off the web, and treat its content as known to others`,
					path: a.path,
					steps: [
						'Replace every password, token and key that is kept in the database, and sign all users out.',
						BREACH,
						'Keep dumps outside every published folder, encrypted.',
					],
				}),
			...COMMON,
		},
		archive: {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(180),
			says,
			impact:
				'Such an archive mostly holds the whole site: source code, passwords of the database, uploads of customers.',
			fix: (a: FoundFile) =>
				offTheWeb({
					summary: `Take ${a.url} off the web, and replace every secret in it`,
					path: a.path,
					steps: [
						'Look into the archive, and replace (rotate) every password, token and key in it: deleting the file does not make anybody forget it.',
						BREACH,
						'Keep archives outside every published folder.',
					],
				}),
			...COMMON,
		},
		sqlite: {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(180),
			says,
			impact:
				'Whoever asks for this file has the whole database, with all that customers put into it.',
			fix: (a: FoundFile) =>
				offTheWeb({
					summary: `Move ${a.url} out of the published folder`,
					path: a.path,
					first:
						'Move the database to a folder that the web server does not publish, and change its path in the settings.',
					steps: [
						'Replace every password, token and key that is kept in it, and sign all users out.',
						BREACH,
					],
				}),
			...COMMON,
		},
		source: {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: Source) => (a.credential ? 'blocker' : 'high'),
			},
			effort: minutes(60),
			says: (a: Source) =>
				`Anybody can download ${a.url}: ${a.what}, which the server would run under its right name, ` +
				`${a.credential ? `with ${a.names.length > 0 ? `credentials (${secretsInWords(a)})` : 'a credential'}` : 'as text'}.`,
			impact:
				'An editor’s copy of a program is given out as text: attackers read how it works, and what it signs in with.',
			fix: (a: Source) =>
				offTheWeb({
					summary: `Take ${a.url} off the web${a.credential ? ', and replace the credentials in it' : ''}`,
					path: a.path,
					steps: [
						rotateStep(a, 'Replace every password and key that stands in it.'),
						LOOK_AT_LOG,
						'Edit a copy elsewhere and deploy it, so that no editor leaves its copies beside the site.',
					],
				}),
			...COMMON,
		},
	},

	needs: ({ subject }) => ({
		probes: probesOf(subject, PATHS),
		links: optional(startPageLinks({ host: subject.name })),
	}),

	judge({ given, say }) {
		const { origin, controls, paths } = given.probes;
		const links = given.links.status === 'known' ? given.links.value : [];
		const recognise = (path: string, bytes: string) => {
			const backup = recogniseBackup(path, bytes);
			if (backup?.kind !== 'source') return backup;
			return { ...backup, secrets: redactedSecrets(bytes), credential: hadSecret(bytes) };
		};
		const found = foundFiles(given.probes, recognise)
			// A product that is offered for download.
			.filter(({ told, seen }) => seen.kind !== 'archive' || !links.includes(told.url))
			.map(({ told, seen }) => {
				const verdict =
					'credential' in seen
						? say('source', { ...told, credential: seen.credential })
						: say(seen.kind === 'source' ? 'archive' : seen.kind, told);
				return at({ kind: 'url', name: told.url }, verdict);
			});
		return concluded(found, given.probes, () =>
			say('none', { origin, paths: paths.length, control: controlInWords(controls) }),
		);
	},

	examples: (example) => [
		example('not there', giving('/backup.sql', 404, 'Not Found'), 'none'),
		example(
			'a dump by MySQL',
			giving('/backup.sql', 200, '-- MySQL dump 10.13\n'),
			'database-dump',
		),
		example(
			'a dump by PostgreSQL',
			giving('/dump.sql', 206, '--\n-- PostgreSQL database dump\n--\n'),
			'database-dump',
		),
		example(
			'rows alone',
			giving('/db.sql', 200, 'INSERT INTO `a` VALUES <redacted:90>;'),
			'database-dump',
		),
		example(
			'a packed dump',
			giving('/dump.sql.gz', 200, '\x1f\x8b\b\0<redacted:99>'),
			'database-dump',
		),
		example(
			'a packed dump that the server unpacks',
			giving('/dump.sql.gz', 200, 'CREATE TABLE `a` (`b` int);'),
			'database-dump',
		),
		example('words about dumps', giving('/backup.sql', 200, 'Use CREATE TABLE to begin.'), 'none'),
		example(
			'a tutorial',
			giving('/backup.sql', 200, '<!doctype html><pre>\nCREATE TABLE a (b int);</pre>'),
			'none',
		),
		example('a zip archive', giving('/backup.zip', 206, 'PK\x03\x04<redacted:9>'), 'archive'),
		example('an empty file', giving('/backup.zip', 200), 'none'),
		example(
			'a product that the start page links to',
			giving('/example.zip', 200, 'PK\x03\x04', ['https://example.com/example.zip']),
			'none',
		),
		example('a tar archive', giving('/backup.tar', 200, `${'a'.repeat(257)}ustar`), 'archive'),
		example('the same one byte off', giving('/backup.tar', 200, `${'a'.repeat(256)}ustar`), 'none'),
		example('an SQLite database', giving('/db.sqlite3', 200, 'SQLite format 3\0'), 'sqlite'),
		example('its name alone', giving('/db.sqlite3', 200, 'SQLite format 3'), 'none'),
		example(
			'PHP with a password',
			giving('/wp-config.php.bak', 200, "<?php define('DB_PASSWORD', '<redacted:12>');"),
			'source',
		),
		example('PHP without one', giving('/index.php.bak', 200, "<?php echo '<html>';"), 'source'),
		example('what PHP made', giving('/index.php.bak', 200, '<!doctype html><html>'), 'none'),
		example(
			'Django’s settings',
			giving('/settings.py.bak', 200, "SECRET_KEY = '<redacted:50>'\n"),
			'source',
		),
		example('Apache’s rules', giving('/.htaccess.bak', 200, 'RewriteEngine On\n'), 'source'),
		example(
			'a server that makes archives up',
			{
				...giving('/backup.zip', 404),
				probes: probes([twinned(probed('/backup.zip', 200, 'PK\x03\x04a'), 200, 'PK\x03\x04b')]),
			},
			'none',
		),
		example(
			'no answer in time',
			{ ...giving('/backup.zip', 404), probes: probes([LATE]) },
			'unknown',
		),
	],
});

const LATE = {
	...probed('/backup.zip', 404),
	status: null,
	unseen: { because: 'timeout', detail: 'no answer in time' },
} as const;

function giving(path: string, status: number, bytes = '', links: readonly string[] = []) {
	const value: { probes: Probes } = { probes: probes([probed(path, status, bytes)]) };
	return { ...value, links: { status: 'known' as const, value: links } };
}
