import { jsonIn } from '../domain/json-in.ts';

/** What a health answer says of itself. */
export interface HealthBody {
	/** `degraded` still serves; `null` where no words say how it is. */
	readonly says: 'up' | 'degraded' | 'down' | null;
	/** Where it says that it is down: `checks.database.status: "fail"`; empty where it does not. */
	readonly words: string;
	/** The moment at which it says that it was made; `null` where it says none. */
	readonly time: HealthTime | null;
}

export interface HealthTime {
	readonly key: string;
	/** As written. */
	readonly text: string;
	/** Milliseconds since 1970; `null` where no zone is told. */
	readonly at: number | null;
	/** It is told more exactly than to the second. */
	readonly isFine: boolean;
}

/** Longer texts are no answer of a health endpoint. */
const LONGEST_TEXT = 300;

const UP =
	/^(?:ok(?:ay)?|up|pass(?:ed|ing)?|healthy|success(?:ful)?|alive|running|green|operational|available|live|ready|good|fine|serving|online)$/;
const DEGRADED = /^(?:degraded|warn(?:ing)?|partial(?:[ _-]outage)?|maintenance|yellow|starting)$/;
const DOWN =
	/^(?:down|err(?:or(?:ed)?)?|fail(?:ed|ing|ure)?|unhealthy|critical|fatal|outage|major[ _-]outage|offline|unavailable|service[ _-]unavailable|not[ _-]?(?:ok|ready|healthy|serving)|unready|nok|ko|out[ _-]of[ _-]service|dead|broken|disconnected|red)$/;

type Word = NonNullable<HealthBody['says']>;

function wordOf(text: string): Word | null {
	const word = text
		.trim()
		.toLowerCase()
		.replace(/[.!]+$/, '');
	if (UP.test(word)) return 'up';
	if (DEGRADED.test(word)) return 'degraded';
	return DOWN.test(word) ? 'down' : null;
}

/** Keys whose value is a word for the state; draft-inadarei-api-health-check §3.1, Spring, ASP.NET, Terminus. */
const STATE_KEYS =
	/^(?:status|state|health|health_?status|overall(?:_?status)?|result|outcome|message)$/i;
/** Keys whose value is true where all is well. */
const GOOD_KEYS =
	/^(?:ok|healthy|is_?healthy|alive|is_?alive|up|is_?up|success|ready|is_?ready|connected)$/i;
const ERROR_KEYS = /^(?:error|errors|exception|fault)$/i;
/** Where the parts stand that it depends on. */
const PARTS_KEYS =
	/^(?:components|checks|details|dependencies|deps|services|entries|results|info|subsystems|systems|indicators|status|health|error)$/i;
/** A service that cannot reach its data serves nobody. */
const DATA_PART =
	/\b(?:db|database|databases|data_?source|postgres(?:ql)?|pg|mysql|mariadb|mongo(?:db)?|sql(?:ite|server)?|prisma|primary_?db|sequelize|typeorm)\b/i;

/** Hostile answers nest without end. */
const DEEPEST = 6;
const MOST_PARTS = 500;

/** Never throws; a body that is no JSON is read as one short text. */
export function readHealthBody(text: string): HealthBody {
	const value = jsonIn(text);
	if (isRecord(value)) return { ...readRecord(value), time: timeIn(value) };
	if (typeof value === 'boolean') {
		return value ? said('up') : said('down', 'false');
	}
	return readText(typeof value === 'string' ? value : text);
}

function said(says: HealthBody['says'], words = ''): HealthBody {
	return { says, words, time: null };
}

/** What a program throws at whoever asks: `Error: connect ECONNREFUSED …`. */
const THROWN = /^(?:(?:[A-Z]\w{0,40})?(?:Error|Exception)|fatal|error)\s{0,4}: {0,4}\S/;

function readText(text: string): HealthBody {
	const line = text.trim();
	if (line.length > LONGEST_TEXT) return said(null);
	const word = wordOf(
		/^(?:status|state|health)\s{0,4}[:=]\s{0,4}(.{1,40})$/i.exec(line)?.[1] ?? line,
	);
	if (word !== null) return said(word, word === 'down' ? line : '');
	return THROWN.test(line) ? said('down', line.slice(0, 80)) : said(null);
}

function readRecord(record: Record<string, unknown>): HealthBody {
	const top = topWord(record);
	if (top?.says === 'down') return said('down', top.words);
	const parts = partsOf(record, '', 0).filter(({ isUp }) => !isUp);
	if (top !== null) {
		const data = top.says === 'up' ? parts.find(({ path }) => DATA_PART.test(path)) : undefined;
		return data === undefined ? said(top.says) : said('down', data.words);
	}
	const failed = parts[0]?.words ?? errorIn(record);
	return failed === undefined ? said(null) : said('down', failed);
}

interface TopWord {
	readonly says: Word;
	readonly words: string;
}

