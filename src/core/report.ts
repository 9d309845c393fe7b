import { z } from 'zod';
import { OUTCOMES } from './finding.ts';
import { PLATFORMS } from './fix.ts';
import { SEVERITIES } from './severity.ts';
import { SUBJECT_KINDS } from './subject.ts';

/**
 * The JSON report: a contract. Additive changes only within a schema version; objects are open, so
 * that a reader of an older version is not broken by a new member.
 */

const Severity = z.enum(SEVERITIES);
const Outcome = z.enum(OUTCOMES);

const Evidence = z.object({
	kind: z.string().describe('dns, http, tls, smtp, file, timing or control'),
	summary: z.string(),
	detail: z.string(),
});

const Waiver = z.object({
	id: z.string(),
	subject: z.string().optional(),
	reason: z.string(),
	owner: z.string(),
	until: z.string(),
	allowBlocker: z.boolean().optional(),
});

const Snippets = z.array(
	z.object({ platform: z.enum(PLATFORMS), language: z.string(), text: z.string() }),
);

const Finding = z.object({
	id: z.string().describe('area/check/verdict'),
	fingerprint: z.string().describe('stable across runs, wording and order; hex'),
	check: z.string(),
	outcome: z.enum(['fail', 'note', 'accepted']).describe('note: severity info, never a risk'),
	severity: Severity,
	title: z.string(),
	impact: z.string(),
	subject: z.object({
		kind: z.enum(SUBJECT_KINDS),
		name: z.string(),
		file: z.string().optional(),
		line: z.number().int().optional(),
	}),
	judged: z.string().optional().describe('what the check was judged at, as checks[] names it'),
	evidence: z.array(Evidence),
	control: z.string().optional().describe('the experiment that excludes a false alarm'),
	confidence: z.enum(['high', 'medium', 'low']),
	effortMinutes: z.number(),
	leadSeconds: z.number().optional().describe('waiting that nobody controls'),
	fix: z.object({
		summary: z.string(),
		steps: z.array(z.string()),
		snippets: Snippets.describe('the detected platform first'),
	}),
	reproduce: z.string().nullable(),
	references: z.array(z.string()),
	waiver: Waiver.optional(),
});

const Check = z.object({
	check: z.string(),
	subject: z.string(),
	outcome: Outcome,
	reason: z.string().optional(),
	code: z.string().optional().describe('why it is unknown: timeout, denied, budget, offline, …'),
	verdicts: z.array(z.string()),
	behind: z
		.object({ check: z.string(), subject: z.string() })
		.optional()
		.describe('the check that owns the cause or must be judged first'),
});

const Risk = z.object({
	rank: z.number().int().describe('place in the ranking, from 1; the array is in fix order'),
	id: z.string(),
	severity: Severity,
	title: z.string(),
	findings: z.array(z.string()).describe('fingerprints'),
	hides: z.array(z.string()).describe('checks that cannot be judged until this is fixed'),
	effortMinutes: z.number(),
	leadSeconds: z.number(),
	dependsOn: z.array(z.string()).describe('ids of risks to fix first'),
});

const FixBlock = z.object({
	host: z.string(),
	headers: z.array(z.object({ name: z.string(), value: z.string() })),
	findings: z.array(z.string()).describe('fingerprints of the findings that it mends'),
	snippets: Snippets.describe('the whole block for each platform, the detected one first'),
});

