import type { Fix, Snippet, WebFramework } from '../../src/sdk.ts';
import type { Stack } from './_framework-files.ts';

interface Setup {
	readonly install: string;
	readonly language: string;
	readonly text: string;
}

const NODE = (install: string, after: string): Setup => ({
	install: `npm install ${install}`,
	language: 'javascript',
	text: `// instrument.mjs, loaded before everything else: node --import ./instrument.mjs …
import * as Sentry from '${install}';

Sentry.init({
	dsn: process.env.SENTRY_DSN,
	environment: process.env.NODE_ENV,
	release: process.env.GIT_SHA,
});${after === '' ? '' : `\n\n${after}`}`,
});

const PYTHON = (file: string): Setup => ({
	install: 'pip install sentry-sdk',
	language: 'python',
	text: `# ${file}
import os

import sentry_sdk

sentry_sdk.init(
    dsn=os.environ.get('SENTRY_DSN'),
    environment='production',
    release=os.environ.get('GIT_SHA'),
)`,
});

const GO: Setup = {
	install: 'go get github.com/getsentry/sentry-go',
	language: 'go',
	text: `err := sentry.Init(sentry.ClientOptions{
	Dsn:     os.Getenv("SENTRY_DSN"),
	Release: os.Getenv("GIT_SHA"),
})
if err != nil {
	log.Fatalf("sentry: %v", err)
}
defer sentry.Flush(2 * time.Second)`,
};

const RUBY = (install: string, file: string): Setup => ({
	install: `bundle add ${install}`,
	language: 'ruby',
	text: `# ${file}
Sentry.init do |config|
  config.dsn = ENV['SENTRY_DSN']
  config.release = ENV['GIT_SHA']
  config.send_default_pii = false
end`,
});

const BROWSER = (name: string): Setup => ({
	install: `npm install ${name}`,
	language: 'javascript',
	text: `// first in the entry of the application
import * as Sentry from '${name}';

Sentry.init({
	dsn: import.meta.env.VITE_SENTRY_DSN,
	environment: import.meta.env.MODE,
});`,
});

const NEXT: Setup = {
	install: 'npx @sentry/wizard@latest -i nextjs',
	language: 'javascript',
	text: `// instrumentation.ts, beside app or pages
import * as Sentry from '@sentry/nextjs';

export function register() {
	Sentry.init({
		dsn: process.env.SENTRY_DSN,
		environment: process.env.VERCEL_ENV ?? process.env.NODE_ENV,
	});
}

export const onRequestError = Sentry.captureRequestError;`,
};

