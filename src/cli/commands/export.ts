import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Report, ReportSchema } from '../../core/report.ts';
import { type ExportOptions, exportReport } from '../../export/export-report.ts';
import type { MonitoringTool } from '../../export/monitoring-tools.ts';
import { visible } from '../../report/visible-text.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { configFor } from '../given-config.ts';
import { requireFile } from '../given-paths.ts';
import { interruptible } from '../interruptible.ts';
import { progressLine } from '../progress.ts';
import { Usage } from '../usage.ts';
import { NotWritten, writeReportFile, writeStdout } from '../write-output.ts';
import type { CliOptions } from './audit.ts';

interface ExportCliOptions extends ExportOptions, Omit<CliOptions, 'output'> {
	readonly output?: string;
	/** Which report of a file that holds several. */
	readonly domain?: string;
}

/** Writes a monitoring tool's configuration from a saved report, or from an audit that it makes first. */
export async function exportTo(
	tool: MonitoringTool,
	source: string,
	options: ExportCliOptions,
): Promise<ExitCode> {
	requireOptions(tool, options);
	const saved = await savedReports(source);
	const { report, interrupted } =
		saved === null
			? await auditedReport(source, options)
			: { report: chosen(saved, options), interrupted: false };
	if (interrupted) return EXIT.interrupted;
	const { files, watched, leftOut } = exportReport(report, tool, options);
	if (watched === 0) {
		process.stderr.write(
			`launch-ready: nothing to watch: the audit of ${visible(report.target.domain ?? source)} saw no answer and no record\n`,
		);
		return EXIT.cannotSay;
	}
	await write(files, options);
	if (options.quiet !== true) {
		const left = leftOut.length === 0 ? '' : `; ${leftOut.length} left out, the file says why`;
		process.stderr.write(`launch-ready: ${watched} things are watched${left}\n`);
	}
	return EXIT.fine;
}

function requireOptions(
	tool: MonitoringTool,
	{ output, dnsServer, upptimeRepo }: ExportCliOptions,
): void {
	if (output === undefined && (tool === 'prometheus' || tool === 'uptime-kuma')) {
		throw new Usage(`export ${tool} writes several files: say into which folder with -o DIR`);
	}
	if (dnsServer !== undefined && !/^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/.test(dnsServer)) {
		throw new Usage(`--dns-server "${visible(dnsServer)}": give an IPv4 address, as in 1.1.1.1`);
	}
	if (upptimeRepo !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(upptimeRepo)) {
		throw new Usage(`--upptime-repo "${visible(upptimeRepo)}": give OWNER/NAME, as on GitHub`);
	}
}

// ── The report ───────────────────────────────────────────────────────────────────────────────────

/** `null` where the name is no file, so that it must be a domain. */
async function savedReports(source: string): Promise<readonly Report[] | null> {
	const isFile = source === '-' || (await stat(source).catch(() => null))?.isFile() === true;
	if (!isFile) {
		if (/\.json$|[\\/]/i.test(source)) {
			throw new Usage(`export: there is no file "${visible(source)}"`);
		}
		return null;
	}
	const text = source === '-' ? await standardInput() : await readFile(source, 'utf8');
	const named = source === '-' ? 'standard input' : `"${visible(source)}"`;
	const whole = parsed(text, named);
	const list = Array.isArray(whole) ? whole : [whole];
	return list.map((one) => {
		const read = ReportSchema.safeParse(one);
		if (read.success) return read.data;
		const [issue] = read.error.issues;
		const where = visible(issue?.path.map(String).join('.') ?? '', 200);
		throw new Usage(`export: ${named} is no report of launch-ready: ${where}: ${issue?.message}`);
	});
}

function parsed(text: string, named: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new Usage(`export: ${named} is no JSON; save a report with: audit … -o report.json`);
	}
}

async function standardInput(): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}

function chosen(reports: readonly Report[], { domain }: ExportCliOptions): Report {
	const fitting = reports.filter(({ target }) => domain === undefined || target.domain === domain);
	const [first, ...more] = fitting;
	if (first !== undefined && more.length === 0) return first;
	const names = reports
		.map(({ target }) => visible(target.domain ?? 'a repository', 253))
		.join(', ');
	throw new Usage(`export: pick one report with --domain: the file holds ${names || 'none'}`);
}

async function auditedReport(
	domain: string,
	options: ExportCliOptions,
): Promise<{ report: Report; interrupted: boolean }> {
	const { auditOptions } = await import('./audit.ts');
	const { audit } = await import('../../audit.ts');
	const { output: _, ...asked } = options;
	const config = await configFor(options);
	await requireFile(options.oldUrls, '--old-urls');
	await requireFile(config.oldUrls, 'oldUrls in the config');
	const given = await auditOptions(asked, config);
	const progress = progressLine(options.quiet !== true);
	const { result: report, interrupted } = await interruptible((signal) =>
		audit({ ...given, domain, signal, onProgress: progress.show }),
	).finally(progress.end);
	return { report, interrupted };
}

// ── The files ────────────────────────────────────────────────────────────────────────────────────

async function write(
	files: readonly { readonly name: string; readonly text: string }[],
	{ output }: ExportCliOptions,
): Promise<void> {
	const [single, ...more] = files;
	if (output === undefined || output === '-') {
		return writeStdout(files.map(({ text }) => text).join(''));
	}
	const isFolder = (await stat(output).catch(() => null))?.isDirectory() === true;
	if (single !== undefined && more.length === 0 && !isFolder && !/[\\/]$/.test(output)) {
		return replaceOwn(output, single.text);
	}
	try {
		await mkdir(output, { recursive: true });
	} catch (error) {
		throw new NotWritten(`${output}: ${(error as Error).message}`);
	}
	for (const { name, text } of files) await replaceOwn(path.join(output, name), text);
}

/** A configuration that somebody wrote by hand is not overwritten. */
async function replaceOwn(file: string, text: string): Promise<void> {
	const present = await readFile(file, 'utf8').catch(() => '');
	if (present.trim() !== '' && !present.includes('launch-ready')) {
		throw new Usage(
			`-o: ${visible(file)} exists and is not ours; write to another place and merge`,
		);
	}
	await writeReportFile(file, text);
}
