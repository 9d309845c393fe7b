import type { Fix, Snippet, WebFramework } from '../../src/sdk.ts';

const any = (language: string, text: string): Snippet => ({ platform: 'any', language, text });

const BROWSER = any(
	'javascript',
	`// npm install @sentry/browser (or @sentry/react, @sentry/vue …); first in the entry
import * as Sentry from '@sentry/browser';

Sentry.init({ dsn: import.meta.env.VITE_SENTRY_DSN, environment: 'production' });`,
);

const NODE = any(
	'javascript',
	`// npm install @sentry/node; instrument.mjs, loaded first: node --import ./instrument.mjs …
import * as Sentry from '@sentry/node';

Sentry.init({ dsn: process.env.SENTRY_DSN, environment: 'production', release: process.env.GIT_SHA });`,
);

const PYTHON = any(
	'python',
	`# pip install sentry-sdk; before the application is made
import os
import sentry_sdk

sentry_sdk.init(dsn=os.environ['SENTRY_DSN'], environment='production')`,
);

const RUBY = any(
	'ruby',
	`# bundle add sentry-ruby sentry-rails; config/initializers/sentry.rb
Sentry.init do |config|
  config.dsn = ENV['SENTRY_DSN']
  config.environment = 'production'
end`,
);

const PHP = any(
	'shell',
	'composer require sentry/sentry-laravel && php artisan sentry:publish --dsn="$SENTRY_DSN"',
);

const GO = any(
	'go',
	`// go get github.com/getsentry/sentry-go
err := sentry.Init(sentry.ClientOptions{Dsn: os.Getenv("SENTRY_DSN"), Environment: "production"})
if err != nil {
	log.Fatalf("sentry: %v", err)
}
defer sentry.Flush(2 * time.Second)`,
);

const BY_FRAMEWORK: Partial<Readonly<Record<WebFramework, Snippet>>> = {
	'next-app': any('shell', 'npx @sentry/wizard@latest -i nextjs'),
	'next-pages': any('shell', 'npx @sentry/wizard@latest -i nextjs'),
	nuxt: any('shell', 'npx nuxi module add @sentry/nuxt/module'),
	sveltekit: any('shell', 'npx @sentry/wizard@latest -i sveltekit'),
	astro: any('shell', 'npx astro add @sentry/astro'),
	django: PYTHON,
	fastapi: PYTHON,
	flask: PYTHON,
	python: PYTHON,
	rails: RUBY,
	sinatra: RUBY,
	laravel: PHP,
	symfony: any('shell', 'composer require sentry/sentry-symfony'),
	gin: GO,
	echo: GO,
	chi: GO,
	go: GO,
	spring: any(
		'properties',
		`# io.sentry:sentry-spring-boot-starter-jakarta among the dependencies
sentry.dsn=\${SENTRY_DSN}
sentry.environment=production`,
	),
	aspnet: any(
		'csharp',
		'// dotnet add package Sentry.AspNetCore\nbuilder.WebHost.UseSentry(options => options.Dsn = Environment.GetEnvironmentVariable("SENTRY_DSN"));',
	),
	phoenix: any('shell', 'mix igniter.install sentry'),
};

export function trackErrors(framework: WebFramework | null, isClient: boolean): Fix {
	const server = framework === null ? NODE : (BY_FRAMEWORK[framework] ?? NODE);
	return {
		summary: 'Send unhandled errors to a tracker that tells you',
		steps: [
			'Any does: Sentry (below; GlitchTip takes the same), Bugsnag, Rollbar, Honeybadger, an OpenTelemetry exporter.',
			'Set its key in the environment of production alone.',
			'Throw one error on purpose after the deploy, and see that it reaches a person.',
			'Do not send request bodies, cookies or Authorization headers.',
		],
		snippets: isClient ? [BROWSER] : [server, BROWSER],
	};
}
