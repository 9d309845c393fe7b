import type { Alert, Channel, Owed } from './watch-state.ts';

/** Brings one alert where it is meant to go; throws with the reason where that failed. */
type Send = (alert: Alert, signal: AbortSignal) => Promise<void>;
export type Senders = Partial<Readonly<Record<Channel, Send>>>;

export interface Delivery {
	/** Of the given ones, in their order, what has not arrived everywhere. */
	readonly owed: readonly Owed[];
	/** One line for each channel that failed, or that is not given any more. */
	readonly failures: readonly string[];
	readonly delivered: number;
}

/** Alerts that are kept while nothing takes them; the oldest go first. */
const MOST_OWED = 100;

/**
 * Tries everything that is owed once, channels at the same time, in the order in which it happened. A
 * channel that has failed is not tried again for the rest: they would come out of order.
 */
export async function deliver(
	outbox: readonly Owed[],
	senders: Senders,
	signal: AbortSignal,
): Promise<Delivery> {
	const failed = new Map<Channel, string>();
	const arrived = new Set<string>();
	const channels = [...new Set(outbox.flatMap((one) => one.channels))];
	await Promise.all(
		channels.map(async (channel) => {
			const send = senders[channel];
			for (const [nth, { alert, channels: wanted }] of outbox.entries()) {
				if (!wanted.includes(channel) || signal.aborted) continue;
				if (send === undefined) {
					arrived.add(`${nth} ${channel}`);
					continue;
				}
				try {
					await send(alert, signal);
					arrived.add(`${nth} ${channel}`);
				} catch (error) {
					failed.set(channel, (error as Error).message);
					return;
				}
			}
		}),
	);
	const owed = outbox.flatMap((one, nth): readonly Owed[] => {
		const left = one.channels.filter((channel) => !arrived.has(`${nth} ${channel}`));
		return left.length === 0 ? [] : [{ ...one, channels: left, tries: one.tries + 1 }];
	});
	return {
		owed,
		delivered: arrived.size,
		failures: [...failed].map(([channel, why]) => {
			const waiting = owed.filter((one) => one.channels.includes(channel)).length;
			return `${channel}: ${why}; ${waiting} waiting, tried again in the next round`;
		}),
	};
}

/** With one more; what is too much is dropped and counted. */
export function enqueue(
	outbox: readonly Owed[],
	alerts: readonly Alert[],
	channels: readonly Channel[],
): { readonly outbox: Owed[]; readonly dropped: number } {
	const all = [
		...outbox,
		...(channels.length === 0
			? []
			: alerts.map((alert): Owed => ({ alert, channels: [...channels], tries: 0 }))),
	];
	const dropped = Math.max(0, all.length - MOST_OWED);
	return { outbox: all.slice(dropped), dropped };
}
