import { type Seconds, seconds } from '../core/units.ts';
import type { Ordered } from './fix-order.ts';
import type { Risk } from './rank.ts';

/**
 * Seconds until a GO is possible: every blocker and high risk fixed by one person who works without a
 * break, while waiting (TTLs, certificate issuance) goes on meanwhile. What depends on another fix
 * starts when that one's waiting is over. Of the fixes that may start, the one with the longest wait
 * goes first, which ends soonest.
 */
export function earliestGo(ordered: readonly Ordered[]): Seconds {
	const open = new Set(
		ordered.filter(({ risk }) => risk.severity === 'blocker' || risk.severity === 'high'),
	);
	const effective = new Map<Risk, number>();
	let free = 0;
	let end = 0;
	while (open.size > 0) {
		const [next, start] = nextOf(open, effective, free);
		open.delete(next);
		free = start + next.risk.effort * 60;
		effective.set(next.risk, free + next.risk.lead);
		end = Math.max(end, free + next.risk.lead);
	}
	return seconds(end);
}

/** The fix to start next and when: soonest possible, longest wait first. */
function nextOf(
	open: ReadonlySet<Ordered>,
	effective: ReadonlyMap<Risk, number>,
	free: number,
): [Ordered, number] {
	const pending = new Set([...open].map(({ risk }) => risk));
	const startable = [...open]
		.filter(({ dependsOn }) => !dependsOn.some((other) => pending.has(other)))
		.map((one): [Ordered, number] => {
			const waits = one.dependsOn.map((other) => effective.get(other) ?? 0);
			return [one, Math.max(free, ...waits)];
		})
		.sort(([a, at], [b, bt]) => at - bt || b.risk.lead - a.risk.lead);
	// Layers order the dependencies, so they have no circle and something can always start.
	return startable[0] as [Ordered, number];
}
