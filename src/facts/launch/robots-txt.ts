/** RFC 9309 §2.5: what crawlers read at least. */
const ROBOTS_BYTES = 512_000;

interface Rule {
	readonly allows: boolean;
	/** As written, percent-encoding normalised. */
	readonly pattern: string;
	/** 1-based. */
	readonly line: number;
}

/** What a robots.txt tells one crawler. */
export interface Robots {
	/** By product token in lower case; `*` for everybody else. Groups of one token are merged. */
	readonly groups: ReadonlyMap<string, readonly Rule[]>;
	readonly sitemaps: readonly string[];
}

/** Which rule decided; `null` where none matches, and the path is allowed. */
export interface Ruling {
	readonly allowed: boolean;
	readonly rule: Rule | null;
	/** The group that counts for the crawler. */
	readonly group: string | null;
}

/** More rules than any file needs; each is matched against a short path. */
const MOST_RULES = 10_000;
const MOST_SITEMAPS = 20;
const LONGEST_PATTERN = 2_048;

/**
 * Reads a robots.txt (RFC 9309 §2.2). As lenient as Google's published parser: a byte order mark, any line
 * end, misspelt keys, a missing colon. Other keys do not end a group. HTML holds no rules. Never throws.
 */
export function parseRobots(text: string): Robots {
	const reader = new RobotsReader();
	if (isMarkup(text)) return reader.robots();
	const lines = text
		.slice(0, ROBOTS_BYTES)
		.replace(/^(?:\uFEFF|\u00ef\u00bb\u00bf)/, '')
		.split(/\r\n|\r|\n/);
	for (const [index, raw] of lines.entries()) {
		const found = keyAndValue(raw);
		if (found !== null) reader.read(found.key, found.value, index + 1);
	}
	return reader.robots();
}

class RobotsReader {
	readonly #groups = new Map<string, Rule[]>();
	readonly #sitemaps: string[] = [];
	#agents: string[] = [];
	#isNaming = false;
	#rules = 0;

	robots(): Robots {
		return { groups: this.#groups, sitemaps: this.#sitemaps };
	}

	read(key: Key, value: string, line: number): void {
		switch (key) {
			case 'user-agent':
				this.#name(productToken(value));
				break;
			case 'sitemap':
				if (this.#sitemaps.length < MOST_SITEMAPS) this.#sitemaps.push(value);
				break;
			default:
				this.#rule({ allows: key === 'allow', pattern: normalised(value), line });
		}
	}

	#name(token: string): void {
		if (!this.#isNaming) this.#agents = [];
		this.#isNaming = true;
		if (!this.#agents.includes(token)) this.#agents.push(token);
		if (!this.#groups.has(token)) this.#groups.set(token, []);
	}

	#rule(rule: Rule): void {
		this.#isNaming = false;
		this.#rules++;
		if (this.#rules > MOST_RULES || rule.pattern === '') return;
		for (const agent of this.#agents) this.#groups.get(agent)?.push(rule);
	}
}

/** RFC 9309 §2.2.1 and §2.2.2: the crawler's own group or `*`; the longest match; Allow wins a tie. */
export function rulingFor({ groups }: Robots, agent: string, path: string): Ruling {
	const own = agent.toLowerCase();
	const group = groups.has(own) ? own : groups.has('*') ? '*' : null;
	let best: Rule | null = null;
	for (const rule of group === null ? [] : (groups.get(group) ?? [])) {
		if (!matches(rule.pattern, normalised(path))) continue;
		if (best === null || isStronger(rule, best)) best = rule;
	}
	return { allowed: best?.allows ?? true, rule: best, group };
}

function isStronger(rule: Rule, than: Rule): boolean {
	const [a, b] = [rule.pattern.length, than.pattern.length];
	return a > b || (a === b && rule.allows && !than.allows);
}

function isMarkup(text: string): boolean {
	return /<!doctype\s+html|<(?:html|head|body|script)\b/i.test(text.slice(0, 1_024));
}

type Key = 'user-agent' | 'allow' | 'disallow' | 'sitemap';

/** In the spellings that Google's parser takes for them. */
const KEYS: Readonly<Record<string, Key>> = {
	'user-agent': 'user-agent',
	useragent: 'user-agent',
	'user agent': 'user-agent',
	allow: 'allow',
	disallow: 'disallow',
	dissallow: 'disallow',
	dissalow: 'disallow',
	disalow: 'disallow',
	diasllow: 'disallow',
	disallaw: 'disallow',
	sitemap: 'sitemap',
	'site-map': 'sitemap',
};

function keyAndValue(raw: string): { key: Key; value: string } | null {
	const [line = ''] = raw.slice(0, LONGEST_PATTERN + 64).split('#', 1);
	const text = line.trim();
	// Google's parser takes white space for a colon that is missing.
	const end = text.includes(':') ? text.indexOf(':') : text.search(/\s/);
	if (end === -1) return null;
	const key = KEYS[text.slice(0, end).trim().toLowerCase()];
	return key === undefined ? null : { key, value: text.slice(end + 1).trim() };
}

/** `Googlebot/2.1` names Googlebot (§2.2.1); `*` may be followed by a remark. */
function productToken(value: string): string {
	if (/^\*(?:\s|$)/.test(value)) return '*';
	return (/^[a-z_-]+/i.exec(value)?.[0] ?? value).toLowerCase();
}

/** §2.2.2: octets outside ASCII are percent-encoded before the comparison, in one spelling. */
function normalised(path: string): string {
	return path
		.replaceAll(/[^\p{ASCII}]/gu, (character) =>
			[...Buffer.from(character, 'utf8')]
				.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
				.join(''),
		)
		.replaceAll(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase());
}

/** `*` stands for any characters, a final `$` for the end of the path (§2.2.3). Without backtracking. */
function matches(pattern: string, path: string): boolean {
	const anchored = pattern.endsWith('$');
	const pieces = (anchored ? pattern.slice(0, -1) : pattern).split('*');
	const [first = ''] = pieces;
	if (!path.startsWith(first)) return false;
	let at = first.length;
	for (const piece of pieces.slice(1)) {
		const found = path.indexOf(piece, at);
		if (found === -1) return false;
		at = found + piece.length;
	}
	if (!anchored) return true;
	const last = pieces.at(-1) ?? '';
	return pieces.length === 1 ? at === path.length : path.slice(at - last.length).endsWith(last);
}
