import type { ScriptInjection } from './script-injection.ts';

/** How a script reads the text instead. */
export interface ScriptRepair {
	readonly variable: string;
	/** Lines for the workflow's file. */
	readonly instead: string;
}

const NAMES: readonly (readonly [path: RegExp, name: string])[] = [
	[/^github\.head_ref$|head\.ref$|head_branch$/, 'HEAD_REF'],
	[/head\.label$/, 'HEAD_LABEL'],
	[/pull_request\.title$/, 'PR_TITLE'],
	[/pull_request\.body$/, 'PR_BODY'],
	[/issue\.title$/, 'ISSUE_TITLE'],
	[/issue\.body$/, 'ISSUE_BODY'],
	[/comment\.body$/, 'COMMENT_BODY'],
	[/review\.body$/, 'REVIEW_BODY'],
	[/discussion\.title$/, 'DISCUSSION_TITLE'],
	[/discussion\.body$/, 'DISCUSSION_BODY'],
	[/display_title$/, 'RUN_TITLE'],
	[/\.message$/, 'COMMIT_MESSAGE'],
	[/author\.(?:name|email)$|committer\.(?:name|email)$/, 'COMMIT_AUTHOR'],
	[/page_name$/, 'PAGE_NAME'],
];

/** GitHub's "Using an intermediate environment variable". `line` is the line of the file as it is. */
export function scriptRepair(
	{ context, written, key, shell }: Pick<ScriptInjection, 'context' | 'written' | 'key' | 'shell'>,
	line: string,
): ScriptRepair {
	const variable = NAMES.find(([path]) => path.test(context))?.[1] ?? 'EVENT_TEXT';
	const isScript = key === 'script' && !/^\s*(?:echo|cd|docker|git)\b/.test(line);
	const code = line
		.replace(/^\s*(?:-\s+)?(?:run|script|command|inlineScript):\s*(?:[|>][+-]?\d*\s*)?/, '')
		.trim();
	const plain = /^(["'])(.*)\1$/.test(code) && code !== line.trim() ? code.slice(1, -1) : code;
	const repaired = isScript
		? inJavaScript(plain, written, variable)
		: inShell(
				plain,
				written,
				/^(?:pwsh|powershell)/.test(shell) ? `$env:${variable}` : `$${variable}`,
			);
	const env = `env:\n  ${variable}: ${written.replace(/\s+/g, ' ')}`;
	const name = key === 'inlinescript' ? 'inlineScript' : key;
	return {
		variable,
		instead:
			key === 'run'
				? `${env}\nrun: |\n  ${repaired}`
				: `${env}\nwith:\n  ${name}: |\n    ${repaired}`,
	};
}

/** A text in single quotes would keep the name of the variable. */
function inShell(code: string, written: string, variable: string): string {
	const at = code.indexOf(written);
	if (at === -1) return `printf '%s\\n' "${variable}"`;
	const before = code.slice(0, at);
	const after = code.slice(at + written.length);
	if (openQuote(before) === '"') return `${before}${variable}${after}`;
	if (openQuote(before) === "'")
		return `${before}'"${variable}"'${after}`
			.replace(/(^|[\s=(])''"/, '$1"')
			.replace(/"''($|[\s)])/, '"$1');
	return `${before}"${variable}"${after}`;
}

function inJavaScript(code: string, written: string, variable: string): string {
	const value = `process.env.${variable}`;
	const at = code.indexOf(written);
	if (at === -1) return `const text = ${value};`;
	const before = code.slice(0, at);
	const after = code.slice(at + written.length);
	const quote = openQuote(before);
	if (quote !== '' && before.endsWith(quote) && after.startsWith(quote)) {
		return `${before.slice(0, -1)}${value}${after.slice(1)}`;
	}
	if (quote === '`') return `${before}\${${value}}${after}`;
	return quote === ''
		? `${before}${value}${after}`
		: `${before}${quote} + ${value} + ${quote}${after}`;
}

/** The quote that is open at the end of a piece of code; empty for none. */
function openQuote(before: string): string {
	let open = '';
	for (let at = 0; at < before.length; at++) {
		const character = before.charAt(at);
		if (character === '\\' && open !== "'") at++;
		else if (open === '' ? /["'`]/.test(character) : character === open)
			open = open === '' ? character : '';
	}
	return open;
}
