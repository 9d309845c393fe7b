/** Commits beyond which nobody counts which refs lead where: memory stays flat. */
const MOST_COMMITS = 400_000;

/** Commits with their parents, to count the refs that lead to one. */
export interface CommitGraph {
	add(commit: string, parents: readonly string[]): void;
	/** For a commit, how many of the tips lead to it; `null` where there are too many commits. */
	refsOf(tips: readonly string[]): (commit: string) => number | null;
}

export function commitGraph(): CommitGraph {
	const numbers = new Map<string, number>();
	/** Child and parent, alternately. */
	const edges: number[] = [];
	const numberOf = (commit: string): number => {
		const seen = numbers.get(commit);
		if (seen !== undefined) return seen;
		numbers.set(commit, numbers.size);
		return numbers.size - 1;
	};
	return {
		add(commit, parents) {
			if (numbers.size > MOST_COMMITS) return;
			const child = numberOf(commit);
			for (const parent of parents) edges.push(child, numberOf(parent));
		},
		refsOf(tips) {
			if (numbers.size > MOST_COMMITS) return () => null;
			const children = childrenOf(edges, numbers.size);
			const weights = new Int32Array(numbers.size);
			for (const tip of tips) {
				const number = numbers.get(tip);
				if (number !== undefined) weights[number] = (weights[number] ?? 0) + 1;
			}
			const counted = new Map<string, number | null>();
			return (commit) => {
				const number = numbers.get(commit);
				if (number === undefined) return null;
				const seen = counted.get(commit);
				if (seen !== undefined) return seen;
				const count = reached(children, weights, number);
				counted.set(commit, count);
				return count;
			};
		},
	};
}

interface Children {
	/** Children of a commit are `all[from[n]]` up to `all[from[n + 1]]`. */
	readonly from: Int32Array;
	readonly all: Int32Array;
}

function childrenOf(edges: readonly number[], commits: number): Children {
	const from = new Int32Array(commits + 1);
	for (let at = 1; at < edges.length; at += 2) {
		const next = (edges[at] as number) + 1;
		from[next] = (from[next] as number) + 1;
	}
	for (let at = 1; at <= commits; at++) from[at] = (from[at] as number) + (from[at - 1] as number);
	const place = from.slice();
	const all = new Int32Array(edges.length / 2);
	for (let at = 0; at < edges.length; at += 2) {
		const parent = edges[at + 1] as number;
		const to = place[parent] as number;
		all[to] = edges[at] as number;
		place[parent] = to + 1;
	}
	return { from, all };
}

/** Sum of the weights of a commit and everything that descends from it. */
function reached({ from, all }: Children, weights: Int32Array, commit: number): number {
	const seen = new Uint8Array(weights.length);
	const open = [commit];
	seen[commit] = 1;
	let sum = 0;
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		sum += weights[next] as number;
		for (let at = from[next] as number; at < (from[next + 1] as number); at++) {
			const child = all[at] as number;
			if (seen[child] === 1) continue;
			seen[child] = 1;
			open.push(child);
		}
	}
	return sum;
}
