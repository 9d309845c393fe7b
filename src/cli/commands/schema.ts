import { Usage } from '../usage.ts';
import { writeStdout } from '../write-output.ts';

/** Prints the JSON Schema of what the tool writes (draft 2020-12) or reads (draft 07, for editors). */
export async function schema(what = 'report'): Promise<void> {
	if (what !== 'report' && what !== 'config') {
		throw new Usage(`schema "${what}": there is one of report and one of config`);
	}
	const { z } = await import('zod');
	const made =
		what === 'report'
			? z.toJSONSchema((await import('../../core/report.ts')).ReportSchema, { io: 'input' })
			: z.toJSONSchema((await import('../../config/config-schema.ts')).ConfigSchema, {
					io: 'input',
					target: 'draft-07',
				});
	await writeStdout(`${JSON.stringify(made, null, 2)}\n`);
}
