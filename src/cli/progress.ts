import type { Progress } from '../engine/audit.ts';

/** Where no line can be redrawn, one is written this often, in milliseconds. */
const EVERY_MS = 10_000;

export interface ProgressLine {
	show(event: Progress): void;
	/** Removes what was drawn. */
	end(): void;
}

/** `[12/41] ssl/chain app.example.com  3.2 s` on standard error; nothing where it is not wanted. */
export function progressLine(wanted: boolean): ProgressLine {
	const { stderr } = process;
	if (!wanted) return { show: () => undefined, end: () => undefined };
	const started = performance.now();
	const redraws = stderr.isTTY === true && process.env['TERM'] !== 'dumb';
	let written = started;
	const line = ({ check, subject, done, total }: Progress) => {
		const seconds = ((performance.now() - started) / 1_000).toFixed(1);
		const text = `[${done}/${total}] ${check} ${subject}  ${seconds} s`;
		return text.replace(/[^\x20-\x7e]/g, '?').slice(0, (stderr.columns || 80) - 1);
	};
	return {
		show(event) {
			if (redraws) stderr.write(`\r${line(event)}\u001b[K`);
			else if (performance.now() - written >= EVERY_MS) {
				written = performance.now();
				stderr.write(`${line(event)}\n`);
			}
		},
		end() {
			if (redraws) stderr.write('\r\u001b[K');
		},
	};
}
