import type { LoadProgress } from '../core/load-plan.ts';

/** Where no line can be redrawn, one is written this often, in milliseconds. */
const EVERY_MS = 5_000;

export interface LoadLine {
	show(progress: LoadProgress): void;
	/** Removes what was drawn. */
	end(): void;
}

/** How the load goes, on standard error: one redrawn line on a terminal, else a line now and then. */
export function loadLine(wanted: boolean): LoadLine {
	const { stderr } = process;
	if (!wanted) return { show: () => undefined, end: () => undefined };
	const redraws = stderr.isTTY === true && process.env['TERM'] !== 'dumb';
	let written = 0;
	let phase = '';
	return {
		show(progress) {
			const text = lineOf(progress)
				.replace(/[^\x20-\x7e]/g, '?')
				.slice(0, redraws ? (stderr.columns || 80) - 1 : 300);
			if (redraws) stderr.write(`\r${text}\u001b[K`);
			else if (progress.phase !== phase || performance.now() - written >= EVERY_MS) {
				written = performance.now();
				stderr.write(`${text}\n`);
			}
			phase = progress.phase;
		},
		end() {
			if (redraws) stderr.write('\r\u001b[K');
		},
	};
}

/** What matters first: a narrow terminal cuts the end off. */
function lineOf({ url, phase, atMs, ofMs, users, rate, p95Ms, requests, errors }: LoadProgress) {
	const time = `${(atMs / 1_000).toFixed(0)}/${(ofMs / 1_000).toFixed(0)} s`;
	if (phase === 'rest' || phase === 'signing in') return `[${phase} ${time}] ${url}`;
	const p95 = p95Ms === null ? '-' : `${p95Ms < 100 ? p95Ms.toFixed(1) : Math.round(p95Ms)} ms`;
	const who = phase === 'load' ? `${users} users  ` : '';
	return `[${phase} ${time}] ${who}${rate.toFixed(1)}/s  p95 ${p95}  ${errors} of ${requests} failed  ${url}`;
}
