import { describe, expect, test } from 'vitest';
import boot from '../../../checks/env/boot.ts';
import publicPrefix from '../../../checks/env/public-prefix.ts';
import { temporaryFolder, write } from '../../files/repositories.ts';
import { inWords, manifest } from './env-sayings.ts';
import { judgedFolder } from './real-env.ts';

type Files = Readonly<Record<string, string>>;

/** What both checks say of code for browsers. */
async function said(files: Files): Promise<readonly string[]> {
	const root = temporaryFolder();
	write(root, files);
	const all = inWords([
		...(await judgedFolder(publicPrefix, root)),
		...(await judgedFolder(boot, root)),
	]);
	expect(all).not.toContain('unknown');
	return all.filter((one) => !/^(?:pass|not-applicable)$| not-validated /.test(one)).sort();
}

const next = (files: Files): Files => ({ 'package.json': manifest('next', 'react'), ...files });
const TSCONFIG = JSON.stringify({ compilerOptions: { paths: { '@/*': ['./*'] } } });

describe('Next.js, app router', () => {
	test.each<[string, Files, string[]]>([
		[
			'a client component reads a name of the server',
			{
				'app/cart.tsx': `'use client';\nexport function Cart() {\n\treturn <a href={process.env.API_URL}>x</a>;\n}\n`,
			},
			['high needed-but-absent app/cart.tsx:3'],
		],
		[
			'it falls back for everybody',
			{
				'app/cart.tsx': `"use client"\nconst base = process.env.API_URL || 'http://localhost:4000';\nexport const load = () => fetch(base);\n`,
			},
			['high needed-but-absent app/cart.tsx:2'],
		],
		[
			'a function of a shared module that a client component uses',
			{
				'tsconfig.json': TSCONFIG,
				'lib/api.ts': `export const title = 'x';\nexport async function load() {\n\treturn fetch(process.env.API_URL + '/cart');\n}\n`,
				'app/cart.tsx': `'use client';\nimport { load } from '@/lib/api';\nexport function Cart() {\n\tload();\n\treturn null;\n}\n`,
			},
			['high needed-but-absent lib/api.ts:3'],
		],
		[
			'destructuring',
			{
				'app/cart.tsx': `'use client';\nconst { NEXT_PUBLIC_API_URL } = process.env;\nexport const Cart = () => <a href={NEXT_PUBLIC_API_URL}>x</a>;\n`,
			},
			['high dynamic-in-client app/cart.tsx:2'],
		],
		[
			'a name that is worked out',
			{
				'app/cart.tsx': `'use client';\nconst read = (name: string) => process.env[name];\nexport const Cart = () => <a href={read('NEXT_PUBLIC_URL')}>x</a>;\n`,
			},
			['high dynamic-in-client app/cart.tsx:2'],
		],
		[
			"a component imports the server's database",
			{
				'tsconfig.json': TSCONFIG,
				'lib/db.ts': `import pg from 'pg';\nexport const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });\nexport const PAGE_SIZE = 20;\n`,
				'app/cart.tsx': `'use client';\nimport { pool } from '@/lib/db';\nexport const Cart = () => <p>{String(pool)}</p>;\n`,
			},
			['high server-module-in-client app/cart.tsx:2'],
		],
		[
			'the same through a module and a barrel',
			{
				'tsconfig.json': TSCONFIG,
				'lib/env.ts': `export const SECRET = process.env.API_SECRET!;\n`,
				'lib/index.ts': `export * from './env';\nexport * from './text';\n`,
				'lib/text.ts': `export const title = 'x';\n`,
				'app/form.tsx': `'use client';\nimport { sign } from '../lib/sign';\nexport const Form = () => <p>{sign('a')}</p>;\n`,
				'lib/sign.ts': `import { SECRET } from '@/lib';\nexport const sign = (text: string) => text + SECRET;\n`,
			},
			['high server-module-in-client app/form.tsx:2'],
		],
		[
			'a module that is marked for the server',
			{
				'lib/db.ts': `import 'server-only';\nexport const load = () => 1;\n`,
				'app/cart.tsx': `'use client';\nimport { load } from '../lib/db';\nexport const Cart = () => <p>{load()}</p>;\n`,
			},
			['high server-module-in-client app/cart.tsx:2'],
		],
		[
			'a schema that is parsed when a client component loads it',
			{
				'lib/env.ts': `import { z } from 'zod';\nconst schema = z.object({ DATABASE_URL: z.string(), NEXT_PUBLIC_URL: z.string() });\nexport const env = schema.parse(process.env);\n`,
				'app/cart.tsx': `'use client';\nimport { env } from '../lib/env';\nexport const Cart = () => <p>{env.NEXT_PUBLIC_URL}</p>;\n`,
			},
			['high server-module-in-client app/cart.tsx:2'],
		],
	])('%s', async (_, files, expected) => {
		expect(await said(next(files))).toEqual(expected);
	});

	test.each<[string, Files]>([
		[
			'server components, route handlers, actions and layouts read what they like',
			{
				'app/layout.tsx': `export const metadata = { metadataBase: new URL(process.env.SITE_URL!) };\nexport default function Layout({ children }) {\n\treturn <html data-x={process.env.RELEASE}>{children}</html>;\n}\n`,
				'app/page.tsx': `import { Cart } from './cart';\nimport { load } from '../lib/db';\nexport default async function Page() {\n\treturn <Cart items={await load()} key={process.env.API_KEY} />;\n}\n`,
				'app/cart.tsx': `'use client';\nimport { useState } from 'react';\nexport function Cart({ items }) {\n\tuseState(0);\n\treturn <a href={process.env.NEXT_PUBLIC_SHOP_URL}>{items}</a>;\n}\n`,
				'lib/db.ts': `import 'server-only';\nexport const load = () => fetch(process.env.API_URL!);\n`,
				'app/api/pay/route.ts': `export async function POST() {\n\treturn fetch('https://x.test', { headers: { a: process.env.STRIPE_SECRET_KEY! } });\n}\n`,
				'app/actions.ts': `'use server';\nexport async function pay() {\n\treturn process.env.STRIPE_SECRET_KEY;\n}\n`,
				'app/form.tsx': `'use client';\nimport { pay } from './actions';\nexport const Form = () => <form action={pay} />;\n`,
				'middleware.ts': `export const middleware = () => process.env.AUTH_SECRET;\n`,
			},
		],
		[
			'types of a server module, with the word and without',
			{
				'lib/db.ts': `export interface User { id: string }\nexport type Row = { id: string };\nexport const url = process.env.DATABASE_URL!;\n`,
				'app/a.tsx': `'use client';\nimport type { User } from '../lib/db';\nexport const A = ({ user }: { user: User }) => <p>{user.id}</p>;\n`,
				'app/b.tsx': `'use client';\nimport { User, type Row } from '../lib/db';\nexport const B = ({ user, row }: { user: User; row: Row }) => <p>{user.id}{row.id}</p>;\n`,
			},
		],
		[
			'a constant beside a secret that nothing for browsers uses',
			{
				'lib/config.ts': `export const PAGE_SIZE = 20;\nexport const secret = process.env.API_SECRET!;\nexport async function onServer() {\n\treturn process.env.API_URL;\n}\n`,
				'app/a.tsx': `'use client';\nimport { PAGE_SIZE } from '../lib/config';\nexport const A = () => <p>{PAGE_SIZE}</p>;\n`,
			},
		],
		[
			'a barrel of which a component takes the harmless part',
			{
				'lib/index.ts': `export * from './db';\nexport { title } from './text';\n`,
				'lib/db.ts': `export const url = process.env.DATABASE_URL!;\n`,
				'lib/text.ts': `export const title = 'x';\n`,
				'app/a.tsx': `'use client';\nimport { title } from '../lib';\nexport const A = () => <p>{title}</p>;\n`,
			},
		],
		[
			'code that asks where it runs',
			{
				'lib/url.ts': `export function baseUrl() {\n\tif (typeof window !== 'undefined') return '';\n\treturn process.env.INTERNAL_URL ?? \`http://localhost:\${process.env.PORT ?? 3000}\`;\n}\n`,
				'app/a.tsx': `'use client';\nimport { baseUrl } from '../lib/url';\nconst secret = typeof window === 'undefined' ? process.env.API_SECRET : '';\nexport const A = () => <p>{baseUrl()}{secret}</p>;\n`,
			},
		],
		[
			'a schema of t3-env',
			{
				'env.ts': `import { createEnv } from '@t3-oss/env-nextjs';\nimport { z } from 'zod';\nexport const env = createEnv({\n\tserver: { DATABASE_URL: z.string().url() },\n\tclient: { NEXT_PUBLIC_URL: z.string() },\n\truntimeEnv: { DATABASE_URL: process.env.DATABASE_URL, NEXT_PUBLIC_URL: process.env.NEXT_PUBLIC_URL },\n});\n`,
				'app/a.tsx': `'use client';\nimport { env } from '../env';\nexport const A = () => <p>{env.NEXT_PUBLIC_URL}</p>;\n`,
			},
		],
		[
			'names that next.config defines',
			{
				'next.config.js': `module.exports = { env: { API_URL: process.env.API_URL, apiBase: 'https://x.test' } };\n`,
				'app/a.tsx': `'use client';\nexport const A = () => <a href={process.env.API_URL}>{process.env.apiBase}</a>;\n`,
			},
		],
		[
			'the mode, and switches',
			{
				'app/a.tsx': `'use client';\nconst isDev = process.env.NODE_ENV === 'development';\nexport const A = () => (process.env.SHOW_BETA === '1' ? <p /> : isDev ? <i /> : null);\n`,
			},
		],
		[
			'a package whose plugin puts more in',
			{
				'package.json': manifest('next', 'dotenv-webpack'),
				'app/a.tsx': `'use client';\nexport const A = () => <a href={process.env.API_URL}>x</a>;\n`,
			},
		],
		[
			'the routers side by side, tests, stories and scripts',
			{
				'app/a.test.tsx': `'use client';\nexport const A = () => process.env.API_URL!.length;\n`,
				'app/a.stories.tsx': `'use client';\nexport const A = () => process.env.API_URL!.length;\n`,
				'scripts/seed.ts': `const { DATABASE_URL } = process.env;\nconsole.log(DATABASE_URL!.length);\n`,
			},
		],
	])('%s: silent', async (_, files) => {
		expect(await said(next(files))).toEqual([]);
	});
});

