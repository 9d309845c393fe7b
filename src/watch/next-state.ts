import type { Report, ReportFinding } from '../core/report.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import type { Alert, Entry, Told, Watched } from './watch-state.ts';

/** What a round is told beside what it saw. */
export interface RoundOptions {
	/** Findings below this are no news. */
	readonly alertOn: Severity;
	readonly now: Date;
}

/** Rounds in a row without sight before somebody is told. */
const BLIND_ROUNDS = 3;
/** A finding whose check has not been judged for so long is let go. */
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;
/** More failing findings than this are not kept: a file must not grow for ever. */
const MOST_ENTRIES = 500;
const LONGEST_TEXT = 500;

/**
 * One round's report folded into what is known of a domain. A finding is news when it failed in two
 * rounds in a row, or when another of its check at its subject, as grave, failed in the one before: what
 * is down shows another face each time. One that takes the place of a finding that stood is no news. It
 * has recovered when its check was judged again without it and nothing new of that check is unconfirmed.
 * A round that could not look neither confirms nor recovers.
 */
export function nextState(
	watched: Watched,
	report: Report,
	{ alertOn, now }: RoundOptions,
): { readonly watched: Watched; readonly alert: Omit<Alert, 'domain'> | null } {
	const at = now.toISOString();
	const rows = new Map(report.checks.map((row) => [placeKey(row), row.outcome]));
	const news = SEVERITIES.slice(0, SEVERITIES.indexOf(alertOn) + 1);
	const failing = uniqueByFingerprint(
		report.findings.filter(
			({ outcome, severity }) => outcome === 'fail' && news.includes(severity),
		),
	);
	const before = new Map(watched.entries.map((entry) => [entry.fingerprint, entry]));
	const failingNow = new Set(failing.map(({ fingerprint }) => fingerprint));
	const absent = new Set(watched.entries.filter((one) => !failingNow.has(one.fingerprint)));
	/** Those that stood already, under this name or under another. */
	const stood = new Set<string>();
	const current = failing.map((finding): Entry => {
		const known = before.get(finding.fingerprint);
		const fresh = entryOf(finding, at);
		if (known !== undefined) {
			if (known.confirmed) stood.add(fresh.fingerprint);
			return { ...fresh, since: known.since, confirmed: true };
		}
		const face = [...absent].find((other) => other.confirmed && isAsGrave(other, fresh));
		if (face === undefined) {
			return { ...fresh, confirmed: watched.entries.some((other) => isAsGrave(other, fresh)) };
		}
		absent.delete(face);
		stood.add(fresh.fingerprint);
		return { ...fresh, since: face.since, confirmed: true };
	});
	const open = new Set(current.filter(({ confirmed }) => !confirmed).map(placeKey));
	const fates = [...absent].map((entry) => {
		const key = placeKey(entry);
		return { entry, fate: fateOf(entry, rows.get(key), open.has(key), now) };
	});
	const held = fates.flatMap(({ entry, fate }) =>
		fate === 'held' || fate === 'held-judged'
			? [fate === 'held' ? entry : { ...entry, judgedAt: at }]
			: [],
	);
	const ended = (which: string) =>
		fates.flatMap(({ entry, fate }) => (fate === which && entry.confirmed ? [told(entry)] : []));
	const entries = [...current, ...held]
		.toSorted((a, b) => Number(b.confirmed) - Number(a.confirmed))
		.slice(0, MOST_ENTRIES);
	const broke = current.filter((one) => one.confirmed && !stood.has(one.fingerprint));
	const blind = isBlind(report) ? watched.blind + 1 : 0;
	const alert = {
		at,
		sight: sightOf(watched.blind, blind),
		broke: broke.map(told),
		recovered: ended('recovered'),
		gone: ended('gone'),
		standing: entries.filter(({ confirmed }) => confirmed).length,
		headline: cut(report.headline),
	};
	const isNews =
		alert.sight !== null || alert.broke.length + alert.recovered.length + alert.gone.length > 0;
	return {
		watched: { rounds: watched.rounds + 1, lastRoundAt: at, blind, entries },
		alert: isNews ? alert : null,
	};
}

type Fate = 'recovered' | 'held' | 'held-judged' | 'gone';

/** What becomes of a finding that is not among those of this round. */
function fateOf(
	entry: Entry,
	outcome: Report['checks'][number]['outcome'] | undefined,
	hasUnconfirmed: boolean,
	now: Date,
): Fate {
	if (outcome === 'pass' || outcome === 'accepted') return 'recovered';
	if (outcome === 'fail') return hasUnconfirmed ? 'held-judged' : 'recovered';
	const unseenMs = now.getTime() - Date.parse(entry.judgedAt);
	return unseenMs > FORGOTTEN_AFTER_MS ? 'gone' : 'held';
}

/** What the launch hangs on could not be seen, or nothing at all. */
function isBlind({ decision, checks, complete }: Report): boolean {
	const judged = checks.some(({ outcome }) => outcome === 'pass' || outcome === 'fail');
	return decision.launch === 'CANNOT_SAY' || !judged || !complete;
}

function sightOf(before: number, now: number): Alert['sight'] {
	if (now === BLIND_ROUNDS) return 'lost';
	return now === 0 && before >= BLIND_ROUNDS ? 'back' : null;
}

function isAsGrave(other: Entry, entry: Entry): boolean {
	return (
		placeKey(other) === placeKey(entry) &&
		SEVERITIES.indexOf(other.severity) <= SEVERITIES.indexOf(entry.severity)
	);
}

const placeKey = ({ check, subject }: { readonly check: string; readonly subject: string }) =>
	JSON.stringify([check, subject]);

function entryOf(finding: ReportFinding, at: string): Entry {
	const { fingerprint, id, check, severity, title } = finding;
	const subject = finding.judged ?? finding.subject.name;
	return {
		fingerprint,
		id,
		check,
		subject,
		place: cut(finding.subject.name),
		severity,
		title: cut(title),
		since: at,
		judgedAt: at,
		confirmed: false,
	};
}

function told({ id, place, severity, title, since }: Entry): Told {
	return { id, place, severity, title, since };
}

function uniqueByFingerprint(findings: readonly ReportFinding[]): readonly ReportFinding[] {
	return [...new Map(findings.map((one) => [one.fingerprint, one])).values()];
}

const cut = (text: string) => text.toWellFormed().slice(0, LONGEST_TEXT);
