import type { DriftedSet, Snippet } from '../../src/sdk.ts';

/** What is live, and what the file says, as a unified diff with a hunk for each set. */
function diffOf(sets: readonly DriftedSet[], zone: string, file: string): string {
	const hunks = sets.map(({ name, type, line, live, intended }) =>
		[
			`@@ ${name} ${type}${line === null ? '' : `, ${file}:${line}`} @@`,
			...live.map((one) => `-${one}`),
			...intended.map((one) => `+${one}`),
		].join('\n'),
	);
	return [`--- what the name servers of ${zone} answer`, `+++ ${file}`, ...hunks].join('\n');
}

/** The same for nsupdate (RFC 2136), where the zone takes dynamic updates. */
function updateOf(sets: readonly DriftedSet[], zone: string): string {
	const steps = sets.flatMap(({ name, type, liveTypes, intended }) => [
		...new Set([type, ...liveTypes].map((one) => `update delete ${name}. ${one}`)),
		...intended.map((one) => `update add ${one}`),
	]);
	return [`zone ${zone}`, ...steps, 'send'].join('\n');
}

/** The change that makes these sets live as they are written. */
export function patchFor(
	sets: readonly DriftedSet[],
	{ zone, file }: { readonly zone: string; readonly file: string },
): readonly Snippet[] {
	return [
		{ platform: 'any', language: 'diff', text: diffOf(sets, zone, file) },
		{ platform: 'any', language: 'nsupdate', text: updateOf(sets, zone) },
	];
}
