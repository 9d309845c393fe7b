const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** Four numbers up to 255 without leading zeros (RFC 7208 §12). */
export const IP4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** `null` for what is no address; one with a zone is none. */
export function addressFamily(text: string): 'ip4' | 'ip6' | null {
	const octets = octetsOf(text);
	if (octets === null) return null;
	return octets.length === 4 ? 'ip4' : 'ip6';
}

/** Four or sixteen octets, IPv6 by RFC 4291 §2.2 to the letter; `null` for what is no address. */
export function octetsOf(text: string): readonly number[] | null {
	if (IP4.test(text)) return text.split('.').map(Number);
	if (!/^[0-9a-f:.]{2,45}$/i.test(text)) return null;
	const tail = text.includes('.') ? text.slice(text.lastIndexOf(':') + 1) : '';
	if (tail !== '' && !IP4.test(tail)) return null;
	const hex = tail === '' ? text : text.slice(0, -tail.length) + inGroups(tail);
	const [left = null, right, ...more] = hex.split('::').map(groupsOf);
	if (left === null || right === null || more.length > 0) return null;
	if (right === undefined) return left.length === 8 ? left.flatMap(pair) : null;
	const zeros = 8 - left.length - right.length;
	if (zeros < 1) return null;
	return [...left, ...new Array<number>(zeros).fill(0), ...right].flatMap(pair);
}

function inGroups(dotted: string): string {
	const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
	return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** `null` where one is no group of hexadecimal digits. */
function groupsOf(text: string): readonly number[] | null {
	const groups = text === '' ? [] : text.split(':');
	return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
		? groups.map((group) => Number.parseInt(group, 16))
		: null;
}

function pair(group: number): readonly number[] {
	return [group >> 8, group & 0xff];
}
