import type { HealthEndpoint, HealthLook, HealthSurvey, Operations } from '../../src/sdk.ts';

/** An answer of a health endpoint, for examples. */
export const look = (about: Partial<HealthLook>): HealthLook => ({
	status: 200,
	tookMs: 40,
	cache: '',
	says: 'up',
	words: '',
	time: null,
	dateAt: Date.parse('2030-01-01T00:00:01Z'),
	...about,
});

/** An endpoint that works. */
export function seen({
	sort = 'health',
	...about
}: Partial<HealthEndpoint> & { sort?: HealthEndpoint['context']['sort'] } = {}): HealthEndpoint {
	const url = about.url ?? 'https://api.example.com/health';
	return {
		kind: 'endpoint',
		name: url,
		context: { standing: 'found', sort },
		url,
		host: 'api.example.com',
		state: 'up',
		looks: [look({}), look({})],
		location: null,
		leaks: [],
		secrets: [],
		because: null,
		detail: '',
		...about,
	};
}

/** What an API's host says, without a repository. */
export const survey = (
	endpoints: readonly HealthEndpoint[],
	about: Partial<HealthSurvey> = {},
) => ({
	survey: {
		host: 'api.example.com',
		control: 'https://api.example.com/lr-0000000000000000 gave 404',
		endpoints,
		unseen: [],
		shell: null,
		backEnd: 'api.example.com is an API',
		broken: [],
		...about,
	},
	operations: null,
	handler: null,
});

/** A server with a database and a health route. */
export const OPERATIONS: Operations = {
	files: 40,
	unread: [],
	cut: false,
	kind: 'server',
	because: 'express in package.json',
	framework: 'express',
	folder: '',
	isTyped: true,
	port: 3000,
	managedBy: null,
	services: [],
	images: [],
	healthRoute: { what: '/health', file: 'src/server.ts', line: 12 },
	healthAsked: null,
	unasked: [],
	version: null,
	reporter: null,
	idleReporter: null,
	callsServer: null,
	databases: [{ what: 'pg', file: 'package.json', line: 1, engine: 'postgres', isSure: true }],
	keptBy: null,
	own: null,
	backup: null,
	restore: null,
	declaredBackup: null,
};
