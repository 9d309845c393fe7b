import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UNKNOWN_REASONS } from '../core/fact.ts';
import type { Json } from '../core/json.ts';
import { BLOBS, EVIDENCE, type EvidenceHeader, EvidenceHeaderSchema } from './evidence-format.ts';

const ObservationSchema = z.object({
	key: z.string(),
	at: z.string(),
	askedMs: z.number().optional(),
	tookMs: z.number().optional(),
	after: z.string().nullable().optional(),
	roundTrips: z.number().optional(),
	address: z.string().nullable().optional(),
	quiet: z.literal(true).optional(),
	fact: z.discriminatedUnion('status', [
		z.object({ status: z.literal('known'), value: z.unknown() }),
		z.object({
			status: z.literal('unknown'),
			because: z.enum(UNKNOWN_REASONS),
			detail: z.string(),
		}),
		z.object({
			status: z.literal('blocked'),
			by: z.object({ check: z.string(), subject: z.string() }),
			detail: z.string(),
		}),
	]),
});

/** Evidence that cannot be used; the message names the file and the line. */
export class BadEvidence extends Error {}

export interface ReadEvidence {
	readonly header: EvidenceHeader;
	readonly observations: readonly z.infer<typeof ObservationSchema>[];
}

/** Reads a recording. Throws `BadEvidence` for a file that is missing, cut, altered or of another format. */
export async function readEvidence(folder: string): Promise<ReadEvidence> {
	const file = path.join(folder, EVIDENCE);
	const text = await readText(file);
	const lines = text.split('\n').filter((line) => line !== '');
	const header = parsed(EvidenceHeaderSchema, lines[0] ?? '', `${file}:1`);
	const blobs = new Map<string, Promise<string>>();
	const blob = (hash: string): Promise<string> => {
		const kept = blobs.get(hash) ?? readBlob(path.join(folder, BLOBS, hash), hash);
		blobs.set(hash, kept);
		return kept;
	};
	const observations = lines.slice(1).map(async (line, index) => {
		const one = parsed(ObservationSchema, line, `${file}:${index + 2}`);
		return one.fact.status === 'known'
			? { ...one, fact: { ...one.fact, value: await inlined(one.fact.value as Json, blob) } }
			: one;
	});
	return { header, observations: await Promise.all(observations) };
}

async function readText(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		throw new BadEvidence(`${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
	}
}

async function readBlob(file: string, hash: string): Promise<string> {
	if (!/^[0-9a-f]{64}$/.test(hash)) throw new BadEvidence(`${file}: no SHA-256`);
	const text = await readText(file);
	if (createHash('sha256').update(text, 'utf8').digest('hex') !== hash) {
		throw new BadEvidence(`${file}: the content does not have the hash that is its name`);
	}
	return text;
}

function parsed<T>(schema: z.ZodType<T>, line: string, where: string): T {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		throw new BadEvidence(`${where}: not JSON`);
	}
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	throw new BadEvidence(`${where}: ${issue?.path.join('.')}: ${issue?.message}`);
}

async function inlined(value: Json, blob: (hash: string) => Promise<string>): Promise<Json> {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return Promise.all(value.map((one: Json) => inlined(one, blob)));
	const entries = Object.entries(value as Record<string, Json>);
	const [first] = entries;
	if (entries.length === 1 && first?.[0] === '$blob') return blob(String(first[1]));
	const pairs = entries.map(async ([key, one]) => [key, await inlined(one, blob)] as const);
	return Object.fromEntries(await Promise.all(pairs));
}
