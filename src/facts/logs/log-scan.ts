import { createHash } from 'node:crypto';
import { fingerprintOf } from '../secrets/secret-fingerprint.ts';
import type { Match } from '../secrets/secret-match.ts';
import type { FileNature } from '../secrets/secret-place.ts';
import type { SecretRule } from '../secrets/secret-rule.ts';
import { secretsIn } from '../secrets/secret-scan.ts';
import { emailsIn } from './email-address.ts';
import { environmentDumpsIn, requestDumpsIn } from './log-dumps.ts';
import type { LogKind } from './log-findings.ts';
import { linePattern, type Masked } from './log-line.ts';
import {
	authorizationsIn,
	cookiesIn,
	type NamedValue,
	passwordsIn,
	presignedIn,
	queryTokensIn,
} from './log-secrets.ts';
import { cardsIn, isPublishedCard, type SeenNumber } from './payment-card.ts';
import { ibansIn, identityNumbersIn, phonesIn } from './personal-number.ts';

/** Text that is looked at at once: whole lines, as far as they are no longer than that. */
const BLOCK = 256 * 1024;
/** Of a line that is longer than a block, what is seen twice. */
const OVERLAP = 4 * 1024;
/** Different values that are told apart; more are as bad. */
const MOST_VALUES = 100_000;
const MOST_SAMPLES = 5;
const MOST_FIELDS = 8;
/** Of one kind, occurrences in which a new field is looked for. */
const MOST_LOOKED_AT = 1_000;
/** Of one rule: more values than that are one finding. */
const MOST_SINGLE = 10;

const NATURE: FileNature = { loose: true, generic: true, named: true, spaced: false, key: false };

type Verdict = LogKind['verdict'];

interface Seen {
	readonly verdict: Verdict;
	readonly what: string;
	readonly fingerprint: string;
	readonly rotate: string;
	/** Hashes; never a value. */
	readonly values: Set<string>;
	readonly fields: Set<string>;
	readonly samples: { line: number; text: string }[];
	count: number;
	published: boolean;
}

interface Value extends Masked {
	readonly verdict: Verdict;
	readonly what: string;
	readonly value: string;
	readonly field?: string;
	readonly rule?: SecretRule;
	readonly published?: boolean;
}

/** Reads a log in pieces of any length; holds one block, hashes, and a few lines without values. */
export class LogScan {
	readonly #key: string;
	/** By kind, then by value, of which few are held while the log is read; empty for all others. */
	readonly #seen = new Map<string, Map<string, Seen>>();
	#rest = '';
	#line = 1;

	constructor(fingerprintKey: string) {
		this.#key = fingerprintKey;
	}

	/** Lines so far. */
	get lines(): number {
		return this.#line;
	}

	add(piece: string): void {
		// UTF-16: what is ASCII in it becomes so.
		const text = this.#rest + (piece.includes('\0') ? piece.replaceAll('\0', '') : piece);
		let from = 0;
		while (text.length - from > BLOCK) {
			const newline = text.lastIndexOf('\n', from + BLOCK);
			const isWhole = newline > from;
			const end = isWhole ? newline + 1 : from + BLOCK;
			this.#read(text.slice(from, end));
			from = isWhole ? end : end - OVERLAP;
		}
		this.#rest = text.slice(from);
	}

	end(): readonly LogKind[] {
		if (this.#rest !== '') this.#read(this.#rest);
		this.#rest = '';
		return [...this.#seen.values()].flatMap((group) => kindsOf([...group.values()]));
	}

	#read(block: string): void {
		const values = valuesIn(block);
		let at = 0;
		let line = this.#line;
		for (const value of values) {
			line += newlines(block, at, value.start);
			at = value.start;
			this.#note(value, line, block, values);
		}
		this.#line = line + newlines(block, at, block.length);
	}

	#note(value: Value, line: number, block: string, all: readonly Value[]): void {
		const seen = this.#entryFor(value);
		seen.count++;
		seen.published &&= value.published ?? false;
		if (value.value !== '' && seen.values.size < MOST_VALUES) seen.values.add(hashOf(value.value));
		if (seen.fields.size < MOST_FIELDS && seen.count < MOST_LOOKED_AT) {
			const field = value.field ?? fieldBefore(block, value.start);
			if (field !== '') seen.fields.add(field);
		}
		if (seen.samples.length >= MOST_SAMPLES || seen.samples.at(-1)?.line === line) return;
		seen.samples.push({ line, text: linePattern(block, value, all) });
	}

	/** A value of its own as long as there are few of its kind, so that it is one risk with itself elsewhere. */
	#entryFor({ verdict, what, rule, value, published = false }: Value): Seen {
		const kind = `${verdict}\0${what}`;
		const group = this.#seen.get(kind) ?? new Map<string, Seen>();
		this.#seen.set(kind, group);
		const isOneTooMany = group.size >= MOST_SINGLE;
		const key = rule === undefined || (isOneTooMany && !group.has(value)) ? '' : value;
		const own = group.get(key);
		if (own !== undefined) return own;
		const made: Seen = {
			verdict,
			what,
			fingerprint: rule === undefined || key === '' ? '' : fingerprintOf(this.#key, rule, value),
			rotate: rule?.rotate ?? '',
			count: 0,
			published,
			values: new Set(),
			fields: new Set(),
			samples: [],
		};
		group.set(key, made);
		return made;
	}
}

