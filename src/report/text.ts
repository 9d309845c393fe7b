import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import wrapAnsi from 'wrap-ansi';
import { groupBy } from '../core/group-by.ts';
import type { Report, ReportFinding } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { duration } from './headline.ts';
import { loadText } from './load-text.ts';
import { mailReportsText } from './mail-reports-text.ts';
import { mapText } from './map-text.ts';
import { timingsText } from './timings-text.ts';
import { toAscii, visible, visibleLines } from './visible-text.ts';

export interface TextStyle {
	/** Columns of the terminal. */
	readonly width: number;
	readonly ascii: boolean;
	/** `new Chalk({ level })`, the level decided by the caller. */
	readonly chalk: ChalkInstance;
	/** Everything: what can wait and notes too, with evidence. */
	readonly verbose: boolean;
	/** The DNS map too. */
	readonly map: boolean;
}

/** Below this a table's columns are too narrow to read: a list is printed. */
const NARROWEST_TABLE = 80;
/** Lines longer than this are tiring to read, however wide the terminal. */
const WIDEST = 120;
/** Risks of one severity on a page; nobody reads more, and the JSON report has all of them. */
const MOST_SHOWN = { usual: 40, verbose: 200 };

/** Blocks of headers on a page. */
const MOST_BLOCKS = { usual: 3, verbose: 50 };
const HEADER_BLOCKS = 'All headers in one block';

const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
	blocker: 'launch blocker',
	high: 'high risk',
	later: 'can wait',
	info: 'for information',
};

type Risk = Report['risks'][number];

/** The report as a founder reads it in a terminal; the headline is its last line. */
export function toText(report: Report, style: TextStyle): string {
	const page = new Page(report, style);
	const text = page.render();
	return style.ascii ? toAscii(text) : text;
}

class Page {
	readonly #report: Report;
	readonly #style: TextStyle;
	readonly #width: number;
	readonly #findings: ReadonlyMap<string, ReportFinding>;
	/** Fingerprints of the findings that blocks of headers mend. */
	readonly #inBlocks: ReadonlySet<string>;

	constructor(report: Report, style: TextStyle) {
		this.#report = report;
		this.#style = style;
		this.#width = Math.min(style.width, WIDEST);
		this.#findings = new Map(report.findings.map((one) => [one.fingerprint, one]));
		this.#inBlocks = new Set((report.fixBlocks ?? []).flatMap(({ findings }) => findings));
	}

