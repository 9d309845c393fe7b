import { isForDevelopment } from '../logs/logged-values.ts';
import {
	chainOf,
	lineOf,
	nodeAt,
	nodesAt,
	propertyOf,
	type ScriptNode,
	type ScriptParser,
	walkScript,
} from '../logs/script-tree.ts';
import type { DeployCommand, StepFile } from './deploy-step.ts';
import type { SchemaPush } from './migration-issue.ts';

const RUN =
	/\bprisma(?:@[\w.-]+)?["',\s]+migrate["',\s]+deploy\b|\bdrizzle-kit(?:@[\w.-]+)?["',\s]+migrate\b|\bknex\b[^\n]{0,60}migrate:(?:latest|up)|\bsequelize(?:-cli)?\b[^\n]{0,60}db:migrate\b|\btypeorm(?:-ts-node-\w+)?\b[^\n]{0,80}migration:run|\bmikro-orm\b[^\n]{0,60}migration:up|\bnode-pg-migrate\b[^\n]{0,60}\bup\b|\bsupabase["',\s]+(?:db["',\s]+push|migration["',\s]+up)\b|\bkysely\b[^\n]{0,40}migrate|\bflyway\b[^\n]{0,120}\bmigrate\b|\bliquibase\b[^\n]{0,120}\bupdate\b|\bmigrate\b[^\n]{0,20}\s-{1,2}(?:path|database|source)\b[^\n]{0,200}\bup\b|\bdbmate\b[^\n]{0,120}\b(?:up|migrate)\b|\bgoose\b[^\n]{0,200}\bup\b|\bsqlx["',\s]+migrate["',\s]+run\b|\bdiesel["',\s]+migration["',\s]+run\b|\batlas["',\s]+migrate["',\s]+apply\b|\bsea-orm-cli\b[^\n]{0,40}migrate\b|(?:rails|rake)["',\s]+db:(?:migrate|prepare)\b|manage\.py["',\s]+migrate\b|django-admin["',\s]+migrate\b|\bflask["',\s]+db["',\s]+upgrade\b|\balembic\b[^\n]{0,60}\bupgrade\b|artisan["',\s]+migrate\b|doctrine:migrations:migrate|\becto\.migrate\b|\bbytebase\b|\bwrangler\b[^\n]{0,40}d1["',\s]+migrations["',\s]+apply\b|\bpsql\b[^\n]{0,200}-f\b/;

/** Runs its migrations at its own start. */
const IN_CODE =
	/\bmigrationsRun\s*:\s*true\b|\.migrate\.latest\(|\bawait migrate\(|\bmigrator\.(?:up|migrateToLatest)\(|\bumzug\.up\(|\bdrizzle-orm\/[\w-]+\/migrator\b|\bm(?:igrat\w*)?\.Up\(\)|\bgoose\.Up(?:Context)?\(|sqlx::migrate!|embed_migrations!|\bcommand\.upgrade\(|call_command\(["']migrate|\bmigrateToLatest\(|runMigrations\(/;

export const mayRunInCode = (text: string): boolean => IN_CODE.test(text);

/** The first step that applies migrations; empty where none does. Documented by hand counts, last. */
export function runnerIn(commands: readonly DeployCommand[], docs: readonly StepFile[]): string {
	const step = commands.find(({ text }) => RUN.test(text));
	if (step !== undefined) return step.file;
	return docs.find(({ text }) => RUN.test(text))?.path ?? '';
}

const PUSHES: readonly {
	readonly pattern: RegExp;
	readonly what: string;
	readonly loses: RegExp;
}[] = [
	{
		pattern: /\bprisma(?:@[\w.-]+)?["',\s]+db["',\s]+push\b/,
		what: 'prisma db push',
		loses: /--accept-data-loss|--force-reset/,
	},
	{
		pattern: /\bprisma(?:@[\w.-]+)?["',\s]+migrate["',\s]+(?:dev|reset)\b/,
		what: 'prisma migrate dev',
		loses: /\breset\b/,
	},
	{
		pattern: /\bdrizzle-kit(?:@[\w.-]+)?["',\s]+push\b/,
		what: 'drizzle-kit push',
		loses: /--force/,
	},
	{ pattern: /\btypeorm\b[^\n]{0,80}schema:sync\b/, what: 'typeorm schema:sync', loses: /$^/ },
	{
		pattern: /doctrine:schema:update[^\n]{0,40}--force/,
		what: 'doctrine:schema:update --force',
		loses: /$^/,
	},
	{ pattern: /(?:rails|rake)["',\s]+db:schema:load\b/, what: 'db:schema:load', loses: /./ },
];
const FOR_TESTS = /\b(?:test|e2e|ci|preview|dev|local|staging|shadow)\b/i;

/** Schema pushes among the commands of a deploy. A job that tests pushes into a database of its own. */
export function pushesIn(commands: readonly DeployCommand[]): readonly SchemaPush[] {
	return commands.flatMap((command) =>
		PUSHES.flatMap(({ pattern, what, loses }) => {
			if (!pattern.test(command.text) || isForTests(command, commands)) return [];
			const { file, line, text } = command;
			return [{ file, line, what, losesData: loses.test(text) }];
		}),
	);
}

/** Of a workflow: its job or file is about tests, and nothing in it deploys. */
function isForTests(
	{ file, line, kind, text }: DeployCommand,
	all: readonly DeployCommand[],
): boolean {
	if (kind === 'image') return /compose/i.test(file) && /(?:dev|test|local|override)/i.test(file);
	if (kind === 'shell') return /(?:test|dev|local|seed|setup)/i.test(file.replace(/.*\//, ''));
	if (kind !== 'workflow') return false;
	const lines = all.filter((one) => one.file === file);
	const own = lines.filter((one) => Math.abs(one.line - line) <= 60).map((one) => one.text);
	const deploys = own.some((one) =>
		/deploy|release|production|\bfly(?:ctl)? |vercel|heroku|kubectl|ssh /i.test(one),
	);
	return FOR_TESTS.test(text) || own.some((one) => /^\s+services:/.test(one)) || !deploys;
}

export const maySync = (text: string): boolean =>
	/synchronize|\.sync\(|ddl-auto|hbm2ddl/.test(text);

/** Settings under which an ORM changes the schema at its start, whatever the environment. */
export function syncsIn(file: string, text: string, parse: ScriptParser): readonly SchemaPush[] {
	if (/\.(?:properties|ya?ml)$/.test(file)) return hibernateIn(file, text);
	const program = /\.[cm]?[jt]s$/.test(file) ? parse(text, file) : null;
	const found: SchemaPush[] = [];
	if (program === null) return found;
	walkScript(program, (node, parents) => {
		const sync = syncAt(node);
		if (sync === null || isForDevelopment(parents)) return;
		const line = lineOf(propertyOf(node, 'synchronize') ?? node);
		found.push({ file, line, ...sync });
	});
	return found;
}

const HIBERNATE = /(?:ddl-auto|hbm2ddl\.auto)\s*[=:]\s*["']?(create(?:-drop)?|update)\b/;

function hibernateIn(file: string, text: string): readonly SchemaPush[] {
	return text.split('\n').flatMap((line, index) => {
		const mode = /^\s*#/.test(line) ? undefined : HIBERNATE.exec(line)?.[1];
		if (mode === undefined) return [];
		return [{ file, line: index + 1, what: `ddl-auto=${mode}`, losesData: mode !== 'update' }];
	});
}

const isTrue = (node: ScriptNode | null): boolean =>
	node?.type === 'BooleanLiteral' && node['value'] === true;

/** TypeORM's `synchronize` beside a database's `type`, and Sequelize's `sync`. */
function syncAt(node: ScriptNode): Pick<SchemaPush, 'what' | 'losesData'> | null {
	if (node.type === 'ObjectExpression') {
		const isSource = propertyOf(node, 'type') !== null || propertyOf(node, 'entities') !== null;
		const isOn = isSource && isTrue(propertyOf(node, 'synchronize'));
		return isOn ? { what: 'synchronize: true', losesData: true } : null;
	}
	if (node.type !== 'CallExpression' || !/\.sync$/.test(chainOf(nodeAt(node, 'callee'))))
		return null;
	const [options] = nodesAt(node, 'arguments');
	if (isTrue(propertyOf(options ?? null, 'force')))
		return { what: 'sync({ force: true })', losesData: true };
	return isTrue(propertyOf(options ?? null, 'alter'))
		? { what: 'sync({ alter: true })', losesData: false }
		: null;
}