describe('Next.js, pages router', () => {
	test('a page and what it draws', async () => {
		const files = next({
			'pages/index.js': `import { Header } from '../components/header';\nexport default function Home() {\n\treturn <Header title={process.env.TITLE} />;\n}\n`,
			'components/header.js': `export function Header({ title }) {\n\treturn <a href={process.env.SITE_URL}>{title}</a>;\n}\n`,
		});
		expect(await said(files)).toEqual([
			'high needed-but-absent components/header.js:2',
			'high needed-but-absent pages/index.js:3',
		]);
	});

	test('getServerSideProps, getStaticProps and what only they use, API routes, _document', async () => {
		const files = next({
			'pages/index.js': `import { load } from '../lib/db';\nimport { Header } from '../components/header';\nconst url = process.env.API_URL;\nexport async function getServerSideProps() {\n\treturn { props: { rows: await load(process.env.DATABASE_URL), all: await fetch(url) } };\n}\nexport default function Home({ rows }) {\n\treturn <Header>{rows}{process.env.NEXT_PUBLIC_TITLE}</Header>;\n}\n`,
			'pages/blog/[slug].tsx': `export const getStaticProps = async () => ({ props: { a: process.env.CMS_TOKEN } });\nexport const getStaticPaths = () => process.env.CMS_URL!.length;\nexport default () => <p />;\n`,
			'lib/db.js': `const secret = process.env.API_SECRET;\nexport const load = async (url) => [url, secret];\n`,
			'components/header.js': `export const Header = ({ children }) => <b>{children}</b>;\n`,
			'pages/api/pay.ts': `export default (req, res) => res.json(process.env.STRIPE_SECRET_KEY!.length);\n`,
			'pages/_document.tsx': `export default function Document() {\n\treturn <html data-a={process.env.RELEASE} />;\n}\n`,
			'emails/welcome.tsx': `export const Welcome = () => <a href={process.env.SITE_URL}>x</a>;\n`,
		});
		expect(await said(files)).toEqual([]);
	});
});

