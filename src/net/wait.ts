import { Unobserved } from '../core/fact.ts';

/** Why the audit was stopped, as the error that ports throw. */
export function whyStopped(signal: AbortSignal): Unobserved {
	return signal.reason instanceof Unobserved
		? signal.reason
		: new Unobserved('cancelled', 'the audit was stopped');
}

/** Sleeps for `ms`; throws the audit's `Unobserved` as soon as it is stopped. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) {
			reject(whyStopped(signal));
			return;
		}
		const stop = () => {
			clearTimeout(timer);
			reject(whyStopped(signal));
		};
		const timer = setTimeout(() => {
			signal.removeEventListener('abort', stop);
			resolve();
		}, ms);
		signal.addEventListener('abort', stop, { once: true });
	});
}