const Timing = z.object({
	url: z.string(),
	samples: z.number().int(),
	p50: z.number().describe('milliseconds'),
	p95: z.number(),
	p99: z.number(),
	p95Interval: z
		.tuple([z.number(), z.number().nullable()])
		.describe('95 % confidence, from order statistics; null where the samples give no upper bound'),
	errorRate: z.number().describe('0 to 1'),
	phases: z.object({
		connect: z.number().describe('TCP and TLS of a new connection'),
		firstByte: z.number(),
		download: z.number(),
		dns: z.number().optional(),
	}),
	status: z.number().int().nullish().describe('of the last answer; null without one'),
	namedAs: z.string().optional().describe('what the user named, where that redirects to url'),
	method: z.string().optional(),
	budgetMs: z.number().optional().describe('for p95'),
	limitMs: z
		.number()
		.optional()
		.describe('what samples are held against: the budget, and the way there where that is long'),
	over: z.number().int().optional().describe('samples at or over limitMs, errors among them'),
	errors: z.number().int().optional(),
	min: z.number().optional(),
	max: z.number().optional(),
	intendedP95: z.number().optional().describe('from when each request should have gone out'),
	newConnectionP95: z
		.number()
		.nullish()
		.describe('p95 and the usual opening of a connection; the same as p95 for a visit'),
	roundTrip: z.number().nullish().describe('shortest TCP connect; null where a proxy is between'),
	isEdge: z.boolean().optional().describe('the round trip ends at a CDN or cache'),
	serverTime: z
		.object({ p50: z.number(), p95: z.number() })
		.optional()
		.describe('a sample less a round trip; of a visit, the first byte of the document less one'),
	serverTimings: z
		.array(z.object({ name: z.string(), description: z.string(), durationMs: z.number() }))
		.optional()
		.describe('what the server says of itself (Server-Timing): medians'),
	connection: z.enum(['kept alive', 'new for each request', 'new for each visit']).optional(),
	reopened: z.number().int().optional().describe('samples that had to open a connection'),
	plan: z.enum(['sequential', 'fixed']).optional(),
	spanMs: z.number().optional().describe('from the first start to the last'),
	decision: z
		.enum(['pass', 'fail', 'not-enough', 'undecided', 'clustered', 'late', 'noisy', 'rate-limited'])
		.optional()
		.describe('what the samples say of p95 and the budget; every one but the first two: nothing'),
	missing: z.number().int().optional().describe('further samples that a pass needs at least'),
	redirects: z.object({ count: z.number().int(), tookMs: z.number() }).optional(),
	bytes: z.number().optional().describe('of the body, as sent'),
	encoding: z.string().optional().describe('Content-Encoding; empty where it is sent as it is'),
	cache: z
		.object({ hits: z.number().int(), others: z.number().int() })
		.optional()
		.describe('answers that a cache had'),
});

const Figures = z.object({
	samples: z.number().int(),
	p50: z.number().describe('milliseconds; an error counts as the slowest'),
	p95: z.number(),
	p99: z.number(),
	max: z.number(),
	p95Interval: z.tuple([z.number(), z.number().nullable()]).describe('95 % confidence'),
});

const Samples = z
	.object({
		intendedMs: z.array(z.number()).describe('when it should have gone out'),
		sentMs: z.array(z.number()).describe('when it was handed to the socket'),
		endedMs: z.array(z.number()).describe('its last byte, or its failure'),
		status: z.array(z.number().int()).describe('0 where no answer came'),
		fault: z.array(z.string()).describe('none, refused, reset, silent, tls-failed, …'),
		user: z.array(z.number().int()),
	})
	.describe('one member a column, one place a request, by intended start, from the phase’s begin');

const Load = z.object({
	url: z.string(),
	method: z.string(),
	runId: z.string().describe('what every request carried as X-Launch-Ready-Run'),
	users: z.number().int(),
	model: z.enum(['open', 'closed']).describe('open: starts are fixed beforehand'),
	rampSeconds: z.number(),
	holdSeconds: z.number(),
	thinkSeconds: z.number(),
	budgetMs: z.number(),
	limitMs: z.number().describe('the budget, with the round trip where that is over half of it'),
	requests: z.number().int().describe('under load, those of the ramp too'),
	judged: z.number().int().describe('those of the hold; all where it was broken off'),
	over: z.number().int().describe('of those, at or above the limit, or failed'),
	errors: z.number().int(),
	errorKinds: z.array(z.object({ what: z.string(), count: z.number().int() })),
	plannedRate: z.number().nullable().describe('requests a second; null in the closed model'),
	rate: z.number().describe('answers a second over the whole load'),
	intended: Figures.describe('from when each request should have gone out: what is judged'),
	service: Figures.describe('from when each was sent: what a stalled server hides'),
	oneUserBefore: Figures.nullable(),
	oneUserAfter: Figures.nullable(),
	endedSeconds: z.number().describe('after the first user’s start'),
	stop: z.object({ why: z.string(), detail: z.string() }).describe('completed, or why it ended'),
	noise: z.object({
		pingP95Ms: z.number(),
		loopDelayP99Ms: z.number(),
		loopDelayMaxMs: z.number(),
	}),
	samples: z.object({
		before: Samples,
		load: Samples,
		after: Samples.nullable(),
		unsentMs: z.array(z.number()).describe('intended starts of requests that never went out'),
	}),
});

