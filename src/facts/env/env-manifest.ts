import { isVariableName } from './env-name.ts';
import { objectIn, recordIn } from './env-package.ts';

/** A variable that something other than an env file declares or sets. It may hold a raw value. */
export interface Declared {
	readonly name: string;
	readonly line: number;
	/** `Dockerfile`, `vercel.json`, `turbo.json`, …: what declares it. */
	readonly by: string;
	/** It is set in production by this. */
	readonly sets: boolean;
	/** `null` where it comes from elsewhere. */
	readonly value: string | null;
}

/** Tables of what a production build and its functions are given. */
const NETLIFY = /^(?:build|context\.production)\.environment$/;

type Reader = (text: string, parseYaml: (text: string) => unknown) => readonly Found[];

/** Before the line is known. */
interface Found {
	readonly name: string;
	readonly value: string | null;
	readonly sets: boolean;
}

const READERS: readonly (readonly [by: string, path: RegExp, read: Reader])[] = [
	['Dockerfile', /(?:^|\/)(?:Dockerfile[\w.-]*|[\w.-]+\.dockerfile|Containerfile)$/i, dockerfile],
	['compose file', /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/, compose],
	['vercel.json', /(?:^|\/)vercel\.json$/, vercel],
	['netlify.toml', /(?:^|\/)netlify\.toml$/, (text) => tomlTables(text, NETLIFY)],
	['fly.toml', /(?:^|\/)fly(?:\.[\w-]+)?\.toml$/, (text) => tomlTables(text, /^env$/)],
	[
		'wrangler.toml',
		/(?:^|\/)wrangler\.toml$/,
		(text) => tomlTables(text, /^(?:env\.production\.)?vars$/),
	],
	['wrangler.json', /(?:^|\/)wrangler\.jsonc?$/, wrangler],
	['render.yaml', /(?:^|\/)render\.ya?ml$/, render],
	[
		'app.yaml',
		/(?:^|\/)app(?:\.\w+)?\.ya?ml$/,
		(text, yaml) => mapped(recordIn(yaml(text))['env_variables']),
	],
	['app.json', /(?:^|\/)app\.json$/, heroku],
	['turbo.json', /(?:^|\/)turbo\.jsonc?$/, turbo],
	['serverless.yml', /(?:^|\/)serverless\.ya?ml$/, serverless],
	['Kubernetes manifest', /\.ya?ml$/, kubernetes],
];

/** Whether `declaredIn` would know the file. */
export const isDeclaring = (path: string): boolean =>
	READERS.some(([, pattern]) => pattern.test(path));

/** Variables that a manifest declares or sets. A manifest that cannot be parsed declares nothing. */
export function declaredIn(
	path: string,
	text: string,
	parseYaml: (text: string) => unknown,
): readonly Declared[] {
	for (const [by, pattern, read] of READERS) {
		if (!pattern.test(path)) continue;
		const found = read(text, parseYaml).filter(({ name }) => isVariableName(name));
		// One for production only is not the one that a team works with.
		const isOther =
			by === 'compose file'
				? !/prod/i.test(path)
				: /(?:^|[./_-])(?:dev|local|test)(?:[./_-]|$)/i.test(path);
		return found.map(({ name, value, sets }) => ({
			name,
			value,
			by,
			sets: sets && !isOther,
			line: lineOf(text, name),
		}));
	}
	return [];
}

function lineOf(text: string, word: string): number {
	const at = text.search(new RegExp(`(?<![A-Za-z0-9_])${word}(?![A-Za-z0-9_])`));
	return at === -1 ? 1 : text.slice(0, at).split('\n').length;
}

function dockerfile(text: string): readonly Found[] {
	const found: Found[] = [];
	const whole = text.replace(/\\\r?\n/g, ' ');
	const lastStage = [...whole.matchAll(/^FROM\b/gim)].at(-1)?.index ?? 0;
	for (const match of whole.matchAll(/^[ \t]{0,20}(ENV|ARG)[ \t]{1,20}([^\n]{1,4000})$/gim)) {
		const [, instruction = '', rest = ''] = match;
		const sets = instruction.toUpperCase() === 'ENV' && match.index >= lastStage;
		const pairs = [
			...rest.matchAll(
				/([A-Za-z_]\w{0,80})=("(?:[^"\\]|\\.){0,2000}"|'[^']{0,2000}'|[^\s]{0,2000})/g,
			),
		];
		for (const [, name = '', value = ''] of pairs) {
			found.push({ name, value: value.replace(/^(["'])(.*)\1$/, '$2'), sets });
		}
		if (pairs.length > 0) continue;
		const [, name = '', value = ''] =
			/^([A-Za-z_]\w{0,80})(?:\s{1,20}(.{0,2000}))?$/.exec(rest.trim()) ?? [];
		if (name !== '') found.push({ name, value: value === '' ? null : value, sets });
	}
	return found;
}

/** `{A: 'x', B: null}`, and lists of `A=x` and `A`. */
function mapped(value: unknown, sets = true): readonly Found[] {
	if (Array.isArray(value)) {
		return value.flatMap((one): readonly Found[] => {
			if (typeof one !== 'string') return [];
			const at = one.indexOf('=');
			return [
				{
					name: at === -1 ? one : one.slice(0, at),
					value: at === -1 ? null : one.slice(at + 1),
					sets,
				},
			];
		});
	}
	return Object.entries(recordIn(value)).map(([name, one]) => ({ name, value: textOf(one), sets }));
}

const textOf = (value: unknown): string | null =>
	typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
		? String(value)
		: null;

function compose(text: string, yaml: (text: string) => unknown): readonly Found[] {
	const services = recordIn(recordIn(yaml(text))['services']);
	return Object.values(services).flatMap((service) => mapped(recordIn(service)['environment']));
}

function vercel(text: string): readonly Found[] {
	const json = objectIn(text) ?? {};
	const all = [...mapped(json['env']), ...mapped(recordIn(json['build'])['env'])];
	// `@name` is a secret kept elsewhere.
	return all.map((one) => ({
		...one,
		value: one.value?.startsWith('@') === true ? null : one.value,
	}));
}

function wrangler(text: string): readonly Found[] {
	const json = objectIn(withoutComments(text)) ?? {};
	const production = recordIn(recordIn(json['env'])['production']);
	return [...mapped(json['vars']), ...mapped(production['vars'])];
}

/** JSON with comments, of which strings are left alone. */
const withoutComments = (text: string): string =>
	text
		.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]{0,5000}?\*\//g, (found) =>
			found.startsWith('"') ? found : '',
		)
		.replace(/,(\s*[}\]])/g, '$1');

