type Environment = Readonly<Record<string, string | undefined>>;

export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];

interface Stream {
	readonly isTTY?: boolean;
	readonly columns?: number;
}

/** Piped output is read in files and logs, which are wide. */
const WIDTH_WITHOUT_TERMINAL = 100;

/** `--color` over NO_COLOR over FORCE_COLOR over what the stream is (no-color.org, force-color.org). */
export function colorLevel(choice: ColorChoice, stream: Stream, env: Environment): 0 | 1 {
	if (choice !== 'auto') return choice === 'always' ? 1 : 0;
	const { NO_COLOR, FORCE_COLOR, TERM } = env as Record<string, string | undefined>;
	if (NO_COLOR !== undefined && NO_COLOR !== '') return 0;
	if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') {
		return FORCE_COLOR === '0' || FORCE_COLOR === 'false' ? 0 : 1;
	}
	return stream.isTTY === true && TERM !== 'dumb' ? 1 : 0;
}

/** Columns to write to. */
export function widthOf(stream: Stream, env: Environment): number {
	if (stream.columns !== undefined && stream.columns > 0) return stream.columns;
	const { COLUMNS } = env as Record<string, string | undefined>;
	const columns = Number(COLUMNS);
	return Number.isInteger(columns) && columns > 0 ? columns : WIDTH_WITHOUT_TERMINAL;
}

/** Where only ASCII can be shown: asked for, a dumb terminal, or a C or POSIX locale. */
export function needsAscii(asked: boolean, env: Environment): boolean {
	const { TERM, LC_ALL, LC_CTYPE, LANG } = env as Record<string, string | undefined>;
	const locale = [LC_ALL, LC_CTYPE, LANG].find((one) => one !== undefined && one !== '');
	return asked || TERM === 'dumb' || locale === 'C' || locale === 'POSIX';
}
