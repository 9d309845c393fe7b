import {
	auditedZones,
	defineCheck,
	LEADING_TYPES,
	type PlannedMove,
	type TtlSet,
	type TtlSurvey,
	ttlSurveyOf,
	z,
} from '../../src/sdk.ts';
import { durationText, listed } from './_in-words.ts';
import { TTL_VERDICTS } from './_ttl-verdicts.ts';

/** Seconds. */
const LIMIT = { cutOver: 3_600, short: 60, negative: 10_800, parent: 172_800 } as const;

export default defineCheck({
	id: 'dns/ttl',
	title: 'What is published today can be changed in time',
	rationale:
		'A TTL is how long a mistake lasts after it is put right. On launch day it decides whether a wrong ' +
		'address hurts for five minutes or for a day.',
	references: [
		'RFC 1912 §2.2 (TTLs)',
		'RFC 2181 §5.2 (one TTL a set), §8 (range)',
		'RFC 2308 §5 (caching of absences)',
	],
	reach: 'upkeep',
	layer: 'records',
	over: auditedZones,
	options: z.object({}),
	verdicts: TTL_VERDICTS,
	needs: ({ subject }) => ({
		seen: ttlSurveyOf(subject),
	}),
	judge({ given: { seen }, now, say }) {
		const { zone, panel, negative } = seen;
		const about = { zone, panel };
		const long = seen.moves.map((move) => movingIn(seen, move));
		const late = unique(long.flat());
		const why = unique(
			seen.moves.filter((_, i) => (long[i] ?? []).length > 0).map((one) => one.why),
		);
		const short = seen.sets.filter((set) => isTooShort(set, seen));
		const mixed = seen.sets.filter(({ within }) => within.length > 1);
		const found = [
			...(late.length > 0
				? [say('too-long-for-cut-over', { ...about, why, sets: late.map(setArgs) })]
				: []),
			...(short.length > 0 ? [say('too-short', { ...about, sets: short.map(setArgs) })] : []),
			...(negative !== null && negative > LIMIT.negative
				? [say('negative-too-long', { ...about, ttl: negative })]
				: []),
			...(mixed.length > 0
				? [
						say('differ-in-set', {
							...about,
							sets: mixed.map(setArgs),
							within: mixed.map(
								({ name, type, within }) => `${name} ${type} ${listed(within.map(String))}`,
							),
						}),
					]
				: []),
		];
		const notes = parentNote(seen, now).map((args) => say('parent-slow', { ...about, ...args }));
		if (found.length > 0) return [...found, ...notes];
		return [...notes, say('sound', { zone, reach: reachOf(seen) })];
	},
	examples: (example) => {
		const set = (ttl: number, more: Partial<TtlSet> = {}): TtlSet => ({
			name: 'example.com',
			type: 'A',
			ttl,
			within: [ttl],
			hosts: ['example.com'],
			isPlanned: false,
			...more,
		});
		const given = (sets: readonly TtlSet[], more: Partial<TtlSurvey> = {}) => ({
			seen: {
				zone: 'example.com',
				panel: null,
				sets,
				negative: 300,
				parent: { ns: 86_400, ds: null },
				moves: [],
				edge: null,
				...more,
			},
		});
		const move = (why: PlannedMove['why'], name = 'example.com') => {
			const isAll = why === 'zone-file';
			const types = isAll ? [...LEADING_TYPES, 'MX'] : LEADING_TYPES;
			return { moves: [{ why, names: isAll ? null : [name], types }] };
		};
		return [
			example('an hour', given([set(3_600)]), 'sound'),
			example('a day, and nothing moves', given([set(86_400)]), 'sound'),
			example('nothing there', given([]), 'sound'),
			example('an hour, before a new zone', given([set(3_600)], move('zone-file')), 'sound'),
			example(
				'over an hour, before a new zone',
				given([set(3_601)], move('zone-file')),
				'too-long-for-cut-over',
			),
			example(
				'a day, before a new zone',
				given([set(86_400)], move('zone-file')),
				'too-long-for-cut-over',
			),
			example(
				'over a day, aimed elsewhere',
				given([set(86_401)], move('resolve')),
				'too-long-for-cut-over',
			),
			example(
				'an old address still around',
				given([set(7_200)], move('old-and-new')),
				'too-long-for-cut-over',
			),
			example(
				'a live address that is not the one in the zone file',
				given([set(7_200)], move('drift')),
				'too-long-for-cut-over',
			),
			example(
				'another name is aimed elsewhere',
				given([set(7_200)], move('resolve', 'app.example.com')),
				'sound',
			),
			example(
				'planned for two hours',
				given([set(7_200, { isPlanned: true })], move('zone-file')),
				'too-long-for-cut-over',
			),
			example(
				'mail for two hours, addresses move',
				given([set(7_200, { type: 'MX' })], move('resolve')),
				'sound',
			),
			example(
				'mail for two hours, all moves',
				given([set(7_200, { type: 'MX' })], move('zone-file')),
				'too-long-for-cut-over',
			),
			example('a minute', given([set(60)]), 'sound'),
			example('under a minute', given([set(59)]), 'too-short'),
			example('under a minute, behind a CDN', given([set(59)], { edge: 'Cloudflare' }), 'sound'),
			example(
				'mail under a minute, behind a CDN',
				given([set(59, { type: 'MX' })], { edge: 'Cloudflare' }),
				'too-short',
			),
			example('never cached', given([set(0)]), 'too-short'),
			example('never cached, behind a CDN', given([set(0)], { edge: 'Cloudflare' }), 'too-short'),
			example('absences for three hours', given([set(300)], { negative: 10_800 }), 'sound'),
			example('absences for longer', given([set(300)], { negative: 10_801 }), 'negative-too-long'),
			example('two TTLs in a set', given([set(600, { within: [300, 600] })]), 'differ-in-set'),
			example(
				'just under two days at the parent',
				given([set(300)], { parent: { ns: 172_799, ds: 3_600 } }),
				'sound',
			),
			example(
				'two days at the parent',
				given([set(300)], { parent: { ns: 172_800, ds: null } }),
				'parent-slow',
			),
			example(
				'DS for two days',
				given([set(300)], { parent: { ns: 3_600, ds: 172_800 } }),
				'parent-slow',
			),
		];
	},
});

