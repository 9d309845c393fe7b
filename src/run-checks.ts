import { z } from 'zod';
import type { AuditOptions } from './audit-options.ts';
import type { AnyCheck } from './core/check.ts';
import type { Target } from './core/target.ts';
import { type Audited, audit, isSelected, type Partly } from './engine/audit.ts';
import { selects } from './engine/judge.ts';
import type { Observer } from './engine/observer.ts';
import { leavesOut, PROFILES, type Profile } from './profiles.ts';
import { loadShipped, shippedIds } from './shipped-checks.ts';

/** When a GO is wanted, unless the user says. */
export const DEADLINE_SECONDS = 48 * 3_600;

export interface Judged extends Audited {
	readonly target: Target;
	readonly checks: readonly AnyCheck[];
}

/** Loads the checks that the options select and judges them. */
export async function judgeChecks(
	options: AuditOptions,
	{ target, observer, now }: { target: Target; observer: Observer; now: Date },
): Promise<Judged> {
	const { only = [], skip = [], accept = [], severity = {}, options: checkOptions = {} } = options;
	const ids = await shippedIds();
	// A load has a command of its own, and what has it looks at nothing else.
	const isOwn = (id: string) => id.startsWith('load/') === (target.load !== undefined);
	const selected = ids.filter((id) => isOwn(id) && isSelected(id, { only, skip }));
	const profile = options.profile === undefined ? null : PROFILES[options.profile];
	const wanted = profile === null ? selected : selected.filter((id) => profile.checks.includes(id));
	if (wanted.length === 0) throw new RangeError('No check is left by --only and --skip.');
	const checks = await loadShipped(wanted);
	requireOptions(checks, checkOptions);
	const partly = profile === null ? null : partOf(profile, selected);
	const policy = { only, skip, accept, severity, options: checkOptions, partly };
	const audited = await audit({
		target,
		checks,
		observer,
		now,
		policy,
		loadCauses: (causes) => {
			const unskipped = ids.filter((id) => isSelected(id, { only: causes, skip }));
			return loadShipped(unskipped);
		},
		...(options.onProgress !== undefined && { progress: options.onProgress }),
	});
	return { ...audited, target, checks };
}

function partOf(profile: Profile, selected: readonly string[]): Partly {
	const { option, checks, notSaid } = profile;
	return {
		option,
		isLeftOut: (ref) => leavesOut(profile, ref),
		left: [
			...selected.filter((id) => !checks.includes(id)).map((id) => ({ id })),
			...notSaid.filter(({ id }) => selected.some((check) => selects(check, id))),
		],
	};
}

/** Refuses an option that is misspelt or of another kind: it would pass for the default, or for our bug. */
function requireOptions(
	checks: readonly AnyCheck[],
	options: Readonly<Record<string, unknown>>,
): void {
	for (const { id, options: schema } of checks) {
		const given = options[id];
		if (given === undefined) continue;
		const strict = schema instanceof z.ZodObject ? schema.strict() : schema;
		const issue = strict.safeParse(given).error?.issues[0];
		if (issue === undefined) continue;
		throw new RangeError(`options.${[id, ...issue.path].join('.')}: ${issue.message}`);
	}
}
