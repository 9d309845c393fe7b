import { withoutComments } from './code-text.ts';
import { lineAt } from './package-scripts.ts';

/** Something that the code keeps on the machine that it runs on. */
export interface KeptState {
	readonly what: 'database' | 'uploads' | 'sessions';
	/** `Prisma`, `multer`. */
	readonly by: string;
	/** Empty where the code does not say. */
	readonly path: string;
	/** An environment variable can move it elsewhere. */
	readonly isMovable: boolean;
	/** 1-based. */
	readonly line: number;
}

/** What else the product uses, which tells whether the disk is only passed through. */
export interface StateContext {
	/** A database of another kind is among the packages. */
	readonly hasServerDatabase: boolean;
	/** Files go on to an object store. */
	readonly hasObjectStore: boolean;
	/** Some code writes rows, or an ORM does. */
	readonly writesRows: boolean;
	/** Some model of Django has a file. */
	readonly hasFileField: boolean;
}

const SERVER_DATABASE =
	/^(?:pg|postgres|pg-promise|mysql2?|mariadb|mongodb|mongoose|mssql|oracledb|@neondatabase\/serverless|@planetscale\/database|@libsql\/client|@prisma\/adapter-libsql|@vercel\/postgres|psycopg2?(?:-binary)?|psycopg|asyncpg|mysqlclient|pymysql|pymongo|dj-database-url|django-environ|libsql-client)(?:\[.*)?$/;
const OBJECT_STORE =
	/^(?:@aws-sdk\/(?:client-s3|lib-storage)|aws-sdk|multer-s3|multer-storage-cloudinary|cloudinary|@google-cloud\/storage|@azure\/storage-blob|@vercel\/blob|@supabase\/(?:supabase-js|storage-js)|minio|uploadthing|firebase-admin|@uploadcare\/.*|imagekit|boto3|django-storages|google-cloud-storage|azure-storage-blob|aws-sdk-s3|fog-.*|carrierwave-aws)(?:\[.*)?$/;

const ORM =
	/^(?:drizzle-orm|kysely|knex|typeorm|sequelize|@mikro-orm\/.*|objection|peewee|sqlalchemy|sqlmodel|tortoise-orm)(?:\[.*)?$/;
const WRITES =
	/\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|REPLACE\s+INTO|CREATE\s+TABLE)\b/i;

/** `texts` are those that `mayKeepState` holds for, and Python's models. */
export const stateContext = (
	packages: readonly string[],
	texts: readonly string[],
): StateContext => ({
	hasServerDatabase: packages.some((name) => SERVER_DATABASE.test(name)),
	hasObjectStore: packages.some((name) => OBJECT_STORE.test(name)),
	writesRows: packages.some((name) => ORM.test(name)) || texts.some((text) => WRITES.test(text)),
	hasFileField: texts.some((text) => /\b(?:models\.)?(?:File|Image)Field\s*\(/.test(text)),
});

/** Cheap: whether it is worth more than a look. */
export const mayKeepState = (path: string, text: string): boolean =>
	/(?:^|\/)(?:production\.rb|database\.yml)$/.test(path) ||
	/sqlite|multer|formidable|fileupload|FileStore|MEDIA_ROOT|UPLOAD_FOLDER|SESSION_|FileField|ImageField|INSERT INTO|CREATE TABLE/i.test(
		text,
	) ||
	(/uploads?\b/.test(text) && /\b(?:writeFile|createWriteStream)/.test(text));

/** Nothing that a customer gave. */
export const SCRATCH =
	/^:memory:$|^$|(?:^|\/)(?:tmp|temp|cache|\.cache)(?:\/|$)|cache[\w-]*\.(?:db|sqlite3?)$|memory/i;

/** By file, of languages other than JavaScript. */
export function keptStateIn(
	path: string,
	text: string,
	context: StateContext,
): readonly KeptState[] {
	if (path.endsWith('.prisma')) return context.hasServerDatabase ? [] : inPrisma(text);
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
	return [
		{
			what: 'database',
			by: 'Prisma',
			path: url ?? '',
			isMovable: url === undefined,
			line: lineAt(code, at),
		},
	];
}

/** Whether the disk is not where it stays. */
export const isPassedThrough = (what: KeptState['what'], context: StateContext): boolean =>
	(what === 'database' && context.hasServerDatabase) ||
	(what === 'uploads' && context.hasObjectStore);

function inPython(code: string, context: StateContext): readonly KeptState[] {
	const found: KeptState[] = [];
	const add = (what: KeptState['what'], by: string, pattern: RegExp) => {
		const match = pattern.exec(code);
		if (match === null || isPassedThrough(what, context)) return;
		const path = match[1] ?? '';
		if (what === 'database' && path !== '' && SCRATCH.test(path)) return;
		const line = code.slice(
			code.lastIndexOf('\n', match.index) + 1,
			code.indexOf('\n', match.index),
		);
		// A default beside a variable: what is set may be another database.
		if (/environ|getenv|config\(|env\(/.test(line)) return;
		found.push({ what, by, path, isMovable: false, line: lineAt(code, match.index) });
	};
	const isOverridden = /dj_database_url|DATABASE_URL|env\.db/.test(code);
	if (!isOverridden) {
		add('database', 'Django', /['"]ENGINE['"]\s*:\s*['"]django\.db\.backends\.sqlite3['"]/);
		add(
			'database',
			'SQLAlchemy',
			/(?:SQLALCHEMY_DATABASE_URI['"\]]*\s*=|create_(?:async_)?engine\s*\()\s*f?['"]sqlite(?:\+\w+)?:\/\/\/([^'"\n]{0,200})['"]/,
		);
		if (context.writesRows)
			add('database', 'sqlite3', /\bsqlite3\.connect\s*\(\s*['"]([^'"\n]{1,200})['"]/);
	}
	if (context.hasFileField && !/DEFAULT_FILE_STORAGE|STORAGES\s*=/.test(code)) {
		add('uploads', 'Django', /^MEDIA_ROOT\s*=\s*()/m);
	}
	add('uploads', 'Flask', /\bUPLOAD_FOLDER['"\]]*\s*=\s*['"]([^'"\n]{1,200})['"]/);
	add('sessions', 'Flask-Session', /\bSESSION_TYPE['"\]]*\s*=\s*['"]filesystem['"]/);
	add(
		'sessions',
		'Django',
		/SESSION_ENGINE\s*=\s*['"]django\.contrib\.sessions\.backends\.file['"]/,
	);
	return found;
}

function inRails(code: string): readonly KeptState[] {
	const match = /^\s*config\.active_storage\.service\s*=\s*:local\b/m.exec(code);
	return match === null
		? []
		: [
				{
					what: 'uploads',
					by: 'Active Storage',
					path: 'storage',
					isMovable: false,
					line: lineAt(code, match.index + 1),
				},
			];
}

/** The `production` part alone, with what `default` lends it. */
function inDatabaseYml(text: string): readonly KeptState[] {
	const code = withoutComments(text, 'hash');
	const part = /^production:[^\n]*\n(?:[ \t]+[^\n]*\n?|\n)*/m.exec(code);
	if (part === null || /\burl:|ERB|<%=?\s*ENV/.test(part[0])) return [];
	const lends = /<<:\s*\*default/.test(part[0])
		? (/^default:[^\n]*\n(?:[ \t]+[^\n]*\n?|\n)*/m.exec(code)?.[0] ?? '')
		: '';
	if (!/adapter:\s*sqlite3/.test(part[0] + lends)) return [];
	const path = /database:\s*["']?([\w./-]{1,200})/.exec(part[0])?.[1] ?? '';
	return [
		{
			what: 'database',
			by: 'Active Record',
			path,
			isMovable: false,
			line: lineAt(code, part.index),
		},
	];
}