describe('Vite', () => {
	const vite = (files: Files): Files => ({
		'package.json': manifest('vite', 'react'),
		'index.html': '<script type="module" src="/src/main.tsx"></script>',
		'src/main.tsx': `import { App } from './app';\nApp();\n`,
		...files,
	});

	test.each<[string, Files, string[]]>([
		[
			'a name without the prefix',
			{ 'src/app.tsx': 'export const App = () => fetch(import.meta.env.API_URL);\n' },
			['high needed-but-absent src/app.tsx:1'],
		],
		[
			'process.env, which is not there',
			{ 'src/app.tsx': 'export const App = () => fetch(process.env.VITE_LESS_URL);\n' },
			[],
		],
		[
			'process.env with a name of its own',
			{ 'src/app.tsx': 'export const App = () => fetch(process.env.API_URL);\n' },
			['high needed-but-absent src/app.tsx:1'],
		],
		[
			'the whole environment',
			{
				'vite.config.ts': `import { defineConfig } from 'vite';\nexport default defineConfig({\n\tdefine: { 'process.env': process.env },\n});\n`,
				'src/app.tsx': 'export const App = () => fetch(process.env.API_URL);\n',
			},
			['high everything vite.config.ts:3'],
		],
		[
			'all that loadEnv finds',
			{
				'vite.config.ts': `import { defineConfig, loadEnv } from 'vite';\nexport default defineConfig(({ mode }) => {\n\tconst env = loadEnv(mode, process.cwd(), '');\n\treturn { define: { 'process.env': JSON.stringify(env) } };\n});\n`,
				'src/app.tsx': 'export const App = () => 1;\n',
			},
			['high everything vite.config.ts:4'],
		],
		[
			'an empty prefix',
			{
				'vite.config.ts': `export default {\n\tenvPrefix: '',\n};\n`,
				'src/app.tsx': 'export const App = () => 1;\n',
			},
			['high everything vite.config.ts:2'],
		],
		[
			'an empty prefix among others',
			{
				'vite.config.ts': `export default {\n\tenvPrefix: ['VITE_', ''],\n};\n`,
				'src/app.tsx': 'export const App = () => 1;\n',
			},
			['high everything vite.config.ts:2'],
		],
	])('%s', async (_, files, expected) => {
		expect(await said(vite(files))).toEqual(expected);
	});

	test.each<[string, Files]>([
		[
			"Vite's own names, and those with the prefix",
			{
				'src/app.tsx': `export const App = () => [import.meta.env.MODE, import.meta.env.BASE_URL, import.meta.env.DEV, import.meta.env.SSR, import.meta.env.VITE_API_URL];\n`,
				'src/vite-env.d.ts': 'interface ImportMetaEnv { readonly API_URL: string }\n',
			},
		],
		[
			'another prefix',
			{
				'vite.config.ts': `export default { envPrefix: ['APP_', 'VITE_'] };\n`,
				'src/app.tsx': 'export const App = () => fetch(import.meta.env.APP_URL);\n',
			},
		],
		[
			'single names that the build defines',
			{
				'vite.config.ts': `import { defineConfig, loadEnv } from 'vite';\nexport default defineConfig(({ mode }) => {\n\tconst env = loadEnv(mode, process.cwd(), '');\n\treturn { server: { port: Number(env.PORT) }, define: { 'process.env.API_URL': JSON.stringify(env.API_URL), __RELEASE__: JSON.stringify(env.RELEASE), 'process.env.NODE_ENV': '"production"' } };\n});\n`,
				'src/app.tsx': 'export const App = () => fetch(process.env.API_URL);\n',
			},
		],
		[
			'an empty object for old libraries',
			{
				'vite.config.ts': `export default { define: { 'process.env': {}, global: 'window' } };\n`,
				'src/app.tsx': 'export const App = () => 1;\n',
			},
		],
		[
			'names that the configuration works out',
			{
				'vite.config.ts': `const env = {};\nexport default { define: Object.keys(env).reduce((all, key) => ({ ...all, [\`process.env.\${key}\`]: env[key] }), {}) };\n`,
				'src/app.tsx': 'export const App = () => fetch(process.env.API_URL);\n',
			},
		],
		[
			'the configuration and a server beside it',
			{
				'vite.config.ts': `export default { base: process.env.BASE_PATH, server: { proxy: { '/api': process.env.API_URL! } } };\n`,
				'server/index.ts': `import { createServer } from 'node:http';\ncreateServer(() => process.env.STRIPE_SECRET_KEY).listen(process.env.PORT);\n`,
				'server.js': 'console.log(process.env.API_SECRET.length);\n',
				'src/app.tsx': 'export const App = () => 1;\n',
			},
		],
		[
			'a bundle for Node.js',
			{
				'vite.config.ts': 'export default {};\n',
				'webpack.server.js': `module.exports = { target: 'node', plugins: [new webpack.DefinePlugin({ 'process.env': JSON.stringify(process.env) })] };\n`,
				'src/app.tsx': 'export const App = () => 1;\n',
			},
		],
	])('%s: silent', async (_, files) => {
		expect(await said(vite(files))).toEqual([]);
	});
});

