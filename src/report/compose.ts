import type { AnyCheck } from '../core/check.ts';
import type { Evidence } from '../core/evidence.ts';
import type { Place } from '../core/fact.ts';
import { type Failed, type Finding, idOf, isFailed, type Waiver } from '../core/finding.ts';
import type { Platform } from '../core/fix.ts';
import { NOT_LIVE } from '../core/io.ts';
import type {
	Report,
	ReportFinding,
	ReportLoad,
	ReportTiming,
	ServiceMap,
} from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { coverageOf, type Row, rowsOf } from '../score/coverage.ts';
import { decide } from '../score/decide.ts';
import { deduct } from '../score/deduct.ts';
import { earliestGo } from '../score/earliest-go.ts';
import { fixOrder } from '../score/fix-order.ts';
import { rank } from '../score/rank.ts';
import { fingerprintOf } from './fingerprint.ts';
import { headerBlocks } from './header-blocks.ts';
import { headline } from './headline.ts';
import { preferred } from './preferred.ts';

/** Shown with a finding; the rest is counted. */
const MOST_EVIDENCE = 8;

export interface Composed {
	readonly target: Target;
	readonly checks: readonly AnyCheck[];
	readonly findings: readonly Finding[];
	readonly waivers: readonly {
		readonly waiver: Waiver;
		readonly state: Report['waivers'][number]['state'];
	}[];
	/** The report line of an observed fact; `null` where it was not observed. */
	describe(key: string): Evidence | null;
	readonly map: ServiceMap;
	readonly timings: readonly ReportTiming[];
	/** Load tests; none in an audit. */
	readonly loads?: readonly ReportLoad[];
	/** Whose syntax fixes show first, the likeliest before the others. */
	readonly platforms: readonly Platform[];
	/** The same for hosts that something else serves. */
	readonly platformsByHost?: ReadonlyMap<string, readonly Platform[]>;
	readonly platformName: string | null;
	readonly complete: boolean;
	readonly deadlineSeconds: number;
	readonly version: string;
	readonly startedAt: Date;
	readonly durationMs: number;
	readonly vantage: Report['vantage'];
}

/** The report: a pure function of what was found. */
export function compose(about: Composed): Report {
	const { findings, target } = about;
	const byId = new Map(about.checks.map((check) => [check.id, check]));
	const ranked = rank(findings, (id) => {
		const { reach, layer } = byId.get(id) as AnyCheck;
		return { reach, layer };
	});
	const ordered = fixOrder(ranked);
	const rows = rowsOf(findings);
	const fingerprints = fingerprintsOf(findings.filter(isFailed));
	const decision = decisionOf(about, ranked, ordered, rows);
	const listed = ordered
		.flatMap(({ risk }): readonly Failed[] => risk.findings)
		.concat(findings.filter(isFailed).filter(({ outcome }) => outcome === 'accepted'));
	const { domain, repo } = target;
	const hosts = new Set(
		findings.filter(({ locus }) => locus.kind === 'host').map(({ subject }) => subject),
	);
	return {
		headline: headline(decision, coverageOf(rows)),
		schemaVersion: '1',
		decision,
		coverage: coverage(rows),
		complete: about.complete,
		target: {
			domain,
			hosts: [...hosts].sort(
				(a, b) => Number(b === domain) - Number(a === domain) || (a < b ? -1 : 1),
			),
			...(repo !== null && { repo }),
			...(about.platformName !== null && { platform: about.platformName }),
			...zoneOf(about),
		},
		tool: { name: 'launch-ready', version: about.version },
		startedAt: about.startedAt.toISOString(),
		durationMs: about.durationMs,
		vantage: about.vantage,
		findings: listed.map((one) => toFinding(one, fingerprints.get(one) ?? '', about, byId)),
		checks: rows.map(({ check, subject, outcome, reason, code, verdicts, by, behind }) => ({
			check,
			subject,
			outcome,
			...(reason !== null && { reason }),
			...(code !== null && { code }),
			verdicts: [...verdicts],
			...((by ?? behind) !== null && { behind: { ...((by ?? behind) as Place) } }),
		})),
		risks: ordered.map(({ risk, rank: place, dependsOn }) => ({
			rank: place,
			id: risk.id,
			severity: risk.severity,
			title: risk.findings[0].message,
			findings: risk.findings.map((one) => fingerprints.get(one) ?? ''),
			hides: [...risk.hides],
			effortMinutes: risk.effort,
			leadSeconds: risk.lead,
			dependsOn: [...new Set(dependsOn.map(({ id }) => id))],
		})),
		fixBlocks: headerBlocks(listed, fingerprints, (host) => platformsAt(host, about)),
		waivers: about.waivers.map(({ waiver, state }) => ({ ...waiver, state })),
		map: about.map,
		timings: [...about.timings],
		...(about.loads !== undefined && about.loads.length > 0 && { loads: [...about.loads] }),
	};
}

