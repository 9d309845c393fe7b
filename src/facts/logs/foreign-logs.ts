import type { LoggingFinding } from './logging-finding.ts';
import { isSecretName, isSecretVariable } from './secret-name.ts';

type Found = Omit<LoggingFinding, 'file'>;

const CODE = /\.(?:py|rb|php|go|java|kt|cs)$/;

export const isForeignCode = (path: string): boolean => CODE.test(path);

/** One call of a logger to the end of its line. */
const CALL =
	/(?<![\w.>$])((?:(?:self\.|this\.|Rails\.|app\.|slog\.|current_app\.)?_?(?:log|logger|logging|LOG|LOGGER|Log)(?:\.|->|::)(?:debug|info|warn|warning|error|critical|exception|fatal|trace|Debug|Info|Warn|Error|Printf?|Println|Fatalf?|Infof|Debugf|Errorf|LogInformation|LogDebug|LogWarning|LogError))|fmt\.Print(?:f|ln)?|System\.out\.print(?:ln|f)?|Console\.WriteLine|error_log|var_dump|print_r|print|puts|pp)(?:\(|[ \t])([^\n]{1,400})/g;
const ENVIRONMENT =
	/\bos\.environ\b(?![.[])|\bENV\.(?:to_h|inspect|to_a)\b|\$_ENV\b(?!\[)|\bos\.Environ\(\)|\bSystem\.getenv\(\)/;
const VARIABLE =
	/(?:os\.environ(?:\.get\(|\[)|os\.getenv\(|os\.Getenv\(|ENV(?:\[|\.fetch\()|getenv\(|\$_ENV\[|System\.getenv\(|Environment\.GetEnvironmentVariable\()\s{0,2}["'](\w{1,60})["']/g;
const NAME =
	/(?<![\w."'])\$?([A-Za-z_][\w]{0,40}(?:(?:\.|->|::|\[:?["']?)[A-Za-z_]\w{0,40}["']?\]?){0,4})(?![\w(])/g;

/** Secrets that Python, Ruby, PHP, Go, Java, Kotlin or C# hands to a logger, as far as one line shows. */
export function foreignLogsIn(text: string, path: string): readonly Found[] {
	if (!/\.(?:py|rb)$/.test(path) || /log|print|puts|pp/.test(text)) {
		return [...text.matchAll(CALL)].flatMap((call) => {
			const line = newlinesBefore(text, call.index) + 1;
			if (isComment(text, call.index)) return [];
			const [, by = '', written = ''] = call;
			return shownIn(written, path).map((one) => ({ ...one, line, by, sure: false }));
		});
	}
	return [];
}

function newlinesBefore(text: string, end: number): number {
	let count = 0;
	for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++;
	return count;
}

function isComment(text: string, at: number): boolean {
	const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
	return /^\s*(?:#|\/\/|\*|--)/.test(line);
}

function shownIn(written: string, path: string): readonly Pick<Found, 'verdict' | 'what'>[] {
	if (
		/mask|redact|sanitiz|len\(|strlen\(|\.length|\.size|hash|\?\s|is not None|!= nil/i.test(written)
	)
		return [];
	const code = withoutTexts(written, path);
	if (ENVIRONMENT.test(code)) return [{ verdict: 'logs-environment', what: 'the environment' }];
	const variables = [...written.matchAll(VARIABLE)]
		.map(([, name = '']) => name)
		.filter(isSecretVariable);
	const names = [...code.matchAll(NAME)]
		.map(([, name = '']) => name.replace(/["'\]:]|\[$/g, '').replace(/->|\[/g, '.'))
		.filter((name) => isSecretName(name.slice(name.lastIndexOf('.') + 1)));
	const [what] = [...variables, ...names];
	return what === undefined ? [] : [{ verdict: 'logs-secret', what }];
}

/** How a language puts a value into a text: in which texts, and between what. */
const INSIDE: Readonly<Record<string, { readonly in: RegExp; readonly value: RegExp }>> = {
	py: { in: /^[a-z]*f[a-z]*["']/i, value: /\{([^{}:!]{1,80})/g },
	cs: { in: /^\$/, value: /\{([^{}:!]{1,80})/g },
	rb: { in: /^"/, value: /#\{([^{}]{1,80})\}/g },
	php: { in: /^"/, value: /\{?\$([\w>-]{1,80})/g },
	kt: { in: /^"/, value: /\$\{?([\w.]{1,80})/g },
};

/** What is said goes, what is put into it stays: `f"{x}"`, `"#{x}"`, `"{$x}"`, `"$x"`. */
function withoutTexts(written: string, path: string): string {
	const inside = INSIDE[path.slice(path.lastIndexOf('.') + 1)];
	return written.replace(/\$?[fF]?[rR]?(["'])(?:\\.|(?!\1)[^\\])*\1/g, (text) => {
		const values = inside?.in.test(text) === true ? [...text.matchAll(inside.value)] : [];
		return ` ${values.map(([, value = '']) => value).join(' ')} `;
	});
}
