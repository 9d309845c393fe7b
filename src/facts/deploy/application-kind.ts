import type { PackageManifest } from './package-scripts.ts';

/** What a repository is, when it runs. */
export interface ApplicationKind {
	readonly kind: 'server' | 'client' | 'static' | 'none';
	/** `express in package.json`. */
	readonly because: string;
}

const SERVER =
	/^(?:express|fastify|koa|@hapi\/hapi|hono|@hono\/node-server|@nestjs\/core|next|nuxt|@remix-run\/(?:node|serve|express)|@react-router\/(?:node|serve|express)|@sveltejs\/adapter-node|@astrojs\/node|polka|restify|nitropack|nitro|elysia|@adonisjs\/core|sails|@feathersjs\/(?:feathers|koa|express)|@strapi\/strapi|payload|@apollo\/server|apollo-server|graphql-yoga|@medusajs\/medusa|@keystone-6\/core|blitz|meteor-node-stubs|flask|django|fastapi|starlette|sanic|tornado|aiohttp|bottle|pyramid|falcon|litestar|quart|streamlit|gradio|rails|sinatra|hanami|roda|grape|laravel\/framework|symfony\/framework-bundle|slim\/slim|github\.com\/(?:gin-gonic\/gin|labstack\/echo|gofiber\/fiber|go-chi\/chi|gorilla\/mux)|axum|actix-web|rocket|warp|phoenix|spring-boot-starter-web(?:flux)?|quarkus-rest|micronaut-http-server-netty)(?:\[.*)?$/;
const STATIC =
	/^(?:@docusaurus\/core|vitepress|gatsby|@11ty\/eleventy|hexo|nextra|vuepress|docsify|jekyll|mkdocs|mkdocs-material|sphinx|pelican)$/;
const CLIENT = /^(?:react-dom|vue|svelte|@angular\/core|solid-js|preact|@builder\.io\/qwik)$/;
const BUNDLER =
	/^(?:vite|react-scripts|webpack|parcel|@angular\/cli|@angular\/build|@vue\/cli-service|rollup|esbuild|@rsbuild\/core|@sveltejs\/kit|astro)$/;

/** Packages by the manifest that needs them when it runs. */
export interface NeededBy {
	readonly file: string;
	readonly names: readonly string[];
}

/**
 * A package that is made to be published is a library, whatever it needs, unless something here deploys
 * it. `isDeployed`: an image or a manifest with a process of its own.
 */
export function applicationKind(
	needed: readonly NeededBy[],
	packages: readonly PackageManifest[],
	isDeployed: boolean,
): ApplicationKind {
	const isLibrary = (file: string): boolean => {
		const own = packages.find((one) => one.file === file);
		return own?.isPublished === true && !own.isPrivate && !isDeployed;
	};
	const applications = needed.filter(({ file }) => !isLibrary(file));
	const firstOf = (pattern: RegExp): string | null => {
		for (const { file, names } of applications) {
			const name = names.find((one) => pattern.test(one));
			if (name !== undefined) return `${name} in ${file}`;
		}
		return null;
	};
	const pages = firstOf(STATIC);
	const server = firstOf(SERVER);
	if (server !== null) return { kind: 'server', because: server };
	if (pages !== null) return { kind: 'static', because: pages };
	for (const one of packages) {
		if (isLibrary(one.file)) continue;
		const client = one.needs.find((name) => CLIENT.test(name));
		const all = [...one.needs, ...one.developmentNeeds];
		if (client !== undefined && all.some((name) => BUNDLER.test(name))) {
			return { kind: 'client', because: `${client} in ${one.file}` };
		}
	}
	return { kind: 'none', because: '' };
}
