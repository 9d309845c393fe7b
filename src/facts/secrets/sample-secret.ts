import type { FoundSecret } from './secret-sighting.ts';

/** A provider's live key, committed: what examples of checks begin from. */
export const SAMPLE_SECRET: FoundSecret = {
	rule: 'stripe-secret-key',
	provider: 'Stripe',
	what: 'secret key',
	tier: 'server',
	kind: 'server-secret',
	confidence: 'high',
	state: 'none',
	expiresAt: null,
	local: false,
	encrypted: false,
	published: false,
	paired: false,
	encoded: null,
	preview: 'sk_l',
	length: 32,
	fingerprint: '0011223344556677',
	variable: '',
	inProduction: false,
	places: [{ file: 'src/pay.ts', line: 3, place: 'head', text: "const key = '[redacted]';" }],
	placesInAll: 1,
	rotate: 'https://dashboard.stripe.com/apikeys',
	anchor: 'sk_live_',
};
