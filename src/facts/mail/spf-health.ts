import { lookupsOf, passesOf, voidsOf } from './spf-cost.ts';
import type { SpfFault } from './spf-record.ts';
import { MOST_LOOKUPS, MOST_MX_HOSTS, MOST_VOIDS, type SpfNode, type SpfWalk } from './spf-walk.ts';

/**
 * `nobody`: the record lets no server send; `exp=` and the choice between `-all` and `~all` change
 * nothing in that. A record that cannot be read is one that somebody meant.
 */
export function spfSays({ root }: SpfWalk): 'sends' | 'nobody' | 'silent' {
	if (root.state === 'none' || root.state === 'nxdomain') return 'silent';
	if (root.parsed === null || root.parsed.faults.length > 0) return 'sends';
	const { terms } = root.parsed;
	const denies = terms.some(
		(term) => term.kind === 'mechanism' && term.name === 'all' && /[-~]/.test(term.qualifier),
	);
	const others = terms.filter(({ name }) => name !== 'all' && name !== 'exp' && name !== 'other');
	return denies && others.length === 0 ? 'nobody' : 'sends';
}

/** Records that receivers come to: below a dead `redirect` they never do. */
export function liveNodes(node: SpfNode): readonly SpfNode[] {
	return [
		node,
		...node.branches.flatMap(({ dead, node: below }) => (below && !dead ? liveNodes(below) : [])),
	];
}

/** What makes a record permerror by itself, whatever its includes do; `null` where nothing does. */
export function brokenBy({ parsed }: SpfNode): SpfFault | null {
	const faults = parsed?.faults ?? [];
	return faults.find(({ rule, legal }) => rule !== 'no-effect' && legal !== true) ?? null;
}

export function hasFaults(node: SpfNode): boolean {
	return brokenBy(node) !== null;
}

/** Receivers answer none or permerror: SPF can carry nothing. What could not be looked at breaks nothing. */
export function isBroken(walk: SpfWalk): boolean {
	if (walk.root.state === 'failed') return false;
	return liveNodes(walk.root).some(isBrokenNode) || isTooDear(walk);
}

function isBrokenNode(node: SpfNode): boolean {
	return hasFaults(node) || !['record', 'failed', 'cut'].includes(node.state);
}

/** RFC 7208 §4.6.4. */
function isTooDear(walk: SpfWalk): boolean {
	return (
		lookupsOf(walk.root) > MOST_LOOKUPS ||
		liveNodes(walk.root).some(({ branches }) =>
			branches.some(({ hosts }) => (hosts?.exchanges ?? 0) > MOST_MX_HOSTS),
		) ||
		voidsOf(walk).filter(({ clients }) => clients === 'all').length > MOST_VOIDS
	);
}

/** Whether a record lets at least one client pass. */
export function authorisesSomebody(node: SpfNode): boolean {
	const { v4, v6, everyone, dynamic } = passesOf(node);
	return dynamic || v4.length + v6.length + everyone.length > 0;
}
