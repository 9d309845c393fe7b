import type { ApplicationKind } from './application-kind.ts';

/** The frameworks that routes and settings are written out for. */
export const WEB_FRAMEWORKS = [
	'next-app',
	'next-pages',
	'nuxt',
	'sveltekit',
	'remix',
	'astro',
	'nest',
	'express',
	'fastify',
	'koa',
	'hono',
	'node',
	'django',
	'fastapi',
	'flask',
	'python',
	'rails',
	'sinatra',
	'laravel',
	'symfony',
	'spring',
	'gin',
	'echo',
	'chi',
	'go',
	'phoenix',
	'aspnet',
	'other',
] as const;
export type WebFramework = (typeof WEB_FRAMEWORKS)[number];

const BY_PACKAGE: readonly (readonly [pattern: RegExp, framework: WebFramework])[] = [
	[/^@nestjs\/core$/, 'nest'],
	[/^(?:nuxt|nitro|nitropack)$/, 'nuxt'],
	[/^@sveltejs\//, 'sveltekit'],
	[/^@(?:remix-run|react-router)\//, 'remix'],
	[/^@astrojs\//, 'astro'],
	[/^fastify$/, 'fastify'],
	[/^koa$/, 'koa'],
	[/^(?:hono|@hono\/node-server)$/, 'hono'],
	[/^(?:express|polka|restify)$/, 'express'],
	[/^django$/, 'django'],
	[/^(?:fastapi|starlette|litestar)$/, 'fastapi'],
	[/^(?:flask|quart)$/, 'flask'],
	[/^(?:rails|hanami)$/, 'rails'],
	[/^(?:sinatra|roda|grape)$/, 'sinatra'],
	[/^laravel\//, 'laravel'],
	[/^symfony\//, 'symfony'],
	[/^spring-boot/, 'spring'],
	[/gin-gonic\/gin$/, 'gin'],
	[/labstack\/echo$/, 'echo'],
	[/go-chi\/chi$/, 'chi'],
	[/^github\.com\//, 'go'],
	[/^phoenix$/, 'phoenix'],
	[/^Microsoft\.NET\.Sdk\.Web$/, 'aspnet'],
	[/^(?:sanic|tornado|aiohttp|bottle|pyramid|falcon|streamlit)$/, 'python'],
];

/** Where a framework's own files go. */
export interface FrameworkPlace {
	readonly framework: WebFramework;
	/** Of its code, relative to the root: `apps/web/src/app`; empty for the root. */
	readonly folder: string;
	readonly isTyped: boolean;
}

/** `names`: everything that the application needs: Nest needs Express as well, Next.js stands alone. */
export function frameworkPlace(
	{ by, folder }: Pick<ApplicationKind, 'by' | 'folder'>,
	names: readonly string[],
	paths: ReadonlySet<string>,
): FrameworkPlace {
	const inside = (path: string): string => (folder === '' ? path : `${folder}/${path}`);
	const isTyped = paths.has(inside('tsconfig.json')) || paths.has('tsconfig.json');
	const isThere = (path: string) => [...paths].some((one) => one.startsWith(`${inside(path)}/`));
	if (by === 'next' || names.includes('next')) {
		const apps = ['src/app', 'app'].find(isThere);
		if (apps !== undefined) return { framework: 'next-app', folder: inside(apps), isTyped };
		const pages = ['src/pages', 'pages'].find(isThere);
		return pages === undefined
			? { framework: 'next-app', folder: inside('app'), isTyped }
			: { framework: 'next-pages', folder: inside(pages), isTyped };
	}
	const first = BY_PACKAGE.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
	return { framework: first ?? byCode(by), folder, isTyped };
}

/** Without a framework the code itself listens, in the language of the file that does. */
function byCode(by: string): WebFramework {
	if (/\.[cm]?[jt]s$/.test(by)) return 'node';
	if (by.endsWith('.go')) return 'go';
	return by.endsWith('.py') ? 'python' : 'other';
}
