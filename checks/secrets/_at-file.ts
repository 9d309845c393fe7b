import type { FoundSecret, RepositorySecrets, Severity } from '../../src/sdk-repository.ts';
import { severityOf } from './_severity.ts';

/** A secret where it stands in one file. */
export interface SecretAt {
	readonly secret: FoundSecret;
	readonly line: number;
	readonly severity: Severity;
}

const ORDER: readonly Severity[] = ['blocker', 'high', 'later', 'info'];

/** What of a file is worse than a note, the gravest first; public keys and mere ids are left out. */
export function secretsAt(found: RepositorySecrets, file: string, now: Date): readonly SecretAt[] {
	return found.secrets
		.flatMap((secret) => {
			const place = secret.places.find((one) => one.file === file);
			const isOpen = secret.tier !== 'publishable' && secret.tier !== 'identifier';
			const severity = isOpen ? severityOf(secret, now) : null;
			if (place === undefined || severity === null || severity === 'info') return [];
			return [{ secret, line: place.line, severity }];
		})
		.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || a.line - b.line);
}

/** As in a committed file, wherever it stands. */
export function severityAsCommitted(secret: FoundSecret, now: Date): Severity | null {
	const places = secret.places.map((place) => ({ ...place, place: 'head' as const }));
	return severityOf({ ...secret, places }, now);
}

export const oneLower = (severity: Severity): Severity =>
	ORDER[ORDER.indexOf(severity) + 1] ?? 'info';

/** For a command to paste; a name that a shell would read differently is left to the user. */
export const pasted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : 'PATH/TO/FILE');

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 5): string {
	const shown = names.slice(0, most);
	const rest = names.length - shown.length;
	if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
	const last = shown.at(-1) ?? '';
	return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

export const count = (number: number, noun: string): string =>
	`${number} ${noun}${number === 1 ? '' : 's'}`;
