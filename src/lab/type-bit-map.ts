/** Type bit maps (RFC 4034 §4.1.2). */
export function typeBitMap(types: readonly number[]): Buffer {
	const windows = new Map<number, number[]>();
	for (const type of types) {
		const map = windows.get(type >> 8) ?? [];
		const octet = (type & 0xff) >> 3;
		map[octet] = (map[octet] ?? 0) | (0x80 >> (type & 7));
		windows.set(type >> 8, map);
	}
	return Buffer.concat(
		[...windows]
			.sort(([a], [b]) => a - b)
			.map(([window, map]) => {
				const octets = Array.from(map, (octet) => octet ?? 0);
				return Buffer.from([window, octets.length, ...octets]);
			}),
	);
}
