import { createHash } from 'node:crypto';
import type { Listed } from './target-list.ts';

/** One of `count` equal parts of a fleet; `index` counts from 1. */
export interface Shard {
	readonly index: number;
	readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** More processes than this leave no provider its share of one connection. */
const MOST_SHARDS = 1_000;

/** `I/N`, from `1/N` to `N/N`; `null` for anything else. */
export function parseShard(text: string): Shard | null {
	const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
	const shard = { index: Number(index), count: Number(count) };
	const isSound = shard.index >= 1 && shard.index <= shard.count && shard.count <= MOST_SHARDS;
	return isSound ? shard : null;
}

/**
 * The shard of a domain, by the first 32 bits of SHA-256 of its registrable domain: the same on every
 * machine and in every order of the list, and all names of one owner in one shard.
 */
export function isInShard({ registrable }: Listed, { index, count }: Shard): boolean {
	const hash = createHash('sha256').update(registrable).digest().readUInt32BE(0);
	return hash % count === index - 1;
}
