import { describe, expect, it } from 'vitest';
import { CHECKS_FOLDER } from '../../src/checks-folder.ts';
import { loadChecks } from '../../src/engine/load-checks.ts';
import { verifyCheck } from '../../src/engine/verify-check.ts';

const checks = await loadChecks(CHECKS_FOLDER);

describe.each(checks.map((check) => [check.id, check] as const))('%s', (_, check) => {
	it('does what its examples say, and shows every verdict', () => {
		expect(verifyCheck(check)).toEqual([]);
	});
});

it('found the checks', () => {
	expect(checks.map(({ id }) => id)).toEqual([
		'dns/addresses',
		'dns/alias',
		'dns/caa',
		'dns/delegation',
		'dns/dnssec',
		'dns/drift',
		'dns/https-record',
		'dns/nameservers',
		'dns/resolution',
		'dns/soa',
		'dns/takeover',
		'dns/ttl',
		'dns/vantage',
		'dns/wildcard',
		'dns/zone-file',
		'domain/registration',
		'email/bimi',
		'email/bulk',
		'email/dane',
		'email/dkim',
		'email/dmarc',
		'email/message',
		'email/mta-sts',
		'email/mx',
		'email/ptr',
		'email/reports',
		'email/spf',
		'email/starttls',
		'email/tls-rpt',
		'exposure/admin-tools',
		'exposure/backups',
		'exposure/config-files',
		'exposure/credentials',
		'exposure/developer-files',
		'exposure/diagnostics',
		'exposure/dotenv',
		'exposure/git',
		'exposure/listings',
		'exposure/logs',
		'exposure/mixed-content',
		'exposure/security-txt',
		'exposure/source-maps',
		'headers/cookies',
		'headers/csp',
		'headers/hsts',
		'headers/sri',
		'launch/access',
		'launch/indexing',
		'redirects/campaigns',
		'redirects/canonical',
		'redirects/chain',
		'redirects/https-upgrade',
		'redirects/not-found',
		'redirects/old-domains',
		'redirects/old-urls',
		'redirects/open-redirect',
		'redirects/preservation',
		'secrets/tree',
		'ssl/addresses',
		'ssl/caa',
		'ssl/certificate',
		'ssl/chain',
		'ssl/ciphers',
		'ssl/https',
		'ssl/keys',
		'ssl/lifetime',
		'ssl/origin',
		'ssl/protocols',
		'ssl/revocation',
		'ssl/transparency',
		'timing/p95',
	]);
});
