import { type Match, PLAIN } from './secret-match.ts';
import { isPlaceholder } from './secret-placeholder.ts';
import { randomness } from './secret-randomness.ts';
import { rule, type SecretRule } from './secret-rule.ts';

export const URI_ANCHORS: readonly string[] = [
	'://',
	'jdbc:',
	'password=',
	'pwd=',
	'loginmodule',
	'@tcp(',
	'new pdo(',
	'mysqli',
];

const DATABASES: Readonly<Record<string, string>> = {
	amqp: 'RabbitMQ',
	amqps: 'RabbitMQ',
	clickhouse: 'ClickHouse',
	clickhouses: 'ClickHouse',
	cockroachdb: 'CockroachDB',
	elasticsearch: 'Elasticsearch',
	ftp: 'FTP',
	ftps: 'FTP',
	http: 'HTTP',
	https: 'HTTP',
	ldap: 'LDAP',
	ldaps: 'LDAP',
	libsql: 'libSQL',
	mariadb: 'MariaDB',
	mongodb: 'MongoDB',
	'mongodb+srv': 'MongoDB',
	mssql: 'SQL Server',
	mysql: 'MySQL',
	mysql2: 'MySQL',
	nats: 'NATS',
	neo4j: 'Neo4j',
	'neo4j+s': 'Neo4j',
	postgis: 'PostgreSQL',
	postgres: 'PostgreSQL',
	postgresql: 'PostgreSQL',
	redis: 'Redis',
	rediss: 'Redis',
	sftp: 'SFTP',
	smtp: 'SMTP',
	smtps: 'SMTP',
	sqlserver: 'SQL Server',
};
const NEW_PASSWORD = 'https://www.postgresql.org/docs/current/sql-alterrole.html';

const uriRule = (name: string): SecretRule =>
	rule(name, 'password in a connection string', NEW_PASSWORD, '://', {
		kind: 'connection-uri',
		confidence: 'high',
	});
const BY_NAME: ReadonlyMap<string, SecretRule> = new Map(
	[...new Set([...Object.values(DATABASES), 'JDBC', 'ADO.NET', 'Kafka', 'Database'])].map(
		(name) => [name, uriRule(name)],
	),
);
export const URI_RULES: readonly SecretRule[] = [...BY_NAME.values()];

/** A password in a connection string around a hit on one of `URI_ANCHORS`. */
export function uriAt(text: string, hit: number): Match | null {
	if (text.startsWith('://', hit)) return authorityAt(text, hit);
	if (/jdbc/i.test(text.slice(hit, hit + 4))) return jdbcAt(text, hit);
	if (/login/i.test(text.slice(hit, hit + 5))) return kafkaAt(text, hit);
	if (text.charAt(hit) === '@') return goAt(text, hit);
	if (/new|mysqli/i.test(text.slice(hit, hit + 6))) return phpAt(text, hit);
	return adoAt(text, hit);
}

