import type { Layer } from '../core/check.ts';
import type { Risk } from './rank.ts';

/** A fix of a layer waits for fixes of these, where both concern the same name. */
const WAITS_FOR: Partial<Readonly<Record<Layer, readonly Layer[]>>> = {
	delegation: ['registration'],
	records: ['registration', 'delegation'],
	mail: ['registration', 'delegation'],
	certificates: ['registration', 'delegation', 'records'],
	hsts: ['certificates'],
};

export interface Ordered {
	readonly risk: Risk;
	/** Position in the ranking, from 1. */
	readonly rank: number;
	readonly dependsOn: readonly Risk[];
}

/** The ranked risks in the order in which to fix them: each after what it depends on. */
export function fixOrder(ranked: readonly Risk[]): readonly Ordered[] {
	const ordered = new Map<Risk, Ordered>();
	const visit = (risk: Risk) => {
		if (ordered.has(risk)) return;
		const dependsOn = ranked.filter((other) => waits(risk, other));
		dependsOn.forEach(visit);
		ordered.set(risk, { risk, rank: ranked.indexOf(risk) + 1, dependsOn });
	};
	ranked.forEach(visit);
	return [...ordered.values()];
}

/** Notes need no fix, so nothing waits for one. */
function waits(risk: Risk, other: Risk): boolean {
	const before = WAITS_FOR[risk.layer] ?? [];
	if (!before.includes(other.layer) || other.severity === 'info') return false;
	return risk.findings.some(({ subject: name }) =>
		other.findings.some(({ subject }) => name === subject || isBelow(name, subject, other.layer)),
	);
}

/** A zone carries every name below it; a record only its own. */
function isBelow(name: string, parent: string, layer: Layer): boolean {
	return layer !== 'records' && name.endsWith(`.${parent}`);
}
