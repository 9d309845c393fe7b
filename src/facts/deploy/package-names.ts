import { posix } from 'node:path';
import type { DeploymentFiles } from './deployment-files.ts';

/** Packages that the code needs when it runs, of every language whose manifests are read; lower case. */
export function packageNames({
	packages,
	manifests,
}: Pick<DeploymentFiles, 'packages' | 'manifests'>): readonly string[] {
	const node = packages.flatMap(({ needs }) => needs);
	const others = [...manifests].flatMap(([path, text]) => namesIn(posix.basename(path), text));
	return [...new Set([...node, ...others].map((name) => name.toLowerCase()))];
}

/** A line of requirements, an entry of an array or a table, a gem. */
const NAMES: readonly (readonly [file: RegExp, name: RegExp])[] = [
	[/^requirements/, /^\s*([A-Za-z][\w.-]{0,60})/gm],
	[/^pyproject\.toml$|^Pipfile$/, /(?:^|["'])([A-Za-z][\w.-]{0,60})(?:["']|\s*=|\s*[<>=!~;[])/gm],
	[/^Gemfile$/, /^\s*gem\s+["']([\w-]{1,60})/gm],
	[/^composer\.json$/, /"([\w.-]{1,40}\/[\w.-]{1,60})"\s*:/g],
];

function namesIn(file: string, text: string): readonly string[] {
	const pattern = NAMES.find(([name]) => name.test(file))?.[1];
	return pattern === undefined ? [] : [...text.matchAll(pattern)].map(([, name = '']) => name);
}
