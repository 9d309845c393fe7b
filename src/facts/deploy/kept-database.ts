import { lineAt } from './package-scripts.ts';
import { yamlDocuments } from './yaml-documents.ts';

/** A database that keeps what customers give; caches, queues and search indexes are none. */
export const DATABASE_ENGINES = [
	'postgres',
	'mysql',
	'mongodb',
	'sqlite',
	'sqlserver',
	'dynamodb',
	'firestore',
	'unknown',
] as const;
export type DatabaseEngine = (typeof DATABASE_ENGINES)[number];

/** Ordered: a driver says more than a mapper that speaks to any. */
const DRIVERS: readonly (readonly [pattern: RegExp, engine: DatabaseEngine])[] = [
	[
		/^(?:pg|postgres|pg-promise|slonik|@vercel\/postgres|@neondatabase\/serverless|@prisma\/adapter-(?:pg|neon)|@supabase\/(?:supabase-js|ssr)|supabase(?:-py)?|psycopg2?(?:-binary|-c)?|asyncpg|aiopg|pg8000|postgrex|postgresql|r2dbc-postgresql|tokio-postgres|Npgsql(?:\..*)?|.*\/lib\/pq|.*jackc\/pgx)$/,
		'postgres',
	],
	[
		/^(?:mysql2?|mariadb|serverless-mysql|@planetscale\/database|mysqlclient|pymysql|aiomysql|trilogy|myxql|mysql-connector-(?:j|java)|mysql-connector-python|mariadb-java-client|.*go-sql-driver\/mysql|Pomelo\.EntityFrameworkCore\.MySql|MySqlConnector)$/i,
		'mysql',
	],
	[
		/^(?:mongodb|mongoose|@typegoose\/typegoose|@nestjs\/mongoose|pymongo|motor|mongoengine|beanie|mongoid|mongodb\/(?:mongodb|laravel-mongodb)|spring-boot-starter-data-mongodb|MongoDB\.Driver|.*mongo-driver)$/,
		'mongodb',
	],
	[
		/^(?:mssql|tedious|pyodbc|pymssql|mssql-jdbc|tiny_tds|Microsoft\.(?:Data\.SqlClient|EntityFrameworkCore\.SqlServer))$/,
		'sqlserver',
	],
	[
		/^(?:@aws-sdk\/(?:client-dynamodb|lib-dynamodb)|dynamoose|pynamodb|dynamodb-toolbox|electrodb)$/,
		'dynamodb',
	],
	[/^(?:@google-cloud\/firestore|google-cloud-firestore)$/, 'firestore'],
	[
		/^(?:better-sqlite3|sqlite3|sqlite|libsql|@libsql\/client|@tursodatabase\/.*|@prisma\/adapter-(?:libsql|better-sqlite3)|aiosqlite|rusqlite|.*go-sqlite3|modernc\.org\/sqlite|Microsoft\.EntityFrameworkCore\.Sqlite|exqlite|ecto_sqlite3)$/,
		'sqlite',
	],
	[
		/^(?:@prisma\/client|typeorm|sequelize|knex|drizzle-orm|@mikro-orm\/core|kysely|objection|sqlalchemy|sqlmodel|tortoise-orm|peewee|flask-sqlalchemy|django|activerecord|rails|doctrine\/(?:orm|doctrine-bundle)|laravel\/framework|ecto_sql|gorm\.io\/gorm|entgo\.io\/ent|diesel|sqlx|sea-orm|spring-boot-starter-data-jpa|quarkus-hibernate-orm[\w-]*|@payloadcms\/db-.*|@strapi\/strapi|@keystone-6\/core|@medusajs\/medusa)$/,
		'unknown',
	],
];

/** `null` for a package that reaches no database. */
export const databaseOf = (packageName: string): DatabaseEngine | null =>
	DRIVERS.find(([pattern]) => pattern.test(packageName))?.[1] ?? null;

/** A mapper or framework that may as well run without one. */
export const isSureOfDatabase = (packageName: string): boolean =>
	!/^(?:django|rails|laravel\/framework)$/.test(packageName);

/** Who keeps a database for the product, and what its documentation says of backups. */
interface Keeper {
	readonly name: string;
	readonly engine: DatabaseEngine;
	/** By package. */
	readonly packages?: RegExp;
	/** In a connection string, or another setting that names it. */
	readonly settings?: RegExp;
	/** By file name. */
	readonly file?: RegExp;
	readonly backups: string;
}

