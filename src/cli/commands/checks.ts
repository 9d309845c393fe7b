import type { AnyCheck, VerdictSpec } from '../../core/check.ts';
import { levelsOf } from '../../core/severity.ts';
import { safeJson, toAscii } from '../../report/visible-text.ts';
import { loadShipped } from '../../shipped-checks.ts';
import { needsAscii, widthOf } from '../terminal.ts';
import { writeStdout } from '../write-output.ts';

interface Listed {
	readonly id: string;
	readonly title: string;
	readonly over: string;
	readonly verdicts: readonly { id: string; outcome: string; severities: readonly string[] }[];
}

/** Every check and every finding that it can make, as data or as a page. */
export async function checks(options: { format: string; ascii?: boolean }): Promise<void> {
	const listed = (await loadShipped()).map(describe);
	if (options.format === 'json') {
		await writeStdout(`${safeJson(listed, 2)}\n`);
		return;
	}
	const { default: wrapAnsi } = await import('wrap-ansi');
	const width = widthOf(process.stdout, process.env);
	const page = listed.map(({ id, title, verdicts }) => {
		const findings = verdicts
			.filter(({ outcome }) => outcome === 'fail')
			.map(({ id: name, severities }) => `  ${name}  ${severities.join(', ')}`);
		return [wrapAnsi(`${id}  ${title}`, width), ...findings].join('\n');
	});
	const count = listed.reduce((sum, one) => sum + one.verdicts.length, 0);
	const text = `${page.join('\n\n')}\n\n${listed.length} checks, ${count} verdicts.\n`;
	await writeStdout(needsAscii(options.ascii === true, process.env) ? toAscii(text) : text);
}

function describe({ id, title, over, verdicts }: AnyCheck): Listed {
	return {
		id,
		title,
		over: over.factName,
		verdicts: Object.entries<VerdictSpec>(verdicts).map(([key, spec]) => ({
			id: `${id}/${key}`,
			outcome: spec.outcome,
			severities: spec.outcome === 'fail' ? levelsOf(spec.severity) : [],
		})),
	};
}
