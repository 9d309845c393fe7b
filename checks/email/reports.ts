import {
	at,
	cannotSay,
	defineCheck,
	type Fact,
	type Judgement,
	optional,
	type ProvidersSeen,
	providersSeen,
	type ReportSurvey,
	reportedDomains,
	reportSurvey,
	type Say,
	z,
} from '../../src/sdk.ts';
import { counted } from './_lines.ts';
import { dayOf, domainFindings } from './_report-findings.ts';
import { REPORT_EXAMPLES } from './_report-samples.ts';
import { REPORT_VERDICTS } from './_report-verdicts.ts';

const DAY_SECONDS = 86_400;
/** Receivers send daily; a week without any is no accident. */
const STALE_AFTER_DAYS = 7;
/** A report that ends later than this from now has a wrong clock, or another one's dates. */
const LATEST_AHEAD_DAYS = 2;
const MOST_NAMED = 50;

export default defineCheck({
	id: 'email/reports',
	title: 'Receivers report that the mail of the domain passes DMARC',
	rationale:
		'DNS says what should pass; aggregate reports say what does: which senders are yours, which of them fail, ' +
		'and whether the policy can be tightened without losing mail.',
	references: [
		'RFC 9990 (aggregate reports)',
		'RFC 7489 Appendix C (the older format)',
		'RFC 9989 §4.4 (alignment), §7.4 (when to enforce)',
	],
	reach: 'mail',
	layer: 'mail',
	over: reportedDomains,
	options: z.object({}),
	verdicts: REPORT_VERDICTS,
	appliesTo: ({ dmarcReports }) =>
		dmarcReports === null ? 'No folder was given with --dmarc-reports.' : true,
	needs: ({ subject }) => ({
		survey: reportSurvey({
			path: subject.dmarcReports ?? '',
			domain: subject.name,
			registrable: subject.registrable,
		}),
		providers: optional(providersSeen({ domain: subject.registrable })),
	}),
	judge({ given: { survey, providers }, subject, now, say }) {
		const beside = [...unreadFiles(survey, say), ...foreignReports(survey, subject.name, say)];
		if (survey.domains.length === 0) {
			const what = survey.foreign.length > 0 ? 'only reports on other domains' : 'no report';
			const why = `${survey.folder} holds ${what}: nothing on mail from ${subject.name} could be read`;
			return [...beside, cannotSay('inconclusive', why, 'high')];
		}
		const inUse = namesInUse(providers);
		const newest = newestEnd(survey, now);
		const age = newest === null ? 0 : daysSince(newest, now);
		const isStale = age > STALE_AFTER_DAYS;
		const { folder } = survey;
		const stale =
			newest !== null && isStale
				? [
						say('stale', {
							folder,
							domain: subject.name,
							until: dayOf(newest),
							days: Math.floor(age),
						}),
					]
				: [];
		return [
			...beside,
			...stale,
			...survey.domains.flatMap((domain) =>
				domainFindings({ folder, domain, registrable: subject.registrable, inUse, isStale, say }),
			),
			...furtherDomains(survey),
		];
	},
	examples: (example) => [
		...REPORT_EXAMPLES.map(([name, given, says]) => example(name, given, says)),
	],
});

type Key = keyof typeof REPORT_VERDICTS;
type Said = readonly Judgement<Key>[];
type ReportSay = Say<typeof REPORT_VERDICTS>;

/** Providers that DNS shows, by name; none where it could not be asked. */
function namesInUse(providers: Fact<ProvidersSeen>): ReadonlySet<string> {
	return new Set(providers.status === 'known' ? providers.value.all.map(({ name }) => name) : []);
}

function newestEnd({ ends }: ReportSurvey, now: Date): number | null {
	const latest = now.getTime() / 1_000 + LATEST_AHEAD_DAYS * DAY_SECONDS;
	return ends.find((end) => end <= latest) ?? null;
}

function daysSince(seconds: number, now: Date): number {
	return (now.getTime() / 1_000 - seconds) / DAY_SECONDS;
}

function unreadFiles({ folder, unread, unreadCount: count }: ReportSurvey, say: ReportSay): Said {
	if (count === 0) return [];
	const all = unread.slice(0, MOST_NAMED).map(({ file, why }) => `${file}: ${why}`);
	const files = unread.slice(0, 3).map(({ file, why }) => `${file} (${why})`);
	if (count > files.length) files.push(`${count - files.length} more`);
	return [at({ kind: 'file', name: folder }, say('malformed', { folder, count, files, all }))];
}

function foreignReports({ folder, foreign }: ReportSurvey, domain: string, say: ReportSay): Said {
	if (foreign.length === 0) return [];
	const domains = foreign
		.slice(0, MOST_NAMED)
		.map((one) => `${one.domain} (${counted(one.reports, 'report')})`);
	return [
		at({ kind: 'file', name: folder }, say('foreign-domain', { folder, domain, foreign: domains })),
	];
}

/** Reports can be sent by anybody, about names that nobody has. */
function furtherDomains({ moreDomains, domains }: ReportSurvey): Said {
	if (moreDomains === 0) return [];
	const why = `policies of ${counted(moreDomains, 'further domain')} below the ${domains.length} busiest were not judged`;
	return [cannotSay('budget', why, 'high')];
}
