import { argumentsAt, literalOf, memberOf, withoutComments } from './code-text.ts';
import { lineAt } from './package-scripts.ts';

/** Something that the code keeps on the machine that it runs on. */
export interface KeptState {
	readonly what: 'database' | 'uploads' | 'sessions' | 'memory-sessions';
	readonly by: string;
	readonly path: string;
	readonly line: number;
}

/** What else the product uses, which tells that the disk is only passed through. */
export interface StateContext {
	/** A database of another kind is among the packages. */
	readonly hasServerDatabase: boolean;
	/** Files go on to an object store. */
	readonly hasObjectStore: boolean;
}

const SERVER_DATABASE =
	/^(?:pg|postgres|pg-promise|mysql2?|mariadb|mongodb|mongoose|mssql|oracledb|@neondatabase\/serverless|@planetscale\/database|@libsql\/client|@prisma\/adapter-libsql|@vercel\/postgres|psycopg2?(?:-binary)?|psycopg|asyncpg|mysqlclient|pymysql|pymongo|dj-database-url|django-environ|libsql-client)(?:\[.*)?$/;
const OBJECT_STORE =
	/^(?:@aws-sdk\/(?:client-s3|lib-storage)|aws-sdk|multer-s3|multer-storage-cloudinary|cloudinary|@google-cloud\/storage|@azure\/storage-blob|@vercel\/blob|@supabase\/(?:supabase-js|storage-js)|minio|uploadthing|firebase-admin|@uploadcare\/.*|imagekit|boto3|django-storages|google-cloud-storage|azure-storage-blob|aws-sdk-s3|fog-.*|carrierwave-aws)(?:\[.*)?$/;

export const stateContext = (packages: readonly string[]): StateContext => ({
	hasServerDatabase: packages.some((name) => SERVER_DATABASE.test(name)),
	hasObjectStore: packages.some((name) => OBJECT_STORE.test(name)),
});

/** Cheap: whether it is worth more than a look. */
export const mayKeepState = (path: string, text: string): boolean =>
	/(?:^|\/)(?:production\.rb|database\.yml)$/.test(path) ||
	/sqlite|multer|formidable|fileUpload|express-session|FileStore|MEDIA_ROOT|UPLOAD_FOLDER|SESSION_/i.test(
		text,
	);

const SCRATCH = /^:memory:$|^$|(?:^|\/)(?:tmp|temp|cache|\.cache)(?:\/|$)|cache[\w-]*\.(?:db|sqlite3?)$|memory/i;

/** By file: a literal path alone counts, since what a variable says may lie on a volume. */
export function keptStateIn(path: string, text: string, context: StateContext): readonly KeptState[] {
	if (path.endsWith('.prisma')) return inPrisma(text);
	if (/\.[cm]?[jt]sx?$/.test(path)) return inScript(withoutComments(text, 'c'), context);
	if (path.endsWith('.py')) return inPython(withoutComments(text, 'hash'), context);
	if (/(?:^|\/)config\/environments\/production\.rb$/.test(path)) {
		return inRails(withoutComments(text, 'hash'));
	}
	return /(?:^|\/)config\/database\.yml$/.test(path) ? inDatabaseYml(text) : [];
}

function inPrisma(text: string): readonly KeptState[] {
	const code = withoutComments(text, 'c');
	const [block] = /\bdatasource\s+\w+\s*\{[^}]{0,2000}\}/.exec(code) ?? [];
	if (block === undefined || !/\bprovider\s*=\s*"sqlite"/.test(block)) return [];
	// Adapters reach SQLite over the network (libSQL, D1).
	if (/driverAdapters/.test(code)) return [];
	const url = /\burl\s*=\s*"file:([^"]{0,200})"/.exec(block)?.[1];
	const at = code.indexOf(block) + block.indexOf('provider');
	return [{ what: 'database', by: 'Prisma', path: url ?? '', line: lineAt(code, at) }];
}

interface Finder {
	readonly what: KeptState['what'];
	readonly by: string;
	/** Ends at the opening bracket of the call. */
	readonly call: RegExp;
	/** The literal path among the arguments; `null` where there is none. */
	path(args: readonly string[]): string | null;
	readonly needs?: RegExp;
}

const member =
	(...names: readonly string[]) =>
	(args: readonly string[]): string | null => {
		for (const arg of args.filter((one) => one.startsWith('{'))) {
			for (const name of names) {
				const literal = literalOf(memberOf(arg, name) ?? '');
				if (literal !== null) return literal;
			}
		}
		return null;
	};

const first = (args: readonly string[]): string | null => literalOf(args[0] ?? '');

