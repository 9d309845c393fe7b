import {
	advice,
	cannotSay,
	defineCheck,
	type Fix,
	minutes,
	perPlatform,
	type SourceMapLook,
	type SourceMapReading,
	type SourceMapSurvey,
	sites,
	sourceMapSurvey,
	z,
} from '../../src/sdk.ts';

interface Told {
	readonly host: string;
	/** The first few. */
	readonly maps: readonly { readonly url: string; readonly way: SourceMapLook['way'] }[];
	readonly total: number;
	/** Own source files in all of them. */
	readonly sources: number;
	readonly names: readonly string[];
	readonly isBehindSignIn: boolean;
}

export default defineCheck({
	id: 'exposure/source-maps',
	title: 'The source of the front end is not published beside it',
	rationale:
		'A source map turns a bundle back into the files that the team wrote, with their comments, names and ' +
		'folders. What is meant for the error tracker is often deployed with the rest.',
	references: ['ECMA-426, Source map format', 'CWE-540'],
	reach: 'upkeep',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: {
		'not-public': {
			outcome: 'pass',
			says: (a: { host: string; assets: number; asked: number; unasked: number }) =>
				a.assets === 0
					? `${a.host} has no script or style sheet of its own that could have a source map.`
					: `${a.host} gives no source away: its ${a.assets} own scripts and style sheets were read, and ` +
						`${a.asked === 1 ? 'one map' : `${a.asked} maps`} beside them asked for${a.unasked > 0 ? ` (${a.unasked} files more were left out)` : ''}.`,
		},
		public: {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later'],
				pick: (a: Told) => (a.isBehindSignIn ? 'high' : 'later'),
			},
			effort: minutes(30),
			says: (a: Told) =>
				`Anybody can read the source of ${a.host}: ${listed(a)} ${a.total === 1 ? 'holds' : 'hold'} ` +
				`${a.sources === 1 ? 'one file' : `${a.sources} files`} as written (${a.names.join(', ')}).`,
			impact: (a: Told) =>
				a.isBehindSignIn
					? 'What only customers were to see, screens, rules and addresses of the API, lies open with its ' +
						'comments before anybody has signed in.'
					: 'Competitors and attackers read your code with its comments, names and folders; weaknesses are ' +
						'found in minutes instead of days.',
			fix: notDeployed,
			control: (a: Told) =>
				`What came is a source map of version 3 with the text of ${a.sources} own files; pages instead of a map, and files of libraries, were left out.`,
			reproduce: (a: Told) => `curl -sS ${a.maps[0]?.url ?? `https://${a.host}/`} | head -c 300`,
		},
		'without-source': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(15),
			says: (a: Told) =>
				`${listed(a)} of ${a.host} can be read; no source stands in ${a.total === 1 ? 'it' : 'them'}, ` +
				`but the names of ${a.sources === 1 ? 'one file' : `${a.sources} files`} (${a.names.join(', ')}).`,
			impact: 'It shows how the project is laid out; nothing more is lost.',
			fix: advice(
				'Nothing needs to be done; leave *.map out of what is deployed if the names say too much',
			),
			reproduce: (a: Told) => `curl -sS ${a.maps[0]?.url ?? `https://${a.host}/`} | head -c 300`,
		},
	},

	appliesTo: ({ context }) =>
		context.kind === 'page' ? true : 'it has no page that could load a script',

	needs: ({ subject: { name, login } }) => ({
		survey: sourceMapSurvey({ host: name, login }),
	}),

	judge({ given, subject, say }) {
		const { looks, assets, unasked, unseen, isBehindSignIn } = given.survey;
		const read = looks.flatMap(({ url, way, reading }) =>
			reading === null || reading.sources === 0 ? [] : [{ url, way, reading }],
		);
		const told = (some: readonly Read[], count: (one: SourceMapReading) => number): Told => ({
			host: subject.name,
			maps: some.slice(0, MOST_SHOWN).map(({ url, way }) => ({ url, way })),
			total: some.length,
			sources: some.reduce((sum, { reading }) => sum + count(reading), 0),
			names: some.flatMap(({ reading }) => reading.names).slice(0, MOST_SHOWN),
			isBehindSignIn,
		});
		const open = read.filter(({ reading }) => reading.withText > 0);
		if (open.length > 0)
			return say(
				'public',
				told(open, ({ withText }) => withText),
			);
		const cut = read.find(({ reading }) => reading.isCut);
		const hidden = looks.find((one) => one.unseen !== null)?.unseen ?? unseen;
		const unsure =
			cut !== undefined
				? cannotSay('budget', `${cut.url} is longer than what is read of it`)
				: hidden !== null
					? cannotSay('inconclusive', hidden)
					: null;
		if (read.length > 0) {
			const bare = say(
				'without-source',
				told(read, ({ sources }) => sources),
			);
			return unsure === null ? bare : [bare, unsure];
		}
		if (unsure !== null) return unsure;
		return say('not-public', { host: subject.name, assets, asked: looks.length, unasked });
	},

	examples: (example) => [
		example('no map anywhere', seeing(null), 'not-public'),
		example(
			'no own script',
			{ survey: { ...seeing(null).survey, looks: [], assets: 0 } },
			'not-public',
		),
		example('a map with the source', seeing({ sources: 4, withText: 4 }), 'public'),
		example('one text among many', seeing({ sources: 4, withText: 1 }), 'public'),
		example(
			'the same inside a bundle',
			seeing({ sources: 1, withText: 1 }, { way: 'inside' }),
			'public',
		),
		example(
			'behind a sign-in',
			{ survey: { ...seeing({ sources: 4, withText: 4 }).survey, isBehindSignIn: true } },
			'public',
		),
		example('names alone', seeing({ sources: 4, withText: 0 }), 'without-source'),
		example('a map of libraries alone', seeing({ sources: 0, withText: 0 }), 'not-public'),
		example(
			'a map that was cut before its texts',
			seeing({ sources: 4, withText: 0, isCut: true }),
			'unknown',
		),
		example(
			'a map that was cut after some',
			seeing({ sources: 4, withText: 2, isCut: true }),
			'public',
		),
		example(
			'no answer for it',
			seeing(null, { unseen: 'https://example.com/app.js.map: no answer' }),
			'unknown',
		),
		example(
			'a script that did not come',
			{ survey: { ...seeing(null).survey, unseen: 'https://example.com/b.js: no answer' } },
			'unknown',
		),
	],
});

