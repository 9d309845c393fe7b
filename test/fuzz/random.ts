/** A small generator with a seed (mulberry32): the same numbers in the same order, on every machine. */
export interface Random {
	/** 0 up to, and not, `limit`. */
	below(limit: number): number;
	pick<T>(list: readonly T[]): T;
}

export function randomFrom(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return (mixed ^ (mixed >>> 14)) >>> 0;
	};
	const below = (limit: number) => next() % limit;
	return {
		below,
		pick(list) {
			const one = list[below(list.length)];
			if (one === undefined) throw new RangeError('nothing to pick from');
			return one;
		},
	};
}