const isSqlite = (args: readonly string[]): boolean =>
	/(?:client|dialect|type)\s*:\s*["'](?:better-)?sqlite3?["']/.test(args[0] ?? '');

const SCRIPT: readonly Finder[] = [
	{
		what: 'database',
		by: 'SQLite',
		call: /\bnew\s+(?:\w+\.)?(?:Database|DatabaseSync|BetterSqlite3|Sqlite)\s*\(/g,
		path: first,
		needs: /better-sqlite3|['"]sqlite3['"]|node:sqlite|bun:sqlite/,
	},
	{
		what: 'database',
		by: 'SQLite',
		call: /\b(?:knex|Knex|DataSource|Sequelize|createConnection|forRoot)\s*\(/g,
		path: (args) =>
			isSqlite(args)
				? (member('database', 'storage')(args) ??
					/(?:filename|storage)\s*:\s*["']([^"'\n]{1,200})["']/.exec(args[0] ?? '')?.[1] ??
					null)
				: (/^["']sqlite:(?:\/\/)?([^"']{1,200})["']/.exec(args[0] ?? '')?.[1] ?? null),
	},
	{
		what: 'uploads',
		by: 'multer',
		call: /\bmulter(?:\.diskStorage)?\s*\(/g,
		path: (args) =>
			member('dest', 'destination')(args) ??
			/destination[\s\S]{0,200}?\b\w+\s*\(\s*null\s*,\s*["']([^"'\n]{1,200})["']/.exec(
				args[0] ?? '',
			)?.[1] ??
			null,
	},
	{
		what: 'uploads',
		by: 'formidable',
		call: /\b(?:formidable|IncomingForm)\s*\(/g,
		path: member('uploadDir'),
	},
	{
		what: 'sessions',
		by: 'session-file-store',
		call: /\bnew\s+(?:FileStore|SessionFileStore)\s*\(/g,
		path: (args) => member('path')(args) ?? './sessions',
		needs: /session-file-store/,
	},
	{
		what: 'memory-sessions',
		by: 'express-session',
		call: /\b(?:session|expressSession)\s*\(\s*(?=\{)/g,
		path: (args) => (memberOf(args[0] ?? '', 'store') === null && !/\.\.\./.test(args[0] ?? '') ? '' : null),
		needs: /['"]express-session['"]/,
	},
];

function inScript(code: string, context: StateContext): readonly KeptState[] {
	return SCRIPT.flatMap((finder) => {
		if (isPassedThrough(finder.what, context) || finder.needs?.test(code) === false) return [];
		return [...code.matchAll(finder.call)].slice(0, 10).flatMap((call) => {
			const open = code.indexOf('(', call.index + call[0].search(/\(/));
			const args = argumentsAt(code, open);
			const path = args === null ? null : finder.path(args);
			if (path === null || (finder.what !== 'memory-sessions' && SCRATCH.test(path))) return [];
			return [{ what: finder.what, by: finder.by, path, line: lineAt(code, call.index) }];
		});
	});
}

const isPassedThrough = (what: KeptState['what'], context: StateContext): boolean =>
	(what === 'database' && context.hasServerDatabase) ||
	(what === 'uploads' && context.hasObjectStore);

function inPython(code: string, context: StateContext): readonly KeptState[] {
	const found: KeptState[] = [];
	const add = (what: KeptState['what'], by: string, pattern: RegExp) => {
		const match = pattern.exec(code);
		if (match === null || isPassedThrough(what, context)) return;
		const path = match[1] ?? '';
		if (what === 'database' && path !== '' && SCRATCH.test(path)) return;
		const line = code.slice(code.lastIndexOf('\n', match.index) + 1, code.indexOf('\n', match.index));
		// A default beside a variable: what is set may be another database.
		if (/environ|getenv|config\(|env\(/.test(line)) return;
		found.push({ what, by, path, line: lineAt(code, match.index) });
	};
	const isOverridden = /dj_database_url|DATABASE_URL|env\.db/.test(code);
	if (!isOverridden) {
		add('database', 'Django', /['"]ENGINE['"]\s*:\s*['"]django\.db\.backends\.sqlite3['"]/);
		add(
			'database',
			'SQLAlchemy',
			/(?:SQLALCHEMY_DATABASE_URI['"\]]*\s*=|create_(?:async_)?engine\s*\()\s*f?['"]sqlite(?:\+\w+)?:\/\/\/([^'"\n]{0,200})['"]/,
		);
		add('database', 'sqlite3', /\bsqlite3\.connect\s*\(\s*['"]([^'"\n]{1,200})['"]/);
	}
	if (!/DEFAULT_FILE_STORAGE|STORAGES\s*=/.test(code)) {
		add('uploads', 'Django', /^MEDIA_ROOT\s*=\s*()/m);
	}
	add('uploads', 'Flask', /\bUPLOAD_FOLDER['"\]]*\s*=\s*['"]([^'"\n]{1,200})['"]/);
	add('sessions', 'Flask-Session', /\bSESSION_TYPE['"\]]*\s*=\s*['"]filesystem['"]/);
	add('sessions', 'Django', /SESSION_ENGINE\s*=\s*['"]django\.contrib\.sessions\.backends\.file['"]/);
	return found;
}

function inRails(code: string): readonly KeptState[] {
	const match = /^\s*config\.active_storage\.service\s*=\s*:local\b/m.exec(code);
	return match === null
		? []
		: [{ what: 'uploads', by: 'Active Storage', path: 'storage', line: lineAt(code, match.index + 1) }];
}

/** The `production` part alone, with what `default` lends it. */
function inDatabaseYml(text: string): readonly KeptState[] {
	const code = withoutComments(text, 'hash');
	const part = /^production:[^\n]*\n(?:[ \t]+[^\n]*\n?|\n)*/m.exec(code);
	if (part === null || /\burl:|ERB|<%=?\s*ENV/.test(part[0])) return [];
	const lends = /<<:\s*\*default/.test(part[0]) ? (/^default:[^\n]*\n(?:[ \t]+[^\n]*\n?|\n)*/m.exec(code)?.[0] ?? '') : '';
	if (!/adapter:\s*sqlite3/.test(part[0] + lends)) return [];
	const path = /database:\s*["']?([\w./-]{1,200})/.exec(part[0])?.[1] ?? '';
	return [{ what: 'database', by: 'Active Record', path, line: lineAt(code, part.index) }];
}
