import type { ChalkInstance } from 'chalk';
import { type AnyCheck, type Example, example } from '../../core/check.ts';
import { type Failed, isFailed } from '../../core/finding.ts';
import { levelsOf } from '../../core/severity.ts';
import { selects } from '../../engine/judge.ts';
import { judgeExample } from '../../engine/verify-check.ts';
import { toAscii, visible, visibleLines } from '../../report/visible-text.ts';
import { loadShipped, shippedIds } from '../../shipped-checks.ts';
import { requireKnownIds } from '../check-ids.ts';
import { type ColorChoice, colorLevel, needsAscii, widthOf } from '../terminal.ts';
import { writeStdout } from '../write-output.ts';

/** Explains an area, a check or a finding id, from the check's own words and worked examples. */
export async function explain(
	id: string,
	options: { color: ColorChoice; ascii?: boolean },
): Promise<void> {
	await requireKnownIds([id], 'explain');
	const ids = await shippedIds();
	const wanted = ids.filter((one) => selects(id, one) || selects(one, id));
	const { Chalk } = await import('chalk');
	const { default: wrapAnsi } = await import('wrap-ansi');
	const chalk = new Chalk({ level: colorLevel(options.color, process.stdout, process.env) });
	const width = Math.min(100, widthOf(process.stdout, process.env));
	const wrap = (text: string) => wrapAnsi(text, width, { hard: true });
	const pages = (await loadShipped(wanted)).map((check) => pageOf(check, id, chalk, wrap));
	const text = `${pages.join('\n\n')}\n`;
	await writeStdout(needsAscii(options.ascii === true, process.env) ? toAscii(text) : text);
}

function pageOf(
	check: AnyCheck,
	id: string,
	chalk: ChalkInstance,
	wrap: (text: string) => string,
): string {
	const shown = exampleFindings(check);
	const verdicts = Object.keys(check.verdicts).filter((key) => selects(id, `${check.id}/${key}`));
	const sections = verdicts.flatMap((key) => {
		const finding = shown.get(key);
		return finding === undefined ? [] : [verdictPage(check, key, finding, chalk, wrap)];
	});
	return [
		`${chalk.bold(check.id)}  ${wrap(check.title)}`,
		wrap(check.rationale),
		...sections,
		chalk.dim(wrap(`Source: ${check.references.join('; ')}`)),
	].join('\n\n');
}

function verdictPage(
	check: AnyCheck,
	key: string,
	finding: Failed,
	chalk: ChalkInstance,
	wrap: (text: string) => string,
): string {
	const { fix } = finding;
	const [snippet] = fix.snippets;
	const spec = check.verdicts[key];
	return [
		`${chalk.bold(`${check.id}/${key}`)}  ${levelsOf(spec.severity).join(' or ')}, ${finding.effort} min`,
		wrap(`For example: ${visible(finding.message)}`),
		wrap(`Why: ${visible(finding.impact)}`),
		wrap(`Fix: ${visible(fix.summary)}`),
		...fix.steps.map((step, index) => wrap(`  ${index + 1}. ${visible(step)}`)),
		...(snippet === undefined || snippet.platform === 'any'
			? []
			: [chalk.dim(`  ${snippet.platform}:`)]),
		...(snippet === undefined ? [] : [visibleLines(snippet.text).replace(/^/gm, '    ')]),
	].join('\n');
}

/** One finding for each failing verdict, from the check's worked cases. */
function exampleFindings(check: AnyCheck): ReadonlyMap<string, Failed> {
	const shown = new Map<string, Failed>();
	for (const one of check.examples(example) as readonly Example[]) {
		for (const finding of judgeExample(check, one)) {
			if (isFailed(finding) && !shown.has(finding.verdict)) shown.set(finding.verdict, finding);
		}
	}
	return shown;
}
