import type { Evidence, Fix, LogKind, LogReading, Severity } from '../../src/sdk.ts';

/** What the wording of every finding in a log is told. No value is part of it. */
export type LogLeak = {
	file: string;
	/** `3 different passwords`. */
	what: string;
	/** `lines 4, 9 and 12`. */
	lines: string;
	/** ` It is tracked by git.`; empty where the log is only here. */
	spread: string;
	isPublic: boolean;
	committed: boolean;
	fields: string[];
	samples: { line: number; text: string }[];
	severity: Severity;
	/** They are all numbers that providers publish. */
	published: boolean;
	fingerprint: string;
	rotate: string;
	/** Distinct from the other findings of the same sort. */
	kind: string;
};

export function leakOf(log: LogReading, kinds: readonly [LogKind, ...LogKind[]]): LogLeak {
	const samples = kinds
		.flatMap((kind) => kind.samples)
		.sort((a, b) => a.line - b.line)
		.filter(({ line }, index, all) => all[index - 1]?.line !== line)
		.slice(0, 5);
	const occurrences = kinds.reduce((sum, { count }) => sum + count, 0);
	const [first] = kinds;
	return {
		file: log.file,
		what: joined(kinds.map(amountOf)),
		lines: linesOf(samples, occurrences),
		spread: spreadOf(log),
		isPublic: log.committed || log.served,
		committed: log.committed,
		fields: [...new Set(kinds.flatMap(({ fields }) => fields))].slice(0, 8),
		samples: samples.map(({ line, text }) => ({ line, text })),
		severity: 'high',
		published: kinds.every(({ published }) => published),
		fingerprint: kinds.length === 1 ? first.fingerprint : '',
		rotate: first.rotate,
		kind: first.fingerprint === '' ? first.what : `${first.what} ${first.fingerprint.slice(0, 4)}`,
	};
}

function amountOf({ distinct, count, what }: LogKind): string {
	if (distinct === 0) return `${count} ${count === 1 ? singular(what) : what}`;
	const number = distinct >= 100_000 ? '100,000 or more' : `${distinct}`;
	return distinct === 1 ? `1 ${singular(what)}` : `${number} different ${what}`;
}

function singular(plural: string): string {
	return plural
		.replace(/^(e-mail address)es$/, '$1')
		.replace(/^bank accounts/, 'bank account')
		.replace(/^tokens in URLs$/, 'token in a URL')
		.replace(/s$/, '');
}

function linesOf(samples: readonly { line: number }[], occurrences: number): string {
	const numbers = samples.map(({ line }) => String(line));
	const more = occurrences > samples.length ? ` and in all ${occurrences} places` : '';
	return `line${numbers.length === 1 ? '' : 's'} ${joined(numbers)}${more}`;
}

function joined(parts: readonly string[]): string {
	const last = parts.at(-1) ?? '';
	return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function spreadOf({ committed, served }: LogReading): string {
	if (served) return ' Browsers can download it.';
	return committed ? ' It is tracked by git.' : '';
}

export const sentence = ({ file, what, lines, spread }: LogLeak): string =>
	`${file} holds ${what} (${lines}).${spread}`;

export function evidenceFor({ file, samples }: LogLeak): readonly Evidence[] {
	return samples.map(({ line, text }) => ({
		kind: 'file',
		summary: `${file}:${line}`,
		detail: text,
	}));
}

/** Stop it where it is written, then deal with what has been written. */
export function scrub(leak: LogLeak, summary: string, ...steps: string[]): Fix {
	const where = leak.fields.length > 0 ? ` (${leak.fields.join(', ')})` : '';
	return {
		summary,
		steps: [
			`Find the statement that writes these lines and let it write an id instead of the value${where}; the samples show the line without its values.`,
			...steps,
			`Delete the log, its rotated copies and what collectors and backups have of it.`,
		],
		snippets: [
			{ platform: 'any', language: 'javascript', text: redactSnippet(leak.fields) },
			...untracking(leak),
		],
	};
}

const USUAL_PATHS: readonly string[] = [
	'req.headers.authorization',
	'req.headers.cookie',
	'res.headers["set-cookie"]',
];

function redactSnippet(fields: readonly string[]): string {
	const names = fields.filter((field) => /^[A-Za-z_]\w{0,40}$/.test(field));
	const paths = [...USUAL_PATHS, ...names.flatMap((name) => [name, `*.${name}`])];
	const lines = paths.map((path) => `\t\t'${path}',`).join('\n');
	return `import pino from 'pino';\n\nexport const logger = pino({\n\tredact: [\n${lines}\n\t],\n});`;
}

/** Out of git; the file itself stays until it is deleted. */
function untracking({ committed, file }: LogLeak): Fix['snippets'] {
	if (!committed) return [];
	// A name that a shell would read differently is left to the user.
	const quoted = /^[\w./-]+$/.test(file) ? file : 'PATH/app.log';
	const text = `git rm --cached -- ${quoted}\nprintf '\\n%s\\n' '*.log' >> .gitignore`;
	return [{ platform: 'any', language: 'shell', text }];
}