const Tally = z.object({
	messages: z.number().int(),
	passed: z.number().int().describe('DMARC passed: by DKIM, by SPF, or both'),
	dkim: z.number().int(),
	spf: z.number().int(),
});

const NamedTally = Tally.extend({ name: z.string() });

const ReportTotals = Tally.extend({
	folder: z.string(),
	files: z.number().int(),
	reports: z.number().int().describe('on the audited domain, each once'),
	foreign: z.number().int().describe('reports on other domains'),
	duplicates: z.number().int(),
	unread: z.number().int().describe('files and records that were left out'),
	domains: z.array(
		Tally.extend({
			domain: z.string().describe('whose policy'),
			reports: z.number().int(),
			from: z.string().nullable(),
			to: z.string().nullable(),
			sources: z.array(NamedTally).describe('by address, the busiest first; at most 50'),
			headerFrom: z.array(NamedTally).describe('the same by domain in From'),
		}),
	),
});

const ServiceMap = z.object({
	records: z.array(
		z.object({
			name: z.string(),
			type: z.string(),
			ttl: z.number().describe('seconds'),
			value: z.string(),
			purpose: z.string().nullable().describe('what it is for, where its name or value tells'),
		}),
	),
	hosts: z.array(
		z.object({ name: z.string(), addresses: z.array(z.string()), aliases: z.array(z.string()) }),
	),
	redirects: z.array(
		z.object({
			from: z.string().describe('values in queries redacted, but for those of campaigns'),
			to: z.string(),
			status: z.number().int(),
			endsAt: z.string().nullish().describe('where visitors end, if that was seen'),
			endStatus: z.number().int().nullish(),
			named: z.boolean().optional().describe('the user named it: an old URL, a campaign'),
		}),
	),
	answers: z
		.array(
			z.object({
				url: z.string().describe('where its visitors end; values in queries redacted'),
				from: z.string().describe('the start page, or the policy of MTA-STS'),
				status: z.number().int(),
				type: z.string().nullable().describe('media type'),
			}),
		)
		.optional()
		.describe('what a visitor of each host is answered in the end'),
	health: z
		.array(
			z.object({
				url: z.string(),
				state: z
					.string()
					.describe('up, or what is wrong: contradicts, failing, shell, missing, redirects, …'),
				status: z.number().int().nullable().describe('of the last look; null without one'),
				cached: z.boolean().describe('a cache answered at least once'),
				detail: z.string().describe('why it was not seen; empty where it was'),
			}),
		)
		.optional()
		.describe('health endpoints, where checks asked for them'),
	certificates: z.array(
		z.object({
			host: z.string(),
			subject: z.string(),
			issuer: z.string(),
			names: z.array(z.string()),
			notBefore: z.string(),
			notAfter: z.string(),
			sha256: z.string(),
			service: z
				.enum(['web', 'mail', 'mta-sts', 'bimi'])
				.optional()
				.describe(
					'mail: STARTTLS at port 25; mta-sts: the policy host; bimi: the mark certificate',
				),
			servedAt: z.array(z.string()).optional().describe('ADDRESS:PORT; the URL for bimi'),
			issuedBy: z.string().optional().describe('the authority, as people call it'),
			key: z.string().optional(),
			daysLeft: z
				.number()
				.int()
				.optional()
				.describe('whole days from the audit on; negative: past'),
			trusted: z
				.boolean()
				.nullish()
				.describe('by browsers, or by senders that check; null where that was not judged'),
			problem: z.string().nullish().describe('why not'),
		}),
	),
	mail: z.object({
		exchangers: z.array(z.string()),
		spf: z.string().nullable(),
		dmarc: z.string().nullable(),
		reports: ReportTotals.optional().describe('DMARC aggregate reports, added up exactly'),
	}),
	externalDependencies: z
		.array(z.object({ name: z.string(), seenIn: z.string() }))
		.describe('names outside the registrable domain that the product depends on'),
});