describe('SvelteKit', () => {
	const kit = (files: Files): Files => ({
		'package.json': manifest('@sveltejs/kit', 'svelte', 'vite'),
		...files,
	});

	test('private variables in a component, in a universal load, and through a module', async () => {
		const files = kit({
			'src/routes/+page.svelte': `<script>\n\timport { API_SECRET } from '$env/static/private';\n\tconst a = API_SECRET;\n</script>\n<p>{a}</p>\n`,
			'src/routes/a/+page.ts': `import { env } from '$env/dynamic/private';\nexport const load = () => env.API_URL;\n`,
			'src/routes/b/+page.svelte': `<script>\n\timport { load } from '$lib/db';\n\tload();\n</script>\n`,
			'src/lib/db.ts': `import { API_URL } from '$env/static/private';\nexport const load = () => API_URL;\n`,
			'src/routes/c/+page.svelte': `<script>\n\timport { read } from '$lib/server/read';\n\tread();\n</script>\n`,
			'src/lib/server/read.ts': 'export const read = () => 1;\n',
		});
		expect(await said(files)).toEqual([
			'high server-module-in-client src/routes/+page.svelte:2',
			'high server-module-in-client src/routes/a/+page.ts:1',
			'high server-module-in-client src/routes/b/+page.svelte:2',
			'high server-module-in-client src/routes/c/+page.svelte:2',
		]);
	});

	test('an empty public prefix', async () => {
		const files = kit({
			'svelte.config.js': `export default { kit: { env: { publicPrefix: '' } } };\n`,
		});
		expect(await said(files)).toEqual(['high everything svelte.config.js:1']);
	});

	test('server files, public variables, types and remote functions are silent', async () => {
		const files = kit({
			'src/routes/+page.svelte': `<script lang="ts">\n\timport { PUBLIC_API_URL } from '$env/static/public';\n\timport type { Row } from '$lib/server/read';\n\timport { find } from './data.remote';\n\tlet { data }: { data: Row } = $props();\n\tfind(PUBLIC_API_URL);\n</script>\n<p>{data}{import.meta.env.MODE}</p>\n`,
			'src/routes/data.remote.ts': `import { query } from '$app/server';\nimport { API_SECRET } from '$env/static/private';\nexport const find = query(async () => API_SECRET);\n`,
			'src/routes/+page.server.ts': `import { API_SECRET } from '$env/static/private';\nimport { read } from '$lib/server/read';\nexport const load = () => read(API_SECRET);\n`,
			'src/routes/api/+server.ts': `import { env } from '$env/dynamic/private';\nexport const GET = () => new Response(env.API_URL);\n`,
			'src/hooks.server.ts': `import { AUTH_SECRET } from '$env/static/private';\nexport const handle = ({ event, resolve }) => resolve(event, AUTH_SECRET);\n`,
			'src/lib/server/read.ts': `import { env } from '$env/dynamic/private';\nexport interface Row { id: string }\nexport const read = (key: string) => [key, env.DATABASE_URL, process.env.OTHER_URL!.length];\n`,
		});
		expect(await said(files)).toEqual([]);
	});
});

