import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type HealthEndpoint,
	healthEndpoints,
	type Judgement,
	type Monitor,
	type MonitorsOf,
	monitoredTargets,
	monitorsOf,
	optional,
	type Say,
	watchedHost,
	z,
} from '../../src/sdk.ts';
import type { ToWatch } from './_monitor-fix.ts';
import { found, monitor } from './_monitor-samples.ts';
import { UPTIME_VERDICTS, type Watched } from './_uptime-verdicts.ts';

type Verdict = keyof typeof UPTIME_VERDICTS & string;
type Words = Say<typeof UPTIME_VERDICTS>;

/** Five minutes: an outage of a lunch break is otherwise two looks. */
const RAREST_SECONDS = 300;

export default defineCheck({
	id: 'monitoring/uptime',
	title: 'Something outside asks the product, often enough, whether it is up',
	rationale:
		'Nobody looks at a site all day. Without a monitor outside, the first report of an outage is a customer’s.',
	references: [
		'https://github.com/TwiN/gatus',
		'https://upptime.js.org/docs/configuration',
		'https://github.com/prometheus/blackbox_exporter',
	],
	reach: 'upkeep',
	layer: 'content',
	over: monitoredTargets,
	options: z.object({}),

	verdicts: UPTIME_VERDICTS,

	needs: ({ subject: { repo, asked } }) => ({
		view: monitorsOf({ repo }),
		health: optional(healthEndpoints(asked)),
	}),

	judge({ given: { view, health }, subject, say }) {
		if (view === null) {
			return cannotSay(
				'unsupported',
				'Outside monitors leave no trace on a site, and no repository was given (--repo).',
				'later',
			);
		}
		const about = toWatch(subject.domain, health.status === 'known' ? health.value : []);
		if (view.monitors.length === 0) return unwatched(view, { about, domain: subject.domain, say });
		const all = view.monitors.flatMap((one) => placed(one, subject.registrable));
		const said = [
			...elsewhere(all, { about, say }),
			...byHost(all.filter(mayBeProduction)).flatMap((one) => faultsAt(one, { about, say })),
		];
		if (said.length > 0) return said;
		const one = all.find(({ by, kind }) => by.isEnabled && kind === 'production') ?? all[0];
		return one === undefined
			? cannotSay('inconclusive', 'No monitor says what it asks.', 'high')
			: say('watched', told(one, about));
	},

	examples: (example) => {
		const of = (...monitors: readonly Monitor[]) => ({
			view: { ...found({ monitors: [...monitors] }), isProduct: true },
			health: NO_HEALTH,
		});
		return [
			example('once a minute', of(monitor()), 'watched'),
			example('an address that a variable sets', of(monitor({ urls: [`$\{SITE}`] })), 'watched'),
			example('nothing', of(), 'no-evidence'),
			example('no repository', { view: null, health: NO_HEALTH }, 'unknown'),
			example(
				'a badge of UptimeRobot',
				{
					view: {
						...found({
							monitors: [],
							mention: { what: 'UptimeRobot', file: 'README.md', line: 3 },
						}),
						isProduct: true,
					},
					health: NO_HEALTH,
				},
				'unknown',
			),
			example(
				'staging alone',
				of(monitor({ urls: ['https://staging.example.com/'] })),
				'wrong-target',
			),
			example(
				'this machine',
				of(monitor({ urls: ['http://localhost:3000/health'] })),
				'wrong-target',
			),
			example('an old domain', of(monitor({ urls: ['https://old.example.net/'] })), 'wrong-target'),
			example(
				'staging beside production',
				of(monitor({ urls: ['https://staging.example.com/'] }), monitor()),
				'watched',
			),
			example('any answer', of(monitor({ asserts: false })), 'accepts-anything'),
			example(
				'any answer, beside one that looks',
				of(monitor({ asserts: false }), monitor()),
				'watched',
			),
			example('every five minutes', of(monitor({ intervalSeconds: 300 })), 'watched'),
			example('every five minutes and a second', of(monitor({ intervalSeconds: 301 })), 'too-rare'),
			example('switched off', of(monitor({ isEnabled: false })), 'disabled'),
			example('one of two switched off', of(monitor({ isEnabled: false }), monitor()), 'watched'),
		];
	},
});