/** Enough to tell 100,000 values apart, and too little to find one by. */
const hashOf = (value: string): string =>
	createHash('sha256').update(value, 'latin1').digest('base64').slice(0, 12);

function newlines(text: string, from: number, to: number): number {
	let count = 0;
	for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1))
		count++;
	return count;
}

const FIELD = /([A-Za-z_][\w.-]{0,40})\\?["']?\s{0,3}(?::|=>|=)\s{0,3}\\?["']?(?:Bearer |Basic )?$/;

/** Random by design, and worth nothing to anybody else. */
const PUBLIC_FIELD = /csrf|xsrf|nonce|page|cursor|continuation|state/i;

const fieldBefore = (text: string, start: number): string =>
	FIELD.exec(text.slice(Math.max(0, start - 64), start))?.[1] ?? '';

/** In order, each stretch of text once: what rules know before what only a name gives away. */
function valuesIn(block: string): readonly Value[] {
	const found: Value[] = [];
	const taken = new Uint8Array(block.length);
	const add = (more: readonly Value[]) => {
		for (const value of more) {
			if (taken.subarray(value.start, value.end).includes(1)) continue;
			taken.fill(1, value.start, value.end);
			found.push(value);
		}
	};
	const secrets = secretsIn(block, NATURE);
	add(secrets.filter(({ rank }) => rank !== 'generic').flatMap((match) => secretValue(match)));
	add(named('password', 'passwords', passwordsIn(block)));
	add(named('token', 'presigned URLs', presignedIn(block)));
	add(named('token', 'authorization headers', authorizationsIn(block)));
	add(named('token', 'session cookies', cookiesIn(block)));
	add(named('token', 'tokens in URLs', queryTokensIn(block)));
	add(
		secrets
			.filter(
				({ rank, start }) => rank === 'generic' && !PUBLIC_FIELD.test(fieldBefore(block, start)),
			)
			.flatMap((match) => secretValue(match)),
	);
	add(
		cardsIn(block).map((card) => ({
			...card,
			verdict: 'payment-card',
			what: 'payment card numbers',
			label: 'card',
			published: isPublishedCard(card.value),
		})),
	);
	add(numbers('e-mail addresses', 'e-mail', emailsIn(block)));
	add(numbers('phone numbers', 'phone', phonesIn(block)));
	add(numbers('bank accounts (IBAN)', 'IBAN', ibansIn(block)));
	add(numbers('identity numbers', 'identity', identityNumbersIn(block)));
	const dumps = [
		...requestDumpsIn(block).map((start) => dump('request-bodies', 'whole requests', start)),
		...environmentDumpsIn(block).map((start) => dump('stack-with-source', 'environments', start)),
	];
	return [...found, ...dumps].sort((a, b) => a.start - b.start);
}

const dump = (verdict: Verdict, what: string, start: number): Value => ({
	verdict,
	what,
	start,
	end: start,
	value: '',
	label: '',
});

const named = (verdict: Verdict, what: string, values: readonly NamedValue[]): readonly Value[] =>
	values.map(({ name, value, start, end }) => ({
		verdict,
		what,
		value,
		start,
		end,
		field: name,
		label: verdict,
	}));

const numbers = (what: string, label: string, values: readonly SeenNumber[]): readonly Value[] =>
	values.map((value) => ({ ...value, verdict: 'personal-data', what, label }));

function secretValue({ rule, value, start, end, traits, state }: Match): readonly Value[] {
	const isHarmless =
		rule.tier === 'publishable' || rule.tier === 'identifier' || traits.local || traits.published;
	if (isHarmless || state === 'impossible') return [];
	const isPassword = rule.kind === 'connection-uri';
	const name = rule.what.includes('password') ? rule.what : `${rule.provider} ${rule.what}`;
	return [
		{
			verdict: isPassword ? 'password' : 'token',
			what: rule.provider === 'Unidentified' ? 'secrets' : `${name}s`,
			value,
			start,
			end,
			label: isPassword ? 'password' : 'token',
			rule,
		},
	];
}

/** Too many of one kind to be told apart are one. */
function kindsOf(group: readonly Seen[]): readonly LogKind[] {
	const [first] = group;
	if (first === undefined || group.length <= MOST_SINGLE) return group.map(kindFrom);
	const values = group.reduce((sum, { values }) => sum + values.size, 0);
	return [
		{
			...kindFrom(first),
			fingerprint: '',
			distinct: values,
			count: group.reduce((sum, { count }) => sum + count, 0),
			fields: [...new Set(group.flatMap(({ fields }) => [...fields]))].slice(0, MOST_FIELDS),
		},
	];
}

function kindFrom({ values, fields, ...rest }: Seen): LogKind {
	return { ...rest, distinct: values.size, fields: [...fields] };
}
