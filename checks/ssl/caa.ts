import {
	at,
	blocked,
	blockedBy,
	type CaaRecord,
	cannotSay,
	defineCheck,
	doesNotApply,
	type HostCaa,
	hostCaa,
	hosts,
	type Judgement,
	optional,
	parseIssueValue,
	type RelevantCaa,
	registrableOf,
	type ServedCertificate,
	unknown,
	workingZone,
	z,
} from '../../src/sdk.ts';
import { type About, type Bound, CAA_VERDICTS, type Written } from './_caa-verdicts.ts';
import { besideOf } from './_judged-chains.ts';
import { SAMPLE_CERTIFICATE } from './_served-certificate.ts';

const CRITICAL = 128;
/** RFC 8659 §4, RFC 9495, CA/Browser Forum. */
const TAGS: ReadonlySet<string> = new Set([
	'issue',
	'issuewild',
	'issuemail',
	'issuevmc',
	'iodef',
	'contactemail',
	'contactphone',
]);
const USUAL = 'letsencrypt.org';
const USUAL_TTL = 3600;
const DAY_MS = 86_400_000;

export default defineCheck({
	id: 'ssl/caa',
	title: 'CAA records let the authority in use renew, and no other',
	rationale:
		'An authority must look up CAA before it issues. A record that forgets the one in use shows on ' +
		'the day of the renewal only, weeks after whoever wrote it has forgotten it.',
	references: [
		'RFC 8659 §3 and §4 (CAA)',
		'RFC 8657 (accounturi, validationmethods)',
		'CA/B Forum Baseline Requirements §3.2.2.8',
	],
	reach: 'trust',
	layer: 'records',
	over: hosts,
	options: z.object({}),
	verdicts: CAA_VERDICTS,
	needs: ({ subject }) => ({
		bound: hostCaa({ host: subject.name, beside: besideOf(subject) }),
		zone: optional(
			workingZone({ name: registrableOf(subject.apex), hosts: [...subject.required] }),
		),
	}),
	judge({ given: { bound, zone }, subject, now, say }) {
		const { caa } = bound;
		const about = aboutOf(bound, subject);
		if (caa.status === 'failed') {
			// A zone that nobody answers for has no other fault.
			if (zone.status === 'blocked') return blockedBy(zone.by, zone.detail);
			const failing = { ...about, at: caa.at ?? bound.name, failure: caa.failure ?? 'no answer' };
			return say('lookup-fails', failing);
		}
		const wanted = bound.certificate?.authority?.caa[0] ?? USUAL;
		if (caa.status === 'none') {
			return subject.name === subject.apex
				? say('missing', { ...about, wanted })
				: doesNotApply(`no CAA record binds it, as none binds ${subject.apex}, where that is said`);
		}
		const wrong = caa.records.flatMap((record) => writtenWrong(record, about));
		const parameters = restrictions(caa.records);
		const limited =
			parameters.length > 0 ? [say('restricts-account', { ...about, parameters })] : [];
		const said: Judgement<keyof typeof CAA_VERDICTS>[] = [
			...wrong.map((args) => {
				const locus = { kind: 'record', name: `${args.owner} CAA ${args.text}` } as const;
				return at(locus, say('syntax', args));
			}),
			...limited,
		];
		const reading = readingOf(bound, { about, now });
		if (reading.kind === 'unknown') {
			const detail = `it is not known how ${reading.issuer} is named in CAA records`;
			return [...said, cannotSay('inconclusive', detail)];
		}
		if (reading.kind === 'forbidden') {
			const { args } = reading;
			return [...said, say(forbiddenKey(args), args)];
		}
		if (wrong.length > 0) return said;
		return [...said, say('allows', { host: subject.name, what: reading.what })];
	},
	examples: (example) => {
		const record = (tag: string, value: string, more: Partial<CaaRecord> = {}): CaaRecord => ({
			owner: 'example.com',
			ttl: 300,
			flags: 0,
			tag,
			value,
			text: `0 ${tag} "${value}"`,
			...more,
		});
		const given = (
			records: readonly CaaRecord[],
			more: {
				caa?: Partial<RelevantCaa>;
				name?: string;
				certificate?: Partial<ServedCertificate> | null;
			} = {},
		) => {
			const { certificate = {}, name = 'example.com' } = more;
			const bound: HostCaa = {
				name,
				certificate: certificate === null ? null : { ...SAMPLE_CERTIFICATE, ...certificate },
				caa: {
					status: records.length > 0 ? 'found' : 'none',
					at: records.length > 0 ? 'example.com' : null,
					aliases: [],
					records,
					failure: null,
					...more.caa,
				},
			};
			return { bound, zone: unknown('not-asked', 'example') };
		};
		const own = record('issue', USUAL);
		const other = record('issue', 'ca.example.net');
		const failed = { status: 'failed', at: 'example.com', failure: 'servfail' } as const;
		return [
			example('none', given([]), 'missing'),
			example('none at a host below', given([]), 'not-applicable', {
				subject: { name: 'app.example.com' },
			}),
			example('the own authority', given([own]), 'allows'),
			example('in capitals', given([record('ISSUE', 'LetsEncrypt.org')]), 'allows'),
			example('among others', given([other, own]), 'allows'),
			example('another one', given([other]), 'forbids-current-issuer'),
			example('nobody', given([record('issue', ';')]), 'forbids-everyone'),
			example('nobody, spelt empty', given([record('issue', '')]), 'forbids-everyone'),
			example('nobody beside the own', given([record('issue', ';'), own]), 'allows'),
			example('reports only', given([record('iodef', 'mailto:s@example.com')]), 'allows'),
			example('wildcards only', given([record('issuewild', ';')]), 'allows'),
			example('a wildcard by issue', given([own], { name: '*.example.com' }), 'allows'),
			example(
				'a wildcard by issuewild',
				given([own, record('issuewild', 'ca.example.net')], { name: '*.example.com' }),
				'forbids-current-issuer',
			),
			example(
				'the other way round',
				given([other, record('issuewild', USUAL)], { name: '*.example.com' }),
				'allows',
			),
			example(
				'no wildcards',
				given([own, record('issuewild', ';')], { name: '*.example.com' }),
				'forbids-everyone',
			),
			example(
				'an unknown authority',
				given([other], { certificate: { authority: null } }),
				'unknown',
			),
			example(
				'a private one',
				given([other], { certificate: { standing: 'private', authority: null } }),
				'allows',
			),
			example('no certificate', given([other], { certificate: null }), 'allows'),
			example('SERVFAIL', given([], { caa: failed }), 'lookup-fails'),
			example(
				'SERVFAIL, because no name server answers',
				{
					...given([], { caa: failed }),
					zone: blocked({ check: 'dns/delegation', subject: 'example.com' }, 'none answers'),
				},
				'blocked',
			),
			example('marks in the value', given([record('issue', '"letsencrypt.org"')]), 'syntax'),
			example(
				'and forbidden by it',
				given([record('issue', '"letsencrypt.org"')]),
				'forbids-current-issuer',
			),
			example('a URL', given([own, record('issue', 'https://ca.example.net/')]), 'syntax'),
			example('two names', given([own, record('issue', 'a.example.net b.example.net')]), 'syntax'),
			example(
				'a critical tag that nobody knows',
				given([own, record('tbs', 'x', { flags: 128, text: '128 tbs "x"' })]),
				'syntax',
			),
			example('one that is not critical', given([own, record('tbs', 'x')]), 'allows'),
			example(
				'one account',
				given([record('issue', 'letsencrypt.org; accounturi=https://acme.example.net/acct/1')]),
				'restricts-account',
			),
			example(
				'the same, allowed all the same',
				given([record('issue', 'letsencrypt.org; validationmethods=dns-01')]),
				'allows',
			),
		];
	},
});