function zoneOf({ target, vantage }: Composed): Pick<Report['target'], 'zone'> {
	const { zoneFile, zoneUse } = target;
	if (zoneFile === null) return {};
	const file = zoneFile.split(/[\\/]/).at(-1) ?? zoneFile;
	return { zone: { file, use: zoneUse, live: vantage.resolver !== NOT_LIVE } };
}

function decisionOf(
	{ findings, deadlineSeconds }: Composed,
	ranked: ReturnType<typeof rank>,
	ordered: ReturnType<typeof fixOrder>,
	rows: readonly Row[],
): Report['decision'] {
	const { launch, sentence } = decide(gravestFirst(findings, ranked));
	const count = (severity: string) => ranked.filter((risk) => risk.severity === severity).length;
	const { score, deductions } = deduct(ranked, rows);
	const earliest = launch === 'CANNOT_SAY' ? null : earliestGo(ordered);
	return {
		launch,
		sentence,
		blockers: count('blocker'),
		high: count('high'),
		later: count('later'),
		info: count('info'),
		accepted: findings.filter(({ outcome }) => outcome === 'accepted').length,
		score,
		deductions: [...deductions],
		earliestGo: earliest,
		deadlineSeconds,
		withinDeadline: earliest === null ? null : earliest <= deadlineSeconds,
	};
}

/** So that the sentence names the risk that ranks first. */
function gravestFirst(
	findings: readonly Finding[],
	ranked: ReturnType<typeof rank>,
): readonly Finding[] {
	const first: readonly Finding[] = ranked.flatMap((risk) => risk.findings);
	return [...first, ...findings.filter((one) => !first.includes(one))];
}

function coverage(rows: readonly Row[]): Report['coverage'] {
	const count = (outcome: Row['outcome']) => rows.filter((row) => row.outcome === outcome).length;
	return {
		pass: count('pass'),
		fail: count('fail'),
		unknown: count('unknown'),
		blocked: count('blocked'),
		notApplicable: count('not-applicable'),
		skipped: count('skipped'),
		accepted: count('accepted'),
		blockerCapableUnknown: rows
			.filter((row) => row.couldBlock)
			.map(({ check, subject, reason }) => ({ check, subject, reason: reason ?? '' })),
	};
}

function fingerprintsOf(failed: readonly Failed[]): ReadonlyMap<Failed, string> {
	const seen = new Map<string, number>();
	return new Map(
		failed.map((finding) => {
			const first = fingerprintOf(finding, 0);
			const nth = seen.get(first) ?? 0;
			seen.set(first, nth + 1);
			return [finding, nth === 0 ? first : fingerprintOf(finding, nth)];
		}),
	);
}

function toFinding(
	finding: Failed,
	fingerprint: string,
	about: Composed,
	byId: ReadonlyMap<string, AnyCheck>,
): ReportFinding {
	const { locus, severity, control, waiver } = finding;
	return {
		id: idOf(finding),
		fingerprint,
		check: finding.check,
		outcome: finding.outcome,
		severity,
		title: finding.message,
		impact: finding.impact,
		subject: { ...locus },
		judged: finding.subject,
		evidence: [...evidenceOf(finding, about)],
		...(control !== null && { control }),
		confidence: finding.confidence,
		effortMinutes: finding.effort,
		...(finding.lead > 0 && { leadSeconds: finding.lead }),
		fix: fixFor(finding, about),
		reproduce: finding.reproduce,
		references: [...(byId.get(finding.check)?.references ?? [])],
		...(waiver !== null && { waiver }),
	};
}

/**
 * What the check chose to show; else what it asked for, and of that what names the subject itself,
 * where anything does: the rest (controls, what other verdicts needed) is in the recording.
 */
function evidenceOf(finding: Failed, about: Composed): readonly Evidence[] {
	if (finding.evidence !== null) return finding.evidence;
	const seen = finding.facts.flatMap((key) => about.describe(key) ?? []);
	const own = seen.filter(({ summary }) => names(summary, finding.locus.name));
	const shown = own.length > 0 ? own : seen;
	if (shown.length <= MOST_EVIDENCE) return shown;
	const more = shown.length - MOST_EVIDENCE;
	const rest = { kind: 'more', summary: `and ${more} more observations`, detail: '' };
	return [...shown.slice(0, MOST_EVIDENCE), rest];
}

/** The name stands in the line as a word of its own, not as the end of a longer name. */
function names(summary: string, name: string): boolean {
	const at = summary.indexOf(name);
	return at >= 0 && !/[\w.-]/.test(summary.charAt(at - 1));
}

function fixFor({ fix, subject, locus }: Failed, about: Composed): ReportFinding['fix'] {
	const { summary, steps, snippets } = fix;
	const platforms = platformsAt(locus.kind === 'host' ? locus.name : subject, about);
	return { summary, steps: [...steps], snippets: [...preferred(snippets, platforms)] };
}

function platformsAt(host: string, { platforms, platformsByHost }: Composed): readonly Platform[] {
	return [...new Set([...(platformsByHost?.get(host) ?? []), ...platforms])];
}
