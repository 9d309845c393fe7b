import {
	at,
	auditedZones,
	cannotSay,
	type DriftedSet,
	defineCheck,
	type Judgement,
	type Say,
	type ZoneDrift,
	z,
	zoneDriftOf,
	zoneFileName,
} from '../../src/sdk.ts';
import { DRIFT_SEVERITIES, DRIFT_VERDICTS, type Drift } from './_drift-verdicts.ts';

/** Notes about TTLs; a zone whose provider chose them all needs one. */
const MOST_TTL_NOTES = 20;

const GRAVITY = ['blocker', 'high', 'later', 'info'] as const;

export default defineCheck({
	id: 'dns/drift',
	title: 'The live zone is what the zone file says',
	rationale:
		'Records that were changed by hand, forgotten or published at one server alone work today and ' +
		'break at the next deployment, or send a part of the visitors elsewhere.',
	references: ['RFC 1035 §5 (master files)', 'RFC 2181 §5 (record sets)', 'RFC 4592 (wildcards)'],
	reach: 'sign-in',
	layer: 'records',
	over: auditedZones,
	options: z.object({}),
	verdicts: DRIFT_VERDICTS,
	appliesTo: ({ zoneFile, zoneUse }) => {
		if (zoneFile === null) return 'no zone file was given (--zone)';
		return zoneUse === 'drift' || 'the zone file is judged as a plan; --drift compares it';
	},
	needs: ({ subject }) => ({ drift: zoneDriftOf(subject) }),
	judge({ given: { drift }, subject, say }) {
		const file = zoneFileName(subject);
		const { zone, compared, unseen } = drift;
		const beside: Judgement<keyof typeof DRIFT_VERDICTS>[] = [
			say('not-enumerable', { ...extentOf(drift), file }),
		];
		if (unseen.length > 0) {
			const more = unseen.length > 1 ? ` and ${unseen.length - 1} more` : '';
			const detail = `no name server of ${zone} answered with authority for ${unseen[0]}${more}`;
			beside.push(cannotSay('inconclusive', detail));
		}
		const told = drifted(drift, file, say);
		if (told.length > 0) return [...told, ...beside];
		return [say('in-step', { zone, file, compared, provided: drift.provided }), ...beside];
	},
	examples: (example) => {
		const subject = {
			subject: { zoneFile: '/zones/example.com.zone', zoneUse: 'drift' as const },
		};
		const given = (...sets: readonly Partial<DriftedSet>[]) => ({
			drift: { ...IN_STEP, drifted: sets.map((set) => ({ ...SET, ...set })) },
		});
		const other = { live: ['www.example.com. 300 IN A 198.51.100.9'], liveTypes: ['A'] };
		const mx = { name: 'example.com', type: 'MX' };
		return [
			example('all as written', { drift: IN_STEP }, 'in-step', subject),
			example(
				'an alias that the provider looks up',
				{ drift: { ...IN_STEP, provided: ['example.com'] } },
				'in-step',
				subject,
			),
			example('a host that is not there', given({ kind: 'missing' }), 'missing', subject),
			example('no MX', given({ kind: 'missing', ...mx }), 'missing', subject),
			example('another address', given({ kind: 'changed', ...other }), 'changed', subject),
			example(
				'a CAA set that shuts the planned authority out',
				given({
					kind: 'changed',
					name: 'example.com',
					type: 'CAA',
					live: ['example.com. 300 IN CAA 0 issue "other.example"'],
					liveTypes: ['CAA'],
					issuers: { intended: ['ca.example'], live: ['other.example'] },
				}),
				'changed',
				subject,
			),
			example(
				'one server behind',
				given({ kind: 'some-servers', ...other }),
				'some-servers',
				subject,
			),
			example(
				'a host that nobody planned',
				given({ kind: 'extra', line: null, intended: [], ...other }),
				'extra',
				subject,
			),
			example(
				'mail that nobody planned',
				given({
					kind: 'extra',
					line: null,
					intended: [],
					...mx,
					live: ['example.com. 300 IN MX 10 mail.example.net.'],
					liveTypes: ['MX'],
				}),
				'extra',
				subject,
			),
			example(
				'another TTL',
				given({ kind: 'ttl-only', ...other, liveTtl: 60 }),
				'ttl-only',
				subject,
			),
			example('names that nobody listed', { drift: IN_STEP }, 'not-enumerable', subject),
			example(
				'more sets than are compared',
				{ drift: { ...IN_STEP, passedOver: 7, hasWildcard: true } },
				'not-enumerable',
				subject,
			),
			example(
				'more names than are asked for',
				{ drift: { ...IN_STEP, suspected: 600, unsuspected: 200, isSampled: true } },
				'not-enumerable',
				subject,
			),
			example(
				'a set that no server told of',
				{ drift: { ...IN_STEP, unseen: ['www.example.com A'] } },
				'unknown',
				subject,
			),
		];
	},
});

function extentOf({ drifted, unseen, provided, panel, ...extent }: ZoneDrift) {
	return extent;
}

/** One finding for each set, the gravest first; the first carries the patch for all of them. */
function drifted(
	{ drifted: sets, zone, panel }: ZoneDrift,
	file: string,
	say: Say<typeof DRIFT_VERDICTS>,
) {
	const notes = sets.filter(({ kind }) => kind === 'ttl-only');
	const shown = sets
		.filter((set) => set.kind !== 'ttl-only')
		.concat(notes.slice(0, MOST_TTL_NOTES));
	const about = (set: DriftedSet): Drift => ({ ...set, zone, file, panel, whole: [], more: 0 });
	const lastNote = notes[MOST_TTL_NOTES - 1];
	const gravity = (set: DriftedSet) => GRAVITY.indexOf(DRIFT_SEVERITIES[set.kind](about(set)));
	return shown
		.toSorted((a, b) => gravity(a) - gravity(b))
		.map((set, index) => {
			const { name, type, line, kind } = set;
			const more = set === lastNote ? notes.length - MOST_TTL_NOTES : 0;
			const args = { ...about(set), whole: index === 0 ? sets : [], more };
			const place = line === null ? { file } : { file, line };
			return at({ kind: 'record', name: `${name} ${type}`, ...place }, say(kind, args));
		});
}

const SET: DriftedSet = {
	kind: 'changed',
	name: 'www.example.com',
	type: 'A',
	line: 12,
	intended: ['www.example.com. 300 IN A 198.51.100.2'],
	live: [],
	liveTypes: [],
	liveTtl: 300,
	liveTargets: [],
	issuers: { intended: [], live: [] },
	servers: [
		{ name: 'ns1.example.net', address: '198.51.100.53', state: 'different' },
		{ name: 'ns2.example.net', address: '203.0.113.53', state: 'same' },
	],
};

const IN_STEP: ZoneDrift = {
	zone: 'example.com',
	panel: null,
	drifted: [],
	compared: 12,
	passedOver: 0,
	suspected: 80,
	unsuspected: 0,
	isSampled: false,
	unseen: [],
	provided: [],
	hasWildcard: false,
};
