import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	minutes,
	repositories,
	repositoryOperations,
	z,
} from '../../src/sdk.ts';
import { type Stack, stackOf } from './_framework-files.ts';
import { type Asker, addRoute, askerName, askRoute } from './_health-fix.ts';
import { gapIn, noServerIn, operations, placeOf, sign } from './_operations.ts';

interface Missing extends Stack {
	because: string;
	asker: Asker | null;
}

interface Unused extends Stack {
	path: string;
	place: string;
	asker: Asker;
}

export default defineCheck({
	id: 'deploy/health',
	title: 'A service that no longer works is noticed',
	rationale:
		'A process that hangs still runs, and a release that cannot reach its database still starts: only a route that says so tells a platform to hold the deploy back or to restart.',
	references: [
		'https://docs.docker.com/reference/dockerfile/#healthcheck',
		'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		used: {
			outcome: 'pass',
			says: (a: { route: string; by: string }) =>
				a.route === ''
					? `${a.by} asks whether the service lives.`
					: `${a.route} says whether the service lives${a.by === '' ? '' : `, and ${a.by} asks`}.`,
		},
		missing: {
			outcome: 'fail',
			severity: 'later',
			confidence: 'medium',
			effort: minutes(15),
			says: (a: Missing) =>
				`No route says whether the service lives (${a.because}), and nothing asks another one.`,
			impact:
				'A release that starts and cannot work takes the traffic, and an instance that hangs keeps it: customers tell you.',
			control:
				'Routes by name (health, healthz, livez, readyz, up, status, ping) in code and by file, what libraries bring, and probes of images, platforms, infrastructure code and workflows were looked for.',
			fix: (a: Missing) => addRoute(a, a.asker),
			// A host that shows the same is one risk with it.
			cause: 'monitoring/health/missing',
			evidence: (a: Missing) => [{ kind: 'file', summary: a.because, detail: '' }],
		},
		'not-used': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(10),
			says: (a: Unused) =>
				`${a.place} answers ${a.path}, and neither image nor platform asks it: ${askerName(a.asker)} in ${a.asker.file} could.`,
			impact:
				'The route knows that the service no longer works, and nobody restarts it or holds the deploy back.',
			control:
				'HEALTHCHECK of images, probes and checks of platforms, load balancers in infrastructure code, and workflows that fetch the route were looked for.',
			fix: (a: Unused) => askRoute(a.asker, a, a.path),
			evidence: (a: Unused) => [
				{ kind: 'file', summary: a.place, detail: a.path },
				{ kind: 'file', summary: placeOf(a.asker), detail: '' },
			],
		},
	},

	needs: ({ subject: { root } }) => ({ found: repositoryOperations({ root }) }),

	judge({ given: { found }, say }) {
		const none = noServerIn(found);
		if (none !== '') return doesNotApply(none);
		const { healthRoute, healthAsked, managedBy, unasked, because } = found;
		const [asker] = unasked;
		if (healthAsked !== null) {
			const route = healthRoute === null ? '' : pathOf(healthRoute.what);
			return say('used', { route, by: placeOf(healthAsked) });
		}
		if (managedBy !== null) return doesNotApply(managedWords(managedBy.what, placeOf(managedBy)));
		if (healthRoute !== null) {
			const path = pathOf(healthRoute.what);
			const place = placeOf(healthRoute);
			if (asker === undefined) return routeAlone(path, place, found.services.length > 0, say);
			const { file, line } = asker;
			return at(
				{ kind: 'file', name: file, file, line },
				say('not-used', { ...stackOf(found), path, place, asker }),
			);
		}
		const gap = gapIn(found, 'later');
		if (gap.length > 0) return gap;
		return say('missing', { ...stackOf(found), because, asker: asker ?? null });
	},

	examples: (example) => [
		example('nothing', { found: operations() }, 'missing'),
		example('without an image', { found: operations({ images: [], unasked: [] }) }, 'missing'),
		example(
			'a route that the image does not ask',
			{ found: operations({ healthRoute: ROUTE }) },
			'not-used',
		),
		example(
			'a route that fly.toml does not ask',
			{
				found: operations({
					healthRoute: ROUTE,
					unasked: [{ kind: 'fly', name: 'Fly.io', file: 'fly.toml', line: 4, service: '' }],
				}),
			},
			'not-used',
		),
		example(
			'a route that is asked',
			{
				found: operations({
					healthRoute: ROUTE,
					healthAsked: sign('HEALTHCHECK', 'Dockerfile', 9),
				}),
			},
			'used',
		),
		example(
			'another path that the platform asks',
			{ found: operations({ healthAsked: sign('healthCheckPath', 'render.yaml', 6) }) },
			'used',
		),
		example(
			'a platform that asks no route',
			{
				found: operations({
					healthRoute: ROUTE,
					images: [],
					unasked: [],
					services: [{ kind: 'heroku', name: 'Heroku', file: 'Procfile', line: 1, service: 'web' }],
				}),
			},
			'used',
		),
		example(
			'a route, and nothing that says where it is deployed',
			{ found: operations({ healthRoute: ROUTE, images: [], unasked: [] }) },
			'unknown',
		),
		example(
			'a platform that watches',
			{ found: operations({ managedBy: sign('Vercel', 'vercel.json'), images: [], unasked: [] }) },
			'not-applicable',
		),
		example(
			'a site of files',
			{ found: operations({ kind: 'static', because: 'astro in package.json' }) },
			'not-applicable',
		),
		example('in browsers alone', { found: operations({ kind: 'client' }) }, 'not-applicable'),
		example('a library', { found: operations({ kind: 'none', because: '' }) }, 'not-applicable'),
		example(
			'a file that cannot be read',
			{ found: operations({ unread: ['src/routes.ts: permission denied'] }) },
			'unknown',
		),
	],
});

const ROUTE = sign('/healthz', 'src/server.ts', 12);

const pathOf = (written: string): string => (written === '' ? '/health' : written);

/** A platform that asks nothing cannot be told to; without any, nobody is known. */
function routeAlone(
	path: string,
	place: string,
	isDeclared: boolean,
	say: (verdict: 'used', args: { route: string; by: string }) => ReturnType<typeof at<'used'>>,
) {
	return isDeclared
		? say('used', { route: `${path} (${place})`, by: '' })
		: cannotSay(
				'inconclusive',
				`${place} answers ${path}; no image or platform file says where this is deployed, so who asks it cannot be seen.`,
				'later',
			);
}

const managedWords = (name: string, place: string): string =>
	name === ''
		? 'No image and no platform file shows a process of its own; hosts for such a framework start, watch and replace it themselves.'
		: `${name} (${place}) starts, watches and replaces what it serves by itself.`;