const KEEPERS: readonly Keeper[] = [
	{
		name: 'Supabase',
		engine: 'postgres',
		packages: /^(?:@supabase\/.*|supabase(?:-py)?)$/,
		settings: /\.supabase\.(?:co|com)\b|\bSUPABASE_(?:URL|DB_URL|SERVICE_ROLE_KEY)\b/,
		file: /(?:^|\/)supabase\/config\.toml$/,
		backups: 'makes daily backups on paid plans and none on the free one',
	},
	{
		name: 'Neon',
		engine: 'postgres',
		packages: /^(?:@neondatabase\/.*|@vercel\/postgres|@prisma\/adapter-neon)$/,
		settings: /\.neon\.tech\b/,
		backups: 'keeps a history to restore from, whose length hangs on the plan',
	},
	{
		name: 'PlanetScale',
		engine: 'mysql',
		packages: /^(?:@planetscale\/database|@prisma\/adapter-planetscale)$/,
		settings: /\bpsdb\.cloud\b/,
		backups: 'backs up production branches, as often and as long as the plan has it',
	},
	{
		name: 'Turso',
		engine: 'sqlite',
		packages: /^@tursodatabase\/.*$/,
		settings: /\.turso\.io\b|\bTURSO_(?:DATABASE_URL|AUTH_TOKEN)\b/,
		backups: 'can be taken back to a point in time, as far as the plan has it',
	},
	{
		name: 'MongoDB Atlas',
		engine: 'mongodb',
		settings: /\.mongodb\.net\b/,
		backups: 'backs up dedicated clusters where that is switched on, and free ones never',
	},
	{
		name: 'Amazon RDS',
		engine: 'unknown',
		settings: /\.rds\.amazonaws\.com\b/,
		backups: 'keeps automated backups for as many days as the instance is set to, none at 0',
	},
	{
		name: 'Azure Database',
		engine: 'unknown',
		settings: /\.(?:postgres|mysql|mariadb)\.database\.azure\.com\b|\.database\.windows\.net\b/,
		backups: 'keeps backups for the days that the server is set to, seven unless told',
	},
	{
		name: 'DigitalOcean Managed Databases',
		engine: 'unknown',
		settings: /\.db\.ondigitalocean\.com\b/,
		backups: 'backs up every day and keeps that for seven days',
	},
	{
		name: 'Aiven',
		engine: 'unknown',
		settings: /\.aivencloud\.com\b/,
		backups: 'backs up by itself, as long as the plan has it',
	},
	{
		name: 'Render Postgres',
		engine: 'postgres',
		settings:
			/\.(?:oregon|frankfurt|ohio|singapore|virginia)-postgres\.render\.com\b|^databases:\s*$/m,
		backups: 'can be taken back to a point in time on paid plans, and free databases expire',
	},
	{
		name: 'Heroku Postgres',
		engine: 'postgres',
		settings: /\bheroku-postgresql\b|\bheroku addons:create heroku-postgresql/,
		backups:
			'keeps a history on Standard plans and above; on Essential you schedule backups yourself',
	},
	{
		name: 'Cloudflare D1',
		engine: 'sqlite',
		settings: /\bd1_databases\b/,
		backups: 'keeps a history of 30 days on the paid plan and 7 on the free one',
	},
	{
		name: 'Firestore',
		engine: 'firestore',
		file: /(?:^|\/)firestore\.(?:rules|indexes\.json)$/,
		packages: /^(?:@google-cloud\/firestore|google-cloud-firestore)$/,
		backups: 'backs up on a schedule or to a point in time only where that is switched on',
	},
	{
		name: 'DynamoDB',
		engine: 'dynamodb',
		packages:
			/^(?:@aws-sdk\/(?:client-dynamodb|lib-dynamodb)|dynamoose|pynamodb|dynamodb-toolbox|electrodb)$/,
		backups: 'can be taken back to a point in time only where that is switched on for the table',
	},
];

export interface KeptBy {
	readonly name: string;
	readonly engine: DatabaseEngine;
	readonly backups: string;
}

export const keeperOfPackage = (packageName: string): KeptBy | null =>
	KEEPERS.find(({ packages }) => packages?.test(packageName) === true) ?? null;

