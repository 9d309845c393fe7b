import { describe, expect, test } from 'vitest';
import start from '../../../checks/deploy/start.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { committed } from '../../files/repositories.ts';
import { type Files, findingsIn, sayings } from './real-deployment.ts';

const said = (files: Files) => sayings(start, files);

const packageOf = (scripts: Record<string, string>, more: object = {}) =>
	JSON.stringify({ name: 'shop', private: true, scripts, ...more }, null, 2);

const SERVER = "const app = require('express')();\napp.listen(process.env.PORT || 3000);\n";

test('its examples say what they claim', () => {
	expect(verifyCheck(start)).toEqual([]);
});

describe('development-server', () => {
	test.each<[string, Files, string]>([
		['a Procfile', { Procfile: 'web: npx next dev\n' }, 'Procfile:1'],
		[
			'a script behind it',
			{
				Procfile: 'release: true\nweb: npm run serve\n',
				'package.json': packageOf({ serve: 'nodemon server.js' }),
			},
			'Procfile:2',
		],
		[
			'a script behind a script',
			{
				Procfile: 'web: yarn start\n',
				'package.json': packageOf({
					start: 'npm run dev -- --port 3000',
					dev: 'NODE_ENV=development vite',
				}),
			},
			'Procfile:1',
		],
		[
			'an image',
			{
				Dockerfile: 'FROM node:22\nCOPY . .\nCMD ["npm", "run", "dev"]\n',
				'package.json': packageOf({ dev: 'next dev' }),
			},
			'Dockerfile:3',
		],
		[
			'an image in the shell form, from a stage',
			{ Dockerfile: 'FROM node:22 AS base\nFROM base\nCMD npx ts-node-dev src/main.ts\n' },
			'Dockerfile:3',
		],
		[
			'ENTRYPOINT and CMD together',
			{
				Dockerfile: 'FROM node:22\nENTRYPOINT ["npm", "run"]\nCMD ["dev"]\n',
				'package.json': packageOf({ dev: 'vite' }),
			},
			'Dockerfile:3',
		],
		[
			'fly.toml',
			{
				'fly.toml':
					'app = "shop"\n[processes]\n  app = "flask run"\n[http_service]\n  internal_port = 8080\n',
			},
			'fly.toml:3',
		],
		[
			'render.yaml',
			{
				'render.yaml':
					'services:\n  - type: web\n    name: api\n    startCommand: python manage.py runserver 0.0.0.0:8000\n',
			},
			'render.yaml:4',
		],
		[
			'railway.json',
			{
				'railway.json':
					'{\n  "deploy": {\n    "startCommand": "uvicorn main:app --reload"\n  }\n}\n',
			},
			'railway.json:3',
		],
		[
			'npm start, where Railway runs it',
			{
				'railway.toml': '[build]\nbuilder = "NIXPACKS"\n',
				'package.json': packageOf({ start: 'react-scripts start' }),
			},
			'package.json:5',
		],
		[
			'npm start, where Heroku runs it',
			{
				'app.json': '{"stack":"heroku-24","addons":[]}',
				'package.json': packageOf({ start: 'node --watch server.js' }),
			},
			'package.json:5',
		],
		[
			'a debugger',
			{ Procfile: 'web: node --inspect=0.0.0.0:9229 server.js\n', 'server.js': SERVER },
			'Procfile:1',
		],
		[
			"Flask's own server in the code",
			{
				Procfile: 'web: python app.py\n',
				'app.py':
					'import os\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(host="0.0.0.0", port=int(os.environ["PORT"]))\n',
			},
			'Procfile:1',
		],
		[
			'a shell script that does one thing after the other',
			{
				Dockerfile: 'FROM node:22\nCMD ["./start.sh"]\n',
				'start.sh': '#!/bin/sh\nset -e\nnpx prisma migrate deploy\nexec npx nodemon server.js\n',
			},
			'Dockerfile:2',
		],
		['PHP', { Procfile: 'web: php -S 0.0.0.0:$PORT -t public\n' }, 'Procfile:1'],
		['a generator', { Procfile: 'web: hugo server --bind 0.0.0.0 -p $PORT\n' }, 'Procfile:1'],
		[
			'compose for production',
			{
				'docker-compose.prod.yml':
					'services:\n  web:\n    build: .\n    command: npm run dev\n    ports: ["80:3000"]\n',
				Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
				'package.json': packageOf({ dev: 'vite --host' }),
			},
			'docker-compose.prod.yml:4',
		],
	])('%s', async (_, files, place) => {
		expect(await said(files)).toContain(`blocker development-server ${place}`);
	});

	test.each<[string, Files]>([
		[
			'a server',
			{
				Procfile: 'web: npm start\n',
				'package.json': packageOf({ start: 'node server.js', dev: 'nodemon server.js' }),
				'server.js': SERVER,
			},
		],
		[
			'a script of that name that starts production',
			{ Procfile: 'web: npm run dev\n', 'package.json': packageOf({ dev: 'next start' }) },
		],
		[
			'a word among the arguments',
			{ Procfile: 'web: node server.js --dev-tools watch dev\n', 'server.js': SERVER },
		],
		[
			'a stage for development',
			{
				Dockerfile:
					'FROM node:22 AS dev\nCMD ["npm", "run", "dev"]\nFROM node:22 AS prod\nCMD ["node", "server.js"]\n',
				'package.json': packageOf({ dev: 'vite' }),
			},
		],
		[
			'a shell that decides by itself',
			{
				Dockerfile:
					'FROM node:22\nCMD if [ "$NODE_ENV" = production ]; then npm start; else npm run dev; fi\n',
				'package.json': packageOf({ dev: 'vite', start: 'node .' }),
			},
		],
		[
			'a script that decides by itself',
			{
				Procfile: 'web: npm start\n',
				'package.json': packageOf({ start: 'test -n "$LOCAL" && nodemon . || node .' }),
			},
		],
		['a script nobody knows', { Procfile: 'web: npm run dev\n' }],
		['turbo run start', { Procfile: 'web: npx turbo run start\n' }],
		[
			'a script of another folder',
			{
				Procfile: 'web: cd apps/api && npm start\n',
				'package.json': packageOf({ start: 'turbo run dev' }),
				'apps/api/package.json': packageOf({ start: 'node a.js' }),
			},
		],
		[
			'the package that the working directory is',
			{
				Dockerfile: 'FROM node:22\nWORKDIR /app/apps/api\nCMD ["npm", "start"]\n',
				'package.json': packageOf({ start: 'turbo run dev' }),
				'apps/api/package.json': packageOf({ start: 'node a.js' }),
			},
		],
		['a worker beside it', { Procfile: 'web: gunicorn app:app\nworker: celery -A app worker\n' }],
	])('not: %s', async (_, files) => {
		expect(await said(files)).toEqual(['pass']);
	});

	test.each<[string, Files]>([
		[
			'a package alone, which nobody is known to run',
			{ 'package.json': packageOf({ start: 'react-scripts start' }) },
		],
		[
			'a Dockerfile for development',
			{
				'Dockerfile.dev': 'FROM node:22\nCMD ["npm", "run", "dev"]\n',
				'docker/dev/Dockerfile': 'FROM node:22\nCMD npx vite\n',
			},
		],
		[
			'an image that is mounted over',
			{
				Dockerfile: 'FROM node:22\nCMD ["npx", "vite"]\n',
				'docker-compose.yml':
					'services:\n  web:\n    build: .\n    volumes:\n      - .:/app\n    ports: ["3000:3000"]\n',
			},
		],
		[
			'compose for development',
			{
				'docker-compose.yml':
					'services:\n  web:\n    image: node:22\n    command: npx vite\n    ports: ["3000:3000"]\n',
			},
		],
		[
			'a managed platform',
			{ 'vercel.json': '{}', 'package.json': packageOf({ start: 'next dev' }) },
		],
		[
			'an app for phones',
			{
				'app.json': '{"expo":{"name":"shop"}}',
				'package.json': packageOf({ start: 'expo start' }),
			},
		],
		['Procfile.dev', { 'Procfile.dev': 'web: npx vite\n' }],
		['an example', { 'examples/a/Procfile': 'web: npx vite\n' }],
	])('does not apply: %s', async (_, files) => {
		expect(await said(files)).toEqual(['not-applicable']);
	});
});

