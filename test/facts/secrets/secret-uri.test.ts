import { describe, expect, test } from 'vitest';
import { secretsIn } from '../../../src/facts/secrets/secret-scan.ts';
import { random62, seeded } from './secret-samples.ts';

const SOURCE = { loose: false, generic: false, named: true, spaced: false, key: false };
const password = random62(20, seeded(9));
const found = (text: string) =>
	secretsIn(text, SOURCE).map(({ rule, value, traits }) => [
		rule.provider,
		value === password,
		traits.local,
	]);

describe('a password for a server', () => {
	const SCHEMES = [
		['postgres', 'PostgreSQL'],
		['postgresql+asyncpg', 'PostgreSQL'],
		['mysql', 'MySQL'],
		['mysql+pymysql', 'MySQL'],
		['mongodb', 'MongoDB'],
		['mongodb+srv', 'MongoDB'],
		['redis', 'Redis'],
		['rediss', 'Redis'],
		['amqp', 'RabbitMQ'],
		['amqps', 'RabbitMQ'],
		['nats', 'NATS'],
		['clickhouse', 'ClickHouse'],
		['elasticsearch', 'Elasticsearch'],
		['smtp', 'SMTP'],
		['smtps', 'SMTP'],
		['ldap', 'LDAP'],
		['ldaps', 'LDAP'],
		['ftp', 'FTP'],
		['https', 'HTTP'],
	] as const;
	test.each(SCHEMES)('%s', (scheme, provider) => {
		expect(found(`"${scheme}${'://'}app:${password}@one.shop-prod.io/x"`)).toEqual([
			[provider, true, false],
		]);
	});

	test.each([
		['libpq', `"host=db.shop-prod.io user=app password=${password} dbname=shop"`, 'PostgreSQL'],
		['Go', `"app:${password}@tcp(db.shop-prod.io:3306)/shop?parseTime=true"`, 'MySQL'],
		['PDO', `new PDO('mysql:host=db.shop-prod.io;dbname=shop', 'app', '${password}')`, 'MySQL'],
		['mysqli', `new mysqli("db.shop-prod.io", "app", "${password}", "shop")`, 'MySQL'],
		['mysqli_connect', `mysqli_connect("db.shop-prod.io", "app", "${password}")`, 'MySQL'],
		['ADO.NET', `"Server=tcp:db.shop-prod.io,1433;User ID=app;Password=${password};"`, 'ADO.NET'],
		['JDBC', `"jdbc:mysql://db.shop-prod.io/shop?user=app&password=${password}"`, 'JDBC'],
		[
			'Kafka',
			`sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="app" password="${password}";`,
			'Kafka',
		],
	])('%s', (_, text, provider) => {
		expect(found(text)).toEqual([[provider, true, false]]);
	});

	test('on this machine, in compose or in documentation is local', () => {
		for (const host of ['localhost', '127.0.0.1', '[::1]', 'db', 'db.local', 'db.example.org']) {
			const texts = [
				`"postgres${'://'}app:${password}@${host}:5432/x"`,
				...(host.startsWith('[') ? [] : [`"app:${password}@tcp(${host}:3306)/shop"`]),
			];
			for (const text of texts)
				expect(
					found(text).map(([, , local]) => local),
					text,
				).toEqual([true]);
		}
	});

	test('is none where it is a stand-in, a variable or a pattern', () => {
		for (const text of [
			`"postgres${'://'}user:password@db.shop-prod.io/x"`,
			`"postgres${'://'}app:\${PASSWORD}@db.shop-prod.io/x"`,
			`"postgres${'://'}app:${password}@\${HOST}/x"`,
			`"postgres${'://'}app:${password}@{host}/x"`,
			`"https${'://'}{user:32}@o{digit:1-20}.shop-prod.io/"`,
			`"https${'://'}{user:32}@shop-prod.io/"`,
			`"https${'://'}shop-prod.io:8443/@scope/package"`,
			`"app:$PASSWORD@tcp(db.shop-prod.io:3306)/shop"`,
			`new PDO($dsn, $user, '${password}')`,
			`new mysqli("localhost", "root", "")`,
			'"host=%s user=%s password=%s dbname=%s"',
		]) {
			expect(found(text), text).toEqual([]);
		}
	});
});