const SETTINGS_FILE =
	/(?:^|\/)(?:\.env[\w.-]*|README[\w.-]*|app\.json|Procfile|(?:docker-)?compose[\w.-]*\.ya?ml|wrangler\.(?:toml|jsonc?)|[\w.-]*(?:DEPLOY|deploy)[\w.-]*\.(?:md|sh|ya?ml)|[\w.-]*config[\w.-]*\.(?:[jt]s|py|rb|json|toml|ya?ml))$/;
const RENDER = /(?:^|\/)render\.ya?ml$/;

export const mayNameKeeper = (file: string): boolean =>
	SETTINGS_FILE.test(file) || RENDER.test(file) || KEEPERS.some((one) => one.file?.test(file));

/** Who keeps it, by a setting that names it or a file that it brings. */
export function keeperIn(file: string, text: string): (KeptBy & { readonly line: number }) | null {
	for (const keeper of KEEPERS) {
		if (keeper.file?.test(file)) return { ...keeper, line: 1 };
		// `databases:` means Render's in its own manifest alone.
		if (keeper.name === 'Render Postgres' && !RENDER.test(file) && !/render\.com/.test(text))
			continue;
		const match = keeper.settings?.exec(text) ?? null;
		if (match !== null) return { ...keeper, line: lineAt(text, match.index) };
	}
	return null;
}

/** A server that the repository starts itself. */
export interface OwnDatabase {
	readonly engine: DatabaseEngine;
	/** 1-based. */
	readonly line: number;
	/** As the compose file calls it; empty elsewhere. */
	readonly service: string;
}

const IMAGES: readonly (readonly [image: RegExp, engine: DatabaseEngine])[] = [
	[/(?:^|\/)(?:postgres|postgresql|postgis|timescaledb(?:-ha)?|pgvector)(?:[:@]|$)/, 'postgres'],
	[/(?:^|\/)(?:mysql|mariadb|percona(?:-server)?)(?:[:@]|$)/, 'mysql'],
	[/(?:^|\/)mongo(?:db[\w-]*)?(?:[:@]|$)/, 'mongodb'],
	[/(?:^|\/)mssql\/server(?:[:@]|$)/, 'sqlserver'],
];

const COMPOSE = /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]{1,40})?\.ya?ml$/;
const KAMAL = /(?:^|\/)config\/deploy[\w.-]*\.ya?ml$/;
/** Of development and tests by its name. */
const ELSEWHERE = /(?:^|[._-])(?:dev|development|local|test|testing|ci|e2e|override)(?:[._-]|$)/i;

export const mayStartDatabase = (file: string): boolean =>
	(COMPOSE.test(file) || KAMAL.test(file)) &&
	!ELSEWHERE.test(file.slice(file.lastIndexOf('/') + 1));

export function ownDatabaseIn(file: string, text: string): OwnDatabase | null {
	const key = KAMAL.test(file) ? 'accessories' : 'services';
	for (const document of yamlDocuments(text)) {
		for (const service of document.keys(key)) {
			const image = document.text(key, service, 'image');
			const engine = IMAGES.find(([pattern]) => pattern.test(image))?.[1];
			if (engine !== undefined) {
				return { engine, service, line: document.line(key, service) };
			}
		}
	}
	return null;
}

/** The engine that a Prisma schema, Django's, Rails' or Laravel's settings name. */
export function engineIn(file: string, text: string): DatabaseEngine | null {
	const written = file.endsWith('.prisma')
		? /\bprovider\s*=\s*"(\w+)"[^}]{0,300}\burl\b|datasource\s+\w+\s*\{[^}]{0,300}?provider\s*=\s*"(\w+)"/.exec(
				text,
			)
		: /(?:^|\/)database\.yml$/.test(file)
			? /^\s*adapter:\s*["']?(\w+)/m.exec(text)
			: /django\.db\.backends\.(\w+)/.exec(text);
	return ENGINE_NAMES[written?.[1] ?? written?.[2] ?? ''] ?? null;
}

const ENGINE_NAMES: Readonly<Record<string, DatabaseEngine>> = {
	postgresql: 'postgres',
	postgres: 'postgres',
	postgis: 'postgres',
	cockroachdb: 'postgres',
	mysql: 'mysql',
	mysql2: 'mysql',
	trilogy: 'mysql',
	mongodb: 'mongodb',
	sqlite: 'sqlite',
	sqlite3: 'sqlite',
	sqlserver: 'sqlserver',
};

export const mayNameEngine = (file: string): boolean =>
	/\.prisma$|(?:^|\/)config\/database\.yml$|(?:^|\/)settings(?:\/[\w-]+)?\.py$/.test(file);