/** The sets that move, and are remembered for too long for it. */
function movingIn({ sets }: TtlSurvey, { names, types }: PlannedMove): readonly TtlSet[] {
	return sets.filter(({ type, ttl, hosts }) => {
		const isMoved = names === null || hosts.some((host) => names.includes(host));
		return isMoved && types.includes(type) && ttl > LIMIT.cutOver;
	});
}

function isTooShort({ type, ttl }: TtlSet, { edge }: TtlSurvey): boolean {
	if (ttl === 0) return true;
	return ttl < LIMIT.short && !(LEADING_TYPES.includes(type) && edge !== null);
}

function parentNote({ parent }: TtlSurvey, now: Date) {
	const slow = [
		{ what: 'NS records', ttl: parent.ns ?? 0 },
		{ what: 'DS records', ttl: parent.ds ?? 0 },
	].filter(({ ttl }) => ttl >= LIMIT.parent);
	if (slow.length === 0) return [];
	const ttl = Math.max(...slow.map((one) => one.ttl));
	const by = new Date(now.getTime() + ttl * 1_000).toISOString().slice(0, 16).replace('T', ' ');
	return [{ what: slow.map(({ what }) => what), ttl, by: `${by} UTC` }];
}

/** How long each kind of change takes to reach everyone, in words. */
function reachOf({ sets, negative, parent }: TtlSurvey): readonly string[] {
	const longest = (is: (type: string) => boolean) => {
		const ttls = sets.filter(({ type }) => is(type)).map(({ ttl }) => ttl);
		return ttls.length > 0 ? Math.max(...ttls) : null;
	};
	const kinds: readonly (readonly [string, number | null])[] = [
		['addresses', longest((type) => LEADING_TYPES.includes(type))],
		['mail servers', longest((type) => type === 'MX')],
		['a new name', negative],
		['name servers', parent.ns],
	];
	return kinds.flatMap(([what, ttl]) =>
		ttl === null ? [] : [`${what} within ${durationText(ttl)}`],
	);
}

function unique<T>(list: readonly T[]): readonly T[] {
	return [...new Set(list)];
}

function setArgs({ name, type, ttl, isPlanned }: TtlSet) {
	return { name, type, ttl, isPlanned };
}
