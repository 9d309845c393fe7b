import { type Fix, perPlatform, type Snippet } from '../../src/sdk.ts';

/** What has to go, and what to do besides. */
interface Going {
	readonly summary: string;
	/** As a host was asked for it. */
	readonly path: string;
	/** How it is taken off, where that is not a matter of deleting a file. */
	readonly first?: string;
	readonly steps: readonly string[];
}

const DELETE =
	'Take it out of the folder that the web server publishes, and out of what the build copies there: delete it there, or move what the product needs to a folder that is not published; then deploy.';

/** Takes a file off the web and refuses its name: by a rule for every dot name where it has a dot. */
export function offTheWeb({ summary, path, first = DELETE, steps }: Going): Fix {
	const rules = /\/\./.test(path) ? dotRules(path) : pathRules(path);
	const fix = perPlatform(summary, rules, first, ...steps);
	return { ...fix, snippets: [...fix.snippets, ...keptBack(path)] };
}

/** Every name that begins with a dot, but for RFC 8615's folder. */
function dotRules(path: string): Parameters<typeof perPlatform>[1] {
	const first = /\/(\.[^/]*)/.exec(path)?.[1] ?? '.';
	return {
		nginx: 'location ~ /\\.(?!well-known/) { return 404; }',
		apache: 'RedirectMatch 404 "/\\.(?!well-known/)"',
		caddy: '@dotfiles {\n  path */.*\n  not path /.well-known/*\n}\nrespond @dotfiles 404',
		cloudflare: `Security > WAF > Custom rules > Block:\n(http.request.uri.path contains "/${first}")`,
		netlify: netlify(dotFolder(path) ?? path),
		nextjs: nextjs(dotFolder(path)?.replace('*', ':path*') ?? path),
		express: "app.use(express.static('public', { dotfiles: 'ignore' }));",
		firebase: '{ "hosting": { "ignore": ["firebase.json", "**/.*", "**/node_modules/**"] } }',
	};
}

function pathRules(path: string): Parameters<typeof perPlatform>[1] {
	return {
		nginx: `location = ${path} { return 404; }`,
		apache: `RedirectMatch 404 "^${path.replaceAll('.', '\\.')}$"`,
		caddy: `@hidden path ${path}\nrespond @hidden 404`,
		cloudflare: `Security > WAF > Custom rules > Block:\n(http.request.uri.path eq "${path}")`,
		netlify: netlify(path),
		nextjs: nextjs(path),
		express: `app.all('${path}', (req, res) => res.sendStatus(404)); // before express.static`,
		firebase: `{ "hosting": { "ignore": ["firebase.json", "**/.*", "${path.slice(1)}"] } }`,
	};
}

/** `/.git/config` → `/.git/*`; `null` for a file that lies in no such folder. */
function dotFolder(path: string): string | null {
	const folder = /^(.*\/\.[^/]+\/)/.exec(path)?.[1];
	return folder === undefined ? null : `${folder}*`;
}

function netlify(path: string): string {
	return `[[redirects]]\n  from = "${path}"\n  to = "/404.html"\n  status = 404\n  force = true`;
}

function nextjs(path: string): string {
	return [
		'// middleware.ts; everything in public/ is served',
		"import { NextResponse } from 'next/server';",
		`export const config = { matcher: '${path}' };`,
		'export const middleware = () => new NextResponse(null, { status: 404 });',
	].join('\n');
}

/** Vercel serves what was uploaded: what is listed in this file is not. */
function keptBack(path: string): readonly Snippet[] {
	const text = `# .vercelignore\n${(dotFolder(path) ?? path).slice(1).replace('/*', '')}`;
	return [{ platform: 'vercel', language: 'text', text }];
}
