import { basename } from 'node:path';
import { z } from 'zod';
import { defineProbe, Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { placeOf } from '../secrets/secret-place.ts';
import { foreignLogsIn, isForeignCode } from './foreign-logs.ts';
import { loggedValuesIn } from './logged-values.ts';
import { hasRedaction, loggersIn, namesLogger, queryLoggingIn } from './logger-settings.ts';
import { type Logging, type LoggingFinding, LoggingSchema } from './logging-finding.ts';
import { MOST_SCRIPT, type ScriptParser, scriptParser } from './script-tree.ts';

const MOST_FINDINGS = 200;
const MOST_UNREAD = 20;
/** Files after which the event loop gets its turn. */
const PER_TURN = 100;

const SCRIPT = /\.(?:[cm]?[jt]sx?)$/;
const DECLARATIONS = /\.d\.[cm]?ts$|\.min\.[cm]?js$/;
/** Run by hand, to print what they print; and what others wrote. */
const BY_HAND =
	/(?:^|\/)(?:scripts?|bin|tools?|tasks|cli|hack|dev|examples?|vendor|third[_-]party|public|static|dist|build|out|coverage|\.next|\.nuxt|\.output|\.svelte-kit|\.docusaurus)\//i;
const LOGS =
	/\b(?:console|process\.std(?:out|err)|\w*[lL]og(?:ger|ging)?|winston|bunyan|log4js|consola|signale)\s*(?:\?\.|\.)\s*(?:log|info|warn|warning|error|debug|trace|dir|table|fatal|verbose|silly|http|notice|write|success)\s*\(/;
const WORTH_IT =
	/env\b|headers|body|\breq\b|request|cookies|pass|secret|token|key|credential|jwt|auth|connection|database|_url|Url|cvv|cvc|ssn|otp|mnemonic/i;
const ORM =
	/PrismaClient|DataSource|TypeOrmModule|createConnection|Sequelize|[kK]nex|drizzle\s*\(|mongoose\.set|\$on\(\s{0,4}['"]query/;

/** What the code of a repository hands to its logs. */
export const repositoryLogging = defineProbe({
	name: 'logs.code',
	params: z.object({ root: z.string() }),
	value: LoggingSchema,
	observe: ({ root }, io) => readCode(root, io.files),
	describe: ({ root }, { files, findings }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${findings.length} places in ${files} files`,
		detail: findings
			.slice(0, 20)
			.map(({ file, line, what, by }) => `${file}:${line}: ${by} ${what}`)
			.join('\n'),
	}),
	plan: () => null,
});

interface Gathered {
	files: number;
	logging: number;
	redacts: boolean;
	readonly unread: string[];
	readonly findings: LoggingFinding[];
}

async function readCode(root: string, port: FilesPort): Promise<Logging> {
	const { files } = await port.list(root);
	const parse = await scriptParser();
	const into: Gathered = { files: 0, logging: 0, redacts: false, unread: [], findings: [] };
	for (const [index, file] of files.filter((one) => isCode(one)).entries()) {
		await readFile({ root, port, parse }, file, into);
		if (index % PER_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
	}
	const findings = into.findings
		.filter(({ verdict }) => verdict !== 'no-redaction' || !into.redacts)
		.slice(0, MOST_FINDINGS);
	return {
		files: into.files,
		logging: into.logging,
		unread: into.unread.slice(0, MOST_UNREAD),
		findings,
	};
}

function isCode(file: FileListing['files'][number]): boolean {
	const { path } = file;
	const isScript = SCRIPT.test(path) && !DECLARATIONS.test(path);
	if (!isScript && !isForeignCode(path)) return false;
	return placeOf(file) === 'head' && !BY_HAND.test(path);
}

async function readFile(
	{ root, port, parse }: { root: string; port: FilesPort; parse: ScriptParser },
	{ path, bytes }: FileListing['files'][number],
	into: Gathered,
): Promise<void> {
	into.files++;
	if (bytes > MOST_SCRIPT) return;
	const text = await port.read(root, path, MOST_SCRIPT).catch((error: unknown) => {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		into.unread.push(error.message);
		return '';
	});
	if (!SCRIPT.test(path)) {
		const found = foreignLogsIn(text, path);
		into.findings.push(...found.map((one) => ({ ...one, file: path })));
		return;
	}
	const hasLogs = LOGS.test(text);
	if (hasLogs) into.logging++;
	const isLogger = namesLogger(text);
	if (isLogger || /logger/i.test(path)) into.redacts ||= hasRedaction(text);
	const isOrm = ORM.test(text);
	if (!(hasLogs && WORTH_IT.test(text)) && !isLogger && !isOrm) return;
	const program = parse(text, path);
	if (program === null) return;
	const found = [
		...(hasLogs ? loggedValuesIn(program, path) : []),
		...(isLogger ? loggersIn(program, text) : []),
		...(isOrm ? queryLoggingIn(program) : []),
	];
	into.findings.push(...found.map((one) => ({ ...one, file: path })));
}