/** A record that cannot be read lets nobody issue either, but was not meant to. */
function forbiddenKey({
	allowed,
	byMistake,
}: Bound): 'forbids-everyone' | 'forbids-current-issuer' {
	return allowed.length === 0 && !byMistake ? 'forbids-everyone' : 'forbids-current-issuer';
}

type Reading =
	| { readonly kind: 'allowed'; readonly what: string }
	| { readonly kind: 'forbidden'; readonly args: Bound }
	| { readonly kind: 'unknown'; readonly issuer: string };

/** RFC 8659 §4.3: `issuewild`, where there is any, in the place of `issue` for wildcard names. */
function readingOf(
	{ name, caa, certificate }: HostCaa,
	{ about, now }: { about: About; now: Date },
): Reading {
	const of = (tag: string) => caa.records.filter((record) => record.tag.toLowerCase() === tag);
	const wild = name.startsWith('*.') ? of('issuewild') : [];
	const property = wild.length > 0 ? 'issuewild' : 'issue';
	const binding = wild.length > 0 ? wild : of('issue');
	if (binding.length === 0) return { kind: 'allowed', what: 'every authority' };
	const values = binding.map(({ value }) => parseIssueValue(value));
	const allowed = values.flatMap((one) =>
		'issuer' in one && one.issuer !== '' ? [one.issuer] : [],
	);
	const byMistake = values.some((one) => 'problem' in one);
	// Nobody asks CAA before a private authority issues.
	if (
		certificate === null ||
		(certificate.standing !== 'public' && certificate.authority === null)
	) {
		return { kind: 'allowed', what: allowed.join(', ') || 'nobody' };
	}
	const { authority, issuer, notAfter } = certificate;
	if (authority === null && (allowed.length > 0 || byMistake)) return { kind: 'unknown', issuer };
	if (authority?.caa.some((one) => allowed.includes(one)) === true) {
		return { kind: 'allowed', what: authority.name };
	}
	const daysLeft = Math.max(0, Math.floor((Date.parse(notAfter) - now.getTime()) / DAY_MS));
	return {
		kind: 'forbidden',
		args: {
			...about,
			authority: authority?.name ?? issuer,
			wanted: authority?.caa[0] ?? USUAL,
			allowed,
			property,
			daysLeft,
			byMistake,
		},
	};
}

