/**
 * Work that the first Ctrl-C stops, so that what was gathered can still be reported; the second kills
 * the process, as without this.
 */
export async function interruptible<R>(
	work: (signal: AbortSignal) => Promise<R>,
): Promise<{ readonly result: R; readonly interrupted: boolean }> {
	const controller = new AbortController();
	const stop = () => controller.abort();
	process.once('SIGINT', stop);
	try {
		return { result: await work(controller.signal), interrupted: controller.signal.aborted };
	} finally {
		process.off('SIGINT', stop);
	}
}
