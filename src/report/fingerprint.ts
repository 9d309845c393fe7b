import { createHash } from 'node:crypto';
import { type Failed, idOf } from '../core/finding.ts';

/**
 * The same condition at the same place, whatever the wording or order: SHA-256 of id, subject and
 * place, 128 bits in hex. A line number is left out, because lines move when nothing else changes;
 * `nth` tells several at one place apart. Never made of a secret's value.
 */
export function fingerprintOf(finding: Failed, nth: number): string {
	const { kind, name, file } = finding.locus;
	const parts = [
		idOf(finding),
		finding.subject,
		kind,
		name,
		file ?? '',
		nth > 0 ? String(nth) : '',
	];
	return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}
