/** One parameter of an HTTPS or SVCB record, as answers show it. */
export type SvcParam = readonly [key: string, value: string];

/** IANA's SvcParamKeys by number (RFC 9460 §14.3.2, RFC 9461, RFC 9540). */
const KEYS: readonly string[] = [
	'mandatory',
	'alpn',
	'no-default-alpn',
	'port',
	'ipv4hint',
	'ech',
	'ipv6hint',
	'dohpath',
	'ohttp',
];

/** The name, or `keyNNNNN` (RFC 9460 §2.1). */
export function svcParamKey(number: number): string {
	return KEYS[number] ?? `key${number}`;
}

/** `null` for what names no key; 65535 is the invalid one. */
export function svcParamKeyNumber(key: string): number | null {
	const known = KEYS.indexOf(key);
	if (known >= 0) return known;
	const number = Number(/^key(0|[1-9]\d{0,4})$/.exec(key)?.[1] ?? Number.NaN);
	return number < 0xffff ? number : null;
}

/** `key=value`, quoted where the value would end early; a key alone has no value. */
export function svcParamText([key, value]: SvcParam): string {
	if (value === '') return key;
	return /[\s;()]/.test(value) ? `${key}="${value}"` : `${key}=${value}`;
}
