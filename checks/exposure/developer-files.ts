import {
	at,
	controlInWords,
	defineCheck,
	optional,
	type Probes,
	recogniseDeveloperFile,
	sites,
	startPageLinks,
	z,
} from '../../src/sdk.ts';
import { DEVELOPER_FILES_VERDICTS } from './_developer-files-verdicts.ts';
import { concluded, foundFiles } from './_found-files.ts';
import { type PathList, probed, probes, probesOf, twinned } from './_probed-paths.ts';

const PATHS: PathList = {
	usual: [
		'/.svn/entries',
		'/.hg/requires',
		'/.DS_Store',
		'/.vscode/sftp.json',
		'/.vscode/settings.json',
		'/.mcp.json',
		'/CLAUDE.md',
		'/package.json',
	],
	deep: [
		'/.svn/wc.db',
		'/.bzr/README',
		'/CVS/Entries',
		'/.idea/workspace.xml',
		'/AGENTS.md',
		'/.cursorrules',
		'/.claude/settings.json',
		'/composer.json',
		'/composer.lock',
		'/yarn.lock',
		'/requirements.txt',
		'/Gemfile.lock',
	],
};

export default defineCheck({
	id: 'exposure/developer-files',
	title: 'No working files of developers are published',
	rationale:
		'A folder that is deployed as it is takes checkouts, editor settings and lists of libraries with it. ' +
		'Scanners ask every host for them.',
	references: ['CWE-538', 'CWE-527', 'OWASP Web Security Testing Guide, WSTG-CONF-04'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: DEVELOPER_FILES_VERDICTS,

	needs: ({ subject }) => ({
		probes: probesOf(subject, PATHS),
		links: optional(startPageLinks({ host: subject.name })),
	}),

	judge({ given, say }) {
		const { origin, controls, paths } = given.probes;
		const links = given.links.status === 'known' ? given.links.value : [];
		const found = foundFiles(given.probes, recogniseDeveloperFile)
			.filter(({ told, seen }) => !isMeant(seen.kind, links.includes(told.url)))
			.map(({ told, seen }) => at({ kind: 'url', name: told.url }, say(seen.kind, told)));
		return concluded(found, given.probes, () =>
			say('none', { origin, paths: paths.length, control: controlInWords(controls) }),
		);
	},

	examples: (example) => [
		example('not there', giving('/package.json', 404, 'Not Found'), 'none'),
		example('a Subversion checkout', giving('/.svn/entries', 200, '12\n'), 'subversion'),
		example('its database', giving('/.svn/wc.db', 206, 'SQLite format 3\0'), 'subversion'),
		example('other text in its place', giving('/.svn/entries', 200, 'no number'), 'none'),
		example(
			'a Mercurial repository',
			giving('/.hg/requires', 200, 'dotencode\nfncache\nrevlogv1\nstore\n'),
			'mercurial',
		),
		example('a Bazaar branch', giving('/.bzr/README', 200, BAZAAR), 'bazaar'),
		example(
			'a CVS checkout',
			giving('/CVS/Entries', 200, '/index.php/1.1/Mon Jan 1//\nD\n'),
			'cvs',
		),
		example('an index by macOS', giving('/.DS_Store', 200, '\0\0\0\x01Bud1'), 'ds-store'),
		example('an index cut short', giving('/.DS_Store', 200, '\0\0\0\x01Bud'), 'none'),
		example(
			'an upload with password',
			giving('/.vscode/sftp.json', 200, '{"host":"h","password":"<redacted:12>"}'),
			'sftp-password',
		),
		example(
			'an upload by key',
			giving('/.vscode/sftp.json', 200, '{"host":"h","privateKeyPath":"~/.ssh/id"}'),
			'editor-settings',
		),
		example(
			'an editor’s settings',
			giving('/.vscode/settings.json', 200, '{\n  // tabs\n  "editor.tabSize": 2\n}'),
			'editor-settings',
		),
		example('a workspace', giving('/.idea/workspace.xml', 200, WORKSPACE), 'editor-settings'),
		example('rules', giving('/CLAUDE.md', 200, RULES), 'assistant-rules'),
		example(
			'rules that the start page links to',
			giving('/AGENTS.md', 200, RULES, ['https://example.com/AGENTS.md']),
			'none',
		),
		example('tools', giving('/.mcp.json', 200, '{"mcpServers":{}}'), 'assistant-rules'),
		example(
			'tools with a token',
			giving('/.mcp.json', 200, '{"mcpServers":{"a":{"env":{"GIT_TOKEN":"<redacted:40>"}}}}'),
			'mcp-token',
		),
		example(
			'tools with a token from elsewhere',
			giving('/.mcp.json', 200, '{"mcpServers":{"a":{"env":{"GIT_TOKEN":"$GIT_TOKEN"}}}}'),
			'assistant-rules',
		),
		example('a list of libraries', giving('/package.json', 200, '{"dependencies":{}}'), 'manifest'),
		example('other JSON', giving('/package.json', 200, '{"error":"not found"}'), 'none'),
		example(
			'a page about such lists',
			giving('/package.json', 200, '<!doctype html>{"dependencies":{}}'),
			'none',
		),
		example(
			'a server that makes lists up',
			{
				...giving('/package.json', 404),
				probes: probes([
					twinned(
						probed('/package.json', 200, '{"dependencies":{}}'),
						200,
						'{"dependencies":{"a":1}}',
					),
				]),
			},
			'none',
		),
		example(
			'no answer in time',
			{ ...giving('/package.json', 404), probes: probes([LATE]) },
			'unknown',
		),
	],
});

const BAZAAR = 'This is a Bazaar control directory.\nDo not change any files in this directory.\n';
const WORKSPACE = '<?xml version="1.0" encoding="UTF-8"?>\n<project version="4">\n</project>\n';
const RULES = '# Project\n\n- Run the tests before every commit.\n';

const LATE = {
	...probed('/package.json', 404),
	status: null,
	unseen: { because: 'timeout', detail: 'no answer in time' },
} as const;

/** Lists of libraries and rules for assistants are published on purpose where the site itself shows the way. */
function isMeant(kind: string, isLinked: boolean): boolean {
	return isLinked && (kind === 'manifest' || kind === 'assistant-rules');
}

function giving(path: string, status: number, bytes = '', links: readonly string[] = []) {
	const value: { probes: Probes } = { probes: probes([probed(path, status, bytes)]) };
	return { ...value, links: { status: 'known' as const, value: links } };
}
