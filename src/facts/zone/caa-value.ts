/** What an `issue` or `issuewild` property says (RFC 8659 §4.2). */
export interface IssueValue {
	/** Lower case; empty where nobody may issue. */
	readonly issuer: string;
	/** Tags in lower case (RFC 8657: `accounturi`, `validationmethods`). */
	readonly parameters: ReadonlyMap<string, string>;
}

/** What is wrong with one, in words; authorities take it for a prohibition. */
export interface BadIssueValue {
	readonly problem: string;
	/** The issuer that was meant; `null` where that cannot be told. */
	readonly meant: string | null;
}

const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;
const TAG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/i;
const VALUE = /^[\x21-\x3a\x3c-\x7e]*$/;

/** Reads the value by the grammar of RFC 8659 §4.2. */
export function parseIssueValue(value: string): IssueValue | BadIssueValue {
	const [head = '', ...rest] = value.split(';');
	const issuer = head.replace(/^[ \t]+|[ \t]+$/g, '');
	if (issuer !== '' && !NAME.test(issuer)) {
		return { problem: problemOf(issuer), meant: meantBy(issuer) };
	}
	const parameters = new Map<string, string>();
	for (const part of rest.map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''))) {
		if (part === '') continue;
		const cut = part.indexOf('=');
		const [tag, setting] = [part.slice(0, cut).trimEnd(), part.slice(cut + 1).trimStart()];
		if (cut < 1 || !TAG.test(tag) || !VALUE.test(setting)) {
			return { problem: `"${part}" is no parameter of the form name=value`, meant: issuer || null };
		}
		parameters.set(tag.toLowerCase(), setting);
	}
	return { issuer: issuer.toLowerCase(), parameters };
}

function problemOf(issuer: string): string {
	if (/["'\\]/.test(issuer)) return 'it has quotation marks inside the quotation marks';
	if (/^[a-z]+:\/\//i.test(issuer)) return 'it is a URL where a domain name belongs';
	if (/[\s,]/.test(issuer)) return 'it has several words where one domain name belongs';
	return `"${issuer}" is no domain name`;
}

function meantBy(issuer: string): string | null {
	const bare =
		issuer
			.replace(/["'\\]/g, '')
			.replace(/^[a-z]+:\/\//i, '')
			.split(/[\s,/:]/)[0] ?? '';
	const name = bare.replace(/\.$/, '');
	return NAME.test(name) && name.includes('.') ? name.toLowerCase() : null;
}
