/** Words that say that a value stands for another. */
const STAND_IN =
	/example|change[-_ ]?(?:me|this|it)|placeholder|redacted|replace[-_ ]?(?:me|with|this)|insert[-_ ]|[-_<]?your[-_ ]|your(?:key|token|secret|password|api)|(?:^|[^a-z])(?:fake|dummy|todo|tbd|xxx+|none|null|undefined)(?:[^a-z]|$)|put[-_ ]your|goes[-_ ]?here|not[-_ ]?(?:a[-_ ]?)?real|dead-?beef-?dead-?beef|lorem/i;

/** Words that nobody's generator writes: weak where they are in use, and mostly they are not. */
const WEAK =
	/(?:^|[^a-z])(?:mock|foo|bar|foobar|sample|secret|password|passwort|passwd|pass|token|user|username)(?:[^a-z]|$)|p[a@]ssw[o0]rd/i;

/** A value that is only a reference: interpolation, a call, a path into a secret store, ciphertext. */
const REFERENCE =
	/^(?:[<[{%!]|\$|#\{|@|\*{3}|\.{3}|process\.|import\.|os\.|env[.(]|config[.(]|vault:|ref\+|secret:\/\/|op:\/\/|arn:aws|projects\/|file:|ENC[[(]|encrypted:|sealed|AQICAH)|\$\{|\{\{|\$\(|<[a-z_-]+>|%[sd]|\.{3}|\*{4}|\u2026|^\w+\(.*\)?;?$/i;

/** Whether somebody wrote it to show where a value belongs, and not as one. */
export function isPlaceholder(value: string): boolean {
	return isStandIn(value) || WEAK.test(value);
}

/** The same where a weak value is as bad as a strong one that is known: signing secrets. */
export function isStandIn(value: string): boolean {
	return REFERENCE.test(value) || STAND_IN.test(value) || isPattern(value);
}

/** As above, for tokens of an exact shape, in which short words turn up by chance. */
export function isPlaceholderToken(token: string): boolean {
	return (
		/example|placeholder|redacted|changeme|your[-_]|(?:key|token|secret)[-_]here|xxxx|\.{3}|\*{4}|<[a-z]|\/(\w)\1{4,20}(?!\w)/i.test(
			token,
		) || isPattern(token)
	);
}

/**
 * Parts of values that standards and providers print: RFC 5849, 6749, 6750 and 7636, the documentation
 * of AWS, Slack and Stripe. Parts, so that this file holds none of them.
 */
const PRINTED = [
	'2YotnFZFEjr1',
	'4eC39HqLyjWD',
	'BQokikJOvBiI',
	'SlAV32hk',
	'ad180jjd733k',
	'dBjftJeZ4CVP',
	'gX1fBat3',
	'kd94hf93k423',
	'mF_9.B5f',
	'pfkkdhi9sl3r',
	'tGzv3JOkF0XG',
	'wJalrXUtnFEM',
];

/** Printed in documentation; or repeated, sequential or periodic, which no generator makes. */
function isPattern(value: string): boolean {
	if (PRINTED.some((part) => value.includes(part))) return true;
	const body = value.slice(1 + Math.max(value.lastIndexOf('_', 24), value.lastIndexOf('-', 24)));
	const part = body.length >= 8 ? body : value;
	return (
		hasRun(value) ||
		isAlternating(part) ||
		isPeriodic(part) ||
		(part.length >= 12 && new Set(part).size <= 4)
	);
}

/** Seven equal characters in a row, or eight that count up or down. */
function hasRun(value: string): boolean {
	let equal = 1;
	let up = 1;
	let down = 1;
	for (let index = 1; index < value.length; index++) {
		const step = stepBetween(value.charCodeAt(index - 1), value.charCodeAt(index));
		equal = step === 0 ? equal + 1 : 1;
		up = step === 1 ? up + 1 : 1;
		down = step === -1 ? down + 1 : 1;
		if (equal >= 7 || up >= 8 || down >= 8) return true;
	}
	return false;
}

/** After 9 comes 0. */
function stepBetween(before: number, after: number): number {
	if (before === 57 && after === 48) return 1;
	if (before === 48 && after === 57) return -1;
	return after - before;
}

/** `a1b2c3d4e5f6`: letters and digits each count up. */
function isAlternating(value: string): boolean {
	const letters = value.replace(/[^a-z]/gi, '').toLowerCase();
	const digits = value.replace(/\D/g, '');
	return (
		letters.length >= 5 &&
		digits.length >= 5 &&
		'abcdefghijklmnopqrstuvwxyz'.repeat(2).includes(letters) &&
		'01234567890'.repeat(4).includes(digits)
	);
}

function isPeriodic(value: string): boolean {
	if (value.length < 12) return false;
	for (let period = 1; period <= Math.min(10, value.length / 3); period++) {
		const unit = value.slice(0, period);
		if (unit.repeat(Math.ceil(value.length / period)).startsWith(value)) return true;
	}
	return false;
}
