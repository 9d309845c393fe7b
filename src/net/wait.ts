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

/** The first that is not `null`; `null` when all are. Rejects with the first that does. */
export function firstOf<T>(promises: readonly Promise<T | null>[]): Promise<T | null> {
	return new Promise((resolve, reject) => {
		let pending = promises.length;
		if (pending === 0) resolve(null);
		for (const promise of promises) {
			promise.then((one) => {
				pending -= 1;
				if (one !== null || pending === 0) resolve(one);
			}, reject);
		}
	});
}

/** As `firstOf`, and `null` when `ms` have passed. */
export function firstWithin<T>(
	promises: readonly Promise<T | null>[],
	ms: number,
): Promise<T | null> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => resolve(null), ms);
		firstOf(promises)
			.then(resolve, reject)
			.finally(() => clearTimeout(timer));
	});
}

/** A connection that broke may have met a restart or a lost route: long enough for that to pass. */
const SECOND_TRY_MS = 250;

/** Tries once more where the connection was broken off, so that no passing fault is held against anybody. */
export async function twiceIfReset<T extends { readonly kind: string }>(
	attempt: () => Promise<T>,
	signal: AbortSignal,
): Promise<T> {
	const first = await attempt();
	if (!('how' in first) || first.how !== 'reset') return first;
	await wait(SECOND_TRY_MS, signal);
	return attempt();
}
