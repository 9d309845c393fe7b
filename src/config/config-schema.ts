import { z } from 'zod';
import { SEVERITIES } from '../core/severity.ts';

/** A finding id, or a prefix of one at a slash: `email`, `email/spf`, `email/spf/missing`. */
const IdPrefix = z
	.string()
	.regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+){0,2}$/, 'an id like email, email/spf or email/spf/missing');

const Day = z.iso.date('a day like 2026-12-31');

const Waiver = z.strictObject({
	id: IdPrefix,
	subject: z.string().optional().describe('the name that the finding shows; any subject if absent'),
	reason: z.string().min(1),
	owner: z.string().min(1),
	until: Day.describe('the last day on which it holds; at most a year ahead'),
	allowBlocker: z.boolean().optional().describe('needed to accept a launch blocker'),
});

const LoadRequest = {
	method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
	url: z.string(),
	headers: z
		.record(z.string(), z.string())
		.optional()
		.describe(
			`\${NAME} is a variable of the environment, \${account.NAME} a member of the account`,
		),
	body: z.string().optional().describe('with the same placeholders'),
};

const LoadScenario = z.strictObject({
	testAccounts: z.literal(true).describe('these are no customers’ accounts'),
	accounts: z
		.string()
		.optional()
		.describe('variable of the environment that holds a JSON list of accounts, an object each'),
	login: z.strictObject(LoadRequest).optional(),
	take: z
		.record(z.string(), z.string())
		.optional()
		.describe(`members of the sign-in’s JSON answer for \${taken.NAME}: a dotted path each`),
	action: z.strictObject({
		...LoadRequest,
		budget: z.string().optional().describe('for p95: 300ms, 1.5s'),
		idempotent: z.literal(true).optional().describe('doing it many times is doing it once'),
		cleanUp: z.string().optional().describe('what takes away what the test leaves behind'),
	}),
	marker: z
		.string()
		.optional()
		.describe(`what each answer must hold of its own user, and of no other: \${account.email}`),
});

const Load = z.strictObject({
	urls: z
		.array(z.string())
		.optional()
		.describe('what launch-ready load loads: "https://api.example.com/items p95<300ms"'),
	users: z.number().int().min(1).optional().describe('at once; 25 unless given'),
	model: z.enum(['open', 'closed']).optional(),
	ramp: z.string().optional().describe('a duration: 5s'),
	hold: z.string().optional().describe('a duration: 30s'),
	think: z.string().optional().describe('a duration: 1s'),
	approval: z.string().min(1).optional().describe('who of the provider allowed it, and when'),
	scenario: LoadScenario.optional(),
});

/** Data only: nothing in a config is ever executed. */
export const ConfigSchema = z.strictObject({
	domain: z.string().optional().describe('audited when the command line names none'),
	env: z.string().optional().describe('production values: a path, or a mode such as production'),
	hosts: z.array(z.string()).optional().describe('further hosts that must work'),
	endpoints: z
		.array(z.string())
		.optional()
		.describe('URLs to time, such as "GET https://api.example.com/health p95<300ms"'),
	openapi: z.string().optional().describe('OpenAPI file whose open GET operations are timed'),
	health: z.array(z.string()).optional().describe('URLs of health endpoints'),
	versionUrl: z.string().optional().describe('URL that tells the running release, for --smoke'),
	dkimSelectors: z.array(z.string()).optional(),
	dmarcReports: z.string().optional().describe('folder of DMARC aggregate reports'),
	sendingIps: z.array(z.string()).optional().describe('addresses that send mail'),
	sends: z.boolean().optional().describe('this domain sends mail, whatever DNS shows'),
	bulk: z.boolean().optional().describe('5,000 or more messages a day to one provider'),
	active: z.boolean().optional().describe('also try a zone transfer and open redirects'),
	quick: z.boolean().optional().describe('run the decisive checks alone'),
	deep: z.boolean().optional().describe('try every path that the exposure checks know'),
	login: z.string().optional().describe('URL of the sign-in page'),
	origin: z.string().optional().describe('address of the server behind the CDN'),
	ca: z.array(z.string()).optional().describe('PEM files of roots to trust beside the public ones'),
	oldUrls: z.string().optional().describe('file of URLs that must still lead somewhere'),
	oldDomains: z.array(z.string()).optional().describe('domains that must still lead to this one'),
	campaigns: z.array(z.string()).optional().describe('campaign URLs, with their query'),
	zone: z.string().optional().describe('zone file that is meant to be published'),
	drift: z.boolean().optional().describe('compare the zone file with what is live'),
	messages: z.array(z.string()).optional().describe('files of messages that the product sent'),
	logs: z.array(z.string()).optional().describe('log files of the product'),
	rdap: z.string().optional().describe('base URL of the RDAP service to ask'),
	rootHints: z.string().optional().describe('file of the root servers of a private network'),
	dnsPort: z.number().int().min(1).max(65_535).optional(),
	resolver: z.string().optional(),
	watch: z
		.strictObject({
			every: z.string().optional().describe('a duration: 5m'),
			jitter: z.string().optional().describe('a share of it: 10%'),
			webhook: z.string().optional().describe('URL of a chat; better in the environment'),
			mailTo: z.array(z.string()).optional(),
			mailFrom: z.string().optional(),
			alertOn: z.enum(['blocker', 'high', 'later']).optional(),
		})
		.optional(),
	only: z.array(IdPrefix).optional(),
	skip: z.array(IdPrefix).optional(),
	deadline: z.string().optional().describe('a duration: 48h, 2d, 90m'),
	timeout: z.string().optional().describe('a duration: 60s, 2m'),
	failOn: z.enum(['blocker', 'high', 'later', 'never']).optional(),
	severity: z
		.record(IdPrefix, z.enum(SEVERITIES))
		.optional()
		.describe('another severity, by id; the longest prefix wins'),
	options: z
		.record(z.string(), z.record(z.string(), z.unknown()))
		.optional()
		.describe('options of single checks, by check id; see launch-ready explain'),
	accept: z.array(Waiver).optional(),
	load: Load.optional().describe('what launch-ready load does'),
});
export type Config = z.infer<typeof ConfigSchema>;