function topWord(record: Record<string, unknown>): TopWord | null {
	let best: TopWord | null = null;
	for (const [key, value] of Object.entries(record).slice(0, MOST_PARTS)) {
		const word = stateAt(key, value);
		if (word === null) continue;
		const one = { says: word, words: shown(key, value) };
		if (word === 'down') return one;
		if (best === null || word === 'degraded') best = one;
	}
	return best;
}

function stateAt(key: string, value: unknown): Word | null {
	switch (typeof value) {
		case 'string':
			return STATE_KEYS.test(key) ? wordOf(value) : null;
		case 'boolean':
			return GOOD_KEYS.test(key) || STATE_KEYS.test(key) ? boolWord(value) : null;
		case 'number':
			return /^(?:status|status_?code|code)$/i.test(key) ? wordOfStatus(value) : null;
		default:
			return null;
	}
}

function wordOfStatus(status: number): Word | null {
	if (status >= 500 && status <= 599) return 'down';
	return status >= 200 && status <= 204 ? 'up' : null;
}

interface Part {
	readonly path: string;
	readonly words: string;
	readonly isUp: boolean;
}

/** The states of parts that the answer names, and of the parts of these. */
function partsOf(record: Record<string, unknown>, at: string, depth: number): readonly Part[] {
	if (depth > DEEPEST) return [];
	return Object.entries(record)
		.filter(([key, value]) => PARTS_KEYS.test(key) && typeof value === 'object')
		.flatMap(([key, value]) => partsBelow(value, at === '' ? key : `${at}.${key}`, depth))
		.slice(0, MOST_PARTS);
}

function partsBelow(value: unknown, at: string, depth: number): readonly Part[] {
	if (depth > DEEPEST) return [];
	return entriesOf(value).flatMap(([key, one]) => {
		const path = `${at}.${key}`;
		if (isRecord(one)) return [...ownState(one, path), ...partsOf(one, path, depth + 1)];
		if (Array.isArray(one)) return partsBelow(one, path, depth + 1);
		const word =
			typeof one === 'string' ? wordOf(one) : typeof one === 'boolean' ? boolWord(one) : null;
		return word === null ? [] : [{ path, words: shown(path, one), isUp: word !== 'down' }];
	});
}

const boolWord = (value: boolean): Word => (value ? 'up' : 'down');

function ownState(record: Record<string, unknown>, path: string): readonly Part[] {
	const top = topWord(record);
	if (top === null) return [];
	const named =
		typeof record['name'] === 'string' ? `${path} ${record['name'].slice(0, 40)}` : path;
	return [{ path: named, words: `${path}.${top.words}`, isUp: top.says !== 'down' }];
}

/** An error that is one: `"error": null`, `0`, `{}`, `""` and `"none"` are none. */
function errorIn(record: Record<string, unknown>): string | undefined {
	for (const [key, value] of Object.entries(record).slice(0, MOST_PARTS)) {
		if (!ERROR_KEYS.test(key)) continue;
		if (value === true) return shown(key, value);
		if (typeof value === 'string' && !/^\s*(?:none|no errors?|null|ok|0)?\s*$/i.test(value)) {
			return shown(key, value);
		}
		if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
			return `${key}: …`;
		}
	}
	return undefined;
}

function shown(key: string, value: unknown): string {
	return `${key}: ${JSON.stringify(typeof value === 'string' ? value.slice(0, 60) : value)}`;
}

/** The answer's own moment; not when a process began, a build was made or a part was last looked at. */
const TIME_KEYS =
	/^(?:timestamp|time_?stamp|time|now|date|date_?time|current_?time|server_?time|generated_?at|ts|utc)$/i;

function timeIn(record: Record<string, unknown>): HealthTime | null {
	for (const [key, value] of Object.entries(record).slice(0, MOST_PARTS)) {
		const time = TIME_KEYS.test(key) ? timeOf(key, value) : null;
		if (time !== null) return time;
	}
	return null;
}

/** 2000 and 2100, in milliseconds. */
const EARLIEST = 946_684_800_000;
const LATEST = 4_102_444_800_000;

function timeOf(key: string, value: unknown): HealthTime | null {
	if (typeof value === 'number') {
		const at = [value, value * 1_000].find((one) => one >= EARLIEST && one <= LATEST);
		return at === undefined ? null : { key, text: String(value), at, isFine: at % 1_000 !== 0 };
	}
	if (typeof value !== 'string' || value.length > 60) return null;
	if (/^\d{10}(?:\d{3})?$/.test(value)) return timeOf(key, Number(value));
	const at = Date.parse(value);
	if (!(at >= EARLIEST && at <= LATEST) || !/\d:\d\d/.test(value)) return null;
	const isZoned = /(?:z|gmt|utc|[+-]\d\d:?\d\d)\s*$/i.test(value);
	return { key, text: value, at: isZoned ? at : null, isFine: /\d\.\d*[1-9]/.test(value) };
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
	if (Array.isArray(value)) return value.slice(0, MOST_PARTS).map((one, at) => [String(at), one]);
	return isRecord(value) ? Object.entries(value).slice(0, MOST_PARTS) : [];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
