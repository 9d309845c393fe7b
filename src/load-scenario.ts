import type { Config } from './config/config-schema.ts';
import { BadTarget } from './engine/parse-target.ts';
import { placeholdersIn, type Values } from './net/load/fill-in.ts';
import type { RequestTexts, Scenario } from './net/load/sign-in.ts';

type Asked = NonNullable<NonNullable<Config['load']>['scenario']>;
type AskedRequest = Pick<Asked['action'], 'method' | 'url' | 'headers' | 'body'>;

/** Fields that hold nothing but secrets. */
const SECRET_FIELD =
	/^(?:authorization|cookie|x-api-key|api-key|x-auth-token|proxy-authorization)$/i;
const MOST_ACCOUNTS = 100;

/**
 * The scenario of a config with what its names stand for in the environment. Secrets stay in what this
 * gives back, which goes to the network and nowhere else. Throws `BadTarget` with names, never values.
 */
export function loadScenario(
	asked: Asked,
	env: Readonly<Record<string, string | undefined>>,
): Scenario {
	const { login, take = {}, action, marker, accounts } = asked;
	requireHarmless(asked);
	const texts = {
		login: login === undefined ? null : textsOf(login, 'POST'),
		action: textsOf(action, 'GET'),
	};
	const inLogin = login === undefined ? [] : namesIn(texts.login);
	const inAction = [...namesIn(texts.action), ...placeholdersIn(marker ?? '')];
	const taken = new Set(Object.keys(take).map((name) => `taken.${name}`));
	const early = inLogin.find((name) => taken.has(name));
	if (early !== undefined) bad(`login uses \${${early}}, which only its answer gives`);
	const names = [...new Set([...inLogin, ...inAction])].filter((name) => !taken.has(name));
	const unknown = names.find((name) => name.startsWith('taken.'));
	if (unknown !== undefined) bad(`\${${unknown}} is not among those of take`);
	const fromEnvironment = new Map(
		names
			.filter((name) => !name.startsWith('account.'))
			.map((name) => [name, variable(name, env)] as const),
	);
	const members = names.filter((name) => name.startsWith('account.'));
	if (members.length > 0 && accounts === undefined) {
		bad(`\${${members[0]}} needs accounts: the variable that holds the JSON list of accounts`);
	}
	const list = accounts === undefined ? [{}] : accountsIn(variable(accounts, env), accounts);
	return {
		...texts,
		take: Object.entries(take),
		marker: marker ?? null,
		accounts: list.map((account, nth): Values => {
			const own = members.map((name) => {
				const value = account[name.slice('account.'.length)];
				if (value === undefined) bad(`account ${nth + 1} of ${accounts} has no ${name.slice(8)}`);
				return [name, printable(String(value), name)] as const;
			});
			return new Map([...fromEnvironment, ...own]);
		}),
	};
}

function requireHarmless({ action, login }: Asked): void {
	const { method = 'GET', idempotent, cleanUp } = action;
	if (method !== 'GET' && method !== 'HEAD' && idempotent !== true && cleanUp === undefined) {
		bad(
			`action is a ${method}: say idempotent: true, or with cleanUp what takes away what it leaves`,
		);
	}
	for (const request of [action, ...(login === undefined ? [] : [login])]) {
		for (const [name, value] of Object.entries(request.headers ?? {})) {
			if (SECRET_FIELD.test(name) && placeholdersIn(value).length === 0) {
				bad(`the value of ${name} is written out: put it into the environment and write \${NAME}`);
			}
		}
		if (placeholdersIn(request.url).length > 0) bad('a URL takes no placeholders');
	}
}

function textsOf({ method, url, headers = {}, body }: AskedRequest, usual: string): RequestTexts {
	return { method: method ?? usual, url, headers: Object.entries(headers), body: body ?? null };
}

function namesIn(texts: RequestTexts | null): readonly string[] {
	if (texts === null) return [];
	return [...texts.headers.map(([, value]) => value), texts.body ?? ''].flatMap(placeholdersIn);
}

function variable(name: string, env: Readonly<Record<string, string | undefined>>): string {
	const value = env[name];
	if (value === undefined || value === '') bad(`the environment has no ${name}`);
	return printable(value, name);
}

/** A line break would begin another header. */
function printable(value: string, name: string): string {
	if (/[\r\n\0]/.test(value.trim())) bad(`${name} holds a line break`);
	return value.trim();
}

function accountsIn(json: string, name: string): readonly Readonly<Record<string, unknown>>[] {
	let list: unknown;
	try {
		list = JSON.parse(json);
	} catch {
		return bad(`${name} holds no JSON`);
	}
	const isList =
		Array.isArray(list) &&
		list.length > 0 &&
		list.length <= MOST_ACCOUNTS &&
		list.every((one) => typeof one === 'object' && one !== null);
	return isList ? (list as Record<string, unknown>[]) : bad(`${name} holds no list of accounts`);
}

function bad(what: string): never {
	throw new BadTarget(`load.scenario: ${what}.`);
}
