import { describe, expect, test } from 'vitest';
import code from '../../../checks/logs/code.ts';
import type { Io } from '../../../src/core/io.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { repositoryLogging } from '../../../src/facts/logs/logging.ts';
import type { Logging } from '../../../src/facts/logs/logging-finding.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { cpuMs } from '../../cpu-time.ts';
import { committed, temporaryFolder } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

async function found(root: string): Promise<Logging> {
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const { source, params } = repositoryLogging({ root });
	return (await ('observe' in source && source.observe(params as never, io))) as Logging;
}

const sayings = async (files: Readonly<Record<string, string>>) =>
	inWords(judged(code, { found: await found(committed(files)) }));
const inFile = (text: string, path = 'src/a.ts') => sayings({ [path]: text });

test('its examples say what they claim', () => {
	expect(verifyCheck(code)).toEqual([]);
});

describe('secrets that are logged', () => {
	test.each([
		'console.log(password);',
		"logger.info('signing in', { user, password });",
		`logger.debug(\`token \${accessToken}\`);`,
		"console.log('key: ' + config.apiKey);",
		'console.log(process.env.STRIPE_SECRET_KEY);',
		"const key = process.env['JWT_SECRET'];\nconsole.error('bad', key);",
		'req.log.warn({ auth: req.headers.authorization });',
		'this.logger.log(JSON.stringify({ refreshToken }));',
		'console.log(process.env.DATABASE_URL!);',
		'const { clientSecret } = settings; winston.info(clientSecret);',
		'console.log({ password: value });',
		'log.info("pw", user?.password)',
		`process.stdout.write(\`\${env.DB_PASSWORD}\`);`,
	])('%s', async (text) => {
		const [said] = await inFile(text);
		expect(said).toMatch(/^high logs-secret src\/a\.ts:\d$/);
	});

	test.each([
		"console.log('password is required');",
		'console.log(password.length, Boolean(token), !!apiKey, typeof secret);',
		"console.log(apiKey ? 'set' : 'missing');",
		'logger.info({ password: "***", token: mask(token) });',
		"logger.info({ password: '[redacted]' });",
		'console.log(passwordResetUrl, tokenCount, hasPassword, isValidToken, csrfToken);',
		'console.log(process.env.NODE_ENV, process.env.NEXT_PUBLIC_API_KEY, process.env.PORT);',
		"const password = 'x'; console.log(password);",
		"if (process.env.NODE_ENV !== 'production') console.log(password);",
		"process.env.NODE_ENV === 'development' && console.log(password);",
		'if (__DEV__) { console.log(accessToken); }',
		'const token = redact(raw); console.log(token);',
		'console.log(hash(password));',
		'dialog.info(password); blog.log(password);',
		'console.log(token.kind, tokens);',
	])('not: %s', async (text) => {
		expect(await inFile(text)).toEqual(['pass']);
	});

	test('tests, scripts run by hand, documentation and build output are left out', async () => {
		const text = 'console.log(password);';
		expect(
			await sayings({
				'src/a.test.ts': text,
				'scripts/make-key.ts': text,
				'docs/a.js': text,
				'public/a.js': text,
				'bin/cli.js': text,
			}),
		).toEqual(['not-applicable']);
	});

	test('JSX, decorators, types and broken code are read as far as they go', async () => {
		expect(
			await inFile('export default () => <a onClick={() => console.log(password)} />', 'src/a.tsx'),
		).toEqual(['high logs-secret src/a.tsx:1']);
		expect(
			await inFile(
				'@Injectable() class A { f(@Body() b: X) { this.logger.log(b.password as string) } }',
			),
		).toEqual(['high logs-secret src/a.ts:1']);
		expect(await inFile('console.log(password)\nfunction (', 'src/a.js')).toEqual(['pass']);
	});
});

describe('the environment', () => {
	test.each([
		'console.log(process.env);',
		"console.log('env', JSON.stringify(process.env, null, 2));",
		'logger.debug({ ...process.env });',
		'const env = process.env;\nlogger.info(env);',
		'console.table(Object.entries(process.env));',
	])('%s', async (text) => {
		const [said] = await inFile(text);
		expect(said).toMatch(/^high logs-environment /);
	});

	test.each([
		'console.log(Object.keys(process.env));',
		'run(process.env);',
		'console.log(process.env.PORT);',
	])('not: %s', async (text) => {
		expect(await inFile(text)).toEqual(['pass']);
	});
});

describe('whole requests', () => {
	test('where people sign in or pay', async () => {
		expect(
			await inFile(
				'export async function POST(req) { console.log(req.body); }',
				'app/api/login/route.ts',
			),
		).toEqual(['high logs-request app/api/login/route.ts:1']);
		expect(
			await inFile("app.post('/checkout', (req, res) => { logger.info(req.headers); });"),
		).toEqual(['high logs-request src/a.ts:1']);
		expect(
			await inFile('app.use((req, res, next) => { console.log(req.headers); next(); });'),
		).toEqual(['high logs-request src/a.ts:1']);
		expect(
			await inFile('async function signIn(request) { console.log({ body: request.body }); }'),
		).toEqual(['high logs-request src/a.ts:1']);
		expect(
			await inFile("router.post('/login', (req) => { const { body } = req; console.log(req); });"),
		).toEqual(['high logs-request src/a.ts:1']);
	});

	test('elsewhere, and single fields, are fine', async () => {
		expect(await inFile("app.get('/items', (req) => console.log(req.body));")).toEqual(['pass']);
		expect(
			await inFile(
				"app.post('/login', (req) => console.log(req.body.email, req.headers['user-agent']));",
			),
		).toEqual(['pass']);
		expect(await inFile("app.use('/static', (req) => console.log(req.headers));")).toEqual([
			'pass',
		]);
	});
});