describe('Nuxt', () => {
	const nuxt = (files: Files): Files => ({ 'package.json': manifest('nuxt', 'vue'), ...files });

	test('a component reads the environment, and the public part takes a secret', async () => {
		const files = nuxt({
			'nuxt.config.ts': `export default defineNuxtConfig({\n\truntimeConfig: {\n\t\tpublic: {\n\t\t\tapiSecret: process.env.API_SECRET,\n\t\t},\n\t},\n});\n`,
			'app/pages/index.vue': `<script setup>\nconst url = process.env.API_URL;\n</script>\n<template><a :href="url">x</a></template>\n`,
		});
		expect(await said(files)).toEqual([
			'high everything nuxt.config.ts:4',
			'high needed-but-absent app/pages/index.vue:2',
		]);
	});

	test('runtimeConfig as it is documented, server routes and plugins are silent', async () => {
		const files = nuxt({
			'nuxt.config.ts': `export default defineNuxtConfig({\n\truntimeConfig: {\n\t\tapiSecret: process.env.API_SECRET,\n\t\tstripeKey: '',\n\t\tpublic: { apiBase: process.env.API_BASE || '/api' },\n\t},\n\tdevServer: { port: Number(process.env.PORT) },\n});\n`,
			'server/api/pay.post.ts': `export default defineEventHandler(() => $fetch(process.env.PAY_URL!, { headers: { a: useRuntimeConfig().apiSecret } }));\n`,
			'app/pages/index.vue': `<script setup lang="ts">\nconst { public: settings } = useRuntimeConfig();\nconst url = import.meta.server ? process.env.INTERNAL_URL : settings.apiBase;\nconst mode = import.meta.env.MODE;\n</script>\n<template><a :href="url">{{ mode }}</a></template>\n`,
			'app/plugins/api.server.ts': `export default defineNuxtPlugin(() => process.env.API_SECRET!.length);\n`,
		});
		expect(await said(files)).toEqual([]);
	});
});