const USERINFO =
	/:\/\/([^\s:@/?#"'`<>\\,;|(){}]{0,64}):([^\s@/?#"'`<>\\]{1,200})@([^\s/?#"'`<>\\,;)]{1,200})/y;

function authorityAt(text: string, hit: number): Match | null {
	USERINFO.lastIndex = hit;
	const found = USERINFO.exec(text);
	if (found === null) return null;
	const [whole, user = '', password = '', host = ''] = found;
	// `https://{user:password}@host`: both are filled in later.
	if (user.lastIndexOf('{') > user.lastIndexOf('}')) return null;
	const schemeAt = schemeStart(text, hit);
	const scheme = text.slice(schemeAt, hit).toLowerCase();
	const from = hit + '://'.length + user.length + 1;
	// SQLAlchemy writes `postgresql+psycopg2`.
	const name = DATABASES[scheme] ?? DATABASES[scheme.split('+', 1)[0] ?? ''];
	if (name === undefined) return null;
	return matchOf(name, { text, start: schemeAt, from, end: hit + whole.length, password, host });
}

function schemeStart(text: string, hit: number): number {
	let at = hit;
	while (at > 0 && hit - at < 24 && /[a-z0-9+.-]/i.test(text.charAt(at - 1))) at--;
	return at;
}

const JDBC = /jdbc:[a-z0-9:]{2,40}:(?:\/\/|@)([^\s"'`<>]{1,400})/iy;

function jdbcAt(text: string, hit: number): Match | null {
	JDBC.lastIndex = hit;
	const found = JDBC.exec(text);
	if (found === null) return null;
	const [whole, rest = ''] = found;
	const password = /[?&;]password=([^&;\s]{1,200})/i.exec(rest)?.[1] ?? '';
	const host = rest.split(/[/?;]/, 1)[0] ?? '';
	const from = hit + whole.lastIndexOf(password);
	return matchOf('JDBC', { text, start: hit, from, end: hit + whole.length, password, host });
}

const ADO = /(?:password|pwd)=([^;"'\s<>]{1,200})/iy;
const SERVER = /(?:server|data source|host|address|addr)=(?:tcp:)?([^;,"']{1,200})/i;

/** One of several `Key=value;`, or of libpq's `key=value`, in the same line that also name a server. */
function adoAt(text: string, hit: number): Match | null {
	ADO.lastIndex = hit;
	const found = ADO.exec(text);
	if (found === null) return null;
	const [whole, password = ''] = found;
	const around = lineAround(text, hit, 300);
	const host = SERVER.exec(around)?.[1];
	if (host === undefined) return null;
	const name = around.includes(';') ? 'ADO.NET' : keywordsIn(around);
	if (name === null) return null;
	const from = hit + whole.length - password.length;
	return matchOf(name, { text, start: hit, from, end: hit + whole.length, password, host });
}

/** Whose settings these are, without semicolons. */
function keywordsIn(line: string): string | null {
	if (/\bdbname=/i.test(line)) return 'PostgreSQL';
	if (/mysql|mariadb/i.test(line)) return 'MySQL';
	return /\buser(?:name)?=/i.test(line) ? 'Database' : null;
}

const GO_USER = /([\w.-]{1,64}):([^\s"'`@]{1,100})$/;
const GO_HOST = /@tcp\(([^)\s"']{1,200})\)/iy;

/** `user:password@tcp(host:3306)/name`, as Go's driver for MySQL has it. */
function goAt(text: string, hit: number): Match | null {
	GO_HOST.lastIndex = hit;
	const found = GO_HOST.exec(text);
	const password = GO_USER.exec(text.slice(Math.max(0, hit - 170), hit))?.[2] ?? '';
	if (found === null) return null;
	const [whole, host = ''] = found;
	const from = hit - password.length;
	return matchOf('MySQL', { text, start: from, from, end: hit + whole.length, password, host });
}

const PHP =
	/(?:new pdo|mysqli_connect|new mysqli|mysqli)\(\s{0,9}(["'])([^"'\n]{1,200})\1,\s{0,9}(["'])[^"'\n]{1,60}\3,\s{0,9}(["'])([^"'\n]{1,100})\4/iy;

/** PDO and mysqli take host, user and password one after the other. */
function phpAt(text: string, hit: number): Match | null {
	PHP.lastIndex = hit;
	const found = PHP.exec(text);
	if (found === null) return null;
	const [whole, , server = '', , , password = ''] = found;
	const host = /host=([^;]{1,100})/i.exec(server)?.[1] ?? server;
	const end = hit + whole.length;
	const from = end - 1 - password.length;
	return matchOf('MySQL', { text, start: from, from, end, password, host });
}

const JAAS =
	/loginmodule\s{1,4}required[\s\\]{1,8}username=\\?["']([^"'\\]{1,100})\\?["'][\s\\]{1,8}password=\\?["']([^"'\\]{1,200})\\?["']/iy;

function kafkaAt(text: string, hit: number): Match | null {
	JAAS.lastIndex = hit;
	const found = JAAS.exec(text);
	if (found === null) return null;
	const [whole, , password = ''] = found;
	const from = hit + whole.lastIndexOf(password);
	const end = hit + whole.length;
	return matchOf('Kafka', { text, start: hit, from, end, password, host: 'kafka.remote' });
}

/** Cut before it is searched: a line can be as long as the file. */
function lineAround(text: string, at: number, most: number): string {
	const before = text.slice(Math.max(0, at - most), at);
	const after = text.slice(at, at + most);
	return before.slice(before.lastIndexOf('\n') + 1) + (after.split('\n', 1)[0] ?? '');
}

/** Start is of the whole string; the secret is the password, which begins at `from`. */
function matchOf(
	name: string,
	uri: {
		text: string;
		start: number;
		from: number;
		end: number;
		password: string;
		host: string;
	},
): Match | null {
	const rule = BY_NAME.get(name);
	const { password, host, from } = uri;
	if (rule === undefined || password === '' || isStandIn(password, host)) return null;
	const local = isLocalHost(host);
	// How web addresses are explained and tested; a real one has a real host.
	if (local && (name === 'HTTP' || name === 'FTP')) return null;
	return {
		rule,
		rank: 'structural',
		start: from,
		end: from + password.length,
		value: password,
		state: 'none',
		traits: { ...PLAIN, local },
	};
}

function isStandIn(password: string, host: string): boolean {
	return (
		isPlaceholder(password) ||
		/^(?:\*+|x+|-+|_+|\.+|p+w+d*|secret\w{0,3}|pass\w{0,6}|admin|root|test|postgres|mysql|guest|redis|default)$/i.test(
			password,
		) ||
		isWord(password) ||
		/[{}<>$]|^(?:%|host(?:name)?(?::|$)|\[host|your)/i.test(host)
	);
}

/** `DB_PASSWORD` and `randompassword`, and not letters that a generator mixed. */
const isWord = (password: string): boolean =>
	/^(?:[A-Z][A-Z_]{3,40}|[A-Z]?[a-z_]{3,40})$/.test(password) && randomness(password) <= 0;

/** RFC 2606 and RFC 6761 names, this machine, and names without a dot: compose services. */
export function isLocalHost(host: string): boolean {
	const name = host
		.replace(/:\d{1,5}$/, '')
		.replace(/^\[|\]$/g, '')
		.toLowerCase();
	return (
		!name.includes('.') ||
		/^(?:127\.|0\.0\.0\.0$|::1$)/.test(name) ||
		/(?:^|\.)(?:localhost|local|test|invalid|example)$/.test(name) ||
		/(?:^|\.)example\.(?:com|net|org)$/.test(name) ||
		/(?:^|[.-])example\./.test(name) ||
		name === 'host.docker.internal'
	);
}
