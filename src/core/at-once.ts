/** Does the work for every member, at most `limit` at a time; the results in the order of the list. */
export async function atOnce<T, R>(
	limit: number,
	list: readonly T[],
	work: (one: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	let next = 0;
	const worker = async () => {
		for (let index = next++; index < list.length; index = next++) {
			results[index] = await work(list[index] as T);
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, list.length) }, worker));
	return results;
}