const Smoke = z.object({
	looks: z.number().int().describe('how often what failed was looked at, fresh each time'),
	pauseSeconds: z.number().describe('between two looks'),
	flapped: z
		.array(z.object({ id: z.string(), severity: Severity, title: z.string(), subject: z.string() }))
		.describe('failed once and not twice in a row: no finding'),
	version: z
		.object({
			url: z.string(),
			expected: z.string().nullable().describe('null: it had to answer, whatever it says'),
			state: z.enum(['live', 'not-live', 'unknown']),
			tries: z.number().int(),
			seconds: z.number(),
			seen: z.string().nullable().describe('what answered last, in short'),
			sentence: z.string(),
		})
		.nullable()
		.describe('the release that answers; null where nobody asked'),
});

export const ReportSchema = z.object({
	headline: z.string().describe('the whole answer in one line'),
	schemaVersion: z.literal('1'),
	decision: z.object({
		launch: z.enum(['GO', 'GO_WITH_CONDITIONS', 'CANNOT_SAY', 'NO_GO']),
		sentence: z.string().describe('the sentence that decided it'),
		blockers: z.number().int().describe('risks of severity blocker'),
		high: z.number().int(),
		later: z.number().int(),
		info: z.number().int(),
		accepted: z.number().int().describe('findings covered by a valid waiver'),
		score: z.number().int(),
		deductions: z.array(z.object({ id: z.string(), points: z.number(), reason: z.string() })),
		earliestGo: z
			.number()
			.nullable()
			.describe('seconds until a GO is possible; null where the decision is CANNOT_SAY'),
		deadlineSeconds: z.number(),
		withinDeadline: z.boolean().nullable(),
	}),
	coverage: z.object({
		pass: z.number().int(),
		fail: z.number().int(),
		unknown: z.number().int(),
		blocked: z.number().int(),
		notApplicable: z.number().int(),
		skipped: z.number().int(),
		accepted: z.number().int(),
		blockerCapableUnknown: z.array(
			z.object({ check: z.string(), subject: z.string(), reason: z.string() }),
		),
	}),
	complete: z.boolean().describe('false: stopped by the user or by the time limit'),
	target: z.object({
		domain: z.string().nullable(),
		hosts: z.array(z.string()),
		repo: z.string().optional(),
		platform: z.string().optional(),
		zone: z
			.object({
				file: z.string(),
				use: z.enum(['plan', 'drift']).describe('plan: names in it were answered from it'),
				live: z.boolean().describe('false: nothing but the file was looked at'),
			})
			.optional(),
	}),
	tool: z.object({ name: z.literal('launch-ready'), version: z.string() }),
	startedAt: z.string(),
	durationMs: z.number(),
	vantage: z.object({ resolver: z.string(), node: z.string(), proxy: z.string().nullable() }),
	findings: z.array(Finding),
	checks: z.array(Check),
	risks: z.array(Risk),
	fixBlocks: z
		.array(FixBlock)
		.optional()
		.describe('for each host whose findings ask for several headers: all of them, to paste'),
	waivers: z
		.array(Waiver.extend({ state: z.enum(['used', 'unused', 'expired', 'refused']) }))
		.describe('every waiver of the config and what became of it'),
	smoke: Smoke.optional().describe('with --smoke: what was looked at twice'),
	map: ServiceMap,
	timings: z.array(Timing),
	loads: z.array(Load).optional().describe('load tests, with every sample'),
});

export type Report = z.infer<typeof ReportSchema>;
export type ReportFinding = z.infer<typeof Finding>;
export type ServiceMap = z.infer<typeof ServiceMap>;
export type ReportSmoke = z.infer<typeof Smoke>;
export type ReportTiming = z.infer<typeof Timing>;
export type ReportLoad = z.infer<typeof Load>;