describe('Astro', () => {
	const astro = (files: Files): Files => ({
		'package.json': manifest('astro', 'react'),
		'src/pages/index.astro': `---\nimport Cart from '../components/Cart';\nimport Static from '../components/Static';\nconst rows = await fetch(import.meta.env.API_URL, { headers: { a: import.meta.env.API_SECRET } });\n---\n<Cart client:load rows={rows} />\n<Static />\n`,
		'src/components/Static.tsx':
			'export default () => <p>{import.meta.env.RELEASE_NAME.length}</p>;\n',
		...files,
	});

	test('an island reads a name of the server', async () => {
		const files = astro({
			'src/components/Cart.tsx': 'export default () => <a href={import.meta.env.API_URL}>x</a>;\n',
		});
		expect(await said(files)).toEqual(['high needed-but-absent src/components/Cart.tsx:1']);
	});

	test('frontmatter, endpoints, components without a client directive and public names are silent', async () => {
		const files = astro({
			'src/components/Cart.tsx':
				'export default () => <a href={import.meta.env.PUBLIC_API_URL}>{import.meta.env.MODE}</a>;\n',
			'src/pages/api/pay.ts': 'export const POST = () => fetch(import.meta.env.PAY_URL);\n',
			'astro.config.mjs': 'export default { site: process.env.SITE_URL };\n',
		});
		expect(await said(files)).toEqual([]);
	});
});

