/**
 * What stands between a name and its value, in the languages that configurations and programs are
 * written in. A source of a regular expression; every quantifier is bounded and none is nested. The last begins what the others are.
 */
const WRITTEN = [
	// a list of names and values, as in Kubernetes, one a line or on one line
	'["\']?,?\\s{0,40}["\']?value["\']?[ \\t]{0,4}[:=][ \\t]{0,8}',
	// property lists
	'</key>\\s{0,40}<string>',
	// Terraform's default of a variable
	'"[ \\t]{0,4}\\{[^}]{0,200}?\\bdefault[ \\t]{0,8}=[ \\t]{0,8}',
	// `a = b`, `a: b`, `a := b`, `a => b`, `a ?? b`, `a || b`, `a, b`, `<a>b`, `a or b`; `a: string = b`
	'\\\\?["\'`\\]]{0,2}\\)?[ \\t]{0,8}(?::?[ \\t]{0,2}[A-Za-z]{1,12}[ \\t]{0,2}(?==))?(?:=>|:=|\\?\\?=?|\\|\\|=?|={1,3}|:|,|>|or[ \\t])[ \\t]{0,8}',
] as const;

export const SEPARATORS = WRITTEN.join('|');

/** The same where a value may be an argument too: `setPassword("…")`. */
export const CALLS = `\\\\?["'\`]{0,1}\\([ \\t]{0,4}(?=["'\`])|${SEPARATORS}`;
