/**
 * `act` with a signal that fires after `ms` or with `signal`, whichever comes first; rejects then, whether
 * `act` heeds it or not. Leaves no listener on `signal`, which may live as long as the process.
 */
export async function withDeadline<T>(
	ms: number,
	signal: AbortSignal,
	act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const controller = new AbortController();
	const late = () => controller.abort(new Error(`no answer within ${ms / 1_000} s`));
	const stop = () => controller.abort(new Error('stopped'));
	const timer = setTimeout(late, ms);
	signal.addEventListener('abort', stop, { once: true });
	if (signal.aborted) stop();
	const ended = new Promise<never>((_, reject) => {
		const end = () => reject(controller.signal.reason as Error);
		controller.signal.addEventListener('abort', end, { once: true });
		if (controller.signal.aborted) end();
	});
	try {
		return await Promise.race([act(controller.signal), ended]);
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', stop);
	}
}