function writtenWrong(record: CaaRecord, about: About): readonly Written[] {
	const { owner, tag, value, text, flags } = record;
	const name = tag.toLowerCase();
	const isCritical = (flags & CRITICAL) !== 0;
	if (!TAGS.has(name)) {
		if (!isCritical) return [];
		const problem = `the tag "${tag}" is marked critical and means nothing`;
		return [{ ...about, owner, text, corrected: null, problem, isUnknownTag: true }];
	}
	if (name !== 'issue' && name !== 'issuewild') return [];
	const read = parseIssueValue(value);
	if (!('problem' in read)) return [];
	const corrected = read.meant === null ? null : `${flags} ${name} "${read.meant}"`;
	return [{ ...about, owner, text, corrected, problem: read.problem, isUnknownTag: false }];
}

function restrictions(records: readonly CaaRecord[]): readonly string[] {
	return records.flatMap(({ tag: property, value }) => {
		if (!/^issue(?:wild)?$/i.test(property)) return [];
		const read = parseIssueValue(value);
		if (!('issuer' in read)) return [];
		return [...read.parameters]
			.filter(([tag]) => tag === 'accounturi' || tag === 'validationmethods')
			.map(([tag, setting]) => `${read.issuer} by ${tag} ${setting}`);
	});
}

function aboutOf(
	{ name, caa: { records } }: HostCaa,
	{ name: host, apex }: { readonly name: string; readonly apex: string },
): About {
	return {
		host,
		name,
		apex,
		lines: records.map(({ owner, ttl, text }) => `${owner}. ${ttl} IN CAA ${text}`),
		ttl: records[0]?.ttl ?? USUAL_TTL,
	};
}