describe('wrong-port', () => {
	const heroku = (server: string, more: Files = {}): Files => ({
		Procfile: 'web: node server.js\n',
		'server.js': server,
		...more,
	});

	test.each<[string, Files, string]>([
		['a number', heroku("const app = require('express')();\n\napp.listen(3000);\n"), 'server.js:3'],
		[
			'a constant',
			heroku(
				"const port = 8080;\nrequire('http').createServer(() => {}).listen(port, () => {});\n",
			),
			'server.js:2',
		],
		[
			'a member of an object',
			heroku(
				"const config = { port: 4000 };\nconst app = require('express')();\napp.listen(config.port);\n",
			),
			'server.js:3',
		],
		[
			'in a file that is imported',
			heroku("require('./src/http.js');\n", {
				'src/http.js': "const app = require('express')();\napp.listen(3000);\n",
			}),
			'src/http.js:2',
		],
		[
			'a loopback address',
			heroku("const app = require('express')();\napp.listen(process.env.PORT, '127.0.0.1');\n"),
			'server.js:2',
		],
		[
			'Fastify without a host',
			heroku(
				"const fastify = require('fastify')();\nfastify.listen({ port: process.env.PORT });\n",
			),
			'server.js:2',
		],
		[
			'Bun',
			{
				Procfile: 'web: bun server.ts\n',
				'server.ts': 'Bun.serve({ port: 3000, fetch: () => new Response("a") });\n',
			},
			'server.ts:1',
		],
		[
			'TypeScript that is built',
			{
				Procfile: 'web: npm start\n',
				'package.json': packageOf({ start: 'node dist/main.js' }),
				'src/main.ts':
					"import { app } from './app.js';\n\nconst port: number = 3000;\nawait app.listen(port);\n",
				'src/app.ts': 'export const app = 1;\n',
			},
			'src/main.ts:4',
		],
		[
			'when it is the file that is started',
			heroku("const app = require('express')();\nif (require.main === module) app.listen(3000);\n"),
			'server.js:2',
		],
		['a command', { Procfile: 'web: uvicorn main:app --host 0.0.0.0 --port 8000\n' }, 'Procfile:1'],
		[
			'a command that listens on loopback unless told',
			{ Procfile: 'web: uvicorn main:app --port $PORT\n' },
			'Procfile:1',
		],
		[
			'a command in a script',
			{ Procfile: 'web: npm start\n', 'package.json': packageOf({ start: 'next start -p 3000' }) },
			'package.json:5',
		],
		[
			'Railway',
			{
				'railway.json': '{}',
				'package.json': packageOf({ start: 'node index.js' }),
				'index.js': "require('express')().listen(3000);\n",
			},
			'index.js:1',
		],
		[
			'loopback on Render',
			{
				'render.yaml': 'services:\n  - type: web\n    name: a\n    startCommand: node a.js\n',
				'a.js': "require('express')().listen(process.env.PORT, 'localhost');\n",
			},
			'a.js:1',
		],
		[
			'Fly, another internal_port',
			{
				'fly.toml': '[http_service]\n  internal_port = 8080\n',
				Dockerfile: 'FROM node:22\nWORKDIR /app\nCMD ["node", "/app/server.js"]\n',
				'server.js': "require('express')().listen(3000);\n",
			},
			'server.js:1',
		],
		[
			'Cloud Run',
			{
				'.github/workflows/a.yml':
					'jobs:\n  a:\n    steps:\n      - run: gcloud run deploy shop --source .\n',
				Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
				'server.js': "require('express')().listen(3000);\n",
			},
			'server.js:1',
		],
		[
			'Go',
			{
				Procfile: 'web: bin/shop\n',
				'go.mod': 'module shop\n',
				'main.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n',
			},
			'main.go:4',
		],
	])('%s', async (_, files, place) => {
		expect(await said(files)).toEqual([`blocker wrong-port ${place}`]);
	});

	test.each<[string, Files]>([
		['PORT', heroku(SERVER)],
		[
			'PORT out of the environment',
			heroku(
				"const { PORT = 3000 } = process.env;\nrequire('express')().listen(PORT, '0.0.0.0');\n",
			),
		],
		[
			'a number of it',
			heroku(
				"const port = Number.parseInt(process.env.PORT ?? '3000', 10);\nconst app = require('express')();\napp.listen(port);\n",
			),
		],
		[
			'a value from elsewhere',
			heroku("const { port } = require('./config');\nrequire('express')().listen(port);\n", {
				'config.js': 'exports.port = 3000;\n',
			}),
		],
		[
			'one that is given twice',
			heroku(
				"let port = 3000;\nif (process.env.PORT) port = process.env.PORT;\nrequire('express')().listen(port);\n",
			),
		],
		['metrics beside it', heroku(`${SERVER}require('http').createServer().listen(9090);\n`)],
		[
			'only outside production',
			heroku(
				"const app = require('express')();\nif (process.env.NODE_ENV !== 'production') app.listen(3000);\n",
			),
		],
		[
			'a file that is not started',
			heroku(SERVER, { 'mock.js': "require('express')().listen(4000);\n" }),
		],
		[
			'another listen',
			heroku(`${SERVER}store.listen(() => {});\nworker.listen({ onUnhandledRequest: 'error' });\n`),
		],
		['a comment', heroku(`// app.listen(3000)\n${SERVER}`)],
		[
			'Fastify with a host',
			heroku(
				"const fastify = require('fastify')();\nfastify.listen({ port: process.env.PORT, host: '0.0.0.0' });\n",
			),
		],
		[
			'Fly, the same port',
			{
				'fly.toml': '[http_service]\n  internal_port = 3000\n',
				Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
				'server.js': "require('express')().listen(3000);\n",
			},
		],
		[
			'Cloud Run, its own port',
			{
				'.github/workflows/a.yml':
					'jobs:\n  a:\n    steps:\n      - run: gcloud run deploy shop --source .\n',
				Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
				'server.js': "require('express')().listen(8080);\n",
			},
		],
		[
			'Cloud Run, the port it is told',
			{
				'.github/workflows/a.yml':
					'jobs:\n  a:\n    steps:\n      - run: gcloud run deploy shop --source . --port=3000\n',
				Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
				'server.js': "require('express')().listen(3000);\n",
			},
		],
		[
			'Render, which finds another port',
			{
				'render.yaml': 'services:\n  - type: web\n    name: a\n    startCommand: node a.js\n',
				'a.js': "require('express')().listen(3000);\n",
			},
		],
		[
			'a proxy in front',
			{
				'fly.toml': '[http_service]\n  internal_port = 80\n',
				Dockerfile: 'FROM nginx:1.29\nCMD ["node", "server.js"]\n',
				'server.js': "require('express')().listen(3000);\n",
			},
		],
		['gunicorn', { Procfile: 'web: gunicorn app:app\n' }],
		['gunicorn with PORT', { Procfile: 'web: gunicorn --bind 0.0.0.0:$PORT app:app\n' }],
		[
			'a preview that is configured',
			{
				Procfile: 'web: npx vite preview\n',
				'vite.config.ts': 'export default { preview: { host: true } };\n',
			},
		],
		[
			'an image without a platform',
			{
				Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
				'server.js': "require('express')().listen(3000);\n",
			},
		],
		[
			'a worker',
			{ Procfile: 'worker: node server.js\n', 'server.js': "require('express')().listen(3000);\n" },
		],
		[
			'Go with PORT',
			{
				Procfile: 'web: bin/shop\n',
				'go.mod': 'module shop\n',
				'main.go': 'package main\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n',
				'config.go': 'package main\nvar port = os.Getenv("PORT")\n',
			},
		],
	])('not: %s', async (_, files) => {
		expect(await said(files)).toEqual(['pass']);
	});
});

