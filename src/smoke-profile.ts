/**
 * What the minute after a deploy is about, and what a watch repeats: the name leads somewhere, HTTPS
 * answers with a good certificate, redirects end, start and sign-in page are open to the public and to
 * search engines, named endpoints answer, health endpoints tell the truth.
 */
export const SMOKE_CHECKS = [
	'dns/addresses',
	'dns/resolution',
	'launch/access',
	'launch/indexing',
	'launch/placeholder/default-page',
	'launch/placeholder/unclaimed-host',
	// That there is none, or that it could be better, is nothing that a deploy breaks.
	'monitoring/health/always-ok',
	'monitoring/health/failing',
	'monitoring/health/status-contradicts-body',
	'redirects/chain',
	'redirects/https-upgrade',
	'ssl/certificate',
	'ssl/chain',
	'ssl/https',
	'timing/availability',
	// Of three tries; a rate under 1 % is not for so few to prove.
	'timing/errors/rate-over-budget',
	'timing/errors/server-error-seen',
] as const;

/** Where these fail, others say nothing: they are looked at again together with whatever failed. */
export const SMOKE_CAUSES = ['dns/addresses', 'dns/resolution', 'redirects/chain', 'ssl/https'];
