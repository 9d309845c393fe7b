/** A macro string (RFC 7208 §7.1), taken apart and not expanded. */
export type SpfPart =
	| { readonly kind: 'literal'; readonly text: string }
	| {
			readonly kind: 'macro';
			/** Lower case: `s l o d i p h v`, and in explanations `c r t`. */
			readonly letter: string;
			/** Right-hand labels kept; `null` for all. */
			readonly digits: number | null;
			readonly reverse: boolean;
			/** `.` unless given. */
			readonly delimiters: string;
			/** Written in upper case: URL-escaped. */
			readonly escape: boolean;
	  };

export interface SpfDomainSpec {
	readonly text: string;
	readonly parts: readonly SpfPart[];
}

/** Where a string leaves the grammar; the offset counts from its first character. */
export interface MacroFault {
	readonly offset: number;
	readonly says: string;
	readonly suggestion: string | null;
}

const EXPANSION = /^%\{([a-z])(\d*)(r?)([-.+,/_=]*)\}/i;
const LETTERS = 'slodiphv';
/** Allowed in the explanation text alone (RFC 7208 §7.2). */
const EXPLANATION_LETTERS = 'crt';

const ESCAPES: Readonly<Record<string, string>> = { '%%': '%', '%_': ' ', '%-': '%20' };

/** Longest expansion looked at; a name has 253 characters at most. */
const LONGEST_EXPANSION = 64;

/**
 * `macro-string` of RFC 7208 §12; with `explanation`, `explain-string` (§6.2), which also allows
 * spaces and the letters c, r and t.
 */
export function parseMacros(
	text: string,
	{ explanation = false }: { explanation?: boolean } = {},
): readonly SpfPart[] | MacroFault {
	const parts: SpfPart[] = [];
	let literal = '';
	for (let at = 0; at < text.length; ) {
		const character = text.charAt(at);
		if (character !== '%') {
			if (!explanation && !/[\x21-\x7e]/.test(character)) return foreign(at);
			literal += character;
			at += 1;
			continue;
		}
		const escaped = ESCAPES[text.slice(at, at + 2)];
		if (escaped !== undefined) {
			literal += escaped;
			at += 2;
			continue;
		}
		const macro = expansionAt(text, at, explanation);
		if ('offset' in macro) return macro;
		if (literal !== '') parts.push({ kind: 'literal', text: literal });
		literal = '';
		parts.push(macro.part);
		at += macro.length;
	}
	if (literal !== '') parts.push({ kind: 'literal', text: literal });
	return parts;
}

function foreign(offset: number): MacroFault {
	return { offset, says: 'a character that is no visible ASCII', suggestion: null };
}

function expansionAt(
	text: string,
	offset: number,
	explanation: boolean,
): MacroFault | { part: SpfPart; length: number } {
	const found = EXPANSION.exec(text.slice(offset, offset + LONGEST_EXPANSION));
	if (found === null) {
		return text.charAt(offset + 1) === '{'
			? {
					offset,
					says: 'a macro that does not follow %{letter digits r delimiters}',
					suggestion: null,
				}
			: { offset, says: 'a lone % sign', suggestion: 'write %% for a percent sign' };
	}
	const [whole, letter = '', digits = '', reverse = '', delimiters = ''] = found;
	const lower = letter.toLowerCase();
	if (!LETTERS.includes(lower) && !(explanation && EXPLANATION_LETTERS.includes(lower))) {
		const says = EXPLANATION_LETTERS.includes(lower)
			? `%{${letter}}, which only an explanation may use`
			: `%{${letter}}, a macro letter that does not exist`;
		return { offset, says, suggestion: `one of ${[...LETTERS].join(', ')}` };
	}
	if (digits !== '' && Number(digits) === 0) {
		return { offset, says: `${whole}, which keeps 0 labels`, suggestion: 'a number from 1' };
	}
	return {
		part: {
			kind: 'macro',
			letter: lower,
			digits: digits === '' ? null : Math.min(Number(digits), 128),
			reverse: reverse !== '',
			delimiters: delimiters === '' ? '.' : delimiters,
			escape: letter !== lower,
		},
		length: whole.length,
	};
}

/**
 * `domain-spec` (RFC 7208 §7.1): ends in a macro or in a dot and a top label that is not all digits,
 * so `localhost` and `192.0.2.1` are none.
 */
export function parseDomainSpec(text: string): SpfDomainSpec | MacroFault {
	if (text === '') return { offset: 0, says: 'no domain name', suggestion: null };
	const parts = parseMacros(text);
	if ('offset' in parts) return parts;
	const last = parts.at(-1);
	const endsInExpansion = last?.kind === 'macro' || /%[%_-]$/.test(text);
	if (!endsInExpansion && !endsInTopLabel(last?.text ?? '')) {
		const offset = Math.max(0, text.lastIndexOf('.', text.length - 2) + 1);
		return {
			offset,
			says: `"${text}", which does not end in a top-level domain`,
			suggestion: null,
		};
	}
	return { text, parts };
}

function endsInTopLabel(literal: string): boolean {
	const name = literal.endsWith('.') ? literal.slice(0, -1) : literal;
	const dot = name.lastIndexOf('.');
	if (dot === -1) return false;
	const label = name.slice(dot + 1);
	return (
		/^[a-z0-9-]+$/i.test(label) &&
		!label.startsWith('-') &&
		!label.endsWith('-') &&
		/[a-z-]/i.test(label)
	);
}

/**
 * The name that a domain-spec gives at `domain`, lower case, cut on the left to 253 characters
 * (RFC 7208 §7.3); `null` where it needs the message (any macro but `%{d}`).
 */
export function fixedName(spec: SpfDomainSpec, domain: string): string | null {
	let name = '';
	for (const part of spec.parts) {
		if (part.kind === 'literal') {
			name += part.text;
			continue;
		}
		if (part.letter !== 'd') return null;
		const labels = splitAtAny(domain, part.delimiters);
		if (part.reverse) labels.reverse();
		name += labels.slice(-(part.digits ?? labels.length)).join('.');
	}
	const plain = name.toLowerCase().replace(/\.$/, '');
	return plain.length <= 253 ? plain : cutOnTheLeft(plain);
}

function splitAtAny(text: string, delimiters: string): string[] {
	const pieces = [''];
	for (const character of text) {
		if (delimiters.includes(character)) pieces.push('');
		else pieces.push(`${pieces.pop() ?? ''}${character}`);
	}
	return pieces;
}

function cutOnTheLeft(name: string): string {
	const tail = name.slice(-253);
	return tail.slice(tail.indexOf('.') + 1);
}

/** Macro letters in use, lower case. */
export function macroLetters(spec: SpfDomainSpec): readonly string[] {
	return spec.parts.flatMap((part) => (part.kind === 'macro' ? [part.letter] : []));
}