describe('local-state', () => {
	const DB =
		"const Database = require('better-sqlite3');\nconst db = new Database('data/app.db');\ndb.exec('CREATE TABLE users (id)');\n";
	const heroku = (files: Files): Files => ({
		Procfile: 'web: node server.js\n',
		'server.js': SERVER,
		...files,
	});
	const fly = (mounts: string): Files => ({
		'fly.toml': `${mounts}[http_service]\n  internal_port = 8080\n`,
		Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
		'server.js': SERVER,
		'src/db.js': DB,
	});

	test.each<[string, Files, string]>([
		['SQLite', heroku({ 'src/db.js': DB }), 'blocker local-state src/db.js:2'],
		[
			'a path that is joined',
			heroku({
				'src/db.js': DB.replace("'data/app.db'", "path.join(__dirname, 'data', 'app.db')"),
			}),
			'blocker local-state src/db.js:2',
		],
		[
			'a default',
			heroku({ 'src/db.js': DB.replace("'data/app.db'", "process.env.DB_PATH || './app.db'") }),
			'blocker local-state src/db.js:2',
		],
		[
			'Prisma',
			heroku({
				'prisma/schema.prisma':
					'datasource db {\n  provider = "sqlite"\n  url      = env("DATABASE_URL")\n}\n',
			}),
			'blocker local-state prisma/schema.prisma:2',
		],
		[
			'Prisma on functions',
			{
				'vercel.json': '{}',
				'prisma/schema.prisma':
					'datasource db {\n  provider = "sqlite"\n  url      = "file:./dev.db"\n}\n',
			},
			'blocker local-state prisma/schema.prisma:2',
		],
		[
			'Django',
			{
				Procfile: 'web: gunicorn shop.wsgi\n',
				'shop/settings.py':
					"DATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.sqlite3',\n        'NAME': BASE_DIR / 'db.sqlite3',\n    }\n}\n",
			},
			'blocker local-state shop/settings.py:3',
		],
		[
			'uploads',
			heroku({
				'upload.js':
					"const multer = require('multer');\nconst upload = multer({ dest: 'uploads/' });\n",
			}),
			'blocker local-state upload.js:2',
		],
		[
			'uploads by a callback',
			heroku({
				'upload.js':
					"const multer = require('multer');\nmulter.diskStorage({\n  destination: (req, file, done) => done(null, './public/uploads'),\n});\n",
			}),
			'blocker local-state upload.js:2',
		],
		[
			'uploads that are written',
			heroku({
				'upload.ts':
					"import { writeFile } from 'node:fs/promises';\nexport async function save(name: string, data: Buffer) {\n  await writeFile(path.join(process.cwd(), 'public/uploads', name), data);\n}\n",
			}),
			'blocker local-state upload.ts:3',
		],
		[
			'sessions',
			heroku({
				'session.js':
					"const FileStore = require('session-file-store')(session);\napp.use(session({ store: new FileStore({ path: './sessions' }) }));\n",
			}),
			'high local-state session.js:2',
		],
		['Fly without a mount', fly(''), 'blocker local-state src/db.js:2'],
		[
			'Fly, beside the mount',
			{
				...fly('[mounts]\n  source = "data"\n  destination = "/data"\n'),
				'src/db.js': DB.replace('data/app.db', '/app/app.db'),
			},
			'blocker local-state src/db.js:2',
		],
		[
			'Render without a disk',
			{
				'render.yaml': 'services:\n  - type: web\n    name: a\n    startCommand: node server.js\n',
				'server.js': SERVER,
				'db.js': DB,
			},
			'blocker local-state db.js:2',
		],
	])('%s', async (_, files, saying) => {
		expect(await said(files)).toEqual([saying]);
	});

	test.each<[string, Files]>([
		['a mount', fly('[mounts]\n  source = "data"\n  destination = "/data"\n')],
		[
			'a disk',
			{
				'render.yaml':
					'services:\n  - type: web\n    name: a\n    startCommand: node server.js\n    disk:\n      name: data\n      mountPath: /data\n',
				'server.js': SERVER,
				'db.js': DB,
			},
		],
		['a cache', heroku({ 'src/db.js': DB.replace('data/app.db', 'cache/http.db') })],
		['memory', heroku({ 'src/db.js': DB.replace('data/app.db', ':memory:') })],
		[
			'a database that is only read',
			heroku({ 'src/db.js': DB.replace("'data/app.db'", "'geo.db', { readonly: true }") }),
		],
		[
			'one that nothing is written to',
			heroku({
				'src/db.js':
					"const Database = require('better-sqlite3');\nmodule.exports = new Database('geo.db');\n",
			}),
		],
		['a test', heroku({ 'test/db.js': DB, 'src/db.test.js': DB, 'scripts/import.js': DB })],
		[
			'a server database for production',
			heroku({ 'src/db.js': DB, 'package.json': packageOf({}, { dependencies: { pg: '8' } }) }),
		],
		[
			'uploads that go on to a store',
			heroku({
				'upload.js': "const upload = require('multer')({ dest: 'uploads/' });\n",
				'package.json': packageOf({}, { dependencies: { '@aws-sdk/client-s3': '3' } }),
			}),
		],
		[
			'uploads that are deleted again',
			heroku({
				'upload.js':
					"const upload = require('multer')({ dest: 'uploads/' });\nfs.unlink(file, done);\n",
			}),
		],
		[
			'uploads in memory',
			heroku({
				'upload.js': "const upload = require('multer')({ storage: multer.memoryStorage() });\n",
			}),
		],
		['a copy that is replicated', { ...fly(''), 'litestream.yml': 'dbs: []\n' }],
		[
			'an image that no platform is named for',
			{ Dockerfile: 'FROM node:22\nCMD ["node", "a.js"]\n', 'a.js': DB },
		],
	])('not: %s', async (_, files) => {
		expect(await said(files)).toEqual(['pass']);
	});

	test('Railway shows its volumes in the dashboard alone', async () => {
		const files = {
			'railway.json': '{}',
			'package.json': packageOf({ start: 'node a.js' }),
			'a.js': SERVER,
			'db.js': DB,
		};
		expect(await said(files)).toEqual(['unknown']);
	});
});

test('no value of a variable or URL is in what is said', async () => {
	const root = committed({
		Procfile:
			'web: DATABASE_URL=postgres://me:hunter2@db.test/a npx nodemon server.js --token hunter3\n',
	});
	const text = JSON.stringify(await findingsIn(start, root));
	expect(text).toContain('nodemon');
	expect(text).not.toMatch(/hunter/);
});
