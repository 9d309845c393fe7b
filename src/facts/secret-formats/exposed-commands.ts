import { parseDockerfile } from './dockerfile.ts';
import { entriesOf, itemsOf, type TreeNode } from './tree-node.ts';
import { parseYamlTrees } from './yaml-tree.ts';

/** How a command shows a secret: to every process of the machine, to the image, or to the log. */
export const EXPOSURES = ['argument', 'build-argument', 'echo', 'trace'] as const;
type Exposure = (typeof EXPOSURES)[number];

/** Without the value. */
export interface ExposedCommand {
	/** 1-based. */
	readonly line: number;
	readonly how: Exposure;
	/** `docker login -p`, `echo`, `set -x`. */
	readonly shown: string;
	/** What it is given: `$DEPLOY_TOKEN`, `secrets.DEPLOY_TOKEN`; `a literal` where it is written out. */
	readonly operand: string;
}

/** Of one file; more repeat themselves. */
const MOST = 50;

/** Commands of a pipeline, an image, a shell script or a manifest that show a secret. */
export function exposedCommandsIn(path: string, text: string): readonly ExposedCommand[] {
	const scripts = scriptsOf(path, text);
	return scripts
		.flatMap(({ source, line }) =>
			exposedIn(source).map((one) => ({ ...one, line: one.line + line - 1 })),
		)
		.sort((a, b) => a.line - b.line)
		.slice(0, MOST);
}

interface Script {
	readonly source: string;
	readonly line: number;
}

function scriptsOf(path: string, text: string): readonly Script[] {
	if (/\.ya?ml$/i.test(path)) {
		return parseYamlTrees(text)
			.flatMap((tree) => scriptNodes(tree, false))
			.map(([start, end]) => ({
				source: text.slice(start, end),
				line: lineOf(text, start),
			}));
	}
	if (/(?:docker|container)file(?:\.[\w-]+)?$/i.test(path)) {
		return parseDockerfile(text)
			.filter(({ keyword }) => /^(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK)$/.test(keyword))
			.map(({ text: source, line }) => ({ source, line }));
	}
	return [{ source: text, line: 1 }];
}

/** Keys of every pipeline's language whose value is handed to a shell. */
const SHELL_KEY =
	/^(?:run|script|scripts|before_script|after_script|command|commands|bash|sh|pwsh|powershell|inlineScript|entrypoint|build-args|install|before_install|before_deploy|deploy|args|pre_build|post_build|build)$/;

function scriptNodes(node: TreeNode, isShell: boolean): readonly (readonly [number, number])[] {
	if (node.kind === 'text') return isShell ? [[node.start, node.end]] : [];
	if (node.kind === 'list')
		return itemsOf(node).flatMap((item) => scriptNodes(item, isShell && item.kind === 'text'));
	return entriesOf(node).flatMap(([key, inner]) =>
		scriptNodes(inner, SHELL_KEY.test(key) && inner.kind !== 'map'),
	);
}

function lineOf(text: string, offset: number): number {
	let line = 1;
	for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1))
		line++;
	return line;
}

const VARIABLE =
	'[A-Z0-9_]{0,40}(?:PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|TOKEN|SECRET|SECRET_KEY|API_?KEY|ACCESS_KEY|PRIVATE_KEY|AUTH_KEY|CREDENTIALS?)(?:_[A-Z0-9]{1,20})?';
const SECRET_REFERENCE = `\\$\\{\\{ {0,3}secrets\\.[\\w-]{1,80} {0,3}\\}\\}|\\$\\{${VARIABLE}\\}|\\$${VARIABLE}(?![A-Za-z0-9_])`;
const LITERAL = '[^\\s"\'$`<>|;&(){}*\\\\][^\\s"\'$`<>|;&(){}*\\\\]{7,100}';
const OPERAND = `["']?(${SECRET_REFERENCE}|${LITERAL})`;
const REFERENCE = new RegExp(SECRET_REFERENCE);

