import { type Reading, reading, type Slot } from './reading.ts';
import { entriesOf, nodeAt, type TreeNode, textAt, wordsAt } from './tree-node.ts';

/** WordPress' configuration: the database's password, and the keys and salts of sessions. */
export function readWpConfig(text: string): readonly Reading[] {
	const host =
		/define\(\s{0,8}['"]DB_HOST['"]\s{0,4},\s{0,20}['"]([^'"\n]{1,255})['"]/.exec(text)?.[1] ?? '';
	return quoted(
		text,
		/define\(\s{0,8}['"](DB_PASSWORD|FTP_PASS|(?:SECURE_)?AUTH_KEY|LOGGED_IN_KEY|NONCE_KEY|(?:SECURE_)?AUTH_SALT|LOGGED_IN_SALT|NONCE_SALT)['"]\s{0,4},\s{0,20}(?:'([^'\n]{1,400})'|"([^"\n]{1,400})")/g,
		(name) =>
			/PASS/.test(name)
				? { slot: 'database', host: name === 'DB_PASSWORD' ? host : '' }
				: { slot: 'signing', host: '' },
	);
}

/** Passwords in Django's `DATABASES`. */
export function readDjangoSettings(text: string): readonly Reading[] {
	const from = text.indexOf('DATABASES');
	if (from === -1) return [];
	const block = text.slice(from, from + 4_000);
	const host = /['"]HOST['"]\s{0,4}:\s{0,4}['"]([^'"\n]{1,255})['"]/.exec(block)?.[1] ?? '';
	return quoted(
		text.slice(0, from + 4_000),
		/['"](PASSWORD)['"]\s{0,4}:\s{0,4}(?:'([^'\n]{1,200})'|"([^"\n]{1,200})")/g,
		() => ({
			slot: 'database',
			host,
		}),
	).filter(({ start }) => start >= from);
}

/** Literals, and literals behind `env()`, in Laravel's configuration. */
export function readLaravelConfig(text: string): readonly Reading[] {
	return quoted(
		text,
		/['"](password|secret|key)['"]\s{0,8}=>\s{0,8}(?:env\(\s{0,4}['"][A-Z0-9_]{1,60}['"]\s{0,4},\s{0,4})?(?:'([^'\n]{1,300})'|"([^"\n]{1,300})")/g,
		(name) => ({
			slot: name === 'password' ? 'database' : 'setting',
			host: '',
		}),
	);
}

/** Each match of a pattern whose groups are the name and the value in either quotes. */
function quoted(
	text: string,
	pattern: RegExp,
	about: (name: string) => { slot: Slot; host: string },
): readonly Reading[] {
	return [...text.matchAll(pattern)].map((match) => {
		const [whole, name = '', single, double] = match;
		const value = single ?? double ?? '';
		const start = match.index + whole.length - 1 - value.length;
		return reading({ name, value, start, end: start + value.length, ...about(name) });
	});
}

const DEVELOPMENT = /^(?:development|test|testing|local|dev|ci)$/i;

/** Rails' `secrets.yml` and `database.yml`, by environment. */
export function readRailsFile(trees: readonly TreeNode[]): readonly Reading[] {
	return trees.flatMap((tree) =>
		entriesOf(tree).flatMap(([environment, section]) =>
			RAILS_KEYS.flatMap(([name, slot]) => {
				const found = textAt(section, name);
				if (found === undefined) return [];
				const { value, start, end } = found;
				return [
					reading({
						name,
						value,
						start,
						end,
						slot,
						host: slot === 'database' ? wordsAt(section, 'host') : '',
						forDevelopment: DEVELOPMENT.test(environment),
					}),
				];
			}),
		),
	);
}

const RAILS_KEYS: readonly (readonly [string, Slot])[] = [
	['secret_key_base', 'signing'],
	['secret_token', 'signing'],
	['password', 'database'],
];

/** Credentials of containers that a workflow starts for its tests, and throws away. */
export function readServiceContainers(trees: readonly TreeNode[]): readonly Reading[] {
	return trees.flatMap((tree) =>
		[...jobsOf(tree)].flatMap((job) => {
			const services = nodeAt(job, 'services');
			const each =
				services?.kind === 'list' ? services.items : entriesOf(services).map(([, one]) => one);
			return each.flatMap((service) =>
				['env', 'variables', 'environment'].flatMap((key) =>
					entriesOf(nodeAt(service, key)).flatMap(([name, node]) =>
						node.kind === 'text'
							? [
									reading({
										name,
										value: node.value,
										start: node.start,
										end: node.end,
										slot: 'setting',
										forDevelopment: true,
									}),
								]
							: [],
					),
				),
			);
		}),
	);
}

function* jobsOf(tree: TreeNode): Generator<TreeNode> {
	yield tree;
	for (const [, job] of entriesOf(nodeAt(tree, 'jobs') ?? tree)) yield job;
}
