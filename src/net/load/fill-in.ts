/** What placeholders of a scenario stand for, by name: `EMAIL`, `account.email`, `taken.token`. */
export type Values = ReadonlyMap<string, string>;

/** A scenario that cannot be played as it is written; the message names no value. */
export class BadScenario extends Error {}

const PLACEHOLDER = /\$\{([^{}]*)\}/g;

/** Names of the placeholders in a text, each once. */
export function placeholdersIn(text: string): readonly string[] {
	return [...new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name))];
}

/** As the place wants it: inside of a JSON text, of a form (RFC 1866 §8.2.1), or as it is. */
export type Escaping = 'json' | 'form' | 'none';

/** Throws `BadScenario` for a name without a value. */
export function fillIn(text: string, values: Values, escaping: Escaping = 'none'): string {
	return text.replaceAll(PLACEHOLDER, (_, name: string) => {
		const value = values.get(name);
		if (value === undefined) throw new BadScenario(`nothing stands for \${${name}}`);
		switch (escaping) {
			case 'json':
				return JSON.stringify(value).slice(1, -1);
			case 'form':
				return encodeURIComponent(value);
			case 'none':
				return value;
		}
	});
}

/** By the content type under which the text is sent. */
export function escapingFor(headers: readonly (readonly [string, string])[]): Escaping {
	const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
	if (/[/+]json\b/i.test(type)) return 'json';
	return /x-www-form-urlencoded/i.test(type) ? 'form' : 'none';
}

/** The member of a JSON text that a dotted path names, as text; `null` where there is none. */
export function memberAt(json: string, path: string): string | null {
	let at: unknown;
	try {
		at = JSON.parse(json);
	} catch {
		return null;
	}
	for (const step of path.split('.')) {
		if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return null;
		at = (at as Record<string, unknown>)[step];
	}
	return typeof at === 'string' || typeof at === 'number' ? String(at) : null;
}
