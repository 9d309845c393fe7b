import type { PackageManifest } from './package-scripts.ts';
import { folderOf } from './platform.ts';

/** What a repository is, when it runs. */
export interface ApplicationKind {
	readonly kind: 'server' | 'client' | 'static' | 'none';
	/** `express in package.json`; empty for none. */
	readonly because: string;
	/** Package that says so; empty where code does. */
	readonly by: string;
	/** Of its manifest, relative to the root. */
	readonly folder: string;
}

const SERVER =
	/^(?:express|fastify|koa|@hapi\/hapi|hono|@hono\/node-server|@nestjs\/core|next|nuxt|@remix-run\/(?:node|serve|express)|@react-router\/(?:node|serve|express)|@sveltejs\/adapter-(?:node|auto|vercel|netlify|cloudflare)|@astrojs\/(?:node|vercel|netlify|cloudflare)|@solidjs\/start|@tanstack\/(?:react-|solid-)?start|polka|restify|nitropack|nitro|elysia|@adonisjs\/core|sails|@feathersjs\/(?:feathers|koa|express)|@strapi\/strapi|payload|@apollo\/server|apollo-server|graphql-yoga|@medusajs\/medusa|@keystone-6\/core|blitz|flask|django|fastapi|starlette|sanic|tornado|aiohttp|bottle|pyramid|falcon|litestar|quart|streamlit|rails|sinatra|hanami|roda|grape|laravel\/framework|symfony\/framework-bundle|slim\/slim|github\.com\/(?:gin-gonic\/gin|labstack\/echo|gofiber\/fiber|go-chi\/chi|gorilla\/mux)|axum|actix-web|rocket|warp|phoenix|spring-boot-starter-(?:web|webflux|jersey|webmvc)|quarkus-(?:rest|resteasy)[\w-]*|micronaut-http-server-netty|ktor-server-[\w-]+|Microsoft\.NET\.Sdk\.Web)$/;
/** Of those, the ones that a build tool brings and that stand among the development packages. */
const BUILT =
	/^(?:nuxt|nitropack|@sveltejs\/adapter-(?:node|auto|vercel|netlify|cloudflare)|@astrojs\/(?:node|vercel|netlify|cloudflare)|@solidjs\/start|next)$/;
const STATIC =
	/^(?:@docusaurus\/core|vitepress|gatsby|@11ty\/eleventy|hexo|vuepress|docsify|jekyll|mkdocs|mkdocs-material|sphinx|pelican|@sveltejs\/adapter-static|astro)$/;
const CLIENT = /^(?:react-dom|vue|svelte|@angular\/core|solid-js|preact|@builder\.io\/qwik)$/;
const BUNDLER =
	/^(?:vite|react-scripts|webpack|parcel|@angular\/cli|@angular\/build|@vue\/cli-service|rollup|esbuild|@rsbuild\/core)$/;

/** Packages by the manifest that needs them when it runs. */
export interface NeededBy {
	readonly file: string;
	readonly names: readonly string[];
	/** It is made to be published, so what it needs is needed by others. */
	readonly isLibrary: boolean;
}

const NONE: ApplicationKind = { kind: 'none', because: '', by: '', folder: '' };

/**
 * A package that is made to be published is a library, whatever it needs, unless something here deploys
 * it. `isDeployed`: an image or a manifest with a process of its own. `exported`: folders whose server
 * framework is told to write files alone.
 */
export function applicationKind(
	needed: readonly NeededBy[],
	packages: readonly PackageManifest[],
	{
		isDeployed,
		exported,
	}: { readonly isDeployed: boolean; readonly exported: ReadonlySet<string> },
): ApplicationKind {
	const applications = applicationsOf(needed, packages, isDeployed);
	const found = (kind: ApplicationKind['kind'], pattern: RegExp): ApplicationKind | null => {
		for (const { file, names } of applications) {
			const by = names.find((one) => pattern.test(one));
			const folder = folderOf(file);
			if (by === undefined || (kind === 'server' && exported.has(folder))) continue;
			return { kind, because: `${by} in ${file}`, by, folder };
		}
		return null;
	};
	const server = found('server', SERVER);
	if (server !== null) return server;
	const client = clientIn(applications, packages);
	const pages = found('static', STATIC) ?? exportedOf(applications, exported);
	return pages ?? client ?? NONE;
}

/** With what a build tool brings, and without libraries. */
function applicationsOf(
	needed: readonly NeededBy[],
	packages: readonly PackageManifest[],
	isDeployed: boolean,
): readonly NeededBy[] {
	return needed
		.filter(({ isLibrary }) => !isLibrary || isDeployed)
		.map((one) => {
			const own = packages.find(({ file }) => file === one.file);
			const tools = own?.developmentNeeds ?? [];
			const built = tools.filter((name) => BUILT.test(name) || STATIC.test(name));
			// A library tries itself out in a framework that it only develops with.
			return { ...one, names: [...one.names, ...(own?.isPublished === true ? [] : built)] };
		});
}

function clientIn(
	applications: readonly NeededBy[],
	packages: readonly PackageManifest[],
): ApplicationKind | null {
	for (const { file, folder, needs, developmentNeeds } of packages) {
		if (!applications.some((one) => one.file === file)) continue;
		const all = [...needs, ...developmentNeeds];
		const by = all.find((name) => CLIENT.test(name));
		if (by !== undefined && all.some((name) => BUNDLER.test(name))) {
			return { kind: 'client', because: `${by} in ${file}`, by, folder };
		}
	}
	return null;
}

function exportedOf(
	applications: readonly NeededBy[],
	exported: ReadonlySet<string>,
): ApplicationKind | null {
	const one = applications.find(({ file }) => exported.has(folderOf(file)));
	if (one === undefined) return null;
	const because = `${one.file}, whose framework writes files alone`;
	return { kind: 'static', because, by: '', folder: folderOf(one.file) };
}