/** Programs whose short option takes a password, and the option. */
const SHORT: readonly (readonly [string, RegExp])[] = [
	[
		'docker login',
		new RegExp(
			`(?:docker|podman|helm registry|buildah|skopeo|nerdctl|crane auth) login\\b[^|;&\\n]{0,200}?\\s(-p|--password)[ =]?${OPERAND}`,
		),
	],
	[
		'mysql',
		new RegExp(
			`\\b(?:mysql|mysqldump|mysqladmin|mariadb)\\b[^|;&\\n]{0,200}?\\s(-p|--password=)${OPERAND}`,
		),
	],
	['sshpass', new RegExp(`\\bsshpass\\s{1,4}(-p) {0,2}${OPERAND}`)],
	['redis-cli', new RegExp(`\\bredis-cli\\b[^|;&\\n]{0,200}?\\s(-a|--pass) ${OPERAND}`)],
	[
		'mongo',
		new RegExp(
			`\\b(?:mongo|mongosh|mongodump|mongorestore)\\b[^|;&\\n]{0,200}?\\s(-p|--password)[ =]?${OPERAND}`,
		),
	],
	['az login', new RegExp(`\\baz login\\b[^|;&\\n]{0,200}?\\s(-p|--password) ${OPERAND}`)],
	[
		'curl',
		new RegExp(
			`\\bcurl\\b[^|;\\n]{0,400}?\\s(-u|--user)[ =]?["']?[^\\s:"']{0,100}:(${SECRET_REFERENCE}|${LITERAL})`,
		),
	],
	[
		'curl',
		new RegExp(
			`\\bcurl\\b[^|;\\n]{0,400}?\\s(-u|--user)[ =]?${OPERAND.replace(`|${LITERAL}`, '')}`,
		),
	],
	['sqlcmd', new RegExp(`\\bsqlcmd\\b[^|;&\\n]{0,200}?\\s(-P) ?${OPERAND}`)],
	['wget', new RegExp(`\\bwget\\b[^|;&\\n]{0,200}?\\s(--(?:http-|ftp-)?password)=${OPERAND}`)],
	[
		'openssl',
		new RegExp(
			`\\bopenssl\\b[^|;&\\n]{0,300}?\\s(-pass(?:in|out)?) ["']?pass:(${SECRET_REFERENCE}|${LITERAL})`,
		),
	],
];
/** The option's name says it, whatever the program. */
const LONG = new RegExp(
	`(?:^|\\s)(--(?:[a-z]{1,20}-)?(?:password|passphrase|secret|secret-key|client-secret))[ =]["']?(${SECRET_REFERENCE})`,
);
const BUILD_ARGUMENT = new RegExp(
	`(--build-arg)[ =]["']?(?:[\\w]{1,80}=["']?(${SECRET_REFERENCE})|(${VARIABLE})(?:=["']?(?:\\$|${LITERAL})|(?=\\s|$)))`,
);
/** Lines of `build-args:` in the step of an action. */
const BUILD_LINE = /^\s*[\w]{1,80}=["']?(\$\{\{ {0,3}secrets\.[\w-]{1,80} {0,3}\}\})/;
const ECHO = new RegExp(
	`(?:^|[;&|]\\s{0,4}|\\bthen |\\bdo |\\brun: {0,4}|^\\s{0,40}- )\\s{0,40}(echo|printf)\\s([^|>\\n]{0,300}?(${SECRET_REFERENCE})[^|>\\n]{0,300})$`,
);
const TRACE =
	/(?:^|\s)(set -[a-wyz]{0,4}x[a-z]{0,4}|set -o xtrace|(?:ba)?sh -[a-wyz]{0,4}x[a-z]{0,4})(?=\s|$)/;
const UNTRACE = /\bset \+[a-z]{0,4}x|set \+o xtrace/;
/** Lines after `set -x` in which a secret is near. */
const NEAR = 20;

function exposedIn(source: string): readonly ExposedCommand[] {
	const lines = source.split('\n');
	return lines.flatMap((written, index) => {
		if (/^\s*(?:#|\/\/)/.test(written)) return [];
		const command = continued(lines, index).slice(0, 2_000);
		const own = exposureOf(command) ?? traceAt(lines, index);
		return own === null ? [] : [{ ...own, line: index + 1 }];
	});
}

/** With the lines that a backslash joins; nothing for the later ones, which have had their turn. */
function continued(lines: readonly string[], index: number): string {
	if (lines[index - 1]?.trimEnd().endsWith('\\')) return '';
	let command = '';
	for (let at = index; at < lines.length && at < index + 30; at++) {
		const line = (lines[at] ?? '').trimEnd();
		command += `${line.replace(/\\$/, '')} `;
		if (!line.endsWith('\\')) break;
	}
	return command.trimEnd();
}

type Exposed = Omit<ExposedCommand, 'line'>;

function exposureOf(command: string): Exposed | null {
	const build = BUILD_ARGUMENT.exec(command) ?? BUILD_LINE.exec(command);
	if (build !== null) {
		const given = build[2] ?? build[3] ?? build[1] ?? '';
		return { how: 'build-argument', shown: '--build-arg', operand: operandIn(given) };
	}
	for (const [program, pattern] of SHORT) {
		const found = pattern.exec(command);
		const operand = found?.[2] ?? '';
		if (found === null || isHarmless(operand)) continue;
		const shown = `${program} ${found[1]?.replace(/=$/, '')}`;
		return { how: 'argument', shown, operand: operandIn(operand) };
	}
	const long = LONG.exec(command);
	if (long !== null) {
		const program = /^[\s\-"'[]{0,40}([\w./-]{1,40})/.exec(command)?.[1] ?? '';
		const shown = `${program} ${long[1]}`.trim();
		return { how: 'argument', shown, operand: operandIn(long[2] ?? '') };
	}
	return echoOf(command);
}

/** Not where the output goes on to a program or a file, and not the command that masks it. */
function echoOf(command: string): Exposed | null {
	const found = ECHO.exec(command);
	if (found === null || /::add-mask::/.test(command)) return null;
	return { how: 'echo', shown: found[1] ?? '', operand: operandIn(found[3] ?? '') };
}

/** What stands for the password of a machine that nobody else reaches. */
const isHarmless = (operand: string): boolean =>
	!operand.startsWith('$') &&
	(/^(?:root|admin|test|postgres|password|example|secret|changeme)/i.test(operand) ||
		/^[\d.:/]+$|^-|^\/|^[a-z]+(?:[-_./][a-z]+)*$/i.test(operand));

function traceAt(lines: readonly string[], index: number): Exposed | null {
	const found = TRACE.exec(lines[index] ?? '');
	if (found === null) return null;
	for (const line of lines.slice(index + 1, index + 1 + NEAR)) {
		if (UNTRACE.test(line)) return null;
		const near = /^\s*#/.test(line) ? null : REFERENCE.exec(line);
		if (near !== null) return { how: 'trace', shown: found[1] ?? '', operand: operandIn(near[0]) };
	}
	return null;
}

/** The name of what is given, and of a literal nothing. */
function operandIn(operand: string): string {
	const secret = /secrets\.[\w-]+/.exec(operand)?.[0];
	if (secret !== undefined) return secret;
	const variable = /^\$\{?(\w+)/.exec(operand)?.[1];
	if (variable !== undefined) return `$${variable}`;
	return /^[A-Z][A-Z0-9_]{2,}$/.test(operand) ? `$${operand}` : 'a literal';
}
