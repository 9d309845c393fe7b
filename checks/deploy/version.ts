import {
	defineCheck,
	deployedRepositories,
	deployedVersion,
	doesNotApply,
	type Fix,
	minutes,
	type Operations,
	optional,
	type PlatformKind,
	repositoryOperations,
	z,
} from '../../src/sdk.ts';
import { type Stack, stackOf, versionText } from './_framework-files.ts';
import { gapIn, noServerIn, operations, placeOf, sign } from './_operations.ts';

interface Hidden extends Stack {
	because: string;
	/** Of the site that was looked at too; empty for none. */
	host: string;
	/** Of the variable that holds the commit where this is deployed. */
	variable: string;
	image: string;
}

export default defineCheck({
	id: 'deploy/version',
	title: 'A running deployment tells which commit it is',
	rationale:
		'Whether a repair is live, and which release brought an error, is the first question of every incident.',
	references: [
		'https://docs.sentry.io/product/releases/',
		'https://12factor.net/build-release-run',
	],
	reach: 'upkeep',
	layer: 'content',
	over: deployedRepositories,
	options: z.object({}),

	verdicts: {
		visible: {
			outcome: 'pass',
			says: (a: { what: string; place: string }) =>
				`The version of a deployment can be seen: ${a.what} (${a.place}).`,
		},
		'not-visible': {
			outcome: 'fail',
			severity: 'later',
			confidence: 'medium',
			effort: minutes(15),
			says: (a: Hidden) =>
				`Nothing tells which commit is running: no header, route or meta element, and no release of an error tracker (${a.because}${a.host === '' ? '' : `; ${a.host} shows none either`}).`,
			impact:
				'In an incident nobody can say whether the repair is live, or which release brought the error.',
			control:
				'Headers, routes, templates, bundles, package versions in answers and releases of trackers were looked for in the repository.',
			reproduce: (a: Hidden) =>
				a.host === ''
					? 'grep -rniE "x-app-version|GIT_SHA|SENTRY_RELEASE|/version" --include="*.*" . | grep -v node_modules'
					: `curl -sI https://${a.host}/ | grep -iE 'version|release|commit'`,
			fix: tellVersion,
			evidence: (a: Hidden) => [{ kind: 'file', summary: a.because, detail: '' }],
		},
	},

	needs: ({ subject: { root, host, login } }) => ({
		found: repositoryOperations({ root }),
		live: optional(deployedVersion({ host, login })),
	}),

	judge({ given: { found, live }, subject: { host }, say }) {
		const none = noServerIn(found);
		if (none !== '') return doesNotApply(none);
		const { version, managedBy, because } = found;
		if (version !== null) return say('visible', { what: version.what, place: placeOf(version) });
		if (live.status === 'known' && live.value !== null) {
			return say('visible', { what: live.value.what, place: live.value.url });
		}
		if (managedBy !== null) {
			return doesNotApply(
				`${managedBy.what === '' ? 'Hosts for such a framework show' : `${managedBy.what} (${placeOf(managedBy)}) shows`} the commit of every deployment by themselves.`,
			);
		}
		const gap = gapIn(found, 'later');
		if (gap.length > 0) return gap;
		return say('not-visible', {
			...stackOf(found),
			because,
			host: live.status === 'known' ? (host ?? '') : '',
			variable: variableOf(found.services[0]?.kind),
			image: found.images[0]?.file ?? '',
		});
	},

	examples: (example) => [
		example('nothing', { found: operations(), live: NOTHING }, 'not-visible'),
		example('nothing, and no site', { found: operations(), live: UNSEEN }, 'not-visible'),
		example(
			'a header in code',
			{ found: operations({ version: sign('x-app-version', 'src/server.ts', 8) }), live: NOTHING },
			'visible',
		),
		example(
			'a header that the site sends',
			{
				found: operations(),
				live: {
					status: 'known',
					value: { url: 'https://example.com/', what: 'the header x-release' },
				},
			},
			'visible',
		),
		example(
			'a platform that shows it',
			{ found: operations({ managedBy: sign('Netlify', 'netlify.toml') }), live: NOTHING },
			'not-applicable',
		),
		example(
			'a site of files',
			{ found: operations({ kind: 'static' }), live: NOTHING },
			'not-applicable',
		),
		example(
			'in browsers alone',
			{ found: operations({ kind: 'client' }), live: NOTHING },
			'not-applicable',
		),
		example(
			'a library',
			{ found: operations({ kind: 'none', because: '' }), live: NOTHING },
			'not-applicable',
		),
		example(
			'more files than were read',
			{ found: operations({ cut: true }), live: NOTHING },
			'unknown',
		),
	],
});

const NOTHING = { status: 'known', value: null } as const;
const UNSEEN = { status: 'unknown', because: 'offline', detail: 'no network' } as const;

/** What platforms set by themselves; an image is told when it is built. */
const VARIABLES: Partial<Readonly<Record<PlatformKind, string>>> = {
	render: 'RENDER_GIT_COMMIT',
	railway: 'RAILWAY_GIT_COMMIT_SHA',
	heroku: 'HEROKU_BUILD_COMMIT',
	'cloud-run': 'K_REVISION',
	'app-engine': 'GAE_VERSION',
};

const variableOf = (kind: Operations['services'][number]['kind'] | undefined): string =>
	(kind === undefined ? undefined : VARIABLES[kind]) ?? 'GIT_SHA';

function tellVersion(a: Hidden): Fix {
	const isGiven = a.variable !== 'GIT_SHA';
	return {
		summary: 'Send the commit with every answer, or answer it on a route of its own',
		steps: [
			isGiven
				? `The platform sets ${a.variable}${a.variable === 'HEROKU_BUILD_COMMIT' ? ' once dyno metadata is on: heroku labs:enable runtime-dyno-build-metadata' : ''}; the code hands it on.`
				: 'Give the commit to the build, and let the code hand it on.',
			'Set the same value as release of the error tracker.',
		],
		snippets: [
			versionText(a, a.variable),
			...(isGiven || a.image === ''
				? []
				: [
						{
							platform: 'any' as const,
							language: 'dockerfile',
							text: `# ${a.image}, last stage; built with: docker build --build-arg GIT_SHA="$(git rev-parse HEAD)" .\nARG GIT_SHA=unknown\nENV GIT_SHA=$GIT_SHA`,
						},
					]),
		],
	};
}
