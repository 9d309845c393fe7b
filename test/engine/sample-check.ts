import { z } from 'zod';
import { defineCheck } from '../../src/core/check.ts';
import { defineProbe, known, Unobserved } from '../../src/core/fact.ts';
import { advice } from '../../src/core/fix.ts';
import type { Io } from '../../src/core/io.ts';
import { defineSubjects, type Subject } from '../../src/core/subject.ts';
import type { Target } from '../../src/core/target.ts';
import { days, minutes, seconds } from '../../src/core/units.ts';

export const target: Target = {
	domain: 'example.com',
	registrable: 'example.com',
	hosts: [],
	endpoints: [],
	dkimSelectors: [],
	active: false,
	dmarcReports: null,
	oldUrls: null,
	oldDomains: [],
	campaigns: [],
	zoneFile: null,
	zoneUse: 'plan',
	messages: [],
	rdap: null,
	deep: false,
	login: null,
	origin: null,
	sendingIps: [],
	sends: false,
	bulk: false,
	logs: [],
	repo: null,
	env: null,
	history: 'none',
	seed: '0123456789abcdef',
};

export const NOW = new Date('2030-01-01T00:00:00Z');

type Host = Subject<{ stage: 'production' | 'staging' }>;

const hostAt = (name: string): Host => ({
	kind: 'host',
	name,
	context: { stage: name.startsWith('staging.') ? 'staging' : 'production' },
});

const sampleHosts = defineSubjects({
	name: 't.hosts',
	params: z.object({ domain: z.string().nullable() }),
	from: ({ domain }) => ({ domain }),
	sample: hostAt('www.example.com'),
	derive: ({ domain }) =>
		known(domain === null ? [] : [hostAt(`www.${domain}`), hostAt(`staging.${domain}`)]),
});

/** What the sample probe answers, by host: a status, or why it could not be observed. */
export type World = (host: string) => number | Unobserved;

export const asked: string[] = [];

const status = defineProbe({
	name: 't.status',
	params: z.object({ host: z.string() }),
	value: z.number(),
	observe: async ({ host }, io) => {
		asked.push(host);
		const answer = (io as unknown as { world: World }).world(host);
		if (answer instanceof Unobserved) throw answer;
		return answer;
	},
	describe: ({ host }, value) => ({ kind: 'http', summary: `${host}: ${value}`, detail: '' }),
	plan: ({ host }) => `GET ${host}`,
	assume: () => 200,
});

export const ioOf = (world: World): Io => ({ world, clock: { now: () => NOW } }) as unknown as Io;

export const sample = defineCheck({
	id: 't/answers',
	title: 'Every host answers without an error',
	rationale: 'A host that fails is a customer lost.',
	references: ['RFC 9110 §15'],
	reach: 'sign-in',
	layer: 'server',
	over: sampleHosts,
	options: z.object({ worst: z.number().default(500) }),
	decisive: { by: 'stage', in: ['production'] },
	verdicts: {
		fine: { outcome: 'pass', says: (a: { status: number }) => `Answered ${a.status}.` },
		broken: {
			outcome: 'fail',
			severity: { by: 'stage', is: { production: 'blocker', staging: 'later' } },
			effort: minutes(30),
			lead: (a: { ttl: number }) => seconds(a.ttl),
			says: (a: { status: number }) => `Answered ${a.status}.`,
			impact: 'Visitors see an error.',
			fix: advice('Read the server log.'),
		},
		odd: {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later'],
				pick: (a: { grave: boolean }) => (a.grave ? 'high' : 'later'),
			},
			effort: minutes(5),
			says: () => 'It is odd.',
			impact: 'Nobody knows.',
			fix: advice('Look.'),
		},
		unclear: {
			outcome: 'unknown',
			reason: 'inconclusive',
			couldBe: 'high',
			says: () => 'It is unclear.',
		},
	},
	needs: ({ subject }) => ({ status: status({ host: subject.name }) }),
	judge({ given, options, say }) {
		if (given.status === 418) return say('odd', { grave: true });
		if (given.status === 300) return say('unclear');
		return given.status < options.worst
			? say('fine', { status: given.status })
			: say('broken', { status: given.status, ttl: days(1) });
	},
	examples: (example) => [
		example('answers', { status: 200 }, 'fine'),
		example('one under', { status: 499 }, 'fine'),
		example('an error', { status: 500 }, 'broken'),
		example('a teapot', { status: 418 }, 'odd'),
		example('choices', { status: 300 }, 'unclear'),
	],
});
