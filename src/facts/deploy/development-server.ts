import type { SimpleCommand } from './shell-command.ts';

/** A program that its own documentation keeps out of production. */
export interface DevelopmentServer {
	/** `the Next.js development server`. */
	readonly what: string;
	/** The command that belongs in its place. */
	readonly instead: string;
	/** To be run while the image or slug is built; empty where nothing is. */
	readonly build: string;
}

interface Rule {
	readonly program: RegExp;
	/** Of the arguments, joined by blanks. */
	readonly with: RegExp;
	readonly what: string;
	readonly instead: string;
	readonly build?: string;
}

const STATIC = 'npx serve -s dist -l tcp://0.0.0.0:$PORT';
const ANY = /^/;

/** Sources: the documentation of each tool, which names the command for production beside it. */
const RULES: readonly Rule[] = [
	{
		program: /^next$/,
		with: /^(?:dev\b|-|$)/,
		what: 'the Next.js development server',
		instead: 'next start',
		build: 'next build',
	},
	{
		program: /^(?:nuxt|nuxi)$/,
		with: /^dev\b/,
		what: 'the Nuxt development server',
		instead: 'node .output/server/index.mjs',
		build: 'nuxt build',
	},
	{
		program: /^vite$/,
		with: /^(?:dev\b|serve\b|-|$)/,
		what: 'the Vite development server',
		instead: STATIC,
		build: 'vite build',
	},
	{
		program: /^webpack$/,
		with: /^(?:serve|s)\b|--watch\b/,
		what: 'the webpack development server',
		instead: STATIC,
		build: 'webpack --mode production',
	},
	{
		program: /^webpack-dev-server$/,
		with: ANY,
		what: 'the webpack development server',
		instead: STATIC,
		build: 'webpack --mode production',
	},
	{
		program: /^(?:react-scripts|craco|react-app-rewired)$/,
		with: /^start\b/,
		what: "Create React App's development server",
		instead: 'npx serve -s build -l tcp://0.0.0.0:$PORT',
		build: 'react-scripts build',
	},
	{
		program: /^ng$/,
		with: /^(?:serve|s|dev)\b/,
		what: "Angular's development server",
		instead: STATIC,
		build: 'ng build',
	},
	{
		program: /^vue-cli-service$/,
		with: /^serve\b/,
		what: "Vue CLI's development server",
		instead: STATIC,
		build: 'vue-cli-service build',
	},
	{
		program: /^gatsby$/,
		with: /^(?:develop|dev)\b/,
		what: "Gatsby's development server",
		instead: 'gatsby serve -H 0.0.0.0 -p $PORT',
		build: 'gatsby build',
	},
	{
		program: /^astro$/,
		with: /^(?:dev|$)/,
		what: 'the Astro development server',
		instead: 'node ./dist/server/entry.mjs',
		build: 'astro build',
	},
	{
		program: /^(?:remix|react-router|svelte-kit|vinxi|solid-start|blitz|qwik|waku)$/,
		with: /^dev\b|^vite:dev\b/,
		what: "the framework's development server",
		instead: 'npm start',
		build: 'npm run build',
	},
	{
		program: /^(?:remix-serve|react-router-serve)$/,
		with: /--watch\b/,
		what: 'a server that watches files',
		instead: 'react-router-serve ./build/server/index.js',
		build: 'npm run build',
	},
	{
		program: /^docusaurus$/,
		with: /^start\b/,
		what: "Docusaurus' development server",
		instead: 'docusaurus serve --host 0.0.0.0 --port $PORT',
		build: 'docusaurus build',
	},
	{
		program: /^(?:vitepress|vuepress|storybook|expo|quasar|wrangler|netlify|vercel|eleventy)$/,
		with: /^(?:dev|start)\b|(?:^|\s)--serve\b/,
		what: 'a development server',
		instead: 'npm start',
		build: 'npm run build',
	},
	{
		program: /^(?:tsdx|parcel)$/,
		with: /^(?:watch|serve|start)\b/,
		what: 'a development server',
		instead: 'npm start',
		build: 'npm run build',
	},
	{
		program: /^turbo$/,
		with: /^(?:run )?dev\b/,
		what: 'the development task of every package',
		instead: 'turbo run start',
		build: 'turbo run build',
	},
	{
		program: /^(?:hugo|jekyll|mkdocs)$/,
		with: /^(?:server|serve|s)\b/,
		what: 'the development server of a site generator',
		instead: STATIC,
		build: 'npm run build',
	},
	{
		program: /^(?:strapi|medusa|keystone|redwood|rw)$/,
		with: /^(?:develop|dev)\b/,
		what: 'a development server that restarts on every change',
		instead: 'npm start',
		build: 'npm run build',
	},
	{
		program: /^meteor$/,
		with: /^(?:run\b|-|$)/,
		what: "Meteor's development server",
		instead: 'node main.js',
		build: 'meteor build --directory ../bundle',
	},
	{
		program: /^(?:nodemon|node-dev|ts-node-dev|tsnd|pm2-dev)$/,
		with: ANY,
		what: 'a watcher that restarts the process on every change of a file',
		instead: 'node server.js',
	},
	{
		program: /^tsx$/,
		with: /^(?:watch\b|.*--watch\b)/,
		what: 'a watcher that restarts the process on every change of a file',
		instead: 'node dist/server.js',
		build: 'tsc',
	},
	{
		program: /^(?:node|bun|deno)$/,
		with: /(?:^|\s)--(?:watch|hot)(?:\b|-)/,
		what: 'a watcher that restarts the process on every change of a file',
		instead: 'node server.js',
	},
	{
		program: /^node$/,
		with: /(?:^|\s)--inspect(?:-brk|-wait)?(?:[=\s]|$)/,
		what: 'Node with its debugger open',
		instead: 'node server.js',
	},
	{
		program: /^nest$/,
		with: /^start\b.*(?:--watch|--debug|-w\b|-d\b)/,
		what: 'the Nest watcher',
		instead: 'node dist/main.js',
		build: 'nest build',
	},
	{
		program: /^(?:pm2|pm2-runtime)$/,
		with: /--watch\b/,
		what: 'a watcher that restarts the process on every change of a file',
		instead: 'pm2-runtime start ecosystem.config.js',
	},
	{
		program: /^nx$/,
		with: /^(?:serve|dev|run \S+:(?:serve|dev))\b(?!.*prod)/,
		what: "Nx's development server",
		instead: 'node dist/apps/api/main.js',
		build: 'nx build',
	},
	{
		program: /^flask$/,
		with: /(?:^|\s)run\b/,
		what: "Flask's development server",
		instead: 'gunicorn --bind 0.0.0.0:$PORT app:app',
	},
	{
		program: /^(?:manage\.py|django-admin)$/,
		with: /^runserver(?:_plus)?\b/,
		what: "Django's development server",
		instead: 'gunicorn --bind 0.0.0.0:$PORT PROJECT.wsgi',
	},
	{
		program: /^python[\d.]*$/,
		with: /^(?:-\w\s+)*\S*manage\.py runserver(?:_plus)?\b/,
		what: "Django's development server",
		instead: 'gunicorn --bind 0.0.0.0:$PORT PROJECT.wsgi',
	},
	{
		program: /^fastapi$/,
		with: /^dev\b/,
		what: "FastAPI's development server",
		instead: 'fastapi run --port $PORT',
	},
	{
		program: /^(?:uvicorn|gunicorn|hypercorn|sanic|litestar|granian)$/,
		with: /(?:^|\s)--(?:reload|dev|debug)(?:\s|$)/,
		what: 'a server that reloads on every change of a file',
		instead: 'uvicorn main:app --host 0.0.0.0 --port $PORT',
	},
	{
		program: /^(?:watchmedo|watchfiles|jurigged)$/,
		with: ANY,
		what: 'a watcher that restarts the process on every change of a file',
		instead: 'gunicorn --bind 0.0.0.0:$PORT app:app',
	},
	{
		program: /^streamlit$/,
		with: /--server\.runOnSave[= ]true\b/,
		what: 'a server that reloads on every change of a file',
		instead: 'streamlit run app.py',
	},
	{
		program: /^php$/,
		with: /(?:^|\s)-S\s|^(?:-\S+\s+)*artisan serve\b/,
		what: "PHP's built-in development server",
		instead: 'php-fpm',
	},
	{
		program: /^symfony$/,
		with: /^(?:server:start|serve|local:server:start)\b/,
		what: "Symfony's local server",
		instead: 'php-fpm',
	},
	{
		program: /^(?:rails|bin\/rails)$/,
		with: /^(?:server|s)\b.*(?:-e|--environment)[ =]?dev/,
		what: 'Rails in its development environment',
		instead: 'bundle exec puma -C config/puma.rb',
	},
	{
		program: /^(?:shotgun|rerun)$/,
		with: ANY,
		what: 'a watcher that restarts the process on every change of a file',
		instead: 'bundle exec puma -C config/puma.rb',
	},
	{
		program: /^(?:air|CompileDaemon)$/,
		with: ANY,
		what: 'a watcher that builds again on every change of a file',
		instead: './server',
		build: 'go build -o server .',
	},
	{
		program: /^cargo$/,
		with: /^watch\b/,
		what: 'a watcher that builds again on every change of a file',
		instead: './target/release/server',
		build: 'cargo build --release',
	},
	{
		program: /^dotnet$/,
		with: /^watch\b/,
		what: 'a watcher that builds again on every change of a file',
		instead: 'dotnet App.dll',
		build: 'dotnet publish -c Release',
	},
	{
		program: /^(?:mvn|mvnw|gradle|gradlew|quarkus)$/,
		with: /(?:^|\s):?(?:quarkus:dev|quarkusDev|dev|mn:run)\b/,
		what: 'a development mode',
		instead: 'java -jar app.jar',
		build: 'mvn package',
	},
];

