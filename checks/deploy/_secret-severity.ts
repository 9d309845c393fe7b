import type { FoundSecret, Severity } from '../../src/sdk.ts';

const ORDER: readonly Severity[] = ['blocker', 'high', 'later', 'info'];
const BY_TIER: Readonly<Record<FoundSecret['tier'], Severity>> = {
	server: 'blocker',
	restricted: 'high',
	generic: 'high',
	test: 'later',
	publishable: 'info',
	identifier: 'info',
};

/** By tier, as in a committed file: whoever pulls an image reads all of its layers. */
export function severityInImage(secret: FoundSecret, now: Date): Severity {
	if (secret.state === 'impossible' || secret.published || secret.local) return 'info';
	const steps = (secret.state === 'invalid' ? 1 : 0) + (secret.encrypted ? 1 : 0);
	const hasExpired = secret.expiresAt !== null && secret.expiresAt * 1000 < now.getTime();
	const level = Math.max(
		ORDER.indexOf(BY_TIER[secret.tier]) + steps,
		hasExpired ? ORDER.indexOf('later') : 0,
	);
	return ORDER[Math.min(level, ORDER.length - 1)] ?? 'info';
}