const BY_FRAMEWORK: Partial<Readonly<Record<WebFramework, Setup>>> = {
	'next-app': NEXT,
	'next-pages': NEXT,
	nuxt: {
		install: 'npx nuxi module add @sentry/nuxt/module',
		language: 'javascript',
		text: "// sentry.server.config.ts\nimport * as Sentry from '@sentry/nuxt';\n\nSentry.init({ dsn: process.env.SENTRY_DSN });",
	},
	sveltekit: {
		install: 'npx @sentry/wizard@latest -i sveltekit',
		language: 'javascript',
		text: "// src/hooks.server.ts\nimport * as Sentry from '@sentry/sveltekit';\n\nSentry.init({ dsn: process.env.SENTRY_DSN });\n\nexport const handleError = Sentry.handleErrorWithSentry();",
	},
	remix: NODE('@sentry/node', ''),
	astro: {
		install: 'npx astro add @sentry/astro',
		language: 'javascript',
		text: "// sentry.server.config.mjs\nimport * as Sentry from '@sentry/astro';\n\nSentry.init({ dsn: process.env.SENTRY_DSN });",
	},
	nest: NODE(
		'@sentry/nestjs',
		"// app.module.ts: SentryModule.forRoot() among the imports, and\n// { provide: APP_FILTER, useClass: SentryGlobalFilter } first among the providers,\n// from '@sentry/nestjs/setup'",
	),
	express: NODE(
		'@sentry/node',
		'// after the routes, before your own error handler:\n// Sentry.setupExpressErrorHandler(app);',
	),
	fastify: NODE('@sentry/node', '// after Fastify is made: Sentry.setupFastifyErrorHandler(app);'),
	koa: NODE('@sentry/node', '// after Koa is made: Sentry.setupKoaErrorHandler(app);'),
	hono: NODE(
		'@sentry/node',
		'// app.onError((error, c) => {\n//   Sentry.captureException(error);\n//   return c.text("Internal Server Error", 500);\n// });',
	),
	node: NODE('@sentry/node', ''),
	django: PYTHON('settings.py'),
	fastapi: PYTHON('main.py, before FastAPI()'),
	flask: PYTHON('app.py, before Flask()'),
	python: PYTHON('the entry module, first'),
	rails: RUBY('sentry-ruby sentry-rails', 'config/initializers/sentry.rb'),
	sinatra: RUBY('sentry-ruby', 'config.ru, with use Sentry::Rack::CaptureExceptions'),
	laravel: {
		install:
			'composer require sentry/sentry-laravel && php artisan sentry:publish --dsn="$SENTRY_DSN"',
		language: 'php',
		text: '// bootstrap/app.php\n->withExceptions(function (Exceptions $exceptions) {\n    Sentry\\Laravel\\Integration::handles($exceptions);\n})',
	},
	symfony: {
		install: 'composer require sentry/sentry-symfony',
		language: 'yaml',
		text: "# config/packages/sentry.yaml\nsentry:\n  dsn: '%env(SENTRY_DSN)%'\n  options:\n    release: '%env(default::GIT_SHA)%'",
	},
	spring: {
		install: 'io.sentry:sentry-spring-boot-starter-jakarta in pom.xml or build.gradle',
		language: 'text',
		text: `# application.properties\nsentry.dsn=\${SENTRY_DSN:}\nsentry.release=\${GIT_SHA:}`,
	},
	gin: GO,
	echo: GO,
	chi: GO,
	go: GO,
	phoenix: {
		install: 'mix igniter.install sentry',
		language: 'elixir',
		text: '# config/runtime.exs\nconfig :sentry,\n  dsn: System.get_env("SENTRY_DSN"),\n  environment_name: config_env(),\n  release: System.get_env("GIT_SHA")',
	},
	aspnet: {
		install: 'dotnet add package Sentry.AspNetCore',
		language: 'csharp',
		text: '// Program.cs\nbuilder.WebHost.UseSentry(options =>\n{\n    options.Dsn = Environment.GetEnvironmentVariable("SENTRY_DSN");\n    options.Release = Environment.GetEnvironmentVariable("GIT_SHA");\n});',
	},
};

const CLIENTS: readonly (readonly [because: RegExp, name: string])[] = [
	[/^react-dom /, '@sentry/react'],
	[/^vue /, '@sentry/vue'],
	[/^svelte /, '@sentry/svelte'],
	[/^@angular\/core /, '@sentry/angular'],
	[/^solid-js /, '@sentry/solid'],
];

/** `because`: what makes it an application, which names a client's framework. */
export function reportErrors(
	{ framework }: Stack,
	{ because, isClient }: { readonly because: string; readonly isClient: boolean },
): Fix {
	const client = CLIENTS.find(([pattern]) => pattern.test(because))?.[1] ?? '@sentry/browser';
	const setup = isClient ? BROWSER(client) : BY_FRAMEWORK[framework];
	const { install, language, text } = setup ?? NODE('@sentry/node', '');
	const snippet: Snippet = { platform: 'any', language, text };
	return {
		summary: 'Send unhandled errors to a tracker that tells you',
		steps: [
			`Any does: Sentry (below; GlitchTip takes the same), Bugsnag, Rollbar, Honeybadger, an OpenTelemetry exporter. Install: ${install}`,
			'Set its key in the environment of production, and leave it empty elsewhere.',
			'Throw one error on purpose after the deploy, and see that it reaches a person.',
			'Do not send request bodies, cookies or Authorization headers.',
		],
		snippets: [snippet],
	};
}

/** A package that is there and that nothing starts. */
export function loadReporter(
	stack: Stack,
	name: string,
	about: { because: string; isClient: boolean },
): Fix {
	const fix = reportErrors(stack, about);
	return {
		...fix,
		summary: `Start ${/^[\w@/.-]{1,80}$/.test(name) ? name : 'the error tracker'} before the rest of the application`,
		steps: fix.steps.slice(1),
		snippets: /sentry/i.test(name) ? fix.snippets : [],
	};
}
