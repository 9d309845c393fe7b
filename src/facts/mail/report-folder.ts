import path from 'node:path';
import { z } from 'zod';
import { defineProbe, Unobserved } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
import {
	type AggregateReport,
	AggregateReportSchema,
	parseAggregateReports,
} from './aggregate-report.ts';
import { type Budget, unwrap } from './report-container.ts';

/** Name of the probe, for those who read observations. */
export const REPORT_FOLDER = 'file.dmarc-reports';

/** A year of 14 reporters a day. */
const MOST_FILES = 5_000;
/** Of one file on disk; providers refuse mail of more. */
const MOST_FILE_BYTES = 32 * 1024 * 1024;
const MOST_BYTES = 512 * 1024 * 1024;
/** Everything that comes out of one file. */
const MOST_UNPACKED_OF_FILE = 64 * 1024 * 1024;
const MOST_UNPACKED = 512 * 1024 * 1024;
/** Of all reports: what a recording can hold and a judgement can go through in a second. */
const MOST_ROWS = 250_000;
/** Files that are named with their reason; the rest is counted. */
const MOST_NAMED = 200;

const ReportFolderSchema = z.object({
	/** Without the folders above it. */
	folder: z.string(),
	/** Files that were looked at. */
	files: z.number().int(),
	reports: z.array(AggregateReportSchema.extend({ file: z.string() })),
	unread: z.array(z.object({ file: z.string(), why: z.string() })),
	unreadCount: z.number().int(),
});
export type ReportFolder = z.infer<typeof ReportFolderSchema>;

/**
 * Every DMARC aggregate report in a folder and those below it: XML, gzip, zip, mails and mailboxes,
 * told apart by content. Nothing is sent. What cannot be read is named with the reason; the folder
 * itself unreadable is unknown. Mail addresses, report ids and comments are not kept.
 */
export const reportFolder = defineProbe({
	name: REPORT_FOLDER,
	params: z.object({ path: z.string() }),
	value: ReportFolderSchema,
	async observe(params, io): Promise<ReportFolder> {
		const reading = new Reading(params.path, io.files);
		return reading.run();
	},
	describe: (_, { folder, files, reports, unreadCount }) => ({
		kind: 'file',
		summary: `${folder}: ${reports.length} reports in ${files} files, ${unreadCount} not read`,
		detail: '',
	}),
	plan: () => null,
	assume: (params) => ({
		folder: path.basename(params.path),
		files: 0,
		reports: [],
		unread: [],
		unreadCount: 0,
	}),
});

class Reading {
	readonly #root: string;
	readonly #files: FilesPort;
	readonly #reports: ReportFolder['reports'] = [];
	readonly #unread: ReportFolder['unread'] = [];
	#unreadCount = 0;
	#bytes = 0;
	#rows = 0;
	#unpacked: Budget = { left: MOST_UNPACKED };

	constructor(root: string, files: FilesPort) {
		this.#root = root;
		this.#files = files;
	}

	async run(): Promise<ReportFolder> {
		const { files, unreadable = [], skipped } = await this.#files.list(this.#root);
		const names = files.map((file) => file.path).filter(isWorthReading);
		names.sort();
		for (const name of names.slice(0, MOST_FILES)) {
			await this.#read(name);
			// Unpacking and parsing hold the thread; timers and sockets get their turn in between.
			await new Promise<void>((resolve) => setImmediate(resolve));
		}
		if (names.length > MOST_FILES) {
			this.#refuse(`${names.length - MOST_FILES} further files`, `at most ${MOST_FILES} are read`);
		}
		for (const line of [...unreadable, ...skipped]) {
			const [, file = line, why = 'it was passed over'] = /^(.*?): (.*)$/s.exec(line) ?? [];
			this.#refuse(file, why);
		}
		return {
			folder: path.basename(this.#root),
			files: Math.min(names.length, MOST_FILES),
			reports: this.#reports,
			unread: this.#unread,
			unreadCount: this.#unreadCount,
		};
	}

	async #read(name: string): Promise<void> {
		const bytes = await this.#bytesOf(name);
		if (bytes === null) return;
		const budget: Budget = { left: Math.min(MOST_UNPACKED_OF_FILE, this.#unpacked.left) };
		const before = budget.left;
		for (const one of unwrap(name, bytes, budget)) {
			if ('why' in one) this.#refuse(one.name, one.why);
			else this.#document(one.name, one.text);
		}
		this.#unpacked.left -= before - budget.left;
	}

	async #bytesOf(name: string): Promise<Uint8Array | null> {
		try {
			const most = Math.min(MOST_FILE_BYTES, MOST_BYTES - this.#bytes) + 1;
			const text = await this.#files.read(this.#root, name, most);
			this.#bytes += text.length;
			if (text.length < most) return Buffer.from(text, 'latin1');
			this.#bytes -= text.length;
			this.#refuse(
				name,
				`it is larger than is read: ${MOST_FILE_BYTES / 1024 / 1024} MB of a file, ${MOST_BYTES / 1024 / 1024} MB of a folder`,
			);
		} catch (error) {
			if (!(error instanceof Unobserved)) throw error;
			this.#refuse(name, error.message.replace(`${name}: `, ''));
		}
		return null;
	}

	#document(file: string, text: string): void {
		const parsed = parseAggregateReports(text);
		if ('why' in parsed) {
			this.#refuse(file, parsed.why);
			return;
		}
		for (const report of parsed.reports) this.#add(file, report);
	}

	#add(file: string, report: AggregateReport): void {
		if (this.#rows + report.rows.length > MOST_ROWS) {
			this.#refuse(file, `the folder has more than ${MOST_ROWS} records`);
			return;
		}
		this.#rows += report.rows.length;
		this.#reports.push({ file, ...report });
	}

	#refuse(file: string, why: string): void {
		this.#unreadCount += 1;
		if (this.#unread.length < MOST_NAMED) this.#unread.push({ file, why });
	}
}

/** What file managers and version control leave behind is no report. */
function isWorthReading(name: string): boolean {
	const base = name.slice(name.lastIndexOf('/') + 1);
	return !base.startsWith('.') && !/^(?:Thumbs\.db|desktop\.ini)$/i.test(base);
}
