export function addressV4(bytes: Buffer): string {
	return [...bytes].join('.');
}

/** RFC 5952: lower case, the longest run of zeros shortened, IPv4-mapped with the IPv4 part dotted. */
export function addressV6(bytes: Buffer): string {
	const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
	if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
		return `::ffff:${addressV4(bytes.subarray(12))}`;
	}
	const { from, length } = longestZeros(groups);
	const hex = groups.map((group) => group.toString(16));
	if (length < 2) return hex.join(':');
	return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { from: number; length: number } {
	let best = { from: 0, length: 0 };
	let length = 0;
	for (const [i, group] of groups.entries()) {
		length = group === 0 ? length + 1 : 0;
		if (length > best.length) best = { from: i - length + 1, length };
	}
	return best;
}