/** `null` for anything that is not known to be one: a program of unknown nature is none. */
export function developmentServer({ words, variables }: SimpleCommand): DevelopmentServer | null {
	const [program = '', ...rest] = words;
	const args = rest.join(' ').slice(0, 1_000);
	if (/^rails$/.test(program) && /^(?:server|s)\b/.test(args)) {
		const environment = variables['RAILS_ENV'] ?? variables['RACK_ENV'] ?? '';
		if (/^dev/.test(environment)) return railsInDevelopment;
	}
	const rule = RULES.find((one) => one.program.test(program) && one.with.test(args));
	if (rule === undefined || /(?:^|\s)(?:--version|--help|-h)(?:\s|$)/.test(args)) return null;
	return { what: rule.what, instead: insteadOf(rule, rest), build: rule.build ?? '' };
}

const railsInDevelopment: DevelopmentServer = {
	what: 'Rails in its development environment',
	instead: 'bundle exec puma -C config/puma.rb',
	build: '',
};

/** With the file that the command itself names, where it is one to run. */
function insteadOf({ instead }: Rule, args: readonly string[]): string {
	const file = args.find((arg) => /^[\w./-]{1,80}\.[cm]?[jt]s$/.test(arg));
	if (file === undefined || !/^node (?:dist\/)?server\.js$/.test(instead)) return instead;
	if (!file.endsWith('ts')) return `node ${file}`;
	return `node ${file.replace(/^(?:\.\/)?(?:src\/)?/, 'dist/').replace(/\.([cm]?)ts$/, '.$1js')}`;
}