function render(text: string, yaml: (text: string) => unknown): readonly Found[] {
	const root = recordIn(yaml(text));
	const groups = [root['services'], root['envVarGroups']].flatMap((one) =>
		Array.isArray(one) ? one : [],
	);
	return groups.flatMap((group) => {
		const list = recordIn(group)['envVars'];
		return (Array.isArray(list) ? list : []).flatMap((one): readonly Found[] => {
			const { key, value } = recordIn(one);
			return typeof key === 'string' ? [{ name: key, value: textOf(value), sets: true }] : [];
		});
	});
}

function heroku(text: string): readonly Found[] {
	const env = recordIn(objectIn(text)?.['env']);
	return Object.keys(env).map((name) => ({ name, value: null, sets: false }));
}

function turbo(text: string): readonly Found[] {
	const json = objectIn(withoutComments(text)) ?? {};
	const tasks = Object.values({ ...recordIn(json['pipeline']), ...recordIn(json['tasks']) }).map(
		recordIn,
	);
	const lists = [
		json['globalEnv'],
		json['globalPassThroughEnv'],
		...tasks.flatMap(({ env, passThroughEnv }) => [env, passThroughEnv]),
	];
	return lists.flatMap((list) =>
		(Array.isArray(list) ? list : []).flatMap((name): readonly Found[] =>
			typeof name === 'string' ? [{ name, value: null, sets: false }] : [],
		),
	);
}

function serverless(text: string, yaml: (text: string) => unknown): readonly Found[] {
	const root = recordIn(yaml(text));
	const functions = Object.values(recordIn(root['functions'])).map(recordIn);
	return [recordIn(root['provider']), ...functions].flatMap(({ environment }) =>
		mapped(environment),
	);
}

const WORKLOAD =
	/^kind:\s*(?:Deployment|StatefulSet|DaemonSet|CronJob|Job|Pod|ConfigMap|Secret|Service)\b/m;

/** Names of `env` lists of containers, and keys of ConfigMaps and Secrets. */
function kubernetes(text: string): readonly Found[] {
	if (!WORKLOAD.test(text) || !/^apiVersion:/m.test(text)) return [];
	const listed = [
		...text.matchAll(/^[ \t]{1,60}- name:[ \t]{0,4}["']?([A-Z][A-Z0-9_]{1,79})["']?[ \t]{0,10}$/gm),
	];
	const keys = /^kind:\s*(?:ConfigMap|Secret)\b/m.test(text)
		? [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]{1,79}):/gm)]
		: [];
	return [...listed, ...keys].map(([, name = '']) => ({ name, value: null, sets: true }));
}

/** Keys of the tables whose name matches, and of inline tables that stand for one. */
function tomlTables(text: string, table: RegExp): readonly Found[] {
	const found: Found[] = [];
	let section = '';
	for (const line of text.split(/\r?\n/)) {
		const head = /^\s{0,20}\[\[?\s{0,4}([\w."'-]{1,200})\s{0,4}\]\]?/.exec(line)?.[1];
		if (head !== undefined) section = head.replace(/["']/g, '');
		else found.push(...tomlPair(line, section, table));
	}
	return found;
}

function tomlPair(line: string, section: string, table: RegExp): readonly Found[] {
	const [, key = '', rest = ''] =
		/^\s{0,20}["']?([\w.-]{1,100})["']?\s{0,20}=\s{0,20}(.*)$/.exec(line) ?? [];
	if (key === '') return [];
	if (table.test(section)) return [{ name: key, value: tomlText(rest), sets: true }];
	const full = section === '' ? key : `${section}.${key}`;
	if (!table.test(full) || !rest.startsWith('{')) return [];
	return [
		...rest.matchAll(
			/["']?([A-Z][A-Z0-9_]{1,79})["']?\s{0,4}=\s{0,4}("[^"]{0,2000}"|'[^']{0,2000}'|[^,}\s]{1,200})/g,
		),
	].map(([, name = '', value = '']) => ({ name, value: tomlText(value), sets: true }));
}

function tomlText(text: string): string {
	const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/.exec(text);
	return quoted === null ? text.replace(/\s+#.*$/, '').trim() : (quoted[1] ?? quoted[2] ?? '');
}