const NO_HEALTH = { status: 'known' as const, value: [] };

interface Placed {
	readonly by: Monitor;
	readonly kind: ReturnType<typeof watchedHost>['kind'];
	readonly host: string;
}

/** One for each address of a monitor; one whose addresses are elsewhere is unseen. */
function placed(by: Monitor, registrable: string | null): readonly Placed[] {
	if (by.urls.length === 0) return [{ by, kind: 'unseen', host: '' }];
	return by.urls.map((url) => ({ by, ...watchedHost(url, registrable) }));
}

function byHost(all: readonly Placed[]): readonly (readonly Placed[])[] {
	const hosts = new Map<string, Placed[]>();
	for (const one of all) hosts.set(one.host, [...(hosts.get(one.host) ?? []), one]);
	return [...hosts.values()];
}

function unwatched(
	{ mention, unread, cut, isProduct }: MonitorsOf,
	{ about, domain, say }: { about: ToWatch; domain: string | null; say: Words },
): Judgement<Verdict> {
	if (mention !== null) {
		const words = `${mention.file}:${mention.line} speaks of ${mention.what}; how it is set up is not in the repository.`;
		return cannotSay('inconclusive', words, 'later');
	}
	if (unread.length > 0) {
		return cannotSay('unreadable', `Not read: ${unread.slice(0, 5).join('; ')}`, 'later');
	}
	if (cut)
		return cannotSay('budget', 'The repository has more files than were looked into.', 'later');
	return isProduct || domain !== null
		? say('no-evidence', about)
		: doesNotApply('The repository holds no web application that could be recognised.');
}

interface Telling {
	readonly about: ToWatch;
	readonly say: Words;
}

const told = ({ by, host }: Placed, about: ToWatch): Watched => ({
	...about,
	tool: by.tool,
	place: `${by.file}:${by.line}`,
	what: host || by.name || 'the site',
});

const mayBeProduction = ({ kind }: Placed): boolean => kind === 'production' || kind === 'unseen';

/** Said once, and only where no monitor at all could mean production. */
function elsewhere(all: readonly Placed[], { about, say }: Telling): readonly Judgement<Verdict>[] {
	const first = all.find(({ by }) => by.isEnabled) ?? all[0];
	if (first === undefined || all.some(mayBeProduction)) return [];
	const what = [...new Set(all.map(({ host }) => host))].slice(0, 5).join(', ');
	return [at(placeOf(first), say('wrong-target', { ...told(first, about), what }))];
}

/** Of all monitors of one host together: what one lacks another may have. */
function faultsAt(
	monitors: readonly Placed[],
	{ about, say }: Telling,
): readonly Judgement<Verdict>[] {
	const [first] = monitors;
	const active = monitors.filter(({ by }) => by.isEnabled);
	const [one] = active;
	if (one === undefined) {
		return first === undefined ? [] : [at(placeOf(first), say('disabled', told(first, about)))];
	}
	const said: Judgement<Verdict>[] = [];
	if (active.every(({ by }) => by.asserts === false)) {
		said.push(at(placeOf(one), say('accepts-anything', told(one, about))));
	}
	if (active.every(({ by }) => isRare(by))) {
		const seconds = Math.min(...active.map(({ by }) => by.intervalSeconds ?? 0));
		said.push(at(placeOf(one), say('too-rare', { ...told(one, about), seconds })));
	}
	return said;
}

const isRare = ({ intervalSeconds }: Monitor): boolean =>
	intervalSeconds !== null && intervalSeconds > RAREST_SECONDS;

function placeOf({ by: { file, line, name }, host }: Placed) {
	return { kind: 'file' as const, name: `${file} ${host || name}`, file, line };
}

function toWatch(domain: string | null, endpoints: readonly HealthEndpoint[]): ToWatch {
	const up = endpoints.find(({ state }) => state === 'up');
	return { host: domain ?? 'your-domain.example', health: up?.url ?? '' };
}
