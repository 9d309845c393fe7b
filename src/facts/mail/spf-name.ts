import { LONGEST_NAME } from './spf-macro.ts';

/**
 * Whether DNS can carry a name (RFC 1035 §3.1), one character a byte, dots between labels: what macros make
 * may have empty labels or long ones.
 */
export function isDnsName(name: string): boolean {
	return (
		name.length <= LONGEST_NAME &&
		name.split('.').every((label) => label.length >= 1 && label.length <= 63)
	);
}

/**
 * Whether `check_host()` looks a domain up at all (RFC 7208 §4.3): a domain literal, a single label and
 * what is no name give "none". Stricter than DNS: visible ASCII alone.
 */
export function isCheckable(domain: string): boolean {
	return (
		isDnsName(domain) &&
		domain.includes('.') &&
		/^[\x21-\x7e]+$/.test(domain) &&
		!/^\[.*\]$/.test(domain)
	);
}

/** As questions are written (RFC 1035 §5.1): SPF knows no escapes, so a backslash is itself. */
export function presentationName(name: string): string {
	return name
		.toLowerCase()
		.replace(/[^!-[\]-~]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, '0')}`);
}

/** The bytes of a name as answers write it. */
export function rawName(name: string): string {
	return name.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)));
}