type Read = Pick<SourceMapLook, 'url' | 'way'> & { readonly reading: SourceMapReading };

const MOST_SHOWN = 3;

function listed({ maps, total }: Told): string {
	const shown = maps.map(({ url, way }) => (way === 'inside' ? `the map inside ${url}` : url));
	return total > maps.length
		? `${shown.join(', ')} and ${total - maps.length} more`
		: shown.join(', ');
}

function notDeployed(a: Told): Fix {
	return perPlatform(
		'Upload source maps to the error tracker, and leave them out of what is deployed',
		{
			any: [
				'# Vite: build.sourcemap: "hidden"      webpack: devtool: "hidden-source-map"',
				'# Create React App: GENERATE_SOURCEMAP=false      Angular: "sourceMap": false',
				'# After the upload to the error tracker, before the deployment:',
				'find dist build out -name "*.map" -delete',
			].join('\n'),
			nextjs: '// next.config.js\nmodule.exports = { productionBrowserSourceMaps: false };',
			nginx: 'location ~ \\.map$ { return 404; }',
			apache: '<FilesMatch "\\.map$">\n  Require all denied\n</FilesMatch>',
			caddy: '@maps path *.map\nrespond @maps 404',
			cloudflare: 'Security > WAF > Custom rules: if URI Path ends with ".map", then Block',
			express:
				"app.use((req, res, next) => (req.path.endsWith('.map') ? res.sendStatus(404) : next()));",
			vercel:
				'# .vercelignore does not see what the build writes: end the build command with\nfind . -path ./node_modules -prune -o -name "*.map" -exec rm {} +',
			netlify: '[build]\n  command = "npm run build && find dist -name \'*.map\' -delete"',
			firebase: '{ "hosting": { "ignore": ["**/*.map"] } }',
		},
		...(a.maps.some(({ way }) => way === 'inside')
			? ['A map inside a bundle goes with the next production build: turn inline source maps off.']
			: []),
		'Look through the files for what should never have been in them: keys, addresses of inner systems, names in comments.',
		'Purge the CDN afterwards, or it serves the old files on.',
	);
}

function seeing(
	reading: Partial<SourceMapReading> | null,
	look: Partial<SourceMapLook> = {},
): { survey: SourceMapSurvey } {
	const whole = { sources: 0, withText: 0, names: ['src/app.ts'], isCut: false };
	const one: SourceMapLook = {
		asset: 'https://example.com/app.js',
		url: 'https://example.com/app.js.map',
		way: 'comment',
		reading: reading === null ? null : { ...whole, ...reading },
		unseen: null,
		...look,
	};
	return {
		survey: { looks: [one], assets: 1, unasked: 0, unseen: null, isBehindSignIn: false },
	};
}
