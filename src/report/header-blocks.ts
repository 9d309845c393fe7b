import type { Failed } from '../core/finding.ts';
import type { HeaderField, Platform } from '../core/fix.ts';
import { groupBy } from '../core/group-by.ts';
import { headers } from '../core/header-fix.ts';
import type { Report } from '../core/report.ts';
import { bySeverity } from '../core/severity.ts';
import { preferred } from './preferred.ts';

/** A header that a finding's fix sets. */
interface Wanted {
	readonly finding: Failed;
	readonly field: HeaderField;
}

interface Merged {
	readonly field: HeaderField;
	readonly findings: readonly Failed[];
}

/**
 * For each host with several findings that headers mend: all of these headers as one text to paste. A
 * host where nothing but notes ask for headers has none. Findings whose fix is not wholly in the block
 * are not listed with it.
 */
export function headerBlocks(
	failed: readonly Failed[],
	fingerprints: ReadonlyMap<Failed, string>,
	platformsAt: (host: string) => readonly Platform[],
): NonNullable<Report['fixBlocks']> {
	const standing = failed.filter(({ outcome }) => outcome !== 'accepted');
	const hosts = groupBy(
		standing.filter(({ fix }) => (fix.headers ?? []).length > 0),
		({ subject }) => hostOf(subject),
	);
	return [...hosts].flatMap(([host, findings]) => {
		const merged = mergedOf(findings);
		const mended = findings.filter((one) => isMended(one, merged));
		if (mended.length < 2 || mended.every(({ severity }) => severity === 'info')) return [];
		const fields = merged
			.filter((one) => one.findings.some((finding) => mended.includes(finding)))
			.map(({ field: { name, value } }) => ({ name, value }))
			.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
		const { snippets } = headers('', fields);
		return [
			{
				host,
				headers: fields,
				findings: mended.map((one) => fingerprints.get(one) ?? ''),
				snippets: [...preferred(snippets, platformsAt(host))],
			},
		];
	});
}

/** By name, and policies, which are long, last. */
function placeOf({ name }: HeaderField): string {
	const key = name.toLowerCase();
	return key.startsWith('content-security-policy') ? `~${key}` : key;
}

function hostOf(subject: string): string {
	return URL.canParse(subject) ? new URL(subject).hostname || subject : subject;
}

function isMended(finding: Failed, merged: readonly Merged[]): boolean {
	const names = (finding.fix.headers ?? []).map(({ name }) => name.toLowerCase());
	return names.every((name) =>
		merged.some((one) => one.field.name.toLowerCase() === name && one.findings.includes(finding)),
	);
}

function mergedOf(findings: readonly Failed[]): readonly Merged[] {
	const wanted = findings
		.toSorted((a, b) => bySeverity(a.severity, b.severity))
		.flatMap((finding) => (finding.fix.headers ?? []).map((field) => ({ finding, field })));
	const byName = groupBy(wanted, ({ field }) => field.name.toLowerCase());
	return [...byName].map(([name, some]) =>
		/^content-security-policy(?:-report-only)?$/.test(name)
			? mergedPolicy(some)
			: mostComplete(some),
	);
}

/** The value of the most parts, such as directives; of equals, the graver finding's. */
function mostComplete(wanted: readonly Wanted[]): Merged {
	const parts = ({ field }: Wanted) => field.value.split(/[;,]/).length;
	const [first] = wanted.toSorted((a, b) => parts(b) - parts(a));
	return {
		field: (first as Wanted).field,
		findings: wanted.map(({ finding }) => finding),
	};
}

// ── Policies: each repair is a change to what is sent today, and changes add up ──────────────────

type Policy = Map<string, readonly string[]>;

function mergedPolicy(wanted: readonly Wanted[]): Merged {
	const { name } = (wanted[0] as Wanted).field;
	const base = wanted.find(({ field }) => field.from !== undefined)?.field.from ?? '';
	const fitting = wanted.filter(({ field }) => (field.from ?? base) === base);
	const policy = policyIn(base);
	for (const { field } of fitting) {
		change(policy, policyIn(field.from ?? ''), policyIn(field.value));
	}
	const value = [...policy].map(([directive, sources]) => [directive, ...sources].join(' '));
	return {
		field: { name, value: value.join('; ') },
		findings: fitting.map(({ finding }) => finding),
	};
}

/** Of a directive that stands twice, the first counts (CSP3 §2.2.1). */
function policyIn(text: string): Policy {
	const policy: Policy = new Map();
	for (const directive of text.split(';')) {
		const [name = '', ...sources] = directive.trim().split(/\s+/);
		const key = name.toLowerCase();
		if (key !== '' && !policy.has(key)) policy.set(key, sources);
	}
	return policy;
}

function change(policy: Policy, from: Policy, to: Policy): void {
	for (const directive of from.keys()) if (!to.has(directive)) policy.delete(directive);
	for (const [directive, sources] of to) {
		const before = from.get(directive) ?? [];
		const now = policy.get(directive);
		if (now === undefined) {
			if (!from.has(directive)) policy.set(directive, sources);
			continue;
		}
		const gone = new Set(before.filter((one) => !sources.includes(one)));
		const added = sources.filter((one) => !before.includes(one));
		policy.set(directive, listed([...now.filter((one) => !gone.has(one)), ...added]));
	}
}

/** Each once; `'none'` stands alone or not at all (CSP3 §6.7.2.3). */
function listed(sources: readonly string[]): readonly string[] {
	const once = [...new Set(sources)];
	const some = once.filter((one) => one.toLowerCase() !== "'none'");
	return some.length > 0 ? some : once;
}