describe('loggers without redaction', () => {
	test.each([
		[
			"import pino from 'pino';\nexport const logger = pino({ level: 'info' });",
			['later no-redaction src/a.ts:2'],
		],
		[
			"import winston from 'winston';\nexport const l = winston.createLogger({});",
			['later no-redaction src/a.ts:2'],
		],
		["const pino = require('pino');\nmodule.exports = pino({ redact: ['password'] });", ['pass']],
		[
			"import { createLogger, format } from 'winston';\ncreateLogger({ format: maskFormat() });",
			['pass'],
		],
		["import { createLogger } from 'vite';\ncreateLogger();", ['pass']],
	])('%s', async (text, said) => {
		expect(await inFile(text)).toEqual(said);
	});

	test('paths that are named in a file of their own count', async () => {
		const logger =
			"import pino from 'pino';\nimport { paths } from './logger-paths.ts';\nexport default pino(paths);";
		expect(
			await sayings({
				'src/log.ts': logger,
				'src/logger-paths.ts': 'export const paths = { redact: [] };',
			}),
		).toEqual(['pass']);
	});
});

describe('query logging', () => {
	test.each([
		"new PrismaClient({ log: ['query', 'error'] })",
		"new PrismaClient({ log: [{ level: 'query', emit: 'stdout' }] })",
		"prisma.$on('query', (e) => console.log(e.query, e.params))",
		"new DataSource({ type: 'postgres', logging: true })",
		"new DataSource({ type: 'postgres', logging: ['query'] })",
		'new Sequelize(url, { logging: console.log })',
		'new Sequelize(url, { logQueryParameters: true })',
		"knex({ client: 'pg', debug: true })",
		'drizzle(pool, { logger: true })',
		"mongoose.set('debug', true)",
	])('%s', async (text) => {
		expect(await inFile(`const a = ${text};`)).toEqual(['later query-logging src/a.ts:1']);
	});

	test.each([
		"new PrismaClient({ log: ['warn', 'error'] })",
		"new PrismaClient({ log: process.env.NODE_ENV === 'development' ? ['query'] : ['error'] })",
		"new DataSource({ type: 'postgres', logging: !isProduction })",
		"new DataSource({ type: 'postgres', logging: ['error'] })",
		'new Sequelize(url, { logging: false })',
		"prisma.$on('query', (e) => metrics.observe(e.duration))",
	])('not: %s', async (text) => {
		expect(await inFile(`const a = ${text};`)).toEqual(['pass']);
	});
});

describe('other languages', () => {
	test.each([
		['src/a.py', 'logger.info("token %s", access_token)'],
		['src/a.py', 'print(f"key {settings.SECRET_KEY}")'],
		['src/a.py', 'logging.debug(os.environ["DB_PASSWORD"])'],
		['app/a.rb', 'Rails.logger.info "pw #{params[:password]}"'],
		['src/a.php', 'error_log("pw $password");'],
		['src/a.go', 'log.Printf("token %s", cfg.AccessToken)'],
		['src/A.java', 'log.info("pw {}", user.getPassword());'],
		['src/A.java', 'logger.info("key " + apiKey);'],
	])('%s: %s', async (path, text) => {
		const said = await inFile(text, path);
		expect(said).toEqual(
			path === 'src/A.java' && text.includes('getPassword')
				? ['pass']
				: [`high logs-secret ${path}:1`],
		);
	});

	test.each([
		['src/a.py', 'print(os.environ)', 'high logs-environment src/a.py:1'],
		['src/a.py', 'logger.info("password is missing")', 'pass'],
		['src/a.py', '# print(password)', 'pass'],
		['src/a.py', 'print("password:", len(password))', 'pass'],
		['src/a.go', 'log.Println("token", token != nil)', 'pass'],
		['app/a.rb', "puts 'password'", 'pass'],
	])('%s: %s is %s', async (path, text, said) => {
		expect(await inFile(text, path)).toEqual([said]);
	});
});

test('4,000 files of code take less than two seconds', async () => {
	const text = `import { a } from './a.ts';\n${'export const answer = lookup({ url: "/x" });\n'.repeat(60)}`;
	const files = Object.fromEntries(
		Array.from({ length: 4_000 }, (_, at) => [`src/${at % 40}/${at}.ts`, text]),
	);
	const root = committed(files);
	const started = cpuMs();
	expect((await found(root)).files).toBe(4_000);
	expect(cpuMs() - started).toBeLessThan(2_000);
});
