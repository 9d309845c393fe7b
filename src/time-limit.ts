import { Unobserved } from './core/fact.ts';

/**
 * One signal for an audit: its time limit, which can be held and begun anew, and the user's wish to stop,
 * each with its reason.
 */
export function timeLimit(
	seconds: number,
	wish: AbortSignal | undefined,
): { readonly signal: AbortSignal; hold(): void; restart(): void; clear(): void } {
	const controller = new AbortController();
	const late = new Unobserved('timeout', `the audit's time limit of ${seconds} s was reached`);
	const start = () => setTimeout(() => controller.abort(late), seconds * 1_000);
	let timer = start();
	const stop = () => controller.abort(new Unobserved('cancelled', 'the run was stopped'));
	if (wish?.aborted) stop();
	wish?.addEventListener('abort', stop, { once: true });
	return {
		signal: controller.signal,
		hold: () => clearTimeout(timer),
		restart() {
			clearTimeout(timer);
			timer = start();
		},
		clear() {
			clearTimeout(timer);
			wish?.removeEventListener('abort', stop);
		},
	};
}
