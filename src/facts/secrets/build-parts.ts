/** Goes to browsers, or stays on the server. */
export type BuildPart = 'client' | 'server';

interface ListedFile {
	readonly path: string;
	readonly tracked: boolean;
}

/** Folders that frameworks name for what browsers download. */
const CLIENT =
	/(?:^|\/)(?:\.next\/static|out\/_next|dist\/(?:assets|client|browser|_astro|_expo|[^/]+\/browser)|build\/(?:static|client|_app)|\.output\/public|\.nuxt\/dist\/client|\.svelte-kit\/output\/(?:client|prerendered)|\.vercel\/output\/static|storybook-static|_site|wwwroot|_nuxt)\//;
/** Pages that a build has rendered: they are sent as they are. */
const RENDERED = /(?:^|\/)\.next\/server\/(?:app|pages)\/.+\.(?:html|rsc|body)$/;
const PUBLIC = /(?:^|\/)public\//;
const SERVER =
	/(?:^|\/)(?:\.next\/(?:server|standalone)|\.output\/server|\.nuxt\/dist\/server|\.svelte-kit\/output\/server|\.vercel\/output\/functions|\.netlify\/(?:functions|functions-internal|edge-functions|server)|\.amplify-hosting\/compute|dist\/server|build\/server)\//;
/** What tests and other people's projects have. */
const ASIDE =
	/(?:^|\/)(?:__tests__|__mocks__|__fixtures__|tests?|specs?|e2e|fixtures?|mocks?|testdata|cypress|playwright|examples?|vendor)\//;
/** Of the build itself: caches, and keys that every build makes anew. */
const OF_BUILD =
	/(?:^|\/)\.next\/(?:cache|dev|types|diagnostics)\/|(?:^|\/)(?:prerender-manifest|server-reference-manifest|middleware-manifest)\.js(?:on)?$|\.nft\.json$|\.tsbuildinfo$/;
/** Folders whose name does not say what they are for. */
const OUTPUT = /(?:^|\/)(?:dist|build|out|www)\//;
const CLIENT_TEXT =
	/\.(?:[cm]?js|css|html?|json5?|map|txt|xml|svg|webmanifest|rsc|body|md|ya?ml|env|toml|ini)$|(?:^|\/)\.env[^/]*$/i;
const SERVER_TEXT = /\.(?:[cm]?js|json|env)$|(?:^|\/)\.env[^/]*$/i;

/**
 * What of a repository a build made, and for whom. A folder called `dist`, `build` or `out` goes to
 * browsers where an index.html stands in it, and otherwise to the server, unless git tracks it.
 */
export function buildPartsOf(
	files: readonly ListedFile[],
): readonly { readonly path: string; readonly part: BuildPart }[] {
	const roots = new Set(
		files.flatMap(({ path }) => (path.endsWith('/index.html') ? [path.slice(0, -10)] : [])),
	);
	return files.flatMap((file) => {
		const part = partOf(file, roots);
		if (part === null) return [];
		const isText = part === 'client' ? CLIENT_TEXT : SERVER_TEXT;
		return isText.test(file.path) ? [{ path: file.path, part }] : [];
	});
}

/** `roots` end in a slash. */
function partOf(file: ListedFile, roots: ReadonlySet<string>): BuildPart | null {
	const { path } = file;
	if (OF_BUILD.test(path)) return null;
	if (RENDERED.test(path)) return 'client';
	const server = path.search(SERVER);
	const client = firstOf(path.search(CLIENT), server === -1 ? path.search(PUBLIC) : -1);
	const at = client === -1 ? server : client;
	if (at === -1) return partOfOutput(file, roots);
	if (isAside(path, at)) return null;
	return client === -1 ? 'server' : 'client';
}

function partOfOutput({ path, tracked }: ListedFile, roots: ReadonlySet<string>): BuildPart | null {
	const output = OUTPUT.exec(path);
	if (output === null || isAside(path, output.index)) return null;
	const root = path.slice(0, output.index + output[0].length);
	const inner = /^[^/]+\//.exec(path.slice(root.length))?.[0] ?? '';
	if (roots.has(root) || (inner !== '' && roots.has(root + inner))) return 'client';
	return tracked ? null : 'server';
}

const isAside = (path: string, at: number): boolean => {
	const aside = path.search(ASIDE);
	return aside !== -1 && aside < at;
};

function firstOf(a: number, b: number): number {
	if (a === -1) return b;
	return b === -1 ? a : Math.min(a, b);
}
