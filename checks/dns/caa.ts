import {
	at,
	auditedZones,
	blocked,
	blockedBy,
	type CaaRecord,
	caaSurvey,
	cannotSay,
	closest,
	defineCheck,
	dnsPanel,
	isWithin,
	known,
	type Locus,
	optional,
	type RelevantCaa,
	unknown,
	workingZone,
	z,
} from '../../src/sdk.ts';
import { CAA_TAGS, CAA_VERDICTS } from './_caa-verdicts.ts';

const CRITICAL = 128;

export default defineCheck({
	id: 'dns/caa',
	title: 'CAA records say what they are meant to say',
	rationale:
		'A CAA record with a misspelt tag or an address that nobody can write to looks like protection and is none.',
	references: [
		'RFC 8659 §3 (relevant set), §4.1 (tags), §4.4 (iodef)',
		'RFC 9495 (issuemail)',
		'CA/Browser Forum Baseline Requirements, appendix A (contactemail, contactphone)',
	],
	reach: 'trust',
	layer: 'records',
	over: auditedZones,
	options: z.object({}),
	verdicts: CAA_VERDICTS,
	needs: ({ subject: { name, registrable, required } }) => ({
		seen: caaSurvey({
			hosts: [...new Set([...required, ...(name === registrable ? [`www.${name}`] : [])])],
		}),
		panel: optional(dnsPanel({ domain: name })),
		zone: optional(workingZone({ name, hosts: [...required] })),
	}),
	judge({ given: { seen, panel: panelFact, zone }, subject, say }) {
		const panel = panelFact.status === 'known' ? panelFact.value : null;
		const sets = distinct(seen);
		const own = sets
			.flatMap(({ caa }) => caa.records)
			.filter(({ owner }) => isWithin(owner, subject.registrable));
		const found = [
			...own
				.filter(({ tag }) => !isKnown(tag))
				.map((record) => {
					const args = { ...aboutOf(record, panel), ...unknownTag(record) };
					return at(locusOf(record), say('unknown-tag', args));
				}),
			...own
				.filter(({ tag, value }) => tag.toLowerCase() === 'iodef' && !canReport(value))
				.map((record) => {
					const { value } = record;
					const args = { ...aboutOf(record, panel), value, apex: subject.registrable };
					return at(locusOf(record), say('report-address-invalid', args));
				}),
			...sets.flatMap(({ host, caa: { aliases, records } }) => {
				const owner = aliases.at(-1);
				if (owner === undefined || records.length === 0) return [];
				const texts = records.map(({ text }) => text);
				return [at({ kind: 'host', name: host }, say('from-alias-target', { host, owner, texts }))];
			}),
		];
		const failed = seen.filter(({ caa }) => caa.status === 'failed');
		// A zone that nobody answers for has no CAA records that could be read, and no other fault.
		if (failed.length > 0 && zone.status === 'blocked') return blockedBy(zone.by, zone.detail);
		if (failed.length > 0) {
			const what = failed.map(({ caa }) => `${caa.at} CAA: ${caa.failure}`);
			return [...found, cannotSay('inconclusive', [...new Set(what)].join('; '), 'later')];
		}
		if (found.some(({ verdict }) => verdict !== 'from-alias-target')) return found;
		const hosts = seen.map(({ host }) => host);
		return [
			...found,
			say('sound', { hosts, records: sets.flatMap(({ caa }) => caa.records).length }),
		];
	},
	examples: (example) => {
		const caa = (records: readonly CaaRecord[], more: Partial<RelevantCaa> = {}): RelevantCaa => ({
			status: records.length > 0 ? 'found' : 'none',
			at: records.length > 0 ? 'example.com' : null,
			aliases: [],
			records,
			failure: null,
			...more,
		});
		const record = (tag: string, value: string, more: Partial<CaaRecord> = {}): CaaRecord => ({
			owner: 'example.com',
			ttl: 300,
			flags: 0,
			tag,
			value,
			text: `0 ${tag} "${value}"`,
			...more,
		});
		const given = (set: RelevantCaa, panel: string | null = null) => ({
			seen: [
				{ host: 'example.com', caa: set },
				{ host: 'www.example.com', caa: set },
			],
			panel: known(panel),
			zone: unknown('not-asked', 'example'),
		});
		return [
			example('none', given(caa([])), 'sound'),
			...CAA_TAGS.map((tag) =>
				example(`the tag ${tag}`, given(caa([record(tag, 'mailto:a@example.com')])), 'sound'),
			),
			example('a tag in capitals', given(caa([record('Issue', 'ca.example.net')])), 'sound'),
			example('a letter left out', given(caa([record('isue', 'ca.example.net')])), 'unknown-tag'),
			example('a tag of another kind', given(caa([record('policy', '1')])), 'unknown-tag'),
			example(
				'a critical one',
				given(caa([record('tbs', 'x', { flags: 128, text: '128 tbs "x"' })])),
				'unknown-tag',
			),
			example('reports by mail', given(caa([record('iodef', 'mailto:s@example.com')])), 'sound'),
			example(
				'reports to a page',
				given(caa([record('iodef', 'https://example.com/caa')])),
				'sound',
			),
			example(
				'an address without mailto',
				given(caa([record('iodef', 's@example.com')])),
				'report-address-invalid',
			),
			example(
				'reports in plain text',
				given(caa([record('iodef', 'http://example.com/')])),
				'report-address-invalid',
			),
			example('mail to nobody', given(caa([record('iodef', 'mailto:')])), 'report-address-invalid'),
			example(
				'the set of an alias target',
				given(
					caa([record('issue', 'ca.example.net', { owner: 'pool.example.net' })], {
						aliases: ['pool.example.net'],
					}),
				),
				'from-alias-target',
			),
			example(
				"another's typo",
				given(
					caa([record('isue', 'ca.example.net', { owner: 'pool.example.net' })], {
						aliases: ['pool.example.net'],
					}),
				),
				'sound',
			),
			example(
				'SERVFAIL',
				given(caa([], { status: 'failed', at: 'example.com', failure: 'servfail' })),
				'unknown',
			),
			example(
				'SERVFAIL, because no name server answers',
				{
					...given(caa([], { status: 'failed', at: 'example.com', failure: 'servfail' })),
					zone: blocked({ check: 'dns/delegation', subject: 'example.com' }, 'none answers'),
				},
				'blocked',
			),
		];
	},
});

