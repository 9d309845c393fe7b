const DIGITS = '0123456789abcdefghijklmnopqrstuv';

/** RFC 4648 §7 without padding, as NSEC3 writes its hashes (RFC 5155 §3.3). */
export function toBase32Hex(bytes: Buffer): string {
	const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
	const digits = bits.match(/.{1,5}/g) ?? [];
	return digits
		.map((five) => DIGITS[Number.parseInt(five.padEnd(5, '0'), 2)])
		.join('')
		.toUpperCase();
}

/** Either case; `null` for other letters, and for bits left over. */
export function fromBase32Hex(text: string): Buffer | null {
	const bytes: number[] = [];
	let held = 0;
	let bits = 0;
	for (const letter of text.toLowerCase()) {
		const value = DIGITS.indexOf(letter);
		if (value < 0) return null;
		held = ((held << 5) | value) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes.push((held >> bits) & 0xff);
		}
	}
	return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? Buffer.from(bytes) : null;
}