describe('React Router and Remix', () => {
	const remix = (files: Files): Files => ({
		'package.json': manifest('@react-router/dev', 'react-router', 'vite'),
		...files,
	});

	test('a route draws a variable', async () => {
		const files = remix({
			'app/routes/home.tsx':
				'export default function Home() {\n\treturn <a href={process.env.API_URL}>x</a>;\n}\n',
		});
		expect(await said(files)).toEqual(['high needed-but-absent app/routes/home.tsx:2']);
	});

	test('loaders, actions, modules of the server and the documented window.ENV are silent', async () => {
		const files = remix({
			'app/root.tsx': `export async function loader() {\n\treturn { ENV: { STRIPE_PUBLIC_KEY: process.env.STRIPE_PUBLIC_KEY } };\n}\nexport default function App({ loaderData }) {\n\treturn <script dangerouslySetInnerHTML={{ __html: \`window.ENV = \${JSON.stringify(loaderData.ENV)}\` }} />;\n}\n`,
			'app/routes/home.tsx': `import { load } from '../db.server';\nimport { helper } from '../lib/helper';\nexport const loader = async () => load(helper(process.env.API_URL!));\nexport async function action() {\n\treturn process.env.API_SECRET!.length;\n}\nexport default () => <p />;\n`,
			'app/db.server.ts':
				'export const load = (url: string) => [url, process.env.DATABASE_URL!.length];\n',
			'app/lib/helper.ts':
				'const secret = process.env.API_SECRET!;\nexport const helper = (url: string) => url + secret;\n',
			'app/entry.server.tsx':
				'export default function handle() {\n\treturn process.env.RELEASE!.length;\n}\n',
		});
		expect(await said(files)).toEqual([]);
	});
});

describe('Create React App and Vue CLI', () => {
	test('a name without the prefix', async () => {
		const files = {
			'package.json': manifest('react-scripts', 'react'),
			'public/index.html': '<div id="root"></div>',
			'src/index.js': `import { load } from './api/client';\nload();\n`,
			'src/api/client.js': 'export const load = () => fetch(process.env.API_URL);\n',
		};
		expect(await said(files)).toEqual(['high needed-but-absent src/api/client.js:1']);
	});

	test('prefixed and given names, destructuring, the proxy of development and a server', async () => {
		const files = {
			'package.json': manifest('react-scripts', 'express'),
			'src/index.js': `const { REACT_APP_API_URL } = process.env;\nfetch(REACT_APP_API_URL + process.env.PUBLIC_URL + process.env.NODE_ENV + process.env.REACT_APP_KEY_ID);\n`,
			'src/setupProxy.js': 'module.exports = (app) => app.use(process.env.API_URL.length);\n',
			'server/index.js': 'require("express")().listen(process.env.API_PORT.length);\n',
		};
		expect(await said(files)).toEqual([]);
	});

	test('Vue CLI likewise', async () => {
		const files = {
			'package.json': manifest('@vue/cli-service', 'vue'),
			'src/main.js': `import App from './App.vue';\nApp.run(process.env.VUE_APP_TITLE, process.env.BASE_URL);\n`,
			'src/App.vue': `<script>\nexport default { data: () => ({ url: process.env.API_URL }) };\n</script>\n`,
		};
		expect(await said(files)).toEqual(['high needed-but-absent src/App.vue:2']);
	});
});