	render(): string {
		const sections = [
			this.#decision(),
			this.#risks('blocker', 'What a customer would see', (one) => one.impact),
			this.#fixes('blocker'),
			this.#risks('high', 'Fix', (one) => one.fix.summary),
			this.#style.verbose ? this.#fixes('high') : '',
			this.#style.verbose
				? this.#risks('later', 'Fix', (one) => one.fix.summary)
				: this.#folded('later'),
			this.#style.verbose ? this.#fixes('later') : '',
			this.#style.verbose
				? this.#risks('info', 'What it means', (one) => one.impact)
				: this.#folded('info'),
			this.#headerBlocks(),
			this.#accepted(),
			this.#unseen(),
			this.#mailReports(),
			this.#timings(),
			...(this.#report.loads ?? []).map((load) =>
				loadText(load, { ...this.#style, width: this.#width }),
			),
			this.#style.map ? mapText(this.#report.map, this.#style) : '',
			this.#coverage(),
		];
		const body = sections.filter((section) => section !== '').join('\n\n');
		return `${body}\n\n${this.#style.chalk.bold(visible(this.#report.headline))}\n`;
	}

	#decision(): string {
		const { decision, target, complete } = this.#report;
		const { chalk } = this.#style;
		const colour = { GO: chalk.green, NO_GO: chalk.red, CANNOT_SAY: chalk.magenta }[
			decision.launch as string
		];
		const [load] = this.#report.loads ?? [];
		const name = visible(target.domain ?? target.repo ?? load?.url ?? 'log files');
		const lines = [
			`${(colour ?? chalk.yellow).bold(decision.launch)}  ${chalk.bold(name)}`,
			this.#wrap(visible(decision.sentence)),
		];
		if (target.zone !== undefined) lines.push(this.#wrap(zoneInWords(target.zone)));
		lines.push(...this.#smoke());
		if (!complete) {
			lines.push(chalk.yellow('The run ended early: what was not reached is counted as unknown.'));
		}
		return lines.join('\n');
	}

	/** What was looked at twice, and which release answered. */
	#smoke(): readonly string[] {
		const { smoke } = this.#report;
		if (smoke === undefined) return [];
		const { flapped, version, pauseSeconds, looks } = smoke;
		const { chalk } = this.#style;
		const told = version === null ? [] : [this.#wrap(visible(version.sentence))];
		const again =
			looks > 1
				? [`Looked at ${looks} times, ${pauseSeconds} s apart: what failed twice in a row counts.`]
				: [];
		return [
			...(version?.state === 'live' ? told : told.map((line) => chalk.red(line))),
			...again.map((line) => this.#wrap(line)),
			...flapped.map(({ id, title }) =>
				chalk.yellow(this.#wrap(`Failed once, not twice in a row: ${visible(title)} (${id})`)),
			),
		];
	}

	#risksOf(severity: Severity): readonly Risk[] {
		return this.#report.risks.filter((risk) => risk.severity === severity);
	}

	#shownOf(severity: Severity): readonly Risk[] {
		return this.#risksOf(severity).slice(0, MOST_SHOWN[this.#style.verbose ? 'verbose' : 'usual']);
	}

	#leading(risk: Risk): ReportFinding {
		return this.#findings.get(risk.findings[0] ?? '') as ReportFinding;
	}

	#heading(severity: Severity, count: number): string {
		const { chalk } = this.#style;
		const colour = { blocker: chalk.red, high: chalk.yellow, later: chalk.cyan, info: chalk.dim };
		const words = SEVERITY_WORDS[severity];
		const plural = count === 1 || severity === 'later' || severity === 'info' ? words : `${words}s`;
		return colour[severity].bold(`${plural[0]?.toUpperCase()}${plural.slice(1)} (${count})`);
	}

	/** Risks of one severity, in fix order: a table, or a list where the terminal is narrow. */
	#risks(severity: Severity, column: string, second: (finding: ReportFinding) => string): string {
		const risks = this.#shownOf(severity);
		if (risks.length === 0) return '';
		const all = this.#risksOf(severity).length;
		const rest = all > risks.length ? `\n… and ${all - risks.length} more: see --format json` : '';
		const rows = risks.map((risk) => {
			const finding = this.#leading(risk);
			return {
				place: String(this.#place(risk)),
				wrong: [visible(risk.title), ...this.#about(risk)],
				second: this.#sharing(risk, second) ?? visible(second(finding)),
				effort: effortOf(risk),
			};
		});
		const heading = this.#heading(severity, all);
		if (this.#width < NARROWEST_TABLE) {
			const items = rows.map(({ place, wrong, second: text, effort }) =>
				[
					this.#wrap(`${place}. ${wrong[0]}`, 3),
					...wrong.slice(1).map((line) => this.#wrap(line, 3, 3)),
					this.#wrap(`${column}: ${text}`, 3, 3),
					this.#wrap(`Effort: ${effort}`, 3, 3),
				].join('\n'),
			);
			return `${heading}\n${items.join('\n')}${rest}`;
		}
		const effortWidth = 12;
		const free = this.#width - 4 - effortWidth - 5;
		const [left, right] = [Math.ceil(free * 0.5), Math.floor(free * 0.5)];
		const table = new Table({
			head: ['#', SEVERITY_WORDS[severity], column, 'Effort'],
			colWidths: [4, left, right, effortWidth],
			style: { head: [], border: [] },
			...(this.#style.ascii && { chars: ASCII_TABLE }),
		});
		for (const { place, wrong, second: text, effort } of rows) {
			table.push([
				place,
				wrong.map((line) => wrap(line, left - 2)).join('\n'),
				wrap(text, right - 2),
				wrap(effort, effortWidth - 2),
			]);
		}
		return `${heading}\n${table.toString()}${rest}`;
	}

	/** What is said of each kind of finding, where one block of headers mends several kinds. */
	#sharing({ findings }: Risk, second: (finding: ReportFinding) => string): string | null {
		if (!findings.every((one) => this.#inBlocks.has(one))) return null;
		const all = findings.map((one) => this.#findings.get(one) as ReportFinding);
		const kinds = [...groupBy(all, ({ id }) => id).values()].map(([first]) => second(first));
		return kinds.length > 1 ? [...new Set(kinds)].map((one) => visible(one)).join('; ') : null;
	}

	/** Id, the other names that have the same trouble, and what cannot be judged until it is fixed. */
	#about({ id, findings, hides }: Risk): readonly string[] {
		const { chalk } = this.#style;
		const names = [...new Set(findings.map((one) => this.#subjectOf(one)))];
		const listed = someOf(names, 3);
		const ids = [...new Set(findings.map((one) => this.#findings.get(one)?.id ?? id))];
		const others = ids.filter((one) => one !== id);
		return [
			chalk.dim(`${id}${listed === '' ? '' : ` at ${listed}`}`),
			...(others.length > 0 ? [chalk.dim(`with ${someOf(others, 3)}`)] : []),
			...(hides.length > 0
				? [chalk.dim(`hides ${hides.length} ${hides.length === 1 ? 'check' : 'checks'}`)]
				: []),
		];
	}

	#subjectOf(fingerprint: string): string {
		const { name = '', file, line } = this.#findings.get(fingerprint)?.subject ?? {};
		return visible(
			file === undefined ? name : `${file}${line === undefined ? '' : `:${line}`}`,
			120,
		);
	}

	#place(risk: Risk): number {
		return this.#report.risks.indexOf(risk) + 1;
	}

	/** How to fix each, with the text to paste: outside of any table, so that it can be copied. */
	#fixes(severity: Severity): string {
		return this.#shownOf(severity)
			.map((risk) => this.#fix(risk))
			.join('\n\n');
	}

	#fix(risk: Risk): string {
		const { chalk, verbose } = this.#style;
		const { fix, evidence, control, confidence, reproduce } = this.#leading(risk);
		const lines = [
			this.#wrap(`${chalk.bold(`Fix ${this.#place(risk)}`)}  ${visible(fix.summary)}`, 3),
			...fix.steps.map((step, index) => this.#wrap(`${index + 1}. ${visible(step)}`, 6, 3)),
		];
		if (risk.findings.every((one) => this.#inBlocks.has(one))) {
			lines.push(`   to paste: under "${HEADER_BLOCKS}" below`);
		} else lines.push(...this.#snippet(fix.snippets));
		if (risk.dependsOn.length > 0)
			lines.push(this.#wrap(`after: ${risk.dependsOn.join(', ')}`, 3, 3));
		if (reproduce !== null) lines.push(this.#wrap(`see it yourself: ${visible(reproduce)}`, 6, 3));
		if (confidence !== 'high') lines.push(`   confidence: ${confidence}`);
		if (verbose) {
			if (control !== undefined) lines.push(this.#wrap(`control: ${visible(control)}`, 6, 3));
			for (const { summary } of evidence) lines.push(this.#wrap(`seen: ${visible(summary)}`, 6, 3));
		}
		return lines.join('\n');
	}

	/** The text to paste, outside of any table, for the platform that was detected. */
	#snippet([snippet]: ReportFinding['fix']['snippets']): readonly string[] {
		if (snippet === undefined) return [];
		const { chalk } = this.#style;
		const text = indented(visibleLines(snippet.text), '     ').map((line) => chalk.cyan(line));
		if (snippet.platform === 'any') return text;
		const isKnown = this.#report.target.platform !== undefined;
		const label = isKnown ? snippet.platform : `${snippet.platform} (others: --format json)`;
		return [chalk.dim(`   ${label}:`), ...text];
	}

	/** The headers that a host's findings ask for, as one text; hosts that need the same one share it. */
	#headerBlocks(): string {
		const blocks = this.#report.fixBlocks ?? [];
		if (blocks.length === 0) return '';
		const { chalk, verbose } = this.#style;
		const same = [
			...groupBy(blocks, ({ headers, snippets }) =>
				JSON.stringify([headers, snippets[0]?.platform]),
			).values(),
		];
		const shown = same.slice(0, MOST_BLOCKS[verbose ? 'verbose' : 'usual']);
		const left = same.length - shown.length;
		return [
			chalk.bold(`${HEADER_BLOCKS} (${this.#inBlocks.size} findings)`),
			...shown.flatMap(([first, ...others], index) => {
				const [snippet] = first.snippets;
				const isRepeated = shown
					.slice(0, index)
					.some(([other]) => other.snippets[0]?.platform === snippet?.platform);
				const hosts = [first, ...others].map(({ host }) => visible(host, 253));
				const places = [...new Set([first, ...others].flatMap((one) => this.#mendedBy(one)))];
				return [
					this.#wrap(`${someOf(hosts)}: mends ${someOf(places, 6)}`, 4, 2),
					...this.#snippet(isRepeated ? first.snippets.map(withoutRemarks) : first.snippets),
				];
			}),
			...(left > 0 ? [`  … and ${left} more: see fixBlocks in --format json`] : []),
		].join('\n');
	}

	#mendedBy({ findings }: NonNullable<Report['fixBlocks']>[number]): readonly string[] {
		return findings.map((one) => visible(this.#findings.get(one)?.id ?? ''));
	}

	#folded(severity: Severity): string {
		const risks = this.#risksOf(severity);
		if (risks.length === 0) return '';
		const items = [...groupBy(risks, ({ id }) => id)].map(([id, same]) => {
			const findings = same.reduce((sum, risk) => sum + risk.findings.length, 0);
			return findings > 1 ? `${id} (${findings})` : id;
		});
		return `${this.#heading(severity, risks.length)}\n${this.#wrap(items.join(', '), 2, 2)}`;
	}

	#accepted(): string {
		const { chalk } = this.#style;
		const lines = this.#report.findings.flatMap(({ outcome, title, waiver }) =>
			outcome === 'accepted' && waiver !== undefined
				? [
						`${visible(title)} Accepted until ${waiver.until} by ${visible(waiver.owner)}: ${visible(waiver.reason)}`,
					]
				: [],
		);
		const stale = this.#report.waivers.flatMap(({ id, until, owner, state }) =>
			state === 'used' ? [] : [WAIVER_WORDS[state](id, until, visible(owner))],
		);
		const all = [...lines, ...stale];
		if (all.length === 0) return '';
		return [
			chalk.bold(`Accepted (${lines.length})`),
			...all.map((line) => this.#wrap(line, 2, 2)),
		].join('\n');
	}

	/** What the user's DMARC reports add up to, whatever was found in them. */
	#mailReports(): string {
		const { reports } = this.#report.map.mail;
		if (reports === undefined) return '';
		const [heading = '', ...lines] = mailReportsText(reports, this.#style).split('\n');
		return [heading, ...lines.map((line) => this.#wrap(line.trimStart(), 4, indentOf(line)))].join(
			'\n',
		);
	}

	#timings(): string {
		const { timings } = this.#report;
		if (timings.length === 0) return '';
		const [heading = '', ...lines] = timingsText(timings, this.#style).split('\n');
		return [
			heading,
			...lines.map((line) => this.#wrap(line.trimStart(), indentOf(line) + 2, indentOf(line))),
		].join('\n');
	}

	/** What could not be checked and why, what could hide a blocker first; consequences are counted. */
	#unseen(): string {
		const { chalk } = this.#style;
		const { checks, coverage } = this.#report;
		const unknown = checks.filter(({ outcome }) => outcome === 'unknown');
		if (unknown.length === 0) return '';
		const could = new Set(coverage.blockerCapableUnknown.map(placeOf));
		const behindNothing = unknown.filter(({ behind }) => behind === undefined);
		const brief = new Set(this.#style.verbose ? [] : behindNothing.filter(this.#isTimed));
		const own = behindNothing.filter((row) => !brief.has(row));
		const lines = groupBy(own, ({ reason = '', code = '' }) => `${code}: ${reason}`);
		const written = [...lines].map(([why, rows]) => ({
			grave: rows.some((row) => could.has(placeOf(row))),
			text: `${someOf(rows.map(placeOf))}: ${visible(why, 500)}`,
		}));
		const shown = written
			.toSorted((a, b) => Number(b.grave) - Number(a.grave))
			.map(({ grave, text }) => {
				const mark = grave ? chalk.magenta(' [could hide a launch blocker]') : '';
				return this.#wrap(`${text}${mark}`, 4, 2);
			});
		if (brief.size > 0) {
			const what = [...new Set([...brief].map(({ check }) => check))].join(', ');
			const where = new Set([...brief].map(({ subject }) => subject)).size;
			const places = `${where} ${where === 1 ? 'endpoint' : 'endpoints'}`;
			const why = 'too few requests for a verdict; what was seen is under Timing';
			shown.push(this.#wrap(`${what} at ${places}: budget: ${why}`, 4, 2));
		}
		const behind = unknown.filter((row) => row.behind !== undefined);
		for (const [cause, rows] of groupBy(behind, (row) => placeOf(row.behind ?? row))) {
			const checksBehind = [...new Set(rows.map(({ check }) => check))];
			shown.push(this.#wrap(`behind ${cause}: ${checksBehind.join(', ')}`, 4, 2));
		}
		return [chalk.bold(`Could not be checked (${unknown.length})`), ...shown].join('\n');
	}

	/** Its figures have a section of their own, which says how many requests are missing. */
	readonly #isTimed = ({ code, subject }: Report['checks'][number]): boolean =>
		code === 'budget' && this.#report.timings.some(({ url }) => url === subject);

	#coverage(): string {
		const { pass, fail, unknown, blocked, notApplicable, skipped, accepted } =
			this.#report.coverage;
		const parts = [
			`${pass} passed`,
			`${fail} failed`,
			accepted > 0 && `${accepted} accepted`,
			unknown > 0 && `${unknown} unknown`,
			blocked > 0 && `${blocked} hidden by a blocker`,
			`${notApplicable} not applicable`,
			skipped > 0 && `${skipped} skipped`,
		].filter((part) => part !== false);
		const { score } = this.#report.decision;
		const hidden = this.#style.verbose
			? ''
			: ' Details: --verbose; one finding: launch-ready explain ID.';
		return this.#wrap(
			`Checks: ${parts.join(', ')}. Score ${score}/100.${hidden}${this.#vantage()}`,
		);
	}

	/** From where it looked, where that changes what was seen, or where everything is wanted. */
	#vantage(): string {
		const { resolver, node, proxy } = this.#report.vantage;
		const through = proxy === null ? '' : ` HTTP went through the proxy ${visible(proxy)}.`;
		return this.#style.verbose
			? `${through} Seen with resolver ${visible(resolver)} and Node ${visible(node)}.`
			: through;
	}

	#wrap(text: string, hang = 0, indent = 0): string {
		const [first = '', ...rest] = wrap(text, Math.max(20, this.#width - hang)).split('\n');
		return [
			`${' '.repeat(indent)}${first}`,
			...rest.map((line) => `${' '.repeat(hang)}${line}`),
		].join('\n');
	}
}

function indentOf(line: string): number {
	return line.length - line.trimStart().length;
}

function zoneInWords({ file, use, live }: NonNullable<Report['target']['zone']>): string {
	const name = visible(file);
	if (!live) return `Only ${name} was judged: nothing was asked of the network (--no-live).`;
	return use === 'drift'
		? `Compared with ${name}: what is live should be what is written there.`
		: `Judged as planned: names in ${name} are answered from it, everything else by the network.`;
}

const WAIVER_WORDS = {
	unused: (id: string) => `The waiver of ${id} covers nothing any more: delete it.`,
	expired: (id: string, until: string, owner: string) =>
		`${id} was accepted until ${until} by ${owner}; that day is past, so it counts again.`,
	refused: (id: string) =>
		`The waiver of ${id} does not cover a launch blocker without allowBlocker: true.`,
} as const;

const ASCII_TABLE = {
	top: '-',
	'top-mid': '+',
	'top-left': '+',
	'top-right': '+',
	bottom: '-',
	'bottom-mid': '+',
	'bottom-left': '+',
	'bottom-right': '+',
	left: '|',
	'left-mid': '+',
	mid: '-',
	'mid-mid': '+',
	right: '|',
	'right-mid': '+',
	middle: '|',
};

/** Said once a page: the same remarks stand above each block of a platform. */
function withoutRemarks(snippet: ReportFinding['fix']['snippets'][number]) {
	return { ...snippet, text: snippet.text.replace(/^(?:(?:#|\/\/|<!--)[^\n]*\n)+/, '') };
}

function placeOf({ check, subject }: { readonly check: string; readonly subject: string }): string {
	return `${check} at ${visible(subject, 120)}`;
}

/** The first few, then how many there are. */
function someOf(names: readonly string[], most = 4): string {
	return names.slice(0, most).join(', ') + (names.length > most ? `, … (${names.length})` : '');
}

function effortOf({ effortMinutes, leadSeconds }: Risk): string {
	const work = duration(effortMinutes * 60);
	return leadSeconds > 0 ? `${work}, then wait ${duration(leadSeconds)}` : work;
}

/** Wraps at words, and inside those that are longer than a line (URLs, keys), which start one. */
function wrap(text: string, width: number): string {
	const long = new RegExp(` (?=\\S{${width + 1}})`, 'g');
	return wrapAnsi(text.replace(long, '\n'), width, { hard: true, trim: true });
}

function indented(text: string, by: string): readonly string[] {
	return text.split('\n').map((line) => `${by}${line}`);
}
