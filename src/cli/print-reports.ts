import path from 'node:path';
import type { Report } from '../core/report.ts';
import { safeJson, visible } from '../report/visible-text.ts';
import { type ColorChoice, colorLevel, needsAscii, widthOf } from './terminal.ts';
import { Usage } from './usage.ts';
import { writeReportFile, writeStdout } from './write-output.ts';

const FORMATS = ['table', 'json', 'ndjson', 'txt', 'svg'] as const;
type Format = (typeof FORMATS)[number];

export interface OutputOptions {
	readonly format?: Format;
	readonly output?: readonly string[];
	readonly verbose?: boolean;
	readonly map?: boolean;
	readonly color?: ColorChoice;
	readonly ascii?: boolean;
}

/** A report without any looking: said in one line instead of a page of unknowns. */
function offlineLine(report: Report): string | null {
	const { checks } = report;
	const offline = checks.find(({ code }) => code === 'offline');
	const judged = checks.some(({ outcome }) => outcome === 'pass' || outcome === 'fail');
	return offline === undefined || judged ? null : visible(offline.reason ?? 'no network', 300);
}

/** Standard output in the asked format, then the files. */
export async function printReports(
	reports: readonly Report[],
	options: OutputOptions,
): Promise<void> {
	const files = (options.output ?? []).map(parseOutput);
	const asked = files.find(({ file, format }) => file === '-' && format !== null)?.format;
	const format = asked ?? options.format ?? 'table';
	for (const report of reports) {
		const offline = offlineLine(report);
		if (offline !== null) process.stderr.write(`launch-ready: offline: ${offline}\n`);
	}
	const shown = format === 'table' ? reports.filter((one) => offlineLine(one) === null) : reports;
	if (shown.length > 0) await writeStdout(await rendered(shown, format, options, true));
	for (const { file, format: written } of files) {
		if (file === '-' || written === null) continue;
		await writeReportFile(file, await rendered(reports, written, options, false));
	}
}

/** Refuses what cannot be written before anything is looked at. */
export function requireOutputs({ output = [] }: OutputOptions): void {
	output.forEach(parseOutput);
}

/** `FILE` by its extension, or `FORMAT=FILE`; `-` is standard output, in the format that is asked for. */
function parseOutput(text: string): { file: string; format: Format | null } {
	if (text === '-') return { file: text, format: null };
	const [, named, file] = /^(json|ndjson|txt|table|svg)=(.+)$/.exec(text) ?? [];
	if (named !== undefined && file !== undefined) return { file, format: named as Format };
	const extension = path.extname(text).slice(1);
	const known = FORMATS.find((format) => format === extension && format !== 'table');
	if (known !== undefined) return { file: text, format: known };
	throw new Usage(
		`-o "${text}": the format is told by .json, .ndjson, .txt or .svg, or written json=FILE`,
	);
}

async function rendered(
	reports: readonly Report[],
	format: Format,
	options: OutputOptions,
	toTerminal: boolean,
): Promise<string> {
	if (format === 'ndjson') return reports.map((report) => `${safeJson(report, 0)}\n`).join('');
	if (format === 'json') return `${safeJson(reports.length === 1 ? reports[0] : reports, 2)}\n`;
	if (format === 'svg') {
		const { toSvg } = await import('../report/load-svg.ts');
		return reports.map(toSvg).join('');
	}
	const { Chalk } = await import('chalk');
	const { toText } = await import('../report/text.ts');
	const { env, stdout } = process;
	const plain = format === 'txt' || !toTerminal;
	const style = {
		width: plain ? widthOf({}, env) : widthOf(stdout, env),
		ascii: needsAscii(options.ascii === true, env),
		chalk: new Chalk({ level: plain ? 0 : colorLevel(options.color ?? 'auto', stdout, env) }),
		verbose: options.verbose === true,
		map: options.map === true,
	};
	return reports.map((report) => toText(report, style)).join('\n');
}
