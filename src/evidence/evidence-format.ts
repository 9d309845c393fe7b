import { z } from 'zod';
import { LoadPlanSchema } from '../core/load-plan.ts';
import type { Target } from '../core/target.ts';

/** The observations, one a line, behind one line of header. */
export const EVIDENCE = 'evidence.jsonl';
/** Long strings (bodies, certificates), each in a file named by the SHA-256 of its UTF-8. */
export const BLOBS = 'blobs';
/** Characters; a longer string goes to a blob. */
export const LONGEST_INLINE = 512;

const TargetSchema: z.ZodType<Target> = z.object({
	domain: z.string().nullable(),
	registrable: z.string().nullable(),
	hosts: z.array(z.string()),
	endpoints: z.array(z.string()),
	endpointRules: z
		.array(
			z.object({
				url: z.string(),
				method: z.enum(['GET', 'HEAD']),
				kind: z.enum(['api', 'page', 'cached']).nullable(),
				budgetMs: z.number().nullable(),
			}),
		)
		.optional(),
	health: z.array(z.string()).optional(),
	load: z.array(LoadPlanSchema).optional(),
	coldStart: z.boolean().optional(),
	untimed: z.boolean().optional(),
	guess: z.literal(false).optional(),
	dkimSelectors: z.array(z.string()),
	dmarcReports: z.string().nullable().default(null),
	sendingIps: z.array(z.string()),
	sends: z.boolean(),
	bulk: z.boolean(),
	active: z.boolean(),
	deep: z.boolean().default(false),
	login: z.string().nullable().default(null),
	origin: z.string().nullable().default(null),
	oldUrls: z.string().nullable(),
	oldDomains: z.array(z.string()),
	campaigns: z.array(z.string()),
	zoneFile: z.string().nullable(),
	zoneUse: z.enum(['plan', 'drift']),
	messages: z.array(z.string()),
	rdap: z.string().nullable(),
	logs: z.array(z.string()).default([]),
	repo: z.string().nullable(),
	env: z.string().nullable().default(null),
	history: z.enum(['none', 'reachable', 'all']).default('none'),
	seed: z.string(),
});

export const EvidenceHeaderSchema = z.object({
	format: z.literal('launch-ready-evidence'),
	version: z.literal(1),
	tool: z.object({ name: z.literal('launch-ready'), version: z.string() }),
	target: TargetSchema,
	vantage: z.object({ resolver: z.string(), node: z.string(), proxy: z.string().nullable() }),
	startedAt: z.string(),
	durationMs: z.number(),
	complete: z.boolean(),
});
export type EvidenceHeader = z.infer<typeof EvidenceHeaderSchema>;
