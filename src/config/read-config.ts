import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Config, ConfigSchema } from './config-schema.ts';

/** The config cannot be used; the message names file and place, one problem a line. */
export class BadConfig extends Error {}

/** A waiver holds at most this long, so that nobody accepts a risk for ever. */
const LONGEST_WAIVER_DAYS = 366;

/** Reads and checks a config. Throws `BadConfig` for anything wrong with it. */
export async function readConfig(file: string, now: Date): Promise<Config> {
	const value = parseYaml(await textOf(file), file);
	const result = ConfigSchema.safeParse(value ?? {});
	if (!result.success)
		throw new BadConfig(result.error.issues.map((one) => issueLine(file, one)).join('\n'));
	for (const [index, { until }] of (result.data.accept ?? []).entries()) {
		const days = (Date.parse(until) - now.getTime()) / 86_400_000;
		if (days > LONGEST_WAIVER_DAYS) {
			throw new BadConfig(`${file}: accept.${index}.until: ${until} is more than a year ahead`);
		}
	}
	return result.data;
}

async function textOf(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		throw new BadConfig(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
	}
}

/** JSON is YAML, so one parser reads both. Aliases are refused: they can grow without bound. */
function parseYaml(text: string, file: string): unknown {
	const document = parseDocument(text, { prettyErrors: true });
	const [error] = document.errors;
	if (error !== undefined) throw new BadConfig(`${file}: ${error.message.split('\n')[0]}`);
	try {
		return document.toJS({ maxAliasCount: 0 });
	} catch (problem) {
		throw new BadConfig(`${file}: ${problem instanceof Error ? problem.message : String(problem)}`);
	}
}

function issueLine(file: string, issue: z.core.$ZodIssue): string {
	const where = issue.path.map(String).join('.');
	return `${file}: ${where === '' ? '' : `${where}: `}${issue.message}`;
}