describe('Expo', () => {
	const expo = (files: Files): Files => ({
		'package.json': manifest('expo', 'expo-router'),
		...files,
	});

	test('a name without the prefix, and one that is worked out', async () => {
		const files = expo({
			'app/index.tsx': `import { load } from '../lib/api';\nexport default () => load();\n`,
			'lib/api.ts': 'export const load = () => fetch(process.env.API_URL!);\n',
			'app/about.tsx': `const { EXPO_PUBLIC_URL } = process.env;\nexport default () => EXPO_PUBLIC_URL;\n`,
		});
		expect(await said(files)).toEqual([
			'high dynamic-in-client app/about.tsx:1',
			'high needed-but-absent lib/api.ts:1',
		]);
	});

	test('API routes and what only they use, the configuration and public names are silent', async () => {
		const files = expo({
			'app.config.ts': 'export default { extra: { project: process.env.PROJECT_ID } };\n',
			'app/index.tsx':
				'export default () => fetch(process.env.EXPO_PUBLIC_API_URL!, { os: process.env.EXPO_OS });\n',
			'app/pay+api.ts': `import { ask } from '../lib/model';\nexport const POST = () => ask(process.env.API_SECRET!);\n`,
			'lib/model.ts': 'export const ask = (key: string) => [key, process.env.MODEL_KEY!.length];\n',
		});
		expect(await said(files)).toEqual([]);
	});
});

describe('Gatsby', () => {
	const gatsby = (files: Files): Files => ({
		'package.json': manifest('gatsby', 'react'),
		...files,
	});

	test('a name without the prefix', async () => {
		const files = gatsby({
			'src/pages/index.js': 'export default () => <a href={process.env.API_URL}>x</a>;\n',
		});
		expect(await said(files)).toEqual(['high needed-but-absent src/pages/index.js:1']);
	});

	test('gatsby-node, gatsby-config, functions and getServerData are silent', async () => {
		const files = gatsby({
			'gatsby-config.js':
				'module.exports = { plugins: [{ options: { token: process.env.CMS_TOKEN } }] };\n',
			'gatsby-node.js': 'exports.createPages = () => fetch(process.env.CMS_URL);\n',
			'src/api/pay.js': 'export default (req, res) => res.json(process.env.PAY_SECRET.length);\n',
			'src/pages/index.js': `export default () => <a href={process.env.GATSBY_API_URL}>x</a>;\nexport const getServerData = () => fetch(process.env.API_URL);\n`,
		});
		expect(await said(files)).toEqual([]);
	});
});

describe('No framework', () => {
	test.each<[string, Files]>([
		[
			'a server',
			{
				'package.json': manifest('express'),
				'src/index.ts': `const { PORT } = process.env;\nconst read = (name: string) => process.env[name];\nconsole.log(PORT, read('API_URL'));\n`,
			},
		],
		[
			'a server in Python',
			{ 'requirements.txt': 'flask\n', 'app.py': `import os\nurl = os.environ['DATABASE_URL']\n` },
		],
		[
			'a client package beside a server package',
			{
				'package.json': JSON.stringify({ workspaces: ['apps/*', 'packages/*'] }),
				'apps/web/package.json': manifest('vite', '@shop/shared'),
				'apps/web/index.html': '<script type="module" src="/src/main.ts"></script>',
				'apps/web/src/main.ts': `import { title } from '@shop/shared';\ndocument.title = title;\n`,
				'apps/api/package.json': manifest('express', '@shop/shared'),
				'apps/api/src/index.ts': `import { connect } from '@shop/shared';\nconnect(process.env.API_URL!);\n`,
				'packages/shared/package.json': JSON.stringify({ name: '@shop/shared' }),
				'packages/shared/src/index.ts': `export * from './db';\nexport const title = 'Shop';\n`,
				'packages/shared/src/db.ts': `const secret = process.env.API_SECRET!;\nexport const connect = (url: string) => url + secret + process.env.DATABASE_URL!;\n`,
			},
		],
	])('%s: silent', async (_, files) => {
		expect(await said(files)).toEqual([]);
	});
});