type Hosted = { readonly host: string; readonly caa: RelevantCaa };

/** Several hosts are often bound by one set: each is judged once, at the host that meets it first. */
function distinct(seen: readonly Hosted[]): readonly Hosted[] {
	const keys = seen.map(({ caa }) => JSON.stringify([caa.at, caa.aliases]));
	return seen.filter((_, i) => keys.indexOf(keys[i] ?? '') === i);
}

function isKnown(tag: string): boolean {
	return CAA_TAGS.some((one) => one === tag.toLowerCase());
}

function aboutOf({ owner, ttl, text }: CaaRecord, panel: string | null) {
	return { owner, ttl, text, panel };
}

function unknownTag({ tag, flags, text }: CaaRecord) {
	const nearest = closest(tag.toLowerCase(), CAA_TAGS);
	const value = text.split(' ').slice(2).join(' ');
	return {
		tag,
		nearest,
		isCritical: (flags & CRITICAL) !== 0,
		corrected: nearest === null ? null : `0 ${nearest} ${value}`,
	};
}

/** RFC 8659 §4.4 allows http as well; reports name hosts and accounts, so it is not counted. */
function canReport(value: string): boolean {
	if (/^mailto:[^\s@]+@[^\s@]+$/i.test(value)) return true;
	return /^https:\/\//i.test(value) && URL.canParse(value);
}

function locusOf({ owner, text }: CaaRecord): Locus {
	return { kind: 'record', name: `${owner} CAA ${text}` };
}
