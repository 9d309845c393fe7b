import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import { ACME_DIRECTORIES } from './issuers.ts';

/**
 * What certificates lead to, for `--plan`: nothing is known of them there, so that it can name no
 * addresses but those that are ours to know. Asks nobody.
 */
export const certificateLeads = defineProbe({
	name: 'tls.certificate-leads',
	params: z.object({ host: z.string() }),
	value: z.null(),
	observe: async () => null,
	describe: ({ host }) => ({
		kind: 'tls',
		summary: `what the certificates of ${host} name`,
		detail: '',
	}),
	plan: ({ host }) =>
		`GET what the certificates of ${host} name, over http: issuers where one is missing, revocation lists; and of these authorities ${ACME_DIRECTORIES.join(' or ')} and the renewal information there`,
});
